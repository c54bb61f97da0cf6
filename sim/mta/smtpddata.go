package mta

import (
	"bytes"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
)

// maxContent bounds a message where message_size_limit does not.
const maxContent = 64 << 20

// body collects the content of a message in queue form, up to a limit; what
// exceeds it is counted but not kept.
type body struct {
	bytes.Buffer
	limit   int64
	size    int64 // octets received
	tooBig  bool
	started bool // the first line was seen
	midLine bool // the last piece was not the end of its line
}

func (ss *session) newBody() *body {
	limit := ss.cfg.Int("message_size_limit")
	if limit <= 0 || limit > maxContent {
		limit = maxContent
	}
	return &body{limit: limit}
}

// add appends a line, or a piece of a long one.
func (b *body) add(piece []byte, whole bool) {
	b.size += int64(len(piece))
	if whole {
		b.size += 2
	}
	if b.tooBig = b.tooBig || b.size > b.limit; b.tooBig {
		b.forget()
		return
	}
	if !b.started {
		b.started = true
		switch text := bytes.TrimLeft(piece, ">"); {
		case bytes.HasPrefix(text, []byte("From ")): // a mailbox separator is no header field
			b.WriteString("X-Mailbox-Line: ")
		case len(piece) > 0 && (piece[0] == ' ' || piece[0] == '\t'):
			b.WriteByte('\n')
		}
	}
	b.Write(piece)
	if b.midLine = !whole; whole {
		b.WriteByte('\n')
	}
}

// forget drops the content, except the beginning of the header.
func (b *body) forget() { b.Truncate(min(b.Len(), 4096)) }

// logMessageID is cleanup's line about a message that does not get into the
// queue.
func (e *entry) logMessageID(b *body) {
	id, ok := mail.ParseMessage(b.Bytes()).Get("Message-Id")
	if !ok {
		id = "<>"
	}
	e.p.logf(host.Info, "%s: message-id=%s", e.m.id, id)
}

// mayGo checks whether the message may follow now.
func (ss *session) mayGo() (mail.Reply, bool) {
	if len(ss.rcpts) == 0 {
		if !ss.facts.HasSender {
			return bad(503, "5.5.1 Error: need RCPT command")
		}
		return bad(554, "5.5.1 Error: no valid recipients")
	}
	ss.facts.Recipient = ""
	if len(ss.rcpts) == 1 {
		ss.facts.Recipient = ss.rcpts[0].Addr
	}
	if r := ss.decide(postfix.StageData); r != nil {
		return *r, false
	}
	return mail.Reply{}, true
}

// data answers DATA (RFC 5321 4.1.1.4): it reads the message up to the final
// dot and queues it.
func (ss *session) data(cmd mail.Command) (mail.Reply, bool) {
	if ss.chunks != nil {
		return bad(503, "5.5.1 Error: DATA after BDAT")
	}
	if len(cmd.Args) > 0 {
		return bad(501, "5.5.4 Syntax: DATA")
	}
	if r, ok := ss.mayGo(); !ok {
		return r, false
	}
	ss.write(mail.NewReply(354, "End data with <CR><LF>.<CR><LF>"))
	b := ss.newBody()
	for {
		piece, whole, ok := ss.input.record(int(ss.cfg.Int("line_length_limit")))
		if !ok {
			return ss.cutOff("DATA", b)
		}
		if !b.midLine && len(piece) > 0 && piece[0] == '.' { // RFC 5321 4.5.2
			if piece = piece[1:]; len(piece) == 0 && whole {
				return ss.queue(b)
			}
		}
		b.add(piece, whole)
	}
}

// cutOff ends a session that breaks off inside a message.
func (ss *session) cutOff(verb string, b *body) (mail.Reply, bool) {
	ss.partial = b
	ss.last = verb + " (" + strconv.FormatInt(b.size, 10) + " bytes)"
	ss.broken()
	return mail.Reply{}, false
}

// bdat answers BDAT (RFC 3030): a chunk of the message follows.
func (ss *session) bdat(cmd mail.Command) (mail.Reply, bool) {
	last := len(cmd.Args) == 2 && strings.EqualFold(cmd.Arg(1), "LAST")
	size, err := strconv.ParseUint(cmd.Arg(0), 10, 62)
	if err != nil || len(cmd.Args) > 2 || len(cmd.Args) == 2 && !last { // where the next command begins is unknown
		id := ss.facts.QueueID
		if id == "" {
			id = "NOQUEUE"
		}
		ss.logf(host.Warning, "warning: %s: malformed BDAT command syntax from %s: %.100s", id, ss.facts.Client, printable(cmd.Line))
		ss.quit = true
		return bad(521, "5.5.4 Syntax: BDAT count [LAST]")
	}
	refusal, ok := mail.Reply{}, true
	if ss.chunks == nil {
		refusal, ok = ss.mayGo()
		ss.chunks = ss.newBody()
	}
	if !ss.chunk(ss.chunks, int64(size)) {
		return ss.cutOff("BDAT", ss.chunks)
	}
	switch {
	case !ok:
		ss.reset()
		return refusal, false
	case !last && ss.chunks.tooBig:
		ss.reset()
		return bad(552, "5.3.4 Message size exceeds fixed limit")
	case !last:
		return good(250, "2.0.0 Ok: "+strconv.FormatUint(size, 10)+" bytes")
	}
	b := ss.chunks
	ss.chunks = nil
	if n := b.Len(); n > 0 && b.Bytes()[n-1] != '\n' {
		b.WriteByte('\n')
	}
	return ss.queue(b)
}

