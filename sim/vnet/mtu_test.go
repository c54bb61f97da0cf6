package vnet_test

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// narrow makes the link between the routers carry 1400 bytes.
func narrow(l *lab) {
	l.wan.Change(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond, MTU: 1400})
}

func TestEchoPathMTU(t *testing.T) {
	ms := time.Millisecond
	tooBig4 := vnet.EchoReply{From: addr("192.0.2.1"), Type: 3, Code: 4, RTT: 2 * ms, Err: vnet.EMSGSIZE, MTU: 1400}
	tooBig6 := vnet.EchoReply{From: addr("2001:db8:1::1"), Type: 2, RTT: 2 * ms, Err: vnet.EMSGSIZE, MTU: 1400}
	for _, test := range []struct {
		name          string
		to            string
		opt           vnet.EchoOptions
		first, second vnet.EchoReply // the first request, and one more
	}{
		// RFC 1191 4: the router tells, RFC 1191 6: the host obeys.
		{"do", srv4, vnet.EchoOptions{Size: 1472, PathMTU: vnet.Do}, tooBig4, vnet.EchoReply{Err: vnet.EMSGSIZE, MTU: 1400}},
		{"want", srv4, vnet.EchoOptions{Size: 1472}, tooBig4, vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1472, RTT: 24 * ms}},
		{"probe", srv4, vnet.EchoOptions{Size: 1472, PathMTU: vnet.Probe}, tooBig4, tooBig4},
		{"dont", srv4, vnet.EchoOptions{Size: 1472, PathMTU: vnet.Dont}, vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1472, RTT: 24 * ms},
			vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1472, RTT: 24 * ms}},
		{"larger than the own link", srv4, vnet.EchoOptions{Size: 1473, PathMTU: vnet.Do}, vnet.EchoReply{Err: vnet.EMSGSIZE, MTU: 1500},
			vnet.EchoReply{Err: vnet.EMSGSIZE, MTU: 1500}},
		{"it fits", srv4, vnet.EchoOptions{Size: 1372, PathMTU: vnet.Do}, vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1372, RTT: 24 * ms},
			vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1372, RTT: 24 * ms}},
		// RFC 8200 5: routers never fragment.
		{"IPv6", srv6, vnet.EchoOptions{Size: 1452, PathMTU: vnet.Dont}, tooBig6, tooBig6},
		{"IPv6, want: the reply is too big as well", srv6, vnet.EchoOptions{Size: 1452}, tooBig6, vnet.EchoReply{RTT: time.Second, Err: vnet.ErrDeadline}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			narrow(l)
			l.do(t, func(op *vtime.Task) {
				for i, want := range []vnet.EchoReply{test.first, test.second} {
					if got := l.pc.Echo(op, addr(test.to), test.opt); got != want {
						t.Errorf("request %d:\ngot  %+v\nwant %+v", i+1, got, want)
					}
				}
			})
		})
	}
}

func TestPathMTUIsForgotten(t *testing.T) {
	l := newLab(t, 1)
	narrow(l)
	l.do(t, func(op *vtime.Task) {
		l.pc.Echo(op, addr(srv4), vnet.EchoOptions{Size: 1472})
		if mtu, left := l.pc.PathMTU(addr(srv4)); mtu != 1400 || left != 10*time.Minute {
			t.Errorf("learnt %d for %v", mtu, left)
		}
		op.Sleep(11 * time.Minute)
		if mtu, left := l.pc.PathMTU(addr(srv4)); mtu != 1500 || left != 0 {
			t.Errorf("still %d for %v", mtu, left)
		}
	})
}

// A large answer over UDP goes in fragments; where those are dropped, it is
// lost, and nobody is told.
func TestFragmentsDropped(t *testing.T) {
	for _, drop := range []bool{false, true} {
		l := newLab(t, 1)
		l.wan.Change(vnet.LinkSpec{Name: "wan", DropFragments: drop})
		l.do(t, func(op *vtime.Task) {
			var srv, pc *vnet.UDPSocket
			srv, _ = l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, func(d *vnet.Datagram) { srv.SendTo(d.Src, make([]byte, 3000)) })
			srv.SetPathMTU(vnet.Dont)
			got := 0
			pc, _ = l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, func(d *vnet.Datagram) { got = len(d.Payload) })
			pc.SendTo(ap(srv4+":53"), []byte("?"))
			op.Sleep(time.Second)
			if want := map[bool]int{false: 3000, true: 0}[drop]; got != want {
				t.Errorf("drop %v: %d bytes arrived, want %d", drop, got, want)
			}
		})
		if said := strings.Contains(l.text(), "fragments are dropped"); said != drop {
			t.Errorf("drop %v: the trace tells of it: %v", drop, said)
		}
	}
}

