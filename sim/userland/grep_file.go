package userland

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

// matches returns the places that match in a line, those of all patterns
// together and in order.
func (g *grepper) matches(line string) (locs [][]int) {
	for _, re := range g.res {
		for _, loc := range re.FindAllStringIndex(line, -1) {
			if !g.f.has("w") || wordBounded(line, loc) {
				locs = append(locs, loc)
			}
		}
	}
	if len(g.res) > 1 {
		sort.SliceStable(locs, func(i, j int) bool { return locs[i][0] < locs[j][0] })
	}
	return locs
}

func wordBounded(line string, loc []int) bool {
	word := func(i int) bool {
		return i >= 0 && i < len(line) && (isAlnum(line[i]) || line[i] == '_')
	}
	return !word(loc[0]-1) && !word(loc[1])
}

func (g *grepper) file(name string, r io.Reader) {
	if name == "-" {
		name = "(standard input)"
	}
	n, count, lastPrinted := 0, 0, 0
	var held []string // lines before a match
	follow := 0
	binary := false
	show := func(sep string, no int, text string) {
		if g.names {
			g.out.WriteString(name + sep)
		}
		if g.f.has("n") {
			fmt.Fprintf(g.out, "%d%s", no, sep)
		}
		g.out.WriteString(text + "\n")
	}
	context := g.before > 0 || g.after > 0
	err := eachLine(g.p, r, func(line string, ended bool) bool {
		n++
		if strings.IndexByte(line, 0) >= 0 && !g.f.has("a") {
			binary = true
		}
		locs := g.matches(line)
		hit := (len(locs) > 0) != g.f.has("v")
		if !hit {
			if follow > 0 {
				follow--
				show("-", n, line)
				lastPrinted = n
			} else if g.before > 0 {
				if held = append(held, line); len(held) > g.before {
					held = held[1:]
				}
			}
			return !(g.max >= 0 && count >= g.max && follow == 0)
		}
		if g.max >= 0 && count >= g.max {
			return false
		}
		count++
		g.matched = true
		switch {
		case g.f.has("q") || g.f.has("l") || g.f.has("L"):
			return false
		case g.f.has("c"):
			return true
		case binary:
			return false
		}
		if context && !g.f.has("o") {
			if first := n - len(held); g.anyGroup && (lastPrinted == 0 || first > lastPrinted+1) {
				g.out.WriteString("--\n")
			}
			for i, h := range held {
				show("-", n-len(held)+i, h)
			}
			held, follow, g.anyGroup = nil, g.after, true
		}
		lastPrinted = n
		if !g.f.has("o") {
			show(":", n, line)
			return true
		}
		for _, loc := range locs {
			if loc[1] > loc[0] && !g.f.has("v") {
				show(":", n, line[loc[0]:loc[1]])
			}
		}
		return true
	})
	if err != nil {
		g.failed = true
		g.out.Flush()
		g.p.Errorf("%s: %s", name, reason(err))
	}
	g.summary(name, count, binary)
}

func (g *grepper) summary(name string, count int, binary bool) {
	switch {
	case g.f.has("q"):
	case g.f.has("l"):
		if count > 0 {
			g.out.WriteString(name + "\n")
		}
	case g.f.has("L"):
		if count == 0 {
			g.out.WriteString(name + "\n")
		}
	case g.f.has("c"):
		if g.names {
			g.out.WriteString(name + ":")
		}
		fmt.Fprintf(g.out, "%d\n", count)
	case binary && count > 0:
		fmt.Fprintf(g.out, "%s: %s: binary file matches\n", g.p.Name(), name)
	}
}
