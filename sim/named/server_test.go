package named

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

func TestAuthoritative(t *testing.T) {
	w := newWorld(t, "", nil)
	const ns = "\nauth example.com. 3600 IN NS ns1.example.com.\nauth example.com. 3600 IN NS ns2.example.net.\nadd ns1.example.com. 3600 IN A 198.18.0.20"
	for _, c := range []struct {
		q    question
		want string
	}{
		{question{name: "www.example.com", qtype: "A"}, "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.80"},
		{question{name: "www.example.com", qtype: "A", norec: true}, "NOERROR aa\nwww.example.com. 3600 IN A 198.18.0.80" + ns},
		{question{name: "ftp.example.com", qtype: "A"}, "NOERROR aa rd\nftp.example.com. 3600 IN CNAME www.example.com.\nwww.example.com. 3600 IN A 198.18.0.80"},
		{question{name: "far.example.com", qtype: "A"}, "NOERROR aa rd\nfar.example.com. 3600 IN CNAME www.example.net."},
		{question{name: "no.example.com", qtype: "A"}, "NXDOMAIN aa rd\nauth example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300"},
		{question{name: "ent.example.com", qtype: "A"}, "NOERROR aa rd\nauth example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300"},
		{question{name: "h.sub.example.com", qtype: "A"}, "NOERROR rd\nauth sub.example.com. 3600 IN NS ns.sub.example.com.\nadd ns.sub.example.com. 3600 IN A 198.18.0.99"},
		{question{name: "www.example.net", qtype: "A"}, "REFUSED rd"},
		{question{name: "www.secret.example.com", qtype: "A"}, "REFUSED rd"},
		{question{name: "www.secret.example.com", qtype: "A", from: "ns2"}, "NOERROR aa rd\nwww.secret.example.com. 3600 IN A 198.18.0.90"},
		{question{name: "loop1.example.com", qtype: "A"}, "SERVFAIL aa rd\nloop1.example.com. 3600 IN CNAME loop2.example.com.\nloop2.example.com. 3600 IN CNAME loop1.example.com."},
		{question{name: "example.com", qtype: "MAILA"}, "NOTIMP rd"},
		{question{name: "www.example.com", qtype: "A", edit: func(m *mdns.Msg) { m.Opcode = mdns.OpcodeStatus }}, "NOTIMP"},
		{question{name: "example.com", qtype: "SOA", edit: func(m *mdns.Msg) { m.Opcode = mdns.OpcodeUpdate }}, "REFUSED"},
		{question{name: "www.example.com", qtype: "A", edit: func(m *mdns.Msg) { m.IsEdns0().SetVersion(1) }}, "BADSIG rd"},
		{question{name: "www.example.com", qtype: "A", edit: func(m *mdns.Msg) { m.Question = append(m.Question, m.Question[0]) }}, "FORMERR rd"},
		{question{name: "version.bind", qtype: "TXT", edit: func(m *mdns.Msg) { m.Question[0].Qclass = mdns.ClassCHAOS }},
			"NOERROR aa rd\nversion.bind. 0 CH TXT \"" + versionNumber + "\""},
		{question{name: "example.com", qtype: "AXFR", tcp: true}, "REFUSED rd"},
		{question{name: "example.org", qtype: "AXFR", tcp: true}, "NOTAUTH rd"},
		{question{name: "example.com", qtype: "AXFR", from: "ns2"}, "FORMERR rd"},
	} {
		c.q.to = "ns1"
		got := text(w.ask(c.q))
		if strings.HasPrefix(c.want, "FORMERR") && c.q.qtype == "A" {
			got = strings.TrimSpace(got)
		}
		if got != c.want {
			t.Errorf("%s %s:\n%s\nwant:\n%s", c.q.name, c.q.qtype, got, c.want)
		}
	}
}

