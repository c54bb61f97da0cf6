package named

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
)

const updatedConfig = `options {
	directory "DIR"; pid-file none; session-keyfile none; recursion no; notify no; dnssec-validation no;
	listen-on port PORT { 198.18.0.20; }; listen-on-v6 { none; }; rrset-order { order none; };
};
controls { };
zone "dyn.test" { type primary; file "db.dyn"; allow-update { any; }; };
`

const updatedZone = `$TTL 300
@ SOA ns1 h 10 3600 900 1209600 60
@ NS ns1
@ NS ns2
@ MX 5 www
@ TXT "text"
ns1 A 192.0.2.1
ns2 A 192.0.2.2
www A 192.0.2.80
www A 192.0.2.81
alias CNAME www
*.wild TXT "w"
a.b A 192.0.2.5
sub NS ns.sub
ns.sub A 192.0.2.9
dn DNAME b
$GENERATE 1-3 many TXT a-record-$
`

// updates draws dynamic updates of the zone above. Names are spelled in one way: which
// spelling stays is not compared.
type updates struct{ r *rand.Rand }

func (u *updates) pick(s ...string) string { return s[u.r.IntN(len(s))] }

func (u *updates) name() string {
	return u.pick("", "www.", "alias.", "x.wild.", "*.wild.", "a.b.", "b.", "sub.", "ns.sub.", "dn.", "ns1.", "new.", "n2.", "n3.", "deep.n3.") +
		u.pick("dyn.test.", "dyn.test.", "dyn.test.", "dyn.test.", "dyn.test.", "dyn.test.", "dyn.test.", "dyn.test.", "other.test.")
}

// record draws a record; many of its kind are equal to one that is there.
func (u *updates) record() mdns.RR {
	ttl := u.pick("300", "300", "300", "60", "0")
	data := u.pick("A 192.0.2.80", "A 192.0.2.81", "A 192.0.2.1", "A 192.0.2.7", "TXT w", "TXT text", "TXT W", "MX 5 www.dyn.test.", "MX 5 a.b.dyn.test.",
		"MX 10 mail.dyn.test.", "CNAME www.dyn.test.", "CNAME new.dyn.test.", "NS ns1.dyn.test.", "NS ns2.dyn.test.", "NS ns3.dyn.test.", "AAAA 2001:db8::1",
		"SOA ns1.dyn.test. h.dyn.test. "+strconv.Itoa(5+u.r.IntN(40))+" 1 1 1 60", "DNAME b.dyn.test.", "DS 1 13 2 "+strings.Repeat("00", 32), "PTR www.dyn.test.", "CAA 0 issue x")
	rr, err := mdns.NewRR(u.name() + " " + ttl + " IN " + data)
	if err != nil {
		panic(err)
	}
	return rr
}

// bare is a record without data, of a class that gives it its meaning.
func (u *updates) bare(class uint16, types ...string) mdns.RR {
	return &mdns.ANY{Hdr: mdns.RR_Header{Name: u.name(), Class: class, Rrtype: mdns.StringToType[u.pick(types...)]}}
}

func (u *updates) change() mdns.RR {
	rr := u.record()
	switch u.r.IntN(8) {
	case 0, 1, 2: // RFC 2136 2.5.4
		rr.Header().Class, rr.Header().Ttl = mdns.ClassNONE, 0
	case 3: // 2.5.2
		return u.bare(mdns.ClassANY, "A", "TXT", "MX", "NS", "SOA", "CNAME", "DNAME")
	case 4: // 2.5.3
		return u.bare(mdns.ClassANY, "ANY")
	}
	return rr
}

func (u *updates) need() mdns.RR {
	switch u.r.IntN(5) {
	case 0:
		return u.bare(mdns.ClassANY, "ANY", "A", "TXT", "MX", "NS", "CNAME")
	case 1:
		return u.bare(mdns.ClassNONE, "ANY", "A", "TXT", "MX", "NS", "CNAME")
	}
	rr := u.record()
	rr.Header().Ttl = 0
	return rr
}

