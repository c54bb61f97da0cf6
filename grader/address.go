package grader

import (
	"fmt"
	"net/netip"

	"mxlab/sim/host"
)

// address returns the address of a point: an address itself, or that of a host
// of the network. family is "ipv4", "ipv6" or "" for the host's first.
func (p *probe) address(name, family string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return a, nil
	}
	if t := p.w.Host(name); t != nil {
		for _, a := range addresses(t) {
			if family == "" || (family == "ipv6") == a.Is6() {
				return a, nil
			}
		}
	}
	if family != "" {
		return netip.Addr{}, fmt.Errorf("host %q has no %s address", name, family)
	}
	return netip.Addr{}, fmt.Errorf("no server %q", name)
}

// addresses returns the addresses of a host by which others reach it.
func addresses(h *host.Host) (list []netip.Addr) {
	for _, i := range h.Node.Ifaces() {
		for _, pre := range i.Addrs() {
			if a := pre.Addr(); !a.IsLoopback() && !a.IsLinkLocalUnicast() {
				list = append(list, a)
			}
		}
	}
	return list
}

// speaks reports whether a host has an address of the family of a.
func speaks(h *host.Host, a netip.Addr) bool {
	for _, own := range addresses(h) {
		if own.Is6() == a.Is6() {
			return true
		}
	}
	return false
}

func family(a netip.Addr) host.Family {
	if a.Is6() {
		return host.IPv6
	}
	return host.IPv4
}
