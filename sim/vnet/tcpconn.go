package vnet

import (
	"bytes"
	"cmp"
	"net"
	"net/netip"
	"slices"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// tcpState is a state of RFC 9293 3.3.2.
type tcpState uint8

const (
	synSent tcpState = iota
	synReceived
	established
	finWait1
	finWait2
	closeWait
	closing
	lastAck
	timeWait
	closed
)

var stateNames = [...]string{"SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",
	"LAST-ACK", "TIME-WAIT", "CLOSED"}

// String returns the name that ss prints.
func (s tcpState) String() string { return stateNames[s] }

const (
	maxSegment = 64000 // bytes of one segment event; a capture shows it as an offloaded one
	window     = 502   // scaled by 7, as Linux announces it
	synWindow  = 64240
)

type connKey struct{ local, remote netip.AddrPort }

// Conn is an endpoint of a TCP connection. It implements net.Conn.
//
// Write never waits. What a peer has closed is noticed as in reality: the
// write succeeds, and the RST arrives a round trip later.
type Conn struct {
	id       uint64
	node     *Node
	local    netip.AddrPort
	remote   netip.AddrPort
	ends     *ends // local and remote, once an ACK has been noted
	owner    Owner
	listener *Listener // nil at the dialling end
	peer     *Conn     // the other endpoint, learnt from its segments
	state    tcpState
	line     trace.Kind // of the events of writes, by port
	mark     trace.Kind // the same, set by Mark
	span     uint64     // Connect or Accept
	outer    uint64     // the dialling end: the span for which it dialled

	mss            uint16 // the peer's
	sndNxt, rcvNxt uint32
	unacked        segments
	arrival        [maxLegs]time.Duration // of the last segment sent, at each NAT on the way and the peer
	rto            vtime.Timer
	armed          bool
	tries          uint8
	soft           Errno // what ICMP said of an established connection

	in       chunks
	later    []segment // arrived out of order, by sequence number
	fin      bool      // the peer's FIN has arrived
	err      error     // why the connection is dead
	told     bool      // err has been returned once
	last     uint64    // event of the SYN ACK, FIN, RST or ICMP error that changed the state
	released bool      // by Close or Abort
	resetOut bool      // an RST of this end is on its way
	reading  int       // tasks parked in Read
	foreign  bool      // see SetForeign
	secure   *secure   // the TLS layer, if any
	readable vtime.Signal
	changed  vtime.Signal
	deadline time.Duration // 0: none
	onData   func()
	dialled  func() // OpenTCP: runs when the attempt has ended
	lent     *vtime.Task
	idle     bool          // see Background
	expires  time.Duration // of TIME-WAIT
}

var _ net.Conn = (*Conn)(nil)

func (nd *Node) newConn(local, remote netip.AddrPort, o Owner) *Conn {
	n := nd.net
	if n.isn == nil {
		n.isn = n.clock.Rand("vnet isn")
	}
	c := &Conn{id: n.nextID(), node: nd, local: local, remote: remote, owner: o, sndNxt: n.isn.Uint32()}
	if nd.conns == nil {
		nd.conns = make(map[connKey]*Conn)
	}
	nd.conns[connKey{local, remote}] = c
	return c
}

// sortedConns returns the node's connections in the order they were made.
func (nd *Node) sortedConns() []*Conn {
	list := make([]*Conn, 0, len(nd.conns))
	for _, c := range nd.conns {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *Conn) int { return cmp.Compare(a.id, b.id) })
	return list
}

// Local returns the address of this end.
func (c *Conn) Local() netip.AddrPort { return c.local }

// Remote returns the address of the peer.
func (c *Conn) Remote() netip.AddrPort { return c.remote }

// LocalAddr returns Local as a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr returns Remote as a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// Node returns the node of this end.
func (c *Conn) Node() *Node { return c.node }

// Span returns the span of this end: Connect where it was dialled, Accept
// where it was accepted.
func (c *Conn) Span() uint64 { return c.span }

// SetOwner changes the process the connection belongs to, after a fork.
func (c *Conn) SetOwner(o Owner) { c.owner = o }

// Mark sets the kind of the events of the following writes; trace.None goes
// back to the kind the port implies.
func (c *Conn) Mark(kind trace.Kind) { c.mark = kind }

