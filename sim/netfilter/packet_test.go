package netfilter

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

const serverAddr, clientAddr = "198.51.100.25", "192.0.2.10"

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// listen serves a TCP port of a host: it sends a greeting that names the peer
// and echoes what it gets.
func (w *world) listen(h *host.Host, at string) {
	w.tb.Helper()
	w.do(func(*vtime.Task) {
		_, err := h.Node.ListenTCP(ap(at), vnet.Owner{Name: "served"}, func(c *vnet.Conn) {
			fmt.Fprintf(c, "you are %v", c.Remote().Addr())
			c.OnData(func() {
				b := make([]byte, 100)
				n, err := c.TryRead(b)
				if err == nil {
					c.Write(b[:n])
				} else if !errors.Is(err, vnet.EAGAIN) {
					c.Close()
				}
			})
		})
		must(w.tb, err)
	})
}

// dial connects and returns the greeting, or the error, and how long it took.
func (w *world) dial(from *host.Host, to string) (text string, took time.Duration) {
	w.do(func(t *vtime.Task) {
		start := w.clock.Since()
		c, err := from.Node.DialTCP(t, netip.AddrPort{}, ap(to), vnet.Owner{UID: 0}, 30*time.Second)
		took = w.clock.Since() - start
		if err != nil {
			text = err.Error()
			return
		}
		c.SetReadTimeout(30 * time.Second)
		b := make([]byte, 100)
		n, err := c.Read(b)
		if text = string(b[:n]); err != nil {
			text = err.Error()
		}
		c.Close()
		t.Settle(5 * time.Minute)
	})
	return text, took
}

// ping returns "ok", or the error of an echo request.
func (w *world) ping(from *host.Host, to string) (text string) {
	w.do(func(t *vtime.Task) {
		r := from.Node.Echo(t, netip.MustParseAddr(to), vnet.EchoOptions{})
		if text = "ok"; r.Err != nil {
			text = r.Err.Error()
		}
	})
	return text
}

func (w *world) text() string {
	var b strings.Builder
	w.log.WriteText(&b)
	return b.String()
}

const (
	greeting = "you are " + clientAddr
	silence  = "Connection timed out"
	refusal  = "Connection refused"
)

// TestFilters sets up a host's filter and tries to reach port 25 of the server.
func TestFilters(t *testing.T) {
	const related = "iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
	for _, c := range []struct {
		name           string
		client, server []string
		want           string
		rule           string // in the trace
	}{
		{name: "nothing", want: greeting},
		{name: "INPUT DROP", server: []string{"iptables -A INPUT -p tcp --dport 25 -j DROP"}, want: silence, rule: "INPUT #1: -p tcp -m tcp --dport 25 -j DROP"},
		{name: "INPUT REJECT", server: []string{"iptables -A INPUT -p tcp --dport 25 -j REJECT"}, want: refusal},
		{name: "INPUT REJECT with reset", server: []string{"iptables -A INPUT -p tcp --dport 25 -j REJECT --reject-with tcp-reset"}, want: refusal},
		{name: "INPUT REJECT prohibited", server: []string{"iptables -A INPUT -p tcp --dport 25 -j REJECT --reject-with icmp-host-prohibited"}, want: "No route to host"},
		{name: "other port", server: []string{"iptables -A INPUT -p tcp --dport 26 -j DROP"}, want: greeting},
		{name: "policy", server: []string{"iptables -P INPUT DROP"}, want: silence, rule: "INPUT policy DROP"},
		{name: "policy and hole", server: []string{"iptables -P INPUT DROP", "iptables -A INPUT -p tcp --dport 25 -j ACCEPT"}, want: greeting},
		{name: "first match wins", server: []string{"iptables -A INPUT -p tcp --dport 25 -j ACCEPT", "iptables -A INPUT -j DROP"}, want: greeting},
		{name: "order matters", server: []string{"iptables -A INPUT -j DROP", "iptables -A INPUT -p tcp --dport 25 -j ACCEPT"}, want: silence, rule: "INPUT #1: -j DROP"},
		{name: "stateful client", client: []string{"iptables -P INPUT DROP", related}, want: greeting},
		{name: "stateless client", client: []string{"iptables -P INPUT DROP"}, want: silence},
		{name: "OUTPUT DROP", client: []string{"iptables -A OUTPUT -p tcp --syn --dport 25 -j DROP"}, want: silence,
			rule: "OUTPUT #1: -p tcp -m tcp --dport 25 --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"},
		{name: "SYN dropped in only one direction", server: []string{"iptables -A OUTPUT -p tcp --syn --dport 25 -j DROP"}, want: greeting},
		{name: "server answers filtered", server: []string{"iptables -A OUTPUT -p tcp --sport 25 -j DROP"}, want: silence},
		{name: "source", server: []string{"iptables -A INPUT -s 192.0.2.0/24 -j DROP"}, want: silence},
		{name: "not source", server: []string{"iptables -A INPUT ! -s 192.0.2.0/24 -j DROP"}, want: greeting},
		{name: "range", server: []string{"iptables -A INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 -j DROP"}, want: greeting},
		{name: "interface", server: []string{"iptables -A INPUT -i eth+ -j DROP"}, want: silence},
		{name: "multiport", server: []string{"iptables -A INPUT -p tcp -m multiport --dports 20:24,25 -j DROP"}, want: silence},
		{name: "NEW refused", server: []string{"iptables -A INPUT -p tcp -m state --state NEW -j DROP"}, want: silence},
		{name: "NEW allowed", server: []string{"iptables -P INPUT DROP", related, "iptables -A INPUT -p tcp -m state --state NEW --dport 25 -j ACCEPT"}, want: greeting},
		{name: "INVALID is nothing here", server: []string{"iptables -A INPUT -m state --state INVALID -j DROP"}, want: greeting},
		{name: "chain", server: []string{"iptables -N MAIL", "iptables -A INPUT -p tcp -j MAIL", "iptables -A MAIL -p tcp --dport 25 -j DROP"}, want: silence,
			rule: "MAIL #1: -p tcp -m tcp --dport 25 -j DROP"},
		{name: "return", server: []string{"iptables -N MAIL", "iptables -A INPUT -p tcp -j MAIL", "iptables -A MAIL -s 192.0.2.10 -j RETURN", "iptables -A MAIL -j DROP"}, want: greeting},
		{name: "goto does not come back", server: []string{"iptables -N A", "iptables -N B", "iptables -A INPUT -j A", "iptables -A A -g B", "iptables -A A -j DROP"}, want: greeting},
		{name: "jump comes back", server: []string{"iptables -N A", "iptables -N B", "iptables -A INPUT -j A", "iptables -A A -j B", "iptables -A A -j DROP"}, want: silence},
		{name: "mangle", server: []string{"iptables -t mangle -A PREROUTING -p tcp --dport 25 -j DROP"}, want: silence,
			rule: "mangle PREROUTING #1: -p tcp -m tcp --dport 25 -j DROP"},
		{name: "owner", client: []string{"iptables -A OUTPUT -p tcp --dport 25 -m owner ! --uid-owner 8 -j REJECT"}, want: refusal},
		{name: "owner root", client: []string{"iptables -A OUTPUT -p tcp --dport 25 -m owner ! --uid-owner root -j REJECT"}, want: greeting},
		{name: "flush leaves the policy", server: []string{"iptables -P INPUT DROP", "iptables -A INPUT -j ACCEPT", "iptables -F"}, want: silence},
		{name: "unused table", server: []string{"iptables -P INPUT DROP", "iptables -P INPUT ACCEPT"}, want: greeting},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.listen(w.server, serverAddr+":25")
			w.sh(w.client, c.client...)
			w.sh(w.server, c.server...)
			got, _ := w.dial(w.client, serverAddr+":25")
			if got != c.want {
				t.Errorf("got %q, want %q\n%s", got, c.want, w.text())
			}
			if !strings.Contains(w.text(), c.rule) {
				t.Errorf("no %q in the trace:\n%s", c.rule, w.text())
			}
		})
	}
}

