package vnet

import (
	"net/netip"
	"sync"
)

// An ACK that carries nothing else has no event in the trace. What a capture
// needs to show it is noted beside the trace.
type ackNote struct {
	of       uint64 // event of the segment that is acknowledged; the ACK is sent when it arrives
	after    uint64 // the newest event when the ACK was sent
	src, dst netip.AddrPort
	seq, ack uint32
	nat      []Rewrite
	trip     trip
}

// ackLog is the list of noted ACKs. Readers outside the world may read it while
// the world goes on.
type ackLog struct {
	mu   sync.Mutex
	list []ackNote
}

// noteACK notes an ACK after its walk. Without an event for the segment there
// is nothing to tell.
func (n *Net) noteACK(f *flight, event uint64) {
	if event == 0 {
		return
	}
	sent := ackNote{of: event, after: uint64(n.log.Len()), src: f.conn.local, dst: f.conn.remote, seq: f.Seq, ack: f.Ack, nat: f.NAT}
	sent.trip = trip{path: f.path, reached: f.in}
	n.acks.mu.Lock()
	n.acks.list = append(n.acks.list, sent)
	n.acks.mu.Unlock()
	n.wakeTaps()
}

// from returns the notes from the i-th on. They do not change any more.
func (l *ackLog) from(i int) []ackNote {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list[i:len(l.list):len(l.list)]
}

// packet returns the ACK as it was sent.
func (a *ackNote) packet() *Packet {
	return &Packet{Src: a.src.Addr(), SrcPort: a.src.Port(), Dst: a.dst.Addr(), DstPort: a.dst.Port(), Proto: ProtoTCP, TTL: defaultTTL,
		Flags: ACK, Window: window, Seq: a.seq, Ack: a.ack, NAT: a.nat, trip: a.trip}
}
