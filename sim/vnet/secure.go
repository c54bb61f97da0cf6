package vnet

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"

	"mxlab/sim/pki"
	"mxlab/sim/trace"
)

// secure is the TLS layer of a connection (RFC 8446).
type secure struct {
	*tls.Conn
	below *plain
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
	below := &plain{Conn: c}
	layer := secure{tls.Client(below, cfg), below}
	if server {
		layer.Conn = tls.Server(below, cfg)
	}
	if err := layer.Handshake(); err != nil {
		switch alert, sent := below.alert(); {
		case errors.Is(err, ErrDeadline):
			err = ErrDeadline
		case sent:
			err = alert
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

// TLSBytes returns how many bytes TLS has read and written on the wire.
func (c *Conn) TLSBytes() (read, written int) {
	if c.secure == nil {
		return 0, 0
	}
	return c.secure.below.read, c.secure.below.written
}

// tryRead is read that does not wait.
func (s *secure) tryRead(b []byte) (int, error) {
	s.below.try = true
	n, err := s.read(b)
	s.below.try = false
	if errors.Is(err, errAgain) {
		err = EAGAIN
	}
	return n, err
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
type plain struct {
	*Conn
	read, written int
	try           bool // Read must not wait
	tail          [7]byte
}

// alert returns the alert that came last, if it was one in clear. OpenSSL sends
// it so when it does not like the server's certificate, which crypto/tls takes
// for a damaged record of TLS 1.3.
func (p *plain) alert() (pki.Alert, bool) {
	const kind, size, fatal = 21, 2, 2 // RFC 8446 5.1, 6
	t := p.tail
	return pki.Alert(t[6]), t[0] == kind && t[1] == 3 && t[3] == 0 && t[4] == size && t[5] == fatal
}

func (p *plain) Read(b []byte) (n int, err error) {
	if !p.try {
		n, err = p.readPlain(b)
	} else if n, err = p.tryPlain(b); err == EAGAIN {
		err = errAgain
	}
	p.read += n
	if n >= len(p.tail) {
		copy(p.tail[:], b[n-len(p.tail):n])
	} else if n > 0 {
		copy(p.tail[:], append(p.tail[n:], b[:n]...))
	}
	return n, err
}

func (p *plain) Write(b []byte) (int, error) {
	n, err := p.writePlain(b)
	p.written += n
	return n, err
}

// errAgain is EAGAIN for crypto/tls, which goes on later after a temporary error.
var errAgain net.Error = again{}

type again struct{}

func (again) Error() string   { return string(EAGAIN) }
func (again) Timeout() bool   { return false }
func (again) Temporary() bool { return true }

// Close does nothing: the connection itself is closed after its TLS layer.
func (p *plain) Close() error { return nil }

var _ net.Conn = (*plain)(nil)

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
