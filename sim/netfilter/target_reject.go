package netfilter

import (
	"strings"

	"mxlab/sim/vnet"
)

// rejectKind is a value of --reject-with: its name, its old short name, and
// what is sent.
type rejectKind struct {
	name, alias string
	with        vnet.RejectWith
}

var rejectKinds = [...]rejectKind{
	{"icmp-net-unreachable", "net-unreach", vnet.NetUnreachable},
	{"icmp-host-unreachable", "host-unreach", vnet.HostUnreachable},
	{"icmp-proto-unreachable", "proto-unreach", vnet.ProtoUnreachable},
	{"icmp-port-unreachable", "port-unreach", vnet.PortUnreachable},
	{"icmp-net-prohibited", "net-prohib", vnet.NetProhibited},
	{"icmp-host-prohibited", "host-prohib", vnet.HostProhibited},
	{"tcp-reset", "tcp-rst", vnet.TCPReset},
	{"icmp-admin-prohibited", "admin-prohib", vnet.AdminProhibited},
}

var reject6Kinds = [...]rejectKind{
	{"icmp6-no-route", "no-route", vnet.NetUnreachable},
	{"icmp6-adm-prohibited", "adm-prohibited", vnet.AdminProhibited},
	{"icmp6-addr-unreachable", "addr-unreach", vnet.HostUnreachable},
	{"icmp6-port-unreachable", "port-unreach", vnet.PortUnreachable},
	{"tcp-reset", "tcp-reset", vnet.TCPReset},
	{"icmp6-policy-fail", "policy-fail", vnet.AdminProhibited},
	{"icmp6-reject-route", "reject-route", vnet.NetUnreachable},
}

// rejectTarget is -j REJECT.
type rejectTarget struct {
	fam  family
	kind rejectKind
}

func newRejectTarget(f family) module {
	if f == v6 {
		return &rejectTarget{f, reject6Kinds[3]}
	}
	return &rejectTarget{f, rejectKinds[3]}
}

// set reads a name, of which the beginning is enough; the first that fits wins.
func (t *rejectTarget) set(_ *input, _, value string, _ bool) *Error {
	kinds := rejectKinds[:]
	if t.fam == v6 {
		kinds = reject6Kinds[:]
	}
	begins := func(name string) bool { return len(value) <= len(name) && strings.EqualFold(name[:len(value)], value) }
	for _, k := range kinds {
		if begins(k.name) || begins(k.alias) {
			t.kind = k
			return nil
		}
	}
	return bad("unknown reject type \"%s\"", value)
}

func (t *rejectTarget) done(*input) *Error { return nil }

// fits: a reset only answers TCP.
func (t *rejectTarget) fits(r *rule) bool {
	return t.kind.with != vnet.TCPReset || r.proto == vnet.ProtoTCP && !r.protoInv
}

func (t *rejectTarget) save(w *writer) { w.option(false, "--reject-with", t.kind.name) }

func (t *rejectTarget) list(w *writer) { w.words("reject-with", t.kind.name) }

func (t *rejectTarget) act(*crossing, *rule) step { return step{outcome: reject, with: t.kind.with} }
