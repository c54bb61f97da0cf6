package vnet

import (
	"net/netip"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Times of the stack itself.
const (
	loopbackLatency = 15 * time.Microsecond
	arpTimeout      = 3 * time.Second // three probes, a second each (RFC 4861 7.2.2, arp(7))
	defaultTTL      = 64
)

// fate is how the walk of a packet ends.
type fate uint8

const (
	arrives  fate = iota // at flight.node, after flight.took
	vanishes             // discarded silently at flight.node
	refused              // discarded at flight.node, which tells the sender
)

// flight is a packet on its way. Flights are used again and again.
type flight struct {
	Packet
	net       *Net
	conn      *Conn  // the sending connection
	first     uint64 // a retransmission: the event of the first transmission
	expectAck bool   // conn retransmits if the flight ends unacknowledged
	timer     vtime.Timer
	landFn    func() // land, bound once
	next      *flight

	// The result of the walk.
	node   *Node
	in     *Iface // over which it reached node; nil if node is the origin
	routed bool   // Prerouting has already been passed at node
	fate   fate
	took   time.Duration
	busy   time.Duration // transmission time on the slowest link
	path   *linkPath
	rule   string     // what discarded it
	with   RejectWith // how to answer, if refused
	expire bool       // answer time exceeded instead
	errno  Errno      // what the sender's socket call returns
	acked  bool       // the sending connection need not retransmit
}

func (n *Net) newFlight() *flight {
	f := n.free
	if f == nil {
		f = &flight{net: n}
		f.landFn = f.land
		return f
	}
	n.free, f.next = f.next, nil
	return f
}

// release ends a flight. A segment that was not acknowledged is retransmitted
// by its connection.
func (f *flight) release() {
	if c := f.conn; c != nil {
		if f.expectAck && !f.acked {
			c.lost(f.Seq)
		} else if f.Flags&RST != 0 {
			c.resetOut = false
		}
	}
	n := f.net
	f.Packet = Packet{}
	f.conn, f.node, f.in, f.path = nil, nil, nil, nil
	f.first, f.expectAck, f.routed, f.fate, f.took, f.busy = 0, false, false, arrives, 0, 0
	f.rule, f.with, f.expire, f.errno, f.acked = "", 0, false, "", false
	f.next, n.free = n.free, f
}

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
	return r.out, r.hop(dst), ""
}

// travel follows the packet from an interface of f.node:
//
//  1. Over the link to the neighbour; if none answers, host unreachable.
//  2. If the neighbour has the destination address, it has arrived.
//  3. Otherwise the neighbour forwards it (relay), and so on.
func (f *flight) travel(out *Iface, hop netip.Addr) {
	size := f.size()
	for {
		if out.link == nil {
			f.in, f.took = out, f.took+loopbackLatency
			return
		}
		l := out.link
		f.path = f.path.then(l)
		peer := l.neighbour(hop)
		if peer == nil || out.down {
			f.took += arpTimeout
			f.refuse(HostUnreachable, EHOSTUNREACH, "no ARP reply")
			return
		}
		busy := l.transmission(size)
		f.busy = max(f.busy, busy)
		f.took += l.spec.Latency + busy
		if l.loses() {
			f.fate, f.rule = vanishes, "lost on the link"
			return
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
	out := r.out
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

// launch sends the packet from nd: it walks the path, emits the event of the
// packet, and the event of its discarding if it was discarded, and sets the
// timer for its end. The errno is what a socket call of the sender returns: a
// packet that cannot leave the sender fails at once and has no timer.
func (n *Net) launch(nd *Node, f *flight, e trace.Event) (uint64, Errno) {
	sent := f.Packet
	if sent.TTL == 0 {
		sent.TTL = defaultTTL
	}
	f.depart(nd)
	return n.report(nd, f, &sent, e, f.fate != arrives && f.node == nd && f.path == &n.paths)
}

// report is the part of launch that follows the walk. local says that the
// packet did not leave the stack of its sender.
func (n *Net) report(nd *Node, f *flight, sent *Packet, e trace.Event, local bool) (uint64, Errno) {
	sent.NAT = f.NAT
	if f.conn != nil && f.fate == arrives {
		f.took = f.conn.inOrder(f)
	}
	e.Node, e.Took, e.Link = nd.Name, f.took, f.path.name
	n.describe(&e, sent)
	switch f.fate {
	case arrives:
		e.Outcome, e.Peer = trace.OK, f.node.Name
	case vanishes:
		e.Outcome, e.Peer = trace.Lost, n.nameOf(f.Dst)
	case refused:
		e.Outcome, e.Peer = trace.Refused, n.nameOf(f.Dst)
	}
	f.Event = n.log.Emit(e)
	seq := f.Event
	if f.fate != arrives {
		n.dropped(f)
	}
	if f.fate == vanishes || local && f.errno != EPERM {
		err := f.errno
		if !local {
			err = ""
		}
		f.release()
		return seq, err
	}
	n.clock.AddWork(1)
	n.clock.Arm(&f.timer, f.took, f.landFn)
	if local {
		return seq, f.errno
	}
	return seq, ""
}

// dropped emits the event of a packet's end at a filter or without a way on.
func (n *Net) dropped(f *flight) {
	d := &Discard{Rule: f.rule, Src: f.Src, Dst: f.Dst, SrcPort: f.SrcPort, DstPort: f.DstPort, Proto: f.Proto}
	out := trace.Lost
	if f.fate == refused {
		out = trace.Refused
		if !f.expire {
			d.With = f.with.String()
		}
	}
	e := trace.Event{Kind: trace.Drop, Outcome: out, Node: f.node.Name, Data: d}
	if f.path != nil {
		e.Link = f.path.name
	}
	n.log.Emit(e)
}

// nameOf returns the name of the node with an address, or the address.
func (n *Net) nameOf(a netip.Addr) string {
	if nd := n.NodeByAddr(a); nd != nil {
		return nd.Name
	}
	return a.String()
}

// land runs when the packet reaches the end of its walk.
func (f *flight) land() {
	n, keep := f.net, false
	defer func() { // also if a callback panics
		if !keep {
			f.release()
		}
		n.clock.AddWork(-1)
	}()
	switch {
	case f.node.down:
		f.fate, f.rule = vanishes, "node is down"
		n.dropped(f)
	case f.fate == refused:
		f.node.answer(f)
	case f.admit():
		f.node.deliver(f)
	case f.fate == arrives: // NAT: it goes on from here
		keep = true
		f.onward()
	default:
		n.dropped(f)
		if f.fate == refused {
			f.node.answer(f)
		}
	}
}

// size is the length of the IP packet in bytes.
func (p *Packet) size() int {
	n := len(p.Payload) + 20
	if p.Dst.Is6() {
		n += 20
	}
	if p.Proto == ProtoTCP {
		return n + 20
	}
	return n + 8
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

// onward continues a packet whose destination was changed on arrival. It is a
// new event, because the first one told of a packet to this node.
func (f *flight) onward() {
	nd, sent := f.node, f.Packet
	f.took, f.busy, f.path = 0, 0, &f.net.paths
	if out, hop := f.relay(); out != nil {
		f.travel(out, hop)
	}
	f.net.report(nd, f, &sent, trace.Event{Kind: trace.Packet}, false)
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
