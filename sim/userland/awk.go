package userland

import (
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// awkValue is a string or a number; a string that came from input and looks
// like a number counts as both.
type awkValue struct {
	s       string
	n       float64
	isNum   bool
	strnum  bool
	defined bool
}

// awkFlow is the value of a panic by which control leaves statements.
type awkFlow struct {
	kind  string // next, break, continue, exit, return
	value awkValue
}

type awk struct {
	p       *host.Proc
	prog    *awkParser
	vars    map[string]awkValue
	arrays  map[string]map[string]awkValue
	locals  []map[string]any // frames of functions: awkValue or map[string]awkValue
	line    string
	fields  []string
	split   bool // fields belong to line
	rebuilt bool // line must be made again from the fields
	out     *output
	files   map[string]*vfs.File
	regexes map[string]*regexp.Regexp
	used    int64
	depth   int
	status  int
	random  *rand.Rand
}

// runAwk is awk(1): POSIX awk without getline, system() and pipes to commands.
func runAwk(p *host.Proc) int {
	f, ok := readFlags(p, "+F:v:f:", "field-separator=F:", "assign=v:", "file=f:")
	if !ok {
		return 2
	}
	args := f.operands
	src := ""
	for _, file := range f.values("f") {
		text, err := p.Host.FS.ReadFile(p.Path(file), p.Cred)
		if err != nil {
			p.Errorf("cannot open %s (%s)", file, reason(err))
			return 2
		}
		src += string(text) + "\n"
	}
	if !f.has("f") {
		if len(args) == 0 {
			fmt.Fprintln(p.Stderr, "Usage: awk [-F value] [-v var=value] [-f program-file] ['program text'] [file ...]")
			return 2
		}
		src, args = args[0], args[1:]
	}
	if len(src) > 64<<10 {
		p.Errorf("program too long")
		return 2
	}
	prog, err := parseAwk(src)
	if err != nil {
		p.Errorf("%v", err)
		return 2
	}
	a := &awk{p: p, prog: prog, vars: map[string]awkValue{}, arrays: map[string]map[string]awkValue{}, out: newOutput(p),
		files: map[string]*vfs.File{}, regexes: map[string]*regexp.Regexp{}}
	for name, text := range map[string]string{"FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "SUBSEP": "\x1c", "CONVFMT": "%.6g", "OFMT": "%.6g"} {
		a.vars[name] = awkString(text)
	}
	if fs, ok := f.given["F"]; ok {
		a.vars["FS"] = awkString(strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\\`, `\`).Replace(fs))
	}
	for _, v := range f.values("v") {
		a.commandAssign(v)
	}
	for _, name := range p.Env.Names() {
		a.array("ENVIRON")[name] = awkInput(p.Env.Get(name))
	}
	a.main(args)
	for _, file := range a.files {
		file.Close()
	}
	return a.out.close(a.status)
}

func (a *awk) commandAssign(text string) bool {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "" || name[0] <= '9' {
		return false
	}
	a.vars[name] = awkInput(strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\\`, `\`).Replace(value))
	return true
}

// fail ends the program with a message.
func (a *awk) fail(format string, args ...any) {
	a.out.Flush()
	a.p.Errorf(format, args...)
	a.p.Exit(2)
}

func (a *awk) main(args []string) {
	a.guard(func() {
		for _, r := range a.prog.rules {
			if r.begin {
				a.exec(r.action)
			}
		}
		if a.readsInput() {
			a.records(args)
		}
	})
	a.guard(func() {
		for _, r := range a.prog.rules {
			if r.end {
				a.exec(r.action)
			}
		}
	})
}

func (a *awk) readsInput() bool {
	for _, r := range a.prog.rules {
		if !r.begin {
			return true
		}
	}
	return false
}

// guard runs fn until exit; it reports whether exit was called.
func (a *awk) guard(fn func()) (exited bool) {
	defer func() {
		r := recover()
		if f, ok := r.(awkFlow); ok {
			exited = f.kind == "exit"
			return
		}
		if r != nil {
			panic(r)
		}
	}()
	fn()
	return false
}

func (a *awk) records(args []string) {
	read := false
	for i := 0; i <= len(args); i++ {
		name := "-"
		if i < len(args) {
			if name = args[i]; a.commandAssign(name) {
				continue
			}
		} else if read {
			break
		}
		read = true
		r, done, err := openText(a.p, name)
		if err != nil {
			a.out.Flush()
			a.p.Errorf("cannot open %s (%s)", name, reason(err))
			a.status = 2
			continue
		}
		a.vars["FILENAME"] = awkString(name)
		if name == "-" {
			a.vars["FILENAME"] = awkString("")
		}
		a.vars["FNR"] = awkNumber(0)
		err = a.eachRecord(r, a.record)
		done()
		if err != nil {
			a.fail("%s: %s", name, reason(err))
		}
		if i == len(args) {
			break
		}
	}
}

// eachRecord divides input at RS: lines, or paragraphs for an empty one, or
// another character.
func (a *awk) eachRecord(r io.Reader, fn func(string)) error {
	rs := a.vars["RS"].s
	if rs == "\n" {
		return eachLine(a.p, r, func(line string, ended bool) bool {
			fn(line)
			return true
		})
	}
	text, err := readText(a.p, r)
	if err != nil {
		return err
	}
	body := strings.TrimRight(string(text), "\n")
	if rs == "" {
		body = strings.TrimLeft(body, "\n")
		for _, rec := range regexp.MustCompile(`\n\n+`).Split(body, -1) {
			fn(rec)
		}
		return nil
	}
	for rec := range strings.SplitSeq(body, rs[:1]) {
		fn(rec)
	}
	return nil
}

func (a *awk) record(line string) {
	a.p.Step(1)
	a.line, a.split, a.rebuilt = line, false, false
	a.vars["NR"] = awkNumber(a.vars["NR"].n + 1)
	a.vars["FNR"] = awkNumber(a.vars["FNR"].n + 1)
	defer func() {
		r := recover()
		if f, ok := r.(awkFlow); ok && f.kind == "next" {
			return
		}
		if r != nil {
			panic(r)
		}
	}()
	for _, rule := range a.prog.rules {
		if rule.begin || rule.end || !a.selects(rule) {
			continue
		}
		if rule.action == nil {
			a.out.WriteString(a.record0() + a.vars["ORS"].s)
			continue
		}
		a.exec(rule.action)
	}
}

func (a *awk) selects(r *awkRule) bool {
	switch len(r.patterns) {
	case 0:
		return true
	case 1:
		return a.truth(a.eval(r.patterns[0]))
	}
	if !r.inRange {
		if !a.truth(a.eval(r.patterns[0])) {
			return false
		}
		r.inRange = true
	}
	if a.truth(a.eval(r.patterns[1])) {
		r.inRange = false
	}
	return true
}

// record0 is $0.
func (a *awk) record0() string {
	if a.rebuilt {
		a.line, a.rebuilt = strings.Join(a.fields, a.vars["OFS"].s), false
	}
	return a.line
}

func (a *awk) splitFields() {
	if a.split {
		return
	}
	a.fields, a.split = a.divide(a.line, a.vars["FS"].s), true
	a.vars["NF"] = awkNumber(float64(len(a.fields)))
}

// divide splits text at a separator: blanks for a single space, otherwise a
// character or a regular expression.
func (a *awk) divide(text, sep string) []string {
	switch {
	case text == "":
		return nil
	case sep == " ":
		return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	case sep == "":
		return strings.Split(text, "")
	case len(sep) == 1 && sep != `\` || sep == `\|`:
		return strings.Split(text, strings.TrimPrefix(sep, `\`))
	}
	return a.regex(sep).Split(text, -1)
}

func (a *awk) regex(pat string) *regexp.Regexp {
	if re := a.regexes[pat]; re != nil {
		return re
	}
	re, err := compilePOSIX(pat, true, false)
	if err != nil {
		a.fail("regular expression /%s/: %v", pat, err)
	}
	if len(a.regexes) < 200 {
		a.regexes[pat] = re
	}
	return re
}

func (a *awk) array(name string) map[string]awkValue {
	if n := len(a.locals); n > 0 {
		if m, ok := a.locals[n-1][name].(map[string]awkValue); ok {
			return m
		}
		if v, ok := a.locals[n-1][name].(awkValue); ok && !v.defined {
			m := map[string]awkValue{}
			a.locals[n-1][name] = m
			return m
		}
	}
	if a.arrays[name] == nil {
		a.arrays[name] = map[string]awkValue{}
	}
	return a.arrays[name]
}

// grow accounts for memory an array or a string takes.
func (a *awk) grow(n int) {
	if a.used += int64(n); a.used > a.p.Host.Limits.Memory*4 {
		a.fail("out of memory")
	}
}

// sortedIndexes orders the keys of an array: numbers by value, then strings, so
// that `for (k in a)` has the same order every time.
func sortedIndexes(m map[string]awkValue) []string {
	return slices.SortedFunc(maps.Keys(m), func(x, y string) int {
		a, err1 := strconv.ParseFloat(x, 64)
		b, err2 := strconv.ParseFloat(y, 64)
		if err1 == nil && err2 == nil && a != b {
			return int(math.Copysign(1, a-b))
		}
		return strings.Compare(x, y)
	})
}
