package vnet

import (
	"net/netip"
	"slices"
	"sync"
)

// An ACK that carries nothing else has no event in the trace. What a capture
// needs to show it is noted beside the trace. There are as many as segments, so
// a note is small.
type ackNote struct {
	of       uint64 // event of the segment that is acknowledged; the ACK is sent when it arrives
	after    uint64 // the newest event when the ACK was sent
	ends     *ends
	seq, ack uint32
	nat      []Rewrite
	path     *path
	reached  *Iface
}

// ends are the addresses of a connection, seen from its sender.
type ends struct{ src, dst netip.AddrPort }

// notesPerBlock is how many notes are kept together.
const notesPerBlock = 64

// ackLog is the list of noted ACKs. Readers outside the world may read it while
// the world goes on.
type ackLog struct {
	mu     sync.Mutex
	blocks [][]ackNote // all but the last are full
}

// noteACK notes an ACK after its walk. Without an event for the segment there
// is nothing to tell.
func (n *Net) noteACK(f *flight, event uint64) {
	if event == 0 {
		return
	}
	if f.conn.ends == nil {
		f.conn.ends = &ends{f.conn.local, f.conn.remote}
	}
	n.acks.add(ackNote{of: event, after: uint64(n.log.Len()), ends: f.conn.ends, seq: f.Seq, ack: f.Ack, nat: f.NAT,
		path: f.path, reached: f.in})
	n.wakeTaps()
}

func (l *ackLog) add(sent ackNote) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.blocks) - 1
	if last < 0 || len(l.blocks[last]) == notesPerBlock {
		l.blocks = append(l.blocks, make([]ackNote, 0, notesPerBlock))
		last++
	}
	l.blocks[last] = append(l.blocks[last], sent)
}

// from returns the notes from the i-th on.
func (l *ackLog) from(i int) (list []ackNote) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if block := i / notesPerBlock; block < len(l.blocks) {
		list = append(list, l.blocks[block][i%notesPerBlock:]...)
		list = append(list, slices.Concat(l.blocks[block+1:]...)...)
	}
	return list
}

// packet returns the ACK as it was sent.
func (a *ackNote) packet() *Packet {
	src, dst := a.ends.src, a.ends.dst
	return &Packet{Src: src.Addr(), SrcPort: src.Port(), Dst: dst.Addr(), DstPort: dst.Port(), Proto: ProtoTCP, TTL: defaultTTL,
		DF: true, Flags: ACK, Window: window, Seq: a.seq, Ack: a.ack, NAT: a.nat, trip: trip{path: a.path, reached: a.reached}}
}
