package vnet

import (
	"net/netip"

	"mxlab/sim/trace"
)

// Listener is a listening TCP socket.
type Listener struct {
	bound
	accept func(*Conn)
	closed bool
}

// ListenTCP binds and listens. accept runs as a callback when a handshake is
// complete, in the scope of the connection's Accept span: what it does and
// starts belongs to that span, which ends when it closes the connection.
// Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES.
func (nd *Node) ListenTCP(local netip.AddrPort, o Owner, accept func(*Conn), opts ...Option) (*Listener, error) {
	all := combine(opts)
	local, err := nd.bind(local, o, all)
	if err != nil {
		return nil, err
	}
	l := &Listener{bound: bound{node: nd, local: local, owner: o, opts: all}, accept: accept}
	if local.Port() == 0 {
		p := nd.ephemeral(func(p uint16) bool { return len(nd.tcp[p]) == 0 })
		l.local = netip.AddrPortFrom(local.Addr(), p)
		if p == 0 {
			return nil, EADDRINUSE
		}
	}
	for _, other := range nd.tcp[l.local.Port()] {
		if l.overlaps(&other.bound) && !l.shares(&other.bound) {
			return nil, EADDRINUSE
		}
	}
	l.id = nd.net.nextID()
	if nd.tcp == nil {
		nd.tcp = make(map[uint16][]*Listener)
	}
	nd.tcp[l.local.Port()] = append(nd.tcp[l.local.Port()], l)
	return l, nil
}

// Local returns the address the listener is bound to.
func (l *Listener) Local() netip.AddrPort { return l.local }

// Close stops listening. Accepted connections stay; those whose handshake is
// not complete are refused.
func (l *Listener) Close() {
	if l.closed {
		return
	}
	l.closed = true
	port := l.local.Port()
	if list := without(l.node.tcp[port], l); len(list) > 0 {
		l.node.tcp[port] = list
	} else {
		delete(l.node.tcp, port)
	}
}

// findListener returns the listener for a connection: one bound to the
// address before a wildcard of the family before a dual-stack one. Sockets
// that share the port take turns by the peer's port.
func (nd *Node) findListener(local, remote netip.AddrPort) *Listener {
	var best []*Listener
	score := 0
	for _, l := range nd.tcp[local.Port()] {
		n := 0
		switch a := l.local.Addr(); {
		case a == local.Addr():
			n = 3
		case l.covers(local.Addr()) && a.Is4() == local.Addr().Is4():
			n = 2
		case l.covers(local.Addr()):
			n = 1
		}
		if n > score {
			best, score = best[:0], n
		}
		if n == score && n > 0 {
			best = append(best, l)
		}
	}
	if len(best) == 0 {
		return nil
	}
	return best[int(remote.Port())%len(best)]
}

// incoming handles a SYN (RFC 9293 3.10.7.2).
func (nd *Node) incoming(f *flight, local, remote netip.AddrPort) {
	l := nd.findListener(local, remote)
	if l == nil {
		nd.sendReset(&f.Packet)
		return
	}
	if nd.sweep(); len(nd.conns) >= maxConns {
		f.fate, f.rule = vanishes, "connection table full"
		nd.net.dropped(f)
		return
	}
	c := nd.newConn(local, remote, l.owner)
	c.listener, c.peer, c.state, c.rcvNxt, c.mss = l, f.conn, synReceived, f.Seq+1, f.MSS
	c.line = lineKind(local.Port(), true)
	c.transmit(SYN|ACK, nil, trace.Packet)
}

// accepted completes the handshake at the accepting end and hands the
// connection to the application.
func (c *Conn) accepted(f *flight) bool {
	if f.Flags&ACK == 0 || f.Ack != c.sndNxt {
		return false
	}
	c.state = established
	c.acked(f.Ack)
	if c.listener.closed {
		c.reset()
		c.die(nil)
		return false
	}
	n := c.node.net
	span := n.log.Open(trace.Event{Kind: trace.Accept, Outcome: trace.OK, Node: c.node.Name, Peer: n.nameOf(c.remote.Addr()),
		Data: &Peer{Local: c.local, Remote: c.remote}})
	c.span = span.ID()
	if c.listener.accept != nil {
		c.listener.accept(c)
	}
	span.Leave()
	return c.state != closed
}
