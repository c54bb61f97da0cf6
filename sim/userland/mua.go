package userland

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// The lab's own mail client. It is not a command of a host but what is behind
// the compose window and the inbox: it runs on a host, asks that host's stub
// resolver for the server, and speaks SMTP, POP3 or IMAP over the virtual
// network, one command at a time.

// muaTimeout is how long the client waits for a reply (RFC 5321 4.5.3.2).
const muaTimeout = 5 * time.Minute

// Bounds on what a server may send.
const (
	maxReplyLine    = 64 << 10
	maxMessageBytes = 32 << 20
	maxMessages     = 1000
)

// Errors of the mail client, beside those of the network and of the resolver.
var (
	ErrReplyTooLong = errors.New("the server's reply is too long")
	ErrNoSTARTTLS   = errors.New("the server does not offer STARTTLS")
	ErrNoAuth       = errors.New("the server does not offer a way to log in that this client knows")
)

// RefusedError is a command the server said no to.
type RefusedError struct {
	Command string // as sent, without arguments that are secret
	Reply   string // the server's line or lines
	Code    int    // SMTP: the reply code; 0 otherwise
}

func (e *RefusedError) Error() string { return e.Command + ": " + e.Reply }

// Temporary reports that a later try may succeed (SMTP 4xx).
func (e *RefusedError) Temporary() bool { return e.Code/100 == 4 }

// wireClient is a connection of lines with a transcript: "S: " what the server
// said, "C: " what the client said.
type wireClient struct {
	h    *host.Host
	conn *vnet.Conn
	rw   net.Conn // conn, or TLS over it
	r    *bufio.Reader
	log  []string
}

// dialMail connects to a server by name or address.
func dialMail(t *vtime.Task, h *host.Host, server string, port uint16) (*wireClient, error) {
	addrs, _, err := h.LookupAddrs(t, server, host.AnyFamily)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	for _, a := range addrs {
		var c *vnet.Conn
		c, err = h.Node.DialTCP(t, netip.AddrPort{}, netip.AddrPortFrom(a, port), vnet.Owner{Name: "mua"}, 0)
		if err == nil {
			return &wireClient{h: h, conn: c, rw: c, r: bufio.NewReader(c)}, nil
		}
	}
	return nil, fmt.Errorf("connect to %s port %d: %w", server, port, err)
}

func (w *wireClient) close() { w.rw.Close() }

// startTLS goes on in TLS. The certificate is not checked, as most users click
// the warning away.
func (w *wireClient) startTLS(server string) error {
	c := tls.Client(w.conn, &tls.Config{ServerName: server, InsecureSkipVerify: true, Time: w.h.Clock.Now})
	w.conn.SetReadTimeout(muaTimeout)
	if err := c.Handshake(); err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	w.rw, w.r = c, bufio.NewReader(c)
	w.log = append(w.log, "-- TLS --")
	return nil
}

// send sends one line; shown, if not empty, stands in the transcript for it.
func (w *wireClient) send(line, shown string) error {
	if shown == "" {
		shown = line
	}
	w.log = append(w.log, "C: "+shown)
	_, err := io.WriteString(w.rw, line+"\r\n")
	return err
}

