package shell

import (
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
)

// substitute runs $(...) and returns its output without trailing newlines
// (XCU 2.6.3). $(<file) reads the file without a process.
func (s *Shell) substitute(c *syntax.CmdSubst) (string, error) {
	if c.TempFile || c.ReplyVar {
		return "", failf("bad substitution")
	}
	if text, ok, err := s.substituteFile(c); ok {
		return text, err
	}
	if len(c.Stmts) == 0 {
		s.substStatus = 0
		return "", nil
	}
	buf, w := s.p.Host.NewBuffer()
	p, err := s.subshell(host.Spec{Stdout: w}, func(sub *Shell) {
		sub.substituting++
		sub.opts.errexit = false
		sub.tail = len(c.Stmts) == 1
		sub.list(c.Stmts)
	})
	if err != nil {
		s.substStatus = s.status
		return "", nil
	}
	s.substStatus = s.waitFor(p)
	out := buf.Bytes()
	if strings.IndexByte(string(out), 0) >= 0 && s.dialect == bash {
		s.say("warning: command substitution: ignored null byte in input")
	}
	return strings.TrimRight(strings.ReplaceAll(string(out), "\x00", ""), "\n"), nil
}

func (s *Shell) substituteFile(c *syntax.CmdSubst) (string, bool, error) {
	if s.dialect == dash || len(c.Stmts) != 1 {
		return "", false, nil
	}
	st := c.Stmts[0]
	if st.Cmd != nil || len(st.Redirs) != 1 || st.Redirs[0].Op != syntax.RdrIn || st.Redirs[0].N != nil {
		return "", false, nil
	}
	undo, ok := s.redirect(st.Redirs)
	defer undo()
	if !ok {
		s.substStatus = 1
		return "", true, nil
	}
	var b strings.Builder
	_, err := io.Copy(&b, io.LimitReader(s.fd(0), s.vars.max))
	if err != nil {
		s.substStatus = 1
		return "", true, nil
	}
	s.substStatus = 0
	return strings.TrimRight(strings.ReplaceAll(b.String(), "\x00", ""), "\n"), true, nil
}

// waitFor waits for a foreground process and returns its status. A shell that
// is not interactive tells of a death by signal, as bash does.
func (s *Shell) waitFor(p *host.Proc) int {
	status := p.Wait(s.task())
	s.noteDeath(p)
	return status
}

// noteDeath acts on how a foreground process died: Ctrl+C ends the whole line
// of an interactive shell.
func (s *Shell) noteDeath(p *host.Proc) {
	switch sig := p.Signalled(); {
	case sig == host.SIGINT:
		if s.interactive {
			s.flow = flowAbort
		}
	case sig == host.SIGPIPE || sig == 0 || s.child:
	case s.interactive && sig == host.SIGTERM:
		s.print("Terminated\n")
	case s.interactive && sig == host.SIGHUP:
		s.print("Hangup\n")
	}
}

// inForeground runs fn while procs have the terminal.
func (s *Shell) inForeground(fn func(), procs ...*host.Proc) {
	tty := s.p.TTY
	if !s.interactive || tty == nil || len(procs) == 0 {
		fn()
		return
	}
	old := tty.Foreground()
	tty.SetForeground(procs...)
	defer tty.SetForeground(old...)
	fn()
}

func (s *Shell) runSubshell(c *syntax.Subshell) {
	p, err := s.subshell(host.Spec{NewGroup: s.interactive}, func(sub *Shell) {
		sub.tail = len(c.Stmts) == 1
		sub.list(c.Stmts)
	})
	if err != nil {
		return
	}
	s.inForeground(func() { s.status = s.waitFor(p) }, p)
}

// stages flattens a pipeline. pipeErr tells for each whether its standard
// error goes into the pipe, too.
func stages(c *syntax.BinaryCmd) (list []*syntax.Stmt, pipeErr []bool) {
	add := func(st *syntax.Stmt) {
		if b, ok := st.Cmd.(*syntax.BinaryCmd); ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && len(st.Redirs) == 0 && !st.Negated {
			l, e := stages(b)
			list, pipeErr = append(list, l...), append(pipeErr, e...)
			return
		}
		list, pipeErr = append(list, st), append(pipeErr, false)
	}
	add(c.X)
	pipeErr[len(pipeErr)-1] = c.Op == syntax.PipeAll
	add(c.Y)
	return list, pipeErr
}

// pipeline runs every stage as a process, connected by pipes, and waits for all
// of them. The status is that of the last one.
func (s *Shell) pipeline(c *syntax.BinaryCmd, st *syntax.Stmt) {
	procs, ok := s.startPipeline(c)
	if !ok {
		for _, p := range procs {
			p.Signal(host.SIGTERM)
		}
	}
	s.pipeStatus = nil
	s.inForeground(func() {
		failed := 0
		for _, p := range procs {
			s.status = s.waitFor(p)
			s.pipeStatus = append(s.pipeStatus, s.status)
			if s.status != 0 {
				failed = s.status
			}
		}
		if s.opts.pipefail {
			s.status = failed
		}
	}, procs...)
	if !ok {
		s.status = 254
	}
}

