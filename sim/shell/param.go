package shell

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// parameter is what a name, perhaps with a subscript, stands for.
type parameter struct {
	values []string
	set    bool
	list   bool // "$@", "${a[@]}": every value is a field
	star   bool // "$*", "${a[*]}": joined by the first character of IFS
}

func scalar(text string, set bool) parameter { return parameter{values: []string{text}, set: set} }

func (v parameter) text() string { return strings.Join(v.values, " ") }

// param expands ${...} (XCU 2.6.2 and bash's additions).
func (x *expander) param(pe *syntax.ParamExp, dq bool) error {
	s := x.s
	if pe.Param == nil || pe.Width || pe.IsSet || pe.Flags != nil || pe.NestedParam != nil || len(pe.Modifiers) > 0 {
		return failf("%s: bad substitution", s.between(pe.Dollar, pe.End(), 0))
	}
	if pe.Excl {
		return x.indirect(pe, dq)
	}
	v, err := s.lookup(pe.Param.Value, pe.Index)
	if err != nil {
		return err
	}
	if s.opts.nounset && !v.set && !overridesUnset(pe) && !v.list && !v.star {
		return s.unbound(pe.Param.Value)
	}
	return x.operate(pe, v, dq)
}

// unbound is the error of set -u.
func (s *Shell) unbound(name string) error {
	if s.dialect == dash {
		return &expansionError{text: name + ": parameter not set", status: 2, fatal: true}
	}
	return &expansionError{text: name + ": unbound variable", status: 127, fatal: true}
}

func overridesUnset(pe *syntax.ParamExp) bool {
	return pe.Exp != nil && pe.Exp.Op >= syntax.AlternateUnset && pe.Exp.Op <= syntax.AssignUnsetOrNull
}

func (x *expander) operate(pe *syntax.ParamExp, v parameter, dq bool) error {
	switch {
	case pe.Length:
		n := utf8.RuneCountInString(v.text())
		if v.list || v.star {
			n = len(v.values)
		}
		return x.value(strconv.Itoa(n), dq)
	case pe.Slice != nil:
		out, err := x.s.slice(pe, v)
		if err != nil {
			return err
		}
		return x.emit(out, dq)
	case pe.Repl != nil:
		out, err := x.s.replace(pe.Repl, v)
		if err != nil {
			return err
		}
		return x.emit(out, dq)
	case pe.Exp != nil:
		return x.operator(pe, v, dq)
	}
	return x.emit(v, dq)
}

// emit adds the values: each a field of its own for "@", joined for "*".
func (x *expander) emit(v parameter, dq bool) error {
	if !v.list && !v.star {
		return x.value(v.text(), dq)
	}
	if v.star && dq || !x.split && !dq {
		sep := " "
		if ifs := x.s.vars.find("IFS"); ifs.isSet() && v.star {
			_, n := utf8.DecodeRuneInString(ifs.text())
			sep = ifs.text()[:n]
		}
		return x.value(strings.Join(v.values, sep), dq)
	}
	for i, val := range v.values {
		if i > 0 {
			if !dq && len(x.cur) == 0 && !x.has {
				x.blank = false
			} else {
				x.end()
			}
		}
		if err := x.value(val, dq); err != nil {
			return err
		}
	}
	return nil
}

// operator applies the forms with a word behind an operator.
func (x *expander) operator(pe *syntax.ParamExp, v parameter, dq bool) error {
	s, op, word := x.s, pe.Exp.Op, pe.Exp.Word
	empty := !v.set
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.ErrorUnsetOrNull:
		empty = !v.set || v.text() == ""
	}
	useWord := func() error {
		if word == nil {
			return nil
		}
		return x.parameterWord(word, dq)
	}
	switch op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if empty {
			return nil
		}
		return useWord()
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if empty {
			return useWord()
		}
		return x.emit(v, dq)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !empty {
			return x.emit(v, dq)
		}
		text, err := s.literal(word)
		if err != nil {
			return err
		}
		if !syntax.ValidName(pe.Param.Value) {
			return failf("$%s: cannot assign in this way", pe.Param.Value)
		}
		if err := s.assignIndexed(pe.Param.Value, pe.Index, text, false); err != nil {
			return s.assignError(pe.Param.Value, err)
		}
		return x.value(text, dq)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if !empty {
			return x.emit(v, dq)
		}
		text, err := s.literal(word)
		if err != nil {
			return err
		}
		if text == "" {
			text = "parameter not set"
			if op == syntax.ErrorUnsetOrNull {
				text = "parameter null or not set"
			}
		}
		status := 127
		if s.dialect == dash {
			status = 2
		}
		return &expansionError{text: pe.Param.Value + ": " + text, status: status, fatal: true}
	}
	out, err := s.transform(pe, v)
	if err != nil {
		return err
	}
	return x.emit(out, dq)
}

// parameterWord expands the word of ${x:-word}: unquoted literals in it are
// split like the result of an expansion.
func (x *expander) parameterWord(w *syntax.Word, dq bool) error {
	for i, wp := range w.Parts {
		if l, ok := wp.(*syntax.Lit); ok && !dq && x.split && strings.ContainsAny(l.Value, " \t\n") && !strings.Contains(l.Value, `\`) {
			if err := x.addSplit(l.Value); err != nil {
				return err
			}
			continue
		}
		if err := x.part(wp, dq, i == 0 && !dq, len(w.Parts) > i+1); err != nil {
			return err
		}
	}
	return nil
}

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

// indirect expands ${!x}, ${!prefix*} and ${!array[@]}.
func (x *expander) indirect(pe *syntax.ParamExp, dq bool) error {
	s, name := x.s, pe.Param.Value
	if pe.Names != 0 {
		var list []string
		for _, n := range s.vars.names() {
			if strings.HasPrefix(n, name) && s.vars.find(n).set {
				list = append(list, n)
			}
		}
		return x.emit(parameter{values: list, set: true, list: pe.Names == syntax.NamesPrefixWords, star: pe.Names == syntax.NamesPrefix}, dq)
	}
	if i := litOf(pe.Index); i == "@" || i == "*" {
		return x.emit(parameter{values: s.vars.find(name).keys(), set: true, list: i == "@", star: i == "*"}, dq)
	}
	v, err := s.lookup(name, pe.Index)
	if err != nil {
		return err
	}
	if !v.set {
		return failf("%s: invalid indirect expansion", name)
	}
	target, index := v.text(), ""
	if i := strings.IndexByte(target, '['); i > 0 && strings.HasSuffix(target, "]") {
		target, index = target[:i], target[i+1:len(target)-1]
	}
	if target == "" || !syntax.ValidName(target) && len(target) > 1 && strings.Trim(target, "0123456789") != "" {
		return failf("%s: invalid variable name", target)
	}
	var at syntax.ArithmExpr
	if index != "" {
		at = &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: index}}}
	}
	if v, err = s.lookup(target, at); err != nil {
		return err
	}
	plain := *pe
	plain.Excl = false
	return x.operate(&plain, v, dq)
}

// attributes are the letters of declare -p.
func attributes(v *variable) string {
	if v == nil {
		return ""
	}
	flags := map[string]bool{"a": v.indexed != nil, "A": v.assoc != nil, "i": v.integer, "r": v.readonly, "x": v.exported}
	out := ""
	for _, f := range slices.Sorted(maps.Keys(flags)) {
		if flags[f] {
			out += f
		}
	}
	return fmt.Sprint(out)
}