func TestTruncationAndTCP(t *testing.T) {
	w := newWorld(t, "", nil)
	q := question{to: "ns1", name: "big.example.com", qtype: "TXT"}
	if m := w.ask(q); !m.Truncated || len(m.Answer) == 0 || len(m.Answer) > 30 {
		t.Errorf("UDP: %d of 60 records , TC %v", len(m.Answer), m.Truncated)
	}
	q.tcp = true
	if m := w.ask(q); m.Truncated || len(m.Answer) != 60 {
		t.Errorf("TCP: %d records, TC %v", len(m.Answer), m.Truncated)
	}
	q = question{to: "res", name: "big.example.com", qtype: "TXT", tcp: true}
	if m := w.ask(q); m == nil || len(m.Answer) != 60 {
		t.Errorf("resolver, which must have asked over TCP: %s", text(m))
	}
}

func TestRecordsOfASetTakeTurns(t *testing.T) {
	w := newWorld(t, "", nil)
	seen := map[string]bool{}
	for range 40 {
		seen[w.ask(question{to: "ns1", name: "rr.example.com", qtype: "A"}).Answer[0].String()] = true
	}
	if len(seen) != 3 {
		t.Errorf("first in 40 answers: %v", seen)
	}
}

func TestCookie(t *testing.T) {
	w := newWorld(t, "", nil)
	m := w.ask(question{to: "ns1", name: "www.example.com", qtype: "A", edit: func(m *mdns.Msg) {
		m.IsEdns0().Option = append(m.IsEdns0().Option, &mdns.EDNS0_COOKIE{Code: mdns.EDNS0COOKIE, Cookie: "0102030405060708"})
	}})
	c, ok := m.IsEdns0().Option[0].(*mdns.EDNS0_COOKIE)
	if !ok || len(c.Cookie) != 48 || !strings.HasPrefix(c.Cookie, "0102030405060708") {
		t.Errorf("cookie: %v", m.IsEdns0())
	}
}

func TestBrokenConfigurationDoesNotStart(t *testing.T) {
	w := newWorld(t, "", nil)
	w.edit("ns1", "/etc/bind/named.conf", "recursion no;", "allow-query { any };")
	var err error
	w.do(func(*vtime.Task) { err = w.hosts["ns1"].Unit("bind9").DoRestart() })
	var start *host.StartError
	if !errors.As(err, &start) || start.Status != 1 {
		t.Errorf("restart: %v", err)
	}
	log := w.syslog("ns1")
	for _, want := range []string{
		"loading configuration from '/etc/bind/named.conf'",
		"the working directory is now '/var/cache/bind'",
		"/etc/bind/named.conf:3: missing ';' before '}'",
		"loading configuration: failure",
		"exiting (due to fatal error)",
		"systemd[1]: named.service: Main process exited, code=exited, status=1/FAILURE",
	} {
		if i := strings.Index(log, want); i < 0 {
			t.Errorf("log lacks, or has not in this order: %s", want)
		} else {
			log = log[i:]
		}
	}
	if m := w.ask(question{to: "ns1", name: "www.example.com", qtype: "A"}); m != nil {
		t.Errorf("a dead server answers: %s", text(m))
	}
}

