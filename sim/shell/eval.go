package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// runText runs a whole script. where goes into the messages of syntax errors.
func (s *Shell) runText(src, where string) int {
	old := s.src
	s.src = src
	defer func() { s.src = old }()
	err := s.parse(src, func(c chunk) bool {
		if s.opts.verbose && len(c) > 0 {
			s.fd(2).Write([]byte(sourceSpan(src, c) + "\n"))
		}
		s.list(c)
		return !s.stopped()
	})
	if err != nil {
		s.line = s.base + lineCount(src)
		s.status = 2
		s.syntaxError(src, where, err)
		if where != "eval" && where != "trap" || s.dialect == dash {
			s.fatal(s.status)
		}
	}
	return s.status
}

func sourceSpan(src string, c chunk) string {
	a, b := int(c[0].Pos().Offset()), int(c[len(c)-1].End().Offset())
	return src[min(a, len(src)):min(b, len(src))]
}

// evalText runs text in the current shell, for eval, source and traps.
func (s *Shell) evalText(src, where string) int {
	if s.depth >= maxDepth {
		s.say("%s: maximum nesting level exceeded (%d)", where, maxDepth)
		return s.fatal(1)
	}
	s.p.Step(20 + len(src)/16) // parsing
	s.depth++
	line, base := s.line, s.base
	if where == "eval" || where == "trap" {
		s.base = max(s.line-1, 0)
	} else {
		s.base = 0
	}
	defer func() { s.depth--; s.line, s.base = line, base }()
	if strings.TrimSpace(src) == "" {
		s.status = 0
		return 0
	}
	return s.runText(src, where)
}

// list runs statements in order.
func (s *Shell) list(stmts []*syntax.Stmt) int {
	for _, st := range stmts {
		s.stmt(st)
		if s.stopped() {
			break
		}
	}
	return s.status
}

// stmt runs one statement: a command with its redirections, perhaps negated,
// perhaps in the background.
func (s *Shell) stmt(st *syntax.Stmt) int {
	s.p.Step(1)
	if len(s.pending) > 0 {
		s.runPending()
		if s.stopped() {
			return s.status
		}
	}
	s.line = s.base + int(st.Pos().Line())
	if s.opts.noexec && !s.interactive {
		return s.status
	}
	switch {
	case st.Background:
		s.runBackground(st)
	case st.Coprocess, st.Disown:
		s.say("coprocesses are not supported")
		s.status = 1
	case st.Negated:
		s.conditional++
		s.notTail(func() { s.command(st) })
		s.conditional--
		s.status = boolStatus(s.status != 0)
	default:
		s.command(st)
		if s.status != 0 && s.opts.errexit && s.conditional == 0 && checksErrexit(st.Cmd) && !s.stopped() {
			s.flow = flowExit
		}
	}
	return s.status
}

// checksErrexit tells which commands set -e looks at. The others have done it
// inside (XCU 2.14, set -e).
func checksErrexit(c syntax.Command) bool {
	switch c := c.(type) {
	case *syntax.BinaryCmd:
		return c.Op == syntax.Pipe || c.Op == syntax.PipeAll
	case *syntax.Block, *syntax.IfClause, *syntax.WhileClause, *syntax.ForClause, *syntax.CaseClause, *syntax.TimeClause:
		return false
	}
	return true
}

// command runs a statement's command inside its redirections.
func (s *Shell) command(st *syntax.Stmt) {
	call, simple := st.Cmd.(*syntax.CallExpr)
	if simple {
		s.simple(call, st.Redirs)
		return
	}
	if len(st.Redirs) > 0 {
		undo, ok := s.redirect(st.Redirs)
		defer undo()
		if !ok {
			s.status = 1
			return
		}
	}
	s.compound(st)
}

func (s *Shell) compound(st *syntax.Stmt) {
	switch c := st.Cmd.(type) {
	case nil:
		s.status = 0
	case *syntax.Block:
		s.list(c.Stmts)
	case *syntax.Subshell:
		s.runSubshell(c)
	case *syntax.BinaryCmd:
		s.binary(c, st)
	case *syntax.IfClause:
		s.ifClause(c)
	case *syntax.WhileClause:
		s.whileClause(c)
	case *syntax.ForClause:
		s.forClause(c)
	case *syntax.CaseClause:
		s.caseClause(c)
	case *syntax.FuncDecl:
		if c.Name == nil { // the parser takes () for a function without a name
			s.say("syntax error near unexpected token `)'")
			s.status = 2
			s.fatal(2)
			return
		}
		if s.tooManyFunctions() {
			return
		}
		s.funcs[c.Name.Value] = &function{c.Body, s.src}
		s.status = 0
	case *syntax.ArithmCmd:
		n, err := s.arithm(c.X)
		s.status = boolStatus(n != 0)
		if err != nil {
			s.say("((: %v", err)
			s.status = 1
		}
	case *syntax.LetClause:
		s.letClause(c)
	case *syntax.TestClause:
		s.testClause(c)
	case *syntax.DeclClause:
		s.declClause(c, nil)
	case *syntax.TimeClause:
		s.timeClause(c)
	default:
		s.say("syntax error: this construct is not supported")
		s.status = 2
	}
}

func (s *Shell) tooManyFunctions() bool {
	if len(s.funcs) < 2000 {
		return false
	}
	s.say("cannot allocate memory")
	s.fatal(2)
	return true
}

func boolStatus(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

// notTail runs fn with tail off: something follows in this process.
func (s *Shell) notTail(fn func()) {
	old := s.tail
	s.tail = false
	fn()
	s.tail = old
}

// binary runs && and || lists and pipelines. A long list is a tree that leans
// to the left; it is flattened first, so that it is not walked recursively.
func (s *Shell) binary(c *syntax.BinaryCmd, st *syntax.Stmt) {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		s.pipeline(c, st)
		return
	}
	type step struct {
		op syntax.BinCmdOperator
		st *syntax.Stmt
	}
	var steps []step
	for c != nil {
		steps = append(steps, step{c.Op, c.Y})
		left, ok := c.X.Cmd.(*syntax.BinaryCmd)
		if !ok || c.X.Negated || c.X.Background || len(c.X.Redirs) > 0 || left.Op == syntax.Pipe || left.Op == syntax.PipeAll {
			s.conditional++
			s.notTail(func() { s.stmt(c.X) })
			s.conditional--
			break
		}
		c = left
	}
	for i := len(steps) - 1; i >= 0 && !s.stopped(); i-- {
		if (steps[i].op == syntax.AndStmt) != (s.status == 0) {
			continue
		}
		if i > 0 {
			s.conditional++
			s.notTail(func() { s.stmt(steps[i].st) })
			s.conditional--
		} else {
			s.stmt(steps[i].st)
		}
	}
}
