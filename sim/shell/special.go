package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func compile(expr string) (*regexp.Regexp, error) { return regexp.Compile(expr) }

// lookup finds the value of a parameter: positional and special ones (XCU
// 2.5.1, 2.5.2), dynamic variables, then variables.
func (s *Shell) lookup(name string, index syntax.ArithmExpr) (parameter, error) {
	switch name {
	case "@":
		return parameter{values: s.params, set: len(s.params) > 0, list: true}, nil
	case "*":
		return parameter{values: s.params, set: len(s.params) > 0, star: true}, nil
	}
	if text, ok := s.special(name); ok {
		return scalar(text, true), nil
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n > 0 && n <= len(s.params) {
			return scalar(s.params[n-1], true), nil
		}
		return scalar("", false), nil
	}
	if text, ok := s.dynamic(name); ok && index == nil {
		return scalar(text, true), nil
	}
	if list := s.dynamicArray(name); list != nil {
		v := &variable{set: true, indexed: map[int]string{}}
		for i, e := range list {
			v.indexed[i] = e
		}
		return s.subscript(name, v, index)
	}
	return s.subscript(name, s.vars.find(name), index)
}

func (s *Shell) special(name string) (string, bool) {
	switch name {
	case "#":
		return strconv.Itoa(len(s.params)), true
	case "?":
		return strconv.Itoa(s.status), true
	case "-":
		return s.letters(), true
	case "$":
		return strconv.Itoa(s.mainPID()), true
	case "!":
		if s.background == 0 {
			return "", false
		}
		return strconv.Itoa(s.background), true
	case "0":
		return s.arg0, true
	}
	return "", false
}

// mainPID is $$: the process of the shell, also inside its subshells.
func (s *Shell) mainPID() int {
	p := s.p
	for {
		c, ok := p.Ctx.(*Shell)
		if !ok || !c.child {
			return p.PID
		}
		parent := p.Host.Proc(p.PPID)
		if parent == nil || parent == p {
			return p.PID
		}
		p = parent
	}
}

// dynamic returns variables that are computed when they are read. An
// assignment to RANDOM or SECONDS is not honoured, except by unset.
func (s *Shell) dynamic(name string) (string, bool) {
	switch name {
	case "LINENO":
		return strconv.Itoa(s.line), true
	case "PPID":
		return strconv.Itoa(s.p.PPID), true
	}
	if s.dialect == dash {
		return "", false
	}
	switch name {
	case "RANDOM":
		if s.random == nil {
			s.random = s.p.Host.Clock.Rand(fmt.Sprintf("RANDOM %s %d", s.p.Host.Name, s.p.PID))
		}
		return strconv.Itoa(s.random.IntN(32768)), true
	case "SECONDS":
		return strconv.Itoa(int(s.p.Host.Clock.Now().Sub(s.started).Seconds())), true
	case "EPOCHSECONDS":
		return strconv.FormatInt(s.p.Host.Clock.Now().Unix(), 10), true
	case "BASHPID":
		return strconv.Itoa(s.p.PID), true
	case "UID", "EUID":
		return strconv.Itoa(int(s.p.Cred.UID)), true
	case "FUNCNAME":
		if n := len(s.calls); n > 0 {
			return s.calls[n-1], true
		}
	case "BASH_SUBSHELL":
		return strconv.Itoa(boolStatus(!s.child)), true
	}
	return "", false
}

func (s *Shell) dynamicArray(name string) []string {
	switch name {
	case "PIPESTATUS":
		list := make([]string, 0, 1)
		for _, st := range s.pipeStatus {
			list = append(list, strconv.Itoa(st))
		}
		if len(list) == 0 {
			list = append(list, strconv.Itoa(s.status))
		}
		return list
	case "GROUPS":
		list := []string{strconv.Itoa(int(s.p.Cred.GID))}
		for _, g := range s.p.Cred.Groups {
			list = append(list, strconv.Itoa(int(g)))
		}
		return list
	}
	return nil
}

// subscript picks element index of v.
func (s *Shell) subscript(name string, v *variable, index syntax.ArithmExpr) (parameter, error) {
	if index == nil {
		if v == nil {
			return scalar("", false), nil
		}
		return scalar(v.text(), v.isSet()), nil
	}
	switch litOf(index) {
	case "@":
		list := v.elements()
		return parameter{values: list, set: len(list) > 0, list: true}, nil
	case "*":
		list := v.elements()
		return parameter{values: list, set: len(list) > 0, star: true}, nil
	}
	key, err := s.key(name, v, index)
	if err != nil {
		return parameter{}, err
	}
	switch {
	case v == nil:
		return scalar("", false), nil
	case v.assoc != nil:
		text, ok := v.assoc[key]
		return scalar(text, ok), nil
	case v.indexed != nil:
		i, _ := strconv.Atoi(key)
		text, ok := v.indexed[i]
		return scalar(text, ok), nil
	}
	return scalar(v.value, v.set && key == "0"), nil
}

// key evaluates a subscript: a string for an associative array, otherwise an
// arithmetic expression, negative ones counting from the end.
func (s *Shell) key(name string, v *variable, index syntax.ArithmExpr) (string, error) {
	if v != nil && v.assoc != nil {
		w, ok := index.(*syntax.Word)
		if !ok {
			var b strings.Builder
			syntax.NewPrinter().Print(&b, &syntax.Word{Parts: []syntax.WordPart{&syntax.ArithmExp{X: index}}})
			text := strings.TrimSuffix(strings.TrimPrefix(b.String(), "$(("), "))")
			return strings.TrimSpace(text), nil
		}
		return s.literal(w)
	}
	n, err := s.arithm(index)
	if err != nil {
		return "", failf("%v", err)
	}
	if n < 0 && v != nil {
		last := int64(0)
		for i := range v.indexed {
			last = max(last, int64(i)+1)
		}
		n += last
	}
	if n < 0 || n > 1<<40 {
		return "", failf("%s: bad array subscript", name)
	}
	return strconv.FormatInt(n, 10), nil
}
