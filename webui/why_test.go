package webui

import (
	"strings"
	"testing"

	"mxlab/sim/trace"
)

// world runs lines at terminals of the small network and returns what explains
// its log.
func explained(t *testing.T, lines ...string) *explainer {
	t.Helper()
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	for _, line := range lines {
		host, cmd, _ := strings.Cut(line, "$ ")
		p.run(host+"/1", cmd)
	}
	s := l.session(id)
	return &explainer{log: s.world.Log(), drawn: s.drawn}
}

// last returns the newest event of a kind whose label holds a text.
func (x *explainer) last(kind trace.Kind, text string) (found *trace.Event) {
	x.log.After(0, func(e *trace.Event) bool {
		if e.Kind == kind && strings.Contains(e.Label(), text) {
			found = e
		}
		return true
	})
	return found
}

func smtp(lines ...string) string {
	return "printf '" + strings.Join(lines, `\r\n`) + `\r\nQUIT\r\n' | nc 203.0.113.1 25`
}

func TestWhy(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		kind  trace.Kind
		label string
		en    string // in the verdict
		ko    string
		rule  string
		links []string // in the labels of the links, in any order
	}{
		{"no such name", []string{"pc$ dig nono.example.kr"}, trace.DNSReply, "NXDOMAIN", "srv says that there is no name nono.example.kr", "srv는 nono.example.kr 이름이 없다고", "RFC 2308 2.1", []string{"What decided"}},
		{"no such record", []string{"pc$ dig srv.example.kr TXT"}, trace.DNSReply, "NOERROR no data", "has no TXT record (NODATA)", "TXT 레코드가 없다고", "RFC 2308 2.2", nil},
		{"name not in zone", []string{"pc$ dig nono.example.kr"}, trace.DNSVerdict, "no such name", "no name nono.example.kr in the zone example.kr", "영역 example.kr에", "RFC 1034 4.3.2", nil},
		{"wildcard", []string{"srv$ printf '*.dyn.example.kr. IN A 192.0.2.7\\n' >> /etc/bind/db.example.kr; rndc reload", "pc$ dig x.dyn.example.kr"}, trace.DNSVerdict, "answered by the wildcard", "The wildcard *.dyn.example.kr gave the answer", "와일드카드 *.dyn.example.kr", "RFC 4592 3.3.1", nil},
		{"zone cut", []string{"srv$ printf 'sub.example.kr. IN NS ns.sub.example.kr.\\nns.sub.example.kr. IN A 192.0.2.9\\n' >> /etc/bind/db.example.kr; rndc reload", "srv$ dig +norec h.sub.example.kr @203.0.113.1"}, trace.DNSVerdict, "delegated at sub.example.kr", "is delegated to other servers from sub.example.kr on", "sub.example.kr부터", "RFC 1034 4.3.2", nil},
		{"alias", []string{"srv$ printf 'al.example.kr. IN CNAME srv\\n' >> /etc/bind/db.example.kr; rndc reload", "pc$ dig @203.0.113.1 al.example.kr"}, trace.DNSVerdict, "answered from", "al.example.kr is an alias of srv.example.kr", "al.example.kr은 srv.example.kr의 별명", "RFC 1034 4.3.2", nil},
		{"no recursion", []string{"srv$ sed -i 's/options {/options { recursion no;/' /etc/bind/named.conf*; rndc reconfig", "pc$ dig @203.0.113.1 www.moon.example"}, trace.DNSVerdict, "not authoritative", "srv serves no zone that holds www.moon.example", "srv는 www.moon.example 이름이 든", "", nil},
		{"refused by allow-query", []string{"srv$ printf 'zone \"shut.kr\" { type primary; file \"/etc/bind/db.example.kr\"; allow-query { 127.0.0.1; }; };\\n' >> /etc/bind/named.conf.local; rndc reconfig", "pc$ dig @203.0.113.1 shut.kr SOA"}, trace.DNSVerdict, "", "allow-query", "allow-query", "", nil},
		{"servers unreachable", []string{"pc$ dig www.moon.example"}, trace.DNSReply, "SERVFAIL", "could not find the answer out", "답을 얻지 못했습니다", "RFC 1035 4.1.1", nil},
		{"port closed", []string{"pc$ nc 203.0.113.1 81"}, trace.Connect, ":81", "refused the connection (RST)", "203.0.113.1:81이 연결을 거절", "RFC 9293 3.10.7.1", []string{"The packet that refused"}},
		{"nobody there", []string{"pc$ nc -w 20 203.0.113.77 25"}, trace.Connect, "203.0.113.77", "No connection to 203.0.113.77:25", "203.0.113.77:25에 연결하지 못했습니다", "", []string{"Discarded by: no ARP reply"}},
		{"relay refused", []string{"srv$ postconf -e mynetworks=127.0.0.0/8; systemctl reload postfix", "pc$ " + smtp("HELO pc", "MAIL FROM:<a@b.example>", "RCPT TO:<x@moon.example>")},
			trace.SMTPReply, "Relay access denied", "srv refused for good: 554", "srv가 영구히 거부", "reject_unauth_destination", []string{"The rule that decided", "/etc/postfix/main.cf"}},
		{"no such user", []string{"pc$ " + smtp("HELO pc", "MAIL FROM:<a@example.kr>", "RCPT TO:<nobody-here@example.kr>")},
			trace.SMTPReply, "User unknown", "refused for good: 550", "영구히 거부", "reject_unlisted_recipient", []string{"The rule that decided"}},
		{"no name for the client", []string{"pc$ " + smtp("HELO pc")}, trace.Policy, "no PTR", "is not confirmed", "확인할 수 없습니다", "RFC 1912 2.1", []string{"The look-up that failed"}},
		{"trusted client", []string{"pc$ " + smtp("HELO pc", "MAIL FROM:<a@example.kr>", "RCPT TO:<lee@example.kr>")}, trace.Policy, "permit_mynetworks", "lets 203.0.113.10 pass", "203.0.113.10을 허용", "permit_mynetworks", []string{"/etc/postfix/main.cf"}},
		{"update denied", []string{`pc$ printf 'server 203.0.113.1\nzone example.kr\nupdate add x.example.kr 60 A 192.0.2.1\nsend\n' | nsupdate`}, trace.DNSVerdict, "refused by allow-update", "by its ACL allow-update", "ACL allow-update", "BIND 9 ARM: allow-update", nil},
		{"unknown key", []string{`pc$ printf 'server 203.0.113.1\nzone example.kr\nupdate add x.example.kr 60 A 192.0.2.1\nsend\n' | nsupdate -y hmac-sha256:k:YWJjZGVmZ2g=`},
			trace.DNSVerdict, "signature of key k", "does not know this key", "이 키를 모릅니다", "RFC 8945 5.2", nil},
		{"typo in named.conf", []string{"srv$ echo 'x_y {' > /etc/bind/named.conf.local; rndc reload"}, trace.Config, "refused", "/etc/bind/named.conf.local:1: unknown option 'x_y'", "받아들이지 않았습니다", "", []string{"/etc/bind/named.conf.local:1", "When this file was changed"}},
		{"unit does not start", []string{"srv$ echo 'x_y {' > /etc/bind/named.conf.local; systemctl restart named"}, trace.Unit, "start named", "named did not start on srv", "srv의 named가", "", []string{"The reason", "/etc/bind/named.conf.local:1"}},
		{"mail waits", []string{"pc$ " + smtp("HELO pc", "MAIL FROM:<a@example.kr>", "RCPT TO:<x@moon.example>", "DATA", "Subject: x", "", "hi", "."), "pc$ sleep 1200"},
			trace.Queue, "deferred", "waits in the queue", "다음 시도를 기다립니다", "RFC 5321 4.5.4.1", []string{"Why it could not", "The look-up that failed"}},
		{"file saved", []string{"srv$ touch /etc/bind/x; echo '; x' >> /etc/bind/db.example.kr; rndc reload"}, trace.FileWrite, "db.example.kr", "was changed", "바뀌었습니다", "", []string{"When the daemon read it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := explained(t, c.lines...)
			e := x.last(c.kind, c.label)
			if e == nil {
				var b strings.Builder
				x.log.WriteText(&b)
				t.Fatalf("no event %s %q in\n%s", c.kind, c.label, b.String())
			}
			w := x.why(e)
			if w == nil {
				t.Fatalf("no explanation of %s", e)
			}
			if !strings.Contains(w.Verdict.En, c.en) || !strings.Contains(w.Verdict.Ko, c.ko) {
				t.Errorf("verdict %q %q", w.Verdict.En, w.Verdict.Ko)
			}
			if c.rule != "" && (w.Rule == nil || w.Rule.Name != c.rule || w.Rule.Text.Ko == "") {
				t.Errorf("rule %+v, want %s", w.Rule, c.rule)
			}
			for _, want := range c.links {
				found := false
				for _, l := range w.Links {
					found = found || strings.Contains(l.Label.En, want)
				}
				if !found {
					t.Errorf("no link %q in %+v", want, w.Links)
				}
			}
		})
	}
}

