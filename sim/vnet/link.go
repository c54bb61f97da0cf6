package vnet

import (
	"net/netip"
	"time"
)

// LinkSpec says what a link is like.
type LinkSpec struct {
	Name      string
	Latency   time.Duration // one way
	Loss      float64       // probability that a packet is lost, 0 to 1
	Bandwidth int64         // bit/s; 0: no transmission delay
	MTU       int           // bytes; 0: 1500
	// DropFragments says that fragments of IP packets do not pass, as behind
	// many a firewall.
	DropFragments bool
}

// Link is a segment to which any number of interfaces are attached: a cable, a
// LAN, an exchange.
type Link struct {
	net    *Net
	spec   LinkSpec
	down   bool
	ifaces []*Iface
}

// AddLink adds a link. Links are told apart by identity; the name is what the
// trace shows.
func (n *Net) AddLink(spec LinkSpec) *Link {
	l := &Link{net: n}
	l.Change(spec)
	n.links = append(n.links, l)
	return l
}

// Name returns the link's name.
func (l *Link) Name() string { return l.spec.Name }

// Spec returns what the link is like.
func (l *Link) Spec() LinkSpec { return l.spec }

// Change makes the link different from the next packet on.
func (l *Link) Change(spec LinkSpec) {
	if spec.MTU <= 0 {
		spec.MTU = 1500
	}
	spec.Latency = max(spec.Latency, 0)
	l.spec = spec
}

// SetDown cuts or repairs the link. Over a cut link no neighbour answers.
func (l *Link) SetDown(down bool) { l.down = down }

// IsDown reports whether the link is cut.
func (l *Link) IsDown() bool { return l.down }

// Ifaces returns the interfaces on the link, in the order of attachment.
func (l *Link) Ifaces() []*Iface { return l.ifaces }

// neighbour returns the interface that answers ARP or neighbour discovery for
// an address, or nil.
func (l *Link) neighbour(a netip.Addr) *Iface {
	if l.down {
		return nil
	}
	for _, ifc := range l.ifaces {
		if ifc.has(a) && !ifc.down && !ifc.node.down {
			return ifc
		}
	}
	return nil
}

// transmission returns how long the link is busy with size bytes.
func (l *Link) transmission(size int) time.Duration {
	if l.spec.Bandwidth <= 0 {
		return 0
	}
	return time.Duration(int64(size) * 8 * int64(time.Second) / l.spec.Bandwidth)
}

// loses draws whether a packet is lost. A TCP segment larger than the MTU,
// which stands for several packets, shares one fate: a real stack would send
// only the missing ones again.
func (l *Link) loses() bool {
	if l.spec.Loss <= 0 {
		return false
	}
	n := l.net
	if n.loss == nil {
		n.loss = n.clock.Rand("vnet loss")
	}
	return n.loss.Float64() < l.spec.Loss
}
