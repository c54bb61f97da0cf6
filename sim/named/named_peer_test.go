package named

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/host"
)

// peerZones are zones with everything an authoritative answer can depend on.
const peerZones = `
-- db.example.com --
$TTL 3600
@ IN SOA ns1 hostmaster 2025112101 3600 900 1209600 300
@ NS ns1
@ NS ns2.example.net.
@ MX 10 mail
@ MX 20 mail.example.net.
@ TXT "v=spf1 mx -all"
@ A 198.18.0.80
ns1 A 198.18.0.20
ns1 AAAA 2001:db8::20
mail A 198.18.0.25
www A 198.18.0.80
ftp CNAME www
ftp2 CNAME ftp
far CNAME www.example.net.
farther CNAME www.example.org.
dangling CNAME nosuch
loop1 CNAME loop2
loop2 CNAME loop1
*.wild A 198.18.0.99
*.wild MX 5 mail
*.cwild CNAME www
x.y.wild TXT "below"
sub NS ns.sub
sub NS ns1
ns.sub A 198.18.0.99
glueless NS ns2.example.net.
a.b.ent A 198.18.0.85
dn DNAME target
x.target A 198.18.0.86
_sip._tcp SRV 1 2 5060 mail
_sip._tcp SRV 1 3 5060 ns2.example.net.
CaSe A 198.18.0.87
$GENERATE 1-60 big TXT "a text record that makes the answer large number $"
$GENERATE 1-30 many A 198.18.1.$
-- db.example.net --
$TTL 600
@ IN SOA ns2 hostmaster 1 3600 900 1209600 60
@ NS ns2
ns2 A 198.18.0.53
www A 198.18.0.90
mail A 198.18.0.26
back CNAME www.example.com.
-- db.bad --
$TTL 600
@ IN SOA ns2 hostmaster 1 3600 900 1209600 60
@ NS ns2
-- db.0.18.198 --
$TTL 600
@ IN SOA ns1.example.com. hostmaster.example.com. 1 3600 900 1209600 60
@ NS ns1.example.com.
25 PTR mail.example.com.
26 PTR mail.example.net.
-- db.closed --
$TTL 600
@ IN SOA ns1.example.com. hostmaster.example.com. 1 3600 900 1209600 60
@ NS ns1.example.com.
www A 198.18.0.1
`

const peerConfig = `options {
	directory "DIR"; pid-file none; session-keyfile none;
	listen-on port PORT { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; rrset-order { order none; }; EXTRA
};
controls { };
zone "example.com" { type primary; file "db.example.com"; };
zone "example.net" { type primary; file "db.example.net"; };
zone "0.18.198.in-addr.arpa" { type primary; file "db.0.18.198"; };
zone "bad.com" { type primary; file "db.bad"; };
zone "missing.com" { type primary; file "db.nosuch"; };
zone "closed.com" { type primary; file "db.closed"; allow-query { none; }; allow-transfer { none; }; };
`

// TestAnswersOfRealNamed asks the real daemon and this one the same questions about
// the same zones.
func TestAnswersOfRealNamed(t *testing.T) {
	if _, err := exec.LookPath("named"); err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("named is not installed")
		}
		t.Skip("named is not installed")
	}
	for _, extra := range []string{"", "minimal-responses yes;", "minimal-responses no;", "minimal-responses no-auth; max-udp-size 900;"} {
		t.Run(extra, func(t *testing.T) { comparePeer(t, extra) })
	}
}

func comparePeer(t *testing.T, extra string) {
	dir := t.TempDir()
	os.Chmod(dir, 0o777)
	for _, f := range txtar.Parse([]byte(peerZones)).Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf := func(dir string, port int) string {
		return strings.NewReplacer("DIR", dir, "PORT", fmt.Sprint(port), "EXTRA", extra).Replace(peerConfig)
	}
	file := filepath.Join(dir, "named.conf")
	os.WriteFile(file, []byte(conf(dir, port)), 0o644)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, "named", "-g", "-c", file)
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer cmd.Wait()
	defer cancel()
	overlay := "-- ns1/etc/bind/named.conf --\n" + strings.ReplaceAll(conf("/etc/bind", 53), "127.0.0.1;", "any;")
	for _, f := range txtar.Parse([]byte(peerZones)).Files {
		overlay += "-- ns1/etc/bind/" + f.Name + " --\n" + string(f.Data)
	}
	w := newWorld(t, overlay, nil)
	if state, _ := w.hosts["ns1"].Unit("named").State(); state != host.Active {
		t.Fatal(w.syslog("ns1"))
	}
	server := fmt.Sprintf("127.0.0.1:%d", port)
	waitFor(t, server, "example.com", "example.net", "0.18.198.in-addr.arpa")
	for _, q := range peerQuestions() {
		real, err := askReal(server, q)
		if err != nil {
			t.Errorf("%s %s: %v", q.name, q.qtype, err)
			continue
		}
		q.to = "ns1"
		if got, want := compact(w.ask(q), q), compact(real, q); got != want {
			t.Errorf("%s %s rd=%v tcp=%v:\n%s\nreal named:\n%s", q.name, q.qtype, !q.norec, q.tcp, got, want)
		}
	}
}

