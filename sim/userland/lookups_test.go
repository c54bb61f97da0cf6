package userland

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/vnet"
)

func TestGetent(t *testing.T) {
	w := newWorld(t)
	w.names(w.server, serverAddr+":53", newZone(t, sampleZone).answer)
	w.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n")
	w.write("/etc/hosts", "127.0.0.1\tlocalhost\n")
	for _, tt := range []struct {
		args, out string
		status    int
	}{
		{"services smtp", "smtp                  25/tcp mail\n", 0},
		{"services 53/udp", "domain                53/udp\n", 0},
		{"hosts www.example.com", "203.0.113.80    www.example.com\n", 0},
		{"hosts ftp.example.com", "203.0.113.80    www.example.com ftp.example.com\n", 0},
		{"hosts 203.0.113.25", "203.0.113.25    mail.example.com\n", 0},
		{"hosts localhost", "127.0.0.1       localhost\n", 0},
		{"hosts nosuch.example.com", "", 2},
		{"ahosts www.example.com", "203.0.113.80    STREAM www.example.com\n203.0.113.80    DGRAM  \n203.0.113.80    RAW    \n", 0},
		{"passwd 0", "root:x:0:0:root:/root:/bin/bash\n", 0},
		{"passwd root nosuch bin", "root:x:0:0:root:/root:/bin/bash\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n", 2},
		{"ahostsv6 localhost", "::ffff:127.0.0.1 STREAM localhost\n::ffff:127.0.0.1 DGRAM  \n::ffff:127.0.0.1 RAW    \n", 0},
		{"protocols tcp", "tcp                   6 TCP\n", 0},
		{"foo", "", 1},
	} {
		r := w.run("", append([]string{"getent"}, strings.Fields(tt.args)...)...)
		if r.out != tt.out || r.status != tt.status {
			t.Errorf("%s: got %q %d", tt.args, r.out, r.status)
		}
	}
}

func TestWhois(t *testing.T) {
	w := newWorld(t)
	w.names(w.server, serverAddr+":53", newZone(t, sampleZone+"whois.example.com. 60 IN A 192.0.2.53\n").answer)
	w.lines(43, "", func(q string) string { return "221\r" })
	w.write("/etc/whois.conf", "# pattern server\n\\.example$ whois.nosuch.example\n. whois.example.com\n")
	if r := w.run("", "whois", "203.0.113.1"); r.out != "221" || r.status != 0 {
		t.Errorf("%+v", r)
	}
	for _, tt := range []struct {
		args, err string
		status    int
	}{
		{"-h servfail.test x", "getaddrinfo(servfail.test): Temporary failure in name resolution\n", 2},
		{"a.example", "getaddrinfo(whois.nosuch.example): Name or service not known\n", 2},
		{"-h 192.0.2.53 -p 44 x", "connect: Connection refused\n", 2},
		{"-Z", "whois: invalid option -- 'Z'\n" + whoisUsage, 1},
		{"", whoisUsage, 1},
	} {
		r := w.run("", append([]string{"whois"}, strings.Fields(tt.args)...)...)
		if r.err != tt.err || r.status != tt.status {
			t.Errorf("%s: %+v", tt.args, r)
		}
	}
}

// withRouter adds gw, 192.0.2.1, and behind it far, 198.51.100.25.
func (w *world) withRouter() {
	w.tb.Helper()
	wan := w.net.AddLink(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond})
	gw, err := w.net.AddNode("gw")
	if err != nil {
		w.tb.Fatal(err)
	}
	far, err := w.net.AddNode("far")
	if err != nil {
		w.tb.Fatal(err)
	}
	gw.Forwarding = true
	for _, a := range []struct {
		nd   *vnet.Node
		link *vnet.Link
		addr string
	}{{gw, w.net.Links()[0], "192.0.2.1/24"}, {gw, wan, "198.51.100.1/24"}, {far, wan, "198.51.100.25/24"}} {
		if _, err := a.nd.Attach(a.link, "if-"+a.addr, netip.MustParsePrefix(a.addr)); err != nil {
			w.tb.Fatal(err)
		}
	}
	if err := far.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("198.51.100.1")}); err != nil {
		w.tb.Fatal(err)
	}
}

