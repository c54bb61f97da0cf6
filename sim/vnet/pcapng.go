package vnet

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"mxlab/sim/pcap"
)

// CaptureOptions choose what a capture file holds. The zero value is the whole
// session.
type CaptureOptions struct {
	Node       string        // only what this node's interfaces show
	Span       uint64        // only packets of this span and those inside it
	From, To   time.Duration // only this part of the virtual time; To 0: up to now
	Everywhere bool          // every interface a packet passed, not one of them
}

// WriteCapture writes a capture of the network as a pcapng file. start is the
// date at virtual time 0. Each interface of a node is one of the file, named
// NODE:INTERFACE; each packet has a comment that names its trace event.
//
// With a node, or with Everywhere, each packet is shown on every interface it
// passed. Otherwise it is shown once, or Wireshark would take the others for
// retransmissions: where the host that began the conversation sees it, or where
// it was sent if it never came there.
func (n *Net) WriteCapture(w io.Writer, start time.Time, o CaptureOptions) error {
	var list []Sighting
	obs := n.Observe(0, func(s *Sighting) {
		if o.takes(n, s) {
			list = append(list, *s)
		}
	})
	obs.Catch(1<<63 - 1)
	if o.Node == "" && !o.Everywhere {
		list = once(list)
	}
	slices.SortStableFunc(list, func(a, b Sighting) int { return cmp.Compare(a.At, b.At) })
	bw := bufio.NewWriter(w)
	f, err := pcap.NewNGWriter(bw)
	if err != nil {
		return err
	}
	var buf []byte
	for i := range list {
		s := &list[i]
		var wire int
		buf, wire = s.AppendFrame(buf[:0])
		p := pcap.Packet{Time: start.Add(s.At), Data: buf, Len: wire, Link: pcap.Ethernet,
			Iface: s.Iface.node.Name + ":" + s.Iface.Name, Comment: fmt.Sprintf("event %d", s.Event)}
		if err := f.Write(&p); err != nil {
			return err
		}
	}
	return bw.Flush()
}

// takes reports whether the sighting is of the chosen node, span and time.
func (o *CaptureOptions) takes(n *Net, s *Sighting) bool {
	switch {
	case o.Node != "" && s.Iface.node.Name != o.Node, s.At < o.From && o.From != 0, s.At > o.To && o.To != 0:
		return false
	case o.Span == 0:
		return true
	}
	e := n.log.Get(s.Event)
	for e != nil && e.Span != o.Span && e.Seq != o.Span {
		if e.Span == 0 || e.Span >= e.Seq {
			return false
		}
		e = n.log.Get(e.Span)
	}
	return e != nil
}

// flow is a conversation: its two ends in order, and the protocol.
type flow struct {
	a, b  netip.AddrPort
	proto uint8
}

func flowOf(p *Packet) flow {
	if p.Inner != nil {
		p = p.Inner
	}
	f := flow{netip.AddrPortFrom(p.Src, p.SrcPort), netip.AddrPortFrom(p.Dst, p.DstPort), p.Proto}
	if f.a.Compare(f.b) > 0 {
		f.a, f.b = f.b, f.a
	}
	return f
}

// once keeps one sighting of each packet: on the node that sent the first
// packet of the conversation, else the first one. Behind NAT a conversation has
// other addresses, but the same first packet.
func once(list []Sighting) (kept []Sighting) {
	at := map[uint64]int{} // by packet: its place in sets
	var sets [][]Sighting
	for _, s := range list {
		switch i, ok := at[s.Packet]; {
		case s.frame.ask != nil:
			if s.Iface == s.frame.ask.asker() {
				kept = append(kept, s)
			}
		case ok:
			sets[i] = append(sets[i], s)
		default:
			at[s.Packet] = len(sets)
			sets = append(sets, []Sighting{s})
		}
	}
	began := map[flow]*Node{}
	for _, set := range sets {
		v := vantage(set, began)
		for _, s := range set { // all fragments
			if s.Iface == v.Iface && s.Out == v.Out && s.frame.hop == v.frame.hop {
				kept = append(kept, s)
			}
		}
	}
	return kept
}

// vantage chooses the sighting of a packet.
func vantage(set []Sighting, began map[flow]*Node) *Sighting {
	for i := range set {
		if began[flowOf(set[i].packet())] == set[i].Iface.node {
			return &set[i]
		}
	}
	for i := range set {
		if f := flowOf(set[i].packet()); began[f] == nil {
			began[f] = set[0].Iface.node
		}
	}
	return &set[0]
}
