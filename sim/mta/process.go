package mta

import (
	"crypto/tls"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vtime"
)

const (
	// startTime is how long a process takes from fork to its first work: the
	// "0.01" in the delays of a quiet system.
	startTime = 8 * time.Millisecond
	// throttleTime is how long master waits before it starts a service again
	// whose process died at once (service_throttle_time).
	throttleTime = time.Minute
)

// pool is the processes of one service of master.cf.
type pool struct {
	service   postfix.Service
	idle      []*process // used last at the end
	size      int        // idle, busy and starting ones
	limit     int        // 0: none
	full      bool       // the warning about the limit was logged
	failing   bool       // the last start failed: one try at a time
	trying    bool
	notBefore time.Duration // throttled until
	changed   vtime.Signal  // a process became free or a try has ended
}

// process is a process of a service, such as smtp inet smtpd. It reads its
// configuration when it starts and serves one request after the other, up to
// max_use of them, until it has been idle for max_idle or Postfix is reloaded.
type process struct {
	in      *Instance
	pool    *pool
	service postfix.Service
	proc    *host.Proc
	cfg     *postfix.Config
	sys     *postfix.System
	task    *vtime.Task // on whose behalf it works
	uses    int64
	expiry  vtime.Timer
	fatal   string

	// What a program opens at its start; nil for the others.
	routing *postfix.Router
	smtpd   *postfix.SMTPD
	client  *postfix.SMTPClient
	locals  *postfix.Local
	cleaner *postfix.Cleanup
	mechs   string // SASL mechanisms smtpd offers
	tlsUse  string // smtpd: "may" or "encrypt", empty without TLS
	tls     *tls.Config
	logName string
	tables  map[string]time.Time // indexed tables read, with their age then
}

// acquire returns a process of a service for the task. It waits while the
// service has as many processes as it may or is throttled. Give the process
// back with release. It returns nil when Postfix was stopped in the meantime.
func (in *Instance) acquire(t *vtime.Task, s postfix.Service) *process {
	return in.acquireOr(t, s, func() {})
}

// acquireOr is acquire that calls throttled, perhaps more than once, before it
// waits for a service that cannot start: that is no work in progress.
func (in *Instance) acquireOr(t *vtime.Task, s postfix.Service, throttled func()) *process {
	for in.up() {
		pl := in.poolOf(s)
		if p := pl.take(); p != nil {
			p.task = t
			return p
		}
		switch now := in.host.Clock.Since(); {
		case pl.notBefore > now:
			throttled()
			t.Sleep(pl.notBefore - now)
		case pl.failing && pl.trying || pl.limit > 0 && pl.size >= pl.limit:
			if in.warnFull(pl); pl.failing {
				throttled()
			}
			pl.changed.Wait(t)
		default:
			if p := in.spawn(t, pl); p != nil {
				return p
			}
		}
	}
	return nil
}

func (in *Instance) poolOf(s postfix.Service) *pool {
	key := s.Type + " " + s.Name
	pl := in.pools[key]
	if pl == nil {
		pl = &pool{service: s, limit: int(in.base.Int("default_process_limit"))}
		if n, err := strconv.Atoi(s.MaxProc); err == nil {
			pl.limit = n
		}
		in.pools[key] = pl
	}
	return pl
}

func (in *Instance) warnFull(pl *pool) {
	if pl.full || pl.failing {
		return
	}
	pl.full = true
	in.logf(host.Warning, "master", in.master.PID, "warning: service %q (%s) has reached its process limit %q: new clients may experience noticeable delays",
		pl.service.Name, pl.service.Name, strconv.Itoa(pl.limit))
	in.logf(host.Warning, "master", in.master.PID, "warning: to avoid this condition, increase the process count in master.cf or reduce the service time per client")
	in.logf(host.Warning, "master", in.master.PID, "warning: see https://www.postfix.org/STRESS_README.html for examples of stress-adapting configuration settings")
}

// take returns an idle process.
func (pl *pool) take() *process {
	for n := len(pl.idle); n > 0; n = len(pl.idle) {
		p := pl.idle[n-1]
		pl.idle = pl.idle[:n-1]
		p.expiry.Stop()
		changed := p.changedTable()
		if !p.proc.Ended() && changed == "" {
			return p
		}
		pl.size--
		if !p.proc.Ended() {
			p.logf(host.Info, "table hash:%s(0,lock|fold_fix) has changed -- restarting", changed)
			p.end()
		}
	}
	return nil
}

// changedTable returns the name of an indexed table that was rebuilt since the
// process read it first, "" if there is none. A process that finds one ends
// before it serves another client.
func (p *process) changedTable() string {
	for _, index := range slices.Sorted(maps.Keys(p.tables)) {
		if info, err := p.in.host.FS.Stat(index, host.Root); err == nil && !info.ModTime().Equal(p.tables[index]) {
			return strings.TrimSuffix(index, ".db")
		}
	}
	return ""
}

// release gives a process back. It ends if it has served enough, or if Postfix
// was reloaded since it started.
func (in *Instance) release(p *process) {
	if p == nil {
		return
	}
	p.task = nil
	p.uses++
	if p.proc.Ended() || p.fatal != "" || !in.running || in.pools[p.service.Type+" "+p.service.Name] != p.pool || p.uses >= p.cfg.Int("max_use") {
		p.pool.size--
		p.end()
	} else {
		p.pool.idle = append(p.pool.idle, p)
		in.host.Clock.Arm(&p.expiry, p.cfg.Duration("max_idle"), p.expire)
	}
	p.pool.changed.Wake()
}

