package netfilter

import (
	"net/netip"
	"strings"
)

// family is IPv4 or IPv6.
type family uint8

const (
	v4 family = iota
	v6
)

func familyOf(a netip.Addr) family {
	if a.Is4() {
		return v4
	}
	return v6
}

func (f family) bits() int {
	if f == v6 {
		return 128
	}
	return 32
}

// command is the name of the family's main program.
func (f family) command() string {
	if f == v6 {
		return "ip6tables"
	}
	return "iptables"
}

// hookSet is a set of the five points at which a chain can be entered.
type hookSet uint8

const (
	atPrerouting hookSet = 1 << iota
	atInput
	atForward
	atOutput
	atPostrouting
	anyHook hookSet = 1<<iota - 1
)

var hookNames = [...]string{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}

// tableKind describes a built-in table: its name and its chains in the order in
// which they are listed.
type tableKind struct {
	name   string
	chains string
}

// tableKinds are the tables of iptables(8) in the order iptables-save prints
// them.
var tableKinds = [...]tableKind{
	{"mangle", "PREROUTING INPUT FORWARD OUTPUT POSTROUTING"},
	{"raw", "PREROUTING OUTPUT"},
	{"filter", "INPUT FORWARD OUTPUT"},
	{"nat", "PREROUTING INPUT OUTPUT POSTROUTING"},
	{"security", "INPUT FORWARD OUTPUT"},
}

// Indexes into tableKinds.
const (
	mangleTable = iota
	rawTable
	filterTable
	natTable
	securityTable
)

func tableIndex(name string) int {
	for i := range tableKinds {
		if tableKinds[i].name == name {
			return i
		}
	}
	return -1
}

func (k *tableKind) builtin(chain string) bool {
	for _, c := range strings.Fields(k.chains) {
		if c == chain {
			return true
		}
	}
	return false
}

// hookOf returns the set with the point of a built-in chain.
func hookOf(chain string) hookSet {
	for i, n := range hookNames {
		if n == chain {
			return 1 << i
		}
	}
	return 0
}
