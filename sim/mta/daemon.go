package mta

import (
	"errors"
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vtime"
)

// daemon is a process of one service, such as smtp inet smtpd. It reads its
// configuration when it starts, and lives until it has been idle for maxIdle
// or Postfix is reloaded; so a change of main.cf reaches the service at the
// latest then.
type daemon struct {
	in      *Instance
	service postfix.Service
	proc    *host.Proc
	cfg     *postfix.Config
	sys     *postfix.System
	router  *postfix.Router
	smtpd   *postfix.SMTPD
	fatal   string
	task    *vtime.Task // on whose behalf look-ups wait
	busy    bool
	used    time.Duration // when it last had work
}

// acquire returns an idle process of a service for the task, starting one if
// need be. Give it back with release.
func (in *Instance) acquire(t *vtime.Task, s postfix.Service) *daemon {
	key := s.Name + "/" + s.Type
	d := in.daemons[key]
	now := in.host.Clock.Since()
	if d == nil || d.busy || now-d.used > maxIdle {
		if d != nil && !d.busy {
			d.end()
		}
		fresh := in.spawn(s)
		if d == nil || !d.busy {
			in.daemons[key] = fresh
		}
		d = fresh
	}
	d.busy, d.task = true, t
	return d
}

// release gives a process back.
func (in *Instance) release(d *daemon) {
	d.busy, d.task, d.used = false, nil, in.host.Clock.Since()
	if in.daemons[d.service.Name+"/"+d.service.Type] != d {
		d.end()
	}
}

func (d *daemon) end() {
	if d.proc != nil && !d.proc.Ended() {
		d.proc.Exit(0)
	}
}

// pid returns the process id for log lines.
func (d *daemon) pid() int {
	if d.proc == nil {
		return 0
	}
	return d.proc.PID
}

// spawn starts a process of a service: it reads its configuration.
func (in *Instance) spawn(s postfix.Service) *daemon {
	d := &daemon{in: in, service: s}
	args := []string{s.Program(), "-n", s.Name, "-t", s.Type, "-u"}
	d.proc, _ = in.host.Daemon(host.Spec{Args: args, Cred: &in.owner})
	if d.proc != nil {
		in.procs = append(livingProcs(in.procs), d.proc)
	}
	cfg, diags := readConfig(in.host, s.Program())
	log := in.logDiag(d.name(), d.pid())
	for _, diag := range diags {
		log(diag)
	}
	if fatal, bad := postfix.FirstFatal(diags); bad {
		d.fatal = fatal.String()
		return d
	}
	d.cfg = cfg.ForService(s)
	d.sys = d.system()
	d.router = postfix.NewRouter(d.cfg, d.sys)
	if s.Program() == "smtpd" {
		var more []postfix.Diagnostic
		d.smtpd, more = postfix.NewSMTPD(d.cfg, d.sys)
		for _, diag := range more {
			log(diag)
		}
		if fatal, bad := postfix.FirstFatal(more); bad {
			d.fatal = fatal.String()
		}
	}
	return d
}

func livingProcs(list []*host.Proc) []*host.Proc {
	live := list[:0]
	for _, p := range list {
		if !p.Ended() {
			live = append(live, p)
		}
	}
	return live
}

// name is the program's name in log lines: the service's syslog_name counts.
func (d *daemon) name() string {
	for _, o := range d.service.Options() {
		if o.Name == "syslog_name" {
			v := strings.ReplaceAll(o.Value, "$service_name", d.service.Name)
			return strings.TrimPrefix(v, "postfix/") + "/" + d.service.Program()
		}
	}
	return d.service.Program()
}

func (d *daemon) logf(sev host.Severity, format string, args ...any) {
	d.in.logf(sev, d.name(), d.pid(), format, args...)
}

// system is the host as tables and restrictions see it.
func (d *daemon) system() *postfix.System {
	h := d.in.host
	return &postfix.System{
		ReadFile: func(path string) (postfix.File, error) {
			b, err := h.FS.ReadFile(path, host.Root)
			if err != nil {
				return postfix.File{}, err
			}
			info, err := h.FS.Stat(path, host.Root)
			return postfix.File{Data: b, Modified: info.ModTime()}, err
		},
		DNS:  func(name string, t mail.RRType) mail.DNSAnswer { return lookup(d.task, h, name, t) },
		Now:  h.Clock.Now,
		User: func(name string) (postfix.User, bool) { return user(h, name) },
		Policy: func(server, _ string) (string, error) {
			return "", errors.New("connect to " + server + ": Connection refused")
		},
		Log: func(diag postfix.Diagnostic) { d.in.logDiag(d.name(), d.pid())(diag) },
	}
}

// user is getpwnam(3) of the host.
func user(h *host.Host, name string) (postfix.User, bool) {
	u, ok := h.User(name)
	return postfix.User{Name: u.Name, Home: u.Home, UID: int(u.UID), GID: int(u.GID)}, ok
}

// lookup asks the host's stub resolver.
func lookup(t *vtime.Task, h *host.Host, name string, rt mail.RRType) mail.DNSAnswer {
	m, err := h.Query(t, name, mdns.StringToType[string(rt)])
	switch {
	case errors.Is(err, host.ErrHostNotFound):
		return mail.DNSAnswer{Outcome: mail.DNSNotFound}
	case errors.Is(err, host.ErrNoData):
		return mail.DNSAnswer{Outcome: mail.DNSNoData}
	case err != nil:
		return mail.DNSAnswer{Outcome: mail.DNSTempFail}
	}
	var a mail.DNSAnswer
	for _, rr := range m.Answer {
		if r, ok := record(rr); ok && rr.Header().Rrtype == mdns.StringToType[string(rt)] {
			a.Records = append(a.Records, r)
		}
	}
	if len(a.Records) == 0 {
		a.Outcome = mail.DNSNoData
	}
	return a
}

func record(rr mdns.RR) (mail.DNSRecord, bool) {
	switch rr := rr.(type) {
	case *mdns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return mail.DNSRecord{Addr: a}, ok
	case *mdns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA)
		return mail.DNSRecord{Addr: a}, ok
	case *mdns.MX:
		return mail.DNSRecord{Host: strings.TrimSuffix(rr.Mx, "."), Preference: rr.Preference}, true
	case *mdns.PTR:
		return mail.DNSRecord{Host: strings.TrimSuffix(rr.Ptr, ".")}, true
	case *mdns.NS:
		return mail.DNSRecord{Host: strings.TrimSuffix(rr.Ns, ".")}, true
	case *mdns.TXT:
		return mail.DNSRecord{Text: strings.Join(rr.Txt, "")}, true
	}
	return mail.DNSRecord{}, false
}
