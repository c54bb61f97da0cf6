package shell

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// condition runs the list of an if, while or until, where set -e does not
// apply, and reports whether it succeeded.
func (s *Shell) condition(stmts []*syntax.Stmt) bool {
	s.conditional++
	s.notTail(func() { s.list(stmts) })
	s.conditional--
	return s.status == 0
}

func (s *Shell) ifClause(c *syntax.IfClause) {
	for c != nil {
		if len(c.Cond) == 0 { // else
			s.list(c.Then)
			return
		}
		ok := s.condition(c.Cond)
		if s.stopped() {
			return
		}
		if ok {
			s.list(c.Then)
			return
		}
		c = c.Else
	}
	s.status = 0
}

// endLoop is called after a round of a loop's body. It consumes break and
// continue meant for this loop and reports whether the loop is over.
func (s *Shell) endLoop() bool {
	switch s.flow {
	case onward:
		return false
	case flowBreak, flowNext:
		if s.levels > 1 {
			s.levels--
			return true
		}
		over := s.flow == flowBreak
		s.flow = onward
		return over
	}
	return true
}

func (s *Shell) whileClause(c *syntax.WhileClause) {
	status := 0
	s.loops++
	s.notTail(func() {
		for {
			s.p.Step(1)
			ok := s.condition(c.Cond)
			if s.stopped() {
				if s.endLoop() {
					break
				}
				continue
			}
			if ok == c.Until {
				break
			}
			status = s.list(c.Do)
			if s.endLoop() {
				break
			}
		}
	})
	s.loops--
	if s.flow == onward || s.flow == flowBreak || s.flow == flowNext {
		s.status = status
	}
}

func (s *Shell) forClause(c *syntax.ForClause) {
	if c.Select {
		s.say("select is not supported")
		s.status = 1
		return
	}
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		s.forWords(l, c.Do)
	case *syntax.CStyleLoop:
		s.forArithm(l, c.Do)
	}
}

func (s *Shell) forWords(l *syntax.WordIter, body []*syntax.Stmt) {
	items := s.params
	if l.InPos.IsValid() {
		var err error
		if items, err = s.fields(l.Items); err != nil {
			s.expansionFailed(err)
			return
		}
	}
	if !syntax.ValidName(l.Name.Value) {
		s.say("`%s': not a valid identifier", l.Name.Value)
		s.status = 1
		return
	}
	s.status = 0
	s.loops++
	s.notTail(func() {
		for _, item := range items {
			s.p.Step(1)
			if err := s.assign(l.Name.Value, item); err != nil {
				s.status = s.fatal(1)
				break
			}
			if s.opts.xtrace {
				s.trace("for " + l.Name.Value + " in " + s.sourceOf(l.Items))
			}
			s.list(body)
			if s.endLoop() {
				break
			}
		}
	})
	s.loops--
}

func (s *Shell) forArithm(l *syntax.CStyleLoop, body []*syntax.Stmt) {
	eval := func(x syntax.ArithmExpr, empty int64) (int64, bool) {
		if x == nil {
			return empty, true
		}
		n, err := s.arithm(x)
		if err != nil {
			s.say("((: %v", err)
			s.status = 1
			return 0, false
		}
		return n, true
	}
	s.status = 0
	if _, ok := eval(l.Init, 0); !ok {
		return
	}
	s.loops++
	defer func() { s.loops-- }()
	s.notTail(func() {
		for {
			s.p.Step(1)
			n, ok := eval(l.Cond, 1)
			if !ok || n == 0 {
				break
			}
			s.list(body)
			if s.endLoop() {
				break
			}
			if _, ok := eval(l.Post, 0); !ok {
				break
			}
		}
	})
}

func (s *Shell) caseClause(c *syntax.CaseClause) {
	word, err := s.literal(c.Word)
	if err != nil {
		s.expansionFailed(err)
		return
	}
	s.status = 0
	matched := false
	for _, item := range c.Items {
		for _, w := range item.Patterns {
			if matched {
				break
			}
			pat, err := s.pattern(w)
			if err != nil {
				s.expansionFailed(err)
				return
			}
			matched = s.matches(pat, word)
		}
		if !matched {
			continue
		}
		s.status = 0
		s.list(item.Stmts)
		if s.stopped() || item.Op == syntax.Break {
			return
		}
		matched = item.Op == syntax.Fallthrough
	}
}

// matches reports whether all of str matches the pattern.
func (s *Shell) matches(pat, str string) bool {
	if !pattern.HasMeta(pat, 0) && !strings.ContainsAny(pat, "\\(") && !s.opts.nocasematch {
		return pat == str
	}
	if inner, ok := negatedPattern(pat); ok {
		return !s.matches(inner, str)
	}
	re, err := s.compilePattern(pat, true, false)
	if err != nil {
		return unquotePattern(pat) == str
	}
	return re.MatchString(str)
}

// negatedPattern recognises a pattern that is !(...) as a whole, which regular
// expressions cannot express, and returns the same without the negation.
func negatedPattern(pat string) (string, bool) {
	if !strings.HasPrefix(pat, "!(") || strings.IndexByte(pat, ')') != len(pat)-1 {
		return "", false
	}
	return "@" + pat[1:], true
}

// compilePattern translates a shell pattern (XCU 2.13).
func (s *Shell) compilePattern(pat string, whole, shortest bool) (*regexp.Regexp, error) {
	mode := pattern.ExtendedOperators
	if whole {
		mode |= pattern.EntireString
	}
	if shortest {
		mode |= pattern.Shortest
	}
	if s.opts.nocasematch {
		mode |= pattern.NoGlobCase
	}
	expr, err := pattern.Regexp(pat, mode)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(expr)
}

func unquotePattern(pat string) string {
	var b strings.Builder
	for i := 0; i < len(pat); i++ {
		if pat[i] == '\\' && i+1 < len(pat) {
			i++
		}
		b.WriteByte(pat[i])
	}
	return b.String()
}

// call runs a function.
func (s *Shell) call(f *function, args []string) {
	if s.depth >= maxDepth {
		s.say("%s: maximum function nesting level exceeded (%d)", args[0], maxDepth)
		s.fatal(1)
		return
	}
	params, src, loops := s.params, s.src, s.loops
	s.params, s.src, s.loops = args[1:], f.src, 0
	s.depth++
	s.calls = append(s.calls, args[0])
	s.vars.push()
	base := s.base
	s.notTail(func() { s.stmt(f.body) })
	s.base = base
	s.vars.pop()
	s.calls = s.calls[:len(s.calls)-1]
	s.depth--
	s.params, s.src, s.loops = params, src, loops
	if s.flow == flowReturn {
		s.flow = onward
	}
}

func (s *Shell) timeClause(c *syntax.TimeClause) {
	start := s.p.Host.Clock.Since()
	s.status = 0
	if c.Stmt != nil {
		s.notTail(func() { s.stmt(c.Stmt) })
	}
	d := (s.p.Host.Clock.Since() - start).Seconds()
	if c.PosixFormat {
		fmt.Fprintf(s.fd(2), "real %.2f\nuser 0.00\nsys 0.00\n", d)
		return
	}
	m := int(d) / 60
	io.WriteString(s.fd(2), fmt.Sprintf("\nreal\t%dm%.3fs\nuser\t0m0.000s\nsys\t0m0.000s\n", m, d-float64(m*60)))
}
