package vnet

import (
	"net/netip"
	"slices"
	"time"
)

// deliverTCP finds the endpoint for a segment (RFC 9293 3.10.7).
func (nd *Node) deliverTCP(f *flight) {
	var c *Conn
	local, remote := netip.AddrPortFrom(f.Dst, f.DstPort), netip.AddrPortFrom(f.Src, f.SrcPort)
	if f.conn != nil && f.conn.peer != nil && f.conn.peer.is(nd, local, remote) {
		c = f.conn.peer // saves the look-up
	} else {
		c = nd.conns[connKey{local, remote}]
	}
	opening := f.Flags&(SYN|ACK|RST) == SYN
	if c != nil && c.state == timeWait && opening { // RFC 1122 4.2.2.13
		c.die(nil)
		c = nil
	}
	switch {
	case c == nil && nd.probes[connKey{local, remote}] != nil:
		nd.probed(f, connKey{local, remote})
	case c == nil && opening:
		nd.incoming(f, local, remote)
	case c == nil:
		nd.sendReset(&f.Packet)
	case f.Flags&RST != 0:
		c.refused(f.Event)
	default:
		c.receive(f)
	}
}

func (c *Conn) is(nd *Node, local, remote netip.AddrPort) bool {
	return c.node == nd && c.state != closed && c.local == local && c.remote == remote
}

// refused handles RST (RFC 9293 3.10.7.2 to 3.10.7.4).
func (c *Conn) refused(event uint64) {
	switch c.last = event; c.state {
	case synSent:
		c.die(ECONNREFUSED)
	case timeWait: // RFC 1337: it must not shorten TIME-WAIT
	default:
		c.die(ECONNRESET)
		c.arrived(event)
	}
}

// icmp handles an ICMP error about a segment of the connection. While it is
// being opened every error is final, later none is: it only becomes the reason
// if the connection times out (RFC 1122 4.2.3.9, and Linux).
func (c *Conn) icmp(err Errno) {
	if c.state == synSent {
		c.die(err)
	} else if c.state != closed {
		c.soft = err
	}
}

// receive handles a segment for the connection:
//
//  1. In SYN-SENT only SYN ACK counts: it completes the handshake.
//  2. In SYN-RECV an ACK completes it.
//  3. Data and FIN are taken in order; what comes early waits.
//  4. The ACK for them goes back without an event. Only if it would arrive is
//     the segment acknowledged at the sender.
func (c *Conn) receive(f *flight) {
	switch {
	case c.state == synSent:
		if f.Flags&(SYN|ACK) == SYN|ACK {
			c.opened(f)
		}
		return
	case f.Flags&SYN != 0:
		if f.Flags&ACK != 0 { // our ACK was lost
			c.acknowledge()
		}
		return
	case c.state == synReceived:
		if !c.accepted(f) {
			return
		}
	}
	if len(f.Payload) > 0 || f.Flags&FIN != 0 {
		c.data(f)
	}
}

// opened completes the handshake at the dialling end.
func (c *Conn) opened(f *flight) {
	c.rcvNxt, c.peer, c.state, c.last, c.mss = f.Seq+1, f.conn, established, f.Event, f.MSS
	c.acked(f.Ack)
	c.acknowledge()
	c.readable.Broadcast()
	c.settled()
}

// data handles a segment with data or FIN.
func (c *Conn) data(f *flight) {
	if fresh := f.Seq + uint32(len(f.Payload)) - c.rcvNxt; c.released && len(f.Payload) > 0 && int32(fresh) > 0 { // RFC 9293 3.6.1: nobody will read it
		c.reset()
		c.die(nil)
		return
	}
	event := f.Event
	if f.first != 0 {
		event = f.first
	}
	before := c.rcvNxt
	c.take(segment{seq: f.Seq, flags: f.Flags & FIN, data: f.Payload, event: event})
	if f.conn != nil && c.ackArrives(f.Event) {
		f.acked = true
		f.conn.acked(c.rcvNxt)
	}
	if c.rcvNxt != before {
		c.arrived(event)
	}
}

// take puts a segment into the receive buffer if it is the next one, and then
// those that waited for it.
func (c *Conn) take(s segment) {
	switch gap := int32(s.seq - c.rcvNxt); {
	case gap < 0: // received before
		return
	case gap > 0:
		at, found := slices.BinarySearchFunc(c.later, s.seq, func(a segment, seq uint32) int { return int(int32(a.seq - seq)) })
		if !found {
			c.later = slices.Insert(c.later, at, s)
		}
		return
	}
	c.append(&s)
	for len(c.later) > 0 && c.later[0].seq == c.rcvNxt {
		next := c.later[0]
		c.later = c.later[1:]
		c.append(&next)
	}
}

func (c *Conn) append(s *segment) {
	c.rcvNxt = s.end()
	if !c.released {
		c.in.push(s.data, s.event)
		c.node.net.buffered += len(s.data)
	}
	if s.flags&FIN == 0 {
		return
	}
	c.fin, c.last = true, s.event
	switch c.state {
	case established:
		c.state = closeWait
	case finWait1:
		c.state = closing
	case finWait2:
		c.wait()
	}
}

// ackArrives reports whether an ACK sent now for the segment of an event would
// reach the peer.
func (c *Conn) ackArrives(event uint64) bool {
	f := c.flight(ACK)
	ok := f.probe(c.node)
	c.node.net.noteACK(f, event)
	f.release()
	return ok
}

const (
	timeWaitTime = 60 * time.Second // TCP_TIMEWAIT_LEN, and net.ipv4.tcp_fin_timeout
)

// wait enters TIME-WAIT. The connection stays visible, without a timer, until
// it is swept.
func (c *Conn) wait() {
	c.state = timeWait
	c.linger()
}

// linger keeps a connection that its application has left, for a while.
func (c *Conn) linger() {
	nd := c.node
	nd.sweep()
	c.expires = nd.net.clock.Since() + timeWaitTime
	nd.waits = append(nd.waits, c)
	if len(nd.waits) > maxTimeWait {
		nd.waits[0].die(nil)
		nd.waits = nd.waits[1:]
	}
}

// sweep forgets connections whose TIME-WAIT has passed.
func (nd *Node) sweep() {
	now := nd.net.clock.Since()
	for len(nd.waits) > 0 {
		c := nd.waits[0]
		if c.state != closed && c.expires > now {
			// The queue is in the order of entering; one that entered twice
			// is met again at its second place.
			if len(nd.waits) < 2 || nd.waits[1].expires > now {
				return
			}
		} else if c.expires <= now {
			c.die(nil)
		}
		nd.waits = nd.waits[1:]
	}
}
