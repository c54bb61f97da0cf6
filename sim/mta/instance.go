// Package mta is the mail transfer agent of a host: Postfix 3.7 as an operator
// sees it, with its queue, its SMTP server and client, local delivery, bounces
// and commands. The configuration and the decisions taken from it are in
// package postfix, the grammar of mail in package mail.
//
// The parts follow Postfix's own (OVERVIEW): smtpd and pickup hand a message to
// cleanup, which writes a queue file; qmgr moves it from incoming to active,
// lets smtp or local deliver it and keeps in deferred what has to wait; bounce
// writes notifications. All of them share one queue directory, and nothing else
// that a restart would lose. A process reads main.cf when it starts and lives
// until it has been idle for max_idle, so changes arrive as late as in reality.
//
// TLS (RFC 3207) is that of crypto/tls: cipher lists, session caches, client
// certificates, fingerprints and DANE are left out, as are milters, content
// filters, LMTP, pipe(8), the address verification and connection caches, and of
// qmgr the concurrency control with its suspension of dead destinations.
package mta

import (
	"errors"
	"fmt"
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
	libexec   = "/usr/lib/postfix/sbin/"
	version   = "3.7.11"
)

// instanceKey is where a host keeps its Postfix.
type instanceKey struct{}

// Instance is a host's Postfix, running or not.
type Instance struct {
	host       *host.Host
	owner      vfs.Cred // mail_owner: postfix
	running    bool
	master     *host.Proc
	pickup     *host.Proc
	qmgr       *host.Proc
	base       *postfix.Config // as master read it at start or reload
	configs    configCache
	pools      map[string]*pool
	listeners  []*vnet.Listener
	queue      queue
	collecting bool             // pickup is at work
	anvil      map[anvilKey]int // connections by client
}

// Install puts Postfix on a host: the unit postfix, not started.
func Install(h *host.Host) {
	in := &Instance{host: h}
	h.SetValue(instanceKey{}, in)
	h.AddUnit(&host.Unit{
		Name: "postfix", Description: "Postfix Mail Transport Agent", ExecStart: "/usr/sbin/postfix start",
		Docs: "man:postfix(1)", Tags: []string{"postfix"}, Enabled: true,
		Start: func(*host.Unit) (*host.Proc, error) {
			if lines := in.start(); lines != nil {
				return nil, &host.StartError{Status: 1, Err: errors.New(strings.Join(lines, "\n"))}
			}
			return in.master, nil
		},
		Stop:   func(*host.Unit) { in.stop() },
		Reload: func(*host.Unit) error { return in.reload() },
	})
}

// of returns a host's Postfix, or nil if it is not installed.
func of(h *host.Host) *Instance {
	in, _ := h.Value(instanceKey{}).(*Instance)
	return in
}

// logf writes a line as the named program of Postfix logs it.
func (in *Instance) logf(sev host.Severity, program string, pid int, format string, args ...any) {
	in.host.Syslog(host.FacMail, sev, "postfix/"+program, pid, fmt.Sprintf(format, args...))
}

// logDiag logs a message about the configuration.
func (in *Instance) logDiag(program string, pid int, d postfix.Diagnostic) {
	sev := host.Info
	switch {
	case d.Severity >= postfix.Error:
		sev = host.Err
	case d.Severity == postfix.Warning:
		sev = host.Warning
	}
	in.host.Syslog(host.FacMail, sev, "postfix/"+program, pid, d.String())
}

// script logs a line of postfix-script, which runs as a process of its own.
func (in *Instance) script(sev host.Severity, format string, args ...any) {
	in.logf(sev, "postfix-script", in.briefly("postlog"), format, args...)
}

// briefly runs a command that only logs something, and returns its PID.
func (in *Instance) briefly(command string) int {
	p, err := in.host.Daemon(host.Spec{Args: []string{command}})
	if err != nil {
		return 0
	}
	p.Exit(0)
	return p.PID
}

func pidOf(p *host.Proc) int {
	if p == nil {
		return 0
	}
	return p.PID
}

// up reports whether Postfix runs. That master was killed is noticed here: the
// other processes end when they find its socket gone.
func (in *Instance) up() bool {
	if in.running && in.master.Ended() {
		in.halt()
	}
	return in.running
}

