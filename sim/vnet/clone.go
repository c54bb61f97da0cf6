package vnet

import (
	"maps"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Clone returns a network with the same links, nodes, addresses, routes and
// filters as n, in which nothing has happened yet. n must be as it was built:
// without sockets, hooks and packets. What the worlds made from one plan have
// in common, which is most of a fresh network, is shared until one of them
// changes it, so n must not be changed afterwards.
func (n *Net) Clone(clock *vtime.Clock, log *trace.Log) *Net {
	c := New(clock, log)
	c.byName, c.owners, c.shared = n.byName, n.owners, true
	links := make([]Link, len(n.links))
	linkOf := make(map[*Link]*Link, len(n.links))
	c.links = make([]*Link, len(n.links))
	for i, l := range n.links {
		links[i] = Link{net: c, spec: l.spec, down: l.down, ifaces: make([]*Iface, 0, len(l.ifaces))}
		c.links[i], linkOf[l] = &links[i], &links[i]
	}
	nodes := make([]Node, len(n.nodes))
	c.nodes = make([]*Node, len(n.nodes))
	for i, nd := range n.nodes {
		nodes[i] = Node{Name: nd.Name, Forwarding: nd.Forwarding, net: c, index: i, routes: nd.routes, filters: nd.filters}
		c.nodes[i] = &nodes[i]
		nodes[i].lo = Iface{Name: nd.lo.Name, node: &nodes[i], addrs: nd.lo.addrs}
		nodes[i].ifaces = make([]*Iface, len(nd.ifaces))
		for j, ifc := range nd.ifaces {
			nodes[i].ifaces[j] = &Iface{Name: ifc.Name, node: &nodes[i], index: ifc.index, addrs: ifc.addrs, down: ifc.down}
		}
	}
	for _, l := range n.links { // attached in the same order
		to := linkOf[l]
		for _, ifc := range l.ifaces {
			x := nodes[ifc.node.index].iface(ifc.index)
			x.link, to.ifaces = to, append(to.ifaces, x)
		}
	}
	return c
}

// unshare makes the maps the network's own before they are changed.
func (n *Net) unshare() {
	if n.shared {
		n.byName, n.owners, n.shared = maps.Clone(n.byName), maps.Clone(n.owners), false
	}
}
