package named

import (
	"fmt"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// dynamicOverlay makes ns1 the primary of a dynamic zone and ns2 its secondary.
const dynamicOverlay = `
-- ns1/etc/bind/named.conf --
options { directory "/var/cache/bind"; recursion no; notify explicit; };
key "k1" { algorithm hmac-sha256; secret "c2VjcmV0c2VjcmV0c2VjcmV0"; };
key "k2" { algorithm hmac-sha256; secret "b3RoZXJzZWNyZXQ="; };
zone "dyn.test" { type primary; file "db.dyn"; allow-update { key k1; 198.18.0.200; }; also-notify { 198.18.0.53; }; };
zone "pol.test" { type primary; file "db.pol"; update-policy {
	grant k1 subdomain sub.pol.test. A TXT; grant k1 name one.pol.test. ANY; deny k2 wildcard *.no.pol.test.; grant k2 zonesub TXT; }; };
zone "diff.test" { type primary; file "db.diff"; ixfr-from-differences yes; also-notify { 198.18.0.53; }; };
-- ns1/var/cache/bind/db.dyn --
$TTL 300
@ SOA ns1 h 10 3600 900 1209600 60
@ NS ns1
ns1 A 198.18.0.20
www A 192.0.2.80
-- ns1/var/cache/bind/db.pol --
$TTL 300
@ SOA ns1 h 10 3600 900 1209600 60
@ NS ns1
ns1 A 198.18.0.20
-- ns1/var/cache/bind/db.diff --
$TTL 300
@ SOA ns1 h 10 3600 900 1209600 60
@ NS ns1
ns1 A 198.18.0.20
@ TXT "a record that makes the zone larger than what changes of it, so that the changes are sent"
www A 192.0.2.80
-- ns2/etc/bind/named.conf --
options { directory "/var/cache/bind"; recursion no; };
zone "dyn.test" { type secondary; file "db.dyn"; primaries { 198.18.0.20; }; allow-update-forwarding { any; }; };
zone "diff.test" { type secondary; file "db.diff"; primaries { 198.18.0.20; }; };
`

// update sends changes in presentation form; the key's name stands for key and
// secret, "" for an unsigned message.
func (w *world) update(to, zone, key string, changes ...string) string {
	w.t.Helper()
	secret := map[string]string{"k1.": "c2VjcmV0c2VjcmV0c2VjcmV0", "k2.": "b3RoZXJzZWNyZXQ="}[key]
	m := w.ask(question{to: to, name: zone, qtype: "SOA", norec: true, edit: func(m *mdns.Msg) {
		m.Opcode, m.Extra = mdns.OpcodeUpdate, nil
		for _, c := range changes {
			text, remove := strings.CutPrefix(c, "-")
			r, err := mdns.NewRR(text)
			if err != nil {
				w.t.Fatal(err)
			}
			if remove {
				r.Header().Class, r.Header().Ttl = mdns.ClassNONE, 0
			}
			m.Ns = append(m.Ns, r)
		}
		if key != "" {
			m.SetTsig(key, mdns.HmacSHA256, 300, w.kernel.Clock().Now().Unix())
			wire, _, err := mdns.TsigGenerate(m, secret, "", false)
			if err != nil || m.Unpack(wire) != nil {
				w.t.Fatal(err)
			}
		}
	}})
	if m == nil {
		return "no reply"
	}
	return mdns.RcodeToString[m.Rcode]
}

func (w *world) serial(at, zone string) uint32 {
	m := w.ask(question{to: at, name: zone, qtype: "SOA"})
	if m == nil || len(m.Answer) == 0 {
		return 0
	}
	return m.Answer[0].(*mdns.SOA).Serial
}

func TestUpdate(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	for _, c := range []struct {
		zone, key string
		change    string
		want      string
		log       string
	}{
		{"dyn.test.", "", "a.dyn.test. 60 A 192.0.2.1", "NOERROR", "updating zone 'dyn.test/IN': adding an RR at 'a.dyn.test' A 192.0.2.1"},
		{"dyn.test.", "k1.", "-a.dyn.test. 60 A 192.0.2.1", "NOERROR", "/key k1: updating zone 'dyn.test/IN': deleting an RR at a.dyn.test A"},
		{"dyn.test.", "k1.", "a.other.test. 60 A 192.0.2.1", "NOTZONE", "update failed: update RR is outside zone (NOTZONE)"},
		{"nosuch.test.", "k1.", "a.nosuch.test. 60 A 192.0.2.1", "NOTAUTH", "update failed: nosuch.test: not authoritative for update zone (NOTAUTH)"},
		{"diff.test.", "k1.", "a.diff.test. 60 A 192.0.2.1", "REFUSED", "update 'diff.test/IN' denied"},
		{"pol.test.", "", "a.pol.test. 60 TXT x", "REFUSED", "update 'pol.test/IN' denied"},
		{"pol.test.", "k1.", "x.sub.pol.test. 60 A 192.0.2.1", "NOERROR", "adding an RR at 'x.sub.pol.test' A 192.0.2.1"},
		{"pol.test.", "k1.", "x.sub.pol.test. 60 MX 1 a.", "REFUSED", "update failed: rejected by secure update (REFUSED)"},
		{"pol.test.", "k1.", "one.pol.test. 60 MX 1 a.", "NOERROR", ""}, {"pol.test.", "k1.", "two.pol.test. 60 A 192.0.2.1", "REFUSED", ""},
		{"pol.test.", "k2.", "two.pol.test. 60 TXT hi", "NOERROR", ""}, {"pol.test.", "k2.", "a.no.pol.test. 60 TXT hi", "REFUSED", ""},
	} {
		before := len(w.syslog("ns1"))
		if got := w.update("ns1", c.zone, c.key, c.change); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.key, c.change, got, c.want)
		}
		if log := w.syslog("ns1")[before:]; !strings.Contains(log, c.log) {
			t.Errorf("%s: log lacks %q:\n%s", c.change, c.log, log)
		}
	}
}

