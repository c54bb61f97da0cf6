package vnet

import (
	"time"

	"mxlab/sim/trace"
)

// segment is a piece of the byte stream that has been sent and not been
// acknowledged, or has arrived too early.
type segment struct {
	seq   uint32
	flags Flags
	lost  bool // waits for the retransmission timer
	kind  trace.Kind
	data  []byte
	event uint64        // of its first transmission
	sent  time.Duration // last transmission
}

// end returns the sequence number behind the segment; SYN and FIN count one.
func (s *segment) end() uint32 {
	n := uint32(len(s.data))
	if s.flags&(SYN|FIN) != 0 {
		n++
	}
	return s.seq + n
}

// segments is the retransmission queue.
type segments struct {
	list  []segment
	head  int
	bytes int
}

func (q *segments) len() int        { return len(q.list) - q.head }
func (q *segments) live() []segment { return q.list[q.head:] }
func (q *segments) first() *segment { return &q.list[q.head] }
func (q *segments) push(s segment)  { q.list = append(q.list, s); q.bytes += len(s.data) }
func (q *segments) find(seq uint32) *segment {
	for i := len(q.list) - 1; i >= q.head; i-- {
		if q.list[i].seq == seq {
			return &q.list[i]
		}
	}
	return nil
}

func (q *segments) pop() int {
	n := len(q.list[q.head].data)
	q.list[q.head] = segment{}
	q.bytes -= n
	if q.head++; q.head == len(q.list) {
		q.list, q.head = q.list[:0], 0
	}
	return n
}

// transmit appends a segment to the byte stream and sends it.
func (c *Conn) transmit(flags Flags, data []byte, kind trace.Kind) {
	s := segment{seq: c.sndNxt, flags: flags, data: data, kind: kind}
	c.sndNxt = s.end()
	c.unacked.push(s)
	c.node.net.buffered += len(data)
	c.send(s.seq)
}

// send sends the queued segment with the given sequence number, for the first
// time or again.
func (c *Conn) send(seq uint32) {
	n, s := c.node.net, c.unacked.find(seq)
	s.sent, s.lost = n.clock.Since(), false
	e := trace.Event{Kind: s.kind}
	if s.event != 0 {
		e.Kind, e.Refs = trace.Packet, []trace.Ref{{Rel: trace.RetryOf, Seq: s.event}}
	}
	f := c.flight(s.flags)
	f.Seq, f.Payload, f.expectAck, f.first = s.seq, s.data, true, s.event
	event, _ := n.launch(c.node, f, c.inSpan(e))
	if s := c.unacked.find(seq); s != nil && s.event == 0 {
		s.event = event
	}
}

// inSpan puts an event into the connection's span: at the accepting end
// always, at the dialling end when no task is there to tell the span.
func (c *Conn) inSpan(e trace.Event) trace.Event {
	switch {
	case c.listener != nil:
		e.Span = c.span
	case c.state == synSent:
		e.Span = c.span
	case c.node.net.clock.Current() == nil:
		e.Span = c.outer
	}
	return e
}

// flight prepares a packet of the connection.
func (c *Conn) flight(flags Flags) *flight {
	f := c.node.net.newFlight()
	f.conn, f.Proto, f.Flags, f.Seq = c, ProtoTCP, flags, c.sndNxt
	f.Src, f.SrcPort, f.Dst, f.DstPort = c.local.Addr(), c.local.Port(), c.remote.Addr(), c.remote.Port()
	if f.Window = window; flags&SYN != 0 {
		f.Window = synWindow
	}
	if flags&ACK != 0 {
		f.Ack = c.rcvNxt
	}
	return f
}

// acknowledge sends the third packet of the handshake.
func (c *Conn) acknowledge() {
	c.node.net.launch(c.node, c.flight(ACK), trace.Event{Span: c.span})
}

// reset sends RST.
func (c *Conn) reset() {
	f := c.flight(RST | ACK)
	c.resetOut = true
	c.node.net.launch(c.node, f, c.inSpan(trace.Event{}))
}

