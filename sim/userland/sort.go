package userland

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// sortKey is one -k.
type sortKey struct {
	from, fromChar, to, toChar int // fields and characters count from 1; to 0: the end of the line
	options                    string
}

type sorter struct {
	keys    []sortKey
	options string
	sep     string
	p       *host.Proc
}

// runSort is sort(1).
func runSort(p *host.Proc) int {
	f, ok := readFlags(p, "rnufbdhgMVsck:t:o:mz", "reverse=r", "numeric-sort=n", "unique=u", "ignore-case=f", "ignore-leading-blanks=b",
		"human-numeric-sort=h", "key=k:", "field-separator=t:", "output=o:", "check=c", "stable=s", "version-sort=V")
	if !ok {
		return 2
	}
	s := &sorter{p: p, sep: f.given["t"]}
	if s.sep == `\t` {
		s.sep = "\t"
	}
	if f.has("t") && len(s.sep) != 1 {
		p.Errorf("multi-character tab '%s'", s.sep)
		return 2
	}
	for _, o := range f.order {
		if strings.Contains("rnfbdhgMV", o.name) {
			s.options += o.name
		}
	}
	for _, text := range f.values("k") {
		k, ok := parseSortKey(text)
		if !ok {
			p.Errorf("invalid number at field start: invalid count at start of '%s'", text)
			return 2
		}
		s.keys = append(s.keys, k)
	}
	lines, status := readLinesAs(p, f.operands, "cannot read: %s: %s")
	if status != 0 {
		return 2
	}
	compare := func(a, b string) int {
		p.Step(1)
		if c := s.compare(a, b); c != 0 || f.has("s") || f.has("u") {
			return c
		}
		c := collate(p, a, b)
		if strings.Contains(s.options, "r") {
			c = -c
		}
		return c
	}
	if f.has("c") {
		for i := 1; i < len(lines); i++ {
			if c := compare(lines[i-1], lines[i]); c > 0 || c == 0 && f.has("u") {
				name := "-"
				if len(f.operands) > 0 {
					name = f.operands[0]
				}
				p.Errorf("%s:%d: disorder: %s", name, i+1, lines[i])
				return 1
			}
		}
		return 0
	}
	slices.SortStableFunc(lines, compare)
	if f.has("u") {
		lines = slices.CompactFunc(lines, func(a, b string) bool { return compare(a, b) == 0 })
	}
	if name, ok := f.given["o"]; ok {
		text := strings.Join(lines, "\n")
		if len(lines) > 0 {
			text += "\n"
		}
		if err := p.Host.FS.WriteFile(p.Path(name), []byte(text), vfs.FileMode(0o666&^p.Umask), p.Cred); err != nil {
			p.Errorf("open failed: %s: %s", name, reason(err))
			return 2
		}
		p.Wrote("write", name)
		return 0
	}
	out := newOutput(p)
	for _, l := range lines {
		out.WriteString(l + "\n")
	}
	return out.close(0)
}

func parseSortKey(text string) (k sortKey, ok bool) {
	start, end, _ := strings.Cut(text, ",")
	pos := func(s string) (field, char int, opts string, ok bool) {
		i := strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'z' })
		if i >= 0 {
			s, opts = s[:i], s[i:]
		}
		f, c, dot := strings.Cut(s, ".")
		field, err := strconv.Atoi(f)
		if err != nil || field < 1 {
			return 0, 0, "", false
		}
		if dot {
			if char, err = strconv.Atoi(c); err != nil {
				return 0, 0, "", false
			}
		}
		return field, char, opts, true
	}
	var opts string
	if k.from, k.fromChar, opts, ok = pos(start); !ok {
		return k, false
	}
	k.options = opts
	if end != "" {
		if k.to, k.toChar, opts, ok = pos(end); !ok {
			return k, false
		}
		k.options += opts
	}
	return k, true
}

func (s *sorter) compare(a, b string) int {
	if len(s.keys) == 0 {
		return compareKey(s.p, a, b, s.options)
	}
	for _, k := range s.keys {
		opts := k.options
		if opts == "" {
			opts = s.options
		}
		if c := compareKey(s.p, s.extract(a, k), s.extract(b, k), opts); c != 0 {
			return c
		}
	}
	return 0
}

