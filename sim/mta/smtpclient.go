package mta

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
)

// client is one session of an attempt with a server. It takes the recipients it
// has dealt with off the attempt's list.
type client struct {
	*attempt
	conn   *vnet.Conn
	server postfix.ServerAddress
	port   uint16
	final  bool // no other server will be tried: temporary errors count
	buf    []byte
	plain  bool              // TLS has failed before and is not required
	retry  bool              // another session, in clear, must follow
	ext    map[string]string // EHLO keywords, upper case, with their arguments
}

// errLost and errTimeout end a session from without.
var (
	errLost    = errors.New("lost connection")
	errTimeout = errors.New("conversation timed out")
)

// maxReply bounds what is kept of one reply.
const maxReply = 64 << 10

// run holds the session.
func (c *client) run() {
	if !c.greet() || !c.secure() || !c.authenticate() {
		return
	}
	c.setUp = c.in.host.Clock.Now()
	c.relay = relayName(c.server, c.port)
	if limit, err := strconv.ParseInt(c.ext["SIZE"], 10, 64); err == nil && limit > 0 && c.m.size > limit {
		c.giveUp(mail.TooLarge(c.m.size, limit, c.server.Host, c.server.Addr))
		return
	}
	c.transaction()
}

// giveUp records a failure for all recipients left, unless another server may
// do better.
func (c *client) giveUp(f mail.Failure) {
	if c.relay == "none" {
		c.relay = relayName(c.server, c.port)
		if c.setUp.IsZero() {
			c.setUp = c.in.host.Clock.Now()
		}
	}
	if f.Temporary() && !c.final {
		c.p.logf(host.Info, "%s: %s", c.m.id, f.Text)
		return
	}
	c.all(f)
	c.rcpts = nil
}

// broken is the failure of a session that ended while phase was under way.
func (c *client) broken(err error, phase string) mail.Failure {
	if errors.Is(err, errTimeout) {
		return mail.TimedOut(c.server.Host, c.server.Addr, phase)
	}
	return mail.LostConnection(c.server.Host, c.server.Addr, phase)
}

func (c *client) refusal(r mail.Reply, command string) mail.Failure {
	return mail.ReplyFailure(c.server.Host, c.server.Addr, r, command)
}

func (c *client) send(lines ...string) {
	for _, l := range lines {
		c.conn.Write([]byte(l + "\r\n"))
	}
}

// bye leaves in an orderly way, without waiting for the answer
// (smtp_skip_quit_response).
func (c *client) bye() { c.send("QUIT") }

// reply reads one reply.
func (c *client) reply(timeout string) (mail.Reply, error) {
	c.conn.SetReadTimeout(c.p.cfg.Duration(timeout))
	var text strings.Builder
	for text.Len() < maxReply {
		line, err := c.line()
		if err != nil {
			return mail.Reply{}, err
		}
		text.WriteString(line + "\n")
		if _, _, more, err := mail.ParseReplyLine(line); err != nil || !more {
			break
		}
	}
	r, err := mail.ParseReply(text.String())
	if err != nil { // smtp_chat_resp: "500 ..." is made of a reply out of order
		first, _, _ := strings.Cut(text.String(), "\n")
		c.p.logf(host.Warning, "warning: valid RFC5321 response expected from %s: %.100s", mail.Peer(c.server.Host, c.server.Addr), first)
		return mail.NewReply(500, "5.5.0 "+first), nil
	}
	return r, nil
}

// line reads one line, at most maxReply bytes of it.
func (c *client) line() (string, error) {
	for {
		if i := bytes.IndexByte(c.buf, '\n'); i >= 0 || len(c.buf) >= maxReply {
			if i < 0 {
				i = len(c.buf) - 1
			}
			line := strings.TrimRight(string(c.buf[:i]), "\r")
			c.buf = c.buf[i+1:]
			return line, nil
		}
		var b [2048]byte
		n, err := c.conn.Read(b[:])
		c.buf = append(c.buf, b[:n]...)
		if n > 0 || err == nil {
			continue
		}
		if ne, ok := err.(interface{ Timeout() bool }); ok && ne.Timeout() {
			return "", errTimeout
		}
		return "", errLost
	}
}

// greet reads the banner and says EHLO, or HELO to a server without ESMTP. It
// reports whether the session goes on.
func (c *client) greet() bool {
	r, err := c.reply("smtp_helo_timeout")
	switch {
	case err != nil:
		c.giveUp(c.broken(err, "receiving the initial server greeting"))
		return false
	case r.Class() != 2:
		f := mail.GreetingFailure(c.server.Host, c.server.Addr, r)
		if r.Class() == 5 && c.p.cfg.Bool("smtp_skip_5xx_greeting") { // another exchanger may talk to us
			f.Status[0] = 4
		}
		c.bye()
		c.giveUp(f)
		return false
	}
	return c.hello()
}

// hello says EHLO, or HELO. It reports whether the session goes on.
func (c *client) hello() bool {
	name := c.p.cfg.Str("smtp_helo_name")
	command := "EHLO"
	c.send("EHLO " + name)
	r, err := c.reply("smtp_helo_timeout")
	if err == nil && r.Class() == 5 {
		command = "HELO"
		c.send("HELO " + name)
		if r, err = c.reply("smtp_helo_timeout"); err == nil {
			r.Lines = r.Lines[:1]
		}
	}
	switch {
	case err != nil:
		c.giveUp(c.broken(err, "performing the "+command+" handshake"))
		return false
	case r.Class() != 2:
		c.bye()
		c.giveUp(mail.GreetingFailure(c.server.Host, c.server.Addr, r))
		return false
	}
	c.ext = map[string]string{}
	for _, l := range r.Lines[1:] {
		word, rest, _ := strings.Cut(l, " ")
		c.ext[strings.ToUpper(word)] = rest
	}
	return true
}

