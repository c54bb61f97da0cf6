package mta_test

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// story is a run with deliveries, refusals, retries, a restart and a reboot.
func story(t testing.TB) [32]byte {
	w := newWorld(t, "")
	w.send("maila", "alice@example.com", "bob@example.net")
	w.send("maila", "alice@example.com", "bob@sink.example.net")
	w.send("maila", "alice@example.com", "nobody1@example.net")
	w.run(2 * time.Hour)
	w.sh("maila", "systemctl restart postfix; postqueue -f")
	w.do(func(t *vtime.Task) { w.hosts["maila"].Reboot(t) })
	w.run(6 * 24 * time.Hour)
	var b bytes.Buffer
	if err := w.log.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if out := w.sh("maila", "mailq; ls /home/alice/Maildir/new | wc -l"); out != "Mail queue is empty\n2\n" {
		t.Fatalf("after six days: %s", out)
	}
	w.kernel.Close()
	return sha256.Sum256(b.Bytes())
}

func TestSameTraceTwice(t *testing.T) {
	want := story(t)
	for _, procs := range []int{1, 8, 8} {
		old := runtime.GOMAXPROCS(procs)
		got := story(t)
		runtime.GOMAXPROCS(old)
		if got != want {
			t.Fatalf("GOMAXPROCS=%d: another trace", procs)
		}
	}
}

// talk sends bytes to smtpd in pieces and returns what it says until it ends the
// session, or the peer closes its side and the answers stop.
func (w *world) talk(pieces ...[]byte) (answer string) {
	w.do(func(t *vtime.Task) {
		c, err := w.hosts["client"].Node.DialTCP(t, netip.AddrPort{}, netip.MustParseAddrPort("198.51.100.25:25"), vnet.Owner{}, time.Minute)
		if err != nil {
			return
		}
		defer c.Close()
		var out bytes.Buffer
		buf := make([]byte, 32<<10)
		listen := func(d time.Duration) bool {
			c.SetReadTimeout(d)
			for {
				n, err := c.Read(buf)
				if out.Len() < 1<<20 {
					out.Write(buf[:n])
				}
				if err != nil {
					ne, ok := err.(interface{ Timeout() bool })
					return ok && ne.Timeout()
				}
			}
		}
		for _, p := range pieces {
			if _, err := c.Write(p); err != nil {
				break
			}
			if !listen(100 * time.Millisecond) {
				break
			}
		}
		c.CloseWrite()
		listen(20 * time.Minute)
		answer = out.String()
	})
	return answer
}

// check reports sessions that did not end, processes that are stuck and files
// left in incoming.
func (w *world) check(what string) {
	w.t.Helper()
	w.run(10 * time.Minute)
	if got := w.sh("mailb", "ls /var/spool/postfix/incoming /var/spool/postfix/maildrop | grep -v : | grep ."); got != "[exit status 1]\n" {
		w.t.Errorf("%s: left in the queue: %s", what, got)
	}
	if got := w.sh("mailb", "ps aux | grep -c [s]mtpd"); got != "0\n[exit status 1]\n" {
		w.t.Errorf("%s: smtpd still runs: %s", what, got)
	}
	if got := w.talk([]byte("QUIT\r\n")); !strings.HasPrefix(got, "220 mail.example.net ESMTP") || !strings.Contains(got, "221 2.0.0 Bye") {
		w.t.Errorf("%s: the server does not answer any more: %q", what, got)
	}
}

