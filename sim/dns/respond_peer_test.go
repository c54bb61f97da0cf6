package dns

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// answerZones are loaded into both servers.
func answerZones() []baseZone {
	return []baseZone{
		{"example.com", `$TTL 3600
@ SOA ns1 hostmaster 1 3600 900 1209600 300
@ NS ns1
@ NS ns.example.net.
@ MX 10 mail
@ MX 20 mail.example.net.
@ TXT "v=spf1 mx -all"
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
mail A 192.0.2.25
www CNAME web
web A 192.0.2.80
web A 192.0.2.81
ftp CNAME www
out CNAME www.example.net.
away CNAME www.elsewhere.test.
nowhere CNAME missing
loop1 CNAME loop2
loop2 CNAME loop1
a.b.c A 192.0.2.5
*.wild A 192.0.2.99
*.wild MX 10 mail
x.y.wild A 192.0.2.98
*.cwild CNAME web
sub NS ns.sub
sub NS ns.elsewhere.test.
ns.sub A 192.0.2.53
child NS ns1
old DNAME web
new DNAME www.example.net.
_sip._tcp SRV 1 2 5060 mail
tosub CNAME www.sub
UPPER A 192.0.2.6
nullmx MX 0 .
mxsub MX 10 ns.sub
`},
		{"child.example.com", "$TTL 60\n@ SOA ns1.example.com. h 1 1 1 1 1\n@ NS ns1.example.com.\nwww A 192.0.2.7\n"},
		{"example.net", "$TTL 7200\n@ SOA ns h 5 1 1 1 7201\n@ NS ns\nns A 192.0.2.9\nwww A 192.0.2.10\nmail A 192.0.2.11\nbig TXT " +
			strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 10) + "\n" + manyAddresses()},
	}
}

func manyAddresses() string {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "many A 198.18.0.%d\n", i)
	}
	return b.String()
}

// TestPeerResponses asks the real named and Respond the same questions and
// compares every section, header bit and response code.
func TestPeerResponses(t *testing.T) {
	named := peer(t, "named")
	server := startNamed(t, named, answerZones())
	var zones []*Zone
	for _, z := range answerZones() {
		zones = append(zones, loadText(t, z.origin, z.text))
	}
	set := NewZoneSet(zones...)
	names := []string{"example.com.", "ns1.example.com.", "mail.example.com.", "www.example.com.", "web.example.com.", "ftp.example.com.",
		"out.example.com.", "away.example.com.", "nowhere.example.com.", "loop1.example.com.", "b.c.example.com.", "c.example.com.",
		"a.b.c.example.com.", "x.a.b.c.example.com.", "nosuch.example.com.", "wild.example.com.", "q.wild.example.com.",
		"q.r.wild.example.com.", "y.wild.example.com.", "z.y.wild.example.com.", "q.cwild.example.com.", "sub.example.com.",
		"www.sub.example.com.", "ns.sub.example.com.", "child.example.com.", "www.child.example.com.", "old.example.com.",
		"x.old.example.com.", "www.new.example.com.", "new.example.com.", "_sip._tcp.example.com.", "tosub.example.com.",
		"upper.example.com.", "UPPER.EXAMPLE.COM.", "nullmx.example.com.", "mxsub.example.com.", "example.net.", "big.example.net.",
		"many.example.net.", "www.elsewhere.test.", "com.", ".", "*.wild.example.com."}
	types := []uint16{mdns.TypeA, mdns.TypeAAAA, mdns.TypeMX, mdns.TypeNS, mdns.TypeSOA, mdns.TypeTXT, mdns.TypeCNAME, mdns.TypeANY,
		mdns.TypeDS, mdns.TypeSRV, mdns.TypeDNAME}
	compareResponses(t, server, set, names, types, false, 100)
}

// TestPeerSignedResponses does the same with a signed zone and the DO bit.
func TestPeerSignedResponses(t *testing.T) {
	named := peer(t, "named")
	text := signZone(t, "signed.test", `$TTL 3600
@ SOA ns1 hostmaster 1 3600 900 1209600 300
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.1
mail A 192.0.2.25
www CNAME mail
a.b.c A 192.0.2.5
*.wild A 192.0.2.99
sub NS ns.sub
ns.sub A 192.0.2.53
safe NS ns1
safe DS 12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
`)
	server := startNamed(t, named, []baseZone{{"signed.test", text}})
	set := NewZoneSet(loadText(t, "signed.test", text))
	names := []string{"signed.test.", "ns1.signed.test.", "www.signed.test.", "mail.signed.test.", "nosuch.signed.test.", "c.signed.test.",
		"zzz.signed.test.", "a.a.signed.test.", "q.wild.signed.test.", "x.y.wild.signed.test.", "www.sub.signed.test.", "sub.signed.test.",
		"safe.signed.test.", "x.safe.signed.test."}
	types := []uint16{mdns.TypeA, mdns.TypeMX, mdns.TypeNS, mdns.TypeSOA, mdns.TypeDS, mdns.TypeDNSKEY, mdns.TypeNSEC}
	compareResponses(t, server, set, names, types, true, 100)
}

