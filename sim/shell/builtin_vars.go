package shell

import (
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func set(s *Shell, args []string) int {
	if len(args) == 1 {
		for _, name := range s.vars.names() {
			s.p.Step(1)
			v := s.vars.find(name)
			switch {
			case !v.set:
			case v.isArray():
				line := declareLine(name, v)
				s.print(name + line[strings.Index(line, "="):])
			default:
				s.print(name + "=" + quoteIfNotEmpty(v.value) + "\n")
			}
		}
		return 0
	}
	rest, given, status := s.setFlags("set", args[1:])
	if status != 0 {
		if s.dialect == bash && args[1] != "-o" && args[1] != "+o" {
			fmt.Fprintln(s.fd(2), "set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]")
		}
		return status
	}
	if given {
		s.params = rest
	}
	return 0
}

func shift(s *Shell, args []string) int {
	n := int64(1)
	if len(args) > 1 {
		var err error
		if n, err = parseNumber(args[1]); err != nil {
			s.say("shift: %s: numeric argument required", args[1])
			return 1
		}
	}
	if n < 0 {
		s.say("shift: %s: shift count out of range", args[1])
		return 1
	}
	if n > int64(len(s.params)) {
		if s.dialect == dash {
			s.say("shift: can't shift that many")
			return s.fatal(2)
		}
		return 1
	}
	s.params = s.params[n:]
	return 0
}

func unset(s *Shell, args []string) int {
	status := 0
	funcs, vars := false, false
	for _, a := range args[1:] {
		switch a {
		case "-f":
			funcs = true
			continue
		case "-v":
			vars = true
			continue
		}
		if funcs {
			delete(s.funcs, a)
			continue
		}
		name, index, sub := strings.Cut(strings.TrimSuffix(a, "]"), "[")
		if sub && strings.HasSuffix(a, "]") && syntax.ValidName(name) {
			s.unsetElement(name, index)
			continue
		}
		if !syntax.ValidName(a) {
			if s.dialect == dash {
				s.say("unset: %s: bad variable name", a)
				return s.fatal(2)
			}
			continue
		}
		if s.vars.find(a) == nil && !vars {
			delete(s.funcs, a)
			continue
		}
		if err := s.vars.unset(a); err != nil {
			if s.dialect == dash {
				s.say("unset: %s: is read only", a)
				return s.fatal(2)
			}
			s.say("unset: %s: cannot unset: readonly variable", a)
			status = 1
		}
	}
	return status
}

func (s *Shell) unsetElement(name, index string) {
	v := s.vars.find(name)
	if v == nil || v.readonly {
		return
	}
	before := v.size()
	switch {
	case index == "@" || index == "*":
		s.vars.unset(name)
		return
	case v.assoc != nil:
		delete(v.assoc, strings.Trim(index, `'"`))
	default:
		n, err := s.arithText(index, 0)
		if err == nil {
			delete(v.indexed, int(n))
		}
	}
	s.vars.used += v.size() - before
}

func shopt(s *Shell, args []string) int {
	on, off, quiet, status := false, false, false, 0
	args = args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		on = on || strings.Contains(args[0], "s")
		off = off || strings.Contains(args[0], "u")
		quiet = quiet || strings.Contains(args[0], "q")
		args = args[1:]
	}
	if len(args) == 0 {
		for _, o := range shoptOptions {
			s.print(pad(o.name, 15) + "\t" + onOff(*o.flag(&s.opts)) + "\n")
		}
		return 0
	}
	for _, name := range args {
		o := findOption(shoptOptions[:], name)
		if o == nil {
			s.say("shopt: %s: invalid shell option name", name)
			status = 1
			continue
		}
		switch {
		case on || off:
			*o.flag(&s.opts) = on
		default:
			if !quiet {
				s.print(pad(name, 15) + "\t" + onOff(*o.flag(&s.opts)) + "\n")
			}
			if !*o.flag(&s.opts) {
				status = 1
			}
		}
	}
	return status
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func letBuiltin(s *Shell, args []string) int {
	if len(args) < 2 {
		s.say("let: expression expected")
		return 1
	}
	var n int64
	for _, a := range args[1:] {
		var err error
		if n, err = s.arithText(a, 0); err != nil {
			s.say("let: %v", err)
			return 1
		}
	}
	return boolStatus(n != 0)
}

func (s *Shell) letClause(c *syntax.LetClause) {
	var n int64
	for _, x := range c.Exprs {
		var err error
		if n, err = s.arithm(x); err != nil {
			s.say("let: %v", err)
			s.status = 1
			return
		}
	}
	s.status = boolStatus(n != 0)
}

// getopts is XCU getopts: one option a call.
func getopts(s *Shell, args []string) int {
	if len(args) < 3 {
		s.say("getopts: usage: getopts optstring name [arg ...]")
		return 2
	}
	spec, name, list := args[1], args[2], args[3:]
	if len(args) == 3 {
		list = s.params
	}
	n, _ := s.arithText(s.vars.get("OPTIND"), 0)
	if n < 1 {
		n, s.getopts = 1, 0
	}
	i := int(min(n, 1<<30)) - 1
	end := func() int {
		place := s.getopts
		s.vars.setPlain("OPTIND", itoa(i+1))
		s.getopts = place
		s.assign(name, "?")
		return 1
	}
	if i >= len(list) || s.getopts == 0 && (len(list[i]) < 2 || list[i][0] != '-') {
		return end()
	}
	if s.getopts == 0 {
		if list[i] == "--" {
			i++
			return end()
		}
		s.getopts = 1
	}
	word := list[i]
	if s.getopts >= len(word) {
		s.getopts = 0
		i++
		s.vars.setPlain("OPTIND", itoa(i+1))
		return getopts(s, args)
	}
	c := word[s.getopts]
	s.getopts++
	silent := strings.HasPrefix(spec, ":")
	opt, arg, hasArg := string(c), "", false
	j := strings.IndexByte(strings.TrimPrefix(spec, ":"), c)
	if silent && j >= 0 {
		j++
	}
	next := func() {
		if s.getopts >= len(word) {
			s.getopts = 0
			i++
		}
	}
	switch {
	case j < 0 || c == ':':
		next()
		opt = "?"
		if silent {
			arg, hasArg = string(c), true
		} else {
			s.getoptError("illegal option", c)
		}
	case j+1 < len(spec) && spec[j+1] == ':':
		rest := word[s.getopts:]
		s.getopts = 0
		i++
		switch {
		case rest != "":
			arg, hasArg = rest, true
		case i < len(list):
			arg, hasArg = list[i], true
			i++
		case silent:
			opt, arg, hasArg = ":", string(c), true
		default:
			opt = "?"
			s.getoptError("option requires an argument", c)
		}
	default:
		next()
	}
	place := s.getopts
	s.vars.setPlain("OPTIND", itoa(i+1))
	s.getopts = place
	s.vars.unset("OPTARG")
	if hasArg {
		s.vars.setPlain("OPTARG", arg)
	}
	if s.assign(name, opt) != nil {
		return 1
	}
	return 0
}

func (s *Shell) getoptError(what string, c byte) {
	if s.vars.get("OPTERR") == "0" {
		return
	}
	if s.dialect == dash {
		text := "Illegal option -" + string(c)
		if strings.Contains(what, "argument") {
			text = "No arg for -" + string(c) + " option"
		}
		io.WriteString(s.fd(2), text+"\n")
		return
	}
	fmt.Fprintf(s.fd(2), "%s: %s -- %c\n", s.arg0, what, c)
}
