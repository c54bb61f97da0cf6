package userland

import (
	"regexp"
	"strings"
)

// pattern is a regular expression given as an argument.
func (a *awk) pattern(n *awkNode) *regexp.Regexp {
	if n.op == "re" {
		return n.re
	}
	return a.regex(a.text(a.eval(n)))
}

// subCall is sub() and gsub(): & in the replacement is what matched.
func (a *awk) subCall(all bool, args []*awkNode) awkValue {
	if len(args) < 2 {
		a.fail("sub: not enough arguments")
	}
	re, with := a.pattern(args[0]), a.text(a.eval(args[1]))
	target := &awkNode{op: "field", list: []*awkNode{{op: "num"}}}
	if len(args) > 2 {
		target = args[2]
	}
	text := a.text(a.eval(target))
	n := 1
	if all {
		n = -1
	}
	locs := re.FindAllStringIndex(text, n)
	if len(locs) == 0 {
		return awkNumber(0)
	}
	var b strings.Builder
	last := 0
	for _, loc := range locs {
		b.WriteString(text[last:loc[0]])
		for i := 0; i < len(with); i++ {
			switch {
			case with[i] == '\\' && i+1 < len(with) && (with[i+1] == '&' || with[i+1] == '\\'):
				i++
				b.WriteByte(with[i])
			case with[i] == '&':
				b.WriteString(text[loc[0]:loc[1]])
			default:
				b.WriteByte(with[i])
			}
		}
		last = loc[1]
		if int64(b.Len()) > a.p.Host.Limits.Memory/4 {
			a.fail("out of memory")
		}
	}
	b.WriteString(text[last:])
	a.store(target, awkString(b.String()))
	return awkNumber(float64(len(locs)))
}
