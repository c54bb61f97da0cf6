package mta

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
)

func (ss *session) rules() mail.Rules {
	return mail.Rules{StrictRFC821: ss.d.cfg.Bool("strict_rfc821_envelopes"), SMTPUTF8: ss.d.cfg.Bool("smtputf8_enable"), Auth: ss.facts.SASLActive}
}

func (ss *session) reset() {
	ss.hasMail, ss.rcpts = false, nil
	ss.facts.HasSender, ss.facts.Sender, ss.facts.Recipient, ss.facts.Recipients = false, "", "", 0
	ss.check.Reset()
}

func (ss *session) helo(cmd mail.Command) mail.Reply { return ss.greet(cmd, false) }
func (ss *session) ehlo(cmd mail.Command) mail.Reply { return ss.greet(cmd, true) }

// greet answers HELO and EHLO (RFC 5321 4.1.1.1).
func (ss *session) greet(cmd mail.Command, esmtp bool) mail.Reply {
	if len(cmd.Args) == 0 {
		return mail.NewReply(501, "Syntax: "+cmd.Verb+" hostname")
	}
	ss.reset()
	ss.facts.Helo = cmd.Rest()
	stage := postfix.StageHelo
	if esmtp {
		stage = postfix.StageEhlo
	}
	if !ss.check.DelayReject() {
		if r := ss.decide(stage); r != nil {
			ss.facts.Helo = ""
			return *r
		}
	}
	ss.esmtp = esmtp
	name := ss.d.cfg.Str("myhostname")
	if !esmtp {
		ss.facts.Protocol = "SMTP"
		return mail.NewReply(250, name)
	}
	ss.facts.Protocol = "ESMTP"
	r := mail.NewReply(250, name)
	r.Lines = append(r.Lines, ss.extensions()...)
	return r
}

func (ss *session) extensions() []string {
	cfg := ss.d.cfg
	list := []string{"PIPELINING"}
	if limit := cfg.Int("message_size_limit"); limit > 0 {
		list = append(list, fmt.Sprintf("SIZE %d", limit))
	} else {
		list = append(list, "SIZE")
	}
	if !cfg.Bool("disable_vrfy_command") {
		list = append(list, "VRFY")
	}
	list = append(list, "ETRN")
	if ss.facts.SASLActive && ss.facts.SASLUser == "" {
		list = append(list, "AUTH PLAIN LOGIN")
	}
	list = append(list, "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")
	if cfg.Bool("smtputf8_enable") {
		list = append(list, "SMTPUTF8")
	}
	drop := strings.Fields(strings.ToLower(strings.ReplaceAll(cfg.Str("smtpd_discard_ehlo_keywords"), ",", " ")))
	kept := list[:0]
	for _, e := range list {
		word, _, _ := strings.Cut(strings.ToLower(e), " ")
		if !slices.Contains(drop, word) {
			kept = append(kept, e)
		}
	}
	return kept
}

// mailFrom answers MAIL (RFC 5321 4.1.1.2).
func (ss *session) mailFrom(cmd mail.Command) mail.Reply {
	switch {
	case ss.facts.Helo == "" && ss.d.cfg.Bool("smtpd_helo_required"):
		return mail.NewReply(503, "5.5.1 Error: send HELO/EHLO first")
	case ss.hasMail:
		return mail.NewReply(503, "5.5.1 Error: nested MAIL command")
	}
	args, bad := mail.ParseMail(cmd, ss.rules())
	if bad.Code != 0 {
		return bad
	}
	if !ss.d.smtpd.CheckAddress(args.From) {
		return mail.NewReply(501, "5.1.7 Bad sender address syntax")
	}
	if limit := ss.d.cfg.Int("message_size_limit"); limit > 0 && args.Size > limit {
		return mail.NewReply(552, "5.3.4 Message size exceeds fixed limit")
	}
	ss.facts.Sender, ss.facts.HasSender, ss.facts.Size = args.From.Internal(), true, args.Size
	if !ss.check.DelayReject() {
		if r := ss.decide(postfix.StageMail); r != nil {
			ss.facts.Sender, ss.facts.HasSender = "", false
			return *r
		}
	}
	ss.hasMail, ss.mail = true, args
	return mail.NewReply(250, "2.1.0 Ok")
}

// rcptTo answers RCPT (RFC 5321 4.1.1.3).
func (ss *session) rcptTo(cmd mail.Command) mail.Reply {
	if !ss.hasMail {
		return mail.NewReply(503, "5.5.1 Error: need MAIL command")
	}
	args, bad := mail.ParseRcpt(cmd, ss.rules())
	if bad.Code != 0 {
		return bad
	}
	if args.To.IsNull() || !ss.d.smtpd.CheckAddress(args.To) {
		return mail.NewReply(501, "5.1.3 Bad recipient address syntax")
	}
	if limit := int(ss.d.cfg.Int("smtpd_recipient_limit")); limit > 0 && len(ss.rcpts) >= limit {
		return mail.NewReply(452, "4.5.3 Error: too many recipients")
	}
	ss.facts.Recipient = args.To.Internal()
	if r := ss.decide(postfix.StageRcpt); r != nil {
		return *r
	}
	ss.rcpts = append(ss.rcpts, recipient{Addr: args.To.Internal(), Orig: args.To.Internal(), Notify: args.Notify, ORcpt: args.ORcpt})
	ss.facts.Recipients = len(ss.rcpts)
	return mail.NewReply(250, "2.1.5 Ok")
}

