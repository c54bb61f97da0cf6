package vnet

import (
	"fmt"
	"net/netip"
	"time"
)

// Bounds of an MTU and of what a host believes about a path.
const (
	ethernetMTU = 1500
	loopbackMTU = 65536
	minMTU      = 68   // RFC 791 3.2
	maxMTU      = 9216 // of common network cards
	minMTU6     = 1280 // RFC 8200 5
	minPathMTU  = 552  // net.ipv4.route.min_pmtu
	mtuExpires  = 10 * time.Minute
	maxPathMTUs = 1024
)

// Discovery is what a sender wants to know of the path's MTU (IP_MTU_DISCOVER,
// ip(7)).
type Discovery uint8

const (
	Want  Discovery = iota // obey what was learnt, fragment what is larger; the default
	Dont                   // ignore what was learnt, let routers fragment
	Do                     // obey what was learnt, EMSGSIZE for what is larger
	Probe                  // ignore what was learnt, never fragment
)

// MTU returns the largest packet the interface sends.
func (i *Iface) MTU() int {
	switch {
	case i.mtu > 0:
		return i.mtu
	case i.link == nil:
		return loopbackMTU
	}
	return i.link.spec.MTU
}

// SetMTU changes the MTU (ip link set mtu). What the link does not carry is
// lost on it. With 0 it is the link's again. An interface with less than 1280 bytes cannot have IPv6 and loses
// its IPv6 addresses. The error is EINVAL for an MTU the device cannot have.
func (i *Iface) SetMTU(mtu int) error {
	if mtu == 0 {
		i.mtu = 0
		return nil
	}
	if most := i.maxMTU(); mtu < minMTU || mtu > most {
		return fmt.Errorf("%s: MTU %d on %s: %w", i.node.Name, mtu, i.Name, EINVAL)
	}
	i.mtu = mtu
	if mtu < minMTU6 {
		i.removeIPv6()
	}
	return nil
}

func (i *Iface) maxMTU() int {
	if i.link == nil {
		return loopbackMTU
	}
	return max(maxMTU, i.link.spec.MTU)
}

// pathMTU is what a router has told of the way to a destination.
type pathMTU struct {
	mtu     int
	expires time.Duration
}

// learnMTU notes what an ICMP error says of the way to dst (RFC 1191 6.3,
// RFC 8201 4): only ever less, and nothing absurd.
func (nd *Node) learnMTU(dst netip.Addr, mtu int) {
	least := minPathMTU
	if dst.Is6() {
		least = minMTU6
	}
	mtu = max(mtu, least)
	now := nd.net.clock.Since()
	if old, ok := nd.learnt[dst]; ok && old.expires > now && old.mtu <= mtu {
		return
	}
	if len(nd.learnt) >= maxPathMTUs {
		clear(nd.learnt)
	}
	if nd.learnt == nil {
		nd.learnt = make(map[netip.Addr]pathMTU)
	}
	nd.learnt[dst] = pathMTU{mtu, now + mtuExpires}
}

// PathMTU returns the largest packet the node sends to dst unfragmented, and
// for how long it will believe a smaller one a router has told it; 0 if none
// has.
func (nd *Node) PathMTU(dst netip.Addr) (mtu int, expires time.Duration) {
	dst = dst.Unmap()
	out, _, err := nd.egress(dst)
	if err != "" {
		return ethernetMTU, 0
	}
	return nd.pathMTU(dst, out)
}

func (nd *Node) pathMTU(dst netip.Addr, out *Iface) (mtu int, expires time.Duration) {
	mtu = out.MTU()
	if nd.mtus {
		if r, err := nd.lookup(dst); err == "" && r.MTU > 0 {
			mtu = min(mtu, r.MTU)
		}
	}
	if len(nd.learnt) == 0 {
		return mtu, 0
	}
	now := nd.net.clock.Since()
	if l, ok := nd.learnt[dst]; ok && l.expires > now && l.mtu < mtu {
		return l.mtu, l.expires - now
	}
	return mtu, 0
}

// ForgetMTUs forgets what routers have told (ip route flush cache).
func (nd *Node) ForgetMTUs() { clear(nd.learnt) }

// shape gives a packet of the node the form in which it leaves over out: TCP
// cuts its data into segments, other packets go in fragments if their sender
// allows it. It returns false, with the walk ended, if they cannot go.
func (f *flight) shape(nd *Node, out *Iface) bool {
	limit := out.MTU()
	if f.discovery == Want || f.discovery == Do {
		limit, _ = nd.pathMTU(f.Dst, out)
	}
	if f.Proto == ProtoTCP {
		f.cut(limit)
		return true
	}
	f.DF = f.discovery != Dont
	if f.size() <= limit {
		return true
	}
	if f.discovery == Do || f.discovery == Probe {
		f.fate, f.errno, f.rule, f.narrow = refused, EMSGSIZE, "message too long", limit
		return false
	}
	f.DF, f.Frag = false, uint16(min(limit, maxMTU)&^7)
	return true
}

// cut sets the size of the segments, and what a SYN says of it.
func (f *flight) cut(limit int) {
	f.DF = true
	room := limit - f.headers()
	if f.Flags&SYN != 0 {
		f.MSS = uint16(min(room, 65495))
	}
	if c := f.conn; c != nil && c.mss > 0 {
		room = min(room, int(c.mss))
	}
	if f.Segment = 0; len(f.Payload) > room {
		f.Segment = uint16(min(room, 65495))
	}
}

// fits decides about a packet that is to leave f.node over out:
//
//  1. What the interface is wide enough for passes.
//  2. A router fragments IPv4 packets, unless they say not to (RFC 791 3.2).
//  3. Of others it tells the sender how large they may be (RFC 1191 4, RFC 8200
//     5).
func (f *flight) fits(out *Iface) bool {
	most := out.MTU()
	switch {
	case f.onWire() <= most:
	case f.DF || f.Dst.Is6():
		f.fate, f.errno, f.narrow, f.rule = refused, EMSGSIZE, most, "larger than the MTU of "+out.Name
		return false
	default:
		f.Frag = uint16(most &^ 7)
	}
	return true
}

// carried decides what becomes of it on the link. It may carry less than its
// interfaces believe: the frame is lost, and nobody is told. Where fragments
// are dropped, one is enough to lose the packet.
func (f *flight) carried(l *Link) bool {
	switch spec := &l.spec; {
	case f.onWire() > spec.MTU:
		f.fate, f.rule = vanishes, "larger than the link carries"
	case f.Frag > 0 && spec.DropFragments:
		f.fate, f.rule = vanishes, "fragments are dropped"
	default:
		return true
	}
	return false
}

// onWire is the size of the largest IP packet the flight consists of.
func (f *flight) onWire() int {
	n := f.size()
	switch {
	case f.Frag > 0:
		return min(n, int(f.Frag))
	case f.Segment > 0:
		return int(f.Segment) + f.headers()
	}
	return n
}

// pieces is the number of fragments.
func (f *flight) pieces() int {
	if f.Frag == 0 {
		return 1
	}
	room := int(f.Frag) - 20
	return (f.size() - 20 + room - 1) / max(room, 8)
}
