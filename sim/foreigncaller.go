package sim

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// caller is the world's end of a conversation with a real client.
type caller struct {
	w      *World
	id     uint64
	span   *trace.Span
	conn   *vnet.Conn      // tcp
	udp    *vnet.UDPSocket // udp
	remote netip.AddrPort
	fin    bool // the client will send no more
	eof    bool // nor will the server
	ended  bool
}

// errClientGone is the reason of an end that nobody has to be told of.
var errClientGone = errors.New("the client is gone")

// foreignAction does what a real client did.
func (w *World) foreignAction(t *vtime.Task, f *Foreign) error {
	c := w.callers[f.Conn]
	if f.Open != nil {
		var err error
		if c, err = w.openCaller(t, f.Conn, f.Open); err != nil {
			return err
		}
	}
	switch {
	case f.Conn == 0:
		return nil
	case c == nil: // its end crossed with these bytes
		return ErrForeignGone
	}
	outer := w.clock.SetScope(c.span.Scope())
	if len(f.Data) > 0 {
		c.send(f.Data)
	}
	switch {
	case f.End == "reset":
		c.close(errClientGone)
	case f.End == "fin" && c.conn != nil:
		c.fin = true
		c.conn.CloseWrite()
		c.over()
	case f.End == "fin":
		c.close(nil)
	}
	c.quiet(t)
	w.clock.SetScope(outer)
	return nil
}

// openCaller begins a conversation. That the server refuses is not an error
// but an answer.
func (w *World) openCaller(t *vtime.Task, id uint64, r *Reach) (*caller, error) {
	switch {
	case w.callers[id] != nil:
		return nil, fmt.Errorf("foreign: conversation %d is open already", id)
	case len(w.callers) >= maxForeign:
		return nil, errForeignFull
	case w.hostIndex(r.To) < 0:
		return nil, fmt.Errorf("%w: %q", ErrNoHost, r.To)
	}
	from, err := w.host(r.From)
	if err != nil {
		return nil, err
	}
	addr, err := w.firstAddr(r.To)
	if err != nil {
		return nil, err
	}
	c := &caller{w: w, id: id, remote: netip.AddrPortFrom(addr, r.Port)}
	c.span = w.log.Open(trace.Event{Kind: trace.Action, Node: r.From, Peer: r.To, Data: trace.F("real client to " + r.String())})
	defer c.span.Leave()
	w.callers[id] = c
	if r.Proto == "udp" {
		c.udp, err = from.Node.ListenUDP(netip.AddrPort{}, vnet.Owner{Name: "gateway"}, c.datagram)
		if err != nil {
			c.close(err)
		}
		return c, nil
	}
	var done vtime.Signal
	over := false
	c.conn, err = from.Node.OpenTCP(netip.AddrPort{}, c.remote, vnet.Owner{Name: "gateway"}, 0, func(_ *vnet.Conn, err error) {
		if over = true; err != nil {
			c.close(err)
		} else {
			c.conn.OnData(c.read)
		}
		done.Broadcast()
	})
	if err != nil {
		c.close(err)
		return c, nil
	}
	c.conn.SetForeign()
	for !over {
		done.Wait(t)
	}
	c.quiet(t)
	return c, nil
}

// send passes bytes of the client on.
func (c *caller) send(b []byte) {
	var err error
	switch {
	case c.ended:
		return
	case c.udp != nil:
		err = c.udp.SendTo(c.remote, append([]byte(nil), b...))
		var errno vnet.Errno
		if errors.As(err, &errno) { // as a lost datagram: the client sees nothing
			err = nil
		}
	default:
		_, err = c.conn.Write(b)
	}
	if err != nil {
		c.close(err)
	}
}

// read passes on what the server has sent. It runs as a callback.
func (c *caller) read() {
	for !c.ended {
		var buf [16 << 10]byte
		n, err := c.conn.TryRead(buf[:])
		if n > 0 {
			c.tell(Answer{Data: append([]byte(nil), buf[:n]...)})
		}
		switch {
		case err == vnet.EAGAIN:
			return
		case err == io.EOF:
			if !c.eof {
				c.eof = true
				c.tell(Answer{Err: io.EOF})
			}
			c.over()
			return
		case err != nil:
			c.close(err)
		}
	}
}

// over closes a conversation that both sides have ended.
func (c *caller) over() {
	if c.fin && c.eof {
		c.close(nil)
	}
}

// datagram passes an answer on. It runs as a callback.
func (c *caller) datagram(d *vnet.Datagram) {
	if !c.ended && d.Src == c.remote {
		c.tell(Answer{Data: append([]byte(nil), d.Payload...)})
	}
}

func (c *caller) tell(a Answer) {
	if a.Conn = c.id; c.w.answer != nil {
		c.w.answer(a)
	}
}

// close ends the conversation; with an error it is cut off.
func (c *caller) close(err error) {
	if c.ended {
		return
	}
	c.ended = true
	delete(c.w.callers, c.id)
	switch {
	case c.udp != nil:
		c.udp.Close()
	case c.conn == nil:
	case err != nil:
		c.conn.Abort()
	default:
		c.conn.Close()
	}
	out, why := trace.OK, trace.Data(nil)
	if err != nil {
		out, why = trace.Fail, trace.Text(err.Error())
		if err != errClientGone {
			c.tell(Answer{Err: err})
		}
	}
	outer := c.w.clock.Scope()
	c.span.End(out, why)
	c.w.clock.SetScope(outer)
}

// quiet waits until the server waits for the client, or has done so much that
// something else must be the matter.
func (c *caller) quiet(t *vtime.Task) {
	end := c.w.clock.Since() + settleTime
	for c.conn != nil && !c.ended && !c.conn.Quiet() {
		left := end - c.w.clock.Since()
		if left <= 0 || !c.conn.Changed().WaitFor(t, left) {
			return
		}
	}
}
