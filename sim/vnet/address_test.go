package vnet_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func routes(nd *vnet.Node) (list []string) {
	for _, r := range nd.Routes() {
		s := r.Dst.String()
		if r.Via.IsValid() {
			s += " via " + r.Via.String()
		}
		if r.Src.IsValid() {
			s += " src " + r.Src.String()
		}
		list = append(list, s)
	}
	return list
}

// What happens to routes when addresses and interfaces come and go, as Linux
// does it with promote_secondaries.
func TestRoutesFollowAddresses(t *testing.T) {
	p := netip.MustParsePrefix
	l := newLab(t, 1)
	eth := l.pc.Iface("eth0")
	check := func(step, want string) {
		t.Helper()
		if got := fmt.Sprint(routes(l.pc)); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", step, got, want)
		}
	}
	check("at first", "[2001:db8:1::/64 src 2001:db8:1::10 192.0.2.0/24 src 192.0.2.10 0.0.0.0/0 via 192.0.2.1 ::/0 via 2001:db8:1::1]")
	eth.AddAddr(p("192.0.2.11/24"))
	check("second address of the subnet", "[2001:db8:1::/64 src 2001:db8:1::10 192.0.2.0/24 src 192.0.2.10 0.0.0.0/0 via 192.0.2.1 ::/0 via 2001:db8:1::1]")
	eth.DelAddr(p("192.0.2.10/24"))
	check("the second takes over", "[2001:db8:1::/64 src 2001:db8:1::10 192.0.2.0/24 src 192.0.2.11 0.0.0.0/0 via 192.0.2.1 ::/0 via 2001:db8:1::1]")
	eth.DelAddr(p("192.0.2.11/24"))
	check("none left", "[2001:db8:1::/64 src 2001:db8:1::10 ::/0 via 2001:db8:1::1]")
	eth.AddAddr(p("192.0.2.10/24"))
	check("again", "[2001:db8:1::/64 src 2001:db8:1::10 192.0.2.0/24 src 192.0.2.10 ::/0 via 2001:db8:1::1]")
	eth.SetDown(true)
	check("down", "[]")
	if l.pc.Local(addr(pc4)) {
		t.Error("the address of an interface that is down is still local")
	}
	eth.SetDown(false)
	check("up", "[192.0.2.0/24 src 192.0.2.10]")
	if err := l.pc.AddRoute(vnet.Route{Dst: p("10.0.0.0/8"), Via: addr("192.0.2.1"), Src: addr("192.0.2.99")}); !errors.Is(err, vnet.EINVAL) {
		t.Errorf("a foreign source address: %v", err)
	}
	if err := l.pc.AddRoute(vnet.Route{Dst: p("10.0.0.0/8"), Type: vnet.Blackhole}); err != nil {
		t.Error(err)
	}
}

// A connection whose address is taken away hangs and times out; datagrams from
// it cannot be sent.
func TestAddressRemovedUnderConnection(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:7", echoLines)
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":7")
		s, err := l.pc.ListenUDP(ap(pc4+":4000"), vnet.Owner{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		eth := l.pc.Iface("eth0")
		eth.AddAddr(netip.MustParsePrefix("192.0.2.77/24"))
		eth.DelAddr(netip.MustParsePrefix(pc4 + "/24"))
		if err := s.SendTo(ap(srv4+":9"), []byte("x")); err != vnet.ENETUNREACH {
			t.Errorf("UDP from the lost address: %v", err)
		}
		began := l.clock.Since()
		c.Write([]byte("hello\n"))
		_, err = c.Read(make([]byte, 1))
		if took := l.clock.Since() - began; err != vnet.ETIMEDOUT || took < 10*time.Minute {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// Packets in a loop of routes end by their time to live.
func TestRoutingLoop(t *testing.T) {
	l := newLab(t, 1)
	far := netip.MustParsePrefix("203.0.113.0/24")
	l.r1.AddRoute(vnet.Route{Dst: far, Via: addr("198.18.0.2")})
	l.r2.AddRoute(vnet.Route{Dst: far, Via: addr("198.18.0.1")})
	l.do(t, func(op *vtime.Task) {
		r := l.pc.Echo(op, addr("203.0.113.9"), vnet.EchoOptions{Timeout: 5 * time.Second})
		if r.Type != 11 || r.Err != vnet.EHOSTUNREACH {
			t.Errorf("%+v", r)
		}
	})
}