func TestTraceroute(t *testing.T) {
	w := newWorld(t)
	w.withRouter()
	for _, tt := range []struct{ args, out string }{
		{"traceroute -n 198.51.100.25", "traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets\n" +
			" 1  192.0.2.1  2.000 ms  2.000 ms  2.000 ms\n 2  198.51.100.25  22.000 ms  22.000 ms  22.000 ms\n"},
		{"traceroute -I -n -q 1 198.51.100.25", "traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets\n" +
			" 1  192.0.2.1  2.000 ms\n 2  198.51.100.25  22.000 ms\n"},
		{"traceroute -n -q 1 198.51.100.99", "traceroute to 198.51.100.99 (198.51.100.99), 30 hops max, 60 byte packets\n" +
			" 1  192.0.2.1  2.000 ms\n 2  192.0.2.1  3002.000 ms !H\n"},
		{"traceroute -n -m 2 -q 2 -w 1 198.51.100.99", "traceroute to 198.51.100.99 (198.51.100.99), 2 hops max, 60 byte packets\n" +
			" 1  192.0.2.1  2.000 ms  2.000 ms\n 2  * *\n"},
		{"tracepath -n 198.51.100.25", " 1?: [LOCALHOST]                      pmtu 1500\n" +
			" 1:  192.0.2.1                                             2.000ms \n" +
			" 1:  192.0.2.1                                             2.000ms \n" +
			" 2:  198.51.100.25                                        22.000ms reached\n     Resume: pmtu 1500 hops 2 back 2 \n"},
		{"mtr -rn -c 2 198.51.100.25", "Start: 2026-03-02T09:00:0\nHOST: client                      Loss%   Snt   Last   Avg  Best  Wrst StDev\n" +
			"  1.|-- 192.0.2.1                  0.0%     2    2.0   2.0   2.0   2.0   0.0\n" +
			"  2.|-- 198.51.100.25              0.0%     2   22.0  22.0  22.0  22.0   0.0\n"},
	} {
		r := w.run("", strings.Fields(tt.args)...)
		got := regexp.MustCompile(`(Start: .*T\d\d:\d\d:\d).*`).ReplaceAllString(r.out, "$1")
		if got != tt.out && !strings.HasPrefix(tt.args, "mtr") || strings.HasPrefix(tt.args, "mtr") && !strings.HasSuffix(got, tt.out[strings.Index(tt.out, "HOST"):]) {
			t.Errorf("%s:\n%s%s", tt.args, got, r.err)
		}
	}
}

// TestDigTrace follows a delegation from the root to an authoritative server.
func TestDigTrace(t *testing.T) {
	w := newWorld(t)
	for _, a := range []string{"192.0.2.54/24", "192.0.2.55/24"} {
		if err := w.server.Node.Iface("eth0").AddAddr(netip.MustParsePrefix(a)); err != nil {
			t.Fatal(err)
		}
	}
	z := newZone(t, ". 518400 IN NS a.root.test.net.\na.root.test.net. 60 IN A 192.0.2.54\nns1.example.com. 60 IN A 192.0.2.55\nns2.example.com. 60 IN A 192.0.2.99\n")
	w.names(w.server, serverAddr+":53", z.answer)
	refer := func(zone string, servers ...string) func(*mdns.Msg, bool) [][]byte {
		return func(q *mdns.Msg, _ bool) [][]byte {
			m := new(mdns.Msg).SetReply(q)
			for _, s := range servers {
				m.Ns = append(m.Ns, &mdns.NS{Hdr: mdns.RR_Header{Name: zone, Rrtype: mdns.TypeNS, Class: 1, Ttl: 172800}, Ns: s})
			}
			return pack(z.withEDNS(q, m))
		}
	}
	w.names(w.server, "192.0.2.54:53", func(q *mdns.Msg, tcp bool) [][]byte {
		switch name := q.Question[0].Name; {
		case strings.HasSuffix(name, "lost.com."):
			return refer("lost.com.", "ns.nosuch.com.")(q, tcp)
		case strings.HasSuffix(name, "loop.com."):
			return refer(".", "a.root.test.net.")(q, tcp)
		}
		return refer("example.com.", "ns1.example.com.")(q, tcp)
	})
	auth := newZone(t, sampleZone)
	w.names(w.server, "192.0.2.55:53", func(q *mdns.Msg, tcp bool) [][]byte {
		if q.RecursionDesired {
			t.Error("+trace asked an authoritative server for recursion")
		}
		return auth.answer(q, tcp)
	})
	bytesOf := regexp.MustCompile(`Received \d+ bytes|in \d+ ms`)
	for _, tt := range []struct {
		args, out, err string
		status         int
	}{
		{"www.example.com", `
; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> +trace www.example.com
;; global options: +cmd
.			518400	IN	NS	a.root.test.net.
;; * from 192.0.2.53#53(192.0.2.53) *

example.com.		172800	IN	NS	ns1.example.com.
;; * from 192.0.2.54#53(a.root.test.net) *

www.example.com.	3600	IN	A	203.0.113.80
;; * from 192.0.2.55#53(ns1.example.com) *

`, "", 0},
		{"www.lost.com", `
; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> +trace www.lost.com
;; global options: +cmd
.			518400	IN	NS	a.root.test.net.
;; * from 192.0.2.53#53(192.0.2.53) *

lost.com.		172800	IN	NS	ns.nosuch.com.
couldn't get address for 'ns.nosuch.com': not found
`, "dig: couldn't get address for 'ns.nosuch.com': no more\n", 1},
	} {
		r := w.run("", "dig", "+trace", tt.args)
		if got := bytesOf.ReplaceAllString(r.out, "*"); got != tt.out || r.err != tt.err || r.status != tt.status {
			t.Errorf("%s [%d]:\n%s%s", tt.args, r.status, got, r.err)
		}
	}
	r := w.run("", "dig", "+trace", "www.loop.com")
	if !strings.Contains(r.out, ";; BAD (HORIZONTAL) REFERRAL\n") || r.err != "dig: too many lookups\n" || r.status != 1 {
		t.Errorf("loop [%d]: %s\n%.600s", r.status, r.err, r.out)
	}
}

