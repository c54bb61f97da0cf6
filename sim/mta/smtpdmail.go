package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
)

func (ss *session) rules() mail.Rules {
	return mail.Rules{StrictRFC821: ss.cfg.Bool("strict_rfc821_envelopes"), SMTPUTF8: ss.cfg.Bool("smtputf8_enable"), Auth: ss.facts.SASLActive}
}

// mailFrom answers MAIL (RFC 5321 4.1.1.2).
func (ss *session) mailFrom(cmd mail.Command) (mail.Reply, bool) {
	switch {
	case ss.facts.Helo == "" && ss.cfg.Bool("smtpd_helo_required"):
		return bad(503, "5.5.1 Error: send HELO/EHLO first")
	case ss.facts.HasSender:
		return bad(503, "5.5.1 Error: nested MAIL command")
	}
	args, refusal := mail.ParseMail(cmd, ss.rules())
	if refusal.Code != 0 {
		if refusal.Enhanced == (mail.Enhanced{5, 1, 7}) {
			ss.illegalAddress("MAIL", cmd.Arg(1))
		}
		return refusal, false
	}
	if !ss.smtpd.CheckAddress(args.From) {
		ss.illegalAddress("MAIL", cmd.Arg(1))
		return bad(501, "5.1.7 Bad sender address syntax")
	}
	ss.facts.Sender, ss.facts.HasSender, ss.facts.Size = args.From.Internal(), true, args.Size
	if !ss.check.DelayReject() {
		if r := ss.decide(postfix.StageMail); r != nil {
			ss.facts.Sender, ss.facts.HasSender = "", false
			return *r, false
		}
	}
	if r := ss.room(args.Size); r != nil {
		ss.facts.Sender, ss.facts.HasSender = "", false
		return *r, false
	}
	ss.mail = args
	return good(250, "2.1.0 Ok")
}

// room checks the announced size, and that the queue's disk has space for one
// and a half of the largest message.
func (ss *session) room(size int64) *mail.Reply {
	limit := ss.cfg.Int("message_size_limit")
	if limit > 0 && size > limit {
		r := mail.NewReply(552, "5.3.4 Message size exceeds fixed limit")
		return &r
	}
	st, err := ss.in.host.FS.Statfs(spool, host.Root)
	if err != nil {
		return nil
	}
	free := freeBytes(st)
	if least := ss.cfg.Int("queue_minfree"); free < 0 || free > least && free-size > least && free > limit+limit/2 {
		return nil
	}
	ss.logf(host.Info, "NOQUEUE: reject: MAIL from %s: 452 4.3.1 Insufficient system storage; from=<%s> proto=%s helo=<%s>",
		ss.facts.Client, quoteIfNeeded(ss.facts.Sender), ss.facts.Protocol, ss.facts.Helo)
	ss.logf(host.Warning, "warning: not enough free space in mail queue: %d bytes < 1.5*message size limit", free)
	r := mail.NewReply(452, "4.3.1 Insufficient system storage")
	return &r
}

// rcptTo answers RCPT (RFC 5321 4.1.1.3). With the first valid recipient the
// queue file comes into being.
func (ss *session) rcptTo(cmd mail.Command) (mail.Reply, bool) {
	if !ss.facts.HasSender {
		return bad(503, "5.5.1 Error: need MAIL command")
	}
	args, refusal := mail.ParseRcpt(cmd, ss.rules())
	if refusal.Code != 0 {
		if refusal.Enhanced == (mail.Enhanced{5, 1, 3}) {
			ss.illegalAddress("RCPT", cmd.Arg(1))
		}
		return refusal, false
	}
	if args.To.IsNull() || !ss.smtpd.CheckAddress(args.To) {
		ss.illegalAddress("RCPT", cmd.Arg(1))
		return bad(501, "5.1.3 Bad recipient address syntax")
	}
	if limit := int(ss.cfg.Int("smtpd_recipient_limit")); limit > 0 && len(ss.rcpts) >= limit {
		ss.overshoot++
		return mail.NewReply(452, "4.5.3 Error: too many recipients"), int64(ss.overshoot) <= ss.cfg.Int("smtpd_recipient_overshoot_limit")
	}
	ss.facts.Recipient = args.To.Internal()
	if r := ss.decide(postfix.StageRcpt); r != nil {
		return *r, false
	}
	if ss.entry == nil {
		if r := ss.open(); r != nil {
			return *r, false
		}
	}
	ss.rcpts = append(ss.rcpts, recipient{Addr: args.To.Internal(), Orig: args.To.Internal(), Notify: args.Notify, ORcpt: args.ORcpt})
	ss.facts.Recipients = len(ss.rcpts)
	return good(250, "2.1.5 Ok")
}

