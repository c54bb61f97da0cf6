package named

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/host"
)

// featureZones hold every feature of authoritative data; the last two are signed by
// the real dnssec-signzone, with NSEC and with NSEC3.
const featureZones = `
-- db.feature.test --
$TTL 3600
@ SOA ns1 hostmaster 7 3600 900 1209600 300
@ NS ns1
@ NS ns.other.test.
@ MX 10 mail
@ TXT "v=spf1 mx -all"
@ CAA 0 issue "ca.example"
ns1 A 198.18.0.20
ns1 AAAA 2001:db8::20
mail A 198.18.0.25
mail AAAA 2001:db8::25
www CNAME mail
cc CNAME www
loop1 CNAME loop2
loop2 CNAME loop1
out CNAME www.other.test.
gone CNAME nosuch
towild CNAME x.wild
*.wild A 198.18.0.99
*.wild TXT "wild"
x.y.wild A 198.18.0.98
*.cw CNAME mail
* MX 5 mail
sub NS ns.sub
sub NS ns2.sub
ns.sub A 198.18.0.53
ns2.sub AAAA 2001:db8::53
glueless NS ns.elsewhere.test.
partly NS ns.partly
partly NS ns1
insub NS ns.sub
a.b.c.ent A 198.18.0.85
dn DNAME wild
dn2 DNAME www.other.test.
dn A 198.18.0.86
_sip._tcp SRV 1 2 5060 mail
_sip._tcp SRV 2 2 5060 ns.sub
naptr NAPTR 10 10 "s" "SIP+D2U" "" _sip._tcp
UP A 198.18.0.87
ptr PTR mail
hinfo HINFO "PC" "Linux"
loc LOC 37 0 0 N 127 0 0 E 10m
tlsa TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
ds DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
ds NS ns.ds
sshfp SSHFP 1 1 0000000000000000000000000000000000000000
null MX 0 .
$GENERATE 1-40 big TXT "a text that is long enough to make the whole answer rather large, number $"
$GENERATE 1-40 many A 198.18.1.$
$GENERATE 1-12 nss NS ns$.elsewhere.test.
-- db.child.feature.test --
$TTL 60
@ SOA ns1.feature.test. h 1 1 1 1 60
@ NS ns1.feature.test.
www A 198.18.0.7
up CNAME mail.feature.test.
-- db.other.test --
$TTL 600
@ SOA ns hostmaster 1 3600 900 1209600 6000
@ NS ns
ns A 198.18.0.53
www A 198.18.0.90
www AAAA 2001:db8::90
back CNAME mail.feature.test.
-- db.nsec.test --
$TTL 600
@ SOA ns hostmaster 1 3600 900 1209600 60
@ NS ns
ns A 198.18.0.53
www A 198.18.0.90
alias CNAME www
*.wild A 198.18.0.99
*.cw CNAME www
sub NS ns.sub
ns.sub A 198.18.0.54
sec NS ns
sec DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
a.b.c A 198.18.0.1
dn DNAME www
`

const featureConfig = `options {
	directory "DIR"; pid-file none; session-keyfile none;
	listen-on port PORT { 127.0.0.1; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; rrset-order { order none; }; EXTRA
};
controls { };
zone "feature.test" { type primary; file "db.feature.test"; check-mx ignore; check-integrity no; };
zone "child.feature.test" { type primary; file "db.child.feature.test"; };
zone "other.test" { type primary; file "db.other.test"; };
zone "nsec.test" { type primary; file "db.nsec.test.signed"; };
zone "nsec3.test" { type primary; file "db.nsec3.test.signed"; };
zone "optout.test" { type primary; file "db.optout.test.signed"; };
`

// realSigned signs the NSEC zone three ways with the real tools.
func realSigned(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for _, z := range []struct {
		name string
		args []string
	}{{"nsec.test", nil}, {"nsec3.test", []string{"-3", "AABBCCDD", "-H", "2"}}, {"optout.test", []string{"-3", "-", "-H", "0", "-A"}}} {
		text := files["db.nsec.test"]
		for _, flag := range [][]string{{"-f", "KSK"}, nil} {
			cmd := exec.Command("dnssec-keygen", append(append([]string{"-q", "-a", "ED25519"}, flag...), z.name)...)
			cmd.Dir = dir
			key, err := cmd.Output()
			if err != nil {
				t.Skip("dnssec-keygen:", err)
			}
			text += "$INCLUDE " + strings.TrimSpace(string(key)) + ".key\n"
		}
		os.WriteFile(filepath.Join(dir, "db."+z.name), []byte(text), 0o644)
		cmd := exec.Command("dnssec-signzone", append(append([]string{"-o", z.name}, z.args...), "db."+z.name)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("dnssec-signzone: %v\n%s", err, out)
		}
		b, _ := os.ReadFile(filepath.Join(dir, "db."+z.name+".signed"))
		files["db."+z.name+".signed"] = string(b)
	}
}

