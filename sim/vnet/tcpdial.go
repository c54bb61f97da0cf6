package vnet

import (
	"net/netip"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Peer is the payload of Connect and Accept events: who is connected with whom.
type Peer struct{ Local, Remote netip.AddrPort }

// Label is the remote address and port.
func (p *Peer) Label() string { return "TCP " + p.Remote.String() }

// Fields are both addresses.
func (p *Peer) Fields() []trace.Field {
	return []trace.Field{{Name: "local", Value: p.Local.String()}, {Name: "remote", Value: p.Remote.String()}}
}

// DialTCP opens a connection and waits until it is established. A zero local
// address is chosen by the route, a zero port drawn. With a timeout of 0 only
// the stack's own applies: the SYN is sent again after 1, 3, 7, 15, 31 and
// 63 s, and the call fails after 127 s. Errors are Errnos: ECONNREFUSED,
// ETIMEDOUT, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EADDRINUSE ...
//
// The attempt is a span of kind Connect, which ends when its result is known.
func (nd *Node) DialTCP(t *vtime.Task, local, remote netip.AddrPort, o Owner, timeout time.Duration) (*Conn, error) {
	n := nd.net
	c, span, err := nd.begin(local, remote, o)
	if err != nil {
		return nil, err
	}
	defer func() { // the task was killed
		if c.state == synSent {
			c.die(nil)
			span.End(trace.Fail, trace.Text("interrupted"))
		}
	}()
	end := n.clock.Since() + timeout
	for c.state == synSent {
		if timeout <= 0 {
			c.readable.Wait(t)
		} else if !c.readable.WaitFor(t, end-n.clock.Since()) && c.state == synSent {
			c.die(ETIMEDOUT)
		}
	}
	if err := c.dialResult(span); err != nil {
		return nil, err
	}
	return c, nil
}

// OpenTCP is DialTCP for code without a task: it returns at once, and done
// runs as a callback, in the caller's scope, when the result is known. Errors
// of the host itself (no route, no port) are returned at once, and done does
// not run; nor does it after Abort of the returned connection.
func (nd *Node) OpenTCP(local, remote netip.AddrPort, o Owner, timeout time.Duration, done func(*Conn, error)) (*Conn, error) {
	n := nd.net
	c, span, err := nd.begin(local, remote, o)
	if err != nil {
		return nil, err
	}
	var late *vtime.Timer
	c.dialled = func() {
		late.Stop()
		if err := c.dialResult(span); err != nil {
			done(nil, err)
		} else {
			done(c, nil)
		}
	}
	span.Leave()
	if timeout > 0 {
		late = n.clock.After(timeout, func() { c.die(ETIMEDOUT) })
	}
	return c, nil
}

// begin opens the Connect span and sends the first SYN.
func (nd *Node) begin(local, remote netip.AddrPort, o Owner) (*Conn, *trace.Span, error) {
	n := nd.net
	remote = canonical(remote)
	outer := n.clock.Scope().Span
	peer := &Peer{Local: local, Remote: remote}
	c, err := nd.dial(local, remote, o)
	if err == nil {
		peer.Local = c.local
	}
	span := n.log.Open(trace.Event{Kind: trace.Connect, Node: nd.Name, Peer: n.nameOf(remote.Addr()), Data: peer})
	if err != nil {
		return nil, nil, ended(span, err)
	}
	c.span, c.outer = span.ID(), outer
	c.transmit(SYN, nil, trace.Packet)
	return c, span, nil
}

// dialResult ends the Connect span.
func (c *Conn) dialResult(span *trace.Span) error {
	c.because(c.last)
	if c.err != nil {
		return ended(span, c.err)
	}
	span.End(trace.OK, nil)
	return nil
}

func ended(span *trace.Span, err error) error {
	out, why := trace.Fail, trace.Data(nil)
	if e, ok := err.(Errno); ok {
		out, why = outcomeOf(e), trace.Text(e)
	}
	span.End(out, why)
	return err
}

// dial makes the endpoint of a connection to be opened.
func (nd *Node) dial(local, remote netip.AddrPort, o Owner) (*Conn, error) {
	if remote.Addr().IsUnspecified() { // Linux takes it for the host itself
		lo := nd.lo.addrs[0].Addr()
		if remote.Addr().Is6() {
			lo = nd.lo.addrs[1].Addr()
		}
		remote = netip.AddrPortFrom(lo, remote.Port())
	}
	src, err := nd.SourceFor(remote.Addr())
	if a := local.Addr().Unmap(); a.IsValid() && !a.IsUnspecified() {
		if !nd.Local(a) {
			return nil, EADDRNOTAVAIL
		}
		src = a
	}
	switch {
	case nd.down:
		return nil, ENETDOWN
	case err != nil:
		return nil, err
	case src.Is4() != remote.Addr().Is4():
		return nil, EINVAL
	}
	nd.sweep()
	if len(nd.conns) >= maxConns {
		return nil, EADDRNOTAVAIL
	}
	free := func(p uint16) bool {
		at := netip.AddrPortFrom(src, p)
		return nd.conns[connKey{at, remote}] == nil && len(nd.tcp[p]) == 0 && at != remote
	}
	port := local.Port()
	if port == 0 {
		if port = nd.ephemeral(free); port == 0 {
			return nil, EADDRNOTAVAIL
		}
	} else if nd.conns[connKey{netip.AddrPortFrom(src, port), remote}] != nil {
		return nil, EADDRINUSE
	}
	c := nd.newConn(netip.AddrPortFrom(src, port), remote, o)
	c.line = lineKind(remote.Port(), false)
	return c, nil
}
