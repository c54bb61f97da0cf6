package userland

import (
	"fmt"
	"io"
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// edit is a run of lines that differ: a[a0:a1] became b[b0:b1].
type edit struct{ a0, a1, b0, b1 int }

// runDiff is diff(1), in the normal and the unified format.
func runDiff(p *host.Proc) int {
	f, ok := readFlags(p, "uU:qrNiwbBasc", "unified=u", "unified:=U", "brief=q", "recursive=r", "new-file=N", "ignore-case=i",
		"ignore-all-space=w", "ignore-space-change=b", "ignore-blank-lines=B", "text=a", "report-identical-files=s", "color", "color:=color")
	if !ok {
		return 2
	}
	if len(f.operands) < 2 {
		after := p.Name()
		if len(f.operands) == 1 {
			after = f.operands[0]
		}
		p.Errorf("missing operand after '%s'", after)
		p.Stderr.Write([]byte("diff: Try 'diff --help' for more information.\n"))
		return 2
	}
	if len(f.operands) > 2 {
		p.Errorf("extra operand '%s'", f.operands[2])
		return 2
	}
	d := &differ{p: p, f: f, context: 3}
	if text, ok := f.given["U"]; ok {
		fmt.Sscan(text, &d.context)
	}
	return d.paths(f.operands[0], f.operands[1])
}

type differ struct {
	p       *host.Proc
	f       *flags
	context int
	depth   int
}

func (d *differ) isDir(name string) bool {
	if name == "-" {
		return false
	}
	info, err := d.p.Host.FS.Stat(d.p.Path(name), d.p.Cred)
	return err == nil && info.IsDir()
}

func (d *differ) paths(a, b string) int {
	da, db := d.isDir(a), d.isDir(b)
	switch {
	case da && db:
		return d.dirs(a, b)
	case da:
		a = strings.TrimSuffix(a, "/") + "/" + path.Base(b)
	case db:
		b = strings.TrimSuffix(b, "/") + "/" + path.Base(a)
	}
	return d.files(a, b)
}

func (d *differ) dirs(a, b string) int {
	if d.depth++; d.depth > 300 {
		return 2
	}
	defer func() { d.depth-- }()
	status := 0
	list := func(dir string) map[string]bool {
		names := map[string]bool{}
		entries, err := d.p.Host.FS.ReadDir(d.p.Path(dir), d.p.Cred)
		if err != nil {
			d.p.Errorf("%s: %s", dir, reason(err))
			status = 2
		}
		for _, e := range entries {
			names[e.Name] = true
		}
		return names
	}
	na, nb := list(a), list(b)
	for _, n := range sortedKeys(na, nb) {
		x, y := strings.TrimSuffix(a, "/")+"/"+n, strings.TrimSuffix(b, "/")+"/"+n
		switch {
		case !na[n]:
			d.p.Printf("Only in %s: %s\n", strings.TrimSuffix(b, "/"), n)
			status = max(status, 1)
		case !nb[n]:
			d.p.Printf("Only in %s: %s\n", strings.TrimSuffix(a, "/"), n)
			status = max(status, 1)
		case d.isDir(x) && d.isDir(y):
			if d.f.has("r") {
				status = max(status, d.dirs(x, y))
			} else {
				d.p.Printf("Common subdirectories: %s and %s\n", x, y)
			}
		default:
			status = max(status, d.files(x, y))
		}
	}
	return status
}

func (d *differ) read(name string) ([]byte, vfs.Info, error) {
	if name == "-" {
		text, err := readText(d.p, d.p.Stdin)
		return text, vfs.Info{}, err
	}
	info, err := d.p.Host.FS.Stat(d.p.Path(name), d.p.Cred)
	if err != nil {
		if d.f.has("N") && vfs.ErrnoOf(err) == vfs.ENOENT {
			return nil, vfs.Info{}, nil
		}
		return nil, info, err
	}
	text, err := d.p.Host.FS.ReadFile(d.p.Path(name), d.p.Cred)
	return text, info, err
}

func (d *differ) files(a, b string) int {
	ta, ia, err := d.read(a)
	tb, ib, err2 := d.read(b)
	if err != nil {
		d.p.Errorf("%s: %s", a, reason(err))
	}
	if err2 != nil {
		d.p.Errorf("%s: %s", b, reason(err2))
	}
	if err != nil || err2 != nil {
		return 2
	}
	same := string(ta) == string(tb)
	if !same && !d.f.has("a") && (strings.IndexByte(string(ta[:min(len(ta), 4096)]), 0) >= 0 || strings.IndexByte(string(tb[:min(len(tb), 4096)]), 0) >= 0) {
		d.p.Printf("Binary files %s and %s differ\n", a, b)
		return 2
	}
	la, lb := splitLines(string(ta)), splitLines(string(tb))
	edits := d.compare(la, lb)
	if len(edits) == 0 {
		if d.f.has("s") {
			d.p.Printf("Files %s and %s are identical\n", a, b)
		}
		return 0
	}
	if d.f.has("q") {
		d.p.Printf("Files %s and %s differ\n", a, b)
		return 1
	}
	out := newOutput(d.p)
	if d.depth > 0 {
		fmt.Fprintf(out, "diff %s %s %s\n", strings.Join(d.p.Args[1:len(d.p.Args)-2], " "), a, b)
	}
	if d.f.has("u") || d.f.has("U") || d.f.has("c") {
		fmt.Fprintf(out, "--- %s\t%s\n+++ %s\t%s\n", a, ia.ModTime().In(d.p.Host.Zone).Format(statTime), b, ib.ModTime().In(d.p.Host.Zone).Format(statTime))
		d.unified(out, la, lb, edits)
	} else {
		normalDiff(out, la, lb, edits)
	}
	out.close(0)
	return 1
}

// splitLines keeps the line ends, so that a missing last one shows.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// key is what of a line counts.
func (d *differ) key(line string) string {
	if d.f.has("i") {
		line = strings.ToLower(line)
	}
	switch {
	case d.f.has("w"):
		line = strings.Join(strings.Fields(line), "")
	case d.f.has("b"):
		line = strings.Join(strings.Fields(line), " ")
	}
	return line
}

// compare finds a shortest edit script by Myers' greedy algorithm: for d = 0,
// 1, 2 ... it follows, on every diagonal, the path that has come furthest with d
// differences. The work is bounded; past the bound the rest counts as one
// change.
func (d *differ) compare(a, b []string) []edit {
	ka, kb := make([]string, len(a)), make([]string, len(b))
	for i := range a {
		ka[i] = d.key(a[i])
	}
	for i := range b {
		kb[i] = d.key(b[i])
	}
	start := 0
	for start < len(ka) && start < len(kb) && ka[start] == kb[start] {
		start++
	}
	enda, endb := len(ka), len(kb)
	for enda > start && endb > start && ka[enda-1] == kb[endb-1] {
		enda, endb = enda-1, endb-1
	}
	edits := myers(d.p, ka[start:enda], kb[start:endb])
	for i := range edits {
		edits[i].a0, edits[i].a1, edits[i].b0, edits[i].b1 = edits[i].a0+start, edits[i].a1+start, edits[i].b0+start, edits[i].b1+start
	}
	return edits
}

// maxDifferences bounds the edit script looked for.
const maxDifferences = 1000

func myers(p *host.Proc, a, b []string) []edit {
	n, m := len(a), len(b)
	if n == 0 && m == 0 {
		return nil
	}
	bound := min(n+m, maxDifferences)
	v := make([]int, 2*bound+2)
	var trail [][]int
	at := func(k int) int { return k + bound }
	for diff := 0; diff <= bound; diff++ {
		p.Step(1 + diff)
		trail = append(trail, append([]int(nil), v[at(-diff):at(diff)+1]...))
		for k := -diff; k <= diff; k += 2 {
			x := 0
			if k == -diff || k != diff && v[at(k-1)] < v[at(k+1)] {
				x = v[at(k+1)]
			} else {
				x = v[at(k-1)] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			v[at(k)] = x
			if x >= n && x-k >= m {
				return backtrack(trail, diff, n, m)
			}
		}
	}
	return []edit{{0, n, 0, m}}
}

// backtrack walks the recorded rounds from the end and joins single insertions
// and deletions into edits.
func backtrack(trail [][]int, diff, x, y int) (edits []edit) {
	for ; diff > 0; diff-- {
		v := trail[diff] // of the round before, on diagonals -diff..diff
		get := func(k int) int { return v[k+diff] }
		k := x - y
		prev := k - 1
		if k == -diff || k != diff && get(k-1) < get(k+1) {
			prev = k + 1
		}
		px := get(prev)
		py := px - prev
		e := edit{px, px, py, py + 1}
		if prev == k-1 {
			e = edit{px, px + 1, py, py}
		}
		if len(edits) > 0 && e.a1 == edits[len(edits)-1].a0 && e.b1 == edits[len(edits)-1].b0 {
			edits[len(edits)-1].a0, edits[len(edits)-1].b0 = e.a0, e.b0
		} else {
			edits = append(edits, e)
		}
		x, y = px, py
	}
	for i, j := 0, len(edits)-1; i < j; i, j = i+1, j-1 {
		edits[i], edits[j] = edits[j], edits[i]
	}
	return edits
}

func putLine(out io.Writer, lead, line string) {
	io.WriteString(out, lead+line)
	if !strings.HasSuffix(line, "\n") {
		io.WriteString(out, "\n\\ No newline at end of file\n")
	}
}

func lineRange(from, to int) string {
	switch {
	case to-from <= 0:
		return fmt.Sprint(from)
	case to-from == 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to)
}

func normalDiff(out io.Writer, a, b []string, edits []edit) {
	for _, e := range edits {
		kind := "c"
		if e.a0 == e.a1 {
			kind = "a"
		} else if e.b0 == e.b1 {
			kind = "d"
		}
		fmt.Fprintf(out, "%s%s%s\n", lineRange(e.a0, e.a1), kind, lineRange(e.b0, e.b1))
		for _, l := range a[e.a0:e.a1] {
			putLine(out, "< ", l)
		}
		if kind == "c" {
			io.WriteString(out, "---\n")
		}
		for _, l := range b[e.b0:e.b1] {
			putLine(out, "> ", l)
		}
	}
}

func (d *differ) unified(out io.Writer, a, b []string, edits []edit) {
	for i := 0; i < len(edits); {
		j := i + 1
		for j < len(edits) && edits[j].a0-edits[j-1].a1 <= 2*d.context {
			j++
		}
		a0, a1 := max(0, edits[i].a0-d.context), min(len(a), edits[j-1].a1+d.context)
		b0, b1 := max(0, edits[i].b0-d.context), min(len(b), edits[j-1].b1+d.context)
		fmt.Fprintf(out, "@@ -%s +%s @@\n", hunkRange(a0, a1), hunkRange(b0, b1))
		at := a0
		for _, e := range edits[i:j] {
			for ; at < e.a0; at++ {
				putLine(out, " ", a[at])
			}
			for ; at < e.a1; at++ {
				putLine(out, "-", a[at])
			}
			for _, l := range b[e.b0:e.b1] {
				putLine(out, "+", l)
			}
		}
		for ; at < a1; at++ {
			putLine(out, " ", a[at])
		}
		i = j
	}
}

func hunkRange(from, to int) string {
	switch n := to - from; n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}
