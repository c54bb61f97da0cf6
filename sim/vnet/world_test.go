package vnet_test

import (
	"bufio"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// traffic runs several lossy conversations at once: dialogues, look-ups,
// refused and interrupted connections.
func traffic(tb testing.TB, l *lab, op *vtime.Task) {
	l.wan.Change(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond, Loss: 0.1, Bandwidth: 1e6})
	var dns *vnet.UDPSocket
	dns, _ = l.srv.ListenUDP(ap("[::]:53"), vnet.Owner{}, func(d *vnet.Datagram) { dns.SendFrom(d.Dst.Addr(), d.Src, d.Payload) })
	l.serve(tb, "[::]:25", func(op *vtime.Task, c *vnet.Conn) {
		fmt.Fprint(c, "220 srv\r\n")
		r := bufio.NewReader(c)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			l.srv.Echo(op, c.Remote().Addr(), vnet.EchoOptions{Timeout: 300 * time.Millisecond})
			fmt.Fprintf(c, "250 %s", line)
		}
	})
	for i := range 6 {
		l.clock.Go("client", func(t *vtime.Task) {
			to := []string{srv4 + ":25", "[" + srv6 + "]:25", srv4 + ":26", "198.51.100.99:25"}[i%4]
			s, _ := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, nil)
			defer s.Close()
			s.SendTo(ap(srv4+":53"), []byte{1, 2, 3})
			c, err := l.pc.DialTCP(t, netip.AddrPort{}, ap(to), vnet.Owner{}, 20*time.Second)
			if err != nil {
				return
			}
			defer c.Close()
			r := bufio.NewReader(c)
			r.ReadString('\n')
			for n := range 5 {
				fmt.Fprintf(c, "NOOP %d\r\n", n)
				if _, err := r.ReadString('\n'); err != nil {
					return
				}
			}
		})
	}
	op.Sleep(time.Minute)
}

func run(tb testing.TB, seed uint64) string {
	l := newLab(tb, seed)
	l.do(tb, func(op *vtime.Task) { traffic(tb, l, op) })
	return l.text()
}

func TestSameSeedSameTrace(t *testing.T) {
	want := run(t, 7)
	if run(t, 8) == want {
		t.Error("the seed does not matter")
	}
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	for _, procs := range []int{1, 8} {
		runtime.GOMAXPROCS(procs)
		for range 5 {
			if got := run(t, 7); got != want {
				t.Fatalf("GOMAXPROCS %d: another trace:\n%s\nwant\n%s", procs, got, want)
			}
		}
	}
}

// The world may be closed after any event: goleak finds what stays behind.
func TestCloseAtAnyInstant(t *testing.T) {
	for cut := uint64(1); cut < 400; cut += 3 {
		l := newLab(t, 3)
		l.k.Do(cut, func(op *vtime.Task) { traffic(t, l, op) })
		l.k.Close()
	}
}

func TestKilledDialLeavesNothing(t *testing.T) {
	l := newLab(t, 1)
	l.srv.SetHook(at(vnet.Input, 25, vnet.Verdict{Action: vnet.Drop, Rule: "test"}))
	l.do(t, func(op *vtime.Task) {
		w := l.clock.Go("dialler", func(w *vtime.Task) {
			l.pc.DialTCP(w, netip.AddrPort{}, ap(srv4+":25"), vnet.Owner{}, 0)
			t.Error("the killed dial returned")
		})
		op.Sleep(5 * time.Second)
		w.Kill(nil)
		op.Sleep(time.Millisecond)
		if s := l.pc.Sockets(); len(s) != 0 || l.clock.Working() != 0 {
			t.Errorf("left: %+v, %d units of work", s, l.clock.Working())
		}
	})
}

