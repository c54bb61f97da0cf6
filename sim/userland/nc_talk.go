package userland

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// talk copies standard input to the connection and the connection to standard
// output. It goes on after the end of standard input until the peer closes
// (-q: only so long), and after the peer has closed until more input comes.
func (n *netcat) talk(c *vnet.Conn) {
	if tty := n.p.Stdin.TTY(); tty != nil && !n.noInput {
		n.talkTerminal(c)
		return
	}
	var in *host.Input
	if !n.noInput {
		in = host.StartInput(n.p, c.Changed())
		defer in.Stop()
	}
	clock := n.p.Host.Clock
	ended, expired := n.noInput, false
	last := clock.Since()
	for {
		open, got := n.show(c)
		if got {
			last = clock.Since()
		}
		if in != nil {
			if b := in.Take(); len(b) > 0 {
				n.p.Step(1 + len(b)/64)
				n.send(c, b)
				last = clock.Since()
				if !open {
					return
				}
				continue
			}
			if in.Ended() && !ended {
				ended = true
				if n.shutdown {
					c.CloseWrite()
				}
				if n.quit > 0 {
					t := clock.After(time.Duration(n.quit)*time.Second, func() { expired = true; c.Changed().Broadcast() })
					defer t.Stop()
				}
			}
		}
		if !open && (ended || n.listen) || expired {
			return
		}
		if !n.sleep(c.Changed(), last) {
			return
		}
	}
}

// sleep waits for a change; false when -w has passed without one.
func (n *netcat) sleep(s *vtime.Signal, last time.Duration) bool {
	if n.timeout == 0 {
		s.Wait(n.p.Task)
		return true
	}
	left := last + n.timeout - n.p.Host.Clock.Since()
	return left > 0 && s.WaitFor(n.p.Task, left)
}

// show prints what has arrived. It reports whether the peer may send more, and
// whether there was something.
func (n *netcat) show(c *vnet.Conn) (open, got bool) {
	buf := make([]byte, 4096)
	for {
		n.p.Step(1)
		m, err := c.TryRead(buf)
		if m > 0 {
			got = true
			n.p.Stdout.Write(buf[:m])
		}
		if err != nil {
			return err == vnet.EAGAIN, got
		}
	}
}

func (n *netcat) send(c *vnet.Conn, b []byte) {
	if n.crlf {
		b = bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
	}
	c.Write(b)
}

func (n *netcat) talkTerminal(c *vnet.Conn) {
	tty := n.p.Stdin.TTY()
	ended := false
	for {
		open, _ := n.show(c)
		if !open && (ended || n.listen) {
			return
		}
		if ended {
			c.Changed().Wait(n.p.Task)
			continue
		}
		quiet := func() bool { return !open || c.Quiet() }
		line, typed, err := tty.Await(n.p.Task, "", c.Changed(), quiet)
		switch {
		case err != nil:
			ended = true
			if n.shutdown {
				c.CloseWrite()
			}
		case typed && !open:
			return
		case typed:
			n.send(c, []byte(line+"\n"))
		}
	}
}

// dialUDP talks over UDP. With -z or -v a few bytes are sent first; a port
// unreachable in the next seconds means that nobody is there.
func (n *netcat) dialUDP(target string, remote netip.AddrPort) bool {
	d, err := openUDP(n.p, n.local(remote.Addr()), remote)
	if err != nil {
		if n.verbose {
			n.complain("connect to %s port %d (udp) failed: %s", n.shown(target, remote.Addr()), remote.Port(), systemText(err))
		}
		return false
	}
	defer d.close()
	if n.scan || n.verbose {
		d.send([]byte("X"))
		d.send([]byte("X"))
		tries := 3
		if n.timeout > 0 {
			tries = int(n.timeout / time.Second)
		}
		for range min(tries, 1000) {
			n.p.Task.Sleep(time.Second)
			if d.err != nil {
				return false
			}
			d.send([]byte("X"))
		}
		n.succeeded(target, remote)
	}
	if !n.scan {
		n.talkUDP(d)
	}
	return true
}