// Every event of a busy log can be explained or needs no explanation, without
// an unfilled format or particle.
func TestWhyOfEverything(t *testing.T) {
	x := explained(t, "pc$ dig www.moon.example; dig example.kr MX; ping -c 1 203.0.113.99; nc -w 3 203.0.113.1 81",
		"pc$ "+smtp("HELO pc", "MAIL FROM:<a@example.kr>", "RCPT TO:<x@moon.example>", "RCPT TO:<no@example.kr>", "DATA", "Subject: x", "", "hi", "."), "srv$ systemctl stop named; sleep 7000; systemctl start named")
	n := 0
	x.log.After(0, func(e *trace.Event) bool {
		messageOf(e)
		w := x.why(e)
		if w == nil {
			return true
		}
		n++
		all := []Text{w.Verdict}
		if w.Rule != nil {
			all = append(all, w.Rule.Text)
		}
		for _, l := range w.Links {
			all = append(all, l.Label)
		}
		for _, text := range all {
			for _, bad := range []string{"%!", "{은는}", "{이가}", "{을를}", "{으로로}"} {
				if strings.Contains(text.Ko, bad) || strings.Contains(text.En, bad) {
					t.Errorf("%s: %q", e, text)
				}
			}
		}
		return true
	})
	if n < 10 {
		t.Errorf("%d explanations", n)
	}
}
