package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// errInterrupted unwinds the task of a line the user typed Ctrl+C at.
var errInterrupted = errors.New("interrupted")

// interact is the read-evaluate loop on a terminal. Each line runs in a task of
// its own, so that Ctrl+C, a limit or an internal error ends the line and not
// the shell.
func (s *Shell) interact() int {
	s.interactive, s.terse = true, true
	s.opts.expandAliases, s.opts.monitor = true, true
	if s.vars.find("PS1") == nil {
		s.vars.setPlain("PS1", defaultPrompt)
	}
	s.vars.setPlain("HISTSIZE", "1000")
	s.guarded(s.startFiles)
	tty := s.p.TTY
	if tty == nil {
		return s.runInput()
	}
	tty.SetForeground(s.p)
	var wake vtime.Signal
	var line *vtime.Task // runs the present line, nil at the prompt
	s.p.OnSignal = func(sig host.Signal) bool {
		if s.onSignal(sig) {
			return true
		}
		if sig != host.SIGINT {
			return false
		}
		if line != nil {
			line.Kill(errInterrupted)
		} else {
			wake.Broadcast()
		}
		return true
	}
	repl := s.p.Task
	for s.flow != flowExit {
		text, ok := s.readCommand(&wake)
		if !ok {
			break
		}
		s.flow = onward
		if s.runLine(text, repl, &line) {
			continue
		}
	}
	if s.flow != flowExit {
		if s.login {
			tty.Notice("logout\n")
		} else {
			tty.Notice("exit\n")
		}
	} else if s.login {
		tty.Notice("logout\n")
	} else {
		tty.Notice("exit\n")
	}
	s.guarded(func() { s.finish() })
	tty.SetForeground()
	return s.status
}

const defaultPrompt = `\u@\h:\w\$ `

// startFiles runs the profile of a login shell and bashrc of the others.
func (s *Shell) startFiles() {
	home := s.vars.get("HOME")
	run := func(file string) bool {
		text, err := s.p.Host.FS.ReadFile(s.p.Path(file), s.p.Cred)
		if err != nil {
			return false
		}
		name := s.name
		s.name, s.interactive, s.terse = file, false, false
		s.evalText(string(text), "")
		s.name, s.interactive, s.terse = name, true, true
		if s.flow != flowExit {
			s.flow = onward
		}
		return true
	}
	if !s.login {
		run(home + "/.bashrc")
		return
	}
	run("/etc/profile")
	for _, f := range []string{".bash_profile", ".bash_login", ".profile"} {
		if s.stopped() || run(home+"/"+f) {
			return
		}
	}
}

// guarded runs fn in a task of its own and waits for it. The error is why it
// did not return.
func (s *Shell) guarded(fn func()) error { return s.inTask(fn, nil) }

func (s *Shell) inTask(fn func(), current **vtime.Task) error {
	repl := s.p.Task
	var over bool
	var reason error
	var done vtime.Signal
	t := s.p.Host.Clock.Go("line", func(*vtime.Task) { fn() })
	t.OnEnd(func(err error) {
		over, reason = true, err
		done.Broadcast()
	})
	s.p.Task = t
	if current != nil {
		*current = t
	}
	defer func() {
		s.p.Task = repl
		if current != nil {
			*current = nil
		}
		if !over { // the shell itself is being ended
			t.Kill(errInterrupted)
		}
	}()
	for !over {
		done.Wait(repl)
	}
	return reason
}

