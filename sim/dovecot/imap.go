package dovecot

import (
	"io"
	"log"
	"net"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// imapCapability is the list after the login: Dovecot's, less what is not
// there.
const imapCapability = "CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED ESEARCH LIST-STATUS MOVE STATUS=SIZE LITERAL+"

// caps are the capabilities the library must know of.
func caps() imap.CapSet {
	set := imap.CapSet{}
	for _, c := range []imap.Cap{imap.CapIMAP4rev1, imap.CapNamespace, imap.CapUIDPlus, imap.CapESearch, imap.CapListExtended,
		imap.CapListStatus, imap.CapMove, imap.CapStatusSize, imap.CapChildren, imap.CapLiteralPlus} {
		set[c] = struct{}{}
	}
	return set
}

// imap starts the mail process: it answers the LOGIN command and hands the
// connection to the library. It reports whether the session goes on.
func (s *session) imap(tag string, askedCaps bool) bool {
	c := &imapConn{Conn: s.conn, session: s}
	if askedCaps {
		c.send("* " + imapCapability + "\r\n" + tag + " OK Logged in\r\n")
	} else {
		c.send(tag + " OK [" + imapCapability + "] Logged in\r\n")
	}
	store, err := s.openStore()
	if err != nil {
		s.logMail(host.Err, "Error: "+err.Error())
		c.send("* BYE " + internalError + "\r\n")
		c.logout(err.Error())
		return false
	}
	c.backend = &imapBackend{conn: c, store: store}
	c.backend.makeFolders()
	s.closing = func() { c.logout("Server shutting down.") }
	s.in.host.Clock.Lend("imap", func(t *vtime.Task) {
		s.t = t
		s.conn.Lend(t)
		server := imapserver.New(&imapserver.Options{
			Caps: caps(), InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
			NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
				return c.backend, &imapserver.GreetingData{PreAuth: true}, nil
			},
		})
		server.Serve(&once{conn: c}) // the goroutine it starts inherits the baton
	})
	return true
}

// once is a listener that yields one connection.
type once struct{ conn net.Conn }

// Accept returns the connection, then net.ErrClosed.
func (o *once) Accept() (net.Conn, error) {
	c := o.conn
	if c == nil {
		return nil, net.ErrClosed
	}
	o.conn = nil
	return c, nil
}

// Close does nothing: there is nothing to close.
func (o *once) Close() error { return nil }

// Addr returns no address of use.
func (o *once) Addr() net.Addr { return &net.TCPAddr{} }

// logout logs the end of the session with its numbers (imap_logout_format).
func (c *imapConn) logout(why string) {
	if c.gone {
		return
	}
	c.gone = true
	c.session.closing = nil
	n := &c.counts
	v := &variables{user: c.session.user, more: map[byte]string{'i': itoa(n.in), 'o': itoa(n.out)}, names: map[string]string{
		"deleted": itoa(n.deleted), "expunged": itoa(n.expunged), "trashed": "0",
		"fetch_hdr_count": itoa(n.headers), "fetch_hdr_bytes": itoa(n.headerBytes),
		"fetch_body_count": itoa(n.bodies), "fetch_body_bytes": itoa(n.bodyBytes)}}
	c.session.logMail(host.Info, "Disconnected: "+why+" "+v.expand(c.session.in.cfg.Str("imap_logout_format")))
}
