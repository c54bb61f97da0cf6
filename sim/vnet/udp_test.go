package vnet_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestDNSOverUDP(t *testing.T) {
	l := newLab(t, 1)
	var got string
	l.do(t, func(op *vtime.Task) {
		var srv *vnet.UDPSocket
		srv, _ = l.srv.ListenUDP(ap(srv4+":53"), vnet.Owner{}, func(d *vnet.Datagram) {
			q := new(dns.Msg)
			if err := q.Unpack(d.Payload); err != nil {
				t.Error(err)
			}
			r := new(dns.Msg).SetReply(q)
			rr, _ := dns.NewRR(q.Question[0].Name + " 60 IN A 192.0.2.7")
			r.Answer = append(r.Answer, rr)
			b, _ := r.Pack()
			srv.SendTo(d.Src, b)
		})
		pc, err := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, func(d *vnet.Datagram) {
			got = fmt.Sprint(l.clock.Since(), " ", d.Src, " ttl ", d.TTL)
		})
		if err != nil {
			t.Fatal(err)
		}
		q := new(dns.Msg).SetQuestion("www.example.kr.", dns.TypeA)
		q.Id = 4711
		b, _ := q.Pack()
		if err := pc.SendTo(ap(srv4+":53"), b); err != nil {
			t.Fatal(err)
		}
		if l.clock.Working() != 1 {
			t.Error("a packet in flight is work")
		}
		op.Settle(time.Minute)
	})
	if want := "24ms 198.51.100.25:53 ttl 62"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := `dns.query ok pc>srv via lan1,wan,lan2 took 0.012000000 "A www.example.kr."
dns.reply ok srv>pc via lan2,wan,lan1 took 0.012000000 "NOERROR 192.0.2.7 for A www.example.kr."`
	var lines []string
	l.log.After(0, func(e *trace.Event) bool {
		line := e.String()
		lines = append(lines, line[strings.Index(line, "dns."):strings.Index(line, " src=")])
		return true
	})
	if strings.Join(lines, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), want)
	}
	if l.log.Get(2).Cause != 1 {
		t.Error("the reply is not caused by the query")
	}
}

func TestBind(t *testing.T) {
	root, bob := vnet.Owner{}, vnet.Owner{UID: 1000}
	type try struct {
		at    string
		owner vnet.Owner
		opts  vnet.Option
		err   error
	}
	for _, test := range []struct {
		name  string
		tries []try
	}{
		{"same address twice", []try{{srv4 + ":25", root, 0, nil}, {srv4 + ":25", root, 0, vnet.EADDRINUSE}}},
		{"wildcard covers", []try{{"0.0.0.0:25", root, 0, nil}, {"127.0.0.1:25", root, 0, vnet.EADDRINUSE}}},
		{"wildcard last", []try{{"127.0.0.1:25", root, 0, nil}, {"0.0.0.0:25", root, 0, vnet.EADDRINUSE}}},
		{"different addresses", []try{{"127.0.0.1:25", root, 0, nil}, {srv4 + ":25", root, 0, nil}, {"[" + srv6 + "]:25", root, 0, nil}}},
		{"dual stack covers IPv4", []try{{"[::]:25", root, 0, nil}, {"0.0.0.0:25", root, 0, vnet.EADDRINUSE}}},
		{"v6only beside IPv4", []try{{"[::]:25", root, vnet.V6Only, nil}, {"0.0.0.0:25", root, 0, nil}}},
		{"shared", []try{{"0.0.0.0:25", root, vnet.ReusePort, nil}, {"0.0.0.0:25", root, vnet.ReusePort, nil}, {"0.0.0.0:25", root, 0, vnet.EADDRINUSE}}},
		{"foreign address", []try{{"192.0.2.200:25", root, 0, vnet.EADDRNOTAVAIL}, {"192.0.2.200:25", root, vnet.FreeBind, nil}}},
		{"privileged port", []try{{"0.0.0.0:25", bob, 0, vnet.EACCES}, {"0.0.0.0:25", bob, vnet.NetBind, nil}, {"0.0.0.0:8025", bob, 0, nil}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			for _, x := range test.tries {
				if _, err := l.srv.ListenTCP(ap(x.at), x.owner, nil, x.opts); err != x.err {
					t.Errorf("tcp %s: %v, want %v", x.at, err, x.err)
				}
				if _, err := l.srv.ListenUDP(ap(x.at), x.owner, nil, x.opts); err != x.err {
					t.Errorf("udp %s: %v, want %v", x.at, err, x.err)
				}
			}
		})
	}
}

