package host_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// TestResolvConf: resolver(5), resolv.conf as glibc reads it.
func TestResolvConf(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	for _, c := range []struct{ name, text, want string }{
		{"defaults", "", "127.0.0.1 | example.kr | 1 5s 2"},
		{"plain", "nameserver 192.0.2.1\nsearch a.kr b.kr\n", "192.0.2.1 | a.kr b.kr | 1 5s 2"},
		{"commented out", "#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", "127.0.0.1 | example.kr | 1 5s 2"},
		{"a keyword not in the first column", " nameserver 192.0.2.1\n", "127.0.0.1 | example.kr | 1 5s 2"},
		{"three at most", "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 2001:db8::3\nnameserver 192.0.2.4\n",
			"192.0.2.1 192.0.2.2 2001:db8::3 | example.kr | 1 5s 2"},
		{"a bad address", "nameserver 192.0.2\nnameserver 192.0.2.300\nnameserver 192.0.2.2\n", "192.0.2.2 | example.kr | 1 5s 2"},
		{"the last of domain and search", "search a.kr\ndomain b.kr\n", "127.0.0.1 | b.kr | 1 5s 2"},
		{"options", "options ndots:3 timeout:1 attempts:9 nonsense rotate\n", "127.0.0.1 | example.kr | 3 1s 5 rotate"},
		{"options out of range", "options ndots:99 timeout:99 attempts:0 timeout:x\n", "127.0.0.1 | example.kr | 15 30s 1"},
		{"over TCP", "options use-vc\n", "127.0.0.1 | example.kr | 1 5s 2 tcp"},
	} {
		w.write("/etc/resolv.conf", c.text)
		r := w.h.ReadResolvConf()
		var b strings.Builder
		for _, s := range r.Servers {
			b.WriteString(s.String() + " ")
		}
		b.WriteString("| " + strings.Join(r.Search, " ") + " | ")
		b.WriteString(string(rune('0'+r.NDots/10)) + string(rune('0'+r.NDots%10)))
		got := strings.Replace(b.String(), "| 0", "| ", 1) + " " + r.Timeout.String() + " " + string(rune('0'+r.Attempts))
		if r.Rotate {
			got += " rotate"
		}
		if r.UseTCP {
			got += " tcp"
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestSearch: resolv.conf(5), search and ndots: which names are asked for.
func TestSearch(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.server("192.0.2.1", "www.b.kr. A 192.0.2.80", "empty.a.kr. TXT x", "a.b.c.kr. A 192.0.2.81")
	for _, c := range []struct{ options, name, want, asked string }{
		{"", "www", "www.b.kr: 192.0.2.80", "www.a.kr. www.b.kr."},
		{"", "www.", "Host not found", "www."},
		{"", "www.b.kr", "www.b.kr: 192.0.2.80", "www.b.kr."},
		{"", "none.kr", "Host not found", "none.kr. none.kr.a.kr. none.kr.b.kr."},
		{"ndots:4", "a.b.c.kr", "a.b.c.kr: 192.0.2.81", "a.b.c.kr.a.kr. a.b.c.kr.b.kr. a.b.c.kr."},
		{"", "192.0.2.7", "192.0.2.7: 192.0.2.7", ""},
	} {
		w.write("/etc/resolv.conf", "nameserver 192.0.2.1\nsearch a.kr b.kr\noptions "+c.options+"\n")
		got, _ := w.resolve(c.name, host.IPv4)
		var asked []string
		for _, a := range w.asked {
			asked = append(asked, strings.Fields(a)[1])
		}
		if got != c.want || strings.Join(asked, " ") != c.asked {
			t.Errorf("%s %s:\ngot  %s, asked for %s\nwant %s, asked for %s", c.options, c.name, got, strings.Join(asked, " "), c.want, c.asked)
		}
	}
}

// TestServersInTurn: a dead server costs its time-out, a server that refuses
// costs nothing, and rotate spreads the questions.
func TestServersInTurn(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.server("192.0.2.1", "silent")
	w.server("192.0.2.2", "refuse")
	w.server("192.0.2.3", "www.kr. A 192.0.2.80")
	for _, c := range []struct {
		servers, want string
		took          time.Duration
	}{
		{"1 3", "www.kr: 192.0.2.80", 5 * time.Second},
		{"2 3", "www.kr: 192.0.2.80", 0},
		{"2", "Host not found, try again", 0},
		{"1", "Host not found, try again", 15 * time.Second}, // 5 s, then twice as long
		{"9", "Host not found, try again", 0},                // no such neighbour: an ICMP error, not a time-out
	} {
		text := ""
		for s := range strings.FieldsSeq(c.servers) {
			text += "nameserver 192.0.2." + s + "\n"
		}
		w.write("/etc/resolv.conf", text)
		got, took := w.resolve("www.kr.", host.IPv4)
		if c.servers == "9" {
			took = 0
		}
		if got != c.want || took.Truncate(time.Second) != c.took {
			t.Errorf("servers %s: %s after %v, want %s after %v", c.servers, got, took, c.want, c.took)
		}
	}

	w.server("192.0.2.4", "www.kr. A 192.0.2.80")
	w.write("/etc/resolv.conf", "nameserver 192.0.2.3\nnameserver 192.0.2.4\noptions rotate\n")
	seen := map[string]int{}
	for range 40 {
		w.resolve("www.kr.", host.IPv4)
		seen[w.asked[0]]++
	}
	if len(seen) != 2 {
		t.Errorf("with rotate, asked first: %v", seen)
	}
}

// TestNameServiceSwitch: nsswitch.conf(5), the hosts line and its reactions.
func TestNameServiceSwitch(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.server("192.0.2.1", "both.kr. A 192.0.2.81", "dns.kr. A 192.0.2.82")
	w.server("192.0.2.2", "silent")
	w.write("/etc/hosts", "127.0.0.1 localhost\n192.0.2.71 both.kr alias\n# 192.0.2.72 dns.kr\n192.0.2.73 bad line # both.kr\n")
	const answers, silent = "nameserver 192.0.2.1\n", "nameserver 192.0.2.2\noptions timeout:1 attempts:1\n"
	for _, c := range []struct{ hosts, resolv, name, want string }{
		{"hosts: files dns", answers, "both.kr", "both.kr: 192.0.2.71"},
		{"hosts: files dns", answers, "alias", "both.kr: 192.0.2.71"},
		{"hosts: dns files", answers, "both.kr", "both.kr: 192.0.2.81"},
		{"hosts: files dns", answers, "dns.kr", "dns.kr: 192.0.2.82"},
		{"hosts: files", answers, "dns.kr", "Host not found"},
		{"", answers, "dns.kr", "dns.kr: 192.0.2.82"},
		{"# hosts: files", answers, "dns.kr", "dns.kr: 192.0.2.82"},
		{"hosts: files [NOTFOUND=return] dns", answers, "dns.kr", "Host not found"},
		{"hosts: files mdns4_minimal [NOTFOUND=return] dns", answers, "dns.kr", "dns.kr: 192.0.2.82"},
		{"hosts: files resolve [!UNAVAIL=return] dns", answers, "dns.kr", "dns.kr: 192.0.2.82"},
		{"hosts: dns [!UNAVAIL=return] files", answers, "alias", "Host not found"},
		{"hosts: dns [!UNAVAIL=return] files", silent, "alias", "both.kr: 192.0.2.71"},
		{"hosts: dns [UNAVAIL=return] files", silent, "alias", "Host not found, try again"},
		{"hosts: myhostname", answers, "pc.example.kr", "pc.example.kr: 192.0.2.10"},
		{"hosts: nonsense", answers, "dns.kr", "Host not found"},
	} {
		w.write("/etc/nsswitch.conf", "passwd: files\n"+c.hosts+"\n")
		w.write("/etc/resolv.conf", c.resolv)
		if got, _ := w.resolve(c.name, host.IPv4); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.hosts, c.name, got, c.want)
		}
	}
}

// TestOrderOfAddresses: RFC 6724 6.
func TestOrderOfAddresses(t *testing.T) {
	zone := []string{"www.kr. A 198.51.100.1", "www.kr. A 192.0.2.80", "www.kr. A 198.51.100.2", "www.kr. AAAA 2001:db8::80",
		"far.kr. A 198.51.100.1", "far.kr. A 198.51.100.2"}
	for _, c := range []struct {
		addrs, name, want string
	}{
		{"192.0.2.10/24 2001:db8::10/64", "www.kr", "2001:db8::80 192.0.2.80 198.51.100.1 198.51.100.2"}, // rules 6, 9, 1
		{"192.0.2.10/24", "www.kr", "192.0.2.80 198.51.100.1 198.51.100.2"},                              // no IPv6 address: AAAA is not asked for
		{"192.0.2.10/24 2001:db8:9::10/64", "www.kr", "192.0.2.80 198.51.100.1 198.51.100.2 2001:db8::80"},
		{"192.0.2.10/24", "far.kr", "198.51.100.1 198.51.100.2"}, // the order of a round robin stays
	} {
		w := newWorld(t, strings.Fields(c.addrs)...)
		w.server("192.0.2.1", zone...)
		w.write("/etc/resolv.conf", "nameserver 192.0.2.1\n")
		got, _ := w.resolve(c.name, host.AnyFamily)
		if want := c.name + ": " + c.want; got != want {
			t.Errorf("from %s:\ngot  %s\nwant %s", c.addrs, got, want)
		}
	}
}

func TestReverseLookup(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.server("192.0.2.1", "80.2.0.192.in-addr.arpa. PTR www.example.kr.", "81.2.0.192.in-addr.arpa. TXT x")
	w.write("/etc/resolv.conf", "nameserver 192.0.2.1\n")
	w.write("/etc/hosts", "192.0.2.70 printer.kr\n")
	for _, c := range []struct {
		addr, want string
		err        error
	}{
		{"192.0.2.70", "printer.kr", nil},
		{"192.0.2.80", "www.example.kr", nil},
		{"192.0.2.81", "", host.ErrNoData},
		{"192.0.2.82", "", host.ErrHostNotFound},
	} {
		w.do(func(t *vtime.Task) {
			got, err := w.h.LookupName(t, netip.MustParseAddr(c.addr))
			if got != c.want || !errors.Is(err, c.err) {
				w.Errorf("%s: %q, %v; want %q, %v", c.addr, got, err, c.want, c.err)
			}
		})
	}
}

// TestQueryReportsWhy: each end of a look-up has its own error, and the reply
// comes with it.
func TestQueryReportsWhy(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.server("192.0.2.1", "a.kr. A 192.0.2.80")
	w.write("/etc/resolv.conf", "nameserver 192.0.2.1\n")
	for _, c := range []struct {
		name  string
		qtype uint16
		err   error
		rcode int
	}{
		{"a.kr", mdns.TypeA, nil, mdns.RcodeSuccess},
		{"a.kr", mdns.TypeMX, host.ErrNoData, mdns.RcodeSuccess},
		{"b.kr", mdns.TypeA, host.ErrHostNotFound, mdns.RcodeNameError},
	} {
		w.do(func(t *vtime.Task) {
			m, err := w.h.Query(t, c.name, c.qtype)
			if !errors.Is(err, c.err) || m == nil || m.Rcode != c.rcode {
				w.Errorf("%s %s: %v, %v", c.name, mdns.Type(c.qtype), m, err)
			}
		})
	}
	if !slices.Equal(w.asked, []string{"192.0.2.1 a.kr. A", "192.0.2.1 a.kr. MX", "192.0.2.1 b.kr. A"}) {
		t.Error(w.asked)
	}
}
