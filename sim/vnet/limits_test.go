package vnet_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestUnreadDataIsBounded(t *testing.T) {
	l := newLab(t, 1)
	var srv *vnet.Conn
	l.srv.ListenTCP(ap("0.0.0.0:25"), vnet.Owner{}, func(c *vnet.Conn) { srv = c })
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":25")
		op.Sleep(time.Second)
		block := make([]byte, 1<<20)
		var err error
		n := 0
		for ; err == nil && n < 100; n++ {
			_, err = c.Write(block)
			op.Sleep(time.Second)
		}
		if err != vnet.ENOBUFS || n > 40 {
			t.Errorf("%v after %d MiB unread, want ENOBUFS", err, n)
		}
		if _, err := c.Write(block); err != vnet.EPIPE {
			t.Errorf("then %v", err)
		}
		op.Sleep(time.Second)
		if _, err := srv.Write(block); err != vnet.ECONNRESET {
			t.Errorf("the reader's end: %v, want ECONNRESET", err)
		}
		srv.Close()
		c.Close()
	})
}

func TestConnectionsAreBounded(t *testing.T) {
	l := newLab(t, 1)
	l.srv.ListenTCP(ap("0.0.0.0:25"), vnet.Owner{}, nil)
	l.do(t, func(op *vtime.Task) {
		var err error
		n := 0
		for ; err == nil && n < 5000; n++ {
			_, err = l.pc.DialTCP(op, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0)
		}
		if err != vnet.EADDRNOTAVAIL || n != 4097 {
			t.Errorf("%v at connection %d", err, n)
		}
		if _, err := l.r1.DialTCP(op, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, time.Minute); err != vnet.ETIMEDOUT {
			t.Errorf("a full server: %v, want silence", err)
		}
	})
	if !strings.Contains(l.text(), "connection table full") {
		t.Error("the trace does not tell why")
	}
}

func TestSYNIsSentAgain(t *testing.T) {
	l := newLab(t, 1)
	l.srv.SetHook(at(vnet.Input, 25, vnet.Verdict{Action: vnet.Drop, Rule: "INPUT 1"}))
	l.do(t, func(op *vtime.Task) {
		l.pc.DialTCP(op, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0)
	})
	var sent, drops []time.Duration
	l.log.After(0, func(e *trace.Event) bool {
		switch e.Kind {
		case trace.Packet:
			sent = append(sent, e.At)
			if retry := len(e.Refs) == 1 && e.Refs[0] == (trace.Ref{Rel: trace.RetryOf, Seq: 2}); retry != (len(sent) > 1) {
				t.Errorf("refs of %v: %v", e, e.Refs)
			}
		case trace.Drop:
			drops = append(drops, e.At)
		}
		return true
	})
	if s := fmt.Sprint(sent); s != "[0s 1s 3s 7s 15s 31s 1m3s]" {
		t.Errorf("sent at %s", s)
	}
	if len(drops) != 7 || drops[0] != 12*time.Millisecond {
		t.Errorf("dropped at %v", drops)
	}
	if e := l.log.Get(uint64(l.log.Len())); e.Kind != trace.End || e.Outcome != trace.Timeout || e.Span != 1 {
		t.Errorf("last event: %v", e)
	}
}

// A library that serves a connection on a goroutine of its own is given a lent
// task; its Close ends the task (KERNEL.md, rules 6 and 7).
func TestLentConnection(t *testing.T) {
	l := newLab(t, 1)
	library := func(c *vnet.Conn) { // as a library's Serve
		go func() {
			defer c.Close()
			r := bufio.NewReader(c)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				fmt.Fprintf(c, "ok %s", line)
			}
		}()
	}
	l.srv.ListenTCP(ap("0.0.0.0:143"), vnet.Owner{}, func(c *vnet.Conn) {
		c.Lend(l.clock.Lend("imap", func(*vtime.Task) { library(c) }))
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":143")
		r := bufio.NewReader(c)
		for range 3 {
			fmt.Fprint(c, "a\n")
			if line, err := r.ReadString('\n'); line != "ok a\n" || err != nil {
				t.Errorf("got %q, %v", line, err)
			}
		}
		c.Close()
		op.Sleep(time.Second)
		l.dial(t, op, srv4+":143") // open when the world is closed
	})
}

// Somebody else aborts the connection a lent task serves, as a server does that
// stops: the library finds it closed, closes it too, and its task ends.
func TestLentConnectionAbortedByAnother(t *testing.T) {
	l := newLab(t, 1)
	var served *vnet.Conn
	ended := false
	l.srv.ListenTCP(ap("0.0.0.0:143"), vnet.Owner{}, func(c *vnet.Conn) {
		served = c
		task := l.clock.Lend("imap", func(*vtime.Task) {
			go func() {
				defer c.Close()
				c.Read(make([]byte, 1))
			}()
		})
		task.OnEnd(func(error) { ended = true })
		c.Lend(task)
	})
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":143")
		op.Sleep(time.Second)
		served.Abort()
		if _, err := c.Read(make([]byte, 1)); err != vnet.ECONNRESET {
			t.Errorf("the peer reads %v", err)
		}
		op.Sleep(time.Second)
		if !ended {
			t.Error("the lent task has not ended")
		}
	})
}