// extract returns the part of a line a key means. Without -t a field begins
// with the blanks before it.
func (s *sorter) extract(line string, k sortKey) string {
	var starts, ends []int
	if s.sep != "" {
		at := 0
		for _, part := range strings.Split(line, s.sep) {
			starts, ends = append(starts, at), append(ends, at+len(part))
			at += len(part) + 1
		}
	} else {
		i := 0
		for i < len(line) {
			start := i
			for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
				i++
			}
			for i < len(line) && line[i] != ' ' && line[i] != '\t' {
				i++
			}
			starts, ends = append(starts, start), append(ends, i)
		}
	}
	if k.from > len(starts) {
		return ""
	}
	from := starts[k.from-1]
	if strings.Contains(k.options+s.options, "b") {
		for from < len(line) && (line[from] == ' ' || line[from] == '\t') {
			from++
		}
	}
	from = min(from+max(k.fromChar-1, 0), len(line))
	to := len(line)
	if k.to > 0 && k.to <= len(ends) {
		to = ends[k.to-1]
		if k.toChar > 0 {
			to = min(starts[k.to-1]+k.toChar, len(line))
		}
	}
	if to < from {
		return ""
	}
	return line[from:to]
}

func compareKey(p *host.Proc, a, b, opts string) int {
	c := 0
	has := func(o string) bool { return strings.Contains(opts, o) }
	if has("b") {
		a, b = strings.TrimLeft(a, " \t"), strings.TrimLeft(b, " \t")
	}
	if has("f") {
		a, b = strings.ToUpper(a), strings.ToUpper(b)
	}
	switch {
	case has("n") || has("g") || has("h"):
		x, y := leadingNumber(a, has("h")), leadingNumber(b, has("h"))
		switch {
		case x < y:
			c = -1
		case x > y:
			c = 1
		}
	case has("V"):
		c = compareVersions(a, b)
	default:
		c = collate(p, a, b)
	}
	if has("r") {
		c = -c
	}
	return c
}

func leadingNumber(s string, human bool) float64 {
	s = strings.TrimLeft(s, " \t")
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || i == 0 && s[i] == '-') {
		i++
	}
	x, _ := strconv.ParseFloat(strings.TrimSuffix(s[:i], "."), 64)
	if human && i < len(s) {
		for k, u := range "KMGTPE" {
			if s[i] == byte(u) || u == 'K' && s[i] == 'k' {
				for range k + 1 {
					x *= 1024
				}
			}
		}
	}
	return x
}

// compareVersions compares runs of digits by value.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		da, db := digitRun(a), digitRun(b)
		if da > 0 && db > 0 {
			x, y := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if c := len(x) - len(y); c != 0 {
				return c
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digitRun(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// runUniq is uniq(1).
func runUniq(p *host.Proc) int {
	f, ok := readFlags(p, "cdiuf:s:w:", "count=c", "repeated=d", "ignore-case=i", "unique=u", "skip-fields=f:", "skip-chars=s:")
	if !ok {
		return 1
	}
	skipFields, _ := strconv.Atoi(f.given["f"])
	skipChars, _ := strconv.Atoi(f.given["s"])
	key := func(line string) string {
		for range skipFields {
			line = strings.TrimLeft(line, " \t")
			i := strings.IndexAny(line, " \t")
			if i < 0 {
				i = len(line)
			}
			line = line[i:]
		}
		line = line[min(skipChars, len(line)):]
		if f.has("i") {
			line = strings.ToLower(line)
		}
		return line
	}
	in := f.operands
	if len(in) > 1 {
		in = in[:1]
	}
	out := newOutput(p)
	prev, n := "", 0
	flush := func() {
		if n == 0 || f.has("d") && n == 1 || f.has("u") && n > 1 {
			return
		}
		if f.has("c") {
			fmt.Fprintf(out, "%7d ", n)
		}
		out.WriteString(prev + "\n")
	}
	lines, status := readLines(p, in)
	for _, line := range lines {
		if n > 0 && key(line) == key(prev) {
			n++
			continue
		}
		flush()
		prev, n = line, 1
	}
	flush()
	return out.close(status)
}
