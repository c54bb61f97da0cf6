package shell

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// assign sets a variable by name; an error has been reported.
func (s *Shell) assign(name, value string) error {
	err := s.assignIndexed(name, nil, value, false)
	if err != nil {
		s.expansionFailed(s.assignError(name, err))
	}
	return err
}

// assignError words an error of an assignment.
func (s *Shell) assignError(name string, err error) error {
	if errors.Is(err, errReadonly) {
		if s.dialect == dash {
			return &expansionError{text: name + ": is read only", status: 2, fatal: true}
		}
		return failf("%s: readonly variable", name)
	}
	return err
}

// assignIndexed stores value in name, or in its element index; add appends.
func (s *Shell) assignIndexed(name string, index syntax.ArithmExpr, value string, add bool) error {
	v := s.vars.declare(name, false)
	if v.readonly {
		return errReadonly
	}
	key := ""
	if index != nil || v.isArray() {
		key = "0"
		if index != nil {
			var err error
			if key, err = s.key(name, v, index); err != nil {
				return err
			}
		}
	}
	if add || v.integer {
		old := v.text()
		if index != nil && v.assoc != nil {
			old = v.assoc[key]
		} else if index != nil {
			i, _ := strconv.Atoi(key)
			old = v.indexed[i]
		}
		var err error
		if value, err = s.combined(v, old, value, add); err != nil {
			return err
		}
	}
	if s.opts.allexport {
		v.exported = true
	}
	if key != "" {
		return s.vars.setElement(v, key, value)
	}
	if err := s.vars.assign(v, value); err != nil {
		return err
	}
	if name == "OPTIND" {
		s.getopts = 0
	}
	return nil
}

// combined applies += and the integer attribute.
func (s *Shell) combined(v *variable, old, value string, add bool) (string, error) {
	if v.integer {
		n, err := s.arithText(value, 0)
		if err != nil {
			return "", failf("%v", err)
		}
		if add {
			o, _ := s.arithText(old, 0)
			n += o
		}
		return strconv.FormatInt(n, 10), nil
	}
	if int64(len(old)+len(value)) > s.vars.max/8 {
		return "", errMemory
	}
	return old + value, nil
}

// runAssign performs an assignment word of a command.
func (s *Shell) runAssign(a *syntax.Assign) error {
	name := a.Name.Value
	if a.Array != nil {
		return s.assignArray(name, a.Array, a.Append)
	}
	value, err := s.assignValue(a)
	if err != nil {
		return err
	}
	if s.opts.xtrace {
		s.trace(name + plusIf(a.Append) + "=" + quoteIfNotEmpty(value))
	}
	if err := s.assignIndexed(name, a.Index, value, a.Append); err != nil {
		return s.assignError(name, err)
	}
	return nil
}

func plusIf(add bool) string {
	if add {
		return "+"
	}
	return ""
}

func quoteIfNotEmpty(v string) string {
	if v == "" {
		return ""
	}
	return quoteIfNeeded(v)
}

// assignValue expands the value; besides at its beginning, ~ is expanded after
// each colon (XCU 2.6.1).
func (s *Shell) assignValue(a *syntax.Assign) (string, error) {
	if a.Value == nil {
		return "", nil
	}
	w := a.Value
	for i, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok || !strings.Contains(l.Value, ":~") {
			continue
		}
		parts := append([]syntax.WordPart(nil), w.Parts...)
		var b strings.Builder
		for j, seg := range strings.Split(l.Value, ":") {
			if j > 0 {
				b.WriteByte(':')
				if strings.HasPrefix(seg, "~") {
					name, rest, slash := strings.Cut(seg[1:], "/")
					if dir, ok := s.homeOf(name); ok {
						seg = dir
						if slash {
							seg += "/" + rest
						}
					}
				}
			}
			b.WriteString(seg)
		}
		parts[i] = &syntax.Lit{ValuePos: l.ValuePos, ValueEnd: l.ValueEnd, Value: b.String()}
		w = &syntax.Word{Parts: parts}
	}
	return s.literal(w)
}

// assignArray performs name=(...) and name+=(...).
func (s *Shell) assignArray(name string, arr *syntax.ArrayExpr, add bool) error {
	v := s.vars.declare(name, false)
	if v.readonly {
		return s.assignError(name, errReadonly)
	}
	type element struct{ key, value string }
	var list []element
	next := 0
	if add {
		for i := range v.indexed {
			next = max(next, i+1)
		}
		if !v.isArray() && v.set {
			next = 1
		}
	}
	for _, e := range arr.Elems {
		s.p.Step(1)
		if e.Index != nil {
			key, err := s.key(name, v, e.Index)
			if err != nil {
				return err
			}
			value, err := s.literal(e.Value)
			if err != nil {
				return err
			}
			list = append(list, element{key, value})
			if v.assoc == nil {
				next, _ = strconv.Atoi(key)
				next++
			}
			continue
		}
		words, err := s.fields([]*syntax.Word{e.Value})
		if err != nil {
			return err
		}
		for _, w := range words {
			list = append(list, element{strconv.Itoa(next), w})
			next++
		}
	}
	if !add {
		before := v.size()
		v.value, v.set = "", true
		if v.assoc != nil {
			v.assoc = map[string]string{}
		} else {
			v.indexed = map[int]string{}
		}
		s.vars.used += v.size() - before
	} else if v.assoc == nil && v.indexed == nil {
		v.indexed = map[int]string{}
		if v.set {
			v.indexed[0] = v.value
		}
		v.set = true
	}
	for _, e := range list {
		if err := s.vars.setElement(v, e.key, e.value); err != nil {
			return s.assignError(name, err)
		}
	}
	return nil
}

// trace prints a line of set -x.
func (s *Shell) trace(text string) {
	lead := s.vars.get("PS4")
	if s.dialect == bash && lead != "" {
		_, n := utf8.DecodeRuneInString(lead)
		lead = strings.Repeat(lead[:n], s.substituting) + lead
	}
	io.WriteString(s.fd(2), lead+text+"\n")
}

// sourceOf returns the source text of words.
func (s *Shell) sourceOf(words []*syntax.Word) string {
	if len(words) == 0 {
		return ""
	}
	return s.between(words[0].Pos(), words[len(words)-1].End(), 0)
}
