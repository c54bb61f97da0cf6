package shell

import (
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host/vfs"
)

func echo(s *Shell, args []string) int {
	text := echoText(args[1:], s.dialect == dash)
	if _, err := io.WriteString(s.fd(1), text); err != nil {
		s.say("echo: write error: %s", writeError(err))
		return 1
	}
	return 0
}

func writeError(err error) string { return vfs.ErrnoOf(err).Error() }

// echoText is echo's output. dash's always interprets escapes and knows only -n.
func echoText(args []string, posix bool) string {
	newline, escape := true, posix
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if strings.Trim(args[0][1:], "neE") != "" || posix && args[0] != "-n" {
			break
		}
		for _, c := range args[0][1:] {
			switch c {
			case 'n':
				newline = false
			case 'e':
				escape = true
			case 'E':
				escape = false
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escape {
		e := echoEscapes
		if posix {
			e = dashEscapes
		}
		var stopped bool
		if text, stopped = unescape(text, e); stopped {
			return text
		}
	}
	if newline {
		text += "\n"
	}
	return text
}

func printfBuiltin(s *Shell, args []string) int {
	args = args[1:]
	name := ""
	if len(args) > 1 && args[0] == "-v" && s.dialect == bash {
		name, args = args[1], args[2:]
		if !syntax.ValidName(name) {
			s.say("printf: `%s': not a valid identifier", name)
			return 2
		}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		if s.dialect == dash {
			s.say("printf: usage: printf format [arg ...]")
		} else {
			fmt.Fprintln(s.fd(2), "printf: usage: printf [-v var] format [arguments]")
		}
		return 2
	}
	f := &formatter{max: int(s.vars.max / 8), step: s.p.Step, now: s.p.Host.Now(),
		complain: func(text string) { s.say("printf: %s", text) }}
	out := f.format(args[0], args[1:])
	if name != "" {
		if s.assign(name, out) != nil {
			return 1
		}
		return f.status
	}
	if _, err := io.WriteString(s.fd(1), out); err != nil {
		s.say("printf: write error: %s", writeError(err))
		return 1
	}
	return f.status
}

// readLine reads up to a delimiter from fd without taking more than that. ok is
// false at the end of the file.
func (s *Shell) readLine(n int, delim byte, limit int) (line []byte, ok bool, err error) {
	if n == 0 && s.input != nil && s.fds[0] == s.p.Stdin {
		if text, more := s.input.next(); more {
			return []byte(strings.TrimSuffix(text, "\n")), strings.HasSuffix(text, "\n"), nil
		}
		return nil, false, nil
	}
	fd := s.fds[n]
	if fd == nil {
		return nil, false, vfs.EBADF
	}
	var b [1]byte
	for {
		k, err := fd.Read(b[:])
		if k == 1 {
			if b[0] == delim {
				return line, true, nil
			}
			line = append(line, b[0])
			if len(line) == limit {
				return line, true, nil
			}
			if len(line)%256 == 0 {
				s.p.Step(1)
			}
			if int64(len(line)) > s.vars.max/8 {
				return line, false, errMemory
			}
		}
		if err == io.EOF {
			return line, false, nil
		}
		if err != nil {
			return line, false, err
		}
	}
}

type readOptions struct {
	raw, silent bool
	prompt      string
	fd          int
	delim       byte
	chars       int
	array       string
}

func (s *Shell) readOptions(args []string) (o readOptions, rest []string, status int) {
	o.delim = '\n'
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		a := args[0]
		args = args[1:]
		if a == "--" {
			break
		}
		for i := 1; i < len(a); i++ {
			c := a[i]
			if strings.IndexByte("rs", c) >= 0 {
				o.raw, o.silent = o.raw || c == 'r', o.silent || c == 's'
				continue
			}
			if strings.IndexByte("pudnNtai", c) < 0 {
				if c == 'e' {
					continue
				}
				s.say("read: -%c: invalid option", c)
				return o, nil, 2
			}
			arg := a[i+1:]
			if arg == "" {
				if len(args) == 0 {
					s.say("read: -%c: option requires an argument", c)
					return o, nil, 2
				}
				arg, args = args[0], args[1:]
			}
			n, _ := parseNumber(arg)
			switch c {
			case 'p':
				o.prompt = arg
			case 'u':
				o.fd = int(n)
			case 'd':
				o.delim = (arg + "\x00")[0]
			case 'n', 'N':
				o.chars = int(min(n, 1<<20))
			case 'a':
				o.array = arg
			}
			break
		}
	}
	return o, args, 0
}

// read reads a line and divides it among variables (XCU read).
func read(s *Shell, args []string) int {
	o, names, status := s.readOptions(args[1:])
	if status != 0 {
		return status
	}
	for _, n := range names {
		if !syntax.ValidName(n) {
			s.say("read: `%s': not a valid identifier", n)
			return 1
		}
	}
	if o.prompt != "" && s.fd(o.fd).TTY() != nil {
		io.WriteString(s.fd(2), o.prompt)
	}
	text, ok := "", false
	for {
		line, got, err := s.readLine(o.fd, o.delim, o.chars)
		if err != nil {
			s.say("read: read error: %d: %s", o.fd, vfs.ErrnoOf(err).Error())
			return 1
		}
		text, ok = text+string(line), got
		tail := len(text) - len(strings.TrimRight(text, `\`))
		if o.raw || tail%2 == 0 || !got || o.chars > 0 {
			break
		}
		text = text[:len(text)-1] // a line that goes on
	}
	text = strings.ReplaceAll(text, "\x00", "")
	if len(names) == 0 && o.array == "" {
		if !o.raw {
			text = unquotePattern(text)
		}
		s.assign("REPLY", text)
		return boolStatus(ok)
	}
	ifs := " \t\n"
	if v := s.vars.find("IFS"); v.isSet() {
		ifs = v.text()
	}
	if o.array != "" {
		v := s.vars.declare(o.array, false)
		s.vars.change(v, 0, func() { v.value, v.indexed, v.assoc, v.set = "", map[int]string{}, nil, true })
		for i, f := range readFields(text, ifs, 1<<20, o.raw) {
			s.vars.setElement(v, itoa(i), f)
		}
		return boolStatus(ok)
	}
	fields := readFields(text, ifs, len(names), o.raw)
	for i, n := range names {
		value := ""
		if i < len(fields) {
			value = fields[i]
		}
		if s.assign(n, value) != nil {
			return 1
		}
	}
	return boolStatus(ok)
}

// readFields divides a line into at most n fields, the last of which takes what
// is left.
func readFields(text, ifs string, n int, raw bool) (list []string) {
	blank := func(c byte) bool { return (c == ' ' || c == '\t' || c == '\n') && strings.IndexByte(ifs, c) >= 0 }
	sep := func(c byte) bool { return strings.IndexByte(ifs, c) >= 0 }
	i := 0
	for i < len(text) && blank(text[i]) {
		i++
	}
	for i < len(text) {
		if len(list) == n-1 {
			list = append(list, lastField(text[i:], blank, sep, raw))
			return list
		}
		var b strings.Builder
		for i < len(text) && !sep(text[i]) {
			if text[i] == '\\' && !raw && i+1 < len(text) {
				i++
			}
			b.WriteByte(text[i])
			i++
		}
		list = append(list, b.String())
		for i < len(text) && blank(text[i]) {
			i++
		}
		if i < len(text) && sep(text[i]) && !blank(text[i]) {
			i++
			for i < len(text) && blank(text[i]) {
				i++
			}
		}
	}
	return list
}

// lastField is the rest of a line: trailing IFS white space goes, and one
// delimiter if it is the only one.
func lastField(rest string, blank, sep func(byte) bool, raw bool) string {
	end := len(rest)
	for end > 0 && blank(rest[end-1]) && (end < 2 || raw || rest[end-2] != '\\') {
		end--
	}
	rest = rest[:end]
	if end > 0 && sep(rest[end-1]) && !blank(rest[end-1]) {
		only := true
		for i := range end - 1 {
			only = only && !sep(rest[i])
		}
		if only {
			rest = rest[:end-1]
		}
	}
	if raw {
		return rest
	}
	return unquotePattern(rest)
}
