package vnet

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// Node is a host or a router: an IP stack with interfaces, routes, filters and
// sockets. Its zero sockets cost nothing.
type Node struct {
	Name       string
	Forwarding bool // passes on packets that are not for itself (net.ipv4.ip_forward)

	net     *Net
	index   int // in Net.nodes
	lo      Iface
	ifaces  []*Iface
	routes  []route // never changed in place: networks share it, see Clone
	hook    Hook
	filters []PortFilter
	down    bool
	ports   *rand.Rand
	udp     map[uint16][]*UDPSocket
	tcp     map[uint16][]*Listener
	conns   map[connKey]*Conn
	waits   []*Conn // in TIME-WAIT, oldest first
	echoes  map[uint16]*echoWait
	echoID  uint16
	mtus    bool // some route has an MTU of its own
	learnt  map[netip.Addr]pathMTU
	probes  map[connKey]func(SYNReply)
	first   func() // see OnFirstPacket
}

// OnFirstPacket registers fn to run, as a callback, before the first packet is
// delivered to the node itself; packets it only forwards do not count.
func (nd *Node) OnFirstPacket(fn func()) { nd.first = fn }

// Iface is a network interface of a node.
type Iface struct {
	Name  string
	node  *Node
	index int   // 0: lo, else 1 + its place in Node.ifaces
	link  *Link // nil for lo
	addrs []netip.Prefix
	down  bool
	mtu   int // 0: the link's

	neighbours map[netip.Addr]neighbour // what was set or removed by hand
	flushed    time.Duration            // when the neighbour table was emptied
}

// Node returns the node the interface belongs to.
func (i *Iface) Node() *Node { return i.node }

// Link returns the link the interface is attached to, nil for lo.
func (i *Iface) Link() *Link { return i.link }

// Addrs returns the interface's addresses with their prefix lengths.
func (i *Iface) Addrs() []netip.Prefix { return i.addrs }

// SetDown switches the interface off (ip link set down) or on. Off, its routes
// and IPv6 addresses go; on again, only the routes to its subnets come back.
func (i *Iface) SetDown(down bool) {
	if i.down == down {
		return
	}
	if i.down = down; !down {
		for _, a := range i.addrs {
			i.connect(a)
		}
		return
	}
	i.removeIPv6()
	i.node.routes = slices.DeleteFunc(slices.Clone(i.node.routes), func(r route) bool { return r.out == i.index })
}

func (i *Iface) removeIPv6() {
	for _, a := range slices.Clone(i.addrs) {
		if a.Addr().Is6() && !a.Addr().IsLoopback() {
			i.DelAddr(a)
		}
	}
}

// IsDown reports whether the interface is switched off.
func (i *Iface) IsDown() bool { return i.down }

func (i *Iface) has(a netip.Addr) bool {
	for j := range i.addrs {
		if i.addrs[j].Addr() == a {
			return true
		}
	}
	return false
}

// Net returns the network the node belongs to.
func (nd *Node) Net() *Net { return nd.net }

// Attach adds an interface on a link. Each address brings the route to its
// subnet.
func (nd *Node) Attach(l *Link, ifname string, addrs ...netip.Prefix) (*Iface, error) {
	if ifname == "" || nd.Iface(ifname) != nil {
		return nil, fmt.Errorf("%s: interface %q: %w", nd.Name, ifname, EEXIST)
	}
	ifc := &Iface{Name: ifname, node: nd, index: 1 + len(nd.ifaces), link: l}
	for _, a := range addrs {
		if err := checkAddr(ifc, a); err != nil {
			return nil, err
		}
	}
	nd.ifaces = append(nd.ifaces, ifc)
	l.ifaces = append(l.ifaces, ifc)
	for _, a := range addrs {
		ifc.attach(a)
	}
	return ifc, nil
}

func checkAddr(i *Iface, a netip.Prefix) error {
	if !a.IsValid() || a.Addr().Is4In6() || a.Addr().IsUnspecified() || a.Addr().IsLoopback() {
		return fmt.Errorf("%s: address %v on %s: %w", i.node.Name, a, i.Name, EINVAL)
	}
	return nil
}

// AddAddr gives the interface another address (ip addr add).
func (i *Iface) AddAddr(a netip.Prefix) error {
	if err := checkAddr(i, a); err != nil {
		return err
	}
	if i.has(a.Addr()) {
		return fmt.Errorf("%s: address %v on %s: %w", i.node.Name, a, i.Name, EEXIST)
	}
	i.attach(a)
	return nil
}

