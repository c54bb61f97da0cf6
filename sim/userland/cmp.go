package userland

import (
	"bytes"
	"maps"
	"slices"

	"mxlab/sim/host"
)

// runCmp is cmp(1).
func runCmp(p *host.Proc) int {
	f, ok := readFlags(p, "slb", "silent=s", "quiet=s", "verbose=l")
	if !ok {
		return 2
	}
	if len(f.operands) < 2 {
		p.Errorf("missing operand after '%s'", p.Args[len(p.Args)-1])
		p.Stderr.Write([]byte("cmp: Try 'cmp --help' for more information.\n"))
		return 2
	}
	var text [2][]byte
	for i, name := range f.operands[:2] {
		r, done, err := openText(p, name)
		if err == nil {
			text[i], err = readText(p, r)
			done()
		}
		if err != nil {
			p.Errorf("%s: %s", name, reason(err))
			return 2
		}
	}
	a, b := text[0], text[1]
	if bytes.Equal(a, b) {
		return 0
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	line := 1 + bytes.Count(a[:i], []byte("\n"))
	switch {
	case f.has("s"):
	case i == len(a) || i == len(b):
		short := f.operands[0]
		if i == len(b) {
			short = f.operands[1]
		}
		if i > 0 && text[0][i-1] == '\n' {
			line--
			p.Errorf("EOF on %s after byte %d, line %d", short, i, line)
		} else {
			p.Errorf("EOF on %s after byte %d, in line %d", short, i, line)
		}
	default:
		p.Printf("%s %s differ: byte %d, line %d\n", f.operands[0], f.operands[1], i+1, line)
	}
	return 1
}

// sortedKeys returns the names that are in any of the sets, sorted.
func sortedKeys(sets ...map[string]bool) []string {
	all := map[string]bool{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return slices.Sorted(maps.Keys(all))
}
