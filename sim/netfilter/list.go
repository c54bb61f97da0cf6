package netfilter

import (
	"fmt"
	"strings"
)

// lister prints rules the way iptables -L does.
type lister struct {
	*writer
	c *command
}

// list returns the output of -L: each chain with its rules as a table.
func (t *table) list(c *command, n *names) (string, *Error) {
	l := lister{newWriter(n, c.numeric), c}
	first := true
	for _, ch := range t.ordered() {
		if c.chain != "" && ch.name != c.chain {
			continue
		}
		if c.number == 0 {
			if !first {
				l.WriteByte('\n')
			}
			l.header(ch)
		}
		first = false
		for i, r := range ch.rules {
			if c.number == 0 || c.number == i+1 {
				l.rule(r, i+1)
			}
		}
	}
	if first {
		return "", t.incompatible(c.chain)
	}
	return l.String(), nil
}

// incompatible is what a listing says about a chain that is not there.
func (t *table) incompatible(chain string) *Error {
	return fail(other, "chain `%s' in table `%s' is incompatible, use 'nft' tool.", chain, t.kind().name)
}

// header writes the chain's title and the column titles. The kernel does not
// count packets for policies, so those are always 0.
func (l lister) header(ch *chain) {
	verbose := l.c.verbose > 0
	switch {
	case ch.policy == "":
		fmt.Fprintf(l, "Chain %s (%d references)\n", ch.name, ch.refs)
	case verbose:
		fmt.Fprintf(l, "Chain %s (policy %s 0 packets, 0 bytes)\n", ch.name, ch.policy)
	default:
		fmt.Fprintf(l, "Chain %s (policy %s)\n", ch.name, ch.policy)
	}
	if l.c.lineNumbers {
		l.WriteString("num  ")
	}
	if verbose && l.c.exact {
		l.WriteString("    pkts      bytes ")
	} else if verbose {
		l.WriteString(" pkts bytes ")
	}
	l.WriteString("target     prot opt ")
	if verbose {
		l.WriteString("in     out     ")
	}
	l.WriteString("source               destination         \n")
}

// rule writes one row.
func (l lister) rule(r *rule, number int) {
	verbose := l.c.verbose > 0
	if l.c.lineNumbers {
		fmt.Fprintf(l, "%-4d ", number)
	}
	if verbose {
		l.WriteString(l.count(r.packets) + l.count(r.bytes))
	}
	proto := fmt.Sprint(r.proto)
	if !l.numeric {
		proto = l.names.protocol(r.proto)
	}
	l.proto = protocolText(r.proto)
	fmt.Fprintf(l, "%-9s %s%-4s %s ", r.targetName(), mark(r.protoInv), proto, r.fragText())
	if verbose {
		fmt.Fprintf(l, " %-6s %-6s ", r.in.show(l.numeric), r.out.show(l.numeric))
	}
	fmt.Fprintf(l, "%s%-19s %s%-19s ", mark(r.src.inv), r.src.show(l.writer), mark(r.dst.inv), r.dst.show(l.writer))
	l.details(r)
	l.WriteByte('\n')
}

// details writes what the matches and the target show.
func (l lister) details(r *rule) {
	if r.jumpTo {
		l.WriteString("[goto] ")
	}
	for _, m := range r.matches {
		m.mod.list(l.writer)
	}
	if r.target != nil {
		r.target.mod.list(l.writer)
	}
}

func (l lister) count(n uint64) string { return number(n, l.c.exact, true) }

func mark(inv bool) string {
	if inv {
		return "!"
	}
	return " "
}

func (r *rule) fragText() string {
	switch {
	case !r.frag:
		return "--"
	case r.fragInv:
		return "!f"
	}
	return "-f"
}

func (i ifaceSpec) show(numeric bool) string {
	switch {
	case i.given():
		return notMark(i.inv) + i.name
	case numeric:
		return "*"
	}
	return "any"
}

// describe returns the line that -v prints about a rule that was added,
// deleted or checked.
func (r *rule) describe(n *names) string {
	l := lister{newWriter(n, true), &command{}}
	l.proto = protocolText(r.proto)
	fmt.Fprintf(l, "%s %s%s opt %s in %s out %s %s%s %s-> %s  ", r.targetName(), mark(r.protoInv), n.protocol(r.proto), r.fragText(),
		r.in.show(true), r.out.show(true), mark(r.src.inv), r.src.show(l.writer), mark(r.dst.inv), r.dst.show(l.writer))
	l.details(r)
	return l.String() + "\n"
}

// listRules returns the output of -S.
func (t *table) listRules(c *command, n *names) (string, *Error) {
	w := newWriter(n, true)
	found := false
	chains := t.ordered()
	if c.number == 0 {
		for _, ch := range chains {
			if c.chain != "" && ch.name != c.chain {
				continue
			}
			found = true
			if ch.policy == "" {
				fmt.Fprintf(w, "-N %s\n", ch.name)
				continue
			}
			fmt.Fprintf(w, "-P %s %s", ch.name, ch.policy)
			if c.verbose > 0 {
				w.WriteString(" -c 0 0")
			}
			w.WriteByte('\n')
		}
	}
	for _, ch := range chains {
		if c.chain != "" && ch.name != c.chain {
			continue
		}
		found = true
		for i, r := range ch.rules {
			if c.number == 0 || c.number == i+1 {
				w.WriteString("-A " + ch.name)
				r.save(w, c.verbose > 0)
				w.WriteByte('\n')
			}
		}
	}
	if !found {
		return "", t.incompatible(c.chain)
	}
	return w.String(), nil
}

// save returns the table in the format of iptables-save.
func (t *table) save(n *names, counters bool) string {
	w := newWriter(n, true)
	fmt.Fprintf(w, "*%s\n", t.kind().name)
	chains := t.ordered()
	for _, ch := range chains {
		policy := ch.policy
		if policy == "" {
			policy = "-"
		}
		fmt.Fprintf(w, ":%s %s [0:0]\n", ch.name, policy)
	}
	for _, ch := range chains {
		for _, r := range ch.rules {
			if counters {
				fmt.Fprintf(w, "[%d:%d] ", r.packets, r.bytes)
			}
			w.WriteString("-A " + ch.name)
			r.save(w, false)
			w.WriteByte('\n')
		}
	}
	w.WriteString("COMMIT\n")
	return w.String()
}

// words splits a line of a restore file into arguments: blanks separate, double
// quotes join, and within them a backslash takes the next character as it is.
func words(line string) []string {
	var list []string
	var word strings.Builder
	quoted, escaped := false, false
	flush := func(always bool) {
		if always || word.Len() > 0 {
			list = append(list, word.String())
			word.Reset()
		}
	}
	for _, c := range []byte(line) {
		switch {
		case escaped:
			escaped = false
			word.WriteByte(c)
		case quoted && c == '\\':
			escaped = true
		case quoted && c == '"':
			quoted = false
			flush(true)
		case quoted:
			word.WriteByte(c)
		case c == '"':
			quoted = true
		case c == ' ' || c == '\t' || c == '\n':
			flush(false)
		default:
			word.WriteByte(c)
		}
	}
	flush(false)
	return list
}
