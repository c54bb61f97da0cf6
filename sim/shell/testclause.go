package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testClause runs [[ ... ]].
func (s *Shell) testClause(c *syntax.TestClause) {
	ok, err := s.testExpr(c.X)
	s.status = boolStatus(ok)
	if err != nil {
		if e, isExp := err.(*expansionError); isExp && !e.fatal {
			s.say("%s", e.text)
			s.status = e.status
			return
		}
		s.expansionFailed(err)
	}
}

func (s *Shell) testExpr(x syntax.TestExpr) (bool, error) {
	switch x := x.(type) {
	case *syntax.Word:
		text, err := s.literal(x)
		return text != "", err
	case *syntax.ParenTest:
		return s.testExpr(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			ok, err := s.testExpr(x.X)
			return !ok, err
		}
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return false, failf("conditional expression")
		}
		text, err := s.literal(w)
		if err != nil {
			return false, err
		}
		return s.unary(x.Op.String(), text), nil
	case *syntax.BinaryTest:
		return s.testBinary(x)
	}
	return false, failf("conditional expression")
}

func (s *Shell) testBinary(x *syntax.BinaryTest) (bool, error) {
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		ok, err := s.testExpr(x.X)
		if err != nil || ok == (x.Op == syntax.OrTest) {
			return ok, err
		}
		return s.testExpr(x.Y)
	}
	l, ok1 := x.X.(*syntax.Word)
	r, ok2 := x.Y.(*syntax.Word)
	if !ok1 || !ok2 {
		return false, failf("conditional expression")
	}
	a, err := s.literal(l)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		pat, err := s.pattern(r)
		return s.matches(pat, a) == (x.Op != syntax.TsNoMatch), err
	case syntax.TsReMatch:
		return s.regexMatch(a, r)
	}
	b, err := s.literal(r)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsBefore:
		return a < b, nil
	case syntax.TsAfter:
		return a > b, nil
	case syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno:
		return s.compareFiles(a, x.Op.String(), b), nil
	}
	m, err := s.arithText(a, 0)
	if err != nil {
		return false, failf("[[: %v", err)
	}
	n, err := s.arithText(b, 0)
	if err != nil {
		return false, failf("[[: %v", err)
	}
	return compareInts(x.Op.String(), m, n), nil
}

// regexMatch is =~ with BASH_REMATCH; quoted parts of the pattern are literal.
func (s *Shell) regexMatch(a string, w *syntax.Word) (bool, error) {
	x := &expander{s: s}
	if err := x.parts(w.Parts, false, true); err != nil {
		return false, err
	}
	x.end()
	var b strings.Builder
	for _, f := range x.fields {
		for _, fr := range f {
			if fr.quoted {
				b.WriteString(regexp.QuoteMeta(fr.text))
			} else {
				b.WriteString(fr.text)
			}
		}
	}
	re, err := regexp.CompilePOSIX(b.String())
	if err != nil {
		return false, &expansionError{text: "[[: invalid regular expression `" + b.String() + "'", status: 2}
	}
	m := re.FindStringSubmatch(a)
	v := s.vars.declare("BASH_REMATCH", false)
	s.vars.change(v, 0, func() { v.value, v.indexed, v.set = "", map[int]string{}, true })
	for i, text := range m {
		s.vars.setElement(v, itoa(i), text)
	}
	return m != nil, nil
}