// Background says that nobody waits for this connection to go on, as for a
// terminal session that sits at its prompt: sending again on it does not count
// as work in progress (vtime.Clock.Work).
func (c *Conn) Background() {
	if c.armed && !c.idle {
		c.node.net.clock.AddWork(-1)
	}
	c.idle = true
}

// Tries returns how often what the peer has not acknowledged was sent again, 0
// when nothing is outstanding. Changed is broadcast when it grows.
func (c *Conn) Tries() int { return int(c.tries) }

// PeerTries returns the Tries of the other end. No stack knows that; it is for
// those who watch, as a user watches a screen on which nothing moves. Changed
// is broadcast when it grows.
func (c *Conn) PeerTries() int {
	if c.peer == nil {
		return 0
	}
	return c.peer.Tries()
}

// Changed returns a signal that is broadcast when data, FIN or RST have
// arrived and when the connection has become quiet.
func (c *Conn) Changed() *vtime.Signal { return &c.changed }

// Buffered returns how many bytes have arrived and were not read.
func (c *Conn) Buffered() int { return c.in.bytes }

// Quiet reports that nothing is on its way or unread in either direction and
// that the peer's end waits in Read, or is closed: nobody will speak before
// somebody at this end does.
func (c *Conn) Quiet() bool {
	if c.in.bytes > 0 || c.unacked.len() > 0 {
		return false
	}
	p := c.peer
	return p == nil || c.state == closed || !p.resetOut && (c.fin || p.waits())
}

// waits reports that this end has nothing to do until its peer speaks.
func (c *Conn) waits() bool {
	return c.in.bytes == 0 && c.unacked.len() == 0 && (c.reading > 0 || c.onData != nil || c.released || c.state == closed)
}

// hush tells the peer's observers when the connection has become quiet.
func (c *Conn) hush() {
	if p := c.peer; p != nil && p.changed.Waiting() > 0 && p.Quiet() {
		p.changed.Broadcast()
	}
}

// Write sends b and never waits. Errors: net.ErrClosed, EPIPE, ECONNRESET,
// ETIMEDOUT; ENOBUFS when the peer has left too much unread, which aborts the
// connection.
func (c *Conn) Write(b []byte) (int, error) {
	if c.secure != nil && !c.released {
		return c.secure.Write(b)
	}
	return c.writePlain(b)
}

func (c *Conn) writePlain(b []byte) (int, error) {
	switch {
	case c.released:
		return 0, net.ErrClosed
	case c.err != nil:
		return 0, c.failure(EPIPE)
	case c.state != established && c.state != closeWait:
		return 0, EPIPE
	}
	n := c.node.net
	unread := c.unacked.bytes
	if c.peer != nil {
		unread += c.peer.in.bytes
	}
	if unread+len(b) > maxConnBuffer || n.buffered+len(b) > maxNetBuffer {
		c.reset()
		c.die(ENOBUFS)
		return 0, c.failure(EPIPE)
	}
	kind := cmp.Or(c.mark, c.line)
	for data := bytes.Clone(b); len(data) > 0; {
		k := min(len(data), maxSegment)
		c.transmit(ACK|PSH, data[:k:k], kind)
		data = data[k:]
	}
	return len(b), nil
}

// failure returns why the connection died, and after the first time what the
// socket call says of a dead connection.
func (c *Conn) failure(after error) error {
	if c.told {
		return after
	}
	c.told = true
	return c.err
}

func outcomeOf(err Errno) trace.Outcome {
	switch err {
	case ETIMEDOUT:
		return trace.Timeout
	case ECONNREFUSED, ECONNRESET, ENETUNREACH, EHOSTUNREACH, EACCES:
		return trace.Refused
	}
	return trace.Fail
}

// die ends the connection at this end, with nothing sent. Data that has
// arrived can still be read, then comes err.
func (c *Conn) die(err error) {
	if c.state == closed {
		return
	}
	c.state, c.err = closed, err
	if err == nil {
		c.err, c.told = net.ErrClosed, true
	}
	c.disarm()
	n := c.node.net
	n.buffered -= c.unacked.bytes
	c.unacked, c.later = segments{}, nil
	if key := (connKey{c.local, c.remote}); c.node.conns[key] == c {
		delete(c.node.conns, key)
	}
	c.readable.Broadcast()
	c.changed.Broadcast()
	c.hush()
	c.settled()
}

// settled tells the caller of OpenTCP that the attempt has ended.
func (c *Conn) settled() {
	if fn := c.dialled; fn != nil {
		c.dialled = nil
		fn()
	}
}
