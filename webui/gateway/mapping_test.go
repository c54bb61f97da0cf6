package gateway

import (
	"strings"
	"testing"
)

func TestParseMapping(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"mail1:25/tcp=127.0.0.1:2525", "mail1:25/tcp=127.0.0.1:2525"},
		{"mail1:25/tcp=2525", "mail1:25/tcp=127.0.0.1:2525"},
		{"ns1:53/udp=0", "ns1:53/udp=127.0.0.1:0"},
		{"ns1:53/udp=[::1]:5353", "ns1:53/udp=[::1]:5353"},
		{"root:53/udp=127.0.0.10:5300,from=pc", "root:53/udp=127.0.0.10:5300,from=pc"},
		{"root:53/udp=own", "root:53/udp=own"},
	} {
		m, err := ParseMapping(c.text)
		if err != nil || m.String() != c.want {
			t.Errorf("%s: %s, %v", c.text, m.String(), err)
		}
		if again, err := ParseMapping(m.String()); err != nil || again != m {
			t.Errorf("%s is read as %v, %v", m.String(), again, err)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"", "no '='"}, {"mail1:25=2525", "protocol"}, {"mail1:25/sctp=2525", "protocol"}, {"mail1/tcp=2525", "no HOST:PORT"},
		{"mail1:0/tcp=2525", `"0" is not a port`}, {"mail1:65536/tcp=1", `"65536" is not a port`}, {":25/tcp=1", "no HOST:PORT"},
		{"mail1:25/tcp=localhost:25", "not an address"}, {"mail1:25/tcp=x", "not an address"}, {"mail1:25/tcp=1,from=", "no host after from="},
		{"mail1:25/tcp=127.0.0.1:99999", "not an address"},
	} {
		if _, err := ParseMapping(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{"a:1/tcp=1": false, "a:1/tcp=0.0.0.0:1": true, "a:1/tcp=192.0.2.1:1": true, "a:1/tcp=[::1]:1": false, "a:1/tcp=own": false} {
		m, err := ParseMapping(text)
		if err != nil || m.Public() != want {
			t.Errorf("%s: %v, %v", text, m.Public(), err)
		}
	}
}

func FuzzParseMapping(f *testing.F) {
	f.Add("mail1:25/tcp=127.0.0.1:2525,from=pc")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMapping(text)
		if err != nil {
			return
		}
		if again, err := ParseMapping(m.String()); err != nil || again != m {
			t.Errorf("%q is printed as %q and read as %+v, %v", text, m.String(), again, err)
		}
	})
}