// start is "postfix start". It returns what it prints when it fails.
func (in *Instance) start() (failure []string) {
	if in.up() {
		return []string{"fatal: the Postfix mail system is already running"}
	}
	cfg, diags := in.readConfig("master")
	if d, fatal := postfix.FirstFatal(diags); fatal {
		in.emitConfig(trace.Fail, d.String())
		in.host.Syslog(host.FacMail, host.Err, "postfix", in.briefly("postfix"), d.String())
		return []string{d.String()}
	}
	if cfg.Master == nil {
		return []string{"fatal: open " + configDir + "/master.cf: No such file or directory"}
	}
	in.owner = in.host.CredOf(cfg.Str("mail_owner"))
	in.base, in.pools = cfg, map[string]*pool{}
	master, err := in.host.Daemon(host.Spec{Args: []string{libexec + "master", "-w"}})
	if err != nil {
		return []string{"fatal: fork: " + err.Error()}
	}
	in.master, in.running = master, true
	master.OnSignal = in.signal
	in.script(host.Info, "starting the Postfix mail system")
	if err := in.listen(); err != nil {
		in.logf(host.Err, "master", master.PID, "fatal: %v", err)
		in.halt()
		master.Exit(1)
		return []string{"fatal: " + err.Error()}
	}
	in.logf(host.Info, "master", master.PID, "daemon started -- version %s, configuration %s", version, configDir)
	in.emitConfig(trace.OK, "configuration loaded")
	in.startManagers()
	return nil
}

// signal is what master does with a signal.
func (in *Instance) signal(s host.Signal) bool {
	switch s {
	case host.SIGHUP:
		in.reload()
		return true
	case host.SIGTERM:
		in.logf(host.Info, "master", in.master.PID, "terminating on signal 15")
	}
	in.halt()
	return false
}

// startManagers starts pickup and qmgr, which live as long as Postfix is not
// reloaded.
func (in *Instance) startManagers() {
	for _, old := range []*host.Proc{in.pickup, in.qmgr} {
		if old != nil && !old.Ended() {
			old.Exit(0)
		}
	}
	start := func(line string) *host.Proc {
		p, err := in.host.Daemon(host.Spec{Args: strings.Fields(line), Cred: &in.owner})
		if err != nil {
			return nil
		}
		p.PPID = in.master.PID
		return p
	}
	in.pickup, in.qmgr = start("pickup -l -t unix -u -c"), start("qmgr -l -t unix -u")
	for _, p := range []*host.Proc{in.pickup, in.qmgr} {
		if p != nil {
			p.OnExit(in.managerDied)
		}
	}
	in.queue.load(in)
	in.collect()
}

// managerDied notices that pickup or qmgr was killed: master says so and starts
// it anew a little later.
func (in *Instance) managerDied(p *host.Proc) {
	if !in.running || p.Signalled() == 0 || p != in.pickup && p != in.qmgr {
		return
	}
	in.logf(host.Warning, "master", in.master.PID, "warning: process %s%s pid %d killed by signal %d", libexec, p.Name(), p.PID, p.Signalled())
	in.host.Clock.After(time.Second, func() {
		if in.running && (p == in.pickup || p == in.qmgr) {
			in.startManagers()
		}
	})
}

func (in *Instance) emitConfig(out trace.Outcome, text string) {
	e := trace.Event{Kind: trace.Config, Node: in.host.Name, Outcome: out, Data: trace.F("postfix: "+text, "file", configDir+"/main.cf")}
	if edit := in.host.LastWrite(configDir + "/main.cf"); edit != 0 {
		e.Refs = []trace.Ref{{Rel: trace.CausedByEdit, Seq: edit}}
	}
	in.host.Log.Emit(e)
}

// halt ends all activity without a word: what a kill of master does.
func (in *Instance) halt() {
	in.running = false
	for _, l := range in.listeners {
		l.Close()
	}
	in.listeners = nil
	in.queue.halt(in)
	in.endPools(host.SIGKILL)
	for _, p := range []*host.Proc{in.pickup, in.qmgr} {
		if p != nil {
			p.Signal(host.SIGKILL)
		}
	}
	in.master, in.pickup, in.qmgr = nil, nil, nil
}

// stop is "postfix stop".
func (in *Instance) stop() {
	if !in.up() {
		return
	}
	master := in.master
	in.script(host.Info, "stopping the Postfix mail system")
	in.logf(host.Info, "master", master.PID, "terminating on signal 15")
	in.halt()
	master.Exit(0)
}

// reload is "postfix reload": master reads its services, idle processes end and
// busy ones with their present work; qmgr and pickup are started anew.
func (in *Instance) reload() error {
	if !in.up() {
		return errors.New("the Postfix mail system is not running")
	}
	cfg, diags := in.readConfig("master")
	if d, fatal := postfix.FirstFatal(diags); fatal {
		in.emitConfig(trace.Fail, d.String())
		return d
	}
	if cfg.Master == nil {
		return errors.New("open " + configDir + "/master.cf: No such file or directory")
	}
	in.script(host.Info, "refreshing the Postfix mail system")
	in.logf(host.Info, "master", in.master.PID, "reload -- version %s, configuration %s", version, configDir)
	for _, l := range in.listeners {
		l.Close()
	}
	in.retirePools()
	in.listeners, in.base = nil, cfg
	in.emitConfig(trace.OK, "configuration loaded")
	if err := in.listen(); err != nil {
		in.logf(host.Err, "master", in.master.PID, "fatal: %v", err)
		master := in.master
		in.halt()
		master.Exit(1)
		return err
	}
	in.startManagers()
	return nil
}
