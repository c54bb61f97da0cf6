package vnet

import (
	"net/netip"
	"time"
)

// hop is the passage of a link: from an interface to the neighbour's.
type hop struct {
	out, in   *Iface        // in is nil where no neighbour answered
	via       netip.Addr    // the neighbour's address
	from      netip.Addr    // the address from which out asks for neighbours
	latency   time.Duration // of the link at that time
	bandwidth int64
	mtu       int // of out
}

// path is a sequence of hops, with the links' names for the trace. Paths form
// a tree that is shared by all packets, so that a packet's path costs no
// memory. But for next and used, a path never changes, and captures may read it beside
// the running world.
type path struct {
	name string
	up   *path // the path without its last hop; nil for the path of no hops
	last hop
	next []*path
	used time.Duration // when a packet took it last
}

// maxForks bounds what a path remembers of its continuations. Only neighbours
// that do not exist can be more.
const maxForks = 256

// then returns the path one hop longer.
func (p *path) then(out, in *Iface, via netip.Addr) *path {
	spec, mtu := &out.link.spec, out.MTU()
	for _, q := range p.next {
		h := &q.last
		if h.out == out && h.in == in && h.via == via && h.latency == spec.Latency && h.bandwidth == spec.Bandwidth && h.mtu == mtu {
			return q
		}
	}
	q := &path{name: spec.Name, up: p}
	q.last = hop{out: out, in: in, via: via, from: out.askingAddr(via), latency: spec.Latency, bandwidth: spec.Bandwidth, mtu: mtu}
	if p.name != "" {
		q.name = p.name + "," + spec.Name
	}
	if len(p.next) < maxForks {
		p.next = append(p.next, q)
	}
	return q
}

// askingAddr is the address of the interface in the neighbour's subnet, or its
// first of the family.
func (i *Iface) askingAddr(via netip.Addr) (first netip.Addr) {
	for _, a := range i.addrs {
		switch {
		case a.Addr().Is4() != via.Is4():
		case a.Contains(via):
			return a.Addr()
		case !first.IsValid():
			first = a.Addr()
		}
	}
	return first
}

// hops returns the hops from the first to the last.
func (p *path) hops() (list []hop) {
	n := 0
	for q := p; q != nil && q.up != nil; q = q.up {
		n++
	}
	list = make([]hop, n)
	for q := p; n > 0; q = q.up {
		n--
		list[n] = q.last
	}
	return list
}

// trip is what a packet's event keeps of its way. The zero value is a packet
// that never left its sender's stack.
type trip struct {
	path    *path
	reached *Iface // the last interface over which it came in
	prior   uint64 // the event of the packet before NAT sent it on from where it had arrived
	natted  int    // how many of the packet's rewrites are from before
}

// trail puts the way of the flight into the packet of its event.
func (f *flight) trail(sent *Packet) {
	sent.trip = trip{path: f.path, reached: f.in, prior: sent.Event, natted: len(sent.NAT)}
	sent.NAT = f.NAT
}
