package userland

import (
	"strings"
	"testing"
)

func smtpLines(line string) string {
	if strings.EqualFold(line, "QUIT") {
		return "221 2.0.0 Bye\r\n"
	}
	return "250 " + strings.TrimRight(line, "\r") + "\r\n"
}

func TestTelnetSession(t *testing.T) {
	const head = "Trying 192.0.2.53...\nConnected to 192.0.2.53.\nEscape character is '^]'.\n220 mail.example.net ESMTP Postfix\n"
	for _, tt := range []struct {
		name   string
		typed  []string
		screen string
	}{
		{"conversation", []string{"HELO x", "QUIT"}, "HELO x\n250 HELO x\nQUIT\n221 2.0.0 Bye\nConnection closed by foreign host.\n"},
		{"escape quit", []string{"\x1d", "quit"}, "^]\ntelnet> quit\nConnection closed.\n"},
		{"escape in one line", []string{"\x1dq"}, "^]q\nConnection closed.\n"},
		{"escape status", []string{"\x1d", "foo", "status", "QUIT"}, "^]\ntelnet> foo\n?Invalid command\ntelnet> status\n" +
			"Connected to 192.0.2.53.\nOperating in obsolete linemode\nLocal character echo\nEscape character is '^]'.\nQUIT\n221 2.0.0 Bye\nConnection closed by foreign host.\n"},
		{"interrupt goes to the peer", []string{"^C", "QUIT"}, "^C\nQUIT\n250 \xff\xf4\xff\xfd\x06QUIT\n(waits)\n"},
		{"stays", []string{"NOOP"}, "NOOP\n250 NOOP\n(waits)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.lines(25, "220 mail.example.net ESMTP Postfix\r\n", smtpLines)
			screen, _ := w.session(tt.typed, "telnet", serverAddr, "25")
			if tt.name == "interrupt goes to the peer" { // telnet hides the commands that come back
				tt.screen = "^C\nQUIT\n250 QUIT\n(waits)\n"
			}
			if screen != head+tt.screen {
				t.Errorf("got:\n%s\nwant:\n%s", screen, head+tt.screen)
			}
		})
	}
}

func TestTelnetFailures(t *testing.T) {
	for _, tt := range []struct {
		args     string
		out, err string
		status   int
		seconds  int
	}{
		{serverAddr + " 26", "Trying 192.0.2.53...\n", "telnet: Unable to connect to remote host: Connection refused\n", 1, 0},
		{"192.0.2.99 25", "Trying 192.0.2.99...\n", "telnet: Unable to connect to remote host: No route to host\n", 1, 3},
		{"198.51.100.1 25", "Trying 198.51.100.1...\n", "telnet: Unable to connect to remote host: No route to host\n", 1, 3},
		{"nosuch.example.com 25", "Server lookup failure:  nosuch.example.com:25, Name or service not known\n", "", 1, 0},
		{"servfail.test 25", "Server lookup failure:  servfail.test:25, Temporary failure in name resolution\n", "", 1, 0},
		{serverAddr + " foo", "Server lookup failure:  192.0.2.53:foo, Servname not supported for ai_socktype\n", "", 1, 0},
		{serverAddr + " 99999", "Port number 99999 is out of range.\n", "", 1, 0},
		{"-b 1.2.3.4 " + serverAddr + " 25", "Trying 192.0.2.53...\n", "telnet: bind: Cannot assign requested address\n", 1, 0},
		{"-6 " + serverAddr + " 25", "Server lookup failure:  192.0.2.53:25, Address family for hostname not supported\n", "", 1, 0},
		{"a b c", "", "telnet: too many arguments\n", 1, 0},
		{"-Q", "", "telnet: invalid option -- 'Q'\nTry 'telnet --help' or 'telnet --usage' for more information.\n", 64, 0},
	} {
		t.Run(tt.args, func(t *testing.T) {
			w := newWorld(t)
			w.names(w.server, serverAddr+":53", newZone(t, sampleZone).answer)
			r := w.run("", append([]string{"telnet"}, strings.Fields(tt.args)...)...)
			if r.out != tt.out || r.err != tt.err || r.status != tt.status || int(r.took.Seconds()) != tt.seconds {
				t.Errorf("got %q %q %d %v", r.out, r.err, r.status, r.took)
			}
		})
	}
}

func TestTelnetPipe(t *testing.T) {
	w := newWorld(t)
	w.lines(25, "220 hello\r\n", smtpLines)
	r := w.run("EHLO x\nQUIT\n", "telnet", serverAddr, "smtp")
	if r.status != 0 || r.err != "Connection closed by foreign host.\n" || !strings.HasSuffix(r.out, "Escape character is '^]'.\n") {
		t.Errorf("%+v", r)
	}
}
