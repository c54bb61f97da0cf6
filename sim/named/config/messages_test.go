package config

import (
	"strings"
	"testing"
)

// cases are a configuration, the line ===, and what named-checkconf 9.18 prints for it as file n.
const messageCases = `
options { listen-on { any }; };
===
n:1: missing ';' before '}'
----
options { recursion no; }

zone "a" { type master; file "a"; };
===
n:3: missing ';' before 'zone'
----
zone "a" {
	type master;
	file "a";
}
===
n:5: missing ';' before end of file
----
options { recursoin no; };
zon "a" { b; { c; }; };
zone "a" { type master; fiel "a"; };
===
n:1: unknown option 'recursoin'
n:2: unknown option 'zon'
n:3: unknown option 'fiel'
----
options {
	recursion no;
zone "a" { type master; };
===
n:3: unknown option 'zone'
n:4: '}' expected near end of file
----
options { recursion no; };
};
===
n:2: syntax error near '}'
----
zone "a"
	type master;
===
n:2: '{' expected near 'master'
----
zone a" { type master; };
===
n:1: '{' expected near '"'
----
zone "a { type master; };
===
n:2: unexpected end of input 
----
/* never closed
===
n:2: unexpected end of input 
----
; a comment of zone files
===
n:1: syntax error near ';'
----
options { recursion maybe; };
===
n:1: boolean expected near 'maybe'
----
options { recursion yes/* word */; };
===
n:1: missing ';' before '/'
n:1: '}' expected near '/'
----
options { recursion no; recursion yes; };
===
n:1: 'recursion' redefined near 'recursion'
----
zone a { type mastr; };
===
n:1: 'mastr' unexpected
----
acl a { 192.0.2.256; };
options { blackhole { a; }; };
===
n:1: undefined ACL '192.0.2.256'
----
acl a { 192.0.2.1/24; };
===
n:1: '192.0.2.1/24': address/prefix length mismatch '24'
----
acl a { 192.0.2.0/33; };
===
n:1: invalid prefix length '33'
----
acl a { 192.0.2; };
===
n:1: incomplete IPv4 address or prefix near ';'
----
options { forwarders { ns.example.com; }; };
===
n:1: expected IP address near 'ns.example.com'
----
options { listen-on port 99999999999 { any; }; };
===
n:1: out of range 
----
options { max-cache-ttl 1x; edns-udp-size big; };
===
n:1: expected ISO 8601 duration or TTL value near '1x'
----
options { dnssec-enable yes; };
===
n:1: option 'dnssec-enable' no longer exists
----
options { a-very-long-option-name-that-goes-on yes; };
===
n:1: unknown option 'a-very-long-option-name-that-g...'
----
zone "Example.com" { type master; file "a"; };
zone "example.com." { type slave; masters { 192.0.2.1; }; };
===
n:2: zone 'example.com': already exists previous definition: n:1
----
zone a { file "a"; };
zone b { type master; };
zone c { type slave;
};
zone "d..e" { type master; file "d"; };
zone f { type master; file "f"; masters { 192.0.2.1; }; };
===
n:1: zone 'a': type not present
n:2: zone 'b': missing 'file' entry
n:3: zone 'c': missing 'primaries' entry
n:5: zone 'd..e': is not a valid name
n:6: option 'masters' is not allowed in 'master' zone 'f'
----
acl a { b; };
acl b { a; };
zone z { type master; file "z"; allow-transfer { a; }; allow-update { undefined; }; };
===
n:2: acl loop detected: a
n:3: undefined ACL 'undefined'
n:3: undefined ACL 'undefined'
n:3: acl expansion failed: not found
----
view v { };
zone z { type master; file "z"; };
===
n:2: when using 'view' statements, all zones must be in views
----
key k { algorithm hmac-sha256; secret "not base64!"; };
===
n:1: bad secret 'bad base64 encoding'
----
key k { algorithm sha256; secret "AAAA"; };
===
n:1: unknown algorithm 'sha256'
----
zone a { type slave; masters { 192.0.2.1; }; file "F"; };
zone b { type master; file "f"; };
===
n:2: writeable file 'f': already in use: n:1
----
options { recursion no; allow-recursion { any; }; };
===
n:1: both "recursion no;" and "allow-recursion" active
----
logging { channel c { file "x"; stderr; }; category nothing { c; nowhere; }; };
===
n:1: channel 'c': exactly one of file, syslog, null, and stderr must be present
n:1: undefined category: 'nothing'
n:1: undefined channel: 'nowhere'
----
controls { inet 127.0.0.1 allow { any; } keys { rndc-key; }; };
===
n:1: unknown key 'rndc-key'
----
zone z { type slave; masters { list; }; };
===
n:1: unable to find primaries list 'list'
----
zone z { type master; file "z"; update-policy any; };
===
n:1: parsing failed: unexpected token
----
include "missing";
===
n:1: parsing failed: file not found
----
acl a { none; };
acl A { any; };
acl any { none; };
===
n:2: attempt to redefine acl 'A' previous definition: n:1
n:3: attempt to redefine builtin acl 'any'
`

