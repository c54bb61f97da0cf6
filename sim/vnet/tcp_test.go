package vnet_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// at is a hook that gives a verdict at one point to TCP to a port, and passes
// the rest.
func at(point vnet.Point, port uint16, v vnet.Verdict) vnet.Hook {
	return func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
		if at == point && p.DstPort == port {
			return v
		}
		return vnet.Verdict{}
	}
}

func TestDialOutcomes(t *testing.T) {
	drop := vnet.Verdict{Action: vnet.Drop, Rule: "test"}
	reject := func(with vnet.RejectWith) vnet.Verdict {
		return vnet.Verdict{Action: vnet.Reject, With: with, Rule: "test"}
	}
	ms := time.Millisecond
	tests := []struct {
		name    string
		to      string
		timeout time.Duration
		prepare func(*lab)
		err     error
		took    time.Duration
	}{
		{"established", srv4 + ":25", 0, nil, nil, 24 * ms},
		{"established over IPv6", "[" + srv6 + "]:25", 0, nil, nil, 24 * ms},
		{"mapped address", "[::ffff:" + srv4 + "]:25", 0, nil, nil, 24 * ms},
		{"no listener", srv4 + ":26", 0, nil, vnet.ECONNREFUSED, 24 * ms},
		{"no listener, IPv6", "[" + srv6 + "]:26", 0, nil, vnet.ECONNREFUSED, 24 * ms},
		{"dropped by the server", srv4 + ":25", 0, func(l *lab) { l.srv.SetHook(at(vnet.Input, 25, drop)) }, vnet.ETIMEDOUT, 127 * time.Second},
		{"dropped by a router", srv4 + ":25", 0, func(l *lab) { l.r1.SetHook(at(vnet.Forward, 25, drop)) }, vnet.ETIMEDOUT, 127 * time.Second},
		{"dropped by the sender", srv4 + ":25", 0, func(l *lab) { l.pc.SetHook(at(vnet.Output, 25, drop)) }, vnet.ETIMEDOUT, 127 * time.Second},
		{"dial time-out", srv4 + ":25", 30 * time.Second, func(l *lab) { l.srv.SetHook(at(vnet.Input, 25, drop)) }, vnet.ETIMEDOUT, 30 * time.Second},
		{"rejected with reset", srv4 + ":25", 0, func(l *lab) { l.srv.SetHook(at(vnet.Input, 25, reject(vnet.TCPReset))) }, vnet.ECONNREFUSED, 24 * ms},
		{"rejected with reset by a router", srv4 + ":25", 0, func(l *lab) { l.r1.SetHook(at(vnet.Forward, 25, reject(vnet.TCPReset))) }, vnet.ECONNREFUSED, 2 * ms},
		{"rejected", srv4 + ":25", 0, func(l *lab) { l.srv.SetHook(at(vnet.Input, 25, reject(vnet.PortUnreachable))) }, vnet.ECONNREFUSED, 24 * ms},
		{"rejected by the sender", srv4 + ":25", 0, func(l *lab) { l.pc.SetHook(at(vnet.Output, 25, reject(vnet.PortUnreachable))) }, vnet.ECONNREFUSED, 0},
		{"admin prohibited", srv4 + ":25", 0, func(l *lab) { l.r2.SetHook(at(vnet.Forward, 25, reject(vnet.AdminProhibited))) }, vnet.EHOSTUNREACH, 22 * ms},
		{"admin prohibited, IPv6", "[" + srv6 + "]:25", 0, func(l *lab) { l.r2.SetHook(at(vnet.Forward, 25, reject(vnet.AdminProhibited))) }, vnet.EACCES, 22 * ms},
		{"net prohibited", srv4 + ":25", 0, func(l *lab) { l.r2.SetHook(at(vnet.Forward, 25, reject(vnet.NetProhibited))) }, vnet.ENETUNREACH, 22 * ms},
		{"no such host on the far LAN", "198.51.100.77:25", 0, nil, vnet.EHOSTUNREACH, 3*time.Second + 22*ms},
		{"no such host on the own LAN", "192.0.2.77:25", 0, nil, vnet.EHOSTUNREACH, 3 * time.Second},
		{"server powered off", srv4 + ":25", 0, func(l *lab) { l.srv.Down() }, vnet.EHOSTUNREACH, 3*time.Second + 22*ms},
		{"link cut", srv4 + ":25", 0, func(l *lab) { l.lan2.SetDown(true) }, vnet.EHOSTUNREACH, 3*time.Second + 22*ms},
		{"no route in the core", "203.0.113.1:25", 0, nil, vnet.ENETUNREACH, 2 * ms},
		{"no route at home", srv4 + ":25", 0, func(l *lab) {
			l.pc.DelRoute(vnet.Route{Dst: netip.MustParsePrefix("0.0.0.0/0")})
		}, vnet.ENETUNREACH, 0},
		{"routing loop", "203.0.113.1:25", 0, func(l *lab) {
			l.r1.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("203.0.113.0/24"), Via: addr("198.18.0.2")})
			l.r2.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("203.0.113.0/24"), Via: addr("198.18.0.1")})
		}, vnet.EHOSTUNREACH, 0},
		{"loopback", "127.0.0.1:25", 0, nil, vnet.ECONNREFUSED, 30 * time.Microsecond},
		{"answers cannot come back", srv4 + ":25", 0, func(l *lab) {
			l.r2.SetHook(func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
				if p.SrcPort == 25 {
					return drop
				}
				return vnet.Verdict{}
			})
		}, vnet.ETIMEDOUT, 127 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			l.serve(t, "[::]:25", echoLines)
			if test.prepare != nil {
				test.prepare(l)
			}
			l.do(t, func(op *vtime.Task) {
				began := l.clock.Since()
				c, err := l.pc.DialTCP(op, netip.AddrPort{}, ap(test.to), vnet.Owner{}, test.timeout)
				took := l.clock.Since() - began
				if err != test.err && !errors.Is(err, test.err) {
					t.Errorf("got %v, want %v", err, test.err)
				}
				if test.took != 0 && took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				if c != nil {
					c.Close()
				}
				if !op.Settle(time.Hour) {
					t.Error("work is left")
				}
				for _, s := range l.pc.Sockets() {
					if s.State == "SYN-SENT" {
						t.Errorf("left behind: %+v", s)
					}
				}
			})
		})
	}
}

