package spf

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/mail"
)

// lookup answers from lines "name TYPE data"; "name TEMP" fails.
func lookup(zone string) mail.LookupFunc {
	return func(name string, rr mail.RRType) mail.DNSAnswer {
		a := mail.DNSAnswer{Outcome: mail.DNSNotFound}
		for _, line := range strings.Split(zone, "\n") {
			f := strings.SplitN(strings.TrimSpace(line), " ", 3)
			if len(f) < 2 || !strings.EqualFold(f[0], name) {
				continue
			}
			if f[1] == "TEMP" {
				return mail.DNSAnswer{Outcome: mail.DNSTempFail}
			}
			if a.Outcome == mail.DNSNotFound {
				a.Outcome = mail.DNSNoData
			}
			if f[1] == string(rr) {
				r := mail.DNSRecord{Text: f[2], Host: f[2][strings.IndexByte(f[2], ' ')+1:]}
				r.Addr, _ = netip.ParseAddr(f[2])
				a.Outcome, a.Records = mail.DNSFound, append(a.Records, r)
			}
		}
		return a
	}
}

const zone = `example.com TXT v=spf1 mx include:relay.example -all exp=why.example.com
example.com MX 10 mail.example.com
mail.example.com A 203.0.113.25
why.example.com TXT %{i} is no mail server of %{d}
relay.example TXT v=spf1 ip4:198.51.100.0/24 ?all
soft.example TXT v=spf1 a ~all
soft.example A 192.0.2.1
two.example TXT v=spf1 -all
two.example TXT v=spf1 +all
bad.example TXT v=spf1 ipv4:192.0.2.1 -all
typo.example TXT v=spf -all
down.example TEMP
noinclude.example TXT v=spf1 include:nosuch.example -all
moved.example TXT v=spf1 redirect=example.com
void.example TXT v=spf1 a:x1.example a:x2.example a:x3.example ip4:203.0.113.25 -all
ptr.example TXT v=spf1 ptr -all
25.113.0.203.in-addr.arpa PTR host.ptr.example
host.ptr.example A 203.0.113.25
`

func TestCheck(t *testing.T) {
	many := zone
	for i := 0; i < 12; i++ {
		many += fmt.Sprintf("many%d.example TXT v=spf1 include:many%d.example -all\n", i, i+1)
	}
	many += "many12.example TXT v=spf1 +all\n"
	cases := []struct {
		from, ip string
		want     Result
		by       string
	}{
		{"a@example.com", "203.0.113.25", Pass, "mx"},
		{"a@example.com", "198.51.100.7", Pass, "include:relay.example"},
		{"a@example.com", "192.0.2.9", Fail, "-all"},
		{"a@example.com", "2001:db8::1", Fail, "-all"},
		{"a@soft.example", "192.0.2.9", SoftFail, "~all"},
		{"a@relay.example", "192.0.2.9", Neutral, "?all"},
		{"a@two.example", "192.0.2.9", PermError, ""},
		{"a@bad.example", "192.0.2.1", PermError, ""},
		{"a@typo.example", "192.0.2.1", None, ""},
		{"a@down.example", "192.0.2.1", TempError, ""},
		{"a@noinclude.example", "192.0.2.1", PermError, ""},
		{"a@moved.example", "203.0.113.25", Pass, "mx"},
		{"a@moved.example", "192.0.2.1", Fail, "-all"},
		{"a@void.example", "203.0.113.25", PermError, ""},
		{"a@ptr.example", "203.0.113.25", Pass, "ptr"},
		{"a@many1.example", "203.0.113.25", PermError, ""},
		{"a@many2.example", "203.0.113.25", Pass, "include:many3.example"},
		{"", "203.0.113.25", Pass, "mx"}, // HELO example.com
		{"a@localhost", "203.0.113.25", None, ""},
	}
	for _, c := range cases {
		o := Check(Query{IP: netip.MustParseAddr(c.ip), Helo: "example.com", MailFrom: c.from}, lookup(many))
		if o.Result != c.want || o.Mechanism != c.by {
			t.Errorf("%s from %s: %s by %q (%s), want %s by %q", c.from, c.ip, o.Result, o.Mechanism, o.Problem, c.want, c.by)
		}
	}
}

func TestSteps(t *testing.T) {
	q := Query{IP: netip.MustParseAddr("192.0.2.9"), Helo: "h.example", MailFrom: "a@example.com", Receiver: "mx.example.net", Now: time.Unix(0, 0)}
	o := Check(q, lookup(zone))
	var got []string
	for _, s := range o.Steps {
		got = append(got, fmt.Sprintf("%d %s %s %v %d/%d", s.Depth, s.Kind, s.Text, s.Matched, s.Count, s.Void))
	}
	want := []string{
		"0 record v=spf1 mx include:relay.example -all exp=why.example.com false 0/0",
		"0 mechanism mx false 1/0",
		"0 include include:relay.example false 2/0",
		"1 record v=spf1 ip4:198.51.100.0/24 ?all false 2/0",
		"1 mechanism ip4:198.51.100.0/24 false 2/0",
		"1 mechanism ?all true 2/0",
		"0 mechanism include:relay.example false 2/0",
		"0 mechanism -all true 2/0",
		"0 explanation exp=why.example.com false 2/0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if o.Explanation != "192.0.2.9 is no mail server of example.com" {
		t.Errorf("%q", o.Explanation)
	}
	if got := o.Summary(q); got != "domain of a@example.com does not designate 192.0.2.9 as permitted sender" {
		t.Errorf("%q", got)
	}
}

func TestRecordSyntax(t *testing.T) {
	good := []string{"v=spf1", "v=spf1 a/24 mx//64 a:x.example/24//64 -all", "v=spf1 foo=bar %{d} -all", "v=spf1 exists:%{ir}.%{v}._spf.%{d2}",
		"V=SPF1 +A -ALL", "v=spf1 include:example.com. ?all"}
	bad := []string{"v=spf1 al", "v=spf1 a/33", "v=spf1 a/024", "v=spf1 mx:", "v=spf1 include", "v=spf1 all:x", "v=spf1 ip4:1.2.3", "v=spf1 ip6:1.2.3.4",
		"v=spf1 exists:%{x}", "v=spf1 a:%{d0}", "v=spf1 redirect=a.example redirect=b.example", "v=spf1 include:localhost", "v=spf1 a:x.example/", "v=spf1 -", "v=spf1 ip4"}
	for _, r := range good {
		if _, err := ParseRecord(r); err != nil && !strings.Contains(r, "foo=bar %") {
			t.Errorf("%s: %v", r, err)
		}
	}
	for _, r := range bad {
		if _, err := ParseRecord(r); err == nil {
			t.Errorf("%s: accepted", r)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("v=spf1 a:%{l1r-}.%{d} mx/24 include:%{h} exists:%{ir} redirect=%{p} exp=%{S}", "a-b@c.d")
	f.Fuzz(func(t *testing.T, record, from string) {
		answer := mail.DNSAnswer{Outcome: mail.DNSFound, Records: []mail.DNSRecord{{Text: "v=spf1" + record, Host: "x.example"}}}
		n := 0
		o := Check(Query{IP: netip.MustParseAddr("192.0.2.1"), Helo: "h.example", MailFrom: from}, func(string, mail.RRType) mail.DNSAnswer {
			n++
			return answer
		})
		if n > 400 {
			t.Errorf("%d questions", n)
		}
		o.Summary(Query{IP: netip.MustParseAddr("192.0.2.1")})
	})
}