func TestTopologyErrors(t *testing.T) {
	l := newLab(t, 1)
	if _, err := l.net.AddNode("pc"); err == nil {
		t.Error("a second node of the same name")
	}
	for _, bad := range []string{"127.0.0.1/8", "0.0.0.0/0", "::ffff:1.2.3.4/120"} {
		if _, err := l.pc.Attach(l.lan2, "eth9", netip.MustParsePrefix(bad)); err == nil {
			t.Errorf("address %s", bad)
		}
	}
	if _, err := l.pc.Attach(l.lan2, "eth0"); err == nil {
		t.Error("a second eth0")
	}
	p := netip.MustParsePrefix
	for _, test := range []struct {
		r   vnet.Route
		err string
	}{
		{vnet.Route{Dst: p("203.0.113.1/24"), Via: addr("192.0.2.1")}, "Invalid argument"},
		{vnet.Route{Dst: p("203.0.113.0/24"), Via: addr("2001:db8:1::1")}, "Invalid argument"},
		{vnet.Route{Dst: p("203.0.113.0/24"), Dev: "eth7"}, "No such device"},
		{vnet.Route{Dst: p("203.0.113.0/24")}, "No such device"},
		{vnet.Route{Dst: p("203.0.113.0/24"), Via: addr(srv4)}, "Network is unreachable"},
		{vnet.Route{Dst: p("0.0.0.0/0"), Via: addr("192.0.2.7")}, "File exists"},
		{vnet.Route{Dst: p("0.0.0.0/0"), Via: addr("192.0.2.7"), Metric: 10}, ""},
	} {
		err := l.pc.AddRoute(test.r)
		if (err == nil) != (test.err == "") || err != nil && !strings.HasSuffix(err.Error(), test.err) {
			t.Errorf("%+v: %v, want %q", test.r, err, test.err)
		}
	}
	if err := l.pc.DelRoute(vnet.Route{Dst: p("203.0.113.0/24")}); err == nil {
		t.Error("deleted a route that is not there")
	}
}

func TestRouteOrder(t *testing.T) {
	l := newLab(t, 1)
	p := netip.MustParsePrefix
	for _, r := range []vnet.Route{
		{Dst: p("198.51.100.0/24"), Via: addr("192.0.2.2"), Metric: 100},
		{Dst: p("198.51.100.0/24"), Via: addr("192.0.2.3"), Metric: 50},
		{Dst: p("198.51.100.128/25"), Via: addr("192.0.2.4"), Metric: 900},
	} {
		if err := l.pc.AddRoute(r); err != nil {
			t.Fatal(err)
		}
	}
	for dst, via := range map[string]string{"198.51.100.1": "192.0.2.3", "198.51.100.200": "192.0.2.4", "203.0.113.1": "192.0.2.1"} {
		if r, err := l.pc.RouteTo(addr(dst)); err != nil || r.Via != addr(via) {
			t.Errorf("to %s: %+v, %v", dst, r, err)
		}
	}
	lo, extra := l.pc.Iface("lo"), p("203.0.113.5/32")
	if err := lo.AddAddr(extra); err != nil || !l.pc.Local(extra.Addr()) || l.srv.Local(extra.Addr()) || l.net.NodeByAddr(extra.Addr()) != l.pc {
		t.Errorf("an address on lo: %v", err)
	}
	if err := lo.DelAddr(extra); err != nil || l.pc.Local(extra.Addr()) {
		t.Errorf("DelAddr on lo: %v", err)
	}
	eth0 := l.pc.Iface("eth0")
	if err := eth0.DelAddr(p(pc4 + "/24")); err != nil || l.net.NodeByAddr(addr(pc4)) != nil {
		t.Errorf("DelAddr: %v", err)
	}
	if slices.ContainsFunc(l.pc.Routes(), func(r vnet.Route) bool { return r.Proto == "kernel" && r.Dst.Addr().Is4() }) {
		t.Error("the subnet's route is left")
	}
	eth0.SetDown(true)
	if _, err := l.pc.RouteTo(addr(srv6)); err != vnet.ENETUNREACH {
		t.Errorf("over an interface that is down: %v", err)
	}
}

// A panic in a handler is a fault of the world; the packet that caused it
// still ends.
func TestHandlerPanics(t *testing.T) {
	l := newLab(t, 1)
	var fault any
	l.k.OnFault(func(v any) { fault = v })
	l.srv.ListenUDP(ap("0.0.0.0:53"), vnet.Owner{}, func(*vnet.Datagram) { panic("handler") })
	l.do(t, func(op *vtime.Task) {
		s, _ := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, nil)
		s.SendTo(ap(srv4+":53"), nil)
		if !op.Settle(time.Minute) || fault != "handler" {
			t.Errorf("fault %v, work %d", fault, l.clock.Working())
		}
	})
}