func TestConversationTrace(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", func(_ *vtime.Task, c *vnet.Conn) {
		fmt.Fprint(c, "220 srv ESMTP\r\n")
		if line, _ := bufio.NewReader(c).ReadString('\n'); line == "QUIT\r\n" {
			l.log.Emit(trace.Event{Kind: trace.LogLine, Node: "srv", Data: trace.Text("quit")})
			fmt.Fprint(c, "221 Bye\r\n")
		}
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		r := bufio.NewReader(c)
		r.ReadString('\n')
		fmt.Fprint(c, "QUIT\r\n")
		r.ReadString('\n')
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("got %v, want EOF", err)
		}
		c.Close()
		op.Settle(time.Minute)
	})
	var got []string
	l.log.After(0, func(e *trace.Event) bool {
		got = append(got, fmt.Sprintf("%d %v %d<%d %s %s %s>%s %s", e.Seq, e.At, e.Span, e.Cause, e.Kind, e.Outcome, e.Node, e.Peer, e.Label()))
		return true
	})
	want := `1 0s 0<0 net.connect - pc>srv TCP 198.51.100.25:25
2 0s 1<1 net.packet ok pc>srv TCP SYN
3 12ms 1<2 net.packet ok srv>pc TCP SYN ACK
4 24ms 1<3 net.packet ok pc>srv TCP ACK
5 24ms 1<3 end ok pc> end
6 36ms 1<4 net.accept ok srv>pc TCP 192.0.2.10:PORT
7 36ms 6<6 smtp.reply ok srv>pc 220 srv ESMTP
8 48ms 0<7 smtp.command ok pc>srv QUIT
9 60ms 6<8 host.log - srv> quit
10 60ms 6<9 smtp.reply ok srv>pc 221 Bye
11 60ms 6<10 net.packet ok srv>pc TCP FIN ACK
12 60ms 6<11 end ok srv> end
13 72ms 0<11 net.packet ok pc>srv TCP FIN ACK
`
	port := l.log.Get(1).Data.Fields()[0].Value
	text := strings.ReplaceAll(strings.Join(got, "\n")+"\n", strings.TrimPrefix(port, pc4+":"), "PORT")
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestHalfClose(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:7", func(_ *vtime.Task, c *vnet.Conn) {
		all, err := io.ReadAll(c)
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(c, "%d bytes", len(all))
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":7")
		fmt.Fprint(c, "hello")
		if err := c.CloseWrite(); err != nil {
			t.Error(err)
		}
		if _, err := c.Write([]byte("more")); err != vnet.EPIPE {
			t.Errorf("write after CloseWrite: %v", err)
		}
		all, err := io.ReadAll(c)
		if string(all) != "5 bytes" || err != nil {
			t.Errorf("got %q, %v", all, err)
		}
		c.Close()
		op.Settle(time.Minute)
		if s := l.pc.Sockets(); len(s) != 1 || s[0].State != "TIME-WAIT" {
			t.Errorf("the active closer has %+v, want TIME-WAIT", s)
		}
		if s := l.srv.Sockets(); len(s) != 1 || s[0].State != "LISTEN" {
			t.Errorf("the passive closer has %+v", s)
		}
		op.Sleep(60 * time.Second)
		if s := l.pc.Sockets(); len(s) != 0 {
			t.Errorf("after 60 s: %+v", s)
		}
	})
}