func TestReload(t *testing.T) {
	w := newWorld(t, "", nil)
	const file = "/etc/bind/db.example.com"
	www := question{to: "ns1", name: "www.example.com", qtype: "A"}
	step := func(what, old, now, command, wantOut, wantLog, wantAddr string) {
		t.Helper()
		if old != "" {
			w.edit("ns1", file, old, now)
		}
		before := len(w.syslog("ns1"))
		out, _ := w.command("ns1", strings.Fields(command)...)
		if out != wantOut {
			t.Errorf("%s: %s printed %q, want %q", what, command, out, wantOut)
		}
		if log := w.syslog("ns1")[before:]; !strings.Contains(log, wantLog) {
			t.Errorf("%s: log lacks %q:\n%s", what, wantLog, log)
		}
		if got := w.ask(www).Answer[0].(*mdns.A).A.String(); got != wantAddr {
			t.Errorf("%s: www is %s, want %s", what, got, wantAddr)
		}
	}
	step("unchanged", "", "", "rndc reload example.com", "zone reload up-to-date\n", "received control channel command 'reload example.com'", "198.18.0.80")
	step("serial not raised", "198.18.0.80", "198.18.0.70", "rndc reload example.com", "zone reload queued\n",
		"zone example.com/IN: zone serial (2025112101) unchanged. zone may fail to transfer to secondaries.", "198.18.0.70")
	step("serial raised", "2025112101", "2025112102", "rndc reload", "server reload successful\n", "zone example.com/IN: loaded serial 2025112102", "198.18.0.70")
	step("lowered", "2025112102", "2025112100", "rndc reload example.com", "zone reload queued\n",
		"zone example.com/IN: zone serial (2025112100/2025112102) has gone backwards", "198.18.0.70")
	step("error", "www A 198.18.0.70", "www A 198.18.0", "rndc reload example.com", "zone reload queued\n",
		"dns_rdata_fromtext: /etc/bind/db.example.com:10: near '198.18.0': bad dotted quad\n", "198.18.0.70")
	step("no zone", "", "", "rndc reload example.org", "rndc: 'reload' failed: not found\nno matching zone 'example.org' in any view\n", "", "198.18.0.70")
	w.edit("ns1", "/etc/bind/named.conf", "recursion no;", "recursoin no;")
	step("broken configuration", "", "", "rndc reload", "rndc: 'reload' failed: failure\n", "reloading configuration failed: failure", "198.18.0.70")
}

func TestNotifyAndTransfer(t *testing.T) {
	w := newWorld(t, "", nil)
	q := question{to: "ns2", name: "www.example.com", qtype: "A"}
	if got := text(w.ask(q)); got != "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.80" {
		t.Fatalf("the secondary has no data: %s\n%s", got, w.syslog("ns2"))
	}
	w.edit("ns1", "/etc/bind/db.example.com", "2025112101", "2025112102")
	w.edit("ns1", "/etc/bind/db.example.com", "198.18.0.80", "198.18.0.70")
	w.command("ns1", "rndc", "reload", "example.com")
	w.run(2 * time.Second)
	if got := text(w.ask(q)); got != "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.70" {
		t.Errorf("after NOTIFY: %s\n%s\n%s", got, w.syslog("ns1"), w.syslog("ns2"))
	}
	log := w.syslog("ns2")
	for _, want := range []string{"received notify for zone 'example.com'", "zone example.com/IN: notify from 198.18.0.20#", "serial 2025112102",
		"zone example.com/IN: Transfer started.", "transfer of 'example.com/IN' from 198.18.0.20#53: connected using 198.18.0.20#53",
		"zone example.com/IN: transferred serial 2025112102", "Transfer status: success", "Transfer completed: 1 messages,"} {
		if i := strings.Index(log, want); i < 0 {
			t.Errorf("log of the secondary lacks, or has not in this order: %s\n%s", want, w.syslog("ns2"))
		} else {
			log = log[i:]
		}
	}
	b, err := w.hosts["ns2"].FS.ReadFile("/var/cache/bind/db.example.com", host.Root)
	if err != nil || !strings.HasPrefix(string(b), "$ORIGIN .\n$TTL 3600\t; 1 hour\nexample.com\t\tIN SOA\tns1.example.com.") {
		t.Errorf("file of the secondary: %v\n%.300s", err, b)
	}
}

func TestRefreshWithoutNotify(t *testing.T) {
	w := newWorld(t, "", nil)
	w.edit("ns1", "/etc/bind/named.conf", "recursion no;", "recursion no; notify no;")
	w.edit("ns1", "/etc/bind/db.example.com", "2025112101", "2025112102")
	w.command("ns1", "rndc", "reload")
	soa := question{to: "ns2", name: "example.com", qtype: "SOA"}
	w.run(time.Minute)
	if s := w.ask(soa).Answer[0].(*mdns.SOA).Serial; s != 2025112101 {
		t.Errorf("a minute later: %d", s)
	}
	w.run(time.Hour)
	if s := w.ask(soa).Answer[0].(*mdns.SOA).Serial; s != 2025112102 {
		t.Errorf("after the refresh interval: %d", s)
	}
	w.do(func(*vtime.Task) { w.hosts["ns1"].Unit("named").DoStop() })
	w.run(13 * 24 * time.Hour)
	if m := w.ask(soa); m.Rcode != mdns.RcodeSuccess {
		t.Errorf("before it expires: %s", text(m))
	}
	w.run(2 * 24 * time.Hour)
	if m := w.ask(soa); m.Rcode != mdns.RcodeServerFailure {
		t.Errorf("after it expired: %s", text(m))
	}
}

