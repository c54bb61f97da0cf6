package netfilter

import (
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// TestUDPTimeout: an answer after the time-out of the flow is not ESTABLISHED
// any more (30 s before the first answer).
func TestUDPTimeout(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{time.Second, true}, {29 * time.Second, true}, {31 * time.Second, false}} {
		w := newWorld(t)
		w.sh(w.client, "iptables -P INPUT DROP", "iptables -A INPUT -m state --state ESTABLISHED -j ACCEPT")
		got := false
		w.do(func(task *vtime.Task) {
			var server *vnet.UDPSocket
			server, err := w.server.Node.ListenUDP(ap(serverAddr+":53"), vnet.Owner{}, func(d *vnet.Datagram) {
				w.clock.After(c.after, func() { server.SendTo(d.Src, []byte("late")) })
			})
			must(t, err)
			s, err := w.client.Node.ListenUDP(ap("192.0.2.10:0"), vnet.Owner{}, func(*vnet.Datagram) { got = true })
			must(t, err)
			must(t, s.SendTo(ap(serverAddr+":53"), []byte("x")))
			task.Sleep(time.Minute)
		})
		if got != c.want {
			t.Errorf("answer after %v: arrived %v", c.after, got)
		}
	}
}

// TestRelatedErrors: an ICMP error about a flow is RELATED, one about nothing
// is INVALID.
func TestRelatedErrors(t *testing.T) {
	for _, c := range []struct {
		states string
		want   string
	}{{"RELATED,ESTABLISHED", refusal}, {"ESTABLISHED", silence}} {
		w := newWorld(t)
		w.sh(w.client, "iptables -P INPUT DROP", "iptables -A INPUT -m state --state "+c.states+" -j ACCEPT")
		w.sh(w.server, "iptables -A INPUT -p tcp -j REJECT")
		if got, _ := w.dial(w.client, serverAddr+":25"); got != c.want {
			t.Errorf("with %s: %q, want %q", c.states, got, c.want)
		}
	}
}

// TestDroppedPacketsMakeNoFlow: what a chain drops is not remembered.
func TestDroppedPacketsMakeNoFlow(t *testing.T) {
	w := newWorld(t)
	w.sh(w.server, "iptables -A INPUT -p tcp --dport 25 -j DROP", "iptables -A INPUT -m state --state INVALID -j DROP")
	w.dial(w.client, serverAddr+":25")
	if n := Of(w.server).track.count; n != 0 {
		t.Errorf("%d flows", n)
	}
}

// TestTableIsSwept: expired flows do not stay in the table.
func TestTableIsSwept(t *testing.T) {
	w := newWorld(t)
	w.sh(w.client, "iptables -A INPUT -m state --state NEW")
	w.do(func(task *vtime.Task) {
		for i := range 2000 {
			s, err := w.client.Node.ListenUDP(ap("192.0.2.10:0"), vnet.Owner{}, nil)
			must(t, err)
			must(t, s.SendTo(ap(serverAddr+":53"), []byte("x")))
			s.Close()
			if i%100 == 0 {
				task.Sleep(20 * time.Second)
			}
		}
	})
	if n := Of(w.client).track.count; n > 800 {
		t.Errorf("%d flows are kept", n)
	}
}

// TestIPv6: the two families have rules of their own.
func TestIPv6(t *testing.T) {
	w := newWorld(t)
	w.listen(w.server, "[2001:db8:2::25]:25")
	w.sh(w.server, "iptables -P INPUT DROP")
	if got, _ := w.dial(w.client, "[2001:db8:2::25]:25"); got != "you are 2001:db8:1::10" {
		t.Errorf("IPv4 rules stop IPv6: %q", got)
	}
	w.sh(w.server, "ip6tables -A INPUT -p tcp --dport 25 -j REJECT")
	if got, _ := w.dial(w.client, "[2001:db8:2::25]:25"); got != refusal {
		t.Errorf("got %q", got)
	}
}

// TestRecent: the usual protection of ssh lets three connections a minute in.
func TestRecent(t *testing.T) {
	w := newWorld(t)
	w.listen(w.server, serverAddr+":22")
	w.sh(w.server, "iptables -A INPUT -p tcp --dport 22 -m state --state NEW -m recent --set --name SSH",
		"iptables -A INPUT -p tcp --dport 22 -m state --state NEW -m recent --update --seconds 60 --hitcount 4 --name SSH -j REJECT --reject-with tcp-reset")
	want := []string{greeting, greeting, greeting, refusal}
	for i, want := range want {
		if got, _ := w.dial(w.client, serverAddr+":22"); got != want {
			t.Errorf("connection %d: %q, want %q", i+1, got, want)
		}
	}
	w.do(func(task *vtime.Task) { task.Sleep(2 * time.Minute) })
	if got, _ := w.dial(w.client, serverAddr+":22"); got != greeting {
		t.Errorf("after the pause: %q", got)
	}
}

// TestReboot: rules live in memory; what was saved comes back.
func TestReboot(t *testing.T) {
	w := newWorld(t)
	w.sh(w.server, "iptables -A INPUT -p tcp --dport 25 -j DROP", "netfilter-persistent save", "iptables -A INPUT -p tcp --dport 80 -j DROP", "iptables -P FORWARD DROP")
	w.do(func(task *vtime.Task) { must(t, w.server.Reboot(task)) })
	got := w.sh(w.server, "iptables -S")
	if want := "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 25 -j DROP\n"; got != want {
		t.Errorf("after the reboot:\n%s", got)
	}
	w.sh(w.client, "iptables -P INPUT DROP")
	w.do(func(task *vtime.Task) { must(t, w.client.Reboot(task)) })
	if got := w.sh(w.client, "iptables -S"); got != "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n" {
		t.Errorf("what was not saved is there after the reboot:\n%s", got)
	}
}

// TestBadSavedRules: the unit fails and the filter stays open.
func TestBadSavedRules(t *testing.T) {
	w := newWorld(t)
	w.file(w.server, "/etc/iptables/rules.v4", "*filter\n-P INPUT DROP\n-A INPUT -p tcp --dprot 25 -j ACCEPT\nCOMMIT\n")
	w.do(func(task *vtime.Task) { must(t, w.server.Reboot(task)) })
	u := w.server.Unit("netfilter-persistent")
	if state, _ := u.State(); state != "failed" {
		t.Errorf("the unit is %s", state)
	}
	if got := w.sh(w.server, "iptables -S INPUT"); got != "-P INPUT ACCEPT\n" {
		t.Errorf("got %s", got)
	}
}
