package named

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// resolverWith is a configuration of the resolver.
func resolverWith(options string) string {
	return "-- res/etc/bind/named.conf --\noptions { directory \"/var/cache/bind\"; dnssec-validation no; " + options + " };\n" +
		"zone \".\" { type hint; file \"/etc/bind/db.hints\"; };\n"
}

func TestWhoMayRecurse(t *testing.T) {
	for _, c := range []struct{ options, want string }{
		{"empty-zones-enable no; allow-recursion { any; };", "NOERROR rd ra"},
		{"empty-zones-enable no; allow-recursion { 198.18.0.53; };", "REFUSED rd"},
		{"empty-zones-enable no;", "NOERROR rd ra"}, // localnets
		{"empty-zones-enable no; allow-query { any; };", "NOERROR rd ra"},
		{"recursion no; allow-query { any; };", "REFUSED rd"},
		{"allow-query-cache { none; };", "REFUSED rd"},
		{"blackhole { 198.18.0.200; };", "no reply"},
		{"listen-on { 127.0.0.1; };", "no reply"},
		{"listen-on port 5353 { any; };", "no reply"},
	} {
		w := newWorld(t, resolverWith(c.options), nil)
		got, _, _ := strings.Cut(text(w.ask(question{to: "res", name: "www.example.com", qtype: "A"})), "\n")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.options, got, c.want)
		}
	}
}

func TestEmptyZones(t *testing.T) {
	w := newWorld(t, resolverWith(""), nil)
	if got := text(w.ask(question{to: "res", name: "25.113.0.203.in-addr.arpa", qtype: "PTR"})); got !=
		"NXDOMAIN aa rd ra\nauth 113.0.203.IN-ADDR.ARPA. 86400 IN SOA 113.0.203.IN-ADDR.ARPA. . 0 28800 7200 604800 86400" {
		t.Error(got)
	}
	w.do(func(*vtime.Task) { w.hosts["res"].Unit("named").DoRestart() })
	if log := w.syslog("res"); strings.Count(log, "automatic empty zone: ") != 103-4 && strings.Count(log, "automatic empty zone: ") < 90 ||
		!strings.Contains(log, "automatic empty zone: 113.0.203.IN-ADDR.ARPA\n") {
		t.Errorf("%d empty zones", strings.Count(log, "automatic empty zone: "))
	}
}

func TestForwarding(t *testing.T) {
	for _, c := range []struct{ options, zones, want string }{
		{"forwarders { 198.18.0.2; }; forward only;", "", "NOERROR rd ra"},
		{"forwarders { 198.18.0.99; }; forward only;", "", "SERVFAIL rd ra"},
		{"forwarders { 198.18.0.200; };", "", "NOERROR rd ra"}, // refused at once, then itself
		{"", "zone \"example.com\" { type forward; forward only; forwarders { 198.18.0.2; }; };", "NOERROR rd ra"},
		{"", "zone \"example.com\" { type static-stub; server-addresses { 198.18.0.20; }; };", "NOERROR rd ra"},
		{"", "zone \"example.com\" { type forward; forward only; forwarders { 198.18.0.53; }; };", "NOERROR rd ra"},
	} {
		w := newWorld(t, "-- tld/etc/bind/named.conf --\noptions { directory \"/var/cache/bind\"; allow-recursion { any; }; empty-zones-enable no; "+c.options+" };\n"+
			"zone \".\" { type hint; file \"/etc/bind/db.hints\"; };\nzone \"com\" { type primary; file \"/etc/bind/db.com\"; };\nzone \"net\" { type primary; file \"/etc/bind/db.net\"; };\n"+c.zones+
			"\n-- tld/etc/bind/db.hints --\n. 3600000 NS a.root.net.\na.root.net. 3600000 A 198.18.0.10\n", nil)
		m := w.ask(question{to: "tld", name: "www.example.com", qtype: "A"})
		got, _, _ := strings.Cut(text(m), "\n")
		if got != c.want {
			t.Errorf("%s%s: %s, want %s\n%s", c.options, c.zones, text(m), c.want, w.syslog("tld"))
		}
	}
}

