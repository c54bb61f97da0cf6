package shell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// change is one redirection done, to be undone.
type change struct {
	n     int
	old   *host.FD
	made  *host.FD
	wrote string // the file opened for writing, "" if none
}

// redirect performs redirections in order (XCU 2.7). undo puts the files back,
// also after an error, which has been reported. Files written are told to the
// host when they are closed, so that the event shows what is in them.
func (s *Shell) redirect(list []*syntax.Redirect) (undo func(), ok bool) {
	var done []change
	undo = func() {
		for i := len(done) - 1; i >= 0; i-- {
			c := done[i]
			s.fds[c.n] = c.old
			if c.made != nil {
				s.p.Release(c.made)
			}
			if c.wrote != "" {
				s.p.Wrote("write", c.wrote)
			}
		}
		done = nil
	}
	for _, r := range list {
		cs, err := s.redirectOne(r)
		for i := range cs {
			cs[i].old = s.fds[cs[i].n]
			s.fds[cs[i].n] = cs[i].made
		}
		done = append(done, cs...)
		if err != nil {
			s.redirectFailed(err)
			return undo, false
		}
	}
	return undo, true
}

func (s *Shell) redirectFailed(err error) {
	var e *expansionError
	if errors.As(err, &e) && e.fatal {
		s.expansionFailed(err)
		return
	}
	s.say("%v", err)
}

// keep makes redirections permanent: exec without a command.
func (s *Shell) keep(list []*syntax.Redirect) bool {
	for _, r := range list {
		cs, err := s.redirectOne(r)
		for _, c := range cs {
			s.fds[c.n] = c.made
			if c.wrote != "" {
				s.p.Wrote("write", c.wrote)
			}
			switch c.n {
			case 0:
				s.p.Stdin = s.fd(0)
			case 1:
				s.p.Stdout = s.fd(1)
			case 2:
				s.p.Stderr = s.fd(2)
			}
		}
		if err != nil {
			s.redirectFailed(err)
			return false
		}
	}
	return true
}

func (s *Shell) redirectOne(r *syntax.Redirect) ([]change, error) {
	n := 1
	switch r.Op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		n = 0
	}
	if r.N != nil {
		v, err := strconv.Atoi(r.N.Value)
		if err != nil || v > 255 {
			return nil, fmt.Errorf("%s: Bad file descriptor", r.N.Value)
		}
		n = v
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		text, err := s.inputText(r)
		if err != nil {
			return nil, err
		}
		return []change{{n: n, made: s.p.Hold(host.NewFD(strings.NewReader(text), nil, nil))}}, nil
	}
	target, err := s.target(r.Word)
	if err != nil {
		return nil, err
	}
	switch r.Op {
	case syntax.DplIn, syntax.DplOut:
		return s.duplicate(n, r, target)
	case syntax.RdrAll, syntax.AppAll:
		return s.both(target, r.Op == syntax.AppAll)
	}
	return s.openFor(n, r.Op, target)
}

