package userland

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// grepper is one run of grep(1).
type grepper struct {
	p        *host.Proc
	f        *flags
	res      []*regexp.Regexp
	out      *output
	names    bool
	before   int
	after    int
	max      int
	matched  bool
	failed   bool
	anyGroup bool // context was printed before
}

const grepUsage = "Usage: %s [OPTION]... PATTERNS [FILE]...\nTry '%s --help' for more information.\n"

// runGrep is grep(1), egrep, fgrep, and zgrep for plain files.
func runGrep(p *host.Proc) int {
	args := p.Args
	for i, a := range args[1:] { // -5 is short for -C 5
		if len(a) > 1 && a[0] == '-' && strings.Trim(a[1:], "0123456789") == "" {
			args = append([]string(nil), args...)
			args[i+1] = "-C" + a[1:]
		}
	}
	p2 := *p
	p2.Args = args
	f, ok := readFlags(&p2, "ivncC:A:B:lLrRhHoqsxwEFGPe:f:m:zaUIby", longGrep...)
	if !ok {
		return 2
	}
	g := &grepper{p: p, f: f, out: newOutput(p), max: -1}
	operands, status := g.setup()
	if status != 0 {
		return status
	}
	switch {
	case len(operands) == 0 && (f.has("r") || f.has("R")):
		operands = []string{"."}
	case len(operands) == 0:
		operands = []string{"-"}
	}
	g.names = (len(operands) > 1 || f.has("r") || f.has("R") || f.has("H")) && !f.has("h")
	if f.last("h", "H") == "H" {
		g.names = true
	}
	for _, name := range operands {
		g.operand(name)
		if g.matched && f.has("q") {
			break
		}
	}
	status = 1
	if g.matched {
		status = 0
	}
	if g.failed && !(g.matched && f.has("q")) {
		status = 2
	}
	if g.out.Flush() != nil {
		p.Errorf("write error")
		return 2
	}
	return status
}

var longGrep = []string{"ignore-case=i", "invert-match=v", "line-number=n", "count=c", "files-with-matches=l", "files-without-match=L",
	"recursive=r", "dereference-recursive=R", "no-filename=h", "with-filename=H", "only-matching=o", "quiet=q", "silent=q", "no-messages=s",
	"line-regexp=x", "word-regexp=w", "extended-regexp=E", "fixed-strings=F", "basic-regexp=G", "perl-regexp=P", "regexp=e:", "file=f:",
	"max-count=m:", "after-context=A:", "before-context=B:", "context=C:", "text=a", "color", "color:=color", "colour:=color", "include:", "exclude:", "line-buffered"}

func (g *grepper) setup() (operands []string, status int) {
	p, f := g.p, g.f
	operands = f.operands
	patterns := f.values("e")
	if file, ok := f.given["f"]; ok {
		lines, st := readLines(p, []string{file})
		if st != 0 {
			return nil, 2
		}
		patterns = append(patterns, lines...)
	} else if len(patterns) == 0 {
		if len(operands) == 0 {
			fmt.Fprintf(p.Stderr, grepUsage, p.Name(), p.Name())
			return nil, 2
		}
		patterns, operands = strings.Split(operands[0], "\n"), operands[1:]
	}
	for name, to := range map[string]*int{"A": &g.after, "B": &g.before, "C": nil, "m": &g.max} {
		text, ok := f.given[name]
		if !ok {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			what := "context length argument"
			if name == "m" {
				what = "max count"
				p.Errorf("invalid %s", what)
			} else {
				p.Errorf("%s: invalid %s", text, what)
			}
			return nil, 2
		}
		if to != nil {
			*to = n
		} else {
			if !f.has("A") {
				g.after = n
			}
			if !f.has("B") {
				g.before = n
			}
		}
	}
	for _, pat := range patterns {
		re, err := g.compile(pat)
		if err != nil {
			p.Errorf("%v", err)
			return nil, 2
		}
		g.res = append(g.res, re)
	}
	return operands, 0
}

func (g *grepper) compile(pat string) (*regexp.Regexp, error) {
	name := g.p.Name()
	kind := g.f.last("E", "F", "G", "P")
	extended := kind == "E" || kind == "" && name == "egrep"
	icase := g.f.has("i") || g.f.has("y")
	wrap := func(expr string) string {
		if g.f.has("x") {
			return "^(?:" + expr + ")$"
		}
		return expr
	}
	var re *regexp.Regexp
	var err error
	switch {
	case kind == "F" || kind == "" && name == "fgrep":
		expr := regexp.QuoteMeta(pat)
		if icase {
			expr = "(?i)" + expr
		}
		re, err = regexp.Compile(wrap(expr))
	case kind == "P":
		expr := pat
		if icase {
			expr = "(?i)" + expr
		}
		return regexp.Compile(wrap(expr))
	default:
		if re, err = compilePOSIX(pat, extended, icase); err == nil && g.f.has("x") {
			re, err = regexp.Compile(wrap(re.String()))
		}
	}
	if err == nil {
		re.Longest()
	}
	return re, err
}

func (g *grepper) operand(name string) {
	p := g.p
	if name != "-" {
		info, err := p.Host.FS.Stat(p.Path(name), p.Cred)
		if err == nil && info.IsDir() {
			if g.f.has("r") || g.f.has("R") {
				g.tree(name)
			} else if !g.f.has("s") {
				g.out.Flush()
				p.Errorf("%s: Is a directory", name)
				g.failed = true
			}
			return
		}
	}
	r, done, err := openText(p, name)
	if err != nil {
		g.failed = true
		if !g.f.has("s") {
			g.out.Flush()
			p.Errorf("%s: %s", name, reason(err))
		}
		return
	}
	defer done()
	g.file(name, r)
}

// tree searches all files below a directory.
func (g *grepper) tree(name string) {
	p := g.p
	root := p.Path(name)
	p.Host.FS.Walk(root, p.Cred, func(full string, st vfs.Info, err error) error {
		p.Step(1)
		shown := strings.TrimSuffix(name, "/") + strings.TrimPrefix(full, strings.TrimSuffix(root, "/"))
		if name == "." && len(g.f.operands) < 2 {
			shown = strings.TrimPrefix(shown, "./")
		}
		if err != nil {
			g.failed = true
			if !g.f.has("s") {
				g.out.Flush()
				p.Errorf("%s: %s", shown, reason(err))
			}
			return nil
		}
		if !st.Mode().IsRegular() || !g.included(path.Base(full)) {
			return nil
		}
		r, done, err := openText(p, full)
		if err != nil {
			g.failed = true
			if !g.f.has("s") {
				g.out.Flush()
				p.Errorf("%s: %s", shown, reason(err))
			}
			return nil
		}
		defer done()
		g.file(shown, r)
		return nil
	})
}

func (g *grepper) included(base string) bool {
	for _, pat := range g.f.values("exclude") {
		if ok, _ := path.Match(pat, base); ok {
			return false
		}
	}
	list := g.f.values("include")
	for _, pat := range list {
		if ok, _ := path.Match(pat, base); ok {
			return true
		}
	}
	return len(list) == 0
}