// TestTenThousandAnswersOfRealNamed compares generated questions, the same ones at
// every run, with the real daemon.
func TestTenThousandAnswersOfRealNamed(t *testing.T) {
	if _, err := exec.LookPath("named"); err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("named is not installed")
		}
		t.Skip("named is not installed")
	}
	dir := t.TempDir()
	os.Chmod(dir, 0o777)
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(featureZones)).Files {
		files[f.Name] = string(f.Data)
	}
	realSigned(t, dir, files)
	overlay := ""
	for name, text := range files {
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
		overlay += "-- ns1/etc/bind/" + name + " --\n" + text
	}
	total, same := 0, 0
	for n, extra := range []string{"", "minimal-responses yes; minimal-any yes;", "minimal-responses no; max-udp-size 700;", "minimal-responses no-auth;"} {
		a, b := compareFeatures(t, dir, overlay, extra, rand.New(rand.NewPCG(1, uint64(n))), 2600)
		total, same = total+a, same+b
	}
	t.Logf("%d of %d answers agree: %.2f %%", same, total, 100*float64(same)/float64(total))
	if float64(same) < 0.995*float64(total) {
		t.Errorf("only %d of %d answers agree", same, total)
	}
}

func compareFeatures(t *testing.T, dir, overlay, extra string, r *rand.Rand, n int) (total, same int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf := func(dir string, port int) string {
		return strings.NewReplacer("DIR", dir, "PORT", fmt.Sprint(port), "EXTRA", extra).Replace(featureConfig)
	}
	file := filepath.Join(dir, "named.conf")
	os.WriteFile(file, []byte(conf(dir, port)), 0o644)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "named", "-g", "-c", file)
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer cmd.Wait()
	defer cancel()
	w := newWorld(t, overlay+"-- ns1/etc/bind/named.conf --\n"+strings.ReplaceAll(conf("/etc/bind", 53), "127.0.0.1;", "any;"), nil)
	if state, _ := w.hosts["ns1"].Unit("named").State(); state != host.Active {
		t.Fatal(w.syslog("ns1"))
	}
	server := fmt.Sprintf("127.0.0.1:%d", port)
	waitFor(t, server, "feature.test", "child.feature.test", "other.test", "nsec.test", "nsec3.test", "optout.test")
	shown := 0
	for range n {
		q := featureQuestion(r)
		real, err := askReal(server, q)
		if err != nil {
			t.Errorf("%s %s: %v", q.name, q.qtype, err)
			continue
		}
		q.to = "ns1"
		got, want := compact(w.ask(q), q), compact(real, q)
		total++
		if got == want {
			same++
		} else if shown++; shown <= 6 {
			m := new(mdns.Msg)
			m.SetEdns0(1232, false)
			q.edit(m)
			t.Logf("%s: %s %s rd=%v tcp=%v %v:\n%s\nreal named:\n%s", extra, q.name, q.qtype, !q.norec, q.tcp, m.Extra, got, want)
		}
	}
	return total, same
}

// featureQuestion draws a question.
func featureQuestion(r *rand.Rand) question {
	zones := []string{"feature.test", "feature.test", "feature.test", "child.feature.test", "other.test", "nsec.test", "nsec3.test", "optout.test", "optout.test", "elsewhere.test"}
	labels := strings.Fields("www ns1 mail cc loop1 out gone towild wild x.wild y.wild x.y.wild z.x.y.wild *.wild cw q.cw sub ns.sub h.sub glueless h.glueless partly insub " +
		"ent c.ent b.c.ent a.b.c.ent dn x.dn y.x.dn dn2 x.dn2 _sip._tcp _tcp naptr UP up ptr hinfo loc tlsa ds h.ds sshfp null big many nss child back alias sec h.sec c b.c a.b.c nosuch a.nosuch zzz 0 WWW")
	types := strings.Fields("A A A AAAA MX NS SOA CNAME TXT ANY DS SRV PTR DNAME NSEC NSEC3 RRSIG DNSKEY NSEC3PARAM HINFO CAA TLSA NAPTR LOC")
	zone := zones[r.IntN(len(zones))]
	name := zone
	if r.IntN(8) > 0 {
		name = labels[r.IntN(len(labels))] + "." + zone
	}
	q := question{name: name, qtype: types[r.IntN(len(types))], norec: r.IntN(2) == 0, tcp: r.IntN(5) == 0}
	size, do, plain := []uint16{512, 800, 1232, 4096}[r.IntN(4)], r.IntN(2) == 0, r.IntN(6) == 0
	q.edit = func(m *mdns.Msg) {
		if plain {
			m.Extra = nil
			return
		}
		m.IsEdns0().SetUDPSize(size)
		if do {
			m.IsEdns0().SetDo()
		}
	}
	return q
}
