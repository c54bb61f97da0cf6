package dovecot

import (
	"crypto/tls"
	"math/rand/v2"
	"net/netip"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

const (
	mainFile = "/etc/dovecot/dovecot.conf"
	version  = "2.3.19.1 (9b53102964)"
)

// instanceKey is where a host keeps its Dovecot.
type instanceKey struct{}

// Instance is a host's Dovecot, running or not.
type Instance struct {
	host      *host.Host
	cfg       *config.Config // as read at start or reload
	tls       *tls.Config    // of the login services, nil without a usable certificate
	tlsFault  string         // what is wrong with the certificate
	running   bool
	master    *host.Proc
	helpers   []*host.Proc // anvil, log, config
	listeners []*vnet.Listener
	sockets   []func() // close the UNIX listeners
	sessions  []*session
	penalties map[netip.Addr]*penalty
	authWhy   string // why the authentication process cannot start, "" if it can
	rand      *rand.Rand
	requests  uint32 // login requests so far
}

// Install puts Dovecot on a host: the unit dovecot, not started.
func Install(h *host.Host) {
	in := &Instance{host: h}
	h.SetValue(instanceKey{}, in)
	h.AddUnit(&host.Unit{
		Name: "dovecot", Description: "Dovecot IMAP/POP3 email server", ExecStart: "/usr/sbin/dovecot -F",
		Docs: "man:dovecot(1)", Tags: []string{"dovecot"}, Enabled: true,
		Start: func(*host.Unit) (*host.Proc, error) {
			if err := in.start(); err != nil {
				return nil, &host.StartError{Status: statusFatal, Err: err}
			}
			return in.master, nil
		},
		Stop:   func(*host.Unit) { in.stop() },
		Reload: func(*host.Unit) error { return in.reload() },
	})
}

// Programs returns Dovecot's commands.
func Programs() host.Programs {
	return host.Programs{"dovecot": dovecotCommand, "doveconf": doveconf, "doveadm": doveadm}
}

// of returns a host's Dovecot, or nil if it is not installed.
func of(h *host.Host) *Instance {
	in, _ := h.Value(instanceKey{}).(*Instance)
	return in
}
