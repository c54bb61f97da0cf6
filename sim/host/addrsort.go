package host

import (
	"cmp"
	"net/netip"
	"slices"
)

// destination is what RFC 6724 6 compares of an address.
type destination struct {
	addr, source netip.Addr // source is invalid where there is no route
}

// sortDestinations orders the addresses of a name as getaddrinfo(3) does, by
// rules 1, 2, 5, 6 and 9 of RFC 6724 6; the others (deprecated addresses, home
// addresses, transports) tell nothing apart here. Rule 9 compares IPv4 addresses
// only where one is in the source's own subnet, as glibc does, so that the
// order of a round robin stays.
func (h *Host) sortDestinations(addrs []netip.Addr) []netip.Addr {
	if len(addrs) < 2 {
		return addrs
	}
	list := make([]destination, len(addrs))
	for i, a := range addrs {
		list[i].addr = a
		if src, err := h.Node.SourceFor(a); err == nil {
			list[i].source = src
		}
	}
	slices.SortStableFunc(list, func(a, b destination) int {
		return cmp.Or(
			preferred(a.source.IsValid(), b.source.IsValid()),                                                                         // 1
			preferred(a.source.IsValid() && scope(a.addr) == scope(a.source), b.source.IsValid() && scope(b.addr) == scope(b.source)), // 2
			preferred(a.source.IsValid() && policyOf(a.addr).label == policyOf(a.source).label,
				b.source.IsValid() && policyOf(b.addr).label == policyOf(b.source).label), // 5
			cmp.Compare(policyOf(b.addr).precedence, policyOf(a.addr).precedence), // 6
			cmp.Compare(h.commonBits(b), h.commonBits(a)),                         // 9
		)
	})
	for i := range list {
		addrs[i] = list[i].addr
	}
	return addrs
}

func preferred(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// scope is the scope of a unicast address, as in multicast addresses (RFC 6724
// 3.1, and glibc's table for IPv4).
func scope(a netip.Addr) int {
	if a.IsLoopback() || a.IsLinkLocalUnicast() {
		return 2
	}
	return 14
}

// policy is a row of the policy table (RFC 6724 2.1).
type policy struct{ precedence, label int }

func policyOf(a netip.Addr) policy {
	switch {
	case a.Is4():
		return policy{10, 4}
	case a.IsLoopback():
		return policy{50, 0}
	case a.As16()[0]&0xfe == 0xfc: // unique local
		return policy{40, 6}
	}
	return policy{40, 1}
}

// commonBits is how many bits a destination has in common with its source.
func (h *Host) commonBits(d destination) int {
	if !d.source.IsValid() || d.addr.Is4() && !h.onLink(d.addr) {
		return 0
	}
	n := 0
	a, b := d.addr.AsSlice(), d.source.AsSlice()
	for i := range a {
		for bit := 7; bit >= 0; bit-- {
			if (a[i]^b[i])>>bit&1 != 0 {
				return n
			}
			n++
		}
	}
	return n
}

// onLink reports whether an address is in a subnet of the host.
func (h *Host) onLink(a netip.Addr) bool {
	for _, i := range h.Node.Ifaces() {
		for _, p := range i.Addrs() {
			if p.Contains(a) {
				return true
			}
		}
	}
	return false
}