func (n *netcat) talkUDP(d *dnsPort) {
	in := host.StartInput(n.p, &d.signal)
	defer in.Stop()
	last := n.p.Host.Clock.Since()
	for {
		n.p.Step(1)
		for _, m := range d.queue {
			n.p.Stdout.Write(m.Payload)
			last = n.p.Host.Clock.Since()
		}
		d.queue = nil
		if d.err != nil {
			return
		}
		if b := in.Take(); len(b) > 0 {
			d.send(b)
			last = n.p.Host.Clock.Since()
			continue
		}
		if in.Ended() && n.quit >= 0 || !n.sleep(&d.signal, last) {
			return
		}
	}
}

// serve waits for connections on a port (-l).
func (n *netcat) serve(target, port string) int {
	a := netip.IPv4Unspecified()
	if n.family == host.IPv6 {
		a = netip.IPv6Unspecified()
	}
	if target != "" {
		a = n.resolve(target, port)[0]
	}
	number, ok := servicePort(n.p.Host, port, n.proto())
	if !ok {
		if _, err := strconv.Atoi(port); err == nil {
			n.fail("port number too large: %s", port)
		}
		n.fail("getaddrinfo: Servname not supported for ai_socktype")
	}
	if n.udp {
		return n.serveUDP(netip.AddrPortFrom(a, number))
	}
	var waiting []*vnet.Conn
	var arrived vtime.Signal
	l, err := n.p.Host.Node.ListenTCP(netip.AddrPortFrom(a, number), socketOwner(n.p), func(c *vnet.Conn) {
		waiting = append(waiting, c)
		arrived.Broadcast()
	})
	if err != nil {
		n.fail("%s", systemText(err))
	}
	defer l.Close()
	if n.verbose {
		fmt.Fprintf(n.p.Stderr, "Listening on %s %d\n", n.peerName(a), number)
	}
	for {
		for len(waiting) == 0 {
			n.linger(&arrived)
		}
		c := waiting[0]
		waiting = waiting[1:]
		if n.verbose {
			fmt.Fprintf(n.p.Stderr, "Connection received on %s %d\n", n.peerName(c.Remote().Addr()), c.Remote().Port())
		}
		if !n.keep {
			l.Close()
		}
		n.talk(c)
		c.Close()
		if !n.keep {
			return 0
		}
	}
}

// linger waits for a peer; to the user the terminal is free meanwhile.
func (n *netcat) linger(s *vtime.Signal) {
	if n.p.TTY != nil {
		n.p.TTY.Linger(n.p.Task, s)
		return
	}
	s.Wait(n.p.Task)
}

func (n *netcat) peerName(a netip.Addr) string {
	if !n.numeric && !a.IsUnspecified() {
		if name, err := n.p.Host.LookupName(n.p.Task, a); err == nil {
			return name
		}
	}
	return a.String()
}

// serveUDP prints the datagrams of the first peer.
func (n *netcat) serveUDP(local netip.AddrPort) int {
	var queue []*vnet.Datagram
	var arrived vtime.Signal
	sock, err := n.p.Host.Node.ListenUDP(local, socketOwner(n.p), func(d *vnet.Datagram) {
		if len(queue) < 64 {
			queue = append(queue, d)
			arrived.Broadcast()
		}
	})
	if err != nil {
		n.fail("%s", systemText(err))
	}
	defer sock.Close()
	if n.verbose {
		fmt.Fprintf(n.p.Stderr, "Bound on %s %d\n", n.peerName(local.Addr()), local.Port())
	}
	var peer netip.AddrPort
	in := host.StartInput(n.p, &arrived)
	defer in.Stop()
	for {
		n.p.Step(1)
		for _, d := range queue {
			if !peer.IsValid() {
				peer = d.Src
				if n.verbose {
					fmt.Fprintf(n.p.Stderr, "Connection received on %s %d\n", n.peerName(peer.Addr()), peer.Port())
				}
			}
			if d.Src == peer {
				n.p.Stdout.Write(d.Payload)
			}
		}
		queue = nil
		if peer.IsValid() {
			if b := in.Take(); len(b) > 0 {
				sock.SendTo(peer, b)
			}
		}
		n.linger(&arrived)
	}
}