func TestHostileClients(t *testing.T) {
	const hello = "EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<bob@example.net>\r\n"
	rcpts := strings.Repeat("RCPT TO:<bob@example.net>\r\n", 3000)
	big := strings.Repeat(strings.Repeat("x", 70)+"\r\n", 10<<20/72)
	cases := []struct{ name, send, want string }{
		{"no line end", strings.Repeat("a", 300_000), "220 "},
		{"one endless line", strings.Repeat("a", 300_000) + "\r\nQUIT\r\n", "221 2.0.0 Bye"},
		{"only line ends", strings.Repeat("\n", 3000), "421 4.7.0 mail.example.net Error: too many errors"},
		{"NULs", strings.Repeat("\x00", 5000) + "\r\nQUIT\r\n", "221 2.0.0 Bye"},
		{"recipients", "EHLO x\r\nMAIL FROM:<a@example.com>\r\n" + rcpts + "QUIT\r\n", "452 4.5.3 Error: too many recipients"},
		{"long line of a message", hello + "DATA\r\n" + strings.Repeat("y", 200_000) + "\r\n.\r\nQUIT\r\n", "250 2.0.0 Ok: queued as"},
		{"ten megabytes", hello + "DATA\r\n" + big + ".\r\nQUIT\r\n", "552 5.3.4 Error: message file too big"},
		{"half a message", hello + "DATA\r\nSubject: x\r\n", "354 "},
		{"chunk of nothing", hello + "BDAT 0 LAST\r\nQUIT\r\n", "221 2.0.0 Bye"},
		{"enormous chunk", hello + "BDAT 4611686018427387903 LAST\r\nabc", "250 2.1.5 Ok"},
		{"chunk beyond numbers", hello + "BDAT 99999999999999999999 LAST\r\nabc", "521 5.5.4 Syntax"},
		{"junk commands", strings.Repeat("NOOP\r\n", 200), "421 4.7.0 mail.example.net Error: too many errors"},
		{"other protocols", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "220 "},
	}
	w := newWorld(t, "")
	for _, c := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var pieces [][]byte
		for data := []byte(c.send); len(data) > 0; {
			n := min(len(data), 60_000)
			pieces = append(pieces, data[:n])
			data = data[n:]
		}
		got := w.talk(pieces...)
		runtime.ReadMemStats(&after)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in ...%.300q", c.name, c.want, got[max(0, len(got)-300):])
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 400<<20 {
			t.Errorf("%s: %d MB allocated", c.name, grown>>20)
		}
		w.check(c.name)
	}
}

// FuzzSession sends any bytes, cut anywhere, to smtpd: it must answer each line,
// end the session and take the next one.
func FuzzSession(f *testing.F) {
	f.Add([]byte("EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"), uint16(7))
	f.Add([]byte("HELO x\nMAIL FROM:<>\nRCPT TO:<bob>\nBDAT 3 LAST\nabc\nRSET\nVRFY bob\nETRN x.example\nAUTH PLAIN\n"), uint16(40))
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"), uint16(3))
	w := newWorld(f, "")
	f.Fuzz(func(t *testing.T, data []byte, cut uint16) {
		if len(data) > 20_000 {
			return
		}
		w.t = t
		n := min(int(cut), len(data))
		if got := w.talk(data[:n], data[n:]); !strings.HasPrefix(got, "220 ") {
			t.Fatalf("no greeting: %q", got)
		}
		if got := w.talk([]byte("QUIT\r\n")); !strings.HasPrefix(got, "220 ") {
			t.Fatalf("the next session: %q", got)
		}
	})
}

// TestRandomSessions is a short walk through the same space with words of SMTP.
func TestRandomSessions(t *testing.T) {
	words := []string{"HELO x", "EHLO y", "MAIL FROM:<a@example.com>", "MAIL FROM:<> SIZE=3", "RCPT TO:<bob@example.net>", "RCPT TO:<x@example.org>",
		"RCPT TO:<\"a b\"@example.net>", "DATA", ".", "Subject: x", "", "BDAT 2", "BDAT 4 LAST", "ab", "RSET", "NOOP", "VRFY bob", "AUTH LOGIN", "*", "STARTTLS", "QUIT", "\xff\xfe", "a\x00b"}
	r := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, "")
	for range 150 {
		var b bytes.Buffer
		for range 1 + r.IntN(12) {
			b.WriteString(words[r.IntN(len(words))] + "\r\n")
		}
		n := r.IntN(b.Len())
		if got := w.talk(b.Bytes()[:n], b.Bytes()[n:]); !strings.HasPrefix(got, "220 ") {
			t.Fatalf("%q: %q", b.String(), got)
		}
	}
	w.check("random sessions")
}

