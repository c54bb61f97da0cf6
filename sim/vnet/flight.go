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
	maxLegs         = 3 // of a path through NAT that are told apart
)

// fate is how the walk of a packet ends.
type fate uint8

const (
	arrives  fate = iota // at flight.node, after flight.took
	vanishes             // discarded silently at flight.node
	refused              // discarded at flight.node, which tells the sender
)

var outcomeOfFate = [...]trace.Outcome{arrives: trace.OK, vanishes: trace.Lost, refused: trace.Refused}

// flight is a packet on its way. Flights are used again and again.
type flight struct {
	Packet
	net       *Net
	conn      *Conn  // the sending connection
	first     uint64 // a retransmission: the event of the first transmission
	expectAck bool   // conn retransmits if the flight ends unacknowledged
	leg       int    // how often NAT has sent it on
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
	path   *path
	rule   string     // what discarded it
	with   RejectWith // how to answer, if refused
	expire bool       // answer time exceeded instead
	errno  Errno      // what the sender's socket call returns
	acked  bool       // the sending connection need not retransmit
	narrow int        // refused for its size: the MTU to tell the sender

	discovery Discovery // what the sender wants to know of the path's MTU
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
	f.first, f.leg, f.expectAck, f.routed, f.fate, f.took, f.busy = 0, 0, false, false, arrives, 0, 0
	f.rule, f.with, f.expire, f.errno, f.acked, f.narrow, f.discovery = "", 0, false, "", false, 0, Want
	f.next, n.free = n.free, f
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
	if f.Inner != nil { // hooks may translate what is quoted; events do not change
		quoted := *f.Inner
		sent.Inner = &quoted
	}
	f.depart(nd)
	return n.report(nd, f, &sent, e, f.fate != arrives && f.node == nd && f.path == &n.paths)
}

// report is the part of launch that follows the walk. local says that the
// packet did not leave the stack of its sender.
func (n *Net) report(nd *Node, f *flight, sent *Packet, e trace.Event, local bool) (uint64, Errno) {
	f.trail(sent)
	sent.DF, sent.Frag, sent.MSS, sent.Segment = f.DF, f.Frag, f.MSS, f.Segment
	if f.conn != nil && f.fate == arrives {
		f.took = f.conn.inOrder(f)
	}
	e.Node, e.Took, e.Link = nd.Name, f.took, f.path.name
	n.describe(&e, sent)
	if e.Outcome = outcomeOfFate[f.fate]; f.fate == arrives {
		e.Peer = f.node.Name
		f.Event = n.log.Emit(e)
	} else {
		e.Peer = n.nameOf(f.Dst)
		f.Event = n.log.Emit(e)
		n.dropped(f)
	}
	n.wakeTaps()
	seq, err := f.Event, f.errno
	if !local {
		err = ""
	}
	if f.fate == vanishes || local && err != EPERM {
		f.release()
		return seq, err
	}
	n.clock.AddWork(1)
	n.clock.Arm(&f.timer, f.took, f.landFn)
	return seq, err
}

// dropped emits the event of a packet's end at a filter or without a way on.
func (n *Net) dropped(f *flight) {
	d := &Discard{Rule: f.rule, Src: f.Src, Dst: f.Dst, SrcPort: f.SrcPort, DstPort: f.DstPort, Proto: f.Proto}
	if f.fate == refused && !f.expire && f.narrow == 0 {
		d.With = f.with.String()
	}
	e := trace.Event{Kind: trace.Drop, Outcome: outcomeOfFate[f.fate], Node: f.node.Name, Data: d}
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
	if first := f.node.first; first != nil {
		f.node.first = nil
		first()
	}
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
func (p *Packet) size() int { return len(p.Payload) + p.headers() }

func (p *Packet) headers() int {
	n := 28
	if p.Dst.Is6() {
		n = 48
	}
	if p.Proto == ProtoTCP {
		n += 12
	}
	return n
}

// onward continues a packet whose destination was changed on arrival. It is a
// new event, because the first one told of a packet to this node.
func (f *flight) onward() {
	nd, sent := f.node, f.Packet
	f.leg = min(f.leg+1, maxLegs-1)
	f.took, f.busy, f.path = 0, 0, &f.net.paths
	if out, hop := f.relay(); out != nil {
		f.travel(out, hop)
	}
	f.net.report(nd, f, &sent, trace.Event{Kind: trace.Packet}, false)
}