// expire ends a process that has had nothing to do for max_idle.
func (p *process) expire() {
	for i, x := range p.pool.idle {
		if x == p {
			p.pool.idle = append(p.pool.idle[:i], p.pool.idle[i+1:]...)
			p.pool.size--
			p.end()
			return
		}
	}
}

func (p *process) end() {
	if !p.proc.Ended() {
		p.proc.Exit(0)
	}
}

// retirePools makes all processes end: idle ones now, busy ones after their
// present work.
func (in *Instance) retirePools() {
	old := in.pools
	in.pools = map[string]*pool{}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		pl := old[key]
		for p := pl.take(); p != nil; p = pl.take() {
			p.end()
		}
		pl.changed.Broadcast()
	}
}

// endPools kills what processes there are.
func (in *Instance) endPools(sig host.Signal) {
	in.retirePools()
	if in.master == nil {
		return
	}
	for _, p := range in.host.Procs() {
		if p.PPID == in.master.PID || p.PPID == 1 && p.Cred.UID == in.owner.UID {
			p.Signal(sig)
		}
	}
}

// spawn starts a process. When it dies at its start because of its
// configuration, master says so and throttles the service; spawn then returns
// nil.
func (in *Instance) spawn(t *vtime.Task, pl *pool) *process {
	proc, err := in.host.Daemon(host.Spec{Args: commandLine(pl.service), Cred: &in.owner})
	if err != nil {
		in.logf(host.Warning, "master", in.master.PID, "warning: fork: %v", err)
		pl.notBefore = in.host.Clock.Since() + throttleTime
		return nil
	}
	proc.PPID = in.master.PID
	pl.size++
	pl.trying = true
	t.Sleep(startTime)
	pl.trying = false
	p := &process{in: in, pool: pl, service: pl.service, proc: proc, task: t}
	if !in.running || proc.Ended() {
		pl.size--
		pl.changed.Broadcast()
		return nil
	}
	p.begin()
	if p.fatal == "" {
		pl.failing = false
		pl.changed.Broadcast()
		return p
	}
	pl.size--
	pl.failing, pl.notBefore = true, in.host.Clock.Since()+time.Second+throttleTime
	program, master := libexec+pl.service.Program(), in.master
	in.host.Clock.After(time.Second, func() { // msg_fatal waits so that a loop does not fill the log
		proc.Exit(1)
		if in.master == master {
			in.logf(host.Warning, "master", master.PID, "warning: process %s pid %d exit status 1", program, proc.PID)
			in.logf(host.Warning, "master", master.PID, "warning: %s: bad command startup -- throttling", program)
		}
	})
	pl.changed.Broadcast()
	return nil
}

// commandLine is what ps shows of a process: the options master gives it.
func commandLine(s postfix.Service) []string {
	args := []string{s.Program()}
	if s.Name != s.Program() {
		args = append(args, "-n", s.Name)
	}
	switch s.MaxProc {
	case "1":
		args = append(args, "-l")
	case "0":
		args = append(args, "-z")
	}
	args = append(args, "-t", s.Type)
	if s.Unpriv != "n" {
		args = append(args, "-u")
	}
	if s.Chroot == "y" {
		args = append(args, "-c")
	}
	return append(args, s.Args[1:]...)
}

// begin is the start of the program: it reads its configuration and opens its
// tables.
func (p *process) begin() {
	program := p.service.Program()
	p.logName = p.name()
	_, diags := p.in.readConfig(program)
	for _, d := range diags {
		p.in.logDiag(p.logName, p.pid(), d)
	}
	if fatal, bad := postfix.FirstFatal(diags); bad {
		p.fatal = fatal.String()
		return
	}
	p.cfg = p.in.forService(p.service)
	p.sys = p.system()
	switch program {
	case "smtpd":
		var more []postfix.Diagnostic
		p.smtpd, more = postfix.NewSMTPD(p.cfg, p.sys)
		for _, d := range more {
			p.in.logDiag(p.logName, p.pid(), d)
		}
		if fatal, bad := postfix.FirstFatal(more); bad {
			p.fatal = fatal.String()
			return
		}
		p.routing = p.smtpd.Router()
		p.startSASL()
		p.openTLS()
	case "smtp", "lmtp":
		random := p.in.host.Clock.Rand("smtp " + p.in.host.Name + strconv.Itoa(p.pid()))
		p.client = postfix.NewSMTPClient(p.cfg, p.sys, random.IntN)
	case "local":
		p.locals = postfix.NewLocal(p.cfg, p.sys, p.router())
	case "cleanup":
		p.cleaner = postfix.NewCleanup(p.cfg, p.sys, p.router())
	}
}

// router is the process's view of trivial-rewrite.
func (p *process) router() *postfix.Router {
	if p.routing == nil {
		p.routing = postfix.NewRouter(p.cfg, p.sys)
	}
	return p.routing
}

func (p *process) pid() int { return p.proc.PID }

// name is the program's name in log lines: the service's syslog_name counts.
func (p *process) name() string {
	for _, o := range p.service.Options() {
		if o.Name == "syslog_name" {
			v := strings.ReplaceAll(o.Value, "$service_name", p.service.Name)
			return strings.TrimPrefix(v, "postfix/") + "/" + p.service.Program()
		}
	}
	return p.service.Program()
}

func (p *process) logf(sev host.Severity, format string, args ...any) {
	p.in.logf(sev, p.logName, p.pid(), format, args...)
}

// serviceOf returns the master.cf entry of a service the parts of Postfix use
// among themselves; an unlisted one has default settings.
func (in *Instance) serviceOf(name, program string) postfix.Service {
	if in.base.Master != nil {
		if s, ok := in.base.Master.Find(name, "unix"); ok {
			return s
		}
	}
	return postfix.Service{Name: name, Type: "unix", Args: []string{program}}
}