// dataCmd answers DATA (RFC 5321 4.1.1.4); the message follows.
func (ss *session) dataCmd(cmd mail.Command) mail.Reply {
	switch {
	case !ss.hasMail:
		return mail.NewReply(503, "5.5.1 Error: need RCPT command")
	case len(ss.rcpts) == 0:
		return mail.NewReply(554, "5.5.1 Error: no valid recipients")
	case len(cmd.Args) > 0:
		return mail.NewReply(501, "5.5.4 Syntax: DATA")
	}
	if len(ss.rcpts) == 1 {
		ss.facts.Recipient = ss.rcpts[0].Addr
	} else {
		ss.facts.Recipient = ""
	}
	if r := ss.decide(postfix.StageData); r != nil {
		return *r
	}
	return mail.NewReply(354, "End data with <CR><LF>.<CR><LF>")
}

// receive reads the message up to the final dot and queues it.
func (ss *session) receive() mail.Reply {
	limit := ss.d.cfg.Int("message_size_limit")
	var body bytes.Buffer
	size, tooBig := int64(0), false
	for {
		line, ok := ss.readLine(ss.d.cfg.Duration("smtpd_timeout"))
		if !ok {
			ss.quit = true
			ss.d.logf(host.Info, "lost connection after DATA (%d bytes) from %s", size, ss.facts.Client)
			return mail.Reply{}
		}
		if line == "." {
			break
		}
		size += int64(len(line)) + 2
		if limit > 0 && size > limit {
			tooBig = true
			continue
		}
		body.WriteString(strings.TrimPrefix(line, ".")) // a leading dot was stuffed (RFC 5321 4.5.2)
		body.WriteByte('\n')
	}
	defer ss.reset()
	if tooBig {
		ss.d.logf(host.Warning, "warning: queue file size limit exceeded")
		return errTooBig
	}
	ss.facts.Size = size
	if r := ss.decide(postfix.StageEndOfData); r != nil {
		return *r
	}
	s := &submission{sender: ss.facts.Sender, rcpts: ss.rcpts, envID: ss.mail.EnvID, ret: ss.mail.Ret, origin: "smtpd", msg: mail.ParseMessage(body.Bytes())}
	s.trace = ss.received
	s.begun = func(id string) {
		auth := ""
		if ss.facts.SASLUser != "" {
			auth = fmt.Sprintf(", sasl_method=%s, sasl_username=%s", ss.facts.SASLMethod, ss.facts.SASLUser)
		}
		ss.d.logf(host.Info, "%s: client=%s%s", id, ss.facts.Client, auth)
	}
	id, refusal := ss.in.cleanup(ss.t, s)
	if refusal != nil {
		return *refusal
	}
	return mail.NewReply(250, "2.0.0 Ok: queued as "+id)
}

// received writes the trace field (RFC 5321 4.4).
func (ss *session) received(id string) mail.Field {
	r := mail.Received{Helo: ss.facts.Helo, ClientName: ss.facts.Client.Name, ClientAddr: ss.facts.Client.Addr, By: ss.d.cfg.Str("myhostname"),
		With: ss.facts.Protocol, AuthUser: ss.facts.SASLUser, ShowAuth: ss.d.cfg.Bool("smtpd_sasl_authenticated_header"), QueueID: id, At: ss.in.host.Now()}
	if ss.facts.SASLUser != "" && r.With == "ESMTP" {
		r.With = "ESMTPA"
	}
	if len(ss.rcpts) == 1 {
		r.For = ss.rcpts[0].Addr
	}
	return r.Field()
}

func (ss *session) rset(cmd mail.Command) mail.Reply {
	if len(cmd.Args) > 0 {
		return mail.NewReply(501, "5.5.4 Syntax: RSET")
	}
	ss.reset()
	return mail.NewReply(250, "2.0.0 Ok")
}

func (ss *session) noop(mail.Command) mail.Reply { return mail.NewReply(250, "2.0.0 Ok") }

func (ss *session) quitCmd(mail.Command) mail.Reply {
	ss.quit = true
	return mail.NewReply(221, "2.0.0 Bye")
}

func (ss *session) startTLS(mail.Command) mail.Reply {
	return mail.NewReply(502, "5.5.1 Error: command not implemented")
}

func (ss *session) etrn(cmd mail.Command) mail.Reply {
	if len(cmd.Args) != 1 {
		return mail.NewReply(500, "Syntax: ETRN domain")
	}
	ss.facts.ETRN = cmd.Arg(0)
	if r := ss.decide(postfix.StageEtrn); r != nil {
		return *r
	}
	domain := cmd.Arg(0)
	ss.in.runQueue(true, func(m *message) bool { return m.hasDomain(domain) })
	return mail.NewReply(250, "Queuing started")
}

// hasDomain reports whether a recipient is in the domain.
func (m *message) hasDomain(domain string) bool {
	for _, r := range m.rcpts {
		if _, d := mail.SplitAddress(r.Addr); strings.EqualFold(d, domain) {
			return true
		}
	}
	return false
}

// vrfy answers VRFY (RFC 5321 3.5.1).
func (ss *session) vrfy(cmd mail.Command) mail.Reply {
	switch {
	case ss.d.cfg.Bool("disable_vrfy_command"):
		return mail.NewReply(502, "5.5.1 VRFY command is disabled")
	case len(cmd.Args) == 0:
		return mail.NewReply(501, "5.5.4 Syntax: VRFY address")
	}
	addr, err := mail.ParsePath(cmd.Rest())
	if err != nil {
		return mail.NewReply(501, "5.1.3 Bad recipient address syntax")
	}
	ss.facts.Recipient = addr.Internal()
	if r := ss.decide(postfix.StageVrfy); r != nil {
		return *r
	}
	return mail.NewReply(252, "2.0.0 "+cmd.Rest())
}
