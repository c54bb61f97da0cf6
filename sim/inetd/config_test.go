package inetd

import (
	"fmt"
	"strings"
	"testing"
)

// services is /etc/services of the tests.
func services(name string) (uint16, bool) {
	port, ok := map[string]uint16{"telnet": 23, "smtp": 25, "8080": 8080}[name]
	return port, ok
}

// Lines of inetd.conf(5), and what inetd makes of them.
func TestConfigLines(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"# a remark", ""},
		{"   ", ""},
		{"telnet stream tcp nowait telnetd /usr/sbin/tcpd in.telnetd -h", "1 telnet:23 tcp 256 telnetd /usr/sbin/tcpd [in.telnetd -h]"},
		{"smtp\tstream\ttcp6\tnowait.40\troot\tinternal", "1 smtp:25 tcp6 40 root internal []"},
		{"127.0.0.1:8080 stream tcp nowait nobody /bin/cat cat", "1 8080:8080 tcp 256 nobody /bin/cat [cat]"},
		{"telnet stream tcp nowait telnetd", "/etc/inetd.conf: syntax error: line 1"},
		{"telnet dgram udp wait nobody /bin/cat cat", "telnet/udp: dgram services are not in this lab"},
		{"telnet stream tcp wait nobody /bin/cat cat", `telnet/tcp: bad wait field "wait" for a stream service`},
		{"telnet stream tcp nowait.-1 nobody /bin/cat cat", `telnet/tcp: bad max value "-1"`},
		{"telnett stream tcp nowait nobody /bin/cat cat", "telnett/tcp: unknown service"},
		{"telnet: stream tcp nowait nobody /bin/cat cat", "telnet:/tcp: unknown service"},
	} {
		list, problems := parseConfig(c.line, services)
		got := strings.Join(problems, "; ")
		for _, e := range list {
			got += fmt.Sprintf("%d %s:%d %s %d %s %s %v", e.line, e.name, e.port, e.proto, e.max, e.user, e.program, e.args)
		}
		if got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

// A bad line does not hide the others.
func TestConfigGoesOn(t *testing.T) {
	list, problems := parseConfig("telnet\n\nsmtp stream tcp nowait root internal\n", services)
	if len(list) != 1 || list[0].line != 3 || len(problems) != 1 {
		t.Errorf("%v %q", list, problems)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("telnet stream tcp nowait.9 root /usr/sbin/tcpd in.telnetd\n#\n:stream\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, problems := parseConfig(text, services)
		if n := strings.Count(text, "\n") + 1; len(list)+len(problems) > n {
			t.Errorf("%d lines, %d services, %d problems", n, len(list), len(problems))
		}
	})
}
