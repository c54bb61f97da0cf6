package postfix

import (
	"fmt"
	"strings"
	"testing"
)

const exchangerDNS = `example.com MX 10 mail.example.com
mail.example.com A 203.0.113.25
two.example MX 200 second.example
two.example MX 10 first.example
first.example A 192.0.2.1
second.example A 192.0.2.2
backup.example MX 10 first.example
backup.example MX 200 mail.example.net
mail.example.net A 198.51.100.25
me.example MX 10 mail.example.net
onlya.example A 192.0.2.9
mydomain.example A 198.51.100.25
noa.example MX 10 nonexistent.example
null.example MX 0 .
txt.example TXT x
lame.example TEMP
ip.example MX 10 192.0.2.7
deadmx.example MX 10 lame.example
`

// The texts are those Postfix 3.7.11 logged (inet_protocols = ipv4).
func TestServers(t *testing.T) {
	cases := []struct{ nexthop, want string }{
		{"example.com", "mail.example.com[203.0.113.25]"},
		{"two.example", "first.example[192.0.2.1] second.example[192.0.2.2]"},
		{"backup.example", "first.example[192.0.2.1]"},
		{"me.example", "5.4.6 mail for me.example loops back to myself"},
		{"mydomain.example", "5.4.6 mail for mydomain.example loops back to myself"},
		{"onlya.example", "onlya.example[192.0.2.9]"},
		{"[onlya.example]:587", "onlya.example[192.0.2.9]"},
		{"[192.0.2.50]", "192.0.2.50[192.0.2.50]"},
		{"ip.example", "192.0.2.7[192.0.2.7]"},
		{"null.example", "5.1.0 Domain null.example does not accept mail (nullMX)"},
		{"nosuch.example", "5.4.4 Host or domain name not found. Name service error for name=nosuch.example type=A: Host not found"},
		{"txt.example", "5.4.4 Host or domain name not found. Name service error for name=txt.example type=A: Host found but no data record of requested type"},
		{"lame.example", "4.4.3 Host or domain name not found. Name service error for name=lame.example type=MX: Host not found, try again"},
		{"noa.example", "5.4.4 Host or domain name not found. Name service error for name=nonexistent.example type=A: Host not found"},
		{"deadmx.example", "4.4.3 Host or domain name not found. Name service error for name=lame.example type=A: Host not found, try again"},
	}
	for _, c := range cases {
		l := newLab(t, base, exchangerDNS, nil)
		servers, failure := NewSMTPClient(l.cfg, l.sys, nil).Servers(c.nexthop)
		var got []string
		for _, s := range servers {
			got = append(got, fmt.Sprintf("%s[%s]", s.Host, s.Addr))
		}
		text := strings.Join(got, " ")
		if failure != nil {
			text = fmt.Sprintf("%d.%d.%d %s", failure.Status[0], failure.Status[1], failure.Status[2], failure.Text)
		}
		if text != c.want {
			t.Errorf("%s: %s\nwant %s", c.nexthop, text, c.want)
		}
	}
}

// postconf(5): smtp_address_preference sorts addresses of equal MX preference
// only; smtp_balance_inet_protocols keeps both families within the limit.
func TestAddressPreference(t *testing.T) {
	const zone = `a.example MX 10 both.example
a.example MX 200 last.example
both.example A 192.0.2.1
both.example AAAA 2001:db8::1
last.example AAAA 2001:db8::2
many.example MX 10 hosts.example
hosts.example A 192.0.2.1
hosts.example A 192.0.2.2
hosts.example A 192.0.2.3
hosts.example A 192.0.2.4
hosts.example A 192.0.2.5
hosts.example A 192.0.2.6
hosts.example AAAA 2001:db8::1
`
	for _, c := range []struct{ nexthop, conf, want string }{
		{"a.example", "smtp_address_preference = ipv6", "2001:db8::1 192.0.2.1 2001:db8::2"},
		{"a.example", "smtp_address_preference = ipv4", "192.0.2.1 2001:db8::1 2001:db8::2"},
		{"many.example", "", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 2001:db8::1"},
		{"many.example", "smtp_balance_inet_protocols = no", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5"},
		{"many.example", "smtp_address_preference = ipv6\nsmtp_mx_address_limit = 2", "2001:db8::1 192.0.2.1"},
	} {
		l := newLab(t, strings.Replace(base, "inet_protocols = ipv4", "inet_protocols = all", 1)+"\n"+c.conf+"\n", zone, nil)
		servers, failure := NewSMTPClient(l.cfg, l.sys, nil).Servers(c.nexthop)
		if failure != nil {
			t.Fatal(failure.Text)
		}
		var got []string
		for _, s := range servers {
			got = append(got, s.Addr.String())
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s with %q: %s\nwant %s", c.nexthop, c.conf, text, c.want)
		}
	}
}
