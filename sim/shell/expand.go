package shell

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// frag is a part of a field. A quoted one is neither split nor globbed.
type frag struct {
	text   string
	quoted bool
}

// expander collects the fields a word becomes (XCU 2.6): tilde, parameter,
// command and arithmetic expansion in one pass, splitting as it goes; brace
// expansion comes before, path name expansion and quote removal after.
type expander struct {
	s      *Shell
	split  bool // field splitting applies
	hdoc   bool // a here-document: double quotes are ordinary
	fields [][]frag
	cur    []frag
	has    bool // cur is a field even if it is empty
	blank  bool // IFS white space ended the last field
	size   int64
	nest   int
}

// expansionError is an expansion that failed. A fatal one ends the shell.
type expansionError struct {
	text   string
	status int
	fatal  bool
}

func (e *expansionError) Error() string { return e.text }

func failf(format string, args ...any) error {
	return &expansionError{text: fmt.Sprintf(format, args...), status: 1}
}

// expansionFailed reports an expansion error; the command is not run.
func (s *Shell) expansionFailed(err error) {
	var e *expansionError
	switch {
	case errors.As(err, &e) && e.fatal:
		s.say("%s", e.text)
		s.fatal(e.status)
	case errors.As(err, &e):
		s.say("%s", e.text)
		s.status = e.status
		if !s.interactive || s.dialect == dash {
			s.flow = flowExit
		} else {
			s.flow = flowAbort
		}
	case errors.Is(err, errMemory):
		s.say("xmalloc: cannot allocate %d bytes", s.vars.max)
		s.fatal(2)
	default:
		s.say("%v", err)
		s.status = 1
		s.fatal(1)
	}
}

// fields expands words into arguments.
func (s *Shell) fields(words []*syntax.Word) (list []string, err error) {
	defer s.recovered(&err)
	total := int64(0)
	for _, w := range words {
		n, err := s.wordFields(w, &list)
		if err != nil {
			return nil, err
		}
		if total += n; total > s.vars.max {
			return nil, errMemory
		}
	}
	return list, nil
}

// recovered turns a panic inside the expansion libraries into an error.
func (s *Shell) recovered(err *error) {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		*err = failf("internal error in expansion: %v", r)
	case string:
		*err = failf("internal error in expansion: %s", r)
	default: // the task is being ended
		panic(r)
	}
}

func (s *Shell) wordFields(w *syntax.Word, list *[]string) (total int64, err error) {
	one := func(w *syntax.Word) error {
		x := &expander{s: s, split: true}
		if err := x.parts(w.Parts, false, true); err != nil {
			return err
		}
		x.end()
		for _, f := range x.fields {
			names, err := s.pathnames(f)
			if err != nil {
				return err
			}
			for _, n := range names {
				*list = append(*list, n)
				if total += int64(len(n)) + 16; total > s.vars.max {
					return errMemory
				}
			}
		}
		return nil
	}
	if s.dialect == dash || !hasBrace(w) {
		return total, one(w)
	}
	braced := *w
	if !syntax.SplitBraces(&braced) {
		return total, one(w)
	}
	for alt, err := range expand.BracesSeq(nil, &braced) {
		s.p.Step(1)
		if err != nil {
			return total, failf("brace expansion: %v", err)
		}
		if err := one(alt); err != nil {
			return total, err
		}
	}
	return total, nil
}

func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.Contains(l.Value, "{") {
			return true
		}
	}
	return false
}

// literal expands a word without splitting and globbing: assignments, case
// words, redirection targets of a shell that is not interactive.
func (s *Shell) literal(w *syntax.Word) (text string, err error) {
	return s.joined(w, false, false)
}

// document expands the body of a here-document.
func (s *Shell) document(w *syntax.Word) (string, error) { return s.joined(w, true, false) }

// pattern expands a word to a pattern in which quoted characters are escaped.
func (s *Shell) pattern(w *syntax.Word) (string, error) { return s.joined(w, false, true) }

func (s *Shell) joined(w *syntax.Word, hdoc, pat bool) (text string, err error) {
	if w == nil {
		return "", nil
	}
	defer s.recovered(&err)
	x := &expander{s: s, hdoc: hdoc}
	if err := x.parts(w.Parts, hdoc, !hdoc); err != nil {
		return "", err
	}
	x.end()
	var b strings.Builder
	for i, f := range x.fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		for _, fr := range f {
			if pat && fr.quoted {
				b.WriteString(pattern.QuoteMeta(fr.text, 0))
			} else {
				b.WriteString(fr.text)
			}
		}
	}
	return b.String(), nil
}

// end closes the field being collected.
func (x *expander) end() {
	if len(x.cur) > 0 || x.has {
		x.fields = append(x.fields, x.cur)
	}
	x.cur, x.has = nil, false
}

func (x *expander) add(text string, quoted bool) error {
	if quoted {
		x.has = true
	}
	if text == "" {
		return nil
	}
	if x.size += int64(len(text)); x.size > x.s.vars.max {
		return errMemory
	}
	x.s.p.Step(len(text) / 512)
	x.cur = append(x.cur, frag{text, quoted})
	x.blank = false
	return nil
}

// addSplit adds the result of an unquoted expansion, divided at IFS (XCU
// 2.6.5): white space of IFS in a row is one separator; another character of
// IFS, with white space around it, is one too and may bound an empty field.
func (x *expander) addSplit(text string) error {
	if !x.split {
		return x.add(text, false)
	}
	ifs, set := " \t\n", true
	if v := x.s.vars.find("IFS"); v != nil && v.isSet() {
		ifs = v.text()
	} else if v != nil && !v.set {
		set = true
	}
	if !set || ifs == "" {
		return x.add(text, false)
	}
	x.s.p.Step(len(text) / 256)
	start := 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune(ifs, r) {
			i += n
			continue
		}
		if err := x.add(text[start:i], false); err != nil {
			return err
		}
		if r == ' ' || r == '\t' || r == '\n' {
			if len(x.cur) > 0 || x.has {
				x.end()
				x.blank = true
			}
		} else {
			if !x.blank {
				x.has = true
				x.end()
			}
			x.blank = false
		}
		i += n
		start = i
	}
	return x.add(text[start:], false)
}

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

// tilde expands a leading ~ or ~user, adds it quoted, and returns the rest.
func (x *expander) tilde(text string, more bool) string {
	name, rest := text[1:], ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		name, rest = name[:i], name[i:]
	} else if more {
		return text
	}
	dir, ok := x.s.homeOf(name)
	if !ok {
		return text
	}
	x.add(dir, true)
	return rest
}

func (s *Shell) homeOf(name string) (string, bool) {
	switch name {
	case "":
		if v := s.vars.find("HOME"); v.isSet() {
			return v.text(), true
		}
		u, ok := s.p.Host.User(s.p.Host.UserName(s.p.Cred.UID))
		return u.Home, ok
	case "+":
		return s.vars.get("PWD"), s.vars.get("PWD") != ""
	case "-":
		return s.vars.get("OLDPWD"), s.vars.get("OLDPWD") != ""
	}
	u, ok := s.p.Host.User(name)
	return u.Home, ok
}

// between returns the source text from skip bytes behind left up to right.
func (s *Shell) between(left, right syntax.Pos, skip int) string {
	a, b := int(left.Offset())+skip, int(right.Offset())
	if a > b || b > len(s.src) {
		return ""
	}
	return s.src[a:b]
}
