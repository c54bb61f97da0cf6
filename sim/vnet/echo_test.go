package vnet_test

import (
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestEcho(t *testing.T) {
	ms := time.Millisecond
	for _, test := range []struct {
		name    string
		to      string
		opt     vnet.EchoOptions
		prepare func(*lab)
		want    vnet.EchoReply
	}{
		{"reply", srv4, vnet.EchoOptions{}, nil, vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 56, RTT: 24 * ms}},
		{"reply, IPv6", srv6, vnet.EchoOptions{Size: 8}, nil, vnet.EchoReply{From: addr(srv6), TTL: 62, Size: 8, RTT: 24 * ms}},
		{"loopback", "127.0.0.1", vnet.EchoOptions{}, nil, vnet.EchoReply{From: addr("127.0.0.1"), TTL: 64, Size: 56, RTT: 30 * time.Microsecond}},
		{"own address", pc4, vnet.EchoOptions{Size: -1}, nil, vnet.EchoReply{From: addr(pc4), TTL: 64, RTT: 30 * time.Microsecond}},
		{"first hop", srv4, vnet.EchoOptions{TTL: 1}, nil, vnet.EchoReply{From: addr("192.0.2.1"), Type: 11, RTT: 2 * ms, Err: vnet.EHOSTUNREACH}},
		{"second hop", srv6, vnet.EchoOptions{TTL: 2}, nil, vnet.EchoReply{From: addr("2001:db8:ff::2"), Type: 3, RTT: 22 * ms, Err: vnet.EHOSTUNREACH}},
		{"host unreachable", "198.51.100.9", vnet.EchoOptions{Timeout: 5 * time.Second}, nil,
			vnet.EchoReply{From: addr("198.18.0.2"), Type: 3, Code: 1, RTT: 3022 * ms, Err: vnet.EHOSTUNREACH}},
		{"host unreachable, reported too late", "198.51.100.9", vnet.EchoOptions{}, nil, vnet.EchoReply{RTT: time.Second, Err: vnet.ErrDeadline}},
		{"net unreachable", "203.0.113.9", vnet.EchoOptions{}, nil, vnet.EchoReply{From: addr("192.0.2.1"), Type: 3, RTT: 2 * ms, Err: vnet.ENETUNREACH}},
		{"no route", "2001:db8:9::1", vnet.EchoOptions{}, func(l *lab) { l.pc.DelRoute(vnet.Route{Dst: netip.MustParsePrefix("::/0")}) },
			vnet.EchoReply{Err: vnet.ENETUNREACH}},
		{"dropped", srv4, vnet.EchoOptions{Timeout: 2 * time.Second}, func(l *lab) { l.srv.SetHook(at(vnet.Input, 1, vnet.Verdict{Action: vnet.Drop})) },
			vnet.EchoReply{RTT: 2 * time.Second, Err: vnet.ErrDeadline}},
		{"rejected", srv4, vnet.EchoOptions{}, func(l *lab) { l.srv.SetHook(at(vnet.Input, 1, vnet.Verdict{Action: vnet.Reject})) },
			vnet.EchoReply{From: addr(srv4), Type: 3, Code: 3, RTT: 24 * ms, Err: vnet.ECONNREFUSED}},
		{"own filter", srv4, vnet.EchoOptions{}, func(l *lab) { l.pc.SetHook(at(vnet.Output, 1, vnet.Verdict{Action: vnet.Drop})) },
			vnet.EchoReply{Err: vnet.EPERM}},
		{"lossy", srv4, vnet.EchoOptions{}, func(l *lab) { l.wan.Change(vnet.LinkSpec{Name: "wan", Loss: 1}) },
			vnet.EchoReply{RTT: time.Second, Err: vnet.ErrDeadline}},
		{"slow link", srv4, vnet.EchoOptions{Size: 1472}, func(l *lab) { l.wan.Change(vnet.LinkSpec{Name: "wan", Bandwidth: 64000}) },
			vnet.EchoReply{From: addr(srv4), TTL: 62, Size: 1472, RTT: 379 * ms}}, // 2 x (2 ms + 1500 x 8 / 64000 s)
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			if test.prepare != nil {
				test.prepare(l)
			}
			test.opt.ID = 1
			l.do(t, func(op *vtime.Task) {
				if got := l.pc.Echo(op, addr(test.to), test.opt); got != test.want {
					t.Errorf("got  %+v\nwant %+v", got, test.want)
				}
			})
		})
	}
}