// signZone signs a zone with a fresh key.
func signZone(t *testing.T, origin, text string) string {
	t.Helper()
	keygen, signer, dir := peer(t, "dnssec-keygen"), peer(t, "dnssec-signzone"), t.TempDir()
	os.WriteFile(filepath.Join(dir, "zone"), []byte(text), 0o644)
	for _, args := range [][]string{{keygen, "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", origin},
		{keygen, "-q", "-a", "ECDSAP256SHA256", origin}, {signer, "-S", "-o", origin, "-f", "signed", "zone"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
	}
	signed, err := os.ReadFile(filepath.Join(dir, "signed"))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// compareResponses asks both servers about all names and types, without and with
// RD and EDNS. least is the share, in percent, that has to be equal.
func compareResponses(t *testing.T, server namedServer, set *ZoneSet, names []string, types []uint16, dnssec bool, least float64) {
	t.Helper()
	total, same := 0, 0
	for _, name := range names {
		for _, qtype := range types {
			for mode := range 5 {
				q := new(mdns.Msg)
				q.Id = uint16(total + 1)
				q.Question = []mdns.Question{{Name: name, Qtype: qtype, Qclass: mdns.ClassINET}}
				q.RecursionDesired = mode%4 != 0
				q.AuthenticatedData, q.CheckingDisabled = mode%2 == 0, mode == 4
				if mode >= 2 { // a usual, a small and a large buffer
					q.SetEdns0([]uint16{1232, 512, 4096}[mode-2], dnssec)
				}
				want := server.ask(t, q)
				got, _ := set.Respond(q, RespondOptions{UDP: true})
				total++
				if w, g := canonicalMessage(want), canonicalMessage(got); w != g {
					t.Logf("%s %s mode %d\nnamed:\n%s\nours:\n%s", name, TypeName(qtype), mode, w, g)
				} else {
					same++
				}
			}
		}
	}
	percent := 100 * float64(same) / float64(total)
	t.Logf("%d questions, %.2f %% equal", total, percent)
	if percent < least {
		t.Error("responses differ from named's")
	}
}

// canonicalMessage is a message without what named draws at random.
func canonicalMessage(m *mdns.Msg) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s aa=%v tc=%v rd=%v ra=%v ad=%v cd=%v\n", RcodeName(m.Rcode), m.Authoritative, m.Truncated, m.RecursionDesired,
		m.RecursionAvailable, m.AuthenticatedData, m.CheckingDisabled)
	for i, section := range [][]mdns.RR{m.Answer, m.Ns, m.Extra} {
		var lines []string
		for _, rr := range section {
			if rr.Header().Rrtype == mdns.TypeOPT {
				lines = append(lines, "OPT")
				continue
			}
			lines = append(lines, rr.String())
		}
		slices.Sort(lines)
		fmt.Fprintf(&b, "%s\n%s\n", [3]string{"answer", "authority", "additional"}[i], strings.Join(lines, "\n"))
	}
	return b.String()
}

type namedServer struct{ addr string }

func (s namedServer) ask(t *testing.T, q *mdns.Msg) *mdns.Msg {
	t.Helper()
	client := mdns.Client{Timeout: 3 * time.Second, UDPSize: 4096}
	resp, _, err := client.Exchange(q, s.addr)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// startNamed runs a named with the zones on a free port of the loopback.
func startNamed(t *testing.T, named string, zones []baseZone) namedServer {
	t.Helper()
	dir := t.TempDir()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.LocalAddr().(*net.UDPAddr).Port
	free.Close()
	conf := fmt.Sprintf("options { directory %q; pid-file none; listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };\n"+
		"recursion no; rrset-order { order none; }; notify no; session-keyfile none; max-records-per-type 0; };\ncontrols { };\n", dir, port)
	for _, z := range zones {
		os.WriteFile(filepath.Join(dir, z.origin), []byte(z.text), 0o644)
		conf += fmt.Sprintf("zone %q { type primary; file %q; check-names ignore; };\n", z.origin, z.origin)
	}
	os.WriteFile(filepath.Join(dir, "named.conf"), []byte(conf), 0o644)
	var log strings.Builder
	cmd := exec.Command(named, "-g", "-c", filepath.Join(dir, "named.conf"))
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	server := namedServer{fmt.Sprintf("127.0.0.1:%d", port)}
	q := new(mdns.Msg).SetQuestion(mdns.Fqdn(zones[0].origin), mdns.TypeSOA)
	for range 100 {
		if resp, err := mdns.Exchange(q, server.addr); err == nil && resp.Rcode == mdns.RcodeSuccess {
			return server
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("named does not answer: %s", log.String())
	return server
}