func (c *client) offers(keyword string) bool {
	_, ok := c.ext[keyword]
	return ok
}

// transaction sends the message. With PIPELINING the envelope commands go out
// together (RFC 2920).
func (c *client) transaction() {
	commands := c.envelope()
	sent := 0
	answer := func(i int, timeout string) (mail.Reply, error) {
		for sent <= i || sent < len(commands) && c.offers("PIPELINING") {
			c.send(commands[sent])
			sent++
		}
		return c.reply(timeout)
	}
	last := len(commands) - 1
	r, err := answer(0, "smtp_mail_timeout")
	if err != nil {
		c.giveUp(c.broken(err, "sending MAIL FROM"))
		return
	}
	if r.Class() != 2 {
		c.giveUp(c.refusal(r, "MAIL FROM command"))
		c.reset(last)
		return
	}
	later, ok := c.offer(answer)
	if !ok {
		return
	}
	if len(c.rcpts) == 0 {
		c.reset(1)
	} else if r, err = answer(last, "smtp_data_init_timeout"); err != nil {
		c.giveUp(c.broken(err, "sending DATA command"))
	} else if r.Class() != 3 {
		c.giveUp(c.refusal(r, "DATA command"))
		c.send("RSET", "QUIT")
	} else {
		c.content()
	}
	c.rcpts = append(c.rcpts, later...)
}

// offer names the recipients. Those the server accepts stay on the list, later
// are those for another server. It reports false when the session broke.
func (c *client) offer(answer func(int, string) (mail.Reply, error)) (later []recipient, ok bool) {
	var accepted []recipient
	for i, rc := range c.rcpts {
		r, err := answer(1+i, "smtp_rcpt_timeout")
		if err != nil {
			c.rcpts = append(append(later, accepted...), c.rcpts[i:]...)
			c.giveUp(c.broken(err, "sending RCPT TO"))
			return nil, false
		}
		switch f := c.refusal(r, "RCPT TO command"); {
		case r.Class() == 2:
			accepted = append(accepted, rc)
		case f.Temporary() && !c.final:
			c.p.logf(host.Info, "%s: %s", c.m.id, f.Text)
			later = append(later, rc)
		default:
			c.fail(rc, f)
		}
	}
	c.rcpts = accepted
	return later, true
}

// reset ends a transaction nobody has accepted: with PIPELINING so many replies
// to what was already sent are read, then RSET and QUIT follow.
func (c *client) reset(pending int) {
	if c.offers("PIPELINING") {
		for range pending {
			if _, err := c.reply("smtp_rset_timeout"); err != nil {
				return
			}
		}
	}
	c.send("RSET")
	if _, err := c.reply("smtp_rset_timeout"); err == nil {
		c.bye()
	}
}

// envelope writes MAIL, a RCPT for each recipient, and DATA.
func (c *client) envelope() []string {
	from := "MAIL FROM:<" + quoteIfNeeded(c.m.sender) + ">"
	if c.offers("SIZE") {
		from += " SIZE=" + strconv.FormatInt(c.m.size, 10)
	}
	if c.offers("8BITMIME") && slices.ContainsFunc(c.m.data, func(b byte) bool { return b >= 0x80 }) {
		from += " BODY=8BITMIME"
	}
	dsn := c.offers("DSN")
	if dsn && c.m.ret != "" {
		from += " RET=" + string(c.m.ret)
	}
	if dsn && c.m.envID != "" {
		from += " ENVID=" + mail.EncodeXText(c.m.envID)
	}
	list := make([]string, 1, len(c.rcpts)+2)
	list[0] = from
	for _, r := range c.rcpts {
		to := "RCPT TO:<" + quoteIfNeeded(r.Addr) + ">"
		if kind, addr, ok := strings.Cut(r.ORcpt, ";"); dsn && ok {
			to += " ORCPT=" + kind + ";" + mail.EncodeXText(addr)
		}
		if dsn && r.Notify != 0 {
			to += " NOTIFY=" + notifyWords(r.Notify)
		}
		list = append(list, to)
	}
	return append(list, "DATA")
}

func notifyWords(n mail.Notify) string {
	var words []string
	for _, w := range []struct {
		bit  mail.Notify
		name string
	}{{mail.NotifyNever, "NEVER"}, {mail.NotifySuccess, "SUCCESS"}, {mail.NotifyFailure, "FAILURE"}, {mail.NotifyDelay, "DELAY"}} {
		if n&w.bit != 0 {
			words = append(words, w.name)
		}
	}
	return strings.Join(words, ",")
}

// content sends the message after DATA and records the verdict.
func (c *client) content() {
	c.conn.Write(mail.DotStuff(c.m.data))
	r, err := c.reply("smtp_data_done_timeout")
	switch {
	case err != nil:
		c.giveUp(c.broken(err, "sending end of data -- message may be sent more than once"))
	case r.Class() != 2:
		c.giveUp(c.refusal(r, "end of DATA command"))
		c.bye()
	default:
		for _, rc := range c.rcpts {
			c.sent(rc, mail.DeliveryStatus(r), r.String())
		}
		c.rcpts = nil
		c.bye()
	}
}
