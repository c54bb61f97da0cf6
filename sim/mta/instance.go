// Package mta is the mail transfer agent of a host: Postfix 3.7 as an operator
// sees it, with its queue, its SMTP server and client, local delivery, bounces
// and commands. The configuration and the decisions taken from it are in
// package postfix, the grammar of mail in package mail.
//
// The parts follow Postfix's own (OVERVIEW): smtpd and pickup hand a message to
// cleanup, which writes a queue file; qmgr moves it from incoming to active,
// lets smtp or local deliver it and keeps in deferred what has to wait; bounce
// writes notifications. All of them share one queue directory, and nothing else
// that a restart would lose.
//
// It leaves out TLS, milters, content filters, LMTP, the address verification
// and connection caches, and the concurrency control of qmgr.
package mta

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

const (
	configDir = "/etc/postfix"
	spool     = "/var/spool/postfix"
	// maxIdle is how long a daemon process waits for work before it ends; a
	// new process reads main.cf again (max_idle).
	maxIdle = 100 * time.Second
)

// instanceKey is where a host keeps its Postfix.
type instanceKey struct{}

// Instance is a host's Postfix, running or not.
type Instance struct {
	host      *host.Host
	owner     vfs.Cred // postfix
	running   bool
	master    *host.Proc
	base      *postfix.Config // as read at start or reload
	daemons   map[string]*daemon
	listeners []*vnet.Listener
	procs     []*host.Proc
	queue     queue
	throttled map[string]time.Duration // service -> not before
}

// Install puts Postfix on a host: the unit postfix, not started.
func Install(h *host.Host) {
	inst := &Instance{host: h}
	h.SetValue(instanceKey{}, inst)
	h.AddUnit(&host.Unit{
		Name: "postfix", Description: "Postfix Mail Transport Agent", ExecStart: "/usr/sbin/postfix start",
		Docs: "man:postfix(1)", Tags: []string{"postfix"}, Enabled: true,
		Start: func(*host.Unit) (*host.Proc, error) {
			if lines := inst.start(); lines != nil {
				return nil, &host.StartError{Status: 1, Err: errors.New(strings.Join(lines, "\n"))}
			}
			return inst.master, nil
		},
		Stop:   func(*host.Unit) { inst.stop() },
		Reload: func(*host.Unit) error { return inst.reload() },
	})
}

// of returns a host's Postfix, or nil if it is not installed.
func of(h *host.Host) *Instance {
	inst, _ := h.Value(instanceKey{}).(*Instance)
	return inst
}

// logf writes a line as the named program of Postfix logs it.
func (in *Instance) logf(sev host.Severity, program string, pid int, format string, args ...any) {
	in.host.Syslog(host.FacMail, sev, "postfix/"+program, pid, fmt.Sprintf(format, args...))
}

// logDiag logs a message about the configuration.
func (in *Instance) logDiag(program string, pid int) func(postfix.Diagnostic) {
	return func(d postfix.Diagnostic) {
		sev := host.Info
		if d.Severity >= postfix.Error {
			sev = host.Err
		} else if d.Severity == postfix.Warning {
			sev = host.Warning
		}
		in.logf(sev, program, pid, "%s", d)
	}
}

// readConfig reads main.cf and master.cf as a program that starts now does.
func readConfig(h *host.Host, program string) (*postfix.Config, []postfix.Diagnostic) {
	path := configDir + "/main.cf"
	b, err := h.FS.ReadFile(path, host.Root)
	if err != nil {
		return nil, []postfix.Diagnostic{postfix.MainCFMissing(path, vfs.ErrnoOf(err).Error())}
	}
	main, diags := postfix.ParseMainCF(path, b)
	if _, fatal := postfix.FirstFatal(diags); fatal {
		return nil, diags
	}
	var master *postfix.MasterCF
	if b, err := h.FS.ReadFile(configDir+"/master.cf", host.Root); err == nil {
		var more []postfix.Diagnostic
		master, more = postfix.ParseMasterCF(configDir+"/master.cf", b)
		diags = append(diags, more...)
	}
	cfg := postfix.NewConfig(main, master, identity(h))
	diags = append(diags, cfg.Check(program)...)
	return cfg, diags
}

// identity is what Postfix learns from the machine.
func identity(h *host.Host) postfix.Host {
	id := postfix.Host{Name: h.Hostname(), ReadFile: func(p string) ([]byte, error) { return h.FS.ReadFile(p, host.Root) }}
	for _, i := range h.Node.Ifaces() {
		id.Addresses = append(id.Addresses, i.Addrs()...)
	}
	return id
}