func TestStatesAsSeenBySS(t *testing.T) {
	l := newLab(t, 1)
	var srv *vnet.Conn
	l.srv.ListenTCP(ap("0.0.0.0:25"), vnet.Owner{PID: 7, Name: "master"}, func(c *vnet.Conn) { srv = c })
	states := func(nd *vnet.Node) string {
		var list []string
		for _, s := range nd.Sockets() {
			list = append(list, fmt.Sprint(s.State, " ", s.RecvQ, " ", s.SendQ))
		}
		return strings.Join(list, ", ")
	}
	check := func(step, pc, srvWant string) {
		t.Helper()
		if got := states(l.pc); got != pc {
			t.Errorf("%s: pc has %q, want %q", step, got, pc)
		}
		if got := states(l.srv); got != srvWant {
			t.Errorf("%s: srv has %q, want %q", step, got, srvWant)
		}
	}
	l.do(t, func(op *vtime.Task) {
		var c *vnet.Conn
		l.clock.Go("dialler", func(t2 *vtime.Task) { c = l.dial(t, t2, srv4+":25") })
		op.Sleep(13 * time.Millisecond)
		check("opening", "SYN-SENT 0 0", "LISTEN 0 0, SYN-RECV 0 0")
		op.Sleep(50 * time.Millisecond)
		c.Write([]byte("EHLO pc\r\n"))
		check("writing", "ESTAB 0 9", "LISTEN 0 0, ESTAB 0 0")
		op.Sleep(50 * time.Millisecond)
		check("unread", "ESTAB 0 0", "LISTEN 0 0, ESTAB 9 0")
		c.Close()
		check("closing", "FIN-WAIT-1 0 0", "LISTEN 0 0, ESTAB 9 0")
		op.Sleep(50 * time.Millisecond)
		check("closed", "FIN-WAIT-2 0 0", "LISTEN 0 0, CLOSE-WAIT 9 0")
		io.ReadAll(srv)
		srv.Close()
		check("peer closing", "FIN-WAIT-2 0 0", "LISTEN 0 0, LAST-ACK 0 0")
		op.Sleep(50 * time.Millisecond)
		check("end", "TIME-WAIT 0 0", "LISTEN 0 0")
	})
}