func TestLoggingChannels(t *testing.T) {
	w := newWorld(t, "-- ns1/etc/bind/named.conf --\n"+`options { directory "/var/cache/bind"; recursion no; allow-transfer { none; }; };
logging {
	channel q { file "/var/cache/bind/query.log" versions 2 size 300; print-time yes; print-category yes; print-severity yes; };
	channel s { file "security.log"; severity error; };
	category queries { q; };
	category security { s; default_syslog; };
	category notify { null; };
};
zone "example.com" { type primary; file "/etc/bind/db.example.com"; };
`, nil)
	for range 4 {
		w.ask(question{to: "ns1", name: "www.example.com", qtype: "A"})
	}
	w.ask(question{to: "ns1", name: "example.com", qtype: "AXFR", tcp: true})
	read := func(name string) string {
		b, _ := w.hosts["ns1"].FS.ReadFile("/var/cache/bind/"+name, host.Root)
		return string(b)
	}
	if got := read("query.log.0"); !strings.HasPrefix(got, "02-Mar-2026 09:00:01.") || !strings.Contains(got, " queries: info: client @0x") ||
		!strings.HasSuffix(got, "(www.example.com): query: www.example.com IN A +E(0) (198.18.0.20)\n") {
		t.Errorf("rolled query log: %q", got)
	}
	if got := read("security.log"); !strings.Contains(got, ": zone transfer 'example.com/AXFR/IN' denied\n") {
		t.Errorf("security log: %q", got)
	}
	if !strings.Contains(w.syslog("ns1"), "zone transfer 'example.com/AXFR/IN' denied") || strings.Contains(w.syslog("ns1"), "query: ") {
		t.Errorf("syslog:\n%s", w.syslog("ns1"))
	}
	w.edit("ns1", "/etc/bind/named.conf", `file "security.log"`, `file "/etc/bind/security.log"`)
	var err error
	w.do(func(*vtime.Task) { err = w.hosts["ns1"].Unit("named").DoRestart() })
	if err == nil || !strings.Contains(w.syslog("ns1"), "isc_stdio_open '/etc/bind/security.log' failed: permission denied") {
		t.Errorf("log file in a directory that is not writable: %v\n%s", err, w.syslog("ns1"))
	}
}

func TestReconfig(t *testing.T) {
	w := newWorld(t, "", nil)
	w.edit("ns1", "/etc/bind/named.conf", `zone "half.com" { type primary; file "/etc/bind/db.half"; };`,
		`zone "new.com" { type primary; file "/etc/bind/db.half"; };`)
	w.edit("ns1", "/etc/bind/db.example.com", "www A 198.18.0.80", "www A 198.18.0.70")
	if out, status := w.command("ns1", "rndc", "reconfig"); status != 0 || out != "" {
		t.Errorf("%d %q", status, out)
	}
	for _, c := range []struct{ name, want string }{{"www.half.com", "REFUSED"}, {"www.new.com", "NOERROR"}, {"www.example.com", "NOERROR"}} {
		m := w.ask(question{to: "ns1", name: c.name, qtype: "A"})
		if mdns.RcodeToString[m.Rcode] != c.want {
			t.Errorf("%s: %s", c.name, text(m))
		}
		if c.name == "www.example.com" && m.Answer[0].(*mdns.A).A.String() != "198.18.0.80" {
			t.Error("reconfig has read a zone that is not new")
		}
	}
	for _, want := range []string{"zone half.com/IN: (primary) removed", "reloading configuration succeeded", "scheduled loading new zones",
		"zone new.com/IN: loaded serial 1", "any newly configured zones are now loaded"} {
		if !strings.Contains(w.syslog("ns1"), want+"\n") {
			t.Errorf("log lacks %q:\n%s", want, w.syslog("ns1"))
		}
	}
}

