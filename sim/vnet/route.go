package vnet

import (
	"fmt"
	"net/netip"
	"slices"
)

// RouteType is what a route does with the packets it matches.
type RouteType uint8

const (
	Unicast     RouteType = iota // sends them on
	Blackhole                    // discards them silently
	Unreachable                  // answers host unreachable
	Prohibit                     // answers administratively prohibited
	Throw                        // ends the search of the table, as if there were no route
)

// Route is an entry of a routing table, as `ip route` shows it.
type Route struct {
	Dst    netip.Prefix
	Via    netip.Addr // the gateway; invalid: the destination is on the link
	Dev    string     // may be left out when Via decides it
	Src    netip.Addr // preferred source address
	Metric int
	MTU    int    // bytes; 0: the interface's
	OnLink bool   // the gateway is on the link, whatever the addresses say
	Proto  string // who made it: "kernel", "static", "boot", "ra"
	Type   RouteType
}

type route struct {
	Route
	out    int  // number of the interface; noIface unless Unicast
	direct bool // the gateway is the node itself: the destination is on the link
}

const noIface = -1

// AddRoute adds a route. Errors are those of `ip route add`: EINVAL (host bits
// set, mixed families), ENODEV, ENETUNREACH (the gateway is not on a link of
// the node), EEXIST.
func (nd *Node) AddRoute(r Route) error {
	fail := func(err Errno) error { return fmt.Errorf("%s: route to %v: %w", nd.Name, r.Dst, err) }
	if !r.Dst.IsValid() || r.Dst != r.Dst.Masked() || r.Via.IsValid() && r.Via.Is4() != r.Dst.Addr().Is4() ||
		r.Src.IsValid() && (!nd.Local(r.Src) || r.Src.Is4() != r.Dst.Addr().Is4()) {
		return fail(EINVAL)
	}
	e := route{Route: r, out: noIface}
	if r.Type == Unicast {
		out := nd.Iface(r.Dev)
		if out == nil && (r.Dev != "" || !r.Via.IsValid()) {
			return fail(ENODEV)
		}
		if r.Via.IsValid() {
			if at := nd.onLink(r.Via, out); at != nil {
				out, e.direct = at, nd.Local(r.Via)
			} else if !r.OnLink || out == nil {
				return fail(ENETUNREACH)
			}
		}
		if out.down {
			return fail(ENETDOWN)
		}
		e.out, e.Dev = out.index, out.Name
	}
	for i := range nd.routes {
		if nd.routes[i].Dst == r.Dst && nd.routes[i].Metric == r.Metric {
			return fail(EEXIST)
		}
	}
	nd.mtus = nd.mtus || r.MTU > 0
	nd.insert(e)
	return nil
}

// onLink returns the interface over which a is reached without a gateway.
func (nd *Node) onLink(a netip.Addr, dev *Iface) *Iface {
	for i := range nd.routes {
		r := &nd.routes[i]
		if r.Type == Unicast && !r.Via.IsValid() && r.Dst.Contains(a) && (dev == nil || r.out == dev.index) {
			return nd.iface(r.out)
		}
	}
	return nil
}

// insert keeps the table in the order in which it is searched: longest prefix,
// then lowest metric, then oldest.
func (nd *Node) insert(e route) {
	at, _ := slices.BinarySearchFunc(nd.routes, e, func(a, b route) int {
		if a.Dst.Bits() > b.Dst.Bits() || a.Dst.Bits() == b.Dst.Bits() && a.Metric <= b.Metric {
			return -1
		}
		return 1
	})
	nd.routes = slices.Concat(nd.routes[:at], []route{e}, nd.routes[at:])
}

