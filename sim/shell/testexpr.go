package shell

import (
	"fmt"
	"strings"

	"mxlab/sim/host/vfs"
)

// testFailed is an error in a test expression: status 2.
type testFailed string

// testBuiltin is test and [: the meaning depends on the number of arguments
// (XCU test); more than four are parsed as an expression.
func testBuiltin(s *Shell, args []string) (status int) {
	name := args[0]
	args = args[1:]
	if name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			s.say("[: missing `]'")
			return 2
		}
		args = args[:len(args)-1]
	}
	defer func() {
		if r := recover(); r != nil {
			text, ok := r.(testFailed)
			if !ok {
				panic(r)
			}
			s.say("%s: %s", name, string(text))
			status = 2
		}
	}()
	t := &tester{s: s, args: args}
	return boolStatus(t.all())
}

type tester struct {
	s    *Shell
	args []string
	pos  int
	nest int
}

func (t *tester) fail(format string, args ...any) { panic(testFailed(fmt.Sprintf(format, args...))) }

func (t *tester) all() bool {
	a := t.args
	switch len(a) {
	case 0:
		return false
	case 1:
		return a[0] != ""
	case 2:
		if a[0] == "!" {
			return a[1] == ""
		}
		if !unaryTest(a[0]) {
			t.fail("%s: unary operator expected", a[0])
		}
		return t.s.unary(a[0], a[1])
	case 3:
		return t.three(a)
	case 4:
		if a[0] == "!" {
			t.args = a[1:]
			return !t.three(a[1:])
		}
		if a[0] == "(" && a[3] == ")" {
			t.args = a[1:3]
			return t.all()
		}
	}
	v := t.or()
	if t.pos < len(a) {
		t.fail("too many arguments")
	}
	return v
}

func (t *tester) three(a []string) bool {
	switch {
	case binaryTest(a[1]):
		return t.binary(a[0], a[1], a[2])
	case a[0] == "!":
		t.args = a[1:]
		return !t.all()
	case a[0] == "(" && a[2] == ")":
		return a[1] != ""
	case a[1] == "-a":
		return a[0] != "" && a[2] != ""
	case a[1] == "-o":
		return a[0] != "" || a[2] != ""
	}
	t.fail("%s: binary operator expected", a[1])
	return false
}

func (t *tester) peek() string {
	if t.pos < len(t.args) {
		return t.args[t.pos]
	}
	return ""
}

func (t *tester) or() bool {
	v := t.and()
	for t.peek() == "-o" {
		t.pos++
		w := t.and()
		v = v || w
	}
	return v
}

func (t *tester) and() bool {
	v := t.not()
	for t.peek() == "-a" {
		t.pos++
		w := t.not()
		v = v && w
	}
	return v
}

func (t *tester) not() bool {
	neg := false
	for t.peek() == "!" && t.pos+1 < len(t.args) {
		t.pos++
		neg = !neg
	}
	return t.primary() != neg
}

func (t *tester) primary() bool {
	if t.nest++; t.nest > maxDepth {
		t.fail("expression nested too deeply")
	}
	defer func() { t.nest-- }()
	left := len(t.args) - t.pos
	if left == 0 {
		t.fail("argument expected")
	}
	a := t.args[t.pos]
	switch {
	case left >= 3 && binaryTest(t.args[t.pos+1]):
		t.pos += 3
		return t.binary(a, t.args[t.pos-2], t.args[t.pos-1])
	case a == "(":
		t.pos++
		v := t.or()
		if t.peek() != ")" {
			t.fail("`)' expected")
		}
		t.pos++
		return v
	case left >= 2 && unaryTest(a):
		t.pos += 2
		return t.s.unary(a, t.args[t.pos-1])
	}
	t.pos++
	return a != ""
}

func unaryTest(op string) bool {
	return len(op) == 2 && op[0] == '-' && strings.IndexByte("abcdefghkLnNoOGprsStuvwxz", op[1]) >= 0
}

