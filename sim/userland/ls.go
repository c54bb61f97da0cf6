package userland

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/mattn/go-runewidth"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// lsEntry is one name to be listed.
type lsEntry struct {
	name string
	path string
	info vfs.Info
}

type lister struct {
	p      *host.Proc
	f      *flags
	out    *output
	status int
	long   bool
	depth  int
}

// runLs is ls(1) without colours.
func runLs(p *host.Proc) int {
	f, ok := readFlags(p, "laARtrhd1iSsFpnGgmCQbk", "all=a", "almost-all=A", "recursive=R", "reverse=r", "human-readable=h", "directory=d",
		"inode=i", "size=s", "classify=F", "numeric-uid-gid=n", "color", "color:=color", "full-time", "time-style:", "group-directories-first", "help")
	if !ok {
		return 2
	}
	l := &lister{p: p, f: f, out: newOutput(p), long: f.last("l", "1", "C", "m", "n", "g", "full-time") != "1" && (f.has("l") || f.has("n") || f.has("g") || f.has("full-time"))}
	operands := f.operands
	if len(operands) == 0 {
		operands = []string{"."}
	}
	var files, dirs []lsEntry
	for _, name := range operands {
		info, err := l.stat(name)
		if err != nil {
			p.Errorf("cannot access '%s': %s", name, reason(err))
			l.status = 2
			continue
		}
		e := lsEntry{name, name, info}
		if info.IsDir() && !f.has("d") {
			dirs = append(dirs, e)
		} else {
			files = append(files, e)
		}
	}
	l.sort(files)
	l.sort(dirs)
	l.print(files, false)
	for i, d := range dirs {
		if i > 0 || len(files) > 0 {
			l.out.WriteString("\n")
		}
		if len(operands) > 1 || f.has("R") {
			l.out.WriteString(d.name + ":\n")
		}
		l.directory(d)
	}
	return l.out.close(l.status)
}

func (l *lister) stat(name string) (vfs.Info, error) {
	path := l.p.Path(name)
	if !l.long && !l.f.has("d") && !l.f.has("F") {
		if info, err := l.p.Host.FS.Stat(path, l.p.Cred); err == nil {
			return info, nil
		}
	}
	return l.p.Host.FS.Lstat(path, l.p.Cred)
}

func (l *lister) directory(d lsEntry) {
	fsys, cred := l.p.Host.FS, l.p.Cred
	base := strings.TrimSuffix(l.p.Path(d.path), "/") + "/"
	entries, err := fsys.ReadDir(l.p.Path(d.path), cred)
	if err != nil {
		l.out.Flush()
		l.p.Errorf("cannot open directory '%s': %s", d.name, reason(err))
		l.status = 2
		return
	}
	names := []string{}
	if l.f.has("a") {
		names = append(names, ".", "..")
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name, ".") || l.f.has("a") || l.f.has("A") {
			names = append(names, e.Name)
		}
	}
	var list []lsEntry
	for _, n := range names {
		l.p.Step(1)
		info, err := fsys.Lstat(base+n, cred)
		if err != nil {
			l.out.Flush()
			l.p.Errorf("cannot access '%s': %s", strings.TrimSuffix(d.name, "/")+"/"+n, reason(err))
			l.status = max(l.status, 1)
			continue
		}
		list = append(list, lsEntry{n, strings.TrimSuffix(d.path, "/") + "/" + n, info})
	}
	l.sort(list)
	l.print(list, true)
	if !l.f.has("R") || l.depth > 200 {
		return
	}
	l.depth++
	for _, e := range list {
		if e.info.IsDir() && e.name != "." && e.name != ".." {
			l.out.WriteString("\n" + e.path + ":\n")
			l.directory(lsEntry{e.path, e.path, e.info})
		}
	}
	l.depth--
}

// sort orders by name as a UTF-8 locale does for letters (case does not count
// first), by time with -t, by size with -S.
func (l *lister) sort(list []lsEntry) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch l.f.last("t", "S") {
		case "t":
			if !a.info.ModTime().Equal(b.info.ModTime()) {
				return a.info.ModTime().After(b.info.ModTime())
			}
		case "S":
			if a.info.Size() != b.info.Size() {
				return a.info.Size() > b.info.Size()
			}
		}
		return collate(l.p, a.name, b.name) < 0
	})
	if l.f.has("r") {
		slices.Reverse(list)
	}
	if l.f.has("group-directories-first") {
		sort.SliceStable(list, func(i, j int) bool { return list[i].info.IsDir() && !list[j].info.IsDir() })
	}
}

// collate compares names: byte by byte in the C locales, otherwise letters
// first and case last.
func collate(p *host.Proc, a, b string) int {
	locale := p.Env.Get("LC_ALL")
	if locale == "" {
		locale = p.Env.Get("LC_COLLATE")
	}
	if locale == "" {
		locale = p.Env.Get("LANG")
	}
	if locale == "" || strings.HasPrefix(locale, "C") || locale == "POSIX" {
		return strings.Compare(a, b)
	}
	key := func(s string) string { return strings.ToLower(strings.TrimLeft(s, "._-")) }
	if c := strings.Compare(key(a), key(b)); c != 0 {
		return c
	}
	return strings.Compare(b, a)
}

func (l *lister) print(list []lsEntry, total bool) {
	if l.long {
		l.printLong(list, total)
		return
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = l.lead(e) + e.name + l.suffix(e)
	}
	if l.p.Stdout.TTY() == nil && !l.f.has("C") && !l.f.has("m") || l.f.has("1") {
		for _, n := range names {
			l.out.WriteString(n + "\n")
		}
		return
	}
	l.columns(names)
}

func (l *lister) lead(e lsEntry) string {
	out := ""
	if l.f.has("i") {
		out = fmt.Sprintf("%d ", e.info.Ino)
	}
	if l.f.has("s") {
		out += fmt.Sprintf("%d ", e.info.Blocks/2)
	}
	return out
}

func (l *lister) suffix(e lsEntry) string {
	if !l.f.has("F") && !(l.f.has("p") && e.info.IsDir()) {
		return ""
	}
	m := e.info.Mode()
	switch {
	case m.IsDir():
		return "/"
	case m&fs.ModeSymlink != 0:
		if l.long {
			return ""
		}
		return "@"
	case m&fs.ModeNamedPipe != 0:
		return "|"
	case m&fs.ModeSocket != 0:
		return "="
	case m.Perm()&0o111 != 0:
		return "*"
	}
	return ""
}

// columns prints names down the columns of an 80 column screen.
func (l *lister) columns(names []string) {
	const width = 80
	if len(names) == 0 {
		return
	}
	for rows := 1; ; rows++ {
		cols := (len(names) + rows - 1) / rows
		widths := make([]int, cols)
		for i, n := range names {
			widths[i/rows] = max(widths[i/rows], runewidth.StringWidth(n))
		}
		sum := 0
		for _, w := range widths {
			sum += w + 2
		}
		if sum-2 > width && rows < len(names) {
			continue
		}
		for r := range rows {
			for c := 0; c*rows+r < len(names); c++ {
				n := names[c*rows+r]
				if (c+1)*rows+r < len(names) {
					n += strings.Repeat(" ", widths[c]+2-runewidth.StringWidth(n))
				}
				l.out.WriteString(n)
			}
			l.out.WriteString("\n")
		}
		return
	}
}
