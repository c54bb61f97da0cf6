package dns

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

// 5.1: "@ A free standing @ is used to denote the current origin", "( ) Parentheses
// are used to group data that crosses a line boundary", "; Semicolon is used to
// start a comment", "\X where X is any character other than a digit", "\DDD where
// each D is a digit", "Domain names that do not end in a dot are called relative",
// "If an entry for an RR begins with a blank, then the RR is assumed to be owned by
// the last stated owner", "Omitted class and TTL values are default to the last
// explicitly stated values", "<rr> contents: [<TTL>] [<class>] <type> <RDATA> or
// [<class>] [<TTL>] <type> <RDATA>".
func TestRFC1035MasterFiles(t *testing.T) {
	const start = "$TTL 60\n@ SOA ns h ( 1 ; serial\n 2 3 4\n 5 )\n@ NS ns\nns A 192.0.2.1\n"
	for _, c := range []struct{ lines, name, qtype, want string }{
		{"", "example.", "SOA", "60 SOA ns.example. h.example. 1 2 3 4 5"},
		{"a 30 IN A 192.0.2.2", "a.example.", "A", "30 A 192.0.2.2"},
		{"a IN 30 A 192.0.2.2", "a.example.", "A", "30 A 192.0.2.2"},
		{"a A 192.0.2.2 ; a comment", "a.example.", "A", "60 A 192.0.2.2"},
		{"a A 192.0.2.2\n TXT x", "a.example.", "TXT", `60 TXT "x"`},
		{"$ORIGIN sub\nb A 192.0.2.3", "b.sub.example.", "A", "60 A 192.0.2.3"},
		{"$ORIGIN sub.example.\n@ A 192.0.2.3", "sub.example.", "A", "60 A 192.0.2.3"},
		{"c CNAME ns", "c.example.", "CNAME", "60 CNAME ns.example."},
		{"c CNAME ns.", "c.example.", "CNAME", "60 CNAME ns."},
		{`t TXT "a ; b" c\;d`, "t.example.", "TXT", `60 TXT "a ; b" "c;d"`},
		{`t TXT "\065\"\\"`, "t.example.", "TXT", `60 TXT "A\"\\"`},
		{`a\.b TXT x`, `a\.b.example.`, "TXT", `60 TXT "x"`},
		{`\097 A 192.0.2.4`, "a.example.", "A", "60 A 192.0.2.4"},
		{"m MX ( 10\n ns )", "m.example.", "MX", "60 MX 10 ns.example."},
		{"a A (192.0.2.2)\n", "a.example.", "A", "60 A 192.0.2.2"},
	} {
		zone := loadText(t, "example.", start+c.lines+"\n")
		qtype, _ := ParseType(c.qtype)
		set, ok := zone.Get(c.name, qtype)
		if !ok {
			t.Errorf("%q: no %s at %s", c.lines, c.qtype, c.name)
			continue
		}
		got := strings.Join(strings.Fields(set.RRs[0].String())[1:], " ")
		if got = strings.Replace(got, "IN ", "", 1); got != c.want {
			t.Errorf("%q: %s, want %s", c.lines, got, c.want)
		}
	}
}

// 2.3.4: "labels 63 octets or less", "names 255 octets or less"; 3.3.14 and 3.3: a
// <character-string> is "treated as binary information, and can be up to 256
// characters in length (including the length octet)"; 5.2: "Exactly one SOA RR
// should be present at the top of the zone."
func TestRFC1035Refusals(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, c := range []struct{ section, line, want string }{
		{"2.3.4", long + " A 192.0.2.2", ""},
		{"2.3.4", long + "a A 192.0.2.2", "db:5: label too long"},
		{"2.3.4", strings.Repeat(long+".", 4) + " A 192.0.2.2", "db:5: ran out of space"},
		{"3.3", "t TXT " + strings.Repeat("x", 255), ""},
		{"3.3", "t TXT " + strings.Repeat("x", 256), "db:5: near '" + strings.Repeat("x", 256) + "': syntax error"},
		{"3.4.1", "a A 192.0.2", "db:5: near '192.0.2': bad dotted quad"},
		{"3.3.9", "m MX mail", "db:5: near 'mail': not a valid number"},
		{"5.1", "a A 192.0.2.2 x", "db:5: near 'x': extra input text"},
		{"5.1", "a A 192.0.2.2 )", "unbalanced parentheses"},
		{"5.1", "a A ( 192.0.2.2", "unbalanced parentheses"},
		{"5.1", "a CH A 192.0.2.2", "class 'CH' != zone class 'IN'"},
		{"5.1", "a..b A 192.0.2.2", "db:5: empty label"},
		{"5.2", "@ SOA ns h 2 2 3 4 5", "multiple RRs of singleton type"},
		{"5.2", "a SOA ns h 1 2 3 4 5", "SOA record not at top of zone"},
	} {
		messages, err := loadFiles(map[string]string{"db": head + c.line + "\n"}, Limits{})
		var all strings.Builder
		for _, m := range messages {
			all.WriteString(m.Text + "\n")
		}
		if (err != nil) != (c.want != "") || !strings.Contains(all.String(), c.want) {
			t.Errorf("%s %.40q: %v %s\nwant %s", c.section, c.line, err, all.String(), c.want)
		}
	}
}

// 4.1.1: AA is set, ID and RD are copied from the query; 4.1.2: the question is
// repeated; 4.2.1: "Messages carried by UDP are restricted to 512 bytes (not counting
// the IP or UDP headers). Longer messages are truncated and the TC bit is set in the
// header."
func TestRFC1035Messages(t *testing.T) {
	set := NewZoneSet(loadText(t, "example.", tree+"$GENERATE 1-60 many A 192.0.2.$\n"))
	for _, rd := range []bool{false, true} {
		q := &mdns.Msg{Question: []mdns.Question{{Name: "MANY.example.", Qtype: typeA, Qclass: mdns.ClassINET}}}
		q.Id, q.RecursionDesired = 4711, rd
		for _, udp := range []bool{true, false} {
			m, _ := set.Respond(q, RespondOptions{UDP: udp})
			wire, err := m.Pack()
			if err != nil {
				t.Fatal(err)
			}
			if m.Id != 4711 || !m.Response || !m.Authoritative || m.RecursionDesired != rd || m.Question[0] != q.Question[0] {
				t.Errorf("header %+v question %v", m.MsgHdr, m.Question)
			}
			if m.Truncated != udp || udp && len(wire) > 512 || !udp && len(m.Answer) != 60 {
				t.Errorf("udp %v: truncated %v, %d octets, %d answers", udp, m.Truncated, len(wire), len(m.Answer))
			}
		}
	}
}