func binaryTest(op string) bool {
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func (t *tester) binary(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	case "-nt", "-ot", "-ef":
		return t.s.compareFiles(a, op, b)
	}
	return compareInts(op, t.integer(a), t.integer(b))
}

func (t *tester) integer(text string) int64 {
	n, err := parseDecimal(strings.TrimSpace(text))
	if err != nil {
		if t.s.dialect == dash {
			t.fail("Illegal number: %s", text)
		}
		t.fail("%s: integer expression expected", text)
	}
	return n
}

func parseDecimal(text string) (int64, error) {
	if strings.Trim(text, "0123456789") != "" && (len(text) < 2 || text[0] != '-' && text[0] != '+' || strings.Trim(text[1:], "0123456789") != "") || text == "" {
		return 0, fmt.Errorf("not a number")
	}
	neg := text[0] == '-'
	n, err := parseNumber(orDefault(strings.TrimLeft(strings.TrimLeft(text, "+-"), "0"), "0"))
	if neg {
		n = -n
	}
	return n, err
}

func compareInts(op string, a, b int64) bool {
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	}
	return a >= b
}

func (s *Shell) compareFiles(a, op, b string) bool {
	fs := s.p.Host.FS
	x, err1 := fs.Stat(s.p.Path(a), s.p.Cred)
	y, err2 := fs.Stat(s.p.Path(b), s.p.Cred)
	switch op {
	case "-nt":
		return err1 == nil && (err2 != nil || x.ModTime().After(y.ModTime()))
	case "-ot":
		return err2 == nil && (err1 != nil || x.ModTime().Before(y.ModTime()))
	}
	return err1 == nil && err2 == nil && x.Ino == y.Ino && x.Mount == y.Mount
}

// unary answers the questions about one string, file or variable.
func (s *Shell) unary(op, a string) bool {
	switch op {
	case "-n":
		return a != ""
	case "-z":
		return a == ""
	case "-v":
		return s.variableSet(a)
	case "-o":
		o := findOption(setOptions[:], a)
		return o != nil && *o.flag(&s.opts)
	case "-t":
		n, err := parseDecimal(a)
		return err == nil && s.fd(int(n)).TTY() != nil
	case "-r", "-w", "-x":
		want := map[string]vfs.Access{"-r": vfs.MayRead, "-w": vfs.MayWrite, "-x": vfs.MayExec}[op]
		return a != "" && s.p.Host.FS.Access(s.p.Path(a), want, s.p.Cred) == nil
	}
	if a == "" {
		return false
	}
	stat := s.p.Host.FS.Stat
	if op == "-L" || op == "-h" {
		stat = s.p.Host.FS.Lstat
	}
	info, err := stat(s.p.Path(a), s.p.Cred)
	if err != nil {
		return false
	}
	mode := vfs.UnixMode(info.Mode())
	kind := mode & 0o170000
	switch op {
	case "-f":
		return kind == 0o100000
	case "-d":
		return kind == 0o040000
	case "-L", "-h":
		return kind == 0o120000
	case "-s":
		return info.Size() > 0
	case "-p":
		return kind == 0o010000
	case "-S":
		return kind == 0o140000
	case "-b":
		return kind == 0o060000
	case "-c":
		return kind == 0o020000
	case "-u":
		return mode&0o4000 != 0
	case "-g":
		return mode&0o2000 != 0
	case "-k":
		return mode&0o1000 != 0
	case "-O":
		return info.UID == s.p.Cred.UID
	case "-G":
		return info.GID == s.p.Cred.GID
	}
	return true // -a, -e, -N
}

func (s *Shell) variableSet(name string) bool {
	base, index, sub := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	v := s.vars.find(base)
	if !sub {
		if _, ok := s.special(name); ok {
			return true
		}
		return v.isSet()
	}
	for _, k := range v.keys() {
		if k == index || index == "@" || index == "*" {
			return true
		}
	}
	return false
}