// compact is a reply for comparison. Of truncated replies only the flags count,
// because compression may differ by a few octets.
func compact(m *mdns.Msg, q question) string {
	if m == nil {
		return "no reply"
	}
	if m.Truncated {
		m.Answer, m.Ns, m.Extra = nil, nil, nil
	}
	return text(m)
}

// waitFor waits until the server answers for all the zones, which it loads one
// after the other.
func waitFor(t *testing.T, server string, zones ...string) {
	for range 200 {
		if m, err := askReal(server, question{name: zones[0], qtype: "SOA"}); err == nil && m.Rcode == mdns.RcodeSuccess {
			if zones = zones[1:]; len(zones) == 0 {
				return
			}
			continue
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("named does not answer for", zones[0])
}

func askReal(server string, q question) (*mdns.Msg, error) {
	c := &mdns.Client{Timeout: time.Second, UDPSize: 4096}
	if q.tcp {
		c.Net = "tcp"
	}
	m := new(mdns.Msg)
	m.SetQuestion(mdns.Fqdn(q.name), mdns.StringToType[q.qtype])
	m.RecursionDesired = !q.norec
	m.SetEdns0(1232, false)
	if q.edit != nil {
		q.edit(m)
	}
	reply, _, err := c.Exchange(m, server)
	return reply, err
}

// peerQuestions are names and types in all combinations, and odd messages.
func peerQuestions() (list []question) {
	names := strings.Fields(`example.com www.example.com ftp.example.com ftp2.example.com far.example.com farther.example.com
		dangling.example.com loop1.example.com nosuch.example.com x.wild.example.com y.wild.example.com x.y.wild.example.com
		wild.example.com q.cwild.example.com sub.example.com h.sub.example.com ns.sub.example.com glueless.example.com
		h.glueless.example.com ent.example.com b.ent.example.com a.b.ent.example.com dn.example.com x.dn.example.com n.dn.example.com
		_sip._tcp.example.com case.example.com CASE.EXAMPLE.COM big.example.com many.example.com example.net www.example.net
		back.example.net www.example.org . com 25.0.18.198.in-addr.arpa 99.0.18.198.in-addr.arpa www.bad.com www.missing.com
		www.closed.com mail.example.com`)
	for _, name := range names {
		for _, qtype := range []string{"A", "MX", "NS", "SOA", "CNAME", "TXT", "ANY", "DS", "SRV", "PTR"} {
			list = append(list, question{name: name, qtype: qtype, norec: len(list)%2 == 0}, question{name: name, qtype: qtype, norec: len(list)%3 == 0, tcp: true})
		}
	}
	for _, edit := range []func(*mdns.Msg){
		func(m *mdns.Msg) { m.Extra = nil },
		func(m *mdns.Msg) { m.IsEdns0().SetUDPSize(512) },
		func(m *mdns.Msg) { m.IsEdns0().SetUDPSize(700) },
		func(m *mdns.Msg) { m.IsEdns0().SetUDPSize(4096) },
		func(m *mdns.Msg) { m.IsEdns0().SetDo() },
		func(m *mdns.Msg) { m.IsEdns0().SetVersion(3) },
		func(m *mdns.Msg) { m.Opcode = mdns.OpcodeStatus },
		func(m *mdns.Msg) { m.Opcode = mdns.OpcodeNotify },
		func(m *mdns.Msg) { m.Opcode = mdns.OpcodeUpdate },
		func(m *mdns.Msg) { m.Question[0].Qclass = mdns.ClassHESIOD },
		func(m *mdns.Msg) { m.Question[0].Qclass = mdns.ClassANY },
		func(m *mdns.Msg) { m.CheckingDisabled = true },
		func(m *mdns.Msg) { m.AuthenticatedData = true },
	} {
		for _, name := range []string{"www.example.com", "example.com", "nosuch.example.com", "h.sub.example.com", "many.example.com", "www.example.org"} {
			for _, qtype := range []string{"A", "SOA", "NS", "AXFR", "MAILA", "OPT"} {
				list = append(list, question{name: name, qtype: qtype, edit: edit}, question{name: name, qtype: qtype, edit: edit, tcp: qtype != "AXFR", norec: true})
			}
		}
	}
	// The view of class CH answers only a few questions a second.
	chaos := func(m *mdns.Msg) { m.Question[0].Qclass = mdns.ClassCHAOS }
	return append(list, question{name: "version.bind", qtype: "A", edit: chaos}, question{name: "version.bind", qtype: "MAILA", edit: chaos},
		question{name: "www.example.com", qtype: "A", edit: chaos})
}
