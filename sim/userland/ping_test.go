package userland

import (
	"strings"
	"testing"
)

func TestPing(t *testing.T) {
	for _, tt := range []struct {
		args     string
		out, err string
		status   int
	}{
		{"-c 2 192.0.2.53", `PING 192.0.2.53 (192.0.2.53) 56(84) bytes of data.
64 bytes from 192.0.2.53: icmp_seq=1 ttl=64 time=2.00 ms
64 bytes from 192.0.2.53: icmp_seq=2 ttl=64 time=2.00 ms

--- 192.0.2.53 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1000ms
rtt min/avg/max/mdev = 2.000/2.000/2.000/0.000 ms
`, "", 0},
		{"-c1 -s 100 server.example.com", `PING server.example.com (192.0.2.53) 100(128) bytes of data.
108 bytes from ns.example.com (192.0.2.53): icmp_seq=1 ttl=64 time=2.00 ms

--- server.example.com ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 2.000/2.000/2.000/0.000 ms
`, "", 0},
		{"-c 2 -W 1 192.0.2.99", `PING 192.0.2.99 (192.0.2.99) 56(84) bytes of data.

--- 192.0.2.99 ping statistics ---
2 packets transmitted, 0 received, 100% packet loss, time 1000ms

`, "", 1},
		{"-c 3 192.0.2.99", `PING 192.0.2.99 (192.0.2.99) 56(84) bytes of data.
From 192.0.2.10 icmp_seq=1 Destination Host Unreachable
From 192.0.2.10 icmp_seq=2 Destination Host Unreachable
From 192.0.2.10 icmp_seq=3 Destination Host Unreachable

--- 192.0.2.99 ping statistics ---
3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2000ms
pipe 3
`, "", 1},
		{"-c 1 nosuch.example.com", "", "ping: nosuch.example.com: Name or service not known\n", 2},
		{"-c 1 servfail.test", "", "ping: servfail.test: Temporary failure in name resolution\n", 2},
		{"-c 1 2001:db8::1", "", "ping: connect: Network is unreachable\n", 2},
		{"-c x 192.0.2.53", "", "ping: invalid argument: 'x'\n", 1},
		{"-c 0 192.0.2.53", "", "ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807\n", 1},
		{"", "", "ping: usage error: Destination address required\n", 1},
	} {
		t.Run(tt.args, func(t *testing.T) {
			w := newWorld(t)
			z := newZone(t, sampleZone+"server.example.com. 60 IN A 192.0.2.53\n53.2.0.192.in-addr.arpa. 60 IN PTR ns.example.com.\n")
			w.names(w.server, serverAddr+":53", z.answer)
			r := w.run("", append([]string{"ping"}, strings.Fields(tt.args)...)...)
			if r.out != tt.out || r.err != tt.err || r.status != tt.status {
				t.Errorf("got:\n%s%s[%d]\nwant:\n%s%s[%d]", r.out, r.err, r.status, tt.out, tt.err, tt.status)
			}
		})
	}
}

func TestPingAtTerminal(t *testing.T) {
	w := newWorld(t)
	screen, status := w.session([]string{"^C"}, "ping", serverAddr)
	if !strings.Contains(screen, "icmp_seq=4 ") || !strings.Contains(screen, "4 packets transmitted, 4 received") || status != 0 {
		t.Errorf("[%d]\n%s", status, screen)
	}
}
