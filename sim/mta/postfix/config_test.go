package postfix

import (
	"fmt"
	"net/netip"
	"testing"
)

func testHost() Host {
	return Host{Name: "mail.example.net", Addresses: []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("198.51.100.25/24")}}
}

func config(t *testing.T, text string) (*Config, []Diagnostic) {
	t.Helper()
	m, diags := ParseMainCF("/etc/postfix/main.cf", []byte(text))
	return NewConfig(m, nil, testHost()), diags
}

// Each case is what Postfix 3.7.11 printed for that main.cf.
func TestMainCFProblems(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"missing =", "myhostname = a.example\nmynetworks 127.0.0.0/8\n",
			`fatal: /etc/postfix/main.cf, line 2: missing '=' after attribute name: "mynetworks 127.0.0.0/8"`},
		{"missing name", "= x\n", `fatal: /etc/postfix/main.cf, line 1: missing attribute name: "= x"`},
		{"twice", "mydestination = a\nmydestination = b\n",
			"warning: /etc/postfix/main.cf, line 2: overriding earlier entry: mydestination=a"},
		{"twice, same value", "mydestination = a\n# c\nmydestination = a\n", ""},
		{"not a number", "message_size_limit = 10M\n", "fatal: bad numerical configuration: message_size_limit = 10M"},
		{"empty", "myhostname =\n", "fatal: bad string length 0 < 1: myhostname = "},
		{"not yes or no", "helpful_warnings = maybe\n", "fatal: bad boolean configuration: helpful_warnings = maybe"},
		{"time", "maximal_queue_lifetime = 5x\n", "fatal: parameter maximal_queue_lifetime: bad time value or unit: 5x"},
		{"interface", "inet_interfaces = 198.51.100.99\n", "fatal: parameter inet_interfaces: no local interface found for 198.51.100.99"},
		{"starts with space", "  x = y\nmyhostname = a.example\n",
			`warning: /etc/postfix/main.cf: logical line must not start with whitespace: "  x = y"`},
		{"good", "myhostname = a.example\nmydestination = $myhostname,\n # comment\n\n  localhost\n", ""},
	}
	for _, c := range cases {
		cfg, diags := config(t, c.text)
		if _, fatal := FirstFatal(diags); !fatal {
			diags = append(diags, cfg.Check("qmgr")...)
		}
		got := ""
		for _, d := range diags {
			got += d.String()
		}
		if got != c.want {
			t.Errorf("%s: %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestExpand(t *testing.T) {
	cfg, _ := config(t, `myhostname = mail.example.net
a = x
b = $a-${a}-$(a)
empty =
`)
	cases := []struct{ in, want string }{
		{"$b", "x-x-x"},
		{"$$a", "$a"},
		{"${a?yes}${a:no}", "yes"},
		{"${empty?yes}${empty:no}", "no"},
		{"${a?{yes}:{no}} ${nosuch?{yes}:{no}}", "yes no"},
		{"${{$a} == {x} ? {same} : {other}}", "same"},
		{"${{9} < {10} ? {number} : {text}}", "number"},
		{"${{$compatibility_level} <level {3.6} ? {old} : {new}}", "old"},
		{"$mydomain", "example.net"},
		{"$nosuch.", "."},
		{"$smtpd_hard_error_limit", "20"},
		{"$append_dot_mydomain", "yes"},
	}
	for _, c := range cases {
		got, diags := cfg.Expand(c.in)
		if got != c.want || len(diags) > 0 {
			t.Errorf("%s: %q %v, want %q", c.in, got, diags, c.want)
		}
	}
	for _, bad := range []string{"${", "${a", "$", "${a!}", "${{a} ? {b}}", "$(a"} {
		if _, diags := cfg.Expand(bad); len(diags) == 0 {
			t.Errorf("%s: no complaint", bad)
		}
	}
}

func TestExpandLoopEnds(t *testing.T) {
	wide := ""
	for i := 0; i < 60; i++ {
		wide += fmt.Sprintf("w%d = $w%d$w%d$w%d\n", i, i+1, i+1, i+1)
	}
	cfg, _ := config(t, wide+"a = $b\nb = $a\nc = $c$c$c$c$c$c\n")
	for _, in := range []string{"$a", "$c", "$w0"} {
		if _, diags := cfg.Expand(in); len(diags) == 0 {
			t.Errorf("%s: a loop must be reported", in)
		}
	}
}

func TestDefaultsFromHost(t *testing.T) {
	cases := []struct{ text, name, want string }{
		{"", "myhostname", "mail.example.net"},
		{"", "mydomain", "example.net"},
		{"compatibility_level = 3.6\n", "mynetworks", "127.0.0.0/8 198.51.100.25/32"},
		{"mynetworks_style = subnet\n", "mynetworks", "127.0.0.0/8 198.51.100.0/24"},
		{"mynetworks_style = class\n", "mynetworks", "127.0.0.0/8 198.51.100.0/24"},
		{"myhostname = x.y.example\n", "mydomain", "y.example"},
		{"myhostname = x\n", "mydomain", "localdomain"},
	}
	for _, c := range cases {
		cfg, _ := config(t, c.text)
		if got := cfg.Str(c.name); got != c.want {
			t.Errorf("%q %s = %q, want %q", c.text, c.name, got, c.want)
		}
	}
}

func TestServiceOptions(t *testing.T) {
	m, diags := ParseMasterCF("master.cf", []byte(`smtp inet n - y - - smtpd
submission inet n - y - - smtpd
  -o syslog_name=postfix/submission -v
  -o { smtpd_relay_restrictions = permit_sasl_authenticated reject }
#comment
pickup unix n - y 60 1 pickup
`))
	if len(diags) > 0 || len(m.Services) != 3 {
		t.Fatal(diags, m.Services)
	}
	s, _ := m.Find("submission", "inet")
	cfg := NewConfig(nil, m, testHost()).ForService(s)
	if got := cfg.Str("smtpd_relay_restrictions"); got != "permit_sasl_authenticated reject" {
		t.Error(got)
	}
	if got, _ := cfg.Expand("$service_name $process_name $syslog_name"); got != "submission smtpd postfix/submission" {
		t.Error(got)
	}
	_, diags = ParseMasterCF("/etc/postfix/master.cf", []byte("smtp inet n - y - - smtpd\n\nsubmission inet n - n -\n"))
	if len(diags) != 1 || diags[0].String() != "fatal: file /etc/postfix/master.cf: line 3: bad field count" {
		t.Error(diags)
	}
}

func FuzzMainCF(f *testing.F) {
	for _, s := range []string{"a = b\n c\n", "a=$b\nb=${a?{x}:$b}", "=\n", "\n #\n x", "m = ${{1} <level {2} ? {$m} : {n}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, _ := ParseMainCF("main.cf", []byte(s))
		c := NewConfig(m, nil, testHost())
		for _, e := range m.Entries {
			c.Expand(e.Value)
		}
		c.Check("smtpd")
		ParseMasterCF("master.cf", []byte(s))
	})
}