func TestResets(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", func(op *vtime.Task, c *vnet.Conn) {
		c.Write([]byte("bye\r\n"))
		op.Sleep(time.Second)
		c.Abort()
	})
	l.serve(t, "0.0.0.0:26", func(op *vtime.Task, c *vnet.Conn) { op.Sleep(time.Second) }) // closes with data unread
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		op.Sleep(2 * time.Second)
		all, err := io.ReadAll(c)
		if string(all) != "bye\r\n" || !errors.Is(err, vnet.ECONNRESET) {
			t.Errorf("after RST: got %q, %v; want what had arrived, then ECONNRESET", all, err)
		}
		if _, err := c.Write([]byte("x")); err != vnet.EPIPE {
			t.Errorf("write to a dead connection: %v, want EPIPE", err)
		}
		c.Close()

		c = l.dial(t, op, srv4+":26")
		c.Write([]byte("never read"))
		if _, err := c.Read(make([]byte, 9)); err != vnet.ECONNRESET {
			t.Errorf("peer closed with data unread: %v, want ECONNRESET", err)
		}
		c.Close()

		l.serve(t, "0.0.0.0:27", func(op *vtime.Task, c *vnet.Conn) {})
		c = l.dial(t, op, srv4+":27")
		op.Sleep(time.Second)
		if _, err := c.Write([]byte("late")); err != nil {
			t.Errorf("write to a closed peer: %v, want success", err)
		}
		op.Sleep(25 * time.Millisecond)
		if _, err := c.Write([]byte("later")); err != vnet.ECONNRESET {
			t.Errorf("a round trip later: %v, want ECONNRESET", err)
		}
		if _, err := c.Write([]byte("last")); err != vnet.EPIPE {
			t.Errorf("then: %v, want EPIPE", err)
		}
		c.Close()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read after Close: %v", err)
		}
	})
}

func TestEstablishedConnectionTimesOut(t *testing.T) {
	for _, test := range []struct {
		name string
		cut  func(*lab)
		err  error
		took time.Duration
	}{
		{"filter in the middle", func(l *lab) {
			l.r1.AddPortFilter(vnet.PortFilter{Name: "isp: no port 25", Port: 25, Outbound: true, Action: vnet.Drop})
		}, vnet.ETIMEDOUT, 924600 * time.Millisecond},
		{"ACKs do not come back", func(l *lab) {
			l.srv.SetHook(func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
				if at == vnet.Output {
					return vnet.Verdict{Action: vnet.Drop, Rule: "OUTPUT"}
				}
				return vnet.Verdict{}
			})
		}, vnet.ETIMEDOUT, 924600 * time.Millisecond},
		{"loss of everything", func(l *lab) { s := l.wan.Spec(); s.Loss = 1; l.wan.Change(s) }, vnet.ETIMEDOUT, 924600 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			l.serve(t, "0.0.0.0:25", echoLines)
			l.do(t, func(op *vtime.Task) {
				c := l.dial(t, op, srv4+":25")
				op.Sleep(time.Second)
				test.cut(l)
				began := l.clock.Since()
				c.Write([]byte("hello\r\n"))
				_, err := c.Read(make([]byte, 100))
				if took := l.clock.Since() - began; err != test.err || took != test.took {
					t.Errorf("%v after %v, want %v after %v", err, took, test.err, test.took)
				}
			})
		})
	}
}

func TestPeerRebootsInTheMiddle(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", echoLines)
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		op.Sleep(time.Second)
		l.srv.Down()
		c.Write([]byte("hello\r\n"))
		op.Sleep(time.Minute)
		l.srv.Up()
		if _, err := c.Read(make([]byte, 100)); err != vnet.ECONNRESET {
			t.Errorf("got %v, want ECONNRESET from the rebooted host", err)
		}
		if _, err := l.pc.DialTCP(op, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0); err != vnet.ECONNREFUSED {
			t.Errorf("got %v: nobody listens after a power cycle", err)
		}
	})
}

