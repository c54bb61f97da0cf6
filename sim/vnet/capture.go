package vnet

import (
	"net/netip"
	"slices"
	"time"

	"mxlab/sim/trace"
)

// Sighting is a frame as a capture on one interface shows it.
type Sighting struct {
	At     time.Duration // virtual time; of neighbour discovery before time 0 it is negative
	Iface  *Iface
	Out    bool   // sent, not received
	Event  uint64 // the trace event it belongs to; for an ACK without one, that of the segment it acknowledges
	Packet uint64 // the same for all sightings of a packet, also behind NAT
	frame  frame
}

// frame is what was seen: a packet on one of its hops, or a message of
// neighbour discovery.
type frame struct {
	ip  *Packet
	hop int
	ask *inquiry

	piece, room int // of an IP packet in fragments: which one, and how much data each holds
}

// Observer turns the trace of a network into what captures on its interfaces
// would show, in the order of the trace. It adds what the trace leaves out:
// ARP and neighbour discovery, and ACKs that carry nothing else.
//
// An ACK is sent when its segment arrives, unless the application answers at
// the same instant: then the answer carries it (RFC 9293 3.8.6.3). Segments are
// shown as the hosts' segmentation offload shows them: a write is one packet.
type Observer struct {
	net     *Net
	see     func(*Sighting)
	seq     uint64 // of the last event that was turned
	acks    int    // notes that were turned
	pending []pendingACK
	known   map[neighbourKey]time.Duration
}

// pendingACK is an ACK that an answer may yet carry.
type pendingACK struct {
	*ackNote
	at time.Duration
}

// Observe returns an observer of the network from the event behind seq on. see
// must not keep the sighting it is given; a copy may be kept. The observer may
// be used outside the world, but not by two at once.
func (n *Net) Observe(seq uint64, see func(*Sighting)) *Observer {
	o := &Observer{net: n, see: see, seq: seq, known: map[neighbourKey]time.Duration{}}
	for _, a := range n.acks.from(0) {
		if a.after > seq {
			break
		}
		o.acks++
	}
	return o
}

// Catch turns what was traced since the last call. ACKs younger than before
// stay back, because an answer may yet carry them.
func (o *Observer) Catch(before time.Duration) {
	notes := o.net.acks.from(o.acks)
	o.net.log.After(o.seq, func(e *trace.Event) bool {
		for len(notes) > 0 && notes[0].after < e.Seq {
			o.note(&notes[0])
			notes = notes[1:]
		}
		o.event(e)
		o.seq = e.Seq
		return true
	})
	for len(notes) > 0 && notes[0].after <= o.seq {
		o.note(&notes[0])
		notes = notes[1:]
	}
	o.flush(before)
}

// note puts an ACK among those that wait; it stands for older ones of the same
// instant.
func (o *Observer) note(a *ackNote) {
	o.acks++
	e := o.net.log.Get(a.of)
	if e == nil {
		return
	}
	at := e.At + e.Took
	o.flush(at)
	o.carried(a.ends.src, a.ends.dst, at)
	o.pending = append(o.pending, pendingACK{a, at})
}

// carried removes the ACKs of an endpoint that something sent at that time
// carries.
func (o *Observer) carried(src, dst netip.AddrPort, at time.Duration) {
	o.pending = slices.DeleteFunc(o.pending, func(p pendingACK) bool { return *p.ends == (ends{src, dst}) && p.at == at })
}

// flush shows the waiting ACKs that were sent before a time.
func (o *Observer) flush(before time.Duration) {
	o.pending = slices.DeleteFunc(o.pending, func(p pendingACK) bool {
		if p.at >= before {
			return false
		}
		o.packet(&Sighting{Event: p.of, Packet: 1<<63 | p.of}, p.at, 0, p.packet())
		return true
	})
}

func (o *Observer) event(e *trace.Event) {
	p := PacketOf(e.Data)
	if p == nil || !p.Src.IsValid() || !p.Dst.IsValid() {
		return
	}
	o.flush(e.At)
	if p.Proto == ProtoTCP && p.Flags&ACK != 0 && p.trip.left() {
		o.carried(netip.AddrPortFrom(p.Src, p.SrcPort), netip.AddrPortFrom(p.Dst, p.DstPort), e.At)
	}
	s := &Sighting{Event: e.Seq, Packet: e.Seq}
	for first := p; first != nil && first.trip.prior != 0; {
		s.Packet = first.trip.prior
		first = nil
		if e := o.net.log.Get(s.Packet); e != nil {
			first = PacketOf(e.Data)
		}
	}
	took := e.Took
	if e.Outcome != trace.OK {
		took = 0
	}
	o.packet(s, e.At, took, p)
}

// left reports whether the packet left its sender's stack, if only over lo.
func (t *trip) left() bool { return t.path != nil && t.path.up != nil || t.reached != nil }

// packet shows a packet on all interfaces it passed. s tells whose it is; took,
// if not 0, is how long it travelled in all, which on a busy link is more than
// the sum of the hops.
func (o *Observer) packet(s *Sighting, at, took time.Duration, p *Packet) {
	hops := p.trip.path.hops()
	delay := took
	from, room, cut := p.fragments(hops)
	for i := range hops {
		delay -= hops[i].time(p)
	}
	s.frame.ip, s.At = p, at
	for i := range hops {
		h := &hops[i]
		o.resolve(h, s, p, i == 0)
		if h.in == nil {
			return
		}
		if cut && i >= from {
			s.frame.room = room
		}
		s.frame.hop, s.Iface, s.Out = i, h.out, true
		o.pieces(s)
		if s.At += h.time(p); i == 0 && delay > 0 {
			s.At += delay
		}
		if i == len(hops)-1 && p.trip.reached != h.in {
			return // lost on the link
		}
		s.Iface, s.Out = h.in, false
		o.pieces(s)
	}
	if in := p.trip.reached; in != nil && in.link == nil {
		s.frame.hop, s.Iface, s.Out = len(hops), in, false
		o.see(s)
	}
}

// pieces shows each fragment of a packet, or the whole one.
func (o *Observer) pieces(s *Sighting) {
	p := s.frame.ip
	data := p.length() - p.headers()
	for s.frame.piece = 0; ; s.frame.piece++ {
		o.see(s)
		if s.frame.room == 0 || (s.frame.piece+1)*s.frame.room >= data+8 {
			break
		}
	}
	s.frame.piece = 0
}

// length is the length of the IP packet, also where the trace keeps only its
// beginning.
func (p *Packet) length() int { return p.headers() + max(p.Len, len(p.Payload)) }

// fragments returns from which hop on the packet goes in fragments, and how
// much data each holds: there the interface is too narrow, or, if none is, its
// sender has learnt that some link is.
func (p *Packet) fragments(hops []hop) (from, room int, ok bool) {
	if p.Frag == 0 {
		return 0, 0, false
	}
	header, most := 20, int(p.Frag)
	if p.Src.Is6() {
		header = 48
	}
	for i := range hops {
		if hops[i].mtu < p.length() {
			from, most = i, hops[i].mtu
			break
		}
	}
	return from, max((most-header)&^7, 8), true
}

// time is how long a packet takes over the hop.
func (h *hop) time(p *Packet) time.Duration {
	d := h.latency
	if h.bandwidth > 0 {
		size := p.length()
		d += time.Duration(int64(size) * 8 * int64(time.Second) / h.bandwidth)
	}
	return d
}