func (i *Iface) attach(a netip.Prefix) {
	i.addrs = append(i.addrs[:len(i.addrs):len(i.addrs)], a)
	n := i.node.net
	if _, taken := n.owners[a.Addr()]; !taken {
		n.unshare()
		n.owners[a.Addr()] = i.place()
	}
	if !i.down {
		i.connect(a)
	}
}

// connect makes the route to an address's subnet, unless another address of
// the interface has brought it already.
func (i *Iface) connect(a netip.Prefix) {
	if i == &i.node.lo || a.IsSingleIP() {
		return
	}
	for j := range i.node.routes {
		if r := &i.node.routes[j]; r.Dst == a.Masked() && r.out == i.index && r.Proto == "kernel" {
			return
		}
	}
	i.node.insert(route{Route: Route{Dst: a.Masked(), Dev: i.Name, Src: a.Addr(), Proto: "kernel"}, out: i.index})
}

// DelAddr takes an address from the interface, with what depends on it: the
// routes that ask for it as source, and the subnet's route, unless the
// interface has another address there. With its last IPv4 address an interface
// loses all its IPv4 routes.
func (i *Iface) DelAddr(a netip.Prefix) error {
	k := slices.Index(i.addrs, a)
	if k < 0 || a.Addr().IsLoopback() {
		return fmt.Errorf("%s: address %v on %s: %w", i.node.Name, a, i.Name, EADDRNOTAVAIL)
	}
	i.addrs = slices.Delete(slices.Clone(i.addrs), k, k+1)
	last := a.Addr().Is4() && !slices.ContainsFunc(i.addrs, func(b netip.Prefix) bool { return b.Addr().Is4() })
	i.node.routes = slices.DeleteFunc(slices.Clone(i.node.routes), func(r route) bool {
		return r.Src == a.Addr() || last && r.out == i.index && r.Dst.Addr().Is4()
	})
	if k := slices.IndexFunc(i.addrs, func(b netip.Prefix) bool { return b.Masked() == a.Masked() }); k >= 0 && !i.down {
		i.connect(i.addrs[k])
	}
	if n := i.node.net; n.owners[a.Addr()] == i.place() {
		n.disown(a.Addr())
	}
	return nil
}

// Ifaces returns the interfaces, lo first.
func (nd *Node) Ifaces() []*Iface { return append([]*Iface{&nd.lo}, nd.ifaces...) }

// Iface returns the interface with the given name, or nil.
func (nd *Node) Iface(name string) *Iface {
	if name == "lo" {
		return &nd.lo
	}
	for _, i := range nd.ifaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// iface returns the interface with the given number, nil for noIface.
func (nd *Node) iface(index int) *Iface {
	switch {
	case index == 0:
		return &nd.lo
	case index > 0:
		return nd.ifaces[index-1]
	}
	return nil
}

// Local reports whether the address belongs to the node.
func (nd *Node) Local(a netip.Addr) bool {
	for _, i := range nd.ifaces {
		if !i.down && i.has(a) {
			return true
		}
	}
	return a.IsLoopback() || len(nd.lo.addrs) > len(nd.net.loopback) && nd.lo.has(a)
}

// Down powers the node off: its sockets die without a word, and nobody answers
// for its addresses.
func (nd *Node) Down() {
	if nd.down {
		return
	}
	nd.down = true
	for _, c := range nd.sortedConns() {
		c.die(ENETDOWN)
	}
	for _, s := range sorted(nd.udp, func(s *UDPSocket) uint64 { return s.id }) {
		s.Close()
	}
	for _, l := range sorted(nd.tcp, func(l *Listener) uint64 { return l.id }) {
		l.Close()
	}
	nd.waits = nil
}

// Unconfigure takes away what was set on the node's stack: addresses, routes,
// MTUs, neighbours, what was learnt of paths. Interfaces are down.
func (nd *Node) Unconfigure() {
	for _, i := range nd.ifaces {
		for _, a := range slices.Clone(i.addrs) {
			i.DelAddr(a)
		}
		i.mtu, i.neighbours, i.down = 0, nil, true
		i.FlushNeighbours()
	}
	nd.routes, nd.mtus = nil, false
	nd.ForgetMTUs()
}

// Up powers the node on again. Interfaces and routes are as before.
func (nd *Node) Up() { nd.down = false }

// IsDown reports whether the node is powered off.
func (nd *Node) IsDown() bool { return nd.down }