// inputText is the text of a here-document or here-string.
func (s *Shell) inputText(r *syntax.Redirect) (string, error) {
	if r.Op == syntax.WordHdoc {
		text, err := s.literal(r.Word)
		return text + "\n", err
	}
	if r.Hdoc == nil {
		return "", nil
	}
	w := r.Hdoc
	if r.Op == syntax.DashHdoc {
		w = withoutTabs(w)
	}
	for _, p := range r.Word.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok || strings.Contains(l.Value, `\`) { // a quoted delimiter: taken as it is
			return w.Lit(), nil
		}
	}
	return s.document(w)
}

// withoutTabs removes the tabs at line beginnings of a <<- document.
func withoutTabs(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	start := true
	for _, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok {
			out.Parts = append(out.Parts, p)
			start = false
			continue
		}
		lines := strings.SplitAfter(l.Value, "\n")
		for i := range lines {
			if i > 0 || start {
				lines[i] = strings.TrimLeft(lines[i], "\t")
			}
		}
		start = strings.HasSuffix(l.Value, "\n")
		c := *l
		c.Value = strings.Join(lines, "")
		out.Parts = append(out.Parts, &c)
	}
	return out
}

// target expands the word of a redirection, which must be one field.
func (s *Shell) target(w *syntax.Word) (string, error) {
	if s.dialect == dash {
		return s.literal(w)
	}
	list, err := s.fields([]*syntax.Word{w})
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", fmt.Errorf("%s: ambiguous redirect", s.between(w.Pos(), w.End(), 0))
	}
	return list[0], nil
}

// duplicate does n>&m, n>&- and bash's >&file.
func (s *Shell) duplicate(n int, r *syntax.Redirect, target string) ([]change, error) {
	if target == "-" {
		return []change{{n: n}}, nil
	}
	move := strings.HasSuffix(target, "-")
	m, err := strconv.Atoi(strings.TrimSuffix(target, "-"))
	if err != nil {
		if r.Op == syntax.DplOut && r.N == nil && s.dialect == bash {
			return s.both(target, false)
		}
		if s.dialect == dash {
			return nil, fmt.Errorf("Syntax error: Bad fd number")
		}
		return nil, fmt.Errorf("%s: ambiguous redirect", target)
	}
	fd := s.fds[m]
	if fd == nil {
		return nil, fmt.Errorf("%d: Bad file descriptor", m)
	}
	list := []change{{n: n, made: s.p.Hold(fd)}}
	if move && m != n {
		list = append(list, change{n: m})
	}
	return list, nil
}

// both does &>file.
func (s *Shell) both(target string, add bool) ([]change, error) {
	op := syntax.RdrOut
	if add {
		op = syntax.AppOut
	}
	list, err := s.openFor(1, op, target)
	if err != nil {
		return nil, err
	}
	return append(list, change{n: 2, made: s.p.Hold(list[0].made)}), nil
}

func (s *Shell) openFor(n int, op syntax.RedirOperator, target string) ([]change, error) {
	if fd, ok := s.specialFile(target); ok {
		if fd == nil {
			return nil, fmt.Errorf("%s: No such device or address", target)
		}
		return []change{{n: n, made: s.p.Hold(fd)}}, nil
	}
	flags := vfs.O_WRONLY | vfs.O_CREATE | vfs.O_TRUNC
	switch op {
	case syntax.RdrIn:
		flags = vfs.O_RDONLY
	case syntax.RdrInOut:
		flags = vfs.O_RDWR | vfs.O_CREATE
	case syntax.AppOut:
		flags = vfs.O_WRONLY | vfs.O_CREATE | vfs.O_APPEND
	case syntax.RdrOut:
		if s.opts.noclobber {
			if info, err := s.p.Host.FS.Stat(s.p.Path(target), s.p.Cred); err == nil && info.Mode().IsRegular() {
				return nil, fmt.Errorf("%s: cannot overwrite existing file", target)
			}
		}
	}
	f, err := s.p.Open(target, flags)
	if err != nil {
		if s.dialect == dash {
			return nil, fmt.Errorf("cannot %s %s: %s", dashVerb(op), target, dashReason(op, err))
		}
		return nil, fmt.Errorf("%s: %s", target, vfs.ErrnoOf(err).Error())
	}
	c := change{n: n, made: s.p.Hold(host.FileFD(f))}
	if flags != vfs.O_RDONLY {
		c.wrote = target
	}
	return []change{c}, nil
}

func dashVerb(op syntax.RedirOperator) string {
	if op == syntax.RdrIn {
		return "open"
	}
	return "create"
}

func dashReason(op syntax.RedirOperator, err error) string {
	switch vfs.ErrnoOf(err) {
	case vfs.ENOENT:
		if op == syntax.RdrIn {
			return "No such file"
		}
		return "Directory nonexistent"
	}
	return vfs.ErrnoOf(err).Error()
}

// specialFile handles the names bash and Linux give to open files.
func (s *Shell) specialFile(name string) (*host.FD, bool) {
	if !strings.HasPrefix(name, "/dev/") {
		return nil, false
	}
	switch name {
	case "/dev/stdin":
		return s.fds[0], true
	case "/dev/stdout":
		return s.fds[1], true
	case "/dev/stderr":
		return s.fds[2], true
	case "/dev/tty":
		if s.p.TTY == nil {
			return nil, true
		}
		return s.p.TTY.FD(), true
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "/dev/fd/")); err == nil {
		return s.fds[n], true
	}
	return nil, false
}