// ReplaceRoute adds a route in place of the first one with the same destination
// and metric, if there is one; change says that there must be one, ENOENT.
// Other errors are those of AddRoute, and then nothing has changed.
func (nd *Node) ReplaceRoute(r Route, change bool) error {
	old := nd.routes
	k := slices.IndexFunc(old, func(e route) bool { return e.Dst == r.Dst && e.Metric == r.Metric })
	if k < 0 && change {
		return fmt.Errorf("%s: route to %v: %w", nd.Name, r.Dst, ENOENT)
	}
	if k >= 0 {
		nd.routes = slices.Concat(old[:k], old[k+1:])
	}
	err := nd.AddRoute(r)
	if err != nil {
		nd.routes = old
	}
	return err
}

// DelRoute removes the first route that has r's destination and, where r sets
// them, its gateway, device, metric and type. Without one the error is ESRCH.
func (nd *Node) DelRoute(r Route) error {
	for i := range nd.routes {
		e := &nd.routes[i]
		if e.Dst == r.Dst && (!r.Via.IsValid() || e.Via == r.Via) && (r.Dev == "" || e.Dev == r.Dev) &&
			(r.Metric == 0 || e.Metric == r.Metric) && (r.Type == Unicast || e.Type == r.Type) {
			nd.routes = slices.Delete(slices.Clone(nd.routes), i, i+1)
			return nil
		}
	}
	return fmt.Errorf("%s: route to %v: %w", nd.Name, r.Dst, ESRCH)
}

// Routes returns the routing table in the order in which it is searched.
func (nd *Node) Routes() []Route {
	list := make([]Route, len(nd.routes))
	for i := range nd.routes {
		list[i] = nd.routes[i].Route
	}
	return list
}

// RouteTo returns the route a packet to dst takes, as `ip route get`.
func (nd *Node) RouteTo(dst netip.Addr) (Route, error) {
	if dst = dst.Unmap(); nd.Local(dst) {
		return Route{Dst: netip.PrefixFrom(dst, dst.BitLen()), Dev: "lo", Src: dst, Proto: "kernel"}, nil
	}
	r, err := nd.lookup(dst)
	if err != "" {
		return Route{}, err
	}
	if r.direct {
		direct := r.Route
		direct.Via = netip.Addr{}
		return direct, nil
	}
	return r.Route, nil
}

// lookup finds the route to an address that is not the node's own.
func (nd *Node) lookup(dst netip.Addr) (*route, Errno) {
	for i := range nd.routes {
		r := &nd.routes[i]
		if !r.Dst.Contains(dst) {
			continue
		}
		if out := nd.iface(r.out); out != nil && out.down {
			continue
		}
		switch r.Type {
		case Blackhole:
			return r, EINVAL
		case Unreachable:
			return r, EHOSTUNREACH
		case Prohibit:
			return r, EACCES
		case Throw:
			return nil, ENETUNREACH
		}
		return r, ""
	}
	return nil, ENETUNREACH
}

// hop returns the neighbour to which the route hands a packet for dst.
func (r *route) hop(dst netip.Addr) netip.Addr {
	if r.Via.IsValid() && !r.direct {
		return r.Via
	}
	return dst
}

// SourceFor returns the source address of packets to dst for which the sender
// chose none: the destination itself if it is local, else the route's
// preferred source, else the interface's address in the gateway's subnet, else
// its first of the family.
func (nd *Node) SourceFor(dst netip.Addr) (netip.Addr, error) {
	if dst = dst.Unmap(); nd.Local(dst) {
		return dst, nil
	}
	r, err := nd.lookup(dst)
	if err != "" {
		return netip.Addr{}, err
	}
	if r.Src.IsValid() {
		return r.Src, nil
	}
	var first netip.Addr
	hop := r.hop(dst)
	for _, a := range nd.iface(r.out).addrs {
		if a.Addr().Is4() != dst.Is4() {
			continue
		}
		if a.Contains(hop) {
			return a.Addr(), nil
		}
		if !first.IsValid() {
			first = a.Addr()
		}
	}
	for _, i := range nd.ifaces {
		for _, a := range i.addrs {
			if !first.IsValid() && a.Addr().Is4() == dst.Is4() {
				first = a.Addr()
			}
		}
	}
	if !first.IsValid() {
		return first, EADDRNOTAVAIL
	}
	return first, nil
}