// The journal brings back what was not written to the zone's file yet, and the
// secondary fetches each step.
func TestUpdatesSurviveAndSpread(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	w.run(10 * time.Second)
	for i, change := range []string{"a.dyn.test. 60 A 192.0.2.1", "b.dyn.test. 60 A 192.0.2.2", "-www.dyn.test. 60 A 192.0.2.80"} {
		if got := w.update("ns1", "dyn.test.", "k1.", change); got != "NOERROR" {
			t.Fatal(got, w.syslog("ns1"))
		}
		w.run(10 * time.Second)
		if one, two := w.serial("ns1", "dyn.test"), w.serial("ns2", "dyn.test"); one != uint32(11+i) || two != one {
			t.Fatalf("serials %d and %d\n%s\n%s", one, two, w.syslog("ns1"), w.syslog("ns2"))
		}
	}
	for _, want := range []string{"IXFR started (serial 12 -> 13)", "sending notifies (serial 13)"} {
		if !strings.Contains(w.syslog("ns1"), want) {
			t.Errorf("no %q:\n%s", want, w.syslog("ns1"))
		}
	}
	w.do(func(*vtime.Task) { w.hosts["ns1"].Unit("named").Main().Signal(host.SIGKILL) })
	w.command("ns1", "named", "-u", "bind")
	if got := text(w.ask(question{to: "ns1", name: "b.dyn.test", qtype: "A"})); !strings.Contains(got, "192.0.2.2") || w.serial("ns1", "dyn.test") != 13 {
		t.Errorf("after a crash: %s\n%s", got, w.syslog("ns1"))
	}
	// An edited file that the journal does not lead from.
	w.command("ns1", "rndc", "halt")
	w.edit("ns1", "/var/cache/bind/db.dyn", " 10 ", " 5 ")
	w.command("ns1", "named", "-u", "bind")
	if log := w.syslog("ns1"); !strings.Contains(log, "zone dyn.test/IN: journal rollforward failed: journal out of sync with zone") {
		t.Error(log)
	}
	if got := text(w.ask(question{to: "ns1", name: "b.dyn.test", qtype: "A"})); !strings.HasPrefix(got, "SERVFAIL") {
		t.Error(got)
	}
}

