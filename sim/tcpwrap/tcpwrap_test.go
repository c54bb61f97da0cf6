package tcpwrap_test

import (
	"net/netip"
	"strings"
	"testing"

	"mxlab/sim/tcpwrap"
)

// names are the host names of clients; others are unknown.
var names = map[string]string{"203.0.113.1": "a.example.com", "203.0.113.2": "bad.example.com", "203.0.113.3": "pc", "203.0.113.4": tcpwrap.Paranoid}

func decide(t *testing.T, allow, deny, daemon, client string) string {
	t.Helper()
	name, at, _ := strings.Cut(daemon, "@")
	server, _ := netip.ParseAddr(at)
	rules := func(file, text string) []tcpwrap.Rule {
		list, problems := tcpwrap.Parse(file, text)
		for _, p := range problems {
			t.Log(p)
		}
		return list
	}
	v := tcpwrap.Decide(rules("hosts.allow", allow), rules("hosts.deny", deny), tcpwrap.Request{Daemon: name, Server: server, Client: netip.MustParseAddr(client),
		Name: func() string {
			if n := names[client]; n != "" {
				return n
			}
			return tcpwrap.Unknown
		},
		File: func(name string) string {
			return map[string]string{"/etc/friends": "10.0.0. .friends.example\n192.0.2.9"}[name]
		}})
	if v.Granted {
		return "granted"
	}
	return "denied"
}

const all = "ALL: ALL\n"

// decisions is what tcpdmatch of Debian's tcpd 7.6.q says of the same files.
var decisions = []struct{ allow, deny, daemon, client, want string }{
	{"", "", "sshd", "10.0.0.1", "granted"},
	{"", all, "sshd", "10.0.0.1", "denied"},
	{"sshd: 10.0.0.1\n", all, "sshd", "10.0.0.1", "granted"},
	{"sshd: 10.0.0.1\n", all, "sshd", "10.0.0.11", "denied"},
	{"sshd: 10.0.0.1\n", all, "SSHD", "10.0.0.1", "granted"},
	{"sshd : 10.0.0.\n", all, "sshd", "10.0.0.77", "granted"},
	{"sshd, in.telnetd: 10.0.0.0/255.255.255.0\n", all, "in.telnetd", "10.0.0.77", "granted"},
	{"sshd: 10.0.0.0/24\n", all, "sshd", "10.0.1.1", "denied"},
	{"sshd: 10.0.0.5/255.255.255.0\n", all, "sshd", "10.0.0.5", "denied"}, // net has bits outside of its mask
	{"pop3d: [2001:db8::]/64\n", all, "pop3d", "2001:db8::1", "granted"},
	{"pop3d: [2001:db8::]/64\n", all, "pop3d", "2001:db8:1::1", "denied"},
	{"pop3d: [2001:db8::5]\n", all, "pop3d", "2001:db8::5", "granted"},
	{"in.telnetd: .example.com EXCEPT bad.example.com\n", all, "in.telnetd", "203.0.113.1", "granted"},
	{"in.telnetd: .example.com EXCEPT bad.example.com\n", all, "in.telnetd", "203.0.113.2", "denied"},
	{"ALL EXCEPT in.telnetd: ALL\n", all, "in.telnetd", "203.0.113.2", "denied"},
	{"ALL EXCEPT in.telnetd: ALL\n", all, "ftpd", "203.0.113.2", "granted"},
	{"ALL: ALL EXCEPT 10. EXCEPT 10.0.0.1\n", all, "ftpd", "10.0.0.1", "granted"},
	{"ALL: ALL EXCEPT 10. EXCEPT 10.0.0.1\n", all, "ftpd", "10.0.0.2", "denied"},
	{"ALL: LOCAL\n", all, "ftpd", "203.0.113.3", "granted"},
	{"ALL: LOCAL\n", all, "ftpd", "203.0.113.1", "denied"},
	{"ALL: KNOWN\n", all, "ftpd", "203.0.113.9", "denied"},
	{"ALL: KNOWN\n", all, "ftpd", "203.0.113.1", "granted"},
	{"", "ALL: PARANOID\n", "ftpd", "203.0.113.4", "denied"},
	{"", "ALL: PARANOID\n", "ftpd", "203.0.113.1", "granted"},
	{"", "ALL: UNKNOWN\n", "ftpd", "203.0.113.9", "denied"},
	{"ALL: ALL: deny\n", "", "ftpd", "10.0.0.1", "denied"},
	{"", "ALL: 10. : ALLOW\nALL: ALL\n", "ftpd", "10.0.0.1", "granted"},
	{"ALL: 10. : frobnicate\n", "", "ftpd", "10.0.0.1", "denied"}, // a bad option denies
	{"ALL: 10. : allow : spawn x\n", "", "ftpd", "10.0.0.1", "denied"},
	{"ftpd@192.0.2.1: ALL\n", all, "ftpd@192.0.2.1", "10.0.0.1", "granted"},
	{"ftpd@192.0.2.1: ALL\n", all, "ftpd@192.0.2.2", "10.0.0.1", "denied"},
	{"ftpd: /etc/friends\n", all, "ftpd", "10.0.0.1", "granted"},
	{"ftpd: /etc/friends\n", all, "ftpd", "192.0.2.9", "granted"},
	{"ftpd: /etc/friends\n", all, "ftpd", "192.0.2.8", "denied"},
	{"ftpd: \\\n 10.0.0.1\n", all, "ftpd", "10.0.0.1", "granted"},
	{"# ALL: ALL\nnonsense\n", all, "ftpd", "10.0.0.1", "denied"},
	{"ftpd: *.example.com\n", all, "ftpd", "203.0.113.1", "granted"},
	{"ftpd: root@203.0.113.1\n", all, "ftpd", "203.0.113.1", "denied"}, // user names are unknown
	{"ftpd: ALL@203.0.113.1\n", all, "ftpd", "203.0.113.1", "granted"},
}