func TestTransferRefused(t *testing.T) {
	w := newWorld(t, "-- ns1/etc/bind/named.conf --\noptions { directory \"/var/cache/bind\"; recursion no; allow-transfer { none; }; };\n"+
		"zone \"example.com\" { type primary; file \"/etc/bind/db.example.com\"; };\n", nil)
	if !strings.Contains(w.syslog("ns1"), "zone transfer 'example.com/AXFR/IN' denied") {
		t.Errorf("log of the primary:\n%s", w.syslog("ns1"))
	}
	if !strings.Contains(w.syslog("ns2"), "transfer of 'example.com/IN' from 198.18.0.20#53: failed while receiving responses: REFUSED") {
		t.Errorf("log of the secondary:\n%s", w.syslog("ns2"))
	}
	if got := text(w.ask(question{to: "ns2", name: "www.example.com", qtype: "A"})); got != "SERVFAIL rd" {
		t.Errorf("secondary without data: %s", got)
	}
}

func TestViews(t *testing.T) {
	w := newWorld(t, `-- ns1/etc/bind/named.conf --
acl inside { 198.18.0.200; };
options { directory "/var/cache/bind"; recursion no; };
view "internal" { match-clients { inside; }; zone "example.com" { type primary; file "/etc/bind/db.inside"; }; };
view "external" { match-clients { !198.18.0.53; any; }; zone "example.com" { type primary; file "/etc/bind/db.example.com"; }; };
-- ns1/etc/bind/db.inside --
$TTL 3600
@ SOA ns1 hostmaster 1 3600 900 1209600 300
@ NS ns1
ns1 A 198.18.0.20
www A 198.18.0.90
`, nil)
	for _, c := range []struct{ from, want string }{
		{"client", "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.90"},
		{"res", "NOERROR aa rd\nwww.example.com. 3600 IN A 198.18.0.80"},
		{"ns2", "REFUSED rd"},
	} {
		if got := text(w.ask(question{from: c.from, to: "ns1", name: "www.example.com", qtype: "A"})); got != c.want {
			t.Errorf("from %s: %s, want %s", c.from, got, c.want)
		}
	}
}

func TestZoneFileMustBeReadable(t *testing.T) {
	w := newWorld(t, "", nil)
	w.hosts["ns1"].FS.Chmod("/etc/bind/db.example.com", 0o600, host.Root)
	w.do(func(*vtime.Task) { w.hosts["ns1"].Unit("named").DoRestart() })
	if !strings.Contains(w.syslog("ns1"), "zone example.com/IN: loading from master file /etc/bind/db.example.com failed: permission denied\nnamed[") {
		t.Error(w.syslog("ns1"))
	}
	if got := text(w.ask(question{to: "ns1", name: "www.example.com", qtype: "A"})); got != "SERVFAIL rd" {
		t.Error(got)
	}
}

