package vnet

import (
	"net/netip"

	"slices"
)

// Owner is the process a socket belongs to, as ss -p shows it.
type Owner struct {
	PID  int
	Name string
	UID  int
}

// Option changes how a socket is bound.
type Option uint8

const (
	V6Only    Option = 1 << iota // a wildcard IPv6 socket does not take IPv4
	ReusePort                    // sockets of one user may share the port (SO_REUSEPORT)
	FreeBind                     // the address need not exist (IP_FREEBIND)
	NetBind                      // a port below 1024 without being root (CAP_NET_BIND_SERVICE)
)

// The range of ephemeral ports (net.ipv4.ip_local_port_range).
const (
	firstEphemeral = 32768
	lastEphemeral  = 60999
)

// bound is what is common to sockets that own a port.
type bound struct {
	id    uint64
	node  *Node
	local netip.AddrPort // an unspecified address is the wildcard of its family
	owner Owner
	opts  Option
}

func combine(opts []Option) (all Option) {
	for _, o := range opts {
		all |= o
	}
	return all
}

// overlaps reports whether two sockets on one port would take the same
// packets: equal addresses, or a wildcard that covers the other.
func (b *bound) overlaps(o *bound) bool {
	x, y := b.local.Addr(), o.local.Addr()
	return x == y || b.covers(y) || o.covers(x)
}

func (b *bound) covers(a netip.Addr) bool {
	w := b.local.Addr()
	return w.IsUnspecified() && (w.Is4() == a.Is4() || w.Is6() && b.opts&V6Only == 0)
}

// shares reports whether both agreed to share the port.
func (b *bound) shares(o *bound) bool {
	return b.opts&o.opts&ReusePort != 0 && b.owner.UID == o.owner.UID
}

// bind checks an address for bind(2) and returns it in canonical form. Errors:
// ENETDOWN, EADDRNOTAVAIL, EACCES. The zero address counts as ::.
func (nd *Node) bind(local netip.AddrPort, o Owner, opts Option) (netip.AddrPort, error) {
	a := local.Addr().Unmap().WithZone("")
	switch {
	case nd.down:
		return local, ENETDOWN
	case !a.IsValid():
		a = netip.IPv6Unspecified()
	case !a.IsUnspecified() && !nd.Local(a) && opts&FreeBind == 0:
		return local, EADDRNOTAVAIL
	}
	if p := local.Port(); p > 0 && p < 1024 && o.UID != 0 && opts&NetBind == 0 {
		return local, EACCES
	}
	return netip.AddrPortFrom(a, local.Port()), nil
}

// ephemeral draws a port that free accepts; 0 if there seems to be none.
func (nd *Node) ephemeral(free func(uint16) bool) uint16 {
	if nd.ports == nil {
		nd.ports = nd.net.clock.Rand("vnet port " + nd.Name)
	}
	const span = lastEphemeral - firstEphemeral + 1
	first := nd.ports.IntN(span)
	for i := range span {
		if p := uint16(firstEphemeral + (first+i)%span); free(p) {
			return p
		}
	}
	return 0
}

// without returns the list without an element, without changing the array that
// a running loop may still hold.
func without[T comparable](list []T, x T) []T {
	if i := slices.Index(list, x); i >= 0 {
		return append(list[:i:i], list[i+1:]...)
	}
	return list
}