// certificate makes a self-signed Ed25519 certificate valid in the world's time.
func certificate(tb testing.TB) tls.Certificate {
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "srv"}, DNSNames: []string{"srv"},
		NotBefore: start.Add(-time.Hour), NotAfter: start.Add(time.Hour)}
	der, err := x509.CreateCertificate(nil, template, template, pub, key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// The auditor waits before each step of the clock until every goroutine is
// blocked; time then moves only when nobody was still running.
func TestAuditedTLS(t *testing.T) {
	cert := certificate(t)
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, 1)
		steps := 0
		l.k.Audit(func() { steps++; synctest.Wait() })
		l.serve(t, "0.0.0.0:465", func(_ *vtime.Task, c *vnet.Conn) {
			s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, Time: l.clock.Now})
			defer s.Close()
			echoLines(nil, c)
		})
		l.serve(t, "0.0.0.0:993", func(_ *vtime.Task, c *vnet.Conn) {
			s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, Time: l.clock.Now})
			defer s.Close()
			r := bufio.NewReader(s)
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				fmt.Fprintf(s, "* %s", line)
			}
		})
		l.do(t, func(op *vtime.Task) {
			roots := x509.NewCertPool()
			leaf, _ := x509.ParseCertificate(cert.Certificate[0])
			roots.AddCert(leaf)
			raw := l.dial(t, op, srv4+":993")
			c := tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: "srv", Time: l.clock.Now})
			c.SetDeadline(time.Now().Add(time.Minute))
			r := bufio.NewReader(c)
			for i := range 20 {
				fmt.Fprintf(c, "a%d NOOP\r\n", i)
				if line, err := r.ReadString('\n'); err != nil || line != fmt.Sprintf("* a%d NOOP\r\n", i) {
					t.Fatalf("got %q, %v", line, err)
				}
			}
			c.Close()
			traffic(t, l, op)
		})
		l.k.Close()
		if steps < 100 {
			t.Errorf("only %d audited steps", steps)
		}
	})
}

// TestByteStreamUnderLoss sends random writes both ways over a bad network;
// what is read must be what was written.
func TestByteStreamUnderLoss(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := newLab(t, seed)
		l.wan.Change(vnet.LinkSpec{Name: "wan", Latency: time.Duration(r.IntN(50)) * time.Millisecond,
			Loss: 0.15 * r.Float64(), Bandwidth: int64(r.IntN(2)) * 1e6})
		up, down := make([]byte, r.IntN(200000)), make([]byte, r.IntN(20000))
		for i := range up {
			up[i] = byte(r.Uint32())
		}
		for i := range down {
			down[i] = byte(r.Uint32())
		}
		send := func(t *vtime.Task, c *vnet.Conn, data []byte) {
			for len(data) > 0 {
				n := min(1+r.IntN(9000), len(data))
				if _, err := c.Write(data[:n]); err != nil {
					return
				}
				data = data[n:]
				if r.IntN(3) == 0 {
					t.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
				}
			}
			c.CloseWrite()
		}
		var gotUp []byte
		var errUp error
		l.serve(t, "0.0.0.0:25", func(op *vtime.Task, c *vnet.Conn) {
			send(op, c, down)
			gotUp, errUp = io.ReadAll(c)
		})
		l.do(t, func(op *vtime.Task) {
			c := l.dial(t, op, srv4+":25")
			send(op, c, up)
			gotDown, err := io.ReadAll(c)
			c.Close()
			op.Settle(time.Hour)
			if err != nil || errUp != nil || string(gotDown) != string(down) || string(gotUp) != string(up) {
				t.Errorf("seed %d: down %d of %d bytes (%v), up %d of %d (%v)", seed, len(gotDown), len(down), err, len(gotUp), len(up), errUp)
			}
			op.Sleep(2 * time.Minute)
			if s := append(l.pc.Sockets(), l.srv.Sockets()...); len(s) != 1 || l.clock.Working() != 0 {
				t.Errorf("seed %d: left %+v, %d units of work", seed, s, l.clock.Working())
			}
		})
	}
}

// TLS bytes are random, but nothing of them reaches the trace's text.
func TestTLSTraceIsDeterministic(t *testing.T) {
	cert := certificate(t)
	run := func() string {
		l := newLab(t, 1)
		l.serve(t, "0.0.0.0:465", func(_ *vtime.Task, c *vnet.Conn) {
			s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, Time: l.clock.Now})
			defer s.Close()
			io.Copy(s, s)
		})
		l.do(t, func(op *vtime.Task) {
			c := tls.Client(l.dial(t, op, srv4+":465"), &tls.Config{InsecureSkipVerify: true, Time: l.clock.Now})
			b := make([]byte, 100)
			for range 3 {
				fmt.Fprint(c, "EHLO pc\r\n")
				if _, err := c.Read(b); err != nil {
					t.Fatal(err)
				}
			}
			c.Close()
			op.Settle(time.Minute)
		})
		return l.text()
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}