// line reads one line of the server without its line end.
func (w *wireClient) line() (string, error) {
	w.conn.SetReadTimeout(muaTimeout)
	var b []byte
	for {
		part, err := w.r.ReadSlice('\n')
		b = append(b, part...)
		if len(b) > maxReplyLine {
			return "", ErrReplyTooLong
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF {
			return "", fmt.Errorf("connection closed by the server: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		text := strings.TrimRight(string(b), "\r\n")
		w.log = append(w.log, "S: "+text)
		return text, nil
	}
}

// read reads n bytes.
func (w *wireClient) read(n int) ([]byte, error) {
	if n > maxMessageBytes {
		return nil, ErrReplyTooLong
	}
	w.conn.SetReadTimeout(muaTimeout)
	var b bytes.Buffer
	_, err := io.CopyN(&b, w.r, int64(n))
	return b.Bytes(), err
}

// Submission is a mail to be handed to a server.
type Submission struct {
	Server   string // name or address
	Port     uint16 // 0: 25; 465 means TLS from the start
	Helo     string // "": the host's name
	From     string // envelope sender
	To       []string
	Message  []byte
	User     string // with Password: log in
	Password string
	StartTLS bool // insist on STARTTLS
}

// SendMail hands a mail to a server (RFC 5321, 6409). It returns the
// conversation, also where it fails: "S: 220 ...", "C: EHLO ...". With several
// recipients it goes on while one is accepted; the error then is a
// *RefusedError for the first that was not, although the others have their mail.
// Errors: of LookupAddrs, of DialTCP, *RefusedError, ErrNoSTARTTLS, ErrNoAuth.
func SendMail(t *vtime.Task, h *host.Host, o Submission) (transcript []string, err error) {
	if o.Port == 0 {
		o.Port = 25
	}
	if o.Helo == "" {
		o.Helo = h.Hostname()
	}
	w, err := dialMail(t, h, o.Server, o.Port)
	if err != nil {
		return nil, err
	}
	defer w.close()
	s := &smtpSession{wireClient: w}
	err = s.submit(&o)
	return w.log, err
}

// smtpSession is a client's session.
type smtpSession struct {
	*wireClient
	extensions map[string]string // of EHLO: keyword and parameters
}

func (s *smtpSession) submit(o *Submission) error {
	if o.Port == 465 {
		if err := s.startTLS(o.Server); err != nil {
			return err
		}
	}
	if _, err := s.reply("connect", 2); err != nil {
		return err
	}
	if err := s.hello(o.Helo); err != nil {
		return err
	}
	if o.StartTLS && o.Port != 465 {
		if _, ok := s.extensions["STARTTLS"]; !ok {
			return ErrNoSTARTTLS
		}
		if _, err := s.command("STARTTLS", 2); err != nil {
			return err
		}
		if err := s.startTLS(o.Server); err != nil {
			return err
		}
		if err := s.hello(o.Helo); err != nil {
			return err
		}
	}
	if o.User != "" {
		if err := s.login(o.User, o.Password); err != nil {
			return err
		}
	}
	err := s.transaction(o)
	if _, quit := s.command("QUIT", 2); err == nil && quit != nil && !errors.Is(quit, io.ErrUnexpectedEOF) {
		return quit
	}
	return err
}

// transaction is MAIL, RCPT, DATA.
func (s *smtpSession) transaction(o *Submission) error {
	content := mail.NormalizeCRLF(o.Message)
	from := "MAIL FROM:<" + o.From + ">"
	if _, ok := s.extensions["SIZE"]; ok {
		from += fmt.Sprintf(" SIZE=%d", len(content))
	}
	if _, err := s.command(from, 2); err != nil {
		return err
	}
	var refused error
	accepted := 0
	for _, to := range o.To {
		_, err := s.command("RCPT TO:<"+to+">", 2)
		var no *RefusedError
		switch {
		case err == nil:
			accepted++
		case !errors.As(err, &no):
			return err
		case refused == nil:
			refused = err
		}
	}
	if accepted == 0 {
		return refused
	}
	if _, err := s.command("DATA", 3); err != nil {
		return err
	}
	s.log = append(s.log, fmt.Sprintf("C: (%d bytes of mail)", len(content)))
	if _, err := s.rw.Write(mail.DotStuff(content)); err != nil {
		return err
	}
	s.log = append(s.log, "C: .")
	if _, err := s.reply("end of DATA", 2); err != nil {
		return err
	}
	return refused
}

// hello greets with EHLO, or HELO where the server does not know that.
func (s *smtpSession) hello(name string) error {
	s.extensions = map[string]string{}
	r, err := s.command("EHLO "+name, 2)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code/100 == 5 {
		_, err = s.command("HELO "+name, 2)
		return err
	}
	if err != nil {
		return err
	}
	for _, line := range r.Lines[1:] {
		word, rest, _ := strings.Cut(line, " ")
		s.extensions[strings.ToUpper(word)] = rest
	}
	return nil
}

// login uses AUTH PLAIN or LOGIN (RFC 4954, 4616).
func (s *smtpSession) login(user, password string) error {
	methods := " " + strings.ToUpper(s.extensions["AUTH"]) + " "
	switch {
	case strings.Contains(methods, " PLAIN "):
		_, err := s.command("AUTH PLAIN "+base64Text([]byte("\x00"+user+"\x00"+password)), 2)
		return err
	case strings.Contains(methods, " LOGIN "):
		if _, err := s.command("AUTH LOGIN", 3); err != nil {
			return err
		}
		if _, err := s.command(base64Text([]byte(user)), 3); err != nil {
			return err
		}
		_, err := s.command(base64Text([]byte(password)), 2)
		return err
	}
	return ErrNoAuth
}

// command sends a line and wants a reply of the class.
func (s *smtpSession) command(line string, class int) (mail.Reply, error) {
	if err := s.send(line, ""); err != nil {
		return mail.Reply{}, err
	}
	return s.reply(line, class)
}

func (s *smtpSession) reply(command string, class int) (mail.Reply, error) {
	var r mail.Reply
	for len(r.Lines) < 500 {
		line, err := s.line()
		if err != nil {
			return r, err
		}
		code, text, more, err := mail.ParseReplyLine(line)
		if err != nil {
			return r, err
		}
		r.Code = code
		r.Lines = append(r.Lines, text)
		if more {
			continue
		}
		if r.Class() != class {
			return r, &RefusedError{Command: command, Reply: fmt.Sprintf("%d %s", code, strings.Join(r.Lines, " ")), Code: code}
		}
		return r, nil
	}
	return r, ErrReplyTooLong
}