// chunk reads the bytes of a BDAT.
func (ss *session) chunk(b *body, left int64) bool {
	buf := make([]byte, 4096)
	for left > 0 {
		n, ok := ss.input.raw(buf[:min(left, int64(len(buf)))])
		if !ok {
			return false
		}
		left -= int64(n)
		if b.size += int64(n); b.size > b.limit {
			b.tooBig = true
			b.forget()
		} else {
			b.Write(buf[:n])
		}
	}
	return true
}

// queue gives the message to cleanup and ends the transaction.
func (ss *session) queue(b *body) (mail.Reply, bool) {
	defer ss.reset()
	ss.junk = 0
	id := ss.facts.QueueID
	msg := mail.ParseMessage(b.Bytes())
	if b.tooBig {
		ss.entry.logMessageID(b)
		ss.logf(host.Warning, "warning: %s: queue file size limit exceeded", id)
		ss.entry.p.logf(host.Warning, "warning: mail_stream_cleanup: close error")
		return errTooBig, false
	}
	ss.facts.Size = b.size
	dec := ss.evaluate(postfix.StageEndOfData)
	if dec.Verdict == postfix.Reject {
		return dec.Reply, false
	}
	e := ss.entry
	e.m.sender, e.m.rcpts, e.m.envID, e.m.ret = ss.facts.Sender, ss.rcpts, ss.mail.EnvID, ss.mail.Ret
	e.m.local = ss.rewrites()
	e.hold = dec.Effects.Hold
	ss.redirect(e, dec.Effects)
	msg.Prepend(ss.received(id))
	for i := len(dec.Effects.Prepend) - 1; i >= 0; i-- {
		name, value, _ := strings.Cut(dec.Effects.Prepend[i], ":")
		msg.Prepend(mail.Field{Name: name, Value: strings.TrimLeft(value, " \t")})
	}
	ss.entry = nil
	if dec.Effects.Discard {
		e.abort()
		return good(250, "2.0.0 Ok: queued as "+id)
	}
	if refusal := e.finish(ss.t, msg); refusal != nil {
		return *refusal, false
	}
	return good(250, "2.0.0 Ok: queued as "+id)
}

// redirect applies the recipients access tables have asked for (access(5),
// REDIRECT and BCC).
func (ss *session) redirect(e *entry, fx postfix.Effects) {
	if fx.Redirect != "" {
		e.m.rcpts = []recipient{{Addr: fx.Redirect, Orig: fx.Redirect}}
	}
	for _, bcc := range fx.BCC {
		e.m.rcpts = append(e.m.rcpts, recipient{Addr: bcc, Orig: bcc, Notify: mail.NotifyNever})
	}
}

// rewrites reports whether the client's mail gets missing header fields: that of
// local_header_rewrite_clients does.
func (ss *session) rewrites() bool {
	for _, w := range ss.cfg.List("local_header_rewrite_clients") {
		switch w {
		case "permit_inet_interfaces":
			for _, own := range ss.cfg.OwnAddresses() {
				if own == ss.facts.Client.Addr {
					return true
				}
			}
		case "permit_mynetworks":
			if ok, _, err := ss.smtpd.NetworkList().MatchClient(ss.facts.Client.Name, ss.facts.Client.Addr.String()); ok && err == nil {
				return true
			}
		case "permit_sasl_authenticated":
			if ss.facts.SASLUser != "" {
				return true
			}
		}
	}
	return false
}

// received writes the trace field (RFC 5321 4.4).
func (ss *session) received(id string) mail.Field {
	r := mail.Received{Helo: ss.facts.Helo, ClientName: ss.facts.Client.Name, ClientAddr: ss.facts.Client.Addr, By: ss.cfg.Str("myhostname"),
		MailName: ss.cfg.Str("mail_name"), With: ss.facts.Protocol, AuthUser: ss.facts.SASLUser,
		ShowAuth: ss.cfg.Bool("smtpd_sasl_authenticated_header"), QueueID: id, At: ss.in.host.Now()}
	if r.Secure = ss.secured(); r.Secure && ss.cfg.Bool("smtpd_tls_received_header") {
		r.TLS = tlsSummary(ss.conn.TLS(), ss.tls.Certificates[0].Leaf)
	}
	if ss.mail.SMTPUTF8 {
		r.With = "UTF8SMTP"
	}
	if len(ss.rcpts) == 1 {
		r.For = ss.rcpts[0].Addr
	}
	return r.Field()
}
