package vnet

import (
	"net"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// CloseWrite sends FIN: no more will be written (shutdown(SHUT_WR)).
func (c *Conn) CloseWrite() error {
	switch {
	case c.released:
		return net.ErrClosed
	case c.state == established:
		c.state = finWait1
	case c.state == closeWait:
		c.state = lastAck
	default:
		return ENOTCONN
	}
	c.transmit(ACK|FIN, nil, trace.Packet)
	return nil
}

// Close releases the connection. What was written is still delivered; if
// something was left unread, the peer gets RST instead of FIN (RFC 1122
// 4.2.2.13). Closing again only ends a lent task, see [Conn.Lend].
func (c *Conn) Close() error {
	if c.released {
		c.endLent()
		return nil
	}
	if c.secure != nil && c.state != closed {
		c.secure.Close()
	}
	if c.in.bytes > 0 && c.state != closed {
		c.reset()
		c.die(nil)
	} else if c.state == established || c.state == closeWait {
		c.CloseWrite()
	} else if c.state == finWait2 {
		c.linger()
	}
	c.release()
	c.endLent()
	return nil
}

// Abort releases the connection with RST (SO_LINGER 0). Any activity may abort
// a connection another one serves: that one's Read returns net.ErrClosed.
func (c *Conn) Abort() {
	if c.released {
		c.endLent()
		return
	}
	c.dialled = nil
	if c.state != closed && c.state != timeWait {
		if c.state != synSent {
			c.reset()
		}
		c.die(nil)
	}
	c.release()
	c.endLent()
}

// Lend tells the connection that t is lent to a library which serves it on a
// goroutine of its own: when that goroutine closes the connection, the task
// ends and the baton is released, also if somebody else closed or aborted the
// connection before. The goroutine must not touch the world afterwards.
func (c *Conn) Lend(t *vtime.Task) { c.lent = t }

// endLent ends the lent task if it is the one that closes.
func (c *Conn) endLent() {
	if t := c.lent; t != nil && c.node.net.clock.Current() == t {
		c.lent = nil
		t.End()
	}
}

// release is the application's part of closing.
func (c *Conn) release() {
	c.released = true
	c.node.net.buffered -= c.in.bytes
	c.in = chunks{}
	n := c.node.net
	if c.listener != nil && c.span != 0 {
		out, why := trace.OK, trace.Data(nil)
		if err, ok := c.err.(Errno); ok {
			out, why = outcomeOf(err), trace.Text(err)
		}
		n.log.Emit(trace.Event{Kind: trace.End, Span: c.span, Outcome: out, Node: c.node.Name, Data: why})
	}
	c.readable.Broadcast()
	c.changed.Broadcast()
	c.hush()
}
