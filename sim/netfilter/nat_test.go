package netfilter

import (
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// TestTranslation sets up NAT on the router (or a host) and connects.
func TestTranslation(t *testing.T) {
	const router = "198.51.100.1"
	for _, c := range []struct {
		name     string
		rules    []string // on the router
		local    []string // on the client
		inward   bool     // the server connects to the client's side
		to, want string
	}{
		{name: "masquerade", rules: []string{"iptables -t nat -A POSTROUTING -s 192.0.2.0/24 -o eth1 -j MASQUERADE"}, to: serverAddr + ":25", want: "you are " + router},
		{name: "masquerade elsewhere", rules: []string{"iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE"}, to: serverAddr + ":25", want: greeting},
		{name: "source", rules: []string{"iptables -t nat -A POSTROUTING -o eth1 -j SNAT --to-source 198.51.100.1"}, to: serverAddr + ":25", want: "you are " + router},
		{name: "forwarded port", inward: true, rules: []string{"iptables -t nat -A PREROUTING -i eth1 -p tcp --dport 2525 -j DNAT --to-destination 192.0.2.10:25"},
			to: router + ":2525", want: "you are " + serverAddr},
		{name: "forwarded port, then filtered", inward: true, rules: []string{"iptables -t nat -A PREROUTING -i eth1 -p tcp --dport 2525 -j DNAT --to-destination 192.0.2.10:25",
			"iptables -A FORWARD -p tcp --dport 2525 -j REJECT"}, to: router + ":2525", want: "you are " + serverAddr},
		{name: "forwarded port, its new port filtered", inward: true, rules: []string{"iptables -t nat -A PREROUTING -i eth1 -p tcp --dport 2525 -j DNAT --to-destination 192.0.2.10:25",
			"iptables -A FORWARD -p tcp --dport 25 -j REJECT"}, to: router + ":2525", want: refusal},
		{name: "stateful router", rules: []string{"iptables -P FORWARD DROP", "iptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT",
			"iptables -A FORWARD -i eth0 -m state --state NEW -j ACCEPT"}, to: serverAddr + ":25", want: greeting},
		{name: "stateful router, from outside", inward: true, rules: []string{"iptables -P FORWARD DROP", "iptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT",
			"iptables -A FORWARD -i eth0 -m state --state NEW -j ACCEPT"}, to: clientAddr + ":25", want: silence},
		{name: "OUTPUT to another address", local: []string{"iptables -t nat -A OUTPUT -p tcp --dport 99 -j DNAT --to 198.51.100.25:25"}, to: "203.0.113.9:99", want: greeting},
		{name: "REDIRECT of the host's own", local: []string{"iptables -t nat -A OUTPUT -p tcp --dport 25 -j REDIRECT"}, to: serverAddr + ":25", want: greeting},
		{name: "REDIRECT on the router", rules: []string{"iptables -t nat -A PREROUTING -p tcp --dport 25 -j REDIRECT --to-ports 2525"}, to: serverAddr + ":25", want: greeting + " (router)"},
		{name: "ctstate DNAT", inward: true, rules: []string{"iptables -t nat -A PREROUTING -p tcp --dport 2525 -j DNAT --to-destination 192.0.2.10:25",
			"iptables -P FORWARD DROP", "iptables -A FORWARD -m conntrack --ctstate DNAT -j ACCEPT"}, to: router + ":2525", want: "you are " + serverAddr},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.listen(w.server, serverAddr+":25")
			w.listen(w.client, "0.0.0.0:25")
			w.sh(w.router, c.rules...)
			w.sh(w.client, c.local...)
			if strings.HasSuffix(c.want, "(router)") {
				w.listen(w.router, "0.0.0.0:2525")
			}
			from := w.client
			if c.inward {
				from = w.server
			}
			got, _ := w.dial(from, c.to)
			if want := strings.TrimSuffix(c.want, " (router)"); got != want {
				t.Errorf("got %q, want %q\n%s", got, want, w.text())
			}
		})
	}
}

// TestMasqueradedPing: the identifier of an echo request is translated, and an
// error about it finds its way back.
func TestMasqueradedPing(t *testing.T) {
	w := newWorld(t)
	w.sh(w.router, "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE")
	if got := w.ping(w.client, serverAddr); got != "ok" {
		t.Errorf("ping: %s\n%s", got, w.text())
	}
	w.sh(w.server, "iptables -A INPUT -p udp -j REJECT")
	var got error
	w.do(func(task *vtime.Task) {
		s, err := w.client.Node.ListenUDP(ap("0.0.0.0:0"), vnet.Owner{}, nil)
		must(t, err)
		must(t, s.Connect(ap(serverAddr+":53")))
		s.OnICMP(func(e vnet.ICMPError) { got = e.Err })
		must(t, s.SendTo(ap(serverAddr+":53"), []byte("x")))
		task.Settle(time.Second)
	})
	if got != error(vnet.ECONNREFUSED) {
		t.Errorf("the error of a masqueraded datagram: %v\n%s", got, w.text())
	}
}

// TestMasqueradeTakesFreePorts: two clients with the same port do not share one
// on the outside.
func TestMasqueradeTakesFreePorts(t *testing.T) {
	w := newWorld(t)
	w.sh(w.router, "iptables -t nat -A POSTROUTING -o eth1 -j SNAT --to-source 198.51.100.1")
	must(t, w.client.Node.Iface("eth0").AddAddr(prefix("192.0.2.11/24")))
	seen := map[string]bool{}
	w.do(func(task *vtime.Task) {
		must(t, second(w.server.Node.ListenUDP(ap(serverAddr+":53"), vnet.Owner{}, func(d *vnet.Datagram) { seen[d.Src.String()] = true })))
		for _, from := range []string{"192.0.2.10:5000", "192.0.2.11:5000"} {
			s, err := w.client.Node.ListenUDP(ap(from), vnet.Owner{}, nil)
			must(t, err)
			must(t, s.SendTo(ap(serverAddr+":53"), []byte("x")))
		}
		task.Settle(time.Second)
	})
	if len(seen) != 2 {
		t.Errorf("the server saw %v", seen)
	}
}