// sendReset answers a segment for which there is no connection (RFC 9293
// 3.10.7.1). A filter that rejects with tcp-reset does the same in the name of
// the destination.
func (nd *Node) sendReset(p *Packet) {
	if p.Flags&RST != 0 {
		return
	}
	f := nd.net.newFlight()
	f.Proto, f.Src, f.SrcPort, f.Dst, f.DstPort = ProtoTCP, p.Dst, p.DstPort, p.Src, p.SrcPort
	if p.Flags&ACK != 0 {
		f.Flags, f.Seq = RST, p.Ack
	} else {
		f.Flags, f.Ack = RST|ACK, (&segment{seq: p.Seq, flags: p.Flags, data: p.Payload}).end()
	}
	nd.net.launch(nd, f, trace.Event{})
}

// inOrder returns how long a segment travels: not less than those before it,
// and on a slow link behind them.
func (c *Conn) inOrder(f *flight) time.Duration {
	now := c.node.net.clock.Since()
	at := &c.arrival[f.leg]
	*at = max(now+f.took, *at+f.busy)
	return *at - now
}

// The limits of Linux: net.ipv4.tcp_syn_retries, tcp_synack_retries,
// tcp_retries2, and the tries for a connection its application has left.
const (
	synRetries    = 6
	synAckRetries = 5
	dataRetries   = 15
	orphanRetries = 8
	minRTO        = 200 * time.Millisecond
	maxRTO        = 120 * time.Second
)

// lost notes that a segment, or the ACK for it, has not arrived, and sets the
// retransmission timer. In the case of success there is no timer.
func (c *Conn) lost(seq uint32) {
	s := c.unacked.find(seq)
	if c.state == closed || s == nil {
		return
	}
	s.lost = true
	if !c.armed {
		c.armed = true
		n := c.node.net
		c.pending(1)
		n.clock.Arm(&c.rto, s.sent+c.interval()-n.clock.Since(), c.retransmit)
	}
}

// interval returns the time to wait for an ACK (RFC 6298 5.5: it doubles).
func (c *Conn) interval() time.Duration {
	if c.state == synSent || c.state == synReceived {
		return time.Second << c.tries
	}
	return min(minRTO<<c.tries, maxRTO)
}

func (c *Conn) retries() uint8 {
	switch {
	case c.state == synSent:
		return synRetries
	case c.state == synReceived:
		return synAckRetries
	case c.released:
		return orphanRetries
	}
	return dataRetries
}

// retransmit sends all lost segments again, or gives the connection up.
func (c *Conn) retransmit() {
	c.armed = false
	if !c.idle {
		defer c.node.net.clock.AddWork(-1)
	}
	if c.tries >= c.retries() {
		err := ETIMEDOUT
		if c.soft != "" {
			err = c.soft
		}
		c.die(err)
		c.arrived(0)
	} else {
		c.tries++
		for i := 0; i < c.unacked.len(); i++ {
			if s := &c.unacked.live()[i]; s.lost {
				c.send(s.seq)
			}
		}
		c.changed.Broadcast()
		if c.peer != nil {
			c.peer.changed.Broadcast()
		}
	}
}

// pending counts the retransmission timer as work in progress.
func (c *Conn) pending(n int) {
	if !c.idle {
		c.node.net.clock.AddWork(n)
	}
}

// resend sends lost segments again at once, cut to a path MTU just learnt
// (RFC 8201 5.3).
func (c *Conn) resend() {
	for i := 0; i < c.unacked.len(); i++ {
		if s := &c.unacked.live()[i]; s.lost {
			c.send(s.seq)
		}
	}
	if c.armed {
		c.disarmUnlessLost()
	}
}

func (c *Conn) disarm() {
	if c.armed {
		c.armed = false
		c.rto.Stop()
		c.pending(-1)
	}
}

// acked removes what the peer has received from the retransmission queue and
// does what follows from the ACK of a FIN.
func (c *Conn) acked(upTo uint32) {
	progress := false
	for c.unacked.len() > 0 && int32(c.unacked.first().end()-upTo) <= 0 {
		c.node.net.buffered -= c.unacked.pop()
		progress = true
	}
	if !progress {
		return
	}
	c.tries, c.soft = 0, ""
	if c.armed {
		c.disarmUnlessLost()
	}
	if c.unacked.len() > 0 {
		return
	}
	switch c.state {
	case finWait1:
		if c.state = finWait2; c.released {
			c.linger()
		}
	case closing:
		c.wait()
	case lastAck:
		c.die(nil)
	}
	c.hush()
}

func (c *Conn) disarmUnlessLost() {
	for i := range c.unacked.live() {
		if c.unacked.live()[i].lost {
			return
		}
	}
	c.disarm()
}