// TestCounters: what -L -v shows is what passed.
func TestCounters(t *testing.T) {
	w := newWorld(t)
	w.sh(w.server, "iptables -A INPUT -p icmp", "iptables -A INPUT -p icmp --icmp-type echo-request -j DROP")
	for range 3 {
		w.ping(w.client, serverAddr)
	}
	got := w.sh(w.server, "iptables -L INPUT -v -n")
	want := `Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         
    3   252            1    --  *      *       0.0.0.0/0            0.0.0.0/0           
    3   252 DROP       1    --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 8
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	w.sh(w.server, "iptables -Z INPUT 1")
	if got := w.sh(w.server, "iptables -S INPUT -v"); !strings.Contains(got, "-p icmp -c 0 0\n") || !strings.Contains(got, "-c 3 252 -j DROP") {
		t.Errorf("after -Z:\n%s", got)
	}
}

// TestNoHookWithoutRules: a filter that does nothing is not in the way.
func TestNoHookWithoutRules(t *testing.T) {
	w := newWorld(t)
	fw := Of(w.client)
	for _, c := range []struct {
		line string
		want bool
	}{{"iptables -L", false}, {"iptables -N A", false}, {"iptables -A A -j DROP", false}, {"iptables -A INPUT -j A", true}, {"iptables -F INPUT", false},
		{"iptables -P OUTPUT DROP", true}, {"iptables -P OUTPUT ACCEPT", false}, {"ip6tables -A INPUT -j ACCEPT", true}, {"ip6tables -F", false}} {
		w.sh(w.client, c.line)
		if fw.hooked != c.want {
			t.Errorf("after %s: hooked %v", c.line, fw.hooked)
		}
	}
}

// TestLog: the line of -j LOG is the kernel's.
func TestLog(t *testing.T) {
	w := newWorld(t)
	w.sh(w.server, `iptables -A INPUT -p tcp --dport 25 -j LOG --log-prefix "FW: "`, "iptables -A INPUT -p tcp --dport 25 -j DROP")
	w.dial(w.client, serverAddr+":25")
	text, err := w.server.FS.ReadFile("/var/log/kern.log", host.Root)
	must(t, err)
	line, _, _ := strings.Cut(string(text), "\n")
	for _, want := range []string{" kernel: [", "] FW: IN=eth0 OUT= MAC= SRC=192.0.2.10 DST=198.51.100.25 LEN=60 ", "TTL=63 ", "PROTO=TCP SPT=", " DPT=25 WINDOW=", "SYN URGP=0"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q in %s", want, line)
		}
	}
}

// TestLimit: the burst passes, then what the rate allows.
func TestLimit(t *testing.T) {
	w := newWorld(t)
	w.sh(w.server, "iptables -A INPUT -p icmp -m limit --limit 1/min --limit-burst 2 -j ACCEPT", "iptables -A INPUT -p icmp -j REJECT --reject-with icmp-admin-prohibited")
	var got []string
	for i := range 4 {
		if i == 3 {
			w.do(func(t *vtime.Task) { t.Sleep(time.Minute) })
		}
		got = append(got, w.ping(w.client, serverAddr))
	}
	if want := "ok,ok,No route to host,ok"; strings.Join(got, ",") != want {
		t.Errorf("got %v", got)
	}
}
