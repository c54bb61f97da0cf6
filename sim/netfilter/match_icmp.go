package netfilter

import (
	"fmt"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// icmpKind is a named type, or type and code, of ICMP; any code for -1.
type icmpKind struct {
	name string
	typ  uint8
	code int
}

// icmpKinds are the names of IPv4, in the order in which a shortened name is
// looked up.
var icmpKinds = [...]icmpKind{
	{"any", 255, -1}, {"echo-reply", 0, -1}, {"pong", 0, -1},
	{"destination-unreachable", 3, -1}, {"network-unreachable", 3, 0}, {"host-unreachable", 3, 1}, {"protocol-unreachable", 3, 2},
	{"port-unreachable", 3, 3}, {"fragmentation-needed", 3, 4}, {"source-route-failed", 3, 5}, {"network-unknown", 3, 6},
	{"host-unknown", 3, 7}, {"network-prohibited", 3, 9}, {"host-prohibited", 3, 10}, {"TOS-network-unreachable", 3, 11},
	{"TOS-host-unreachable", 3, 12}, {"communication-prohibited", 3, 13}, {"host-precedence-violation", 3, 14}, {"precedence-cutoff", 3, 15},
	{"source-quench", 4, -1}, {"redirect", 5, -1}, {"network-redirect", 5, 0}, {"host-redirect", 5, 1}, {"TOS-network-redirect", 5, 2},
	{"TOS-host-redirect", 5, 3}, {"echo-request", 8, -1}, {"ping", 8, -1}, {"router-advertisement", 9, -1}, {"router-solicitation", 10, -1},
	{"time-exceeded", 11, -1}, {"ttl-exceeded", 11, -1}, {"ttl-zero-during-transit", 11, 0}, {"ttl-zero-during-reassembly", 11, 1},
	{"parameter-problem", 12, -1}, {"ip-header-bad", 12, 0}, {"required-option-missing", 12, 1}, {"timestamp-request", 13, -1},
	{"timestamp-reply", 14, -1}, {"address-mask-request", 17, -1}, {"address-mask-reply", 18, -1},
}

// icmp6Kinds are those of IPv6.
var icmp6Kinds = [...]icmpKind{
	{"destination-unreachable", 1, -1}, {"no-route", 1, 0}, {"communication-prohibited", 1, 1}, {"beyond-scope", 1, 2},
	{"address-unreachable", 1, 3}, {"port-unreachable", 1, 4}, {"failed-policy", 1, 5}, {"reject-route", 1, 6}, {"packet-too-big", 2, -1},
	{"time-exceeded", 3, -1}, {"ttl-exceeded", 3, -1}, {"ttl-zero-during-transit", 3, 0}, {"ttl-zero-during-reassembly", 3, 1},
	{"parameter-problem", 4, -1}, {"bad-header", 4, 0}, {"unknown-header-type", 4, 1}, {"unknown-option", 4, 2}, {"echo-request", 128, -1},
	{"ping", 128, -1}, {"echo-reply", 129, -1}, {"pong", 129, -1}, {"router-solicitation", 133, -1}, {"router-advertisement", 134, -1},
	{"neighbour-solicitation", 135, -1}, {"neighbor-solicitation", 135, -1}, {"neighbour-advertisement", 136, -1},
	{"neighbor-advertisement", 136, -1}, {"redirect", 137, -1},
}

// icmpMatch is -m icmp or -m icmp6.
type icmpMatch struct {
	fam  family
	kind icmpKind
	inv  bool
}

func newICMPMatch(f family) module { return &icmpMatch{fam: f} }

func (m *icmpMatch) kinds() []icmpKind {
	if m.fam == v6 {
		return icmp6Kinds[:]
	}
	return icmpKinds[:]
}

func (m *icmpMatch) protocol() string {
	if m.fam == v6 {
		return "ICMPv6"
	}
	return "ICMP"
}

// set reads a name, of which the beginning is enough, or TYPE[/CODE].
func (m *icmpMatch) set(_ *input, _, value string, inv bool) *Error {
	m.inv = inv
	var found *icmpKind
	for i := range m.kinds() {
		k := &m.kinds()[i]
		if len(k.name) >= len(value) && strings.EqualFold(k.name[:len(value)], value) {
			if found != nil {
				return bad("Ambiguous %s type `%s': `%s' or `%s'?", m.protocol(), value, found.name, k.name)
			}
			found = k
		}
	}
	if found != nil {
		m.kind = *found
		return nil
	}
	typ, code, both := strings.Cut(value, "/")
	t, err := strconv.ParseUint(typ, 0, 8)
	if err != nil {
		return bad("Unknown %s type `%s'", m.protocol(), value)
	}
	m.kind = icmpKind{typ: uint8(t), code: -1}
	if both {
		c, err := strconv.ParseUint(code, 0, 8)
		if err != nil {
			return bad("Unknown %s code `%s'", m.protocol(), value)
		}
		m.kind.code = int(c)
	}
	return nil
}

func (m *icmpMatch) done(*input) *Error { return nil }

func (m *icmpMatch) any() bool { return m.fam == v4 && m.kind.typ == 255 && m.kind.code < 0 }

func (m *icmpMatch) save(w *writer) {
	flag := "--icmp-type"
	if m.fam == v6 {
		flag = "--icmpv6-type"
	}
	text := strconv.Itoa(int(m.kind.typ))
	if m.any() {
		text = "any"
	} else if m.kind.code >= 0 {
		text += "/" + strconv.Itoa(m.kind.code)
	}
	w.option(m.inv, flag, text)
}

func (m *icmpMatch) list(w *writer) {
	word := "icmp"
	if m.fam == v6 {
		word = "ipv6-icmp"
	}
	if !w.numeric {
		for _, k := range m.kinds() {
			if k.typ == m.kind.typ && k.code == m.kind.code {
				w.words(word, notMark(m.inv)+k.name)
				return
			}
		}
	}
	sep := ""
	if m.inv {
		sep = " !"
	}
	fmt.Fprintf(w, " %s%stype %d", word, sep, m.kind.typ)
	if m.kind.code >= 0 {
		fmt.Fprintf(w, " code %d", m.kind.code)
	}
}

func (m *icmpMatch) holds(x *crossing) bool {
	if x.p.Proto != vnet.ProtoICMP && x.p.Proto != vnet.ProtoICMPv6 {
		return false
	}
	same := m.any() || x.p.Type == m.kind.typ && (m.kind.code < 0 || int(x.p.Code) == m.kind.code)
	return same != m.inv
}