func (u *updates) probe() probe {
	p := probe{from: "client", kind: mdns.OpcodeUpdate, question: question{name: "dyn.test", qtype: "SOA", norec: true}}
	if u.r.IntN(4) == 0 {
		p.needs = append(p.needs, u.need())
	}
	for range 1 + u.r.IntN(3) {
		p.changes = append(p.changes, u.change())
	}
	return p
}

// TestUpdatesOfRealNamed applies the same generated updates to the real daemon and
// to this one. After each the response codes and the zones as transferred are
// compared, and now and then the steps as IXFR sends them.
func TestUpdatesOfRealNamed(t *testing.T) {
	peerNamed(t)
	rounds, seed := 300, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("MXLAB_PEER_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("MXLAB_PEER_SEED"), 10, 64); err == nil {
		seed = n
	}
	dir := t.TempDir()
	os.Chmod(dir, 0o777)
	os.WriteFile(filepath.Join(dir, "db.dyn"), []byte(updatedZone), 0o644)
	real, err := startReal(dir, updatedConfig)
	if err != nil {
		t.Skip(err)
	}
	defer real.stop()
	w := newWorld(t, "-- ns1/etc/bind/named.conf --\n"+strings.NewReplacer("DIR", "/var/cache/bind", "PORT", "53").Replace(updatedConfig)+
		"-- ns1/var/cache/bind/db.dyn --\n"+updatedZone, nil)
	if state, _ := w.hosts["ns1"].Unit("named").State(); state != host.Active {
		t.Fatal(w.syslog("ns1"))
	}
	u := &updates{r: rand.New(rand.NewPCG(seed, 5))}
	y, last := map[string]int{}, []string{}
	for n := range rounds {
		for _, p := range []probe{u.probe(), transferProbe("AXFR", 0), transferProbe("IXFR", w.serial("ns1", "dyn.test")-uint32(u.r.IntN(8)))} {
			kind := p.question.qtype
			ours, theirs := brief(w.probe(p)), brief(real.ask(p, 5*time.Second))
			if kind == "SOA" {
				last = append(last, fmt.Sprintf("needs %v\nchanges %v: %s", p.needs, p.changes, ours))
			}
			if y[kind]++; ours == theirs {
				y[kind+" same"]++
				continue
			}
			t.Logf("update %d, %s:\n%s\nafter %s", n, kind, unlike(ours, theirs), strings.Join(last[max(0, len(last)-2):], "\n"))
			if kind == "AXFR" { // from here on everything differs
				t.Fatal("the zones differ")
			}
		}
	}
	for _, kind := range []string{"SOA", "AXFR", "IXFR"} {
		t.Logf("%d of %d %s agree", y[kind+" same"], y[kind], strings.Replace(kind, "SOA", "update", 1))
		if float64(y[kind+" same"]) < 0.99*float64(y[kind]) {
			t.Error("too far from the real daemon")
		}
	}
}

// unlike are the lines only ours has, with a minus, and only theirs has, with a plus.
func unlike(ours, theirs string) string {
	var out []string
	count := map[string]int{}
	for _, l := range strings.Split(theirs, "\n") {
		count[l]++
	}
	for _, l := range strings.Split(ours, "\n") {
		if count[l]--; count[l] < 0 {
			out = append(out, "-"+l)
		}
	}
	for _, l := range strings.Split(theirs, "\n") {
		if count[l]--; count[l] >= 0 {
			out = append(out, "+"+l)
		}
	}
	return strings.Join(out, "\n")
}

func transferProbe(kind string, serial uint32) probe {
	p := probe{from: "client", question: question{name: "dyn.test", qtype: kind, tcp: true, norec: true}}
	if kind == "IXFR" {
		p.needs = []mdns.RR{&mdns.SOA{Hdr: mdns.RR_Header{Name: "dyn.test.", Rrtype: mdns.TypeSOA, Class: mdns.ClassINET}, Ns: ".", Mbox: ".", Serial: serial}}
	}
	return p
}
