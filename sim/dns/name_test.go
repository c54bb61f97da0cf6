package dns

import (
	"net/netip"
	"testing"
)

func TestNames(t *testing.T) {
	for _, c := range []struct{ origin, relative, absolute string }{
		{"example.com.", "www", "www.example.com."}, {"example.com.", "@", "example.com."},
		{"example.com.", "www.example.net.", "www.example.net."}, {".", "a.b", "a.b."},
		{"example.com.", `a\.example.com.`, `a\.example.com.`},
	} {
		if got, err := Absolute(c.relative, c.origin); err != nil || Canonical(got) != c.absolute {
			t.Errorf("Absolute(%s, %s) = %s, %v", c.relative, c.origin, got, err)
		}
	}
	if IsWithin("notexample.com.", "example.com.") || !IsWithin("a.EXAMPLE.com", "example.com") || IsWithin(`x\.com.`, "com.") {
		t.Error("IsWithin")
	}
	if Display("www.example.com.") != "www.example.com" || Display(".") != "." || Parent("a.b.") != "b." || Parent(".") != "." {
		t.Error("Display or Parent")
	}
	if CompareNames("z.example.", "a.b.example.") < 0 || CompareNames("example.", "A.example.") > 0 {
		t.Error("CompareNames") // RFC 4034 6.1
	}
}

// RFC 1035 3.5 and RFC 3596 2.5.
func TestReverseNames(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.25":       "25.113.0.203.in-addr.arpa.",
		"2001:db8::567:89ab": "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
	} {
		name := ReverseName(netip.MustParseAddr(addr))
		if name != want {
			t.Errorf("%s: %s", addr, name)
		}
	}
}

func TestTypeNames(t *testing.T) {
	for text, want := range map[string]uint16{"A": 1, "aaaa": 28, "TYPE65280": 65280, "type1": 1} {
		if got, ok := ParseType(text); !ok || got != want {
			t.Errorf("%s: %d %v", text, got, ok)
		}
	}
	for _, bad := range []string{"", "AA", "TYPE", "TYPE70000", "TYPEx"} {
		if got, ok := ParseType(bad); ok {
			t.Errorf("%q: %d", bad, got)
		}
	}
	if TypeName(65280) != "TYPE65280" || ClassName(3) != "CH" || RcodeName(4) != "NOTIMP" || RcodeName(3) != "NXDOMAIN" {
		t.Error("a name is wrong")
	}
}
