package vnet_test

import (
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestProbeSYN(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:25", echoLines)
	l.srv.SetHook(func(at vnet.Point, p *vnet.Packet, _, _ *vnet.Iface) vnet.Verdict {
		if at == vnet.Input && p.DstPort == 99 {
			return vnet.Verdict{Action: vnet.Drop}
		}
		return vnet.Verdict{}
	})
	silent := vnet.SYNReply{}
	for _, test := range []struct {
		name string
		to   string
		ttl  uint8
		want vnet.SYNReply
	}{
		{"first hop", srv4 + ":25", 1, vnet.SYNReply{From: addr("192.0.2.1"), Type: 11, Err: vnet.EHOSTUNREACH}},
		{"second hop", srv4 + ":25", 2, vnet.SYNReply{From: addr("198.18.0.2"), Type: 11, Err: vnet.EHOSTUNREACH}},
		{"open", srv4 + ":25", 3, vnet.SYNReply{From: addr(srv4), TTL: 62, Flags: vnet.SYN | vnet.ACK}},
		{"closed", srv4 + ":26", 3, vnet.SYNReply{From: addr(srv4), TTL: 62, Flags: vnet.RST | vnet.ACK}},
		{"closed, IPv6", "[" + srv6 + "]:26", 9, vnet.SYNReply{From: addr(srv6), TTL: 62, Flags: vnet.RST | vnet.ACK}},
		{"filtered", srv4 + ":99", 3, silent},
	} {
		t.Run(test.name, func(t *testing.T) {
			l.do(t, func(op *vtime.Task) {
				got := silent
				p, err := l.pc.ProbeSYN(netip.Addr{}, ap(test.to), test.ttl, func(r vnet.SYNReply) { got = r })
				if err != nil {
					t.Fatal(err)
				}
				op.Sleep(3 * time.Second)
				p.Close()
				if got != test.want {
					t.Errorf("got  %+v\nwant %+v", got, test.want)
				}
			})
		})
	}
	for _, s := range l.srv.Sockets() { // the opened connection was reset
		if s.State == "SYN-RECV" || s.State == "ESTAB" {
			t.Errorf("left at the server: %+v", s)
		}
	}
}