func TestReadDeadline(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", func(op *vtime.Task, c *vnet.Conn) { c.Read(make([]byte, 1)) })
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		defer c.Close()
		for _, test := range []struct {
			set  func()
			took time.Duration
		}{
			{func() { c.SetReadDeadline(time.Now().Add(5 * time.Minute)) }, 5 * time.Minute},
			{func() { c.SetReadDeadline(time.Now().Add(30*time.Second - 40*time.Millisecond)) }, 30 * time.Second},
			{func() { c.SetDeadline(l.clock.Now().Add(1500 * time.Millisecond)) }, 1500 * time.Millisecond},
			{func() { c.SetReadTimeout(7 * time.Second) }, 7 * time.Second},
			{func() { c.SetReadDeadline(time.Unix(1, 0)) }, 0},
		} {
			test.set()
			began := l.clock.Since()
			_, err := c.Read(make([]byte, 1))
			var ne net.Error
			if took := l.clock.Since() - began; !errors.As(err, &ne) || !ne.Timeout() || took != test.took {
				t.Errorf("%v after %v, want a time-out after %v", err, took, test.took)
			}
		}
	})
}

func TestQuiet(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", func(op *vtime.Task, c *vnet.Conn) {
		fmt.Fprint(c, "220 srv\r\n")
		b := make([]byte, 100)
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
			op.Sleep(3 * time.Second) // looks something up
			fmt.Fprint(c, "250 ok\r\n")
		}
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		wait := func() time.Duration {
			began := l.clock.Since()
			for !c.Quiet() {
				if c.Buffered() > 0 {
					c.TryRead(make([]byte, 100))
					continue
				}
				c.Changed().Wait(op)
			}
			return l.clock.Since() - began
		}
		if d := wait(); d != 24*time.Millisecond {
			t.Errorf("quiet %v after connecting, want 24ms: the greeting", d)
		}
		c.Write([]byte("EHLO pc\r\n"))
		if d := wait(); d != 3024*time.Millisecond {
			t.Errorf("quiet after %v, want 3.024s", d)
		}
		c.Close()
	})
}

func TestSourceAddress(t *testing.T) {
	l := newLab(t, 1)
	eth0 := l.pc.Iface("eth0")
	if err := eth0.AddAddr(netip.MustParsePrefix("192.0.2.11/24")); err != nil {
		t.Fatal(err)
	}
	second := l.net.AddLink(vnet.LinkSpec{Name: "dmz"})
	l.pc.Attach(second, "eth1", netip.MustParsePrefix("10.0.0.1/8"))
	l.pc.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("203.0.113.0/24"), Via: addr("10.0.0.2"), Src: addr("192.0.2.11")})
	for dst, want := range map[string]string{
		"127.0.0.1": "127.0.0.1", "127.0.0.53": "127.0.0.53", "::1": "::1", srv4: pc4, srv6: pc6, "10.9.9.9": "10.0.0.1",
		"192.0.2.77": pc4, "192.0.2.11": "192.0.2.11", "203.0.113.5": "192.0.2.11",
	} {
		if got, err := l.pc.SourceFor(addr(dst)); err != nil || got != addr(want) {
			t.Errorf("to %s: %v, %v; want %s", dst, got, err, want)
		}
	}
	l.serve(t, "[::]:25", echoLines)
	l.do(t, func(op *vtime.Task) {
		c, err := l.pc.DialTCP(op, ap("192.0.2.11:0"), ap(srv4+":25"), vnet.Owner{}, 0)
		if err != nil || c.Local().Addr() != addr("192.0.2.11") {
			t.Fatalf("chosen source: %v", err)
		}
		if _, err := l.pc.DialTCP(op, ap("192.0.2.99:0"), ap(srv4+":25"), vnet.Owner{}, 0); err != vnet.EADDRNOTAVAIL {
			t.Errorf("foreign source: %v", err)
		}
		if _, err := l.pc.DialTCP(op, c.Local(), ap(srv4+":25"), vnet.Owner{}, 0); err != vnet.EADDRINUSE {
			t.Errorf("same pair of addresses: %v", err)
		}
		c.Close()
	})
}
