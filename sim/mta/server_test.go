package mta_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// serveScript makes a host an SMTP server that answers each command with the
// next of the replies; "(close)" hangs up, "(silence)" says nothing any more.
func serveScript(w *world, name string, replies []string) {
	w.do(func(*vtime.Task) {
		_, err := w.hosts[name].Node.ListenTCP(netip.MustParseAddrPort("0.0.0.0:25"), vnet.Owner{Name: "fake"}, func(c *vnet.Conn) {
			w.kernel.Clock().Go("fake", func(t *vtime.Task) {
				defer c.Close()
				buf := make([]byte, 64<<10)
				var in []byte
				for _, r := range replies {
					switch r {
					case "(close)":
						return
					case "(silence)":
						t.Sleep(time.Hour)
						return
					}
					c.Write([]byte(r + "\r\n"))
					end := "\r\n"
					if strings.HasPrefix(r, "354") {
						end = "\r\n.\r\n"
					}
					for !bytes.Contains(in, []byte(end)) {
						n, err := c.Read(buf)
						if in = append(in, buf[:n]...); err != nil {
							return
						}
					}
					in = in[bytes.Index(in, []byte(end))+len(end):]
				}
			})
		})
		if err != nil {
			w.t.Fatal(err)
		}
	})
}

// TestServersOfAllKinds: what smtp makes of what a server does.
func TestServersOfAllKinds(t *testing.T) {
	const peer = "client.example.com[203.0.113.100]"
	const relay = "relay=" + peer + ":25, "
	ok := []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 2.0.0 taken"}
	with := func(at int, reply string) []string { return append(append([]string{}, ok[:at]...), reply) }
	cases := []struct {
		name    string
		replies []string
		want    string // in the log: relay, dsn, status
	}{
		{"taken", ok, relay + "dsn=2.0.0, status=sent (250 2.0.0 taken)"},
		{"hangs up at once", []string{"(close)"}, relay + "dsn=4.4.2, status=deferred (lost connection with " + peer + " while receiving the initial server greeting)"},
		{"silent", []string{"(silence)"}, relay + "dsn=4.4.2, status=deferred (conversation with " + peer + " timed out while receiving the initial server greeting)"},
		{"busy", []string{"421 4.3.2 too busy"}, relay + "dsn=4.3.2, status=deferred (host " + peer + " refused to talk to me: 421 4.3.2 too busy)"},
		{"unwelcome", []string{"554 5.7.1 go away"}, relay + "dsn=4.7.1, status=deferred (host " + peer + " refused to talk to me: 554 5.7.1 go away)"},
		{"hangs up after EHLO", with(1, "(close)"), relay + "dsn=4.4.2, status=deferred (lost connection with " + peer + " while performing the EHLO handshake)"},
		{"sender refused", with(2, "550 5.1.8 no such domain"), relay + "dsn=5.1.8, status=bounced (host " + peer + " said: 550 5.1.8 no such domain (in reply to MAIL FROM command))"},
		{"sender not now", with(2, "451 4.7.1 later"), relay + "dsn=4.7.1, status=deferred (host " + peer + " said: 451 4.7.1 later (in reply to MAIL FROM command))"},
		{"no code", with(3, "550 who?"), relay + "dsn=5.0.0, status=bounced (host " + peer + " said: 550 who? (in reply to RCPT TO command))"},
		{"greylisted", with(3, "450 4.2.0 wait"), relay + "dsn=4.2.0, status=deferred (host " + peer + " said: 450 4.2.0 wait (in reply to RCPT TO command))"},
		{"data refused", with(4, "554 5.5.1 none"), relay + "dsn=5.5.1, status=bounced (host " + peer + " said: 554 5.5.1 none (in reply to DATA command))"},
		{"content refused", with(5, "550 5.7.1 spam"), relay + "dsn=5.7.1, status=bounced (host " + peer + " said: 550 5.7.1 spam (in reply to end of DATA command))"},
		{"hangs up at the end", with(5, "(close)"), relay + "dsn=4.4.2, status=deferred (lost connection with " + peer + " while sending end of data -- message may be sent more than once)"},
		{"two lines", with(3, "550-5.1.1 one\r\n550 5.1.1 two"), relay + "dsn=5.1.1, status=bounced (host " + peer + " said: 550-5.1.1 one 550 5.1.1 two (in reply to RCPT TO command))"},
		{"HELO only", append([]string{"220 old", "500 what", "250 hi"}, ok[2:]...), relay + "dsn=2.0.0, status=sent (250 2.0.0 taken)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "")
			serveScript(w, "client", c.replies)
			w.send("maila", "alice@example.com", "x@client.example.com")
			w.run(10 * time.Minute)
			log := w.mailLog("maila")
			line := ""
			for l := range strings.Lines(log) {
				if strings.Contains(l, "to=<x@client.example.com>") && line == "" {
					line = l
				}
			}
			head, tail, _ := strings.Cut(line, "delay=")
			_, tail, _ = strings.Cut(tail, "dsn=")
			_, head, _ = strings.Cut(head, ">, ")
			if got := strings.TrimSpace(head + "dsn=" + tail); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, log)
			}
		})
	}
}

