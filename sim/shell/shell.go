package shell

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// dialect says whose words a shell speaks.
type dialect uint8

const (
	bash dialect = iota
	dash         // Debian's /bin/sh
)

// flow says why statements are being left without running them.
type flow uint8

const (
	onward     flow = iota
	flowBreak       // break: levels loops are left
	flowNext        // continue: levels-1 loops are left
	flowReturn      // return from a function or a sourced file
	flowAbort       // an interactive shell drops the rest of the line
	flowExit        // the shell ends
)

// Bounds on what a script may nest.
const (
	maxDepth  = 1000 // function calls, eval, source, trap actions inside each other
	forkSteps = 40   // what making a process costs of an operation's steps
)

// Shell is the state of one shell process.
type Shell struct {
	p       *host.Proc
	dialect dialect
	name    string // what messages begin with: "bash", "-bash", "./script.sh"
	arg0    string // $0
	src     string // text being run, for messages that quote it
	line    int    // of the statement being run
	base    int    // lines before the text being run, as in a script read line by line

	vars    *vars
	params  []string // $1 ...
	funcs   map[string]*function
	aliases map[string]string
	opts    options
	fds     map[int]*host.FD
	traps   map[string]string // by signal name without SIG, or EXIT
	pending []host.Signal     // caught and not yet acted on
	jobs    *jobTable

	status       int // $?
	substStatus  int // of the last command substitution of the command being expanded
	background   int // $!
	pipeStatus   []int
	flow         flow
	levels       int
	loops        int
	depth        int
	calls        []string // names of the functions being run, innermost last
	conditional  int      // > 0 where set -e does not apply
	interactive  bool
	asFile       bool // a builtin run as a command of its own: messages begin with its name
	terse        bool // messages carry no line number: an interactive shell and its subshells
	login        bool
	child        bool // a subshell
	substituting int  // command substitutions this shell is inside of
	tail         bool // the next simple command is the last thing this process does
	ended        bool // the EXIT trap has run

	random  *rand.Rand
	started time.Time
	getopts int // place inside a cluster of options
	history []string
	input   *scriptInput // where `read` of a script on standard input continues
}

type function struct {
	body *syntax.Stmt
	src  string
}

