package vnet

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"

	"mxlab/sim/trace"
)

// secure is the TLS layer of a connection (RFC 8446).
type secure struct {
	*tls.Conn
}

// StartTLS runs the TLS handshake on the connection; what is read and written
// from then on goes through TLS, and Close sends close_notify. The running task
// waits for the peer. cfg says who this end is and whom it trusts; time and
// randomness are the world's. The error is that of crypto/tls, ErrDeadline, or
// the connection's.
//
// Randomness that depends on the seed makes a recorded session one that can be
// replayed. The process must run with GODEBUG=cryptocustomrand=1 for it: without,
// the bytes differ from run to run, their number and times do not.
func (c *Conn) StartTLS(cfg *tls.Config, server bool) error {
	n := c.node.net
	if n.tls == nil {
		n.tls = n.clock.Rand("vnet tls")
	}
	cfg = cfg.Clone()
	cfg.Rand, cfg.Time, cfg.SessionTicketsDisabled = entropy{n.tls}, n.clock.Now, true
	cfg.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384}
	c.line, c.mark = trace.Packet, trace.None
	layer := secure{tls.Client(plain{c}, cfg)}
	if server {
		layer = secure{tls.Server(plain{c}, cfg)}
	}
	if err := layer.Handshake(); err != nil {
		if errors.Is(err, ErrDeadline) {
			err = ErrDeadline
		}
		return err
	}
	c.secure = &layer
	return nil
}

// TLS returns the state of the TLS layer, nil without one.
func (c *Conn) TLS() *tls.ConnectionState {
	if c.secure == nil {
		return nil
	}
	state := c.secure.ConnectionState()
	return &state
}

// read gives the deciphered bytes.
func (s *secure) read(b []byte) (int, error) {
	n, err := s.Read(b)
	if errors.Is(err, ErrDeadline) {
		err = ErrDeadline
	}
	return n, err
}

// plain is the connection as the TLS layer sees it.
type plain struct{ *Conn }

func (p plain) Read(b []byte) (int, error)  { return p.readPlain(b) }
func (p plain) Write(b []byte) (int, error) { return p.writePlain(b) }

// Close does nothing: the connection itself is closed after its TLS layer.
func (p plain) Close() error { return nil }

var _ net.Conn = plain{}

// entropy is the randomness of TLS. Go reads one byte, or none, at random, so
// that nobody relies on the order of reads; here one byte draws nothing.
type entropy struct{ r *rand.Rand }

func (e entropy) Read(b []byte) (int, error) {
	if len(b) == 1 {
		b[0] = 0
		return 1, nil
	}
	for i := range b {
		b[i] = byte(e.r.Uint32())
	}
	return len(b), nil
}