func TestIXFRFromDifferences(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	w.run(10 * time.Second)
	w.edit("ns1", "/var/cache/bind/db.diff", "192.0.2.80", "192.0.2.81")
	w.command("ns1", "rndc", "reload", "diff.test")
	if log := w.syslog("ns1"); !strings.Contains(log, "zone diff.test/IN: ixfr-from-differences: new serial (10) out of range [11 - 2147483657]") {
		t.Error(log)
	}
	w.edit("ns1", "/var/cache/bind/db.diff", " 10 ", " 11 ")
	w.command("ns1", "rndc", "reload", "diff.test")
	w.run(10 * time.Second)
	if got := text(w.ask(question{to: "ns2", name: "www.diff.test", qtype: "A"})); !strings.Contains(got, "192.0.2.81") {
		t.Error(got)
	}
	m := w.ask(question{to: "ns1", name: "diff.test", qtype: "IXFR", tcp: true, edit: func(m *mdns.Msg) {
		soa, _ := mdns.NewRR("diff.test. 0 SOA . . 10 0 0 0 0")
		m.Ns = []mdns.RR{soa}
	}})
	if len(m.Answer) != 6 { // RFC 1995 4
		t.Errorf("IXFR: %s", text(m))
	}
}

func TestUpdateForwarding(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	w.run(10 * time.Second)
	if got := w.update("ns2", "dyn.test.", "k1.", "f.dyn.test. 60 A 192.0.2.3"); got != "NOTAUTH" { // it does not know the key
		t.Error(got)
	}
	if got := w.update("ns2", "dyn.test.", "", "f.dyn.test. 60 A 192.0.2.3"); got != "REFUSED" { // the primary's word
		t.Error(got)
	}
	if log := w.syslog("ns2"); !strings.Contains(log, "zone dyn.test/IN: forwarded dynamic update: primary 198.18.0.20#53 returned: REFUSED") {
		t.Error(log)
	}
	if got := w.update("ns2", "diff.test.", "", "f.diff.test. 60 A 192.0.2.3"); got != "REFUSED" {
		t.Error(got)
	}
}

// RFC 8945 5.2.3: a request of a clock that is wrong gets BADTIME.
func TestBadTime(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	m := w.ask(question{to: "ns1", name: "dyn.test", qtype: "SOA", edit: func(m *mdns.Msg) {
		m.Extra = nil
		m.SetTsig("k1.", mdns.HmacSHA256, 300, w.kernel.Clock().Now().Unix()-1000)
		wire, _, _ := mdns.TsigGenerate(m, "c2VjcmV0c2VjcmV0c2VjcmV0", "", false)
		m.Unpack(wire)
	}})
	if tsig := m.IsTsig(); m.Rcode != mdns.RcodeNotAuth || tsig == nil || tsig.Error != mdns.RcodeBadTime || tsig.MAC == "" || tsig.OtherLen != 6 {
		t.Errorf("%v", m)
	}
}

// A journal does not grow for ever: the file is written and old steps go.
func TestJournalIsBounded(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	for i := range 600 {
		if got := w.update("ns1", "dyn.test.", "", fmt.Sprintf("n%d.dyn.test. 60 A 192.0.2.1", i%7)); i < 7 && got != "NOERROR" {
			t.Fatal(got)
		}
		if i >= 7 {
			w.update("ns1", "dyn.test.", "", fmt.Sprintf("-n%d.dyn.test. 60 A 192.0.2.1", i%7))
		}
	}
	if st, err := w.hosts["ns1"].FS.Stat("/var/cache/bind/db.dyn.jnl", host.Root); err != nil || st.Size() > 200_000 {
		t.Errorf("%v %v", st, err)
	}
	serial := w.serial("ns1", "dyn.test")
	w.do(func(*vtime.Task) { w.hosts["ns1"].Unit("named").Main().Signal(host.SIGKILL) })
	w.command("ns1", "named", "-u", "bind")
	if got := w.serial("ns1", "dyn.test"); got != serial || serial < 600 {
		t.Errorf("serial %d, %d before\n%s", got, serial, w.syslog("ns1"))
	}
}