// The forms of dig's failures are those of truth.
func TestDigFailures(t *testing.T) {
	for _, tt := range []struct {
		args, out, err string
		status, took   int
	}{
		{"@192.0.2.53 x.test", `;; communications error to 192.0.2.53#53: connection refused
;; communications error to 192.0.2.53#53: connection refused
;; communications error to 192.0.2.53#53: connection refused

; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> @192.0.2.53 x.test
; (1 server found)
;; global options: +cmd
;; no servers could be reached
`, "", 9, 0},
		{"+tcp @192.0.2.53 x.test", strings.Repeat(";; Connection to 192.0.2.53#53(192.0.2.53) for x.test failed: connection refused.\n;; no servers could be reached\n", 3), "", 9, 0},
		{"+short @192.0.2.99 x.test", strings.Repeat(";; communications error to 192.0.2.99#53: timed out\n", 3) + ";; no servers could be reached\n", "", 9, 15},
		{"@192.0.2.99 x.test AXFR", strings.Repeat(";; Connection to 192.0.2.99#53(192.0.2.99) for x.test failed: host unreachable.\n;; no servers could be reached\n", 3), "", 9, 9},
		{"@nosuch x.test", "", "dig: couldn't get address for 'nosuch': failure\n", 1, 0},
		{"a..b", "", "dig: 'a..b' is not a legal name (empty label)\n", 10, 0},
	} {
		w := newWorld(t)
		r := w.run("", append([]string{"dig"}, strings.Fields(tt.args)...)...)
		if r.out != tt.out || r.err != tt.err || r.status != tt.status || int(r.took.Seconds()) != tt.took {
			t.Errorf("%s [%d, %v]:\n%s%s", tt.args, r.status, r.took, r.out, r.err)
		}
	}
	w := newWorld(t)
	w.write("/etc/resolv.conf", "nameserver 192.0.2.53x\n")
	if r := w.run("", "dig", "x.test"); r.err != "dig: parse of /etc/resolv.conf failed\n" || r.status != 1 {
		t.Errorf("%+v", r)
	}
}

func TestDigNSSearch(t *testing.T) {
	w := newWorld(t)
	if err := w.server.Node.Iface("eth0").AddAddr(netip.MustParsePrefix("192.0.2.54/24")); err != nil {
		t.Fatal(err)
	}
	const records = `example.com. 60 IN NS ns1.example.com.
example.com. 60 IN NS ns2.example.com.
example.com. 60 IN NS ns3.example.com.
ns1.example.com. 60 IN A 192.0.2.53
ns2.example.com. 60 IN A 192.0.2.54
ns3.example.com. 60 IN A 192.0.2.55
example.com. 60 IN SOA ns1.example.com. h.example.com. `
	w.names(w.server, serverAddr+":53", newZone(t, records+"7 1 1 1 1\n").answer)
	w.names(w.server, "192.0.2.54:53", newZone(t, records+"6 1 1 1 1\n").answer)
	r := w.run("", "dig", "example.com", "+nssearch")
	for _, want := range []string{"SOA ns1.example.com. h.example.com. 7 1 1 1 1 from server 192.0.2.53 in 2 ms.\n",
		"SOA ns1.example.com. h.example.com. 6 1 1 1 1 from server 192.0.2.54 in 2 ms.\n", ";; communications error to 192.0.2.55#53: timed out\n"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in:\n%s", want, r.out)
		}
	}
}

// A filter of the host itself looks like a lost packet to dig, as in reality.
func TestDigOwnFilter(t *testing.T) {
	w := newWorld(t)
	w.client.Node.SetHook(func(at vnet.Point, _ *vnet.Packet, _, _ *vnet.Iface) vnet.Verdict {
		if at == vnet.Output {
			return vnet.Verdict{Action: vnet.Drop}
		}
		return vnet.Verdict{}
	})
	r := w.run("", "dig", "+tries=1", "+time=1", "@192.0.2.53", "x.test")
	if !strings.HasPrefix(r.out, ";; communications error to 192.0.2.53#53: timed out\n") || r.status != 9 {
		t.Errorf("%+v", r)
	}
	if r := w.run("", "ping", "-c", "1", "-W", "1", "192.0.2.53"); r.err != "ping: sendmsg: Operation not permitted\n" || r.status != 1 {
		t.Errorf("%+v", r)
	}
}