// start is "postfix start". It returns what it prints when it fails.
func (in *Instance) start() (failure []string) {
	if in.running {
		return []string{"fatal: the Postfix mail system is already running"}
	}
	cfg, diags := readConfig(in.host, "master")
	log := in.logDiag("postfix-script", 0)
	for _, d := range diags {
		if d.Severity == postfix.Fatal {
			in.emitConfig(trace.Fail, d.String())
			log(d)
			return []string{d.String()}
		}
	}
	if cfg.Master == nil {
		return []string{"fatal: open " + configDir + "/master.cf: No such file or directory"}
	}
	in.owner = in.host.CredOf(cfg.Str("mail_owner"))
	in.base, in.daemons, in.throttled = cfg, map[string]*daemon{}, map[string]time.Duration{}
	master, err := in.host.Daemon(host.Spec{Args: []string{"/usr/lib/postfix/sbin/master", "-w"}})
	if err != nil {
		return []string{"fatal: fork: " + err.Error()}
	}
	in.master, in.running = master, true
	master.OnSignal = func(s host.Signal) bool {
		if s == host.SIGHUP {
			in.reload()
			return true
		}
		in.halt()
		return false
	}
	if err := in.listen(); err != nil {
		in.logf(host.Err, "master", master.PID, "fatal: %v", err)
		in.halt()
		master.Exit(1)
		return []string{"fatal: " + err.Error()}
	}
	for _, p := range []string{"pickup -l -t unix -u -c", "qmgr -l -t unix -u"} {
		if proc, err := in.host.Daemon(host.Spec{Args: strings.Fields(p), Cred: &in.owner}); err == nil {
			in.procs = append(in.procs, proc)
		}
	}
	in.logf(host.Info, "postfix-script", 0, "starting the Postfix mail system")
	in.logf(host.Info, "master", master.PID, "daemon started -- version 3.7.11, configuration %s", configDir)
	in.emitConfig(trace.OK, "configuration loaded")
	in.queue.load(in)
	return nil
}

func (in *Instance) emitConfig(out trace.Outcome, text string) {
	in.host.Log.Emit(trace.Event{Kind: trace.Config, Node: in.host.Name, Outcome: out, Data: trace.F("postfix: "+text, "file", configDir+"/main.cf")})
}

// listen opens the ports of the inet services of master.cf.
func (in *Instance) listen() error {
	var addrs []netip.Addr
	if strings.TrimSpace(in.base.Str("inet_interfaces")) == "all" {
		addrs = []netip.Addr{netip.IPv4Unspecified()}
		protos := in.base.Str("inet_protocols")
		if strings.Contains(protos, "all") || strings.Contains(protos, "ipv6") {
			addrs = append(addrs, netip.IPv6Unspecified())
		}
		if !strings.Contains(protos, "all") && !strings.Contains(protos, "ipv4") {
			addrs = addrs[1:]
		}
	} else {
		addrs = in.base.OwnAddresses()
	}
	for _, s := range in.base.Master.Services {
		if s.Type != "inet" {
			continue
		}
		only, port, err := in.endpoint(s.Name)
		if err != nil {
			return fmt.Errorf("%s: line %d: bad hostname or network address: %w", configDir+"/master.cf", s.Line, err)
		}
		list := addrs
		if only.IsValid() {
			list = []netip.Addr{only}
		}
		for _, a := range list {
			at := netip.AddrPortFrom(a, port)
			l, err := in.host.Node.ListenTCP(at, vnet.Owner{PID: in.master.PID, Name: "master"}, func(c *vnet.Conn) { in.accept(s, c) }, vnet.V6Only)
			if err != nil {
				return fmt.Errorf("bind %s port %d: %w", a, port, err)
			}
			in.listeners = append(in.listeners, l)
		}
	}
	return nil
}

// endpoint reads a service name of master.cf: "smtp", "25", "127.0.0.1:smtp".
func (in *Instance) endpoint(name string) (only netip.Addr, port uint16, err error) {
	service := name
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		service = name[i+1:]
		host := strings.Trim(name[:i], "[]")
		if host == "localhost" {
			host = "127.0.0.1"
		}
		if only, err = netip.ParseAddr(host); err != nil {
			return only, 0, err
		}
	}
	if n, err := strconv.ParseUint(service, 10, 16); err == nil {
		return only, uint16(n), nil
	}
	if port = in.host.ServicePort(service, "tcp"); port == 0 {
		return only, 0, fmt.Errorf("unknown service: %s/tcp", service)
	}
	return only, port, nil
}

// halt ends all activity without a word: what a kill of master does.
func (in *Instance) halt() {
	in.running = false
	for _, l := range in.listeners {
		l.Close()
	}
	in.listeners = nil
	in.queue.halt()
	procs := in.procs
	in.procs = nil
	for _, p := range procs {
		p.Signal(host.SIGKILL)
	}
	in.master = nil
}

// stop is "postfix stop".
func (in *Instance) stop() {
	if !in.running {
		return
	}
	master := in.master
	in.logf(host.Info, "postfix-script", 0, "stopping the Postfix mail system")
	in.logf(host.Info, "master", master.PID, "terminating on signal 15")
	in.halt()
	master.Exit(0)
}

// reload is "postfix reload": master reads its services, the long-lived
// daemons end and are started anew.
func (in *Instance) reload() error {
	if !in.running {
		return errors.New("the Postfix mail system is not running")
	}
	in.logf(host.Info, "postfix-script", 0, "refreshing the Postfix mail system")
	cfg, diags := readConfig(in.host, "master")
	if d, fatal := postfix.FirstFatal(diags); fatal || cfg == nil || cfg.Master == nil {
		in.logf(host.Err, "postfix-script", 0, "%s", d)
		in.emitConfig(trace.Fail, d.String())
		return d
	}
	in.logf(host.Info, "master", in.master.PID, "reload -- version 3.7.11, configuration %s", configDir)
	for _, l := range in.listeners {
		l.Close()
	}
	in.listeners, in.base, in.daemons = nil, cfg, map[string]*daemon{}
	in.emitConfig(trace.OK, "configuration loaded")
	if err := in.listen(); err != nil {
		in.logf(host.Err, "master", in.master.PID, "fatal: %v", err)
		return err
	}
	in.queue.wake()
	return nil
}
