package userland

import (
	"strings"
	"time"

	"mxlab/sim/dns"
)

func parseTypeOr(text string, other uint16) (uint16, bool) {
	if t, ok := dns.ParseType(text); ok {
		return t, true
	}
	return other, false
}

func parseClassOr(text string, other uint16) uint16 {
	if c, ok := dns.ParseClass(text); ok {
		return c
	}
	return other
}

// option takes one option of the command line or of "set".
func (n *nslookup) option(opt string) {
	if n.valuedOption(opt) {
		return
	}
	// Words may be cut short, down to so many letters.
	for _, o := range []struct {
		name  string
		least int
		set   func()
	}{
		{"all", 3, n.showAll},
		{"recurse", 3, func() { n.recurse = true }},
		{"norecurse", 5, func() { n.recurse = false }},
		{"defname", 3, func() { n.e.useSearch = true }},
		{"nodefname", 5, func() { n.e.useSearch = false }},
		{"vc", 2, func() { n.tcp, n.tcpSet = true, true }},
		{"novc", 4, func() { n.tcp, n.tcpSet = false, true }},
		{"debug", 3, func() { n.short, n.e.showSearch = false, true }},
		{"nodebug", 5, func() { n.short, n.e.showSearch = true, false }},
		{"d2", 2, func() {}},
		{"nod2", 4, func() {}},
		{"search", 3, func() { n.e.useSearch = true }},
		{"nosearch", 5, func() { n.e.useSearch = false }},
		{"sil", 3, func() {}},
		{"fail", 3, func() { n.noFail = false }},
		{"nofail", 5, func() { n.noFail = true }},
	} {
		if len(opt) >= o.least && len(opt) <= len(o.name) && strings.EqualFold(opt, o.name[:len(opt)]) {
			o.set()
			return
		}
	}
	n.p.Printf("*** Invalid option: %s\n", opt)
}

// valuedOption takes name=value.
func (n *nslookup) valuedOption(opt string) bool {
	name, value, ok := strings.Cut(opt, "=")
	if !ok {
		return false
	}
	switch strings.ToLower(name) {
	case "class", "cl":
		if _, ok := dns.ParseClass(value); ok {
			n.class = value
		} else {
			n.p.Printf("unknown query class: %s\n", value)
		}
	case "type", "ty", "querytype", "query", "qu", "q":
		if _, ok := dns.ParseType(value); ok {
			n.kind, n.defaults = value, false
		} else {
			n.p.Printf("unknown query type: %s\n", value)
		}
	case "domain", "do":
		n.e.search, n.e.useSearch = []string{value}, true
	case "port", "po":
		n.numberOption("port", value, 65535, func(v uint32) { n.e.port = uint16(v) })
	case "timeout", "t":
		n.numberOption("timeout", value, 1<<31-1, func(v uint32) { n.e.timeout = time.Duration(v) * time.Second })
	case "retry", "ret":
		n.numberOption("tries", value, 1<<31-1, func(v uint32) { n.e.tries = int(min(v, 1000)) })
	case "ndots":
		n.numberOption("ndots", value, 128, func(v uint32) { n.e.ndots = int(v) })
	default:
		return false
	}
	return true
}

func (n *nslookup) numberOption(what, value string, limit uint32, set func(uint32)) {
	v, problem := parseUint(value, limit, 10)
	if problem != "" {
		n.p.Printf("invalid %s '%s': %s\n", what, value, problem)
		return
	}
	set(v)
}