func TestPortIsFreeAfterClose(t *testing.T) {
	l := newLab(t, 1)
	s, _ := l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, nil)
	ln, _ := l.srv.ListenTCP(ap("0.0.0.0:53"), vnet.Owner{}, nil)
	s.Close()
	s.Close()
	ln.Close()
	if _, err := l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, nil); err != nil {
		t.Error(err)
	}
	if _, err := l.srv.ListenTCP(ap("0.0.0.0:53"), vnet.Owner{}, nil); err != nil {
		t.Error(err)
	}
	for range 100 {
		s, err := l.srv.ListenUDP(netip.AddrPort{}, vnet.Owner{UID: 1}, nil)
		if p := s.Local().Port(); err != nil || p < 32768 || p > 60999 {
			t.Fatalf("ephemeral port %d, %v", p, err)
		}
	}
}

func TestUDPErrors(t *testing.T) {
	reject := func(with vnet.RejectWith) vnet.Hook {
		return func(at vnet.Point, p *vnet.Packet, in, out *vnet.Iface) vnet.Verdict {
			if p.Proto == vnet.ProtoUDP {
				return vnet.Verdict{Action: vnet.Reject, With: with, Rule: "test"}
			}
			return vnet.Verdict{}
		}
	}
	for _, test := range []struct {
		name    string
		to      string
		prepare func(*lab)
		send    error // what SendTo returns
		later   error // what OnError is told
		from    string
		after   time.Duration
	}{
		{"closed port", srv4 + ":53", nil, nil, vnet.ECONNREFUSED, srv4, 24 * time.Millisecond},
		{"closed port, IPv6", "[" + srv6 + "]:53", nil, nil, vnet.ECONNREFUSED, srv6, 24 * time.Millisecond},
		{"no host", "198.51.100.9:53", nil, nil, vnet.EHOSTUNREACH, "198.18.0.2", 3022 * time.Millisecond},
		{"no host on the LAN", "192.0.2.9:53", nil, nil, vnet.EHOSTUNREACH, pc4, 3 * time.Second},
		{"no route on the way", "203.0.113.1:53", nil, nil, vnet.ENETUNREACH, "192.0.2.1", 2 * time.Millisecond},
		{"rejected", srv4 + ":53", func(l *lab) { l.r2.SetHook(reject(vnet.HostProhibited)) }, nil, vnet.EHOSTUNREACH, "198.18.0.2", 22 * time.Millisecond},
		{"rejected at home", srv4 + ":53", func(l *lab) { l.pc.SetHook(reject(0)) }, vnet.EPERM, vnet.ECONNREFUSED, pc4, 0},
		{"no route", srv4 + ":53", func(l *lab) { l.pc.DelRoute(vnet.Route{Dst: netip.MustParsePrefix("0.0.0.0/0")}) }, vnet.ENETUNREACH, nil, "", 0},
		{"prohibit route", srv4 + ":53", func(l *lab) {
			l.pc.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("198.51.100.0/24"), Type: vnet.Prohibit})
		}, vnet.EACCES, nil, "", 0},
		{"blackhole on the way", srv4 + ":53", func(l *lab) {
			l.r1.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("198.51.100.25/32"), Type: vnet.Blackhole})
		}, nil, nil, "", 0},
		{"powered off", srv4 + ":53", func(l *lab) { l.pc.Down() }, vnet.ENETDOWN, nil, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			l.do(t, func(op *vtime.Task) {
				s, _ := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, nil)
				var e vnet.ICMPError
				var after time.Duration
				var told error
				s.OnICMP(func(x vnet.ICMPError) { e, after = x, l.clock.Since() })
				s.OnError(func(_ netip.AddrPort, err error) { told = err })
				if test.prepare != nil {
					test.prepare(l)
				}
				if err := s.SendTo(ap(test.to), []byte("x")); err != test.send {
					t.Errorf("SendTo: %v, want %v", err, test.send)
				}
				op.Settle(time.Minute)
				if told != test.later || after != test.after {
					t.Errorf("later %v after %v, want %v after %v", told, after, test.later, test.after)
				}
				if test.from != "" && (e.From != addr(test.from) || e.Dst != ap(test.to)) {
					t.Errorf("reported by %v about %v, want %s about %s", e.From, e.Dst, test.from, test.to)
				}
			})
		})
	}
}