// newShell returns the shell of a freshly started process.
func newShell(p *host.Proc, d dialect) *Shell {
	s := &Shell{
		p: p, dialect: d, name: p.Args[0], arg0: p.Args[0],
		vars: newVars(p), funcs: map[string]*function{}, aliases: map[string]string{}, traps: map[string]string{},
		fds: map[int]*host.FD{0: p.Stdin, 1: p.Stdout, 2: p.Stderr}, jobs: &jobTable{}, started: p.Host.Clock.Now(),
	}
	if d == dash {
		s.vars.setPlain("PS1", "$ ")
	}
	s.vars.setPlain("IFS", " \t\n")
	s.vars.setPlain("OPTIND", "1")
	s.vars.setPlain("PS4", "+ ")
	s.vars.setPlain("PS2", "> ")
	s.vars.setExported("PWD", p.Cwd)
	if d == bash {
		s.vars.setPlain("BASH_VERSION", "5.2.15(1)-release")
		s.vars.setPlain("HOSTNAME", p.Host.Hostname())
		s.vars.setPlain("HOSTTYPE", "x86_64")
		s.vars.setPlain("OSTYPE", "linux-gnu")
		s.vars.setExported("SHLVL", nextLevel(p.Env.Get("SHLVL")))
		if _, ok := p.Env.Lookup("PATH"); !ok {
			s.vars.setPlain("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
		}
	}
	p.Ctx = s
	p.OnSignal = s.onSignal
	return s
}

func nextLevel(s string) string {
	var n int
	fmt.Sscan(s, &n)
	if n < 0 || n > 998 {
		n = 0
	}
	return fmt.Sprint(n + 1)
}

// fork returns the state a subshell begins with (XCU 2.12): a copy of
// everything, traps reset, no jobs.
func (s *Shell) fork() *Shell {
	c := *s
	c.vars = s.vars.clone()
	c.params = slices.Clone(s.params)
	c.funcs = maps.Clone(s.funcs)
	c.aliases = maps.Clone(s.aliases)
	c.fds = maps.Clone(s.fds)
	c.calls = slices.Clone(s.calls)
	c.traps = map[string]string{}
	for name, action := range s.traps {
		if action == "" {
			c.traps[name] = "" // an ignored signal stays ignored
		}
	}
	c.pending, c.jobs = nil, &jobTable{}
	c.interactive, c.child, c.ended = false, true, false
	return &c
}

// subshell starts a process that runs body in a copy of the shell. spec may
// replace its files; group is the process group it joins (0: see join).
func (s *Shell) subshell(spec host.Spec, body func(*Shell)) (*host.Proc, error) {
	s.p.Step(forkSteps)
	c := s.fork()
	if spec.Stdin == nil {
		spec.Stdin = s.fd(0)
	}
	if spec.Stdout == nil {
		spec.Stdout = s.fd(1)
	}
	if spec.Stderr == nil {
		spec.Stderr = s.fd(2)
	}
	spec.Args, spec.Env = s.p.Args, s.p.Env
	p, err := s.p.Host.Start(s.p, func(p *host.Proc) int {
		body(c)
		return c.finish()
	}, spec)
	if err != nil {
		s.forkFailed()
		return nil, err
	}
	p.Umask = s.p.Umask
	c.p = p
	p.Ctx, p.OnSignal = c, c.onSignal
	for n := range c.fds {
		if n > 2 {
			p.Hold(c.fds[n])
		}
	}
	c.fds[0], c.fds[1], c.fds[2] = p.Stdin, p.Stdout, p.Stderr
	return p, nil
}

// forkFailed reports EAGAIN of fork(2). A shell that goes on trying would never
// end, so the operation's steps pay for each failure.
func (s *Shell) forkFailed() {
	s.say("fork: retry: Resource temporarily unavailable")
	s.p.Step(int(s.p.Host.Limits.Steps/16) + 1)
	s.status = 254
}

// task returns the running task. An interactive shell's commands run in a task
// of their own, so it is not always p.Task.
func (s *Shell) task() *vtime.Task { return s.p.Host.Clock.Current() }

// fd returns the open file n, or one that gives EBADF.
func (s *Shell) fd(n int) *host.FD {
	if fd := s.fds[n]; fd != nil {
		return fd
	}
	return host.NewFD(nil, nil, nil)
}

// prefix is what a message begins with.
func (s *Shell) prefix() string {
	switch {
	case s.asFile:
		return ""
	case s.dialect == dash:
		return fmt.Sprintf("%s: %d: ", s.name, s.line)
	case s.terse:
		return s.name + ": "
	}
	return fmt.Sprintf("%s: line %d: ", s.name, s.line)
}

// say writes a message of the shell to standard error.
func (s *Shell) say(format string, args ...any) {
	io.WriteString(s.fd(2), s.prefix()+fmt.Sprintf(format, args...)+"\n")
}

// print writes to standard output.
func (s *Shell) print(text string) bool {
	_, err := io.WriteString(s.fd(1), text)
	return err == nil
}

// stopped reports whether statements are being left.
func (s *Shell) stopped() bool { return s.flow != onward }

// LastStatus returns the exit status of the last command ($?).
func (s *Shell) LastStatus() int { return s.status }

// exit leaves everything with a status.
func (s *Shell) exit(status int) {
	s.status = status & 0xff
	s.flow = flowExit
}

// fatal ends a shell because of an error, an interactive one only the line.
func (s *Shell) fatal(status int) int {
	s.status = status
	s.flow = flowExit
	if s.interactive {
		s.flow = flowAbort
	}
	return status
}

// finish runs the EXIT trap and returns the status the process ends with.
func (s *Shell) finish() int {
	if s.ended {
		return s.status
	}
	s.ended = true
	s.flow = onward
	s.runPending()
	if action := s.traps["EXIT"]; action != "" {
		status := s.status
		s.flow = onward
		s.evalText(action, "trap")
		if s.flow != flowExit {
			s.status = status
		}
	}
	return s.status
}

func orDefault(s, d string) string {
	if s == "" {
		return d
	}
	return s
}