func TestMessages(t *testing.T) {
	for _, c := range strings.Split(messageCases, "----\n") {
		text, want, _ := strings.Cut(strings.TrimPrefix(c, "\n"), "===\n")
		got := CheckConf{Disk: files("n", text)}.Run([]string{"n"}).Stdout
		if got != want {
			t.Errorf("%s\ngot\n%swant\n%s", text, got, want)
		}
	}
}

// What is refused and what is only warned about shows in the exit status.
func TestStatus(t *testing.T) {
	for text, want := range map[string]int{
		"": 0,
		"options { lame-ttl 1; files default; };":                    0,
		"options { preferred-glue x; };":                             0,
		"options { blackhole { nobody; }; };":                        1,
		"zone \u201cexample.com\u201d { type master; file \"x\"; };": 0,
		"options { };\noptions { };":                                 1,
	} {
		if got := (CheckConf{Disk: files("n", text)}).Run([]string{"n"}); got.Status != want {
			t.Errorf("%q: status %d, want %d\n%s", text, got.Status, want, got.Stdout)
		}
	}
}

// The words of wrong calls.
func TestCheckConfArguments(t *testing.T) {
	disk := files("/etc/bind/named.conf", "zone a { type master; file \"a\"; };\nkey k { algorithm hmac-md5; secret \"AAAA\"; };\n", "/jail/n", "include \"/m\";", "/jail/m", "bad;")
	for _, c := range []struct {
		args, out, err string
		status         int
	}{
		{"", "", "", 0},
		{"-l", "a IN _default master\n", "", 0},
		{"-px", "key \"k\" {\n\talgorithm \"hmac-md5\";\n\tsecret \"????\";\n};\nzone \"a\" {\n\ttype master;\n\tfile \"a\";\n};\n", "", 0},
		{"-x", "", "named-checkconf: -x cannot be used without -p\n", 1},
		{"-p -l", "", "named-checkconf: -l cannot be used with -p\n", 1},
		{"a b", "", checkConfUsage, 0},
		{"-q", "", "named-checkconf: invalid argument -q\n" + checkConfUsage, 0},
		{"-t", "", "named-checkconf: invalid argument -t\n" + checkConfUsage, 0},
		{"-v", "9.18.49-1~deb12u3-Debian\n", "", 0},
		{"nofile", "open: nofile: file not found\n", "", 1},
		{"-t /jail /n", "/m:1: unknown option 'bad'\n", "", 1},
	} {
		got := CheckConf{Disk: disk}.Run(strings.Fields(c.args))
		if got.Stdout != c.out || got.Stderr != c.err || got.Status != c.status {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

// -z loads what has its data in a file, and names the zones that fail.
func TestLoadZones(t *testing.T) {
	var loaded []string
	c := CheckConf{Disk: files("n", `zone good { type master; file "g"; };
zone bad { type primary; file "b"; };
zone other { type slave; masters { 192.0.2.1; }; file "o"; };
zone "." { type hint; file "h"; };
`), LoadZone: func(z ZoneLoad) ([]string, []string, string) {
		loaded = append(loaded, z.Zone.Name+" "+z.File)
		if z.Zone.Text == "bad" {
			return []string{"zone bad/IN: not loaded due to errors."}, nil, "file not found"
		}
		return nil, nil, ""
	}}
	got := c.Run([]string{"-z", "n"})
	if got.Status != 1 || got.Stderr != "_default/bad/IN: file not found\n" || got.Stdout != "zone bad/IN: not loaded due to errors.\n" {
		t.Errorf("%+v", got)
	}
	if s := strings.Join(loaded, ", "); s != "good. g, bad. b, . h" {
		t.Error(s)
	}
}
