package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mta/postfix"
)

// instance returns the Postfix of the process's host; without one it says so.
func instance(p *host.Proc) *Instance {
	in := of(p.Host)
	if in == nil {
		p.Errorf("fatal: open %s/main.cf: No such file or directory", configDir)
	}
	return in
}

// begin reads the configuration for a command and prints what is wrong with
// it, name in front. It returns nil after a fatal message.
func begin(p *host.Proc, program, name string) *postfix.Config {
	cfg, diags := of(p.Host).readConfig(program)
	for _, d := range diags {
		fmt.Fprintf(p.Stderr, "%s: %s\n", name, d)
		if d.Severity == postfix.Fatal {
			return nil
		}
	}
	return cfg
}

// postfixCommand is postfix(1) with postfix-script(1).
func postfixCommand(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) != 1 {
		p.Errorf("fatal: usage: postfix [-c config_dir] [-Dv] command")
		return 1
	}
	cfg := in.beginScript(p)
	if cfg == nil {
		return 1
	}
	if !p.Cred.IsRoot() {
		p.Errorf("fatal: to submit mail, use the Postfix sendmail command")
		p.Errorf("fatal: the postfix command is reserved for the superuser")
		return 1
	}
	s := &script{in: in, p: p, cfg: cfg}
	return s.run(args[0])
}

// beginScript reads the configuration for the postfix command. main.cf is read
// again while it is fresh, which repeats the warnings about repeated entries.
func (in *Instance) beginScript(p *host.Proc) *postfix.Config {
	cfg, diags := in.readConfig("postfix")
	if cfg == nil || cfg.Main == nil {
		fmt.Fprintf(p.Stderr, "postfix: %s\n", diags[0])
		return nil
	}
	say := func(list []postfix.Diagnostic) bool {
		for _, d := range list {
			fmt.Fprintf(p.Stderr, "postfix: %s\n", d)
			if d.Severity == postfix.Fatal {
				return false
			}
		}
		return true
	}
	var warnings, rest []postfix.Diagnostic
	for _, d := range diags {
		if strings.Contains(d.Text, "overriding earlier entry") {
			warnings = append(warnings, d)
		} else {
			rest = append(rest, d)
		}
	}
	say(warnings)
	if f, err := readFile(in.host, configDir+"/main.cf", host.Root); err == nil && len(warnings) > 0 {
		for range postfix.Rereads(f.Modified, in.host.Clock.Now()) {
			say(cfg.Main.Reread())
		}
	}
	if !say(rest) {
		return nil
	}
	return cfg
}

// script is postfix-script: it runs other commands of Postfix, which complain
// about the configuration each for itself.
type script struct {
	in  *Instance
	p   *host.Proc
	cfg *postfix.Config
}

// say prints and logs a line as postlog(1) does.
func (s *script) say(format string, args ...any) {
	fmt.Fprintf(s.p.Stderr, "postfix/postfix-script: "+format+"\n", args...)
}

// fatal prints and logs why the script ends.
func (s *script) fatal(format string, args ...any) int {
	s.say("fatal: "+format, args...)
	s.in.script(host.Err, "fatal: "+format, args...)
	return 1
}

// complain prints the warnings a command shows at its start, times over.
func (s *script) complain(command string, times int) {
	_, diags := s.in.readConfig("postconf")
	if command == "/usr/sbin/postconf" {
		diags = append(diags, s.cfg.Unused()...)
	}
	for range times {
		for _, d := range diags {
			if d.Severity == postfix.Warning {
				fmt.Fprintf(s.p.Stderr, "%s: %s\n", command, d)
			}
		}
	}
}

// masterCF checks that postconf can read master.cf.
func (s *script) masterCF() bool {
	_, diags := s.in.readConfig("postconf")
	d, fatal := postfix.FirstFatal(diags)
	if fatal {
		fmt.Fprintf(s.p.Stderr, "/usr/sbin/postconf: %s\n", d)
		s.fatal("cannot execute /usr/sbin/postconf!")
	}
	return !fatal
}

const (
	notRunning     = "the Postfix mail system is not running"
	alreadyRunning = "the Postfix mail system is already running"
	// checkedDirs is how many times postfix-script asks postconf for a
	// parameter while it checks the installation.
	checkedDirs = 19
)

func (s *script) run(verb string) int {
	if !s.masterCF() {
		return 1
	}
	unit := s.p.Host.Unit("postfix")
	switch verb {
	case "start", "start-fg":
		return s.start(unit)
	case "stop", "abort", "quick-stop":
		s.complain("/usr/sbin/postconf", 1)
		if !s.in.up() {
			return s.fatal(notRunning)
		}
		s.complain("postfix/postlog", 1)
		s.say("stopping the Postfix mail system")
		unit.DoStop()
	case "reload":
		s.complain("/usr/sbin/postconf", 1)
		if !s.in.up() {
			return s.fatal(notRunning)
		}
		s.complain("postfix/postlog", 1)
		s.say("refreshing the Postfix mail system")
		if unit.DoReload() != nil {
			return 1
		}
	case "status":
		s.complain("/usr/sbin/postconf", 1)
		if !s.in.up() {
			s.say(notRunning)
			return 1
		}
		s.say("the Postfix mail system is running: PID: %d", s.in.master.PID)
	case "check":
		s.check()
	case "flush":
		s.complain("/usr/sbin/postconf", 1)
		if !s.in.up() {
			return s.fatal(notRunning)
		}
		s.in.runQueue(true, nil)
	default:
		return s.fatal("unknown command: '%s'. Usage: postfix start (or stop, reload, abort, flush, check, status, set-permissions, upgrade-configuration, logrotate)", verb)
	}
	return 0
}

func (s *script) check() {
	s.complain("/usr/sbin/postconf", checkedDirs)
	s.complain("postsuper", 1)
	s.complain("/usr/sbin/postconf", 1)
}

func (s *script) start(unit *host.Unit) int {
	if s.in.up() {
		s.complain("/usr/sbin/postconf", 1)
		return s.fatal(alreadyRunning)
	}
	s.check()
	s.complain("postfix/postlog", 1)
	s.say("starting the Postfix mail system")
	if err := unit.DoStart(); err != nil {
		s.say("fatal: mail system startup failed")
		return 1
	}
	return 0
}