func (s *Shell) startPipeline(c *syntax.BinaryCmd) (procs []*host.Proc, ok bool) {
	list, pipeErr := stages(c)
	group := 0
	var in *host.FD
	drop := func(fd *host.FD) {
		if fd != nil {
			s.p.Release(fd)
		}
	}
	for i, stage := range list {
		spec := host.Spec{Stdin: in, Group: group, NewGroup: s.interactive && group == 0}
		var r, w *host.FD
		if i < len(list)-1 {
			r, w = s.p.Host.Pipe()
			s.p.Hold(r)
			s.p.Hold(w)
			spec.Stdout = w
			if pipeErr[i] {
				spec.Stderr = w
			}
		}
		p, err := s.subshell(spec, func(sub *Shell) {
			sub.tail = true
			sub.opts.errexit = s.opts.errexit && s.conditional == 0
			sub.stmt(stage)
		})
		drop(in)
		drop(w)
		in = r
		if err != nil {
			drop(in)
			return procs, false
		}
		if s.interactive && group == 0 {
			group = p.PID
		}
		procs = append(procs, p)
	}
	return procs, true
}

// runBackground starts a list with & and goes on. Without job control its
// standard input is /dev/null (XCU 2.9.3.1).
func (s *Shell) runBackground(st *syntax.Stmt) {
	front := *st
	front.Background = false
	spec := host.Spec{NewGroup: s.interactive}
	if !s.interactive {
		spec.Stdin = host.NullFD()
	}
	p, err := s.subshell(spec, func(sub *Shell) {
		sub.tail = true
		sub.stmt(&front)
	})
	if err != nil {
		return
	}
	s.background, s.status = p.PID, 0
	j := s.jobs.add(p, strings.TrimSpace(s.between(st.Pos(), st.End(), 0)))
	if s.interactive {
		io.WriteString(s.fd(2), j.started())
	}
}

// external runs a command that is neither function nor builtin.
func (s *Shell) external(args []string, env *host.Env) {
	prog, argv, err := s.image(args, env)
	if err != nil {
		s.status = s.notRun(args[0], err)
		return
	}
	h := s.p.Host
	span := h.Log.Open(trace.Event{Kind: trace.Exec, Node: h.Name, Data: trace.F(commandLine(args), "user", h.UserName(s.p.Cred.UID))})
	status := 129
	end := func() {
		out := trace.OK
		if status != 0 {
			out = trace.Fail
		}
		span.End(out, trace.F("exit status "+itoa(status), "status", itoa(status)))
	}
	if s.tail && s.child && len(s.traps) == 0 {
		defer end()
		status = s.replace0(prog, argv, env)
		s.status = status
		return
	}
	s.p.Step(forkSteps)
	p, err := h.Start(s.p, prog, host.Spec{Args: argv, Env: env, Stdin: s.fd(0), Stdout: s.fd(1), Stderr: s.fd(2), NewGroup: s.interactive})
	if err != nil {
		span.End(trace.Fail, nil)
		s.forkFailed()
		return
	}
	defer end()
	s.inForeground(func() { status = s.waitFor(p) }, p)
	s.status = status
}

// replace0 runs a program in this process, which ends with it: exec(3).
func (s *Shell) replace0(prog host.Program, argv []string, env *host.Env) int {
	p := s.p
	p.Args, p.Env, p.OnSignal, p.Ctx = argv, env, nil, nil
	p.Stdin, p.Stdout, p.Stderr = s.fd(0), s.fd(1), s.fd(2)
	return prog(p)
}

// image finds the program of a command word. A directory and a file that may
// not be executed are told from a missing one.
func (s *Shell) image(args []string, env *host.Env) (host.Program, []string, error) {
	return s.p.Host.Image(args, s.vars.get("PATH"), s.p.Cwd, s.p.Cred)
}

// notRun says why a command was not run and returns the status (XCU 2.8.2).
func (s *Shell) notRun(word string, err error) int {
	slash := strings.Contains(word, "/")
	code := vfs.ErrnoOf(err)
	if s.dialect == dash {
		if code == vfs.ENOENT || code == vfs.ENOTDIR {
			s.say("%s: not found", word)
			return 127
		}
		s.say("%s: %s", word, code.Error())
		return 126
	}
	if slash {
		if info, e := s.p.Host.FS.Stat(s.p.Path(word), s.p.Cred); e == nil && info.IsDir() {
			s.say("%s: Is a directory", word)
			return 126
		}
		if code == vfs.ENOENT {
			if _, e := s.p.Host.FS.Stat(s.p.Path(word), s.p.Cred); e == nil {
				s.say("%s: cannot execute: required file not found", word)
				return 127
			}
		}
		s.say("%s: %s", word, code.Error())
		if code == vfs.ENOENT || code == vfs.ENOTDIR {
			return 127
		}
		return 126
	}
	switch code {
	case vfs.ENOENT, vfs.ENOTDIR:
		if s.vars.get("PATH") == "" {
			s.say("%s: No such file or directory", word)
			return 127
		}
		s.say("%s: command not found", word)
		return 127
	case vfs.ENOEXEC:
		s.say("%s: cannot execute binary file: Exec format error", word)
		return 126
	}
	s.say("%s: %s", word, code.Error())
	return 126
}

// commandLine is the text of a command in the trace.
func commandLine(args []string) string {
	var b strings.Builder
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if b.Len() > 400 {
			b.WriteString("...")
			break
		}
		b.WriteString(quoteIfNeeded(a))
	}
	return b.String()
}
