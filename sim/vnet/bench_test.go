package vnet_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func BenchmarkUDPRoundTrip(b *testing.B) {
	l := newLab(b, 1)
	b.ReportAllocs()
	l.do(b, func(t *vtime.Task) {
		var srv *vnet.UDPSocket
		reply := make([]byte, 120)
		srv, _ = l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, func(d *vnet.Datagram) { srv.SendTo(d.Src, reply) })
		n := b.N
		var pc *vnet.UDPSocket
		var done vtime.Signal
		query := make([]byte, 40)
		pc, _ = l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, func(*vnet.Datagram) {
			if n--; n > 0 {
				pc.SendTo(ap(srv4+":53"), query)
				return
			}
			done.Broadcast()
		})
		b.ResetTimer()
		pc.SendTo(ap(srv4+":53"), query)
		done.Wait(t)
	})
}

func BenchmarkTCPHandshake(b *testing.B) {
	l := newLab(b, 1)
	b.ReportAllocs()
	l.do(b, func(t *vtime.Task) {
		l.srv.ListenTCP(ap("0.0.0.0:25"), vnet.Owner{}, func(c *vnet.Conn) { c.OnData(func() { c.Close() }) })
		b.ResetTimer()
		for range b.N {
			c, err := l.pc.DialTCP(t, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0)
			if err != nil {
				b.Fatal(err)
			}
			c.Abort()
		}
	})
}

func BenchmarkTCPEchoLine(b *testing.B) {
	l := newLab(b, 1)
	b.ReportAllocs()
	l.serve(b, "0.0.0.0:7", echoLines)
	l.do(b, func(t *vtime.Task) {
		c := l.dial(b, t, srv4+":7")
		line, buf := []byte("RCPT TO:<student@example.kr>\r\n"), make([]byte, 512)
		b.ResetTimer()
		for range b.N {
			c.Write(line)
			if _, err := c.Read(buf); err != nil {
				b.Fatal(err)
			}
		}
		c.Close()
	})
}

// BenchmarkTCPLineNoHandOff is an echo between two event-driven ends.
func BenchmarkTCPLineNoHandOff(b *testing.B) {
	l := newLab(b, 1)
	b.ReportAllocs()
	l.do(b, func(t *vtime.Task) {
		buf := make([]byte, 512)
		l.srv.ListenTCP(ap("0.0.0.0:7"), vnet.Owner{}, func(c *vnet.Conn) {
			c.OnData(func() {
				if n, _ := c.TryRead(buf); n > 0 {
					c.Write(buf[:n])
				}
			})
		})
		c := l.dial(b, t, srv4+":7")
		line := []byte("RCPT TO:<student@example.kr>\r\n")
		n, own := b.N, make([]byte, 512)
		var done vtime.Signal
		c.OnData(func() {
			c.TryRead(own)
			if n--; n > 0 {
				c.Write(line)
				return
			}
			done.Broadcast()
		})
		b.ResetTimer()
		c.Write(line)
		done.Wait(t)
		c.Abort()
	})
}

func BenchmarkConnectTimeout127s(b *testing.B) {
	l := newLab(b, 1)
	l.srv.SetHook(func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
		return vnet.Verdict{Action: vnet.Drop, Rule: "policy DROP"}
	})
	b.ReportAllocs()
	l.do(b, func(t *vtime.Task) {
		for range b.N {
			l.pc.DialTCP(t, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0)
		}
	})
}

func TestFreshNodeIsSmall(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	n := vnet.New(k.Clock(), trace.NewLog(k.Clock(), 0))
	const nodes = 10000
	names := make([]string, nodes)
	for i := range names {
		names[i] = fmt.Sprintf("node%d", i)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, name := range names {
		n.AddNode(name)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(n)
	if per := int(after.HeapAlloc-before.HeapAlloc) / nodes; per > 500 {
		t.Errorf("a fresh node takes %d bytes, want at most 500", per)
	} else {
		t.Logf("a fresh node takes %d bytes", per)
	}
}