func TestDecide(t *testing.T) {
	for _, c := range decisions {
		if got := decide(t, c.allow, c.deny, c.daemon, c.client); got != c.want {
			t.Errorf("allow %q deny %q: %s from %s: %s, want %s", c.allow, c.deny, c.daemon, c.client, got, c.want)
		}
	}
}

func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"sshd 10.0.0.1\n":         `warning: hosts.allow, line 1: missing ":" separator`,
		"\nALL: ALL: twist\n":     `warning: hosts.allow, line 2: option "twist" requires value`,
		"ALL: ALL: allow x\n":     `warning: hosts.allow, line 1: option "allow" requires no value`,
		"ALL: ALL: deny: spawn x": `warning: hosts.allow, line 1: missing newline or line too long`,
		"ALL: ALL: nonsense\n":    `warning: hosts.allow, line 1: bad option name: "nonsense"`,
	} {
		_, problems := tcpwrap.Parse("hosts.allow", text)
		if len(problems) == 0 || problems[0].Error() != want {
			t.Errorf("%q: %v, want %s", text, problems, want)
		}
	}
}

func TestExpand(t *testing.T) {
	q := tcpwrap.Request{Daemon: "in.ftpd", Server: netip.MustParseAddr("192.0.2.1"), Client: netip.MustParseAddr("10.0.0.1"), Name: func() string { return "evil;rm -rf" }}
	if got, want := q.Expand("%d %a %h %u %p %s 100%%", 7), "in.ftpd 10.0.0.1 evil_rm_-rf unknown 7 in.ftpd@192.0.2.1 100%"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ALL: ALL EXCEPT [::1]/64 : spawn (x \\: y) & : deny\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, _ := tcpwrap.Parse("f", text)
		tcpwrap.Decide(rules, rules, tcpwrap.Request{Daemon: "d", Client: netip.MustParseAddr("192.0.2.1")})
	})
}
