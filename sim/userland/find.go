package userland

import (
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// findTest is a test or action of find's expression; it reports its truth.
type findTest func(f *finder, name string, st vfs.Info) bool

type finder struct {
	p        *host.Proc
	args     []string
	status   int
	max, min int
	depthy   bool
	acts     bool // an action other than -prune is given
	prune    bool
	nest     int
	batches  []*findBatch
}

type findBatch struct{ args, found []string }

// runFind is find(1): the usual tests and actions, without -L, -xdev and times
// in minutes being exact to the second.
func runFind(p *host.Proc) int {
	f := &finder{p: p, max: 1 << 30}
	args := p.Args[1:]
	var roots []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && args[0] != "(" && args[0] != "!" {
		roots, args = append(roots, args[0]), args[1:]
	}
	if len(roots) == 0 {
		roots = []string{"."}
	}
	f.args = args
	expr, ok := f.or()
	if !ok {
		return 1
	}
	if len(f.args) > 0 {
		p.Errorf("paths must precede expression: `%s'", f.args[0])
		return 1
	}
	for _, root := range roots {
		full := p.Path(root)
		st, err := p.Host.FS.Lstat(full, p.Cred)
		if err != nil {
			p.Errorf("‘%s’: %s", root, reason(err))
			f.status = 1
			continue
		}
		f.visit(root, st, 0, expr)
	}
	for _, b := range f.batches {
		if len(b.found) > 0 {
			f.run(append(b.args, b.found...))
		}
	}
	return f.status
}

func (f *finder) visit(name string, st vfs.Info, depth int, expr findTest) {
	f.p.Step(2)
	f.prune = false
	if !f.depthy && depth >= f.min {
		f.eval(name, st, expr)
	}
	prune := f.prune
	if st.IsDir() && depth < f.max && !prune && depth < 500 {
		entries, err := f.p.Host.FS.ReadDir(f.p.Path(name), f.p.Cred)
		if err != nil {
			f.p.Errorf("‘%s’: %s", name, reason(err))
			f.status = 1
		}
		for _, e := range entries {
			sub := strings.TrimSuffix(name, "/") + "/" + e.Name
			if info, err := f.p.Host.FS.Lstat(f.p.Path(sub), f.p.Cred); err == nil {
				f.visit(sub, info, depth+1, expr)
			}
		}
	}
	if f.depthy && depth >= f.min {
		f.eval(name, st, expr)
	}
}

func (f *finder) eval(name string, st vfs.Info, expr findTest) {
	if expr(f, name, st) && !f.acts {
		f.p.Print(name + "\n")
	}
}

func (f *finder) peek() string {
	if len(f.args) == 0 {
		return ""
	}
	return f.args[0]
}

func (f *finder) or() (findTest, bool) {
	a, ok := f.and()
	if !ok {
		return nil, false
	}
	for f.peek() == "-o" || f.peek() == "-or" {
		f.args = f.args[1:]
		b, ok := f.and()
		if !ok {
			return nil, false
		}
		left := a
		a = func(f *finder, n string, st vfs.Info) bool { return left(f, n, st) || b(f, n, st) }
	}
	return a, true
}

func (f *finder) and() (findTest, bool) {
	all := []findTest{}
	for {
		switch f.peek() {
		case "", ")", "-o", "-or":
			if len(f.args) > 0 || len(all) >= 0 {
				return func(f *finder, n string, st vfs.Info) bool {
					for _, t := range all {
						if !t(f, n, st) {
							return false
						}
					}
					return true
				}, true
			}
		case "-a", "-and":
			f.args = f.args[1:]
			continue
		}
		t, ok := f.primary()
		if !ok {
			return nil, false
		}
		all = append(all, t)
	}
}

func (f *finder) primary() (findTest, bool) {
	if f.nest++; f.nest > 500 {
		f.p.Errorf("expression too deeply nested")
		return nil, false
	}
	defer func() { f.nest-- }()
	word := f.args[0]
	f.args = f.args[1:]
	switch word {
	case "!", "-not":
		if len(f.args) == 0 {
			f.p.Errorf("expected an expression after '%s'", word)
			return nil, false
		}
		t, ok := f.primary()
		return func(f *finder, n string, st vfs.Info) bool { return !t(f, n, st) }, ok
	case "(":
		t, ok := f.or()
		if !ok {
			return nil, false
		}
		if f.peek() != ")" {
			f.p.Errorf("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
			return nil, false
		}
		f.args = f.args[1:]
		return t, true
	case "-true", "-mount", "-xdev", "-follow", "-noleaf":
		return func(*finder, string, vfs.Info) bool { return true }, true
	case "-depth":
		f.depthy = true
		return func(*finder, string, vfs.Info) bool { return true }, true
	case "-print", "-print0", "-ls", "-delete", "-prune", "-quit":
		return f.action(word), true
	case "-empty":
		return func(f *finder, n string, st vfs.Info) bool {
			if st.IsDir() {
				list, err := f.p.Host.FS.ReadDir(f.p.Path(n), f.p.Cred)
				return err == nil && len(list) == 0
			}
			return st.Mode().IsRegular() && st.Size() == 0
		}, true
	case "-exec", "-ok":
		return f.exec()
	}
	if !strings.HasPrefix(word, "-") {
		f.p.Errorf("paths must precede expression: `%s'", word)
		return nil, false
	}
	if len(f.args) == 0 {
		if _, known := findTests(f, word, ""); known || word == "-maxdepth" || word == "-mindepth" {
			f.p.Errorf("missing argument to `%s'", word)
		} else {
			f.p.Errorf("unknown predicate `%s'", word)
		}
		return nil, false
	}
	arg := f.args[0]
	t, known := findTests(f, word, arg)
	if !known {
		f.p.Errorf("unknown predicate `%s'", word)
		return nil, false
	}
	f.args = f.args[1:]
	if t == nil {
		f.p.Errorf("invalid argument `%s' to `%s'", arg, word)
		return nil, false
	}
	return t, true
}

func (f *finder) action(word string) findTest {
	if word != "-prune" {
		f.acts = true
	}
	if word == "-delete" {
		f.depthy = true
	}
	return func(f *finder, n string, st vfs.Info) bool {
		switch word {
		case "-print":
			f.p.Print(n + "\n")
		case "-print0":
			f.p.Print(n + "\x00")
		case "-ls":
			f.p.Printf("%9d %6d %s %3d %-8s %-8s %8d %s %s\n", st.Ino, st.Blocks/2, modeString(st.Mode()), st.Nlink,
				f.p.Host.UserName(st.UID), f.p.Host.GroupName(st.GID), st.Size(), st.ModTime().In(f.p.Host.Zone).Format("Jan _2 15:04"), n)
		case "-prune":
			f.prune = true
		case "-quit":
			f.p.Exit(f.status)
		case "-delete":
			full := f.p.Path(n)
			if err := f.p.Host.FS.Remove(full, f.p.Cred); err != nil {
				f.p.Errorf("cannot delete ‘%s’: %s", n, reason(err))
				f.status = 1
				return false
			}
			f.p.Wrote("remove", full)
		}
		return true
	}
}

// exec reads the command of -exec up to ; or {} +.
func (f *finder) exec() (findTest, bool) {
	f.acts = true
	for i, a := range f.args {
		if a != ";" && !(a == "+" && i > 0 && f.args[i-1] == "{}") {
			continue
		}
		cmd := f.args[:i:i]
		f.args = f.args[i+1:]
		if len(cmd) == 0 {
			break
		}
		if a == "+" {
			b := &findBatch{args: cmd[: len(cmd)-1 : len(cmd)-1]}
			f.batches = append(f.batches, b)
			return func(f *finder, n string, st vfs.Info) bool {
				b.found = append(b.found, n)
				return true
			}, true
		}
		return func(f *finder, n string, st vfs.Info) bool {
			list := make([]string, len(cmd))
			for k, c := range cmd {
				list[k] = strings.ReplaceAll(c, "{}", n)
			}
			return f.run(list) == 0
		}, true
	}
	f.p.Errorf("missing argument to `-exec'")
	return nil, false
}

func (f *finder) run(args []string) int {
	f.p.Step(40)
	status, err := f.p.Run(host.Spec{Args: args})
	if err != nil {
		f.p.Errorf("‘%s’: %s", args[0], reason(err))
		f.status = 1
	}
	return status
}
