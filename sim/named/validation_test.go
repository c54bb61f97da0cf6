package named

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// signedText signs a zone as dnssec-signzone does and returns it with its keys, the
// key-signing key first.
func signedText(t testing.TB, r *rand.Rand, origin, text string, start time.Time, hashed bool) (string, []dns.ZoneKey) {
	t.Helper()
	opts := dns.NamedOptions(dns.Secondary)
	opts.Origin, opts.File = origin, "db"
	opts.Read = func(string) ([]byte, error) { return []byte(text), nil }
	zone, _, err := dns.Load(opts)
	if err != nil {
		t.Fatal(origin, err)
	}
	var keys []dns.ZoneKey
	for _, flags := range []uint16{257, 256} {
		k, err := newZoneKey(r, origin, mdns.ED25519, flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	signed, err := dns.Sign(zone, keys, dns.SignOptions{Inception: uint32(start.Unix()), Expiration: uint32(start.Add(30 * 24 * time.Hour).Unix()),
		Serial: 1, Hashed: hashed, OptOut: hashed})
	if err != nil {
		t.Fatal(err)
	}
	return signed.Text(dns.FullStyle), keys
}

// signedWorld is a server of signed zones, good and bad, and a resolver with trust
// anchors for them.
func signedWorld(t testing.TB) *world {
	r := rand.New(rand.NewPCG(1, 2))
	const base = "$TTL 600\n@ SOA ns hostmaster 1 3600 900 1209600 60\n@ NS ns\nns A 198.18.0.20\nwww A 198.18.0.90\nalias CNAME www\nfar CNAME www.sub\n*.wild A 198.18.0.91\nsub NS ns\n"
	files, anchors, stubs, zones := map[string]string{}, "", "", ""
	add := func(name, text string) {
		files["db."+name] = text
		zones += fmt.Sprintf("zone \"%s\" { type primary; file \"/etc/bind/db.%s\"; };\n", name, name)
	}
	_, _ = signedText(t, r, "warm.", base, boot, false)
	child, keys := signedText(t, r, "ok.good.", "$TTL 60\n@ SOA ns.good. h 1 1 1 1 1\n@ NS ns.good.\nwww A 198.18.0.92\n", boot, false)
	add("ok.good", child)
	wrong, _ := signedText(t, r, "wrong.good.", "$TTL 60\n@ SOA ns.good. h 1 1 1 1 1\n@ NS ns.good.\nwww A 198.18.0.92\n", boot, false)
	add("wrong.good", wrong)
	add("sub.good", "$TTL 60\n@ SOA ns.good. h 1 1 1 1 1\n@ NS ns.good.\nwww A 198.18.0.93\n")
	ds := strings.TrimPrefix(keys[0].Public.ToDS(mdns.SHA256).String(), "ok.good.")
	for _, z := range []struct {
		name   string
		text   string
		start  time.Time
		hashed bool
	}{
		{"good", base + "ok NS ns\nok.good. " + strings.Join(strings.Fields(ds), " ") + "\nwrong NS ns\nwrong.good. " + strings.Join(strings.Fields(ds), " ") + "\n", boot, false},
		{"hashed", base, boot, true}, {"exp", base, boot.Add(-60 * 24 * time.Hour), false}, {"early", base, boot.Add(24 * time.Hour), false},
		{"tamper", base, boot, false}, {"uns", base, boot, false},
	} {
		text, keys := signedText(t, r, z.name+".", z.text, z.start, z.hashed)
		switch z.name {
		case "tamper":
			text = strings.Replace(text, "198.18.0.90", "198.18.0.99", 1)
		case "uns":
			text = z.text
		}
		add(z.name, text)
		anchors += fmt.Sprintf("%s static-key 257 3 15 %q;\n", z.name, keys[0].Public.PublicKey)
		stubs += fmt.Sprintf("zone \"%s\" { type static-stub; server-addresses { 198.18.0.20; }; };\n", z.name)
	}
	overlay := "-- ns1/etc/bind/named.conf --\noptions { directory \"/var/cache/bind\"; recursion no; };\n" + zones
	for name, text := range files {
		overlay += "-- ns1/etc/bind/" + name + " --\n" + text
	}
	overlay += "-- res/etc/bind/named.conf --\noptions { directory \"/var/cache/bind\"; allow-query { any; }; allow-recursion { any; }; dnssec-validation yes; };\ntrust-anchors {\n" +
		anchors + "};\n" + stubs
	return newWorld(t, overlay, nil)
}

// Outcomes and log lines are those of BIND 9.18 for the same mistakes.
func TestValidation(t *testing.T) {
	w := signedWorld(t)
	for _, c := range []struct {
		name, qtype string
		rcode       string
		ad          bool
		log         string
	}{
		{"www.good", "A", "NOERROR", true, ""}, {"alias.good", "A", "NOERROR", true, ""}, {"x.wild.good", "A", "NOERROR", true, ""},
		{"nosuch.good", "A", "NXDOMAIN", true, ""}, {"www.good", "TXT", "NOERROR", true, ""}, {"nosuch.hashed", "A", "NXDOMAIN", true, ""},
		{"www.sub.good", "A", "NOERROR", false, ""}, {"far.good", "A", "NOERROR", false, ""},
		{"www.ok.good", "A", "NOERROR", true, ""}, {"ok.good", "DNSKEY", "NOERROR", true, ""},
		{"www.exp", "A", "SERVFAIL", false, "validating exp/DNSKEY: no valid signature found (DS)|no valid RRSIG resolving 'exp/DNSKEY/IN': 198.18.0.20#53|broken trust chain resolving 'www.exp/A/IN': 198.18.0.20#53"},
		{"www.exp", "A", "SERVFAIL", false, "): RRSIG has expired"}, {"www.early", "A", "SERVFAIL", false, "): RRSIG validity period has not begun"},
		{"www.tamper", "A", "SERVFAIL", false, "validating www.tamper/A: no valid signature found|RRSIG failed to verify resolving 'www.tamper/A/IN': 198.18.0.20#53"},
		{"ns.tamper", "A", "NOERROR", true, ""},
		{"www.wrong.good", "A", "SERVFAIL", false, "validating wrong.good/DNSKEY: no valid signature found (DS)"},
		{"www.uns", "A", "SERVFAIL", false, "  validating uns/SOA: got insecure response; parent indicates it should be secure|no valid RRSIG resolving 'www.uns/DS/IN': 198.18.0.20#53|broken trust chain resolving 'www.uns/A/IN'"},
		{"nosuch.uns", "A", "SERVFAIL", false, "validating uns/SOA: got insecure response"},
	} {
		for range 2 { // from the network, then from the cache
			m := w.ask(question{to: "res", name: c.name, qtype: c.qtype, edit: func(m *mdns.Msg) { m.IsEdns0().SetDo() }})
			if m == nil || mdns.RcodeToString[m.Rcode] != c.rcode || m.AuthenticatedData != c.ad {
				t.Errorf("%s %s: ad=%v %s\n%s", c.name, c.qtype, m != nil && m.AuthenticatedData, text(m), w.syslog("res"))
				break
			}
			if signed := strings.Contains(m.String(), "RRSIG"); signed != c.ad && c.name != "far.good" {
				t.Errorf("%s %s: signatures %v\n%s", c.name, c.qtype, signed, m)
			}
		}
		for line := range strings.SplitSeq(c.log, "|") {
			if !strings.Contains(w.syslog("res"), line) {
				t.Errorf("%s: log lacks %q:\n%s", c.name, line, w.syslog("res"))
			}
		}
	}
	m := w.ask(question{to: "res", name: "www.exp", qtype: "A", edit: func(m *mdns.Msg) { m.CheckingDisabled = true }})
	if m.Rcode != 0 || len(m.Answer) != 1 { // RFC 4035 3.2.2
		t.Errorf("CD: %s", text(m))
	}
	m = w.ask(question{to: "res", name: "www.good", qtype: "A"})
	if m.AuthenticatedData { // RFC 6840 5.8
		t.Error("AD for a client that did not ask for it")
	}
	w.run(31 * 24 * time.Hour)
	if m := w.ask(question{to: "res", name: "www.good", qtype: "A"}); m.Rcode != mdns.RcodeServerFailure {
		t.Errorf("after the signatures have expired: %s", text(m))
	}
}
