package vnet

import (
	"net/netip"
	"slices"
)

// AddPortFilter adds a filter behind the others; the first that matches
// decides.
func (nd *Node) AddPortFilter(f PortFilter) { nd.filters = append(slices.Clip(nd.filters), f) }

// RemovePortFilter removes the filters with the given name and reports whether
// there was one.
func (nd *Node) RemovePortFilter(name string) bool {
	n := len(nd.filters)
	nd.filters = slices.DeleteFunc(slices.Clone(nd.filters), func(f PortFilter) bool { return f.Name == name })
	return len(nd.filters) < n
}

// PortFilters returns the filters in their order.
func (nd *Node) PortFilters() []PortFilter { return slices.Clone(nd.filters) }

// matches reports whether the filter applies to a forwarded packet. Only what
// opens a conversation with the port counts: replies come from it, not to it.
func (f *PortFilter) matches(p *Packet) bool {
	if f.Action == Accept || p.Proto != ProtoTCP && p.Proto != ProtoUDP ||
		f.Proto != 0 && f.Proto != p.Proto || f.Port != 0 && f.Port != p.DstPort {
		return false
	}
	return f.Outbound && f.covers(p.Src) || f.Inbound && f.covers(p.Dst)
}

func (f *PortFilter) covers(a netip.Addr) bool {
	return !slices.Contains(f.Except, a) && (len(f.Customers) == 0 ||
		slices.ContainsFunc(f.Customers, func(c netip.Prefix) bool { return c.Contains(a) }))
}
