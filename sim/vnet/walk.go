package vnet

import "net/netip"

// depart walks the packet out of its origin to wherever it ends.
func (f *flight) depart(nd *Node) {
	if f.TTL == 0 {
		f.TTL = defaultTTL
	}
	f.node, f.path = nd, &f.net.paths
	out, hop, err := nd.egress(f.Dst)
	if err != "" {
		f.noRoute(err)
		return
	}
	if f.conn != nil && !nd.Local(f.Src) { // the address was taken from the host
		f.fate, f.errno, f.rule = vanishes, EINVAL, "the host has lost the source address"
		return
	}
	if !f.shape(nd, out) {
		return
	}
	if nd.hook != nil {
		dst := f.Dst
		if !f.pass(Output, nil, out) {
			return
		}
		if f.Dst != dst { // a redirection needs another route
			if out, hop, err = nd.egress(f.Dst); err != "" {
				f.noRoute(err)
				return
			}
		}
		if !f.pass(Postrouting, nil, out) {
			return
		}
	}
	f.travel(out, hop)
}

// egress returns the interface and the neighbour for a packet of the node.
func (nd *Node) egress(dst netip.Addr) (*Iface, netip.Addr, Errno) {
	if nd.Local(dst) {
		return &nd.lo, dst, ""
	}
	r, err := nd.lookup(dst)
	if err != "" {
		return nil, dst, err
	}
	return nd.iface(r.out), r.hop(dst), ""
}

// travel follows the packet from an interface of f.node:
//
//  1. Over the link to the neighbour; if none answers, host unreachable, and
//     too large a packet does not pass (fits).
//  2. If the neighbour has the destination address, it has arrived.
//  3. Otherwise the neighbour forwards it (relay), and so on.
func (f *flight) travel(out *Iface, hop netip.Addr) {
	size := f.size()
	for {
		if out.link == nil {
			f.in, f.took = out, f.took+loopbackLatency
			return
		}
		if !f.fits(out) {
			return
		}
		l := out.link
		peer := l.neighbour(hop)
		f.path = f.path.then(out, peer, hop)
		f.path.used = f.net.clock.Since()
		if len(out.neighbours) > 0 && !out.finds(hop, peer) {
			f.fate, f.rule = vanishes, "sent to a hardware address nobody has"
			return
		}
		if peer == nil || out.down {
			f.took += arpTimeout
			f.refuse(HostUnreachable, EHOSTUNREACH, "no ARP reply")
			return
		}
		if !f.carried(l) {
			return
		}
		busy := l.transmission(size)
		f.busy = max(f.busy, busy)
		f.took += l.spec.Latency + busy
		for range f.pieces() { // all fragments or nothing
			if l.loses() {
				f.fate, f.rule = vanishes, "lost on the link"
				return
			}
		}
		f.node, f.in = peer.node, peer
		if f.node.Local(f.Dst) {
			return
		}
		if out, hop = f.relay(); out == nil {
			return
		}
	}
}

// relay passes the packet through f.node and returns where it goes on, or nil
// when its walk ends there.
func (f *flight) relay() (*Iface, netip.Addr) {
	nd := f.node
	if nd.hook != nil && !f.routed {
		if !f.pass(Prerouting, f.in, nil) {
			return nil, f.Dst
		}
		if nd.Local(f.Dst) {
			f.routed = true
			return nil, f.Dst
		}
	}
	f.routed = false
	if !nd.Forwarding {
		f.fate, f.rule = vanishes, "not forwarding"
		return nil, f.Dst
	}
	r, err := nd.lookup(f.Dst)
	if err != "" {
		f.noRoute(err)
		return nil, f.Dst
	}
	out := nd.iface(r.out)
	if f.TTL <= 1 { // RFC 1812 5.3.1
		f.fate, f.expire, f.rule = refused, true, "time to live exceeded"
		return nil, f.Dst
	}
	f.TTL--
	for i := range nd.filters {
		if pf := &nd.filters[i]; pf.matches(&f.Packet) {
			f.blocked(Verdict{Action: pf.Action, With: pf.With, Rule: pf.Name})
			return nil, f.Dst
		}
	}
	if nd.hook != nil && !(f.pass(Forward, f.in, out) && f.pass(Postrouting, f.in, out)) {
		return nil, f.Dst
	}
	return out, r.hop(f.Dst)
}

// pass asks the hook of f.node and notes a change of addresses.
func (f *flight) pass(at Point, in, out *Iface) bool {
	nd := f.node
	if nd.hook == nil {
		return true
	}
	src, dst, sport, dport := f.Src, f.Dst, f.SrcPort, f.DstPort
	v := nd.hook(at, &f.Packet, in, out)
	if f.Src != src || f.Dst != dst || f.SrcPort != sport || f.DstPort != dport {
		f.NAT = append(f.NAT[:len(f.NAT):len(f.NAT)], Rewrite{nd.Name, at,
			netip.AddrPortFrom(f.Src, f.SrcPort), netip.AddrPortFrom(f.Dst, f.DstPort)})
	}
	if v.Action == Accept {
		return true
	}
	f.blocked(v)
	return false
}

// blocked ends the walk by a filter's verdict. A local sender gets EPERM.
func (f *flight) blocked(v Verdict) {
	f.fate, f.rule, f.with, f.errno = vanishes, v.Rule, v.With, EPERM
	if v.Action == Reject {
		f.fate = refused
	}
}

func (f *flight) refuse(with RejectWith, err Errno, why string) {
	f.fate, f.with, f.errno, f.rule = refused, with, err, why
}

// noRoute ends the walk where f.node has no route (RFC 1812 5.2.7.1).
func (f *flight) noRoute(err Errno) {
	switch err {
	case EINVAL:
		f.fate, f.errno, f.rule = vanishes, err, "blackhole route"
	case EACCES:
		f.refuse(AdminProhibited, err, "prohibit route")
	case EHOSTUNREACH:
		f.refuse(HostUnreachable, err, "unreachable route")
	default:
		f.refuse(NetUnreachable, err, "no route")
	}
}

// admit passes the packet through Prerouting and Input of the node it has
// reached. It returns false, with fate arrives, when Prerouting has sent it
// elsewhere.
func (f *flight) admit() bool {
	nd := f.node
	if nd.hook == nil {
		return true
	}
	if !f.routed {
		if !f.pass(Prerouting, f.in, nil) {
			return false
		}
		f.routed = true
		if !nd.Local(f.Dst) {
			return false
		}
	}
	return f.pass(Input, f.in, nil)
}

// probe walks a packet that is not worth an event, such as the ACK of a
// segment, and reports whether it would be let in at its destination.
func (f *flight) probe(nd *Node) bool {
	for f.depart(nd); f.fate == arrives && !f.node.down; {
		if f.admit() {
			return true
		}
		if f.fate != arrives {
			return false
		}
		if out, hop := f.relay(); out != nil {
			f.travel(out, hop)
		}
	}
	return false
}
