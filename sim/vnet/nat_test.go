package vnet_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// masquerade is a minimal NAT for r1: the LAN hides behind 198.18.0.1, whose
// port 2525 leads to pc:25.
func masquerade() vnet.Hook {
	inside, outside := netip.MustParsePrefix("192.0.2.0/24"), addr("198.18.0.1")
	back := map[uint16]netip.Addr{}
	return func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
		switch {
		case at == vnet.Prerouting && p.Dst == outside && p.DstPort == 2525:
			p.Dst, p.DstPort = addr(pc4), 25
		case at == vnet.Prerouting && p.Dst == outside && back[p.DstPort].IsValid():
			p.Dst = back[p.DstPort]
		case at == vnet.Postrouting && inside.Contains(p.Src) && out.Name == "eth1":
			if p.SrcPort == 25 {
				p.SrcPort = 2525
			} else {
				back[p.SrcPort] = p.Src
			}
			p.Src = outside
		}
		return vnet.Verdict{}
	}
}

func TestHooksCanTranslateAddresses(t *testing.T) {
	l := newLab(t, 1)
	l.r1.SetHook(masquerade())
	l.serve(t, srv4+":25", func(_ *vtime.Task, c *vnet.Conn) {
		fmt.Fprintf(c, "you are %v", c.Remote().Addr())
	})
	l.pc.ListenTCP(ap(pc4+":25"), vnet.Owner{}, func(c *vnet.Conn) {
		c.OnData(func() {
			b := make([]byte, 99)
			if n, err := c.TryRead(b); err == nil {
				for range 5 {
					c.Write(b[:n])
				}
			}
			c.Close()
		})
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		b := make([]byte, 99)
		n, err := c.Read(b)
		if string(b[:n]) != "you are 198.18.0.1" || err != nil {
			t.Errorf("got %q, %v", b[:n], err)
		}
		if d := l.clock.Since(); d != 48*time.Millisecond {
			t.Errorf("took %v, want 48ms", d)
		}
		c.Close()

		in, err := l.srv.DialTCP(op, netip.AddrPort{}, ap("198.18.0.1:2525"), vnet.Owner{}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		began := l.clock.Since()
		in.Write([]byte("hi"))
		for range 5 {
			if n, err := in.Read(b); string(b[:n]) != "hi" || err != nil {
				t.Errorf("got %q, %v", b[:n], err)
			}
		}
		if d := l.clock.Since() - began; d != 24*time.Millisecond {
			t.Errorf("five lines through the NAT took %v, want 24ms", d)
		}
		in.Close()
		op.Settle(time.Minute)
		if l.clock.Working() != 0 {
			t.Error("work is left")
		}
	})
	if !strings.Contains(l.text(), `nat="r1 198.18.0.1:`) {
		t.Errorf("the translation is not in the trace:\n%s", l.text())
	}
}

func TestForwardingOff(t *testing.T) {
	l := newLab(t, 1)
	l.r1.Forwarding = false
	l.do(t, func(op *vtime.Task) {
		if r := l.pc.Echo(op, addr(srv4), vnet.EchoOptions{}); r.Err != vnet.ErrDeadline {
			t.Errorf("got %+v", r)
		}
	})
	if !strings.Contains(l.text(), `net.drop lost r1 via lan1 "not forwarding"`) {
		t.Error(l.text())
	}
}
