package shell

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
