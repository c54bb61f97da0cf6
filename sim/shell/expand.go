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

// between returns the source text from skip bytes behind left up to right.
func (s *Shell) between(left, right syntax.Pos, skip int) string {
	a, b := int(left.Offset())+skip, int(right.Offset())
	if a > b || b > len(s.src) {
		return ""
	}
	return s.src[a:b]
}