// runLine runs one command text.
func (s *Shell) runLine(text string, repl *vtime.Task, line **vtime.Task) bool {
	saved := s.saveState()
	err := s.inTask(func() {
		if s.interactiveText(text); s.flow == flowAbort {
			s.flow = onward
		}
	}, line)
	if err == nil {
		return true
	}
	s.restoreState(saved)
	var pe *vtime.PanicError
	switch sig := host.SignalOf(err); {
	case errors.Is(err, vtime.ErrClosed), sig == host.SIGKILL, sig == host.SIGHUP:
		repl.Exit(err)
	case errors.Is(err, errInterrupted):
		s.status = 130
	case errors.Is(err, host.ErrSteps):
		s.status = 137
		s.p.TTY.Notice("Killed\n")
	case errors.As(err, &pe):
		s.status = 139
		s.p.TTY.Notice("Segmentation fault\n")
		s.p.Host.Log.Emit(trace.Event{Kind: trace.Note, Outcome: trace.Fail, Node: s.p.Host.Name,
			Data: trace.F("internal error", "command", text, "error", fmt.Sprint(pe.Value))})
	case sig != 0:
		s.status = 128 + int(sig)
	default:
		if status, ok := host.ExitOf(err); ok {
			s.exit(status)
			return false
		}
		s.status = 137
	}
	s.flow = onward
	return true
}

// state is what a line that is broken off must not leave changed.
type state struct {
	fds     map[int]*host.FD
	scopes  int
	depth   int
	loops   int
	cond    int
	params  []string
	calls   []string
	name    string
	src     string
	prompts bool
	terse   bool
}

func (s *Shell) saveState() state {
	fds := map[int]*host.FD{}
	for n, fd := range s.fds {
		fds[n] = fd
	}
	return state{fds, len(s.vars.scopes), s.depth, s.loops, s.conditional, s.params, s.calls, s.name, s.src, s.interactive, s.terse}
}

func (s *Shell) restoreState(st state) {
	s.fds, s.depth, s.loops, s.conditional = st.fds, st.depth, st.loops, st.cond
	s.params, s.calls, s.name, s.src, s.interactive = st.params, st.calls, st.name, st.src, st.prompts
	s.terse = st.terse
	for len(s.vars.scopes) > st.scopes {
		s.vars.pop()
	}
	s.tail = false
	if s.p.TTY != nil {
		s.p.TTY.SetForeground(s.p)
	}
}

// interactiveText parses the whole text and runs it; with a syntax error
// nothing of it is run.
func (s *Shell) interactiveText(text string) {
	old := s.src
	s.src = text
	defer func() { s.src = old }()
	s.base = 0
	list, err := s.parseAll(text)
	if err != nil {
		s.syntaxError(text, "", err)
		s.status = 2
		return
	}
	s.list(list)
}

// readCommand reads lines until they make a complete command. ok is false at
// the end of the input.
func (s *Shell) readCommand(wake *vtime.Signal) (text string, ok bool) {
	tty := s.p.TTY
	s.letJobsRun()
	s.tellJobs(noticeWriter{tty})
	prompt := s.prompt(s.vars.get("PS1"))
	for {
		typed, isLine, err := tty.Await(s.p.Task, prompt, wake, nil)
		switch {
		case errors.Is(err, io.EOF) && text == "":
			return "", false
		case err != nil:
			tty.Notice(s.name + ": syntax error: unexpected end of file\n")
			s.status = 2
			return "", text == ""
		case !isLine: // Ctrl+C at the prompt
			text, s.status = "", 130
			s.tellJobs(noticeWriter{tty})
			prompt = s.prompt(s.vars.get("PS1"))
			continue
		}
		if typed, ok = s.expandHistory(typed); !ok {
			text = ""
			continue
		}
		text += typed + "\n"
		if len(text) > maxSource {
			tty.Notice(s.name + ": " + errTooComplex.Error() + "\n")
			text = ""
			continue
		}
		if strings.TrimSpace(text) == "" {
			text = ""
			continue
		}
		if _, err := s.parseAll(text); isIncomplete(text, err) {
			prompt = s.prompt(s.vars.get("PS2"))
			continue
		}
		s.remember(text)
		return text, true
	}
}

// letJobsRun lets background jobs do what they can do at once, so that their
// first output and errors belong to the line that started them. The number of
// turns is bounded: jobs that feed each other never come to rest.
func (s *Shell) letJobsRun() {
	for range 256 {
		if s.background == 0 {
			return
		}
		s.p.Task.Yield()
	}
}

type noticeWriter struct{ tty *host.TTY }

func (w noticeWriter) Write(b []byte) (int, error) {
	w.tty.Notice(string(b))
	return len(b), nil
}
