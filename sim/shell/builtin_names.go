package shell

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// alias prints and sets aliases.
func alias(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "-p" {
		args = args[1:]
	}
	show := func(name string) {
		line := name + "='" + strings.ReplaceAll(s.aliases[name], "'", `'\''`) + "'\n"
		if s.dialect == bash {
			line = "alias " + line
		}
		s.print(line)
	}
	if len(args) == 0 {
		for _, name := range slices.Sorted(maps.Keys(s.aliases)) {
			show(name)
		}
		return 0
	}
	status := 0
	for _, a := range args {
		name, value, set := strings.Cut(a, "=")
		switch {
		case set && name != "" && len(s.aliases) < 1000:
			s.aliases[name] = value
		case s.aliases[name] != "":
			show(name)
		default:
			s.say("alias: %s: not found", a)
			status = 1
		}
	}
	return status
}

func unalias(s *Shell, args []string) int {
	status := 0
	for _, a := range args[1:] {
		if a == "-a" {
			s.aliases = map[string]string{}
			continue
		}
		if _, ok := s.aliases[a]; !ok {
			s.say("unalias: %s: not found", a)
			status = 1
		}
		delete(s.aliases, a)
	}
	return status
}

// command runs a command without regard to functions, or says what it is.
func command(s *Shell, args []string) int {
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		opt := args[0]
		args = args[1:]
		switch opt {
		case "-v", "-V":
			status := 0
			for _, a := range args {
				if !s.describe(a, opt == "-V", false) {
					if opt == "-V" {
						s.say("%s: not found", a)
					}
					status = 1
					if s.dialect == dash {
						status = 127
					}
				}
			}
			return status
		case "-p", "--":
		default:
			s.say("command: %s: invalid option", opt)
			return 2
		}
	}
	if len(args) == 0 {
		return 0
	}
	if b := s.builtin(args[0]); b != nil {
		return b(s, args)
	}
	s.external(args, s.vars.environ())
	return s.status
}

// describe prints what a name means as a command; it reports whether it means
// anything. long is the wording of type, otherwise that of command -v.
func (s *Shell) describe(name string, long, all bool) bool {
	found := false
	say := func(short, text string) bool {
		found = true
		if long {
			s.print(text + "\n")
		} else {
			s.print(short + "\n")
		}
		return !all
	}
	if text, ok := s.aliases[name]; ok {
		if say("alias "+name+"='"+text+"'", name+" is aliased to `"+text+"'") {
			return true
		}
	}
	if syntax.IsKeyword(name) || name == "[[" {
		if say(name, name+" is a shell keyword") {
			return true
		}
	}
	if f := s.funcs[name]; f != nil {
		text := name + " is a function"
		if s.dialect == bash {
			text += "\n" + strings.TrimSuffix(f.text(name), "\n")
		} else {
			text = name + " is a shell function"
		}
		if say(name, text) {
			return true
		}
	}
	if s.builtin(name) != nil {
		text := name + " is a shell builtin"
		if s.dialect == dash && specialBuiltin(name) {
			text = name + " is a special shell builtin"
		}
		if say(name, text) {
			return true
		}
	}
	x, err := s.p.Host.Resolve(name, s.vars.get("PATH"), s.p.Cwd, s.p.Cred)
	if err == nil {
		shown := x.Path
		if strings.Contains(name, "/") {
			shown = name
		}
		say(shown, name+" is "+shown)
	}
	return found
}

func typeBuiltin(s *Shell, args []string) int {
	args = args[1:]
	kind, all, file := false, false, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && s.dialect == bash {
		kind = kind || strings.Contains(args[0], "t")
		all = all || strings.Contains(args[0], "a")
		file = file || strings.ContainsAny(args[0], "pP")
		args = args[1:]
	}
	status := 0
	for _, a := range args {
		switch {
		case kind:
			if k := s.kindOf(a); k != "" {
				s.print(k + "\n")
			} else {
				status = 1
			}
		case file:
			if x, err := s.p.Host.Resolve(a, s.vars.get("PATH"), s.p.Cwd, s.p.Cred); err == nil {
				s.print(x.Path + "\n")
			} else {
				status = 1
			}
		case !s.describe(a, true, all):
			if s.dialect == dash {
				s.print(a + ": not found\n")
				status = 127
			} else {
				s.say("type: %s: not found", a)
				status = 1
			}
		}
	}
	return status
}

func (s *Shell) kindOf(name string) string {
	_, aliased := s.aliases[name]
	switch {
	case aliased:
		return "alias"
	case syntax.IsKeyword(name):
		return "keyword"
	case s.funcs[name] != nil:
		return "function"
	case s.builtin(name) != nil:
		return "builtin"
	}
	if _, err := s.p.Host.Resolve(name, s.vars.get("PATH"), s.p.Cwd, s.p.Cred); err == nil {
		return "file"
	}
	return ""
}

// maxHistory is how many lines the history keeps (HISTSIZE).
const maxHistory = 1000

func (s *Shell) remember(line string) {
	line = strings.TrimRight(line, "\n")
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, " ") {
		return
	}
	if n := len(s.history); n > 0 && s.history[n-1] == line {
		return
	}
	if len(s.history) >= maxHistory {
		s.history = append(s.history[:0:0], s.history[1:]...)
	}
	s.history = append(s.history, line)
}

func history(s *Shell, args []string) int {
	from := 0
	if len(args) > 1 {
		if args[1] == "-c" {
			s.history = nil
			return 0
		}
		n, err := strconv.Atoi(args[1])
		if err != nil {
			s.say("history: %s: numeric argument required", args[1])
			return 1
		}
		from = max(0, len(s.history)-max(n, 0))
	}
	for i := from; i < len(s.history); i++ {
		if !s.print(fmt.Sprintf("%5d  %s\n", i+1, s.history[i])) {
			return 1
		}
	}
	return 0
}

func logout(s *Shell, args []string) int {
	if !s.login {
		s.say("logout: not login shell: use `exit'")
		return 1
	}
	return exit(s, args)
}

// expandHistory replaces !!, !n, !-n and !word at the beginning of a line or of
// a word, outside single quotes. ok is false if there is no such event.
func (s *Shell) expandHistory(line string) (out string, ok bool) {
	if !strings.Contains(line, "!") {
		return line, true
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted && i+1 < len(line):
			b.WriteByte(c)
			i++
			c = line[i]
		case c == '!' && !quoted && i+1 < len(line) && strings.IndexByte(" \t\n=(\"", line[i+1]) < 0 && (i == 0 || line[i-1] != '$' && line[i-1] != '{' && line[i-1] != '['):
			j := i + 1
			if line[j] == '!' {
				j++
			} else {
				for j < len(line) && strings.IndexByte(" \t\n;|&", line[j]) < 0 {
					j++
				}
			}
			event, found := s.event(line[i+1 : j])
			if !found {
				io.WriteString(s.fd(2), s.name+": "+line[i:j]+": event not found\n")
				return "", false
			}
			b.WriteString(event)
			i = j - 1
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

func (s *Shell) event(word string) (string, bool) {
	n := len(s.history)
	if word == "!" {
		word = "-1"
	}
	if k, err := strconv.Atoi(word); err == nil {
		if k < 0 {
			k += n + 1
		}
		if k < 1 || k > n {
			return "", false
		}
		return s.history[k-1], true
	}
	for i := n - 1; i >= 0; i-- {
		if strings.HasPrefix(s.history[i], word) {
			return s.history[i], true
		}
	}
	return "", false
}
