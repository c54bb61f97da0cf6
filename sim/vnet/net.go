package vnet

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Bounds that keep one world's memory small whatever is done in it.
const (
	maxConnBuffer = 32 << 20  // bytes on their way or unread, per connection
	maxNetBuffer  = 128 << 20 // the same for all connections together
	maxKept       = 64 << 20  // payload bytes that trace events keep in full
	snapLen       = 256       // what events keep of a payload after that
	maxConns      = 4096      // connections per node
	maxTimeWait   = 1024      // of them in TIME-WAIT
)

// Net is the network of one world. All methods need the baton.
type Net struct {
	clock    *vtime.Clock
	log      *trace.Log
	nodes    []*Node
	byName   map[string]int // place in nodes
	links    []*Link
	owners   map[netip.Addr]place // who has an address; the first, if several
	shared   bool                 // byName and owners belong to several networks, see Clone
	loopback []netip.Prefix
	loss     *rand.Rand
	isn      *rand.Rand
	tls      *rand.Rand
	paths    path
	acks     ackLog
	taps     []*Tap
	free     *flight
	lastID   uint64 // of sockets, in the order they were made
	kept     int
	buffered int
}

// New returns an empty network.
func New(clock *vtime.Clock, log *trace.Log) *Net {
	return &Net{
		clock: clock, log: log,
		byName: make(map[string]int), owners: make(map[netip.Addr]place),
		loopback: []netip.Prefix{
			netip.PrefixFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8),
			netip.PrefixFrom(netip.IPv6Loopback(), 128),
		},
	}
}

// AddNode adds a host or router. Names are unique, because they identify the
// node in the trace.
func (n *Net) AddNode(name string) (*Node, error) {
	if n.Node(name) != nil {
		return nil, fmt.Errorf("node %q exists already", name)
	}
	n.unshare()
	nd := &Node{Name: name, net: n, index: len(n.nodes)}
	nd.lo = Iface{Name: "lo", node: nd, addrs: n.loopback}
	n.nodes = append(n.nodes, nd)
	n.byName[name] = nd.index
	return nd, nil
}

// Node returns the node with the given name, or nil.
func (n *Net) Node(name string) *Node {
	if i, ok := n.byName[name]; ok {
		return n.nodes[i]
	}
	return nil
}

// Nodes returns all nodes in the order they were added.
func (n *Net) Nodes() []*Node { return n.nodes }

// Links returns all links in the order they were added.
func (n *Net) Links() []*Link { return n.links }

// NodeByAddr returns the node that has the address on an interface, or nil.
// Of several it is the one that had it first. Loopback addresses belong to
// nobody.
func (n *Net) NodeByAddr(a netip.Addr) *Node {
	if at, ok := n.owners[a.Unmap()]; ok {
		return n.nodes[at.node]
	}
	return nil
}

// place is an interface by its node's and its own number.
type place struct{ node, iface int }

func (i *Iface) place() place { return place{i.node.index, i.index} }

func (n *Net) disown(a netip.Addr) {
	n.unshare()
	delete(n.owners, a)
	for _, nd := range n.nodes {
		for _, ifc := range nd.Ifaces() {
			if ifc.has(a) {
				n.owners[a] = ifc.place()
				return
			}
		}
	}
}

// nextID numbers sockets, so that lists of them have an order.
func (n *Net) nextID() uint64 {
	n.lastID++
	return n.lastID
}

// keep returns what a trace event keeps of a payload.
func (n *Net) keep(payload []byte) []byte {
	if n.kept+len(payload) <= maxKept || len(payload) <= snapLen {
		n.kept += len(payload)
		return payload
	}
	return append([]byte(nil), payload[:snapLen]...)
}
