//go:debug cryptocustomrand=1

package sim_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/smtp"
	"testing"
	"time"

	"mxlab/sim"
)

// foreignConn is a real client's socket: every Write is an action of the world.
type foreignConn struct {
	w   *sim.World
	id  uint64
	in  bytes.Buffer
	end error
}

func dialForeign(t *testing.T, w *sim.World, r sim.Reach) *foreignConn {
	t.Helper()
	c := &foreignConn{w: w, id: 1}
	w.OnAnswer(func(a sim.Answer) {
		c.in.Write(a.Data)
		if a.Err != nil {
			c.end = a.Err
		}
	})
	if _, err := w.Do(sim.Action{Foreign: &sim.Foreign{Conn: c.id, Open: &r}}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *foreignConn) Write(b []byte) (int, error) {
	_, err := c.w.Do(sim.Action{Foreign: &sim.Foreign{Conn: c.id, Data: bytes.Clone(b)}})
	return len(b), err
}

func (c *foreignConn) Read(b []byte) (int, error) {
	if c.in.Len() == 0 {
		if c.end == nil {
			return 0, io.ErrNoProgress
		}
		return 0, c.end
	}
	return c.in.Read(b)
}

func (c *foreignConn) Close() error {
	_, err := c.w.Do(sim.Action{Foreign: &sim.Foreign{Conn: c.id, End: "fin"}})
	return err
}
func (c *foreignConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *foreignConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *foreignConn) SetDeadline(time.Time) error      { return nil }
func (c *foreignConn) SetReadDeadline(time.Time) error  { return nil }
func (c *foreignConn) SetWriteDeadline(time.Time) error { return nil }

// A mail that a real client has sent under TLS arrives in a replay too: the
// server's side of TLS depends on the seed alone.
func TestForeignTLSIsReplayed(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "network:company", 1)
	w := world(t, p)
	box := p.Blueprint.Boxes[0]
	if _, err := w.Do(sim.Action{On: "mail1", Run: "postconf -e smtpd_tls_security_level=encrypt smtpd_tls_cert_file=/etc/ssl/certs/ssl-cert-snakeoil.pem " +
		"smtpd_tls_key_file=/etc/ssl/private/ssl-cert-snakeoil.key && postfix reload\n"}); err != nil {
		t.Fatal(err)
	}
	conn := dialForeign(t, w, *smtpReach("mail1"))
	c, err := smtp.NewClient(conn, "mail1")
	if err == nil {
		err = c.StartTLS(&tls.Config{InsecureSkipVerify: true})
	}
	for _, step := range []func() error{
		func() error { return c.Mail("someone@moa-mail.com") },
		func() error { return c.Rcpt(box.Address) },
		func() error {
			d, err := c.Data()
			if err != nil {
				return err
			}
			io.WriteString(d, "Subject: under TLS\r\n\r\nhello\r\n")
			return d.Close()
		},
		func() error { return c.Quit() },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	fork, err := w.Fork()
	if err != nil {
		t.Fatal(err)
	}
	defer fork.Close()
	if traceText(t, w) != traceText(t, fork) {
		t.Error("the replay has another trace")
	}
	if res, err := fork.Do(sim.Action{Fetch: box.Address}); err != nil || len(res.Mails) != 1 {
		t.Errorf("%d mails in the replay, %v; want the one", len(res.Mails), err)
	}
}

func smtpReach(to string) *sim.Reach {
	return &sim.Reach{From: "outside", To: to, Port: 25, Proto: "tcp"}
}