// fakeAuth serves an authentication socket that knows bob with the password
// secret.
func fakeAuth(w *world, name string) (closeFn func()) {
	h := w.hosts[name]
	stop, err := h.ListenUnix("/var/spool/postfix/private/auth", 0o660, h.CredOf("postfix"), func(request []byte, _ vfs.Cred) []byte {
		switch string(request) {
		case "VERSION\n":
			return []byte("VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nDONE\n")
		case "AUTH\tPLAIN\tbob\tsecret\n", "AUTH\tLOGIN\tbob\tsecret\n":
			return []byte("OK\t1\tuser=bob\n")
		}
		return []byte("FAIL\t1\tuser=bob\n")
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return stop
}

func TestSASL(t *testing.T) {
	w := newWorld(t, "")
	var stop func()
	w.do(func(*vtime.Task) { stop = fakeAuth(w, "mailb") })
	w.sh("mailb", "postconf -e smtpd_sasl_auth_enable=yes smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth && postfix reload")
	w.mailLog("mailb")
	got := w.talk([]byte("EHLO client.example.com\r\n"), []byte("AUTH PLAIN AGJvYgB3cm9uZw==\r\n"), nil, []byte("AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n"),
		[]byte("MAIL FROM:<bob@example.net>\r\n"), []byte("RCPT TO:<alice@example.com>\r\n"), []byte("DATA\r\n"), []byte("Subject: x\r\n\r\nx\r\n.\r\n"), []byte("QUIT\r\n"))
	for _, want := range []string{"250-AUTH PLAIN LOGIN\r\n250-ENHANCED", "535 5.7.8 Error: authentication failed: (reason unavailable)", "235 2.7.0 Authentication successful",
		"250 2.1.5 Ok", "250 2.0.0 Ok: queued as"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	w.run(time.Minute)
	log := w.mailLog("mailb")
	for _, want := range []string{"SASL PLAIN authentication failed: (reason unavailable), sasl_username=bob\n", ": client=client.example.com[203.0.113.100], sasl_method=PLAIN, sasl_username=bob\n",
		"ehlo=1 auth=1/2 mail=1 rcpt=1 data=1 quit=1 commands=6/7\n"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	got = w.talk([]byte("EHLO x\r\n"), []byte("AUTH LOGIN\r\n"), []byte("Ym9i\r\n"), []byte("c2VjcmV0\r\n"), []byte("QUIT\r\n"))
	if !strings.Contains(got, "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 2.7.0") {
		t.Errorf("LOGIN: %s", got)
	}
	// Without the server smtpd does not start, and the client waits.
	w.do(func(*vtime.Task) { stop() })
	w.sh("mailb", "postfix reload")
	w.mailLog("mailb")
	if got := w.talk([]byte("EHLO x\r\n")); got != "" {
		t.Errorf("an answer without authentication server: %q", got)
	}
	if log := w.mailLog("mailb"); !strings.Contains(log, "fatal: no SASL authentication mechanisms") || !strings.Contains(log, "bad command startup -- throttling") {
		t.Errorf("log: %s", log)
	}
}

// TestManyConnections: the 51st connection of a client is refused.
func TestManyConnections(t *testing.T) {
	w := newWorld(t, "")
	var last string
	w.do(func(t *vtime.Task) {
		var list []*vnet.Conn
		for range 51 {
			c, err := w.hosts["client"].Node.DialTCP(t, netip.AddrPort{}, netip.MustParseAddrPort("198.51.100.25:25"), vnet.Owner{}, time.Minute)
			if err != nil {
				w.t.Fatal(err)
			}
			list = append(list, c)
		}
		t.Sleep(time.Second)
		buf := make([]byte, 1000)
		n, _ := list[50].Read(buf)
		last = string(buf[:n])
		for _, c := range list {
			c.Close()
		}
	})
	if last != "421 4.7.0 mail.example.net Error: too many connections from 203.0.113.100\r\n" {
		t.Errorf("got %q", last)
	}
	if log := w.mailLog("mailb"); !strings.Contains(log, "Connection concurrency limit exceeded: 51 from client.example.com[203.0.113.100] for service smtp") {
		t.Errorf("log: %s", log)
	}
}

// TestIdleHost bounds what a started Postfix costs.
func TestIdleHost(t *testing.T) {
	w := newWorld(t, "")
	h := w.hosts["maila"]
	w.do(func(*vtime.Task) { h.Unit("postfix").DoStop() })
	h.SetQuiet(true)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	w.do(func(*vtime.Task) { // what one start leaves in caches
		h.Unit("postfix").DoStart()
		h.Unit("postfix").DoStop()
	})
	goroutines := runtime.NumGoroutine()
	before := heap()
	start := time.Now()
	w.do(func(*vtime.Task) { h.Unit("postfix").DoStart() })
	took := time.Since(start)
	after := heap()
	if runtime.NumGoroutine() != goroutines {
		t.Errorf("%d goroutines more", runtime.NumGoroutine()-goroutines)
	}
	t.Logf("started in %v, %d bytes", took, int64(after)-int64(before))
	if grown := int64(after) - int64(before); grown > 6<<10 {
		t.Errorf("an idle Postfix costs %d bytes", grown)
	}
}
