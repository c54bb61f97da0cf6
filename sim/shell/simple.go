package shell

import (
	"errors"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
)

func itoa(n int) string { return strconv.Itoa(n) }

// simple runs a simple command (XCU 2.9.1): expand the words, redirect, assign,
// then run a special builtin, a function, a builtin or an external command.
func (s *Shell) simple(c *syntax.CallExpr, redirs []*syntax.Redirect) {
	if s.expandAlias(c, redirs) {
		return
	}
	s.substStatus = 0
	args, err := s.fields(c.Args)
	if err != nil {
		s.expansionFailed(err)
		return
	}
	if len(args) == 0 {
		s.assignOnly(c, redirs)
		return
	}
	if args[0] == "exec" && len(args) == 1 && s.funcs["exec"] == nil {
		if !s.keep(redirs) {
			s.status = 1
			if s.dialect == dash {
				s.fatal(2)
			}
			return
		}
		s.status = 0
		return
	}
	undo, ok := s.redirect(redirs)
	defer undo()
	if !ok {
		s.status = 1
		if s.dialect == dash {
			s.status = 2
		}
		return
	}
	s.withAssigns(c.Assigns, args, func() { s.dispatch(args) })
	if len(c.Args) > 0 && s.vars.find("_") != nil {
		s.vars.setPlain("_", args[len(args)-1])
	}
}

// assignOnly handles a command without a command word.
func (s *Shell) assignOnly(c *syntax.CallExpr, redirs []*syntax.Redirect) {
	undo, ok := s.redirect(redirs)
	defer undo()
	if !ok {
		s.status = 1
		return
	}
	for _, a := range c.Assigns {
		if err := s.runAssign(a); err != nil {
			s.expansionFailed(err)
			return
		}
	}
	s.status = s.substStatus
}

// withAssigns runs fn with the assignments of a command in effect: for good for
// special builtins of a POSIX shell, else for the command only.
func (s *Shell) withAssigns(list []*syntax.Assign, args []string, fn func()) {
	if len(list) == 0 {
		s.traceCommand(args)
		fn()
		return
	}
	type saved struct {
		name string
		old  *variable
	}
	var olds []saved
	for _, a := range list {
		name := a.Name.Value
		var old *variable
		if v := s.vars.find(name); v != nil {
			c := *v
			old = &c
		}
		olds = append(olds, saved{name, old})
		if err := s.runAssign(a); err != nil {
			s.expansionFailed(err)
			return
		}
		if v := s.vars.find(name); v != nil {
			v.exported = true
		}
	}
	s.traceCommand(args)
	fn()
	if s.dialect == dash && specialBuiltin(args[0]) {
		return
	}
	for i := len(olds) - 1; i >= 0; i-- {
		o := olds[i]
		v := s.vars.declare(o.name, false)
		if v.readonly {
			continue
		}
		s.vars.used -= v.size()
		if o.old == nil {
			s.vars.used += v.size()
			s.vars.unset(o.name)
			continue
		}
		*v = *o.old
		s.vars.used += v.size()
	}
}

func (s *Shell) traceCommand(args []string) {
	if !s.opts.xtrace {
		return
	}
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = quoteIfNeeded(a)
	}
	s.trace(strings.Join(quoted, " "))
}

// dispatch runs a command by name.
func (s *Shell) dispatch(args []string) {
	name := args[0]
	if f := s.funcs[name]; f != nil {
		s.call(f, args)
		return
	}
	if b := s.builtin(name); b != nil {
		s.status = b(s, args)
		return
	}
	s.external(args, s.vars.environ())
}

// expandAlias replaces the first word of a command by its alias and runs the
// result; it reports whether it did (XCU 2.3.1).
func (s *Shell) expandAlias(c *syntax.CallExpr, redirs []*syntax.Redirect) bool {
	if len(s.aliases) == 0 || len(c.Args) == 0 || !s.opts.expandAliases || s.depth >= maxDepth {
		return false
	}
	name := c.Args[0].Lit()
	text, ok := s.aliases[name]
	if !ok || name == "" {
		return false
	}
	var b strings.Builder
	for _, a := range c.Assigns {
		b.WriteString(s.between(a.Pos(), a.End(), 0) + " ")
	}
	b.WriteString(text)
	for _, w := range c.Args[1:] {
		b.WriteString(" " + s.between(w.Pos(), w.End(), 0))
	}
	delete(s.aliases, name) // an alias is not expanded inside itself
	s.depth++
	defer func() {
		s.depth--
		if _, redefined := s.aliases[name]; !redefined {
			s.aliases[name] = text
		}
	}()
	undo, ok := s.redirect(redirs)
	defer undo()
	if !ok {
		s.status = 1
		return true
	}
	line, base := s.line, s.base
	s.base = max(line-1, 0)
	s.runText(b.String(), "")
	s.line, s.base = line, base
	return true
}

// declClause runs export, readonly, local, declare and typeset, whose arguments
// may be assignments with arrays.
func (s *Shell) declClause(c *syntax.DeclClause, env *host.Env) {
	d, ok := newDeclaration(c.Variant.Value)
	if !ok {
		s.say("%s: not supported", c.Variant.Value)
		s.status = 1
		return
	}
	if f := s.funcs[c.Variant.Value]; f != nil {
		args := []string{c.Variant.Value}
		for _, a := range c.Args {
			args = append(args, s.between(a.Pos(), a.End(), 0))
		}
		s.call(f, args)
		return
	}
	s.substStatus = 0
	var operands []operand
	for _, a := range c.Args {
		if !a.Naked {
			operands = append(operands, operand{name: a.Name.Value, assign: a})
			continue
		}
		if a.Name != nil && a.Index == nil {
			operands = append(operands, operand{name: a.Name.Value})
			continue
		}
		if a.Value == nil {
			continue
		}
		words, err := s.fields([]*syntax.Word{a.Value})
		if err != nil {
			s.expansionFailed(err)
			return
		}
		for _, w := range words {
			operands = append(operands, operandOf(w))
		}
	}
	if s.opts.xtrace {
		s.trace(strings.TrimSpace(c.Variant.Value + " " + s.between(c.Variant.End(), c.End(), 0)))
	}
	status, err := s.declare(d, operands)
	if err != nil {
		var e *expansionError
		if errors.As(err, &e) && !e.fatal {
			s.say("%s: %s", c.Variant.Value, e.text)
			s.status = 1
			return
		}
		s.expansionFailed(err)
		return
	}
	s.status = status
}
