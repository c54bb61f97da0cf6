package userland

import (
	"strings"
	"testing"
	"time"
)

func TestNetcat(t *testing.T) {
	for _, tt := range []struct {
		args, input string
		out, err    string
		status      int
		took        time.Duration
	}{
		{"-vz 192.0.2.53 25", "", "", "Connection to 192.0.2.53 25 port [tcp/smtp] succeeded!\n", 0, 0},
		{"-vzn 192.0.2.53 25", "", "", "Connection to 192.0.2.53 25 port [tcp/*] succeeded!\n", 0, 0},
		{"-vz 192.0.2.53 24-26", "", "", "nc: connect to 192.0.2.53 port 24 (tcp) failed: Connection refused\n" +
			"Connection to 192.0.2.53 25 port [tcp/smtp] succeeded!\nnc: connect to 192.0.2.53 port 26 (tcp) failed: Connection refused\n", 0, 0},
		{"-z 192.0.2.53 26", "", "", "", 1, 0},
		{"-vz -w 2 192.0.2.99 25", "", "", "nc: connect to 192.0.2.99 port 25 (tcp) timed out: Operation now in progress\n", 1, 2 * time.Second},
		{"-vuz 192.0.2.53 99", "", "", "", 1, time.Second},
		{"-vuz 192.0.2.53 53", "", "", "Connection to 192.0.2.53 53 port [udp/domain] succeeded!\n", 0, 3 * time.Second},
		{"-vz mail.example.com 25", "", "", "Connection to mail.example.com (192.0.2.53) 25 port [tcp/smtp] succeeded!\n", 0, 0},
		{"-vz nosuch.example.com 25", "", "", "nc: getaddrinfo for host \"nosuch.example.com\" port 25: Name or service not known\n", 1, 0},
		{"192.0.2.53 25", "NOOP\nQUIT\n", "220 hi\r\n250 NOOP\r\n221 2.0.0 Bye\r\n", "", 0, 0},
		{"-N 192.0.2.53 25", "NOOP\n", "220 hi\r\n250 NOOP\r\n", "", 0, 0},
		{"-q 1 192.0.2.53 25", "NOOP\n", "220 hi\r\n250 NOOP\r\n", "", 0, 0},
		{"-w 3 192.0.2.53 25", "NOOP\n", "220 hi\r\n250 NOOP\r\n", "", 0, 3 * time.Second},
		{"-s 203.0.113.1 192.0.2.53 25", "", "", "nc: bind failed: Cannot assign requested address\n", 1, 0},
		{"", "", "", ncUsage, 1, 0},
		{"192.0.2.53", "", "", "nc: missing port number\n", 1, 0},
		{"192.0.2.53 foo", "", "", "nc: port number invalid: foo\n", 1, 0},
		{"192.0.2.53 99999", "", "", "nc: port number too large: 99999\n", 1, 0},
		{"-w x 192.0.2.53 25", "", "", "nc: timeout invalid: x\n", 1, 0},
	} {
		t.Run(tt.args, func(t *testing.T) {
			w := newWorld(t)
			w.lines(25, "220 hi\r\n", smtpLines)
			z := newZone(t, strings.Replace(sampleZone, "203.0.113.25\n", "192.0.2.53\n", 1))
			w.names(w.server, serverAddr+":53", z.answer)
			r := w.run(tt.input, append([]string{"nc"}, strings.Fields(tt.args)...)...)
			if r.out != tt.out || r.err != tt.err || r.status != tt.status || r.took.Truncate(time.Second) != tt.took {
				t.Errorf("got %q %q %d %v", r.out, r.err, r.status, r.took)
			}
		})
	}
}