// open asks cleanup for a queue file.
func (ss *session) open() *mail.Reply {
	e, refusal := ss.in.enter(ss.t, "smtpd", ss.in.host.Clock.Now())
	if refusal != nil {
		return refusal
	}
	ss.entry, ss.facts.QueueID = e, e.m.id
	login := ""
	if ss.facts.SASLUser != "" {
		login = fmt.Sprintf(", sasl_method=%s, sasl_username=%s", ss.facts.SASLMethod, ss.facts.SASLUser)
	}
	ss.logf(host.Info, "%s: client=%s%s", e.m.id, ss.facts.Client, login)
	return nil
}

// vrfy answers VRFY (RFC 5321 3.5.1).
func (ss *session) vrfy(cmd mail.Command) (mail.Reply, bool) {
	switch {
	case ss.cfg.Bool("disable_vrfy_command"):
		return bad(502, "5.5.1 VRFY command is disabled")
	case len(cmd.Args) == 0:
		if ss.cfg.Bool("smtputf8_enable") {
			return bad(501, "5.5.4 Syntax: VRFY address [SMTPUTF8]")
		}
		return bad(501, "5.5.4 Syntax: VRFY address")
	}
	addr, err := mail.ParsePath(cmd.Rest())
	if err != nil || addr.IsNull() || !ss.smtpd.CheckAddress(addr) {
		ss.illegalAddress("VRFY", cmd.Rest())
		return bad(501, "5.1.3 Bad recipient address syntax")
	}
	saved := ss.facts.Recipient
	ss.facts.Recipient = addr.Internal()
	defer func() { ss.facts.Recipient = saved }()
	if r := ss.decide(postfix.StageVrfy); r != nil {
		return *r, false
	}
	return good(252, "2.0.0 "+printable(cmd.Rest()))
}

// etrn answers ETRN (RFC 1985): deferred mail for a domain is tried now.
func (ss *session) etrn(cmd mail.Command) (mail.Reply, bool) {
	switch {
	case ss.facts.Helo == "" && ss.cfg.Bool("smtpd_helo_required"):
		return bad(503, "Error: send HELO/EHLO first")
	case ss.facts.HasSender:
		return bad(503, "Error: MAIL transaction in progress")
	case len(cmd.Args) != 1:
		return bad(500, "Syntax: ETRN domain")
	}
	domain := strings.TrimLeft(cmd.Arg(0), "@#")
	if !mail.ValidHostname(domain) {
		return bad(501, "Error: invalid parameter syntax")
	}
	ss.facts.ETRN = domain
	if r := ss.decide(postfix.StageEtrn); r != nil {
		return *r, false
	}
	refuse := func() { ss.logf(host.Warning, "warning: reject: ETRN %.100s... from %s", domain, ss.facts.Client) }
	if ok, err := ss.smtpd.Router().IsRelay(domain); err != nil || !ok {
		refuse()
		return bad(459, "<"+domain+">: service unavailable")
	}
	ss.in.runQueue(true, func(m *message) bool { return m.hasDomain(domain) })
	return good(250, "Queuing started")
}
