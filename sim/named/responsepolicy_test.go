package named

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

const policyOverlay = `
-- res/etc/bind/named.conf --
options { directory "/var/cache/bind"; allow-recursion { any; }; allow-query { any; }; response-policy { zone "rpz.local"; }; empty-zones-enable no; };
zone "." { type hint; file "/etc/bind/db.hints"; };
zone "ex.test" { type primary; file "/etc/bind/db.ex"; };
zone "rpz.local" { type primary; file "/etc/bind/db.rpz"; };
-- res/etc/bind/db.ex --
$TTL 600
@ SOA ns hostmaster 1 3600 900 1209600 60
@ NS ns
ns A 198.18.0.2
* A 192.0.2.1
www A 192.0.2.80
-- res/etc/bind/db.rpz --
$TTL 60
@ SOA localhost. h. 1 3600 900 1209600 60
@ NS localhost.
bad.ex.test CNAME .
*.bad.ex.test CNAME .
nod.ex.test CNAME *.
pass.ex.test CNAME rpz-passthru.
drop.ex.test CNAME rpz-drop.
tcp.ex.test CNAME rpz-tcp-only.
loc.ex.test A 192.0.2.7
loc.ex.test TXT "blocked"
to.ex.test CNAME www.ex.test.
*.w.ex.test CNAME *.ex.test.
`

// Answers and log lines are those of BIND 9.18 for the same zones.
func TestResponsePolicy(t *testing.T) {
	w := newWorld(t, policyOverlay, nil)
	const soa = "\nadd rpz.local. 60 IN SOA localhost. h. 1 3600 900 1209600 60"
	for _, c := range []struct{ name, qtype, want, log string }{
		{"bad.ex.test", "A", "NXDOMAIN aa rd ra" + soa, "(bad.ex.test): rpz QNAME NXDOMAIN rewrite bad.ex.test/A/IN via bad.ex.test.rpz.local"},
		{"x.bad.ex.test", "MX", "NXDOMAIN aa rd ra" + soa, "rpz QNAME NXDOMAIN rewrite x.bad.ex.test/MX/IN via x.bad.ex.test.rpz.local"},
		{"nod.ex.test", "A", "NOERROR aa rd ra" + soa, "rpz QNAME NODATA rewrite nod.ex.test/A/IN"},
		{"pass.ex.test", "A", "NOERROR aa rd ra\npass.ex.test. 600 IN A 192.0.2.1", "rpz QNAME PASSTHRU rewrite pass.ex.test/A/IN"},
		{"tcp.ex.test", "A", "NOERROR aa tc rd ra", "rpz QNAME TCP-ONLY rewrite tcp.ex.test/A/IN"},
		{"loc.ex.test", "A", "NOERROR aa rd ra\nloc.ex.test. 5 IN A 192.0.2.7" + soa, "rpz QNAME Local-Data rewrite loc.ex.test/A/IN"},
		{"loc.ex.test", "MX", "NOERROR aa rd ra" + soa, "rpz QNAME NODATA rewrite loc.ex.test/MX/IN"},
		{"to.ex.test", "A", "NOERROR aa rd ra\nto.ex.test. 5 IN CNAME www.ex.test.\nwww.ex.test. 600 IN A 192.0.2.80" + soa, "rpz QNAME Local-Data rewrite to.ex.test/A/IN"},
		{"a.w.ex.test", "A", "NOERROR aa rd ra\na.w.ex.test. 5 IN CNAME a.w.ex.test.ex.test.\na.w.ex.test.ex.test. 600 IN A 192.0.2.1" + soa, "(CNAME to: a.w.ex.test.ex.test)"},
		{"drop.ex.test", "A", "no reply", "rpz QNAME DROP rewrite drop.ex.test/A/IN"},
		{"www.example.com", "A", "NOERROR rd ra\nwww.example.com. 3600 IN A 198.18.0.80", ""},
	} {
		if got := text(w.ask(question{to: "res", name: c.name, qtype: c.qtype})); got != c.want {
			t.Errorf("%s %s:\n%s\nwant:\n%s", c.name, c.qtype, got, c.want)
		}
		if !strings.Contains(w.syslog("res"), c.log) {
			t.Errorf("%s: log lacks %q", c.name, c.log)
		}
	}
	if m := w.ask(question{to: "res", name: "bad.ex.test", qtype: "A", norec: true}); m.Rcode != mdns.RcodeSuccess {
		t.Errorf("without recursion: %s", text(m))
	}
}