func TestConnectedSocketHearsOnlyItsPeer(t *testing.T) {
	l := newLab(t, 1)
	l.do(t, func(op *vtime.Task) {
		var from []string
		pc, _ := l.pc.ListenUDP(ap("0.0.0.0:4000"), vnet.Owner{}, func(d *vnet.Datagram) { from = append(from, d.Src.String()) })
		if err := pc.Connect(ap(srv4 + ":53")); err != nil || pc.Local() != ap(pc4+":4000") {
			t.Fatalf("%v %v", pc.Local(), err)
		}
		for _, port := range []string{"54", "53"} {
			s, _ := l.srv.ListenUDP(ap("0.0.0.0:"+port), vnet.Owner{}, nil)
			s.SendTo(pc.Local(), nil)
		}
		op.Settle(time.Minute)
		if fmt.Sprint(from) != "["+srv4+":53]" {
			t.Errorf("heard %v", from)
		}
	})
}

func TestSocketChoice(t *testing.T) {
	l := newLab(t, 1)
	l.do(t, func(op *vtime.Task) {
		var got string
		bind := func(at string, opts ...vnet.Option) {
			l.srv.ListenUDP(ap(at), vnet.Owner{}, func(d *vnet.Datagram) { got = at }, opts...)
		}
		bind("0.0.0.0:1")
		bind("[::]:2")
		bind("[::]:3", vnet.V6Only)
		bind("127.0.0.1:4")
		bind(srv4 + ":4")
		pc, _ := l.pc.ListenUDP(ap("[::]:0"), vnet.Owner{}, nil)
		for _, test := range [][2]string{
			{srv4 + ":1", "0.0.0.0:1"}, {"[" + srv6 + "]:1", ""}, {srv4 + ":2", "[::]:2"}, {"[" + srv6 + "]:2", "[::]:2"},
			{srv4 + ":3", ""}, {"[" + srv6 + "]:3", "[::]:3"}, {srv4 + ":4", srv4 + ":4"},
		} {
			got = ""
			if err := pc.SendTo(ap(test[0]), nil); err != nil {
				t.Error(err)
			}
			op.Settle(time.Minute)
			if got != test[1] {
				t.Errorf("to %s: %q, want %q", test[0], got, test[1])
			}
		}
	})
}

func TestInvalidAddressesAreErrors(t *testing.T) {
	l := newLab(t, 1)
	l.do(t, func(op *vtime.Task) {
		for _, at := range []string{"0.0.0.0:0", "[::]:0", pc4 + ":0", "[" + pc6 + "]:0"} {
			s, err := l.pc.ListenUDP(ap(at), vnet.Owner{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SendTo(netip.AddrPort{}, nil); err == nil {
				t.Errorf("%s: sent to nowhere", at)
			}
			if err := s.SendTo(ap(srv4+":1"), make([]byte, 65508)); err != vnet.EMSGSIZE {
				t.Errorf("%s: too long: %v", at, err)
			}
		}
		if _, err := l.pc.DialTCP(op, netip.AddrPort{}, netip.AddrPort{}, vnet.Owner{}, 0); err == nil {
			t.Error("dialled nowhere")
		}
		if _, err := l.pc.DialTCP(op, ap("["+pc6+"]:0"), ap(srv4+":1"), vnet.Owner{}, 0); err != vnet.EINVAL {
			t.Errorf("mixed families: %v", err)
		}
		if r := l.pc.Echo(op, netip.Addr{}, vnet.EchoOptions{}); r.Err == nil {
			t.Error("echo from nowhere")
		}
	})
}

// Linux spreads the datagrams for a shared port over its sockets by their source.
func TestSharedPortTakesTurns(t *testing.T) {
	l := newLab(t, 1)
	var got [2]int
	for i := range got {
		if _, err := l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, func(*vnet.Datagram) { got[i]++ }, vnet.ReusePort); err != nil {
			t.Fatal(err)
		}
	}
	l.do(t, func(op *vtime.Task) {
		for range 20 {
			c, err := l.pc.ListenUDP(ap("0.0.0.0:0"), vnet.Owner{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := c.SendTo(ap(srv4+":53"), []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
			c.Close()
		}
		op.Sleep(time.Second)
	})
	if got[0]+got[1] != 40 || got[0] < 6 || got[1] < 6 || got[0]%2 != 0 {
		t.Errorf("the sockets got %v datagrams", got)
	}
}
