package vnet_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"strings"
	"testing"
	"time"

	"mxlab/sim/pki"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// Certificates are judged by the world's date, the end of the stream is told by
// close_notify, and the trace shows records by type and size only.
func TestTLS(t *testing.T) {
	cert, key, err := pki.Snakeoil("srv.example", start.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := pki.Pair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)
	session := func(age time.Duration) (l *lab, text string, err error) {
		l = newLab(t, 1)
		l.serve(t, "0.0.0.0:993", func(_ *vtime.Task, c *vnet.Conn) {
			if c.StartTLS(&tls.Config{Certificates: []tls.Certificate{pair}}, true) == nil {
				c.Write([]byte("* OK secret greeting\r\n"))
			}
		})
		l.do(t, func(op *vtime.Task) {
			op.Sleep(age)
			c := l.dial(t, op, srv4+":993")
			defer c.Close()
			if err = c.StartTLS(&tls.Config{ServerName: "srv.example", RootCAs: roots}, false); err == nil {
				var b []byte
				b, err = io.ReadAll(c)
				text = string(b)
			}
		})
		return l, text, err
	}
	l, text, err := session(0)
	if err != nil || text != "* OK secret greeting\r\n" {
		t.Errorf("%q, %v", text, err)
	}
	again, _, _ := session(0)
	log := l.text()
	if strings.Contains(log, "secret") || !strings.Contains(log, "TLS handshake") || log != again.text() {
		t.Errorf("the trace:\n%s", log)
	}
	if _, _, err := session(11 * 365 * 24 * time.Hour); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after eleven years: %v", err)
	}
}

// A silent peer lets the handshake run into the read deadline.
func TestTLSTimeout(t *testing.T) {
	l := newLab(t, 1)
	l.serve(t, "0.0.0.0:993", func(op *vtime.Task, _ *vnet.Conn) { op.Sleep(time.Hour) })
	l.do(t, func(op *vtime.Task) {
		c := l.dial(t, op, srv4+":993")
		defer c.Close()
		c.SetReadTimeout(30 * time.Second)
		if err := c.StartTLS(&tls.Config{ServerName: "srv.example"}, false); err != vnet.ErrDeadline || l.clock.Since() > time.Minute {
			t.Errorf("%v after %v", err, l.clock.Since())
		}
	})
}
