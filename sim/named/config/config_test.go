package config

import (
	"io/fs"
	"net/netip"
	"strings"
	"testing"
)

// files makes a disk of named texts.
func files(parts ...string) Disk {
	m := map[string]string{}
	for i := 0; i+1 < len(parts); i += 2 {
		m[parts[i]] = parts[i+1]
	}
	return Disk{Read: func(path string) ([]byte, error) {
		if s, ok := m[path]; ok {
			return []byte(s), nil
		}
		return nil, fs.ErrNotExist
	}}
}

func load(t *testing.T, text string) *Config {
	t.Helper()
	c, messages := Load(files("named.conf", text), "named.conf")
	if c == nil {
		t.Fatalf("refused: %v", messages)
	}
	return c
}

func TestDebianSplitFiles(t *testing.T) {
	c, messages := Load(files(
		"/etc/bind/named.conf", "include \"/etc/bind/named.conf.options\";\ninclude \"/etc/bind/named.conf.local\";\n",
		"/etc/bind/named.conf.options", `acl trusted { 192.0.2.0/24; key lab; !198.51.100.7; 198.51.100.0/24; };
options {
	directory "/var/cache/bind";
	listen-on port 5353 { 192.0.2.53; };
	allow-query { trusted; localhost; };
	forwarders { 203.0.113.1 port 5300; 203.0.113.2; };
	version none;
};
`,
		"/etc/bind/named.conf.local", `masters upstream port 5301 { 192.0.2.1 key lab; };
key lab { algorithm hmac-sha256; secret "c2VjcmV0"; };
zone "Example.COM" { type master; file "db.example.com"; also-notify { 192.0.2.9; }; };
zone "example.org." { type slave; masters { upstream; 192.0.2.2; }; file "db.org"; };
`), "/etc/bind/named.conf")
	if c == nil {
		t.Fatal(messages)
	}
	if l := c.Options.ListenOn; len(l) != 1 || l[0].Port != 5353 || l[0].Pos.Line != 4 {
		t.Errorf("listen-on %+v", l)
	}
	if l := c.Options.ListenOnV6; len(l) != 1 || l[0].Port != 53 || !l[0].ACL.IsAny() {
		t.Errorf("listen-on-v6 %+v", l)
	}
	v := c.Views[0]
	if v.Name != "_default" || len(v.Zones) != 2 || !v.Recursion.Value || !v.Recursion.Default() {
		t.Fatalf("view %+v", v)
	}
	if got := v.AllowRecursion.Name; got != "allow-query" {
		t.Errorf("allow-recursion takes %q", got)
	}
	z := v.Zones[1]
	if z.Name != "example.org." || z.Type != Secondary || len(z.Primaries.Servers) != 2 {
		t.Fatalf("zone %+v", z)
	}
	if s := z.Primaries.Servers; s[0].Addr.String() != "192.0.2.1:5301" || s[0].Key != "lab." || s[1].Addr.String() != "192.0.2.2:53" {
		t.Errorf("primaries %+v", s)
	}
	if f := v.Forwarders.Servers; v.Forward.Value != "first" || f[0].Addr.Port() != 5300 || f[1].Addr.Port() != 53 {
		t.Errorf("forwarders %+v", f)
	}
	if string(c.Keys[0].Secret) != "secret" || !c.Options.Version.Value.None {
		t.Errorf("keys %+v version %+v", c.Keys, c.Options.Version)
	}
}

func TestACLMatch(t *testing.T) {
	c := load(t, `acl inner { !192.0.2.7; 192.0.2.0/24; };
options { allow-query {
	!192.0.2.1;
	inner;
	{ 198.51.100.0/24; };
	key "K.";
	localnets;
	!{ 203.0.113.0/25; };
	203.0.113.0/24;
	192.0.2.7;
	none;
}; };
`)
	locals := &Locals{Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, want := range []struct {
		addr, key string
		v         Verdict
		index     int
	}{
		{"192.0.2.1", "", Denied, 0},
		{"192.0.2.2", "", Allowed, 1},
		{"192.0.2.7", "", Allowed, 7}, // what an inner list denies goes on
		{"198.51.100.9", "", Allowed, 2},
		{"2001:db8::1", "k.", Allowed, 3},
		{"10.1.2.3", "", Allowed, 4},
		{"203.0.113.5", "", Denied, 5},
		{"203.0.113.200", "", Allowed, 6},
		{"2001:db8::1", "", Denied, 8},
	} {
		v, i := c.Views[0].AllowQuery.Match(netip.MustParseAddr(want.addr), want.key, locals)
		if v != want.v || i != want.index {
			t.Errorf("%s key %q: %d at %d, want %d at %d", want.addr, want.key, v, i, want.v, want.index)
		}
	}
	if e := c.Views[0].AllowQuery.Elements[6]; e.Pos.String() != "named.conf:9" || e.Text != "203.0.113.0/24" {
		t.Errorf("element %+v", e)
	}
}

// A list of lists of lists, each named twice, is evaluated in linear time.
func TestACLDoubling(t *testing.T) {
	var b strings.Builder
	b.WriteString("acl a0 { 192.0.2.1; };\n")
	for i := 1; i < 60; i++ {
		n, m := string(rune('0'+i/10))+string(rune('0'+i%10)), string(rune('0'+(i-1)/10))+string(rune('0'+(i-1)%10))
		if i == 1 {
			m = "0"
		}
		b.WriteString("acl a" + n + " { a" + m + "; a" + m + "; };\n")
	}
	b.WriteString("options { blackhole { a59; }; };\n")
	c := load(t, b.String())
	if v, _ := c.Options.Blackhole.Match(netip.MustParseAddr("192.0.2.2"), "", nil); v != NoMatch {
		t.Error(v)
	}
}

func TestViews(t *testing.T) {
	c := load(t, `options { recursion no; };
view inside { match-clients { 192.0.2.0/24; }; recursion yes; zone "a" { type primary; file "a"; }; };
view outside { match-clients { any; }; zone "a" { type primary; file "b"; }; };
`)
	v, i := c.SelectView(netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("192.0.2.53"), "", true, nil)
	if v.Name != "inside" || i != 0 || !v.Recursion.Value || v.Recursion.Pos.Line != 2 {
		t.Errorf("%s %d %+v", v.Name, i, v.Recursion)
	}
	v, _ = c.SelectView(netip.MustParseAddr("198.51.100.9"), netip.MustParseAddr("192.0.2.53"), "", true, nil)
	if v.Name != "outside" || v.Recursion.Value || !v.AllowQueryCache.IsNone() {
		t.Errorf("%+v", v)
	}
}
