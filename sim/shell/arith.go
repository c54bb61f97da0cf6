package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxArith is how deep variables that hold expressions may refer to each other.
const maxArith = 100

// arithm evaluates an arithmetic expression in 64-bit integers that wrap
// around (XCU 2.6.4, bash "SHELL ARITHMETIC"). Errors carry bash's text.
func (s *Shell) arithm(x syntax.ArithmExpr) (int64, error) {
	if x == nil {
		return 0, nil
	}
	return s.arith(x, 0)
}

func (s *Shell) arith(x syntax.ArithmExpr, depth int) (int64, error) {
	switch x := x.(type) {
	case *syntax.Word:
		return s.arithWord(x, depth)
	case *syntax.ParenArithm:
		return s.arith(x.X, depth)
	case *syntax.UnaryArithm:
		return s.arithUnary(x, depth)
	case *syntax.BinaryArithm:
		return s.arithBinary(x, depth)
	}
	return 0, fmt.Errorf("syntax error in expression")
}

// arithWord evaluates an operand: a number, or a variable, whose value is an
// expression again.
func (s *Shell) arithWord(w *syntax.Word, depth int) (int64, error) {
	if len(w.Parts) == 1 {
		if pe, ok := w.Parts[0].(*syntax.ParamExp); ok && !pe.Dollar.IsValid() && pe.Index != nil {
			v, err := s.lookup(pe.Param.Value, pe.Index)
			if err != nil {
				return 0, err
			}
			return s.arithText(v.text(), depth+1)
		}
	}
	text := w.Lit()
	if text == "" {
		var err error
		if text, err = s.literal(w); err != nil {
			return 0, err
		}
		return s.arithText(text, depth+1)
	}
	return s.operand(strings.TrimSpace(text), depth)
}

func (s *Shell) operand(text string, depth int) (int64, error) {
	if text == "" {
		return 0, nil
	}
	if syntax.ValidName(text) {
		v, err := s.lookup(text, nil)
		if err != nil {
			return 0, err
		}
		if !v.set && s.opts.nounset {
			return 0, s.unbound(text)
		}
		return s.arithText(v.text(), depth+1)
	}
	return parseNumber(text)
}

// arithText evaluates the value of a variable or an expansion.
func (s *Shell) arithText(text string, depth int) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	if depth > maxArith {
		return 0, fmt.Errorf("%s: expression recursion level exceeded (error token is \"%s\")", text, text)
	}
	if n, err := parseNumber(text); err == nil {
		return n, nil
	}
	if syntax.ValidName(text) {
		return s.operand(text, depth)
	}
	if tooComplex(text) {
		return 0, errTooComplex
	}
	s.p.Step(1)
	x, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Arithmetic(strings.NewReader(text))
	if err != nil {
		return 0, fmt.Errorf("%s: syntax error: invalid arithmetic operator (error token is \"%s\")", text, arithToken(text))
	}
	if x == nil {
		return 0, nil
	}
	if w, ok := x.(*syntax.Word); ok && w.Lit() != "" {
		return s.operand(w.Lit(), depth)
	}
	return s.arith(x, depth+1)
}

// arithToken guesses the token bash stops at.
func arithToken(text string) string {
	i := 0
	for i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z' || text[i] == '_') {
		i++
	}
	if i == len(text) {
		return text
	}
	return text[i:]
}

// parseNumber reads a constant: decimal, 0octal, 0xhex, base#digits.
func parseNumber(text string) (int64, error) {
	neg := false
	body := text
	for len(body) > 0 && (body[0] == '-' || body[0] == '+') {
		neg = neg != (body[0] == '-')
		body = strings.TrimLeft(body[1:], " ")
	}
	var n uint64
	var err error
	switch {
	case len(body) > 1 && body[0] == '0' && (body[1] == 'x' || body[1] == 'X'):
		n, err = strconv.ParseUint(body[2:], 16, 64)
	case len(body) > 1 && body[0] == '0':
		for i := range len(body) {
			if body[i] < '0' || body[i] > '9' {
				return 0, fmt.Errorf("%s: syntax error: invalid arithmetic operator (error token is \"%s\")", text, arithToken(text))
			}
		}
		if n, err = strconv.ParseUint(body[1:], 8, 64); err != nil {
			return 0, fmt.Errorf("%s: value too great for base (error token is \"%s\")", text, text)
		}
	case strings.Contains(body, "#"):
		n, err = basedNumber(body)
	default:
		if n, err = strconv.ParseUint(body, 10, 64); err != nil && body != "" && strings.Trim(body, "0123456789") == "" {
			n, err = 1<<63-1, nil // bash wraps around; what it gives is of no use to anybody
		}
	}
	if err != nil {
		if body != "" && body[0] >= '0' && body[0] <= '9' && strings.Trim(body, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
			return 0, fmt.Errorf("%s: value too great for base (error token is \"%s\")", text, text)
		}
		return 0, fmt.Errorf("%s: syntax error: invalid arithmetic operator (error token is \"%s\")", text, arithToken(text))
	}
	if neg {
		return -int64(n), nil
	}
	return int64(n), nil
}

