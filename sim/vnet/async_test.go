package vnet_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// A client and a server without tasks: OpenTCP, OnData, TryRead.
func TestEventDrivenConversation(t *testing.T) {
	l := newLab(t, 1)
	l.srv.ListenTCP(ap(srv4+":53"), vnet.Owner{}, func(c *vnet.Conn) {
		c.OnData(func() {
			b := make([]byte, 512)
			n, err := c.TryRead(b)
			if err != nil {
				c.Close()
				return
			}
			c.Write(b[:n])
		})
	})
	var got []string
	note := func(v ...any) { got = append(got, fmt.Sprint(l.clock.Since(), " ", fmt.Sprint(v...))) }
	open := func(to string, timeout time.Duration) (*vnet.Conn, error) {
		return l.pc.OpenTCP(netip.AddrPort{}, ap(to), vnet.Owner{}, timeout, func(c *vnet.Conn, err error) {
			note(to[len(to)-2:], " ", err)
			if err != nil {
				return
			}
			c.Write([]byte("question"))
			c.OnData(func() {
				b := make([]byte, 512)
				n, err := c.TryRead(b)
				note(string(b[:n]), " ", err)
				c.Close()
			})
		})
	}
	l.do(t, func(op *vtime.Task) {
		open(srv4+":53", 0)
		open(srv4+":54", 0)
		open("198.51.100.99:55", time.Second)
		c, _ := open(srv4+":56", 0)
		c.Abort()
		l.pc.DelRoute(vnet.Route{Dst: netip.MustParsePrefix("::/0")})
		if _, err := open("[2001:db8:9::1]:57", 0); err != vnet.ENETUNREACH {
			t.Errorf("no route: %v", err)
		}
		if !op.Settle(time.Minute) {
			t.Error("work is left")
		}
	})
	want := "[24ms 53 <nil> 24ms 54 Connection refused 48ms question <nil> 1s 55 Connection timed out]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}