// Every fragment has to arrive: a datagram of many is lost more often.
func TestFragmentLoss(t *testing.T) {
	l := newLab(t, 1)
	l.wan.Change(vnet.LinkSpec{Name: "wan", Loss: 0.05})
	arrived := map[int]int{}
	l.do(t, func(op *vtime.Task) {
		l.srv.ListenUDP(ap("0.0.0.0:9"), vnet.Owner{}, func(d *vnet.Datagram) { arrived[len(d.Payload)]++ })
		pc, _ := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, nil)
		for range 1000 {
			pc.SendTo(ap(srv4+":9"), make([]byte, 100))
			pc.SendTo(ap(srv4+":9"), make([]byte, 14000)) // ten fragments: 0.95^10 = 0.60
		}
		op.Sleep(time.Second)
	})
	if n := arrived[100]; n < 930 || n > 970 {
		t.Errorf("%d small datagrams of 1000", n)
	}
	if n := arrived[14000]; n < 550 || n > 650 {
		t.Errorf("%d large datagrams of 1000", n)
	}
}

// TCP finds the path's MTU by itself (RFC 8201 5.3); where the ICMP message is
// filtered, the connection opens, and the first full segment is the last
// (RFC 2923 2.1, a black hole).
func TestTCPPathMTU(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 20000)
	for _, filtered := range []bool{false, true} {
		l := newLab(t, 1)
		narrow(l)
		if filtered {
			l.r1.SetHook(func(at vnet.Point, p *vnet.Packet, _, _ *vnet.Iface) vnet.Verdict {
				if at == vnet.Output && p.Proto == vnet.ProtoICMP {
					return vnet.Verdict{Action: vnet.Drop, Rule: "no ICMP"}
				}
				return vnet.Verdict{}
			})
		}
		var got []byte
		var end error
		l.serve(t, "0.0.0.0:25", func(_ *vtime.Task, c *vnet.Conn) { got, end = io.ReadAll(c) })
		l.do(t, func(op *vtime.Task) {
			c := l.dial(t, op, srv4+":25")
			c.Write([]byte("small"))
			op.Sleep(time.Second)
			began := l.clock.Since()
			c.Write(data)
			c.CloseWrite()
			_, err := c.Read(make([]byte, 1))
			took := l.clock.Since() - began
			switch {
			case !filtered && (len(got) != 20005 || end != nil || err != io.EOF || took > 100*time.Millisecond):
				t.Errorf("%d bytes, %v, after %v; %v", len(got), end, took, err)
			case filtered && (err != vnet.ETIMEDOUT || took < 10*time.Minute):
				t.Errorf("black hole: %v after %v", err, took)
			}
		})
	}
}

// The peer's MSS bounds what is sent, so a narrow link next to one end needs
// no ICMP.
func TestMSS(t *testing.T) {
	l := newLab(t, 1)
	l.srv.Iface("eth0").SetMTU(1300)
	l.serve(t, "[::]:25", echoLines)
	l.do(t, func(op *vtime.Task) {
		for _, to := range []string{srv4, "[" + srv6 + "]"} {
			c := l.dial(t, op, to+":25")
			c.Write(make([]byte, 5000))
			op.Sleep(time.Second)
			c.Close()
		}
	})
	var segments []uint16
	l.log.After(0, func(e *trace.Event) bool {
		if p := vnet.PacketOf(e.Data); p != nil && p.Len == 5000 && e.Node == "pc" {
			segments = append(segments, p.Segment)
		}
		return true
	})
	if len(segments) != 2 || segments[0] != 1260 || segments[1] != 1240 {
		t.Errorf("segments of %v bytes", segments)
	}
}

func TestIfaceMTU(t *testing.T) {
	l := newLab(t, 1)
	eth := l.pc.Iface("eth0")
	for _, bad := range []int{-1, 67, 9217} {
		if err := eth.SetMTU(bad); err == nil {
			t.Errorf("MTU %d was taken", bad)
		}
	}
	l.do(t, func(op *vtime.Task) {
		// More than the link carries: nobody is told.
		if err := eth.SetMTU(9000); err != nil {
			t.Fatal(err)
		}
		if r := l.pc.Echo(op, addr(srv4), vnet.EchoOptions{Size: 2000, PathMTU: vnet.Do}); r.Err != vnet.ErrDeadline {
			t.Errorf("a jumbo frame: %+v", r)
		}
		// Less than IPv6 needs.
		if err := eth.SetMTU(1279); err != nil {
			t.Fatal(err)
		}
		if l.pc.Local(addr(pc6)) || !l.pc.Local(addr(pc4)) {
			t.Errorf("addresses left: %v", eth.Addrs())
		}
	})
}