// TestLimitOfProcesses: connections above a service's maxproc wait until a
// process is free.
func TestLimitOfProcesses(t *testing.T) {
	w := newWorld(t, "")
	w.sh("mailb", "sed -i 's/^smtp *inet.*/smtp inet n - y - 1 smtpd/' /etc/postfix/master.cf; postfix reload")
	w.mailLog("mailb")
	var first, second, later int
	w.do(func(t *vtime.Task) {
		dial := func() *vnet.Conn {
			c, err := w.hosts["client"].Node.DialTCP(t, netip.AddrPort{}, netip.MustParseAddrPort("198.51.100.25:25"), vnet.Owner{}, time.Minute)
			if err != nil {
				w.t.Fatal(err)
			}
			return c
		}
		a, b := dial(), dial()
		t.Sleep(time.Second)
		first, second = a.Buffered(), b.Buffered()
		a.Close()
		t.Sleep(time.Second)
		later = b.Buffered()
		b.Close()
	})
	if first == 0 || second != 0 || later == 0 {
		t.Errorf("greetings: %d, %d, then %d bytes", first, second, later)
	}
	if log := w.mailLog("mailb"); !strings.Contains(log, `has reached its process limit "1": new clients may experience noticeable delays`) {
		t.Errorf("log: %s", log)
	}
}

// TestKilledProcesses: a killed master takes Postfix down, a killed qmgr is
// started again, a killed smtpd ends its session; the queue stays.
func TestKilledProcesses(t *testing.T) {
	w := newWorld(t, "")
	w.send("maila", "alice@example.com", "bob@sink.example.net")
	w.sh("maila", "kill -9 $(pgrep qmgr)")
	w.run(5 * time.Second)
	if log := w.mailLog("maila"); !strings.Contains(log, "/qmgr pid ") || !strings.Contains(log, "killed by signal 9") {
		t.Errorf("log: %s", log)
	}
	if out := w.sh("maila", "pgrep -c qmgr; postqueue -f; mailq | tail -1"); out != "1\n-- 0 Kbytes in 1 Request.\n" {
		t.Errorf("after kill of qmgr: %s", out)
	}
	w.sh("maila", "kill -9 $(pgrep master)")
	if out := w.sh("maila", "postfix status; mailq 2>&1 | tail -1; pgrep -c smtp"); !strings.Contains(out, "is not running") || !strings.Contains(out, "-- 0 Kbytes in 1 Request.\n0\n") {
		t.Errorf("after kill of master: %s", out)
	}
	if out := w.sh("maila", "systemctl restart postfix; postfix status; mailq | tail -1"); !strings.Contains(out, "is running: PID") || !strings.Contains(out, "in 1 Request.") {
		t.Errorf("after restart: %s", out)
	}
}
