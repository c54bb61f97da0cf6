package named

import (
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// The sequence of answered, truncated and dropped responses, and the words, are
// those of BIND 9.18.
func TestRateLimit(t *testing.T) {
	w := newWorld(t, "", nil)
	w.edit("ns1", "/etc/bind/named.conf", "recursion no;", "recursion no; rate-limit { responses-per-second 5; window 5; slip 2; exempt-clients { 198.18.0.53; }; };")
	w.command("ns1", "rndc", "reconfig")
	burst := func(from, name string, n int) (out string) {
		for range n {
			switch m := w.burst(from, name); {
			case m == nil:
				out += "-"
			case m.Truncated:
				out += "T"
			default:
				out += string(rune('0' + m.Rcode))
			}
		}
		return out
	}
	for _, c := range []struct{ from, name, want string }{
		{"client", "www.example.com", "00000T-T-T"}, {"client", "n1.example.com", "33333T-T"}, {"client", "n2.example.com", "-T"},
		{"client", "www.example.org", "55555---"}, {"ns2", "www.example.com", "0000000000"},
	} {
		if got := burst(c.from, c.name, len(c.want)); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.name, c.from, got, c.want)
		}
	}
	for _, want := range []string{"limit responses to 198.18.0.0/24 for www.example.com IN A  (", "limit NXDOMAIN responses to 198.18.0.0/24 for example.com  (",
		"(www.example.com): rate limit slip response to 198.18.0.0/24 for www.example.com IN A  (", "limit REFUSED error responses to 198.18.0.0/24"} {
		if !strings.Contains(w.syslog("ns1"), want) {
			t.Errorf("log lacks %q:\n%s", want, w.syslog("ns1"))
		}
	}
	w.run(10 * time.Second)
	if got := burst("client", "www.example.com", 3); got != "000" {
		t.Errorf("ten seconds later: %s", got)
	}
}

// burst asks without giving the server the time to forget: a dropped answer is
// waited for only shortly.
func (w *world) burst(from, name string) *mdns.Msg {
	return w.ask(question{from: from, to: "ns1", name: name, qtype: "A", wait: time.Millisecond * 5})
}