func TestSignals(t *testing.T) {
	w := newWorld(t, "", nil)
	h := w.hosts["ns1"]
	u := h.Unit("named")
	www := question{to: "ns1", name: "www.example.com", qtype: "A"}
	w.do(func(*vtime.Task) { u.Main().Signal(host.SIGHUP) })
	if w.ask(www) == nil || !strings.Contains(w.syslog("ns1"), "received SIGHUP signal to reload zones") {
		t.Error("HUP:", w.syslog("ns1"))
	}
	w.do(func(*vtime.Task) { u.Main().Signal(host.SIGKILL) })
	if state, _ := u.State(); state != host.Failed || w.ask(www) != nil {
		t.Errorf("after KILL: %s", state)
	}
	// Started by hand it is a process of its own.
	if out, status := w.command("ns1", "named", "-u", "bind"); status != 0 {
		t.Fatalf("named by hand: %d %s", status, out)
	}
	if state, _ := u.State(); state != host.Failed || w.ask(www) == nil {
		t.Errorf("by hand: %s, %s", state, text(w.ask(www)))
	}
	if out, status := w.command("ns1", "rndc", "stop"); status != 0 || w.ask(www) != nil {
		t.Errorf("rndc stop: %d %s", status, out)
	}
	if out, status := w.command("ns1", "rndc", "status"); status != 1 || out != "rndc: connect failed: 127.0.0.1#953: connection refused\n" {
		t.Errorf("rndc: %d %q", status, out)
	}
	for _, s := range h.Node.Sockets() {
		if s.State == "LISTEN" || s.State == "UNCONN" {
			t.Errorf("socket left: %v", s)
		}
	}
}

func TestControlChannelKeys(t *testing.T) {
	w := newWorld(t, "", nil)
	if out, status := w.commandAs("ns1", vfs.Cred{UID: 1000, GID: 1000}, "rndc", "status"); status != 1 ||
		out != "rndc: error: open: /etc/bind/rndc.key: permission denied\nrndc: could not load rndc configuration\n" {
		t.Errorf("as a user: %d %q", status, out)
	}
	w.write("ns1", "/etc/bind/rndc.key", "key \"rndc-key\" { algorithm hmac-sha256; secret \"YWJj\"; };\n")
	if out, status := w.command("ns1", "rndc", "status"); status != 1 || out != rndcClosed {
		t.Errorf("with another key: %d %q", status, out)
	}
	if !strings.Contains(w.syslog("ns1"), ": bad auth") {
		t.Error(w.syslog("ns1"))
	}
}

func TestDeterminism(t *testing.T) {
	run := func() string {
		w := newWorld(t, "", nil)
		for _, name := range []string{"www.example.com", "rr.example.com", "www.lame.com", "www.outside.com", "big.example.com", "www.dead.com"} {
			w.ask(question{to: "res", name: name, qtype: "A"})
		}
		w.edit("ns1", "/etc/bind/db.example.com", "2025112101", "2025112102")
		w.command("ns1", "rndc", "reload")
		w.run(time.Hour)
		var b strings.Builder
		w.log.WriteText(&b)
		return b.String()
	}
	if a, b := run(), run(); a != b {
		x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
		for i := range min(len(x), len(y)) {
			if x[i] != y[i] {
				t.Fatalf("traces differ:\n%s\n%s", x[i], y[i])
			}
		}
	}
}

func TestTrace(t *testing.T) {
	w := newWorld(t, "", nil)
	seq := uint64(w.log.Len())
	w.ask(question{to: "res", name: "www.example.com", qtype: "A"})
	if got := w.events(seq, trace.DNSLookup, "res"); !slices.Equal(got, []string{"- A www.example.com", "- NS . (priming)"}) {
		t.Errorf("look-ups: %q", got)
	}
	if got := w.events(seq, trace.DNSVerdict, "tld"); !slices.Equal(got, []string{"ok delegated at example.com"}) {
		t.Errorf("verdicts of the TLD: %q", got)
	}
	seq = uint64(w.log.Len())
	w.ask(question{to: "res", name: "www.example.com", qtype: "A"})
	hit := false
	w.log.After(seq, func(e *trace.Event) bool {
		if e.Kind == trace.DNSCache {
			filler := w.log.Get(e.Refs[0].Seq)
			hit = filler.Kind == trace.DNSReply && filler.Node == "ns1"
		}
		return true
	})
	if !hit {
		t.Error("no cache hit that refers to the reply of ns1")
	}
	seq = uint64(w.log.Len())
	w.ask(question{to: "ns1", name: "www.secret.example.com", qtype: "A"})
	w.log.After(seq, func(e *trace.Event) bool {
		if e.Kind == trace.DNSVerdict && !strings.Contains(e.String(), "at=/etc/bind/named.conf:17") {
			t.Error(e.String())
		}
		return true
	})
}