func TestPortInUse(t *testing.T) {
	w := newWorld(t, "", nil)
	h := w.hosts["ns1"]
	w.do(func(*vtime.Task) {
		h.Unit("named").DoStop()
		if _, err := h.Node.ListenTCP(netip.MustParseAddrPort("0.0.0.0:53"), vnet.Owner{PID: 1, Name: "nc"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := h.Unit("named").DoStart(); err != nil {
			t.Error(err)
		}
	})
	if !strings.Contains(w.syslog("ns1"), "listening on IPv4 interface eth0, 198.18.0.20#53\nnamed[402]: creating TCP socket: address in use\n") {
		t.Error(w.syslog("ns1"))
	}
}

func TestHintsMustExist(t *testing.T) {
	w := newWorld(t, "", nil)
	w.edit("res", "/etc/bind/named.conf", "/etc/bind/db.hints", "/etc/bind/db.hnits")
	var err error
	w.do(func(*vtime.Task) { err = w.hosts["res"].Unit("named").DoRestart() })
	if err == nil || !strings.Contains(w.syslog("res"), "could not configure root hints from '/etc/bind/db.hnits': file not found\n"+
		"named[402]: loading configuration: file not found\nnamed[402]: exiting (due to fatal error)\n") {
		t.Errorf("%v\n%s", err, w.syslog("res"))
	}
}

func TestSignedTransfer(t *testing.T) {
	const key = "key \"xfer\" { algorithm hmac-sha256; secret \"c2VjcmV0\"; };\n"
	w := newWorld(t, "-- ns1/etc/bind/named.conf --\n"+key+`options { directory "/var/cache/bind"; recursion no; allow-transfer { key xfer; }; };
zone "example.com" { type primary; file "/etc/bind/db.example.com"; };
-- ns2/etc/bind/named.conf --
`+key+`options { directory "/var/cache/bind"; recursion no; };
zone "example.com" { type secondary; primaries { 198.18.0.20 key xfer; }; file "db.example.com"; };
`, nil)
	if got := text(w.ask(question{to: "ns2", name: "www.example.com", qtype: "A"})); got != "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.80" {
		t.Errorf("with the key: %s\n%s%s", got, w.syslog("ns1"), w.syslog("ns2"))
	}
	w.edit("ns2", "/etc/bind/named.conf", "c2VjcmV0", "b3RoZXI=")
	w.hosts["ns2"].FS.Remove("/var/cache/bind/db.example.com", host.Root)
	w.do(func(*vtime.Task) { w.hosts["ns2"].Unit("named").DoRestart() })
	w.run(time.Second)
	if got := text(w.ask(question{to: "ns2", name: "www.example.com", qtype: "A"})); got != "SERVFAIL rd" {
		t.Errorf("with another key: %s\n%s", got, w.syslog("ns2"))
	}
	if !strings.Contains(w.syslog("ns1"), "request has invalid signature: TSIG xfer: tsig verify failure (BADSIG)") {
		t.Error(w.syslog("ns1"))
	}
}

func TestCheckTools(t *testing.T) {
	w := newWorld(t, "", nil)
	if out, status := w.command("ns1", "named-checkconf"); status != 0 || out != "" {
		t.Errorf("checkconf of a good configuration: %d %q", status, out)
	}
	if out, status := w.command("ns1", "named-checkzone", "-i", "none", "example.com", "/etc/bind/db.example.com"); status != 0 ||
		out != "zone example.com/IN: loaded serial 2025112101\nOK\n" {
		t.Errorf("checkzone: %d %q", status, out)
	}
	w.edit("ns1", "/etc/bind/db.example.com", "www A 198.18.0.80", "www A 198.18.0")
	if out, status := w.command("ns1", "named-checkconf", "-z"); status != 1 || !strings.Contains(out, "/etc/bind/db.example.com:10: near '198.18.0': bad dotted quad\n") ||
		!strings.Contains(out, "_default/example.com/IN: bad dotted quad\n") {
		t.Errorf("checkconf -z: %d %s", status, out)
	}
	for args, want := range map[string]string{"named -v": versionLine + "\n", "rndc-confgen -a": "wrote key file \"/etc/bind/rndc.key\"\n",
		"named foo": "named: extra command line arguments\n" + usageText} {
		if out, _ := w.command("ns1", strings.Fields(args)...); out != want {
			t.Errorf("%s: %q", args, out)
		}
	}
}

func TestLint(t *testing.T) {
	w := newWorld(t, "", nil)
	h := w.hosts["ns1"]
	for _, c := range []struct{ path, text, want string }{
		{"/etc/bind/named.conf", "options { recursion no };\n", "[{/etc/bind/named.conf 1 0 error missing ';' before '}'}]"},
		{"/etc/bind/named.conf", "options { recursion no; };\n", "[]"},
		{"/etc/bind/db.half", "$TTL 1h\n@ SOA a b 1 1 1 1 1\n@ NS ns1.example.com.\nwww A 1.2.3\n",
			"[{/etc/bind/db.half 4 7 error near '1.2.3': bad dotted quad}]"},
		{"/etc/bind/db.example.com", "$TTL 1h\n@ SOA a b 1 1 1 1 1\n@ NS ns\nns A 1.2.3.4\n@ MX 5 mail\n",
			"[{/etc/bind/db.example.com 0 0 warning zone example.com/IN: example.com/MX 'mail.example.com' has no address records (A or AAAA)}]"},
		{"/etc/motd", "hello", "[]"},
	} {
		if got := fmt.Sprint(Lint(h, c.path, []byte(c.text))); got != c.want {
			t.Errorf("%s:\n%s\nwant %s", c.path, got, c.want)
		}
	}
}
