package vnet_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// lab is a small Internet: pc and mail on two LANs behind two routers, 1 ms,
// 10 ms and 1 ms apart.
//
//	pc 192.0.2.10 --lan1-- r1 --wan-- r2 --lan2-- srv 198.51.100.25
type lab struct {
	k               *vtime.Kernel
	clock           *vtime.Clock
	log             *trace.Log
	net             *vnet.Net
	pc, r1, r2, srv *vnet.Node
	lan1, wan, lan2 *vnet.Link
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
func addr(s string) netip.Addr   { return netip.MustParseAddr(s) }

const (
	pc4  = "192.0.2.10"
	srv4 = "198.51.100.25"
	pc6  = "2001:db8:1::10"
	srv6 = "2001:db8:2::25"
)

func newLab(tb testing.TB, seed uint64) *lab {
	tb.Helper()
	k := vtime.New(start, seed)
	tb.Cleanup(k.Close)
	l := &lab{k: k, clock: k.Clock(), log: trace.NewLog(k.Clock(), 0)}
	l.net = vnet.New(l.clock, l.log)
	l.lan1 = l.net.AddLink(vnet.LinkSpec{Name: "lan1", Latency: time.Millisecond})
	l.wan = l.net.AddLink(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond})
	l.lan2 = l.net.AddLink(vnet.LinkSpec{Name: "lan2", Latency: time.Millisecond})
	node := func(name string) *vnet.Node {
		nd, err := l.net.AddNode(name)
		if err != nil {
			tb.Fatal(err)
		}
		return nd
	}
	l.pc, l.r1, l.r2, l.srv = node("pc"), node("r1"), node("r2"), node("srv")
	l.r1.Forwarding, l.r2.Forwarding = true, true
	attach := func(nd *vnet.Node, link *vnet.Link, name string, addrs ...string) {
		var list []netip.Prefix
		for _, a := range addrs {
			list = append(list, netip.MustParsePrefix(a))
		}
		if _, err := nd.Attach(link, name, list...); err != nil {
			tb.Fatal(err)
		}
	}
	attach(l.pc, l.lan1, "eth0", pc4+"/24", pc6+"/64")
	attach(l.r1, l.lan1, "eth0", "192.0.2.1/24", "2001:db8:1::1/64")
	attach(l.r1, l.wan, "eth1", "198.18.0.1/30", "2001:db8:ff::1/64")
	attach(l.r2, l.wan, "eth1", "198.18.0.2/30", "2001:db8:ff::2/64")
	attach(l.r2, l.lan2, "eth0", "198.51.100.1/24", "2001:db8:2::1/64")
	attach(l.srv, l.lan2, "eth0", srv4+"/24", srv6+"/64")
	for _, r := range []struct {
		nd       *vnet.Node
		dst, via string
	}{
		{l.pc, "0.0.0.0/0", "192.0.2.1"}, {l.pc, "::/0", "2001:db8:1::1"},
		{l.srv, "0.0.0.0/0", "198.51.100.1"}, {l.srv, "::/0", "2001:db8:2::1"},
		{l.r1, "198.51.100.0/24", "198.18.0.2"}, {l.r1, "2001:db8:2::/64", "2001:db8:ff::2"},
		{l.r2, "192.0.2.0/24", "198.18.0.1"}, {l.r2, "2001:db8:1::/64", "2001:db8:ff::1"},
	} {
		if err := r.nd.AddRoute(vnet.Route{Dst: netip.MustParsePrefix(r.dst), Via: addr(r.via)}); err != nil {
			tb.Fatal(err)
		}
	}
	return l
}

// do runs fn as an operation of the world.
func (l *lab) do(tb testing.TB, fn func(*vtime.Task)) {
	tb.Helper()
	if err := l.k.Do(0, fn); err != nil {
		tb.Fatal(err)
	}
}

// text is the whole trace in canonical form.
func (l *lab) text() string {
	var b bytes.Buffer
	l.log.WriteText(&b)
	return b.String()
}

// serve answers every connection to a port with fn in a task of its own.
func (l *lab) serve(tb testing.TB, at string, fn func(*vtime.Task, *vnet.Conn)) *vnet.Listener {
	tb.Helper()
	ln, err := l.srv.ListenTCP(ap(at), vnet.Owner{PID: 100, Name: "server"}, func(c *vnet.Conn) {
		l.clock.Go("server", func(t *vtime.Task) {
			defer c.Close()
			fn(t, c)
		})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return ln
}

// dial connects pc to the server.
func (l *lab) dial(tb testing.TB, t *vtime.Task, to string) *vnet.Conn {
	tb.Helper()
	c, err := l.pc.DialTCP(t, netip.AddrPort{}, ap(to), vnet.Owner{}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// echoLines sends back whatever arrives, until end of file.
func echoLines(_ *vtime.Task, c *vnet.Conn) {
	b := make([]byte, 4096)
	for {
		n, err := c.Read(b)
		if n > 0 {
			c.Write(b[:n])
		}
		if err != nil {
			return
		}
	}
}
