package userland

import (
	"fmt"
	"net/netip"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// probeMethod is the kind of packet with which a path is explored.
type probeMethod uint8

const (
	probeUDP  probeMethod = iota // to ports where nobody listens
	probeICMP                    // echo requests
	probeTCP                     // SYNs to one port
)

// prober sends packets with a small time to live and notes who answers: what
// traceroute, tracepath and mtr have in common.
type prober struct {
	p       *host.Proc
	dst     netip.Addr
	src     netip.Addr // zero: chosen by the route
	method  probeMethod
	port    uint16
	size    int // bytes of data; TCP has none
	pathMTU vnet.Discovery
	wait    time.Duration // how long an echo request is waited for
	changed vtime.Signal
	open    []func() // ends what still waits
}

// probeAnswer is a probe and what came back.
type probeAnswer struct {
	ttl        int
	sent, took time.Duration
	answered   bool
	from       netip.Addr
	backTTL    uint8  // of the answer on arrival
	mark       string // "!H" ..., as traceroute prints it
	final      bool   // the way ends here
	mtu        int    // the packet was too large for the next link
}

// send sends one probe. Errors are those of the host itself.
func (x *prober) send(ttl int) (*probeAnswer, error) {
	a := &probeAnswer{ttl: ttl, sent: x.p.Host.Clock.Since()}
	switch x.method {
	case probeICMP:
		x.echo(a)
		return a, nil
	case probeTCP:
		probe, err := x.p.Host.Node.ProbeSYN(x.src, netip.AddrPortFrom(x.dst, x.port), uint8(ttl), func(r vnet.SYNReply) {
			if r.Err == nil {
				x.reached(a, r.From, r.TTL)
			} else {
				x.failed(a, vnet.ICMPError{From: r.From, Type: r.Type, Code: r.Code, MTU: r.MTU})
			}
		})
		if err == nil {
			x.open = append(x.open, probe.Close)
		}
		return a, err
	}
	local := x.src
	if !local.IsValid() {
		local = anyAddr(x.dst)
	}
	sock, err := x.p.Host.Node.ListenUDP(netip.AddrPortFrom(local, 0), socketOwner(x.p), func(d *vnet.Datagram) { x.reached(a, d.Src.Addr(), d.TTL) })
	if err != nil {
		return a, err
	}
	x.open = append(x.open, sock.Close)
	sock.SetTTL(uint8(ttl))
	sock.SetPathMTU(x.pathMTU)
	sock.OnICMP(func(e vnet.ICMPError) { x.failed(a, e) })
	return a, sock.SendTo(netip.AddrPortFrom(x.dst, x.port), make([]byte, max(x.size, 0)))
}

// echo sends an echo request; a task waits for the reply.
func (x *prober) echo(a *probeAnswer) {
	size := x.size
	if size <= 0 {
		size = -1
	}
	task := x.p.Host.Clock.Go("probe", func(t *vtime.Task) {
		r := x.p.Host.Node.Echo(t, x.dst, vnet.EchoOptions{Src: x.src, TTL: uint8(a.ttl), Size: size, Timeout: x.wait, PathMTU: x.pathMTU})
		switch {
		case r.Err == nil:
			x.reached(a, r.From, r.TTL)
		case r.From.IsValid():
			x.failed(a, vnet.ICMPError{From: r.From, Type: r.Type, Code: r.Code, MTU: r.MTU})
		}
	})
	x.open = append(x.open, func() { task.Kill(nil) })
}

// reached notes that the destination itself has answered.
func (x *prober) reached(a *probeAnswer, from netip.Addr, ttl uint8) {
	if !a.answered {
		a.answered, a.final, a.from, a.backTTL, a.took = true, true, from, ttl, x.p.Host.Clock.Since()-a.sent
		x.changed.Broadcast()
	}
}

// failed notes an ICMP error.
func (x *prober) failed(a *probeAnswer, e vnet.ICMPError) {
	if a.answered {
		return
	}
	a.answered, a.from, a.backTTL, a.mtu, a.took = true, e.From, e.TTL, e.MTU, x.p.Host.Clock.Since()-a.sent
	a.mark, a.final = probeMark(e, x.dst.Is6())
	x.changed.Broadcast()
}

// probeMark is the note behind a time, and whether the way ends there.
func probeMark(e vnet.ICMPError, v6 bool) (string, bool) {
	if v6 {
		switch {
		case e.Type == 3:
			return "", false
		case e.Type == 2:
			return fmt.Sprintf("!F-%d", e.MTU), true
		case e.Code == 4:
			return "", true
		case e.Code == 0:
			return "!N", true
		case e.Code == 1:
			return "!X", true
		}
		return "!H", true
	}
	switch {
	case e.Type == 11:
		return "", false
	case e.Code == 3:
		return "", true
	case e.Code == 4:
		return fmt.Sprintf("!F-%d", e.MTU), true
	}
	names := map[uint8]string{0: "!N", 1: "!H", 2: "!P", 5: "!S", 9: "!X", 10: "!X", 13: "!X", 14: "!V", 15: "!C"}
	if m, ok := names[e.Code]; ok {
		return m, true
	}
	return fmt.Sprintf("!<%d>", e.Code), true
}

// await waits until all probes are answered, but no longer than d.
func (x *prober) await(list []*probeAnswer, d time.Duration) {
	clock := x.p.Host.Clock
	for end := clock.Since() + d; ; {
		open := false
		for _, a := range list {
			open = open || !a.answered
		}
		left := end - clock.Since()
		if !open || left <= 0 || !x.changed.WaitFor(x.p.Task, left) {
			return
		}
	}
}

// close ends all that still waits for answers.
func (x *prober) close() {
	for _, fn := range x.open {
		fn()
	}
	x.open = nil
}

// name is who answered, looked up unless numeric; both adds the address.
func (x *prober) name(a netip.Addr, numeric, both bool) string {
	if numeric {
		return a.String()
	}
	name, err := x.p.Host.LookupName(x.p.Task, a)
	if err != nil {
		name = a.String()
	}
	if both {
		return fmt.Sprintf("%s (%s)", name, a)
	}
	return name
}
