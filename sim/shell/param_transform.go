package shell

import (
	"slices"
	"strings"
	"unicode"

	"mvdan.cc/sh/v3/syntax"
)

// transform applies operators that change each value: # ## % %% ^ , @.
func (s *Shell) transform(pe *syntax.ParamExp, v parameter) (parameter, error) {
	op := pe.Exp.Op
	pat, err := s.pattern(pe.Exp.Word)
	if err != nil {
		return v, err
	}
	v.values = slices.Clone(v.values)
	for i, val := range v.values {
		s.p.Step(1 + len(val)/64)
		switch op {
		case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
			v.values[i] = s.remove(val, pat, op)
		case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
			v.values[i] = s.changeCase(val, pat, op)
		case syntax.OtherParamOps:
			if v.values[i], err = s.at(pe, val, pat); err != nil {
				return v, err
			}
		default:
			return v, failf("%s: bad substitution", s.between(pe.Dollar, pe.End(), 0))
		}
	}
	return v, nil
}

// remove takes the shortest or longest match of a pattern off one end.
func (s *Shell) remove(val, pat string, op syntax.ParExpOperator) string {
	short := op == syntax.RemSmallPrefix || op == syntax.RemSmallSuffix
	re, err := s.compilePattern(pat, false, short)
	if err != nil {
		return val
	}
	expr := re.String()
	switch op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		if re, err = compile("^(?:" + expr + ")"); err != nil {
			return val
		}
		if !short {
			re.Longest()
		}
		if loc := re.FindStringIndex(val); loc != nil {
			return val[loc[1]:]
		}
		return val
	case syntax.RemSmallSuffix:
		re, err = compile("^((?s:.*))(?:" + expr + ")$")
	default:
		re, err = compile("^((?s:.*?))(?:" + expr + ")$")
	}
	if err != nil {
		return val
	}
	if m := re.FindStringSubmatchIndex(val); m != nil {
		return val[:m[3]]
	}
	return val
}

func (s *Shell) changeCase(val, pat string, op syntax.ParExpOperator) string {
	conv := unicode.ToUpper
	if op == syntax.LowerFirst || op == syntax.LowerAll {
		conv = unicode.ToLower
	}
	rs := []rune(val)
	for i := range rs {
		if pat == "" || s.matches(pat, string(rs[i])) {
			rs[i] = conv(rs[i])
		}
		if op == syntax.UpperFirst || op == syntax.LowerFirst {
			break
		}
	}
	return string(rs)
}

func (s *Shell) at(pe *syntax.ParamExp, val, op string) (string, error) {
	switch op {
	case "Q":
		return quoteAlways(val), nil
	case "U":
		return strings.ToUpper(val), nil
	case "L":
		return strings.ToLower(val), nil
	case "u":
		return s.changeCase(val, "", syntax.UpperFirst), nil
	case "E":
		text, _ := unescape(val, ansiEscapes)
		return text, nil
	case "P":
		return s.prompt(val), nil
	case "a":
		return attributes(s.vars.find(pe.Param.Value)), nil
	case "A":
		return pe.Param.Value + "=" + quoteAlways(val), nil
	}
	return "", failf("%s: bad substitution", s.between(pe.Dollar, pe.End(), 0))
}

// slice applies ${x:offset:length}.
func (s *Shell) slice(pe *syntax.ParamExp, v parameter) (parameter, error) {
	off, err := s.arithm(pe.Slice.Offset)
	if err != nil {
		return v, failf("%s: %v", pe.Param.Value, err)
	}
	length, hasLength := int64(0), pe.Slice.Length != nil
	if hasLength {
		if length, err = s.arithm(pe.Slice.Length); err != nil {
			return v, failf("%s: %v", pe.Param.Value, err)
		}
	}
	runes := []rune(nil)
	n := int64(len(v.values))
	whole := v.list || v.star
	if whole && (pe.Param.Value == "@" || pe.Param.Value == "*") {
		v.values = append([]string{s.arg0}, v.values...)
		n++
		if off == 0 && hasLength && !v.set {
			v.set = true
		}
	}
	if !whole {
		runes = []rune(v.text())
		n = int64(len(runes))
	}
	if off < 0 {
		off += n
	}
	if off < 0 || off > n {
		off, length, hasLength = n, 0, true
	}
	end := n
	switch {
	case hasLength && length < 0 && whole:
		return v, failf("%d: substring expression < 0", length)
	case hasLength && length < 0:
		if end = n + length; end < off {
			return v, failf("%d: substring expression < 0", length)
		}
	case hasLength:
		end = min(n, off+min(length, n))
	}
	if whole {
		v.values = v.values[off:end]
		return v, nil
	}
	return scalar(string(runes[off:end]), v.set), nil
}

// replace applies ${x/pattern/string}; the result is bounded before it is
// built.
func (s *Shell) replace(r *syntax.Replace, v parameter) (parameter, error) {
	pat, err := s.pattern(r.Orig)
	if err != nil {
		return v, err
	}
	with, err := s.replacement(r.With)
	if err != nil || pat == "" {
		return v, err
	}
	head, tail := false, false
	if !r.All {
		head, tail = strings.HasPrefix(pat, "#"), strings.HasPrefix(pat, "%")
		if head || tail {
			pat = pat[1:]
		}
	}
	re, err := s.compilePattern(pat, false, false)
	if err != nil {
		return v, nil
	}
	expr := "(?:" + re.String() + ")"
	if head {
		expr = "^" + expr
	}
	if tail {
		expr += "$"
	}
	if re, err = compile(expr); err != nil {
		return v, nil
	}
	re.Longest()
	n := 1
	if r.All {
		n = -1
	}
	v.values = slices.Clone(v.values)
	for i, val := range v.values {
		s.p.Step(1 + len(val)/64)
		var b strings.Builder
		last := 0
		for _, loc := range re.FindAllStringIndex(val, n) {
			if loc[0] == loc[1] && !head && !tail {
				continue
			}
			b.WriteString(val[last:loc[0]])
			for _, fr := range with {
				if fr.quoted {
					b.WriteString(fr.text)
				} else {
					b.WriteString(strings.ReplaceAll(fr.text, "&", val[loc[0]:loc[1]]))
				}
			}
			last = loc[1]
			if int64(b.Len()) > s.vars.max {
				return v, errMemory
			}
		}
		b.WriteString(val[last:])
		v.values[i] = b.String()
	}
	return v, nil
}

// replacement expands the string of ${x/pattern/string}, in which an unquoted &
// stands for what matched.
func (s *Shell) replacement(w *syntax.Word) ([]frag, error) {
	if w == nil {
		return nil, nil
	}
	x := &expander{s: s}
	if err := x.parts(w.Parts, false, true); err != nil {
		return nil, err
	}
	x.end()
	var list []frag
	for _, f := range x.fields {
		list = append(list, f...)
	}
	return list, nil
}
