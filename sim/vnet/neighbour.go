package vnet

import (
	"maps"
	"net/netip"
	"slices"
	"time"
)

// reachableTime is how long a neighbour counts as reachable after a packet
// (base_reachable_time, RFC 4861 6.3.2).
const reachableTime = 30 * time.Second

// Neighbour is an entry of an interface's ARP or neighbour table.
type Neighbour struct {
	Addr  netip.Addr
	MAC   [6]byte
	State string // REACHABLE, STALE, INCOMPLETE, FAILED or PERMANENT
}

// neighbour is an entry somebody has set (ip neigh add), or one removed.
type neighbour struct {
	mac     [6]byte
	set     bool
	removed time.Duration
}

// Neighbours returns the neighbour table, in the order of addresses. The lab
// has no ARP packets: an entry exists for every address packets were exchanged
// with over the link.
func (i *Iface) Neighbours() []Neighbour {
	now := i.node.net.clock.Since()
	type entry struct {
		in   *Iface
		used time.Duration
	}
	seen := map[netip.Addr]entry{}
	note := func(a netip.Addr, in *Iface, used time.Duration) {
		if e, ok := seen[a]; a.IsValid() && used >= i.flushed && (!ok || used >= e.used) && !i.has(a) &&
			(i.neighbours[a].removed == 0 || used > i.neighbours[a].removed) {
			seen[a] = entry{in, used}
		}
	}
	i.node.net.paths.each(func(p *path) {
		switch h := &p.last; {
		case h.out == i:
			note(h.via, h.in, p.used)
		case h.in == i:
			note(h.from, h.out, p.used)
		}
	})
	var list []Neighbour
	for a, e := range seen {
		n := Neighbour{Addr: a, State: "REACHABLE"}
		switch age := now - e.used; {
		case i.neighbours[a].set:
			continue
		case e.in == nil && age < arpTimeout:
			n.State = "INCOMPLETE"
		case e.in == nil:
			n.State = "FAILED"
		default:
			n.MAC = e.in.HardwareAddr()
			if age > reachableTime {
				n.State = "STALE"
			}
		}
		list = append(list, n)
	}
	for a, e := range i.neighbours {
		if e.set {
			list = append(list, Neighbour{a, e.mac, "PERMANENT"})
		}
	}
	slices.SortFunc(list, func(a, b Neighbour) int { return a.Addr.Compare(b.Addr) })
	return list
}

// each calls fn for every path below p.
func (p *path) each(fn func(*path)) {
	for _, q := range p.next {
		fn(q)
		q.each(fn)
	}
}

// SetNeighbour fixes the hardware address of a neighbour, right or wrong.
func (i *Iface) SetNeighbour(a netip.Addr, mac [6]byte) {
	i.changeNeighbour(a, neighbour{mac: mac, set: true})
}

// DelNeighbour removes an entry; the next packet makes it anew. It reports
// whether there was one.
func (i *Iface) DelNeighbour(a netip.Addr) bool {
	if !slices.ContainsFunc(i.Neighbours(), func(n Neighbour) bool { return n.Addr == a }) {
		return false
	}
	i.changeNeighbour(a, neighbour{removed: max(i.node.net.clock.Since(), 1)})
	return true
}

// FlushNeighbours empties the table but for permanent entries.
func (i *Iface) FlushNeighbours() { i.flushed = i.node.net.clock.Since() + 1 }

// maxNeighbours bounds the entries made by hand.
const maxNeighbours = 1024

func (i *Iface) changeNeighbour(a netip.Addr, n neighbour) {
	if i.neighbours == nil {
		i.neighbours = make(map[netip.Addr]neighbour)
	}
	if len(i.neighbours) >= maxNeighbours {
		maps.DeleteFunc(i.neighbours, func(_ netip.Addr, n neighbour) bool { return !n.set })
	}
	if _, have := i.neighbours[a]; have || len(i.neighbours) < maxNeighbours {
		i.neighbours[a] = n
	}
}

// finds reports whether frames for a neighbour reach it: not if its hardware
// address was set by hand, and wrongly.
func (i *Iface) finds(a netip.Addr, peer *Iface) bool {
	n := i.neighbours[a]
	return !n.set || peer != nil && n.mac == peer.HardwareAddr()
}
