package gateway

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	"go.uber.org/goleak"

	"mxlab/scenarios"
	"mxlab/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab is a world with a gateway.
type lab struct {
	t *testing.T
	w *sim.World
	g *Gateway
}

func newLab(t *testing.T, cfg Config) *lab {
	t.Helper()
	set, err := scenarios.Open("network:company")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(1)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sim.NewLibrary().Compile(d.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	w, err := plan.World()
	if err != nil {
		t.Fatal(err)
	}
	g := New(w, cfg)
	t.Cleanup(func() {
		g.Close()
		for _, f := range w.Faults() {
			t.Error(f)
		}
		w.Close()
	})
	return &lab{t, w, g}
}

// open opens a mapping HOST:PORT/PROTO on any free port.
func (l *lab) open(target string) string {
	l.t.Helper()
	m, err := ParseMapping(target + "=0,from=pc")
	if err != nil {
		l.t.Fatal(err)
	}
	addr, err := l.g.Open(m)
	if err != nil {
		l.t.Fatal(err)
	}
	return addr.String()
}

func (l *lab) dial(addr string) net.Conn {
	l.t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// shell runs a command on a host.
func (l *lab) shell(host, command string) string {
	l.t.Helper()
	out, errOut, status, err := l.w.Exec(host, []string{"/bin/sh", "-c", command})
	if err != nil || status != 0 {
		l.t.Fatalf("%s: %d, %v: %s%s", command, status, err, out, errOut)
	}
	return string(out)
}

// Ten clients send two hundred mails while somebody lets three hours pass again
// and again. No mail is lost, none comes twice.
func TestTenClientsWhileTheClockJumps(t *testing.T) {
	l := newLab(t, Config{Pace: true})
	addr := l.open("mail1:25/tcp")
	box := l.w.Plan().Blueprint.Boxes[0]
	const clients, mails = 10, 20
	var wg sync.WaitGroup
	errs := make(chan error, clients)
	for i := range clients {
		wg.Go(func() {
			c, err := smtp.Dial(addr)
			for k := 0; err == nil && k < mails; k++ {
				err = sendOne(c, box.Address, fmt.Sprintf("mail %d-%d", i, k))
			}
			if err == nil {
				err = c.Quit()
			}
			errs <- err
		})
	}
	over := make(chan struct{})
	var jumps sync.WaitGroup
	jumps.Go(func() {
		for {
			if _, err := l.w.Do(sim.Action{Advance: sim.Duration(3 * time.Hour)}); err != nil {
				t.Error(err)
			}
			select {
			case <-over:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	wg.Wait()
	close(over)
	jumps.Wait()
	for range clients {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	res, err := l.w.Do(sim.Action{Fetch: box.Address})
	if err != nil || len(res.Mails) != clients*mails {
		t.Fatalf("%d mails arrived, want %d; %v %s", len(res.Mails), clients*mails, err, res.Err)
	}
	seen := map[string]bool{}
	for _, m := range res.Mails {
		_, rest, _ := strings.Cut(m.Data, "Subject: ")
		subject, _, _ := strings.Cut(rest, "\r\n")
		if seen[subject] {
			t.Errorf("%q came twice", subject)
		}
		seen[subject] = true
	}
	for end := time.Now().Add(10 * time.Second); l.g.Status()[0].Active > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := l.g.Status()[0]; s.Total != clients || s.Active != 0 || s.Dropped != 0 || s.Refused != 0 {
		t.Errorf("status %+v", s)
	}
}

func sendOne(c *smtp.Client, to, subject string) error {
	if err := errors.Join(c.Mail("someone@moa-mail.com"), c.Rcpt(to)); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Subject: %s\r\n\r\nhello\r\n", subject)
	return w.Close()
}

func TestDNSOverBothTransports(t *testing.T) {
	l := newLab(t, Config{})
	for _, proto := range []string{"udp", "tcp"} {
		addr := l.open("isp-dns:53/" + proto)
		c := &mdns.Client{Net: proto}
		m := new(mdns.Msg).SetQuestion("moa-mail.com.", mdns.TypeMX)
		r, _, err := c.Exchange(m, addr)
		if err != nil || len(r.Answer) != 1 {
			t.Errorf("%s: %v, %v", proto, r, err)
		}
	}
}

// Garbage hurts nobody: the next question is answered.
func TestGarbageOverUDP(t *testing.T) {
	l := newLab(t, Config{PeerRate: 1e6})
	addr := l.open("isp-dns:53/udp")
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range 200 {
		c.Write(bytes.Repeat([]byte{byte(i), 0xff, 0xc0}, i))
		time.Sleep(100 * time.Microsecond) // the socket's buffer is small
	}
	r, err := mdns.Exchange(new(mdns.Msg).SetQuestion("moa-mail.com.", mdns.TypeMX), addr)
	if err != nil || len(r.Answer) != 1 {
		t.Errorf("%v, %v", r, err)
	}
	if s := l.g.Status()[0]; s.Dropped == 0 || s.Total != 2 {
		t.Errorf("the empty datagram is not counted: %+v", s)
	}
}

func TestUDPClientsAreForgotten(t *testing.T) {
	l := newLab(t, Config{Peers: 5, PeerRate: 1e6})
	addr := l.open("isp-dns:53/udp")
	for range 30 {
		if r, err := mdns.Exchange(new(mdns.Msg).SetQuestion("moa-mail.com.", mdns.TypeMX), addr); err != nil || len(r.Answer) != 1 {
			t.Fatalf("%v, %v", r, err)
		}
	}
	if s := l.g.Status()[0]; s.Total != 30 || s.Active > 5 {
		t.Errorf("status %+v", s)
	}
}

// A client over the limit is told so, at once and in SMTP.
func TestTooManyConnections(t *testing.T) {
	const all, limit = 2000, 20
	l := newLab(t, Config{Conns: limit, ConnRate: 1e6})
	addr := l.open("mail1:25/tcp")
	greeted := 0
	for range limit {
		c := l.dial(addr)
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "220 ") {
			greeted++
		}
	}
	begin := time.Now()
	for range all {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		line, err := io.ReadAll(c)
		c.Close()
		if err != nil || !strings.HasPrefix(string(line), "421 4.3.2 too many connections") {
			t.Fatalf("%q, %v", line, err)
		}
	}
	if s := l.g.Status()[0]; greeted != limit || s.Refused != all || s.Active != limit {
		t.Errorf("%d greeted; %+v; %v", greeted, s, time.Since(begin))
	}
}

func TestConnectionRate(t *testing.T) {
	b := bucket{rate: 10}
	now := time.Unix(0, 0)
	n := 0
	for range 100 {
		if b.take(now) {
			n++
		}
	}
	if now = now.Add(time.Second / 2); n != 10 {
		t.Errorf("a burst of %d, want 10", n)
	}
	for n = 0; b.take(now); n++ {
	}
	if n != 5 {
		t.Errorf("%d after half a second, want 5", n)
	}
}

// A client that does not read is dropped; the world and others go on.
func TestSlowClientIsDropped(t *testing.T) {
	l := newLab(t, Config{Buffer: 1 << 20, WriteTime: time.Second})
	if err := l.w.Put("mail1", "/tmp/big", bytes.Repeat([]byte("0123456789abcde\n"), 1<<19)); err != nil {
		t.Fatal(err)
	}
	l.shell("mail1", "nc -l -p 9000 < /tmp/big >/dev/null 2>&1 &")
	slow := l.dial(l.open("mail1:9000/tcp"))
	fast := l.dial(l.open("mail1:25/tcp"))
	if line, err := bufio.NewReader(fast).ReadString('\n'); err != nil || !strings.HasPrefix(line, "220 ") {
		t.Errorf("%q, %v", line, err)
	}
	for end := time.Now().Add(10 * time.Second); l.g.Status()[0].Dropped == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not dropped: %+v", l.g.Status()[0])
		}
	}
	n, err := io.Copy(io.Discard, slow)
	if !errors.Is(err, syscall.ECONNRESET) || n > 8<<20 {
		t.Errorf("%d bytes and %v, want a reset", n, err)
	}
}

// What a client sends before it ends its side is answered (RFC 9293 3.6).
func TestHalfClose(t *testing.T) {
	l := newLab(t, Config{})
	c := l.dial(l.open("mail1:25/tcp"))
	io.WriteString(c, "EHLO real.example\r\nNOO")
	io.WriteString(c, "P\r\nQUIT\r\n")
	c.(*net.TCPConn).CloseWrite()
	all, err := io.ReadAll(c)
	if err != nil || !strings.HasSuffix(string(all), "250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n") {
		t.Errorf("%q, %v", all, err)
	}
}

func TestRefusedInside(t *testing.T) {
	l := newLab(t, Config{})
	c, err := net.Dial("tcp", l.open("mail1:9/tcp"))
	if err == nil { // the reset may come before Dial returns
		defer c.Close()
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%v, want a reset", err)
	}
}

func TestShut(t *testing.T) {
	l := newLab(t, Config{})
	addr := l.open("mail1:25/tcp")
	c := l.dial(addr)
	bufio.NewReader(c).ReadString('\n')
	reach := l.g.Status()[0].Mapping.Reach
	if !l.g.Shut(reach) || l.g.Shut(reach) {
		t.Error("Shut")
	}
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes after Shut", n)
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		c.Close()
		t.Error("still listening")
	}
}

// The clock keeps step with the real one while nobody speaks.
func TestPace(t *testing.T) {
	l := newLab(t, Config{Pace: true})
	begin, real := l.w.Now(), time.Now()
	time.Sleep(3 * paceStep)
	if gone, want := l.w.Now()-begin, time.Since(real); gone < want-2*paceStep || gone > want+2*paceStep {
		t.Errorf("%v passed inside, %v outside", gone, want)
	}
}