func basedNumber(text string) (uint64, error) {
	left, digits, _ := strings.Cut(text, "#")
	base, err := strconv.ParseUint(left, 10, 8)
	if err != nil || base < 2 || base > 64 || digits == "" {
		return 0, fmt.Errorf("%s: invalid arithmetic base", text)
	}
	const set = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_"
	if base <= 36 {
		digits = strings.ToLower(digits)
	}
	var n uint64
	for i := range len(digits) {
		d := strings.IndexByte(set, digits[i])
		if d < 0 || uint64(d) >= base {
			return 0, fmt.Errorf("%s: value too great for base (error token is \"%s\")", text, text)
		}
		n = n*base + uint64(d)
	}
	return n, nil
}

func (s *Shell) arithUnary(x *syntax.UnaryArithm, depth int) (int64, error) {
	if x.Op == syntax.Inc || x.Op == syntax.Dec {
		old, err := s.arith(x.X, depth)
		if err != nil {
			return 0, err
		}
		n := old + 1
		if x.Op == syntax.Dec {
			n = old - 1
		}
		if err := s.arithAssign(x.X, n); err != nil {
			return 0, err
		}
		if x.Post {
			return old, nil
		}
		return n, nil
	}
	n, err := s.arith(x.X, depth)
	if err != nil {
		return 0, err
	}
	switch x.Op {
	case syntax.Not:
		return truth(n == 0), nil
	case syntax.BitNegation:
		return ^n, nil
	case syntax.Minus:
		return -n, nil
	}
	return n, nil
}

// arithAssign stores into the variable or element x names.
func (s *Shell) arithAssign(x syntax.ArithmExpr, n int64) error {
	w, ok := x.(*syntax.Word)
	if !ok {
		return fmt.Errorf("attempted assignment to non-variable")
	}
	name, index := w.Lit(), syntax.ArithmExpr(nil)
	if len(w.Parts) == 1 {
		if pe, ok := w.Parts[0].(*syntax.ParamExp); ok && !pe.Dollar.IsValid() {
			name, index = pe.Param.Value, pe.Index
		}
	}
	if !syntax.ValidName(name) {
		return fmt.Errorf("attempted assignment to non-variable")
	}
	if err := s.assignIndexed(name, index, strconv.FormatInt(n, 10), false); err != nil {
		return s.assignError(name, err)
	}
	return nil
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (s *Shell) arithBinary(x *syntax.BinaryArithm, depth int) (int64, error) {
	switch x.Op {
	case syntax.TernQuest:
		n, err := s.arith(x.X, depth)
		if err != nil {
			return 0, err
		}
		alt, ok := x.Y.(*syntax.BinaryArithm)
		if !ok {
			return 0, fmt.Errorf("`:' expected for conditional expression")
		}
		if n != 0 {
			return s.arith(alt.X, depth)
		}
		return s.arith(alt.Y, depth)
	case syntax.AndArit, syntax.OrArit:
		n, err := s.arith(x.X, depth)
		if err != nil || (n != 0) == (x.Op == syntax.OrArit) {
			return truth(n != 0), err
		}
		n, err = s.arith(x.Y, depth)
		return truth(n != 0), err
	case syntax.Assgn:
		n, err := s.arith(x.Y, depth)
		if err != nil {
			return 0, err
		}
		return n, s.arithAssign(x.X, n)
	}
	a, err := s.arith(x.X, depth)
	if err != nil {
		return 0, err
	}
	b, err := s.arith(x.Y, depth)
	if err != nil {
		return 0, err
	}
	if op, ok := assignOperator(x.Op); ok {
		n, err := s.apply(op, a, b, x)
		if err != nil {
			return 0, err
		}
		return n, s.arithAssign(x.X, n)
	}
	return s.apply(x.Op, a, b, x)
}
