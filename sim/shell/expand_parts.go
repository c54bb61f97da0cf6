package shell

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// parts expands word parts; dq says that they stand in double quotes, first
// that they begin a word.
func (x *expander) parts(wps []syntax.WordPart, dq, first bool) error {
	if x.nest++; x.nest > 500 {
		return failf("expansion nested too deeply")
	}
	defer func() { x.nest-- }()
	for i, wp := range wps {
		if err := x.part(wp, dq, first && i == 0, len(wps) > i+1); err != nil {
			return err
		}
	}
	return nil
}

func (x *expander) part(wp syntax.WordPart, dq, first, more bool) error {
	switch wp := wp.(type) {
	case *syntax.Lit:
		return x.lit(wp.Value, dq, first, more)
	case *syntax.SglQuoted:
		text := wp.Value
		if wp.Dollar {
			text, _ = unescape(text, ansiEscapes)
			text, _, _ = strings.Cut(text, "\x00")
		}
		if dq && !x.hdoc { // inside "${x:-'a'}" single quotes are ordinary
			return x.add("'"+text+"'", true)
		}
		return x.add(text, true)
	case *syntax.DblQuoted:
		if !onlyAt(wp) || len(x.s.params) > 0 {
			x.has = true
		}
		return x.parts(wp.Parts, true, false)
	case *syntax.ParamExp:
		return x.param(wp, dq)
	case *syntax.CmdSubst:
		text, err := x.s.substitute(wp)
		if err != nil {
			return err
		}
		return x.value(text, dq)
	case *syntax.ArithmExp:
		n, err := x.s.arithm(wp.X)
		if err != nil {
			return arithFailed(err)
		}
		return x.value(fmt.Sprint(n), dq)
	case *syntax.ExtGlob:
		return x.add(wp.Op.String()+wp.Pattern.Value+")", false)
	case *syntax.ProcSubst:
		return failf("process substitution is not supported")
	}
	return failf("bad substitution")
}

// onlyAt reports whether a quoted word is "$@" or "${a[@]}" alone, which with
// nothing in it is no field at all.
func onlyAt(w *syntax.DblQuoted) bool {
	if len(w.Parts) == 0 {
		return false
	}
	for _, p := range w.Parts {
		pe, ok := p.(*syntax.ParamExp)
		if !ok || pe.Length || pe.Param == nil || pe.Param.Value != "@" && litOf(pe.Index) != "@" {
			return false
		}
	}
	return true
}

// arithFailed makes an error of an arithmetic expansion one that ends the
// command.
func arithFailed(err error) error {
	var e *expansionError
	if errors.As(err, &e) {
		return err
	}
	return failf("%v", err)
}

func litOf(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return w.Lit()
	}
	return ""
}

// value adds the result of an expansion.
func (x *expander) value(text string, dq bool) error {
	if dq {
		return x.add(text, true)
	}
	return x.addSplit(text)
}

func (x *expander) lit(text string, dq, first, more bool) error {
	if dq {
		return x.add(unquoteDouble(text, x.hdoc), true)
	}
	if first && strings.HasPrefix(text, "~") {
		text = x.tilde(text, more)
	}
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i == len(text)-1 {
			break
		}
		if err := x.add(text[:i], false); err != nil {
			return err
		}
		_, n := utf8.DecodeRuneInString(text[i+1:])
		if text[i+1] != '\n' {
			if err := x.add(text[i+1:i+1+n], true); err != nil {
				return err
			}
		}
		text = text[i+1+n:]
	}
	return x.add(text, false)
}

// unquoteDouble removes the backslashes that quote inside double quotes (XCU
// 2.2.3), or in a here-document, where " is no special character.
func unquoteDouble(text string, hdoc bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			switch c := text[i+1]; {
			case c == '\n':
				i++
				continue
			case c == '$' || c == '`' || c == '\\' || c == '"' && !hdoc:
				i++
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
