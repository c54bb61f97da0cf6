package mta

import (
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// maxTranscript bounds the lines kept of a conversation.
const maxTranscript = 100

// transcript is the conversation so far, for a notice to the postmaster.
type transcript struct {
	lines    []string
	software bool // the configuration is wrong: 451 4.3.5
	resource bool // something of this host is missing: 454 4.7.0
}

func (c *transcript) in(line string) { c.add(" In:  " + printable(line)) }

func (c *transcript) out(wire string) {
	for line := range strings.Lines(wire) {
		c.add(" Out: " + strings.TrimRight(line, "\r\n"))
	}
}

func (c *transcript) add(line string) {
	if len(c.lines) < maxTranscript {
		c.lines = append(c.lines, line)
	}
}

// tellPostmaster mails the conversation to error_notice_recipient when the
// configuration or a missing file made it go wrong and notify_classes says so.
func (ss *session) tellPostmaster() {
	classes := ss.cfg.List("notify_classes")
	if !(ss.chat.software && slices.Contains(classes, "software") || ss.chat.resource && slices.Contains(classes, "resource")) {
		return
	}
	e, refusal := ss.in.enter(ss.t, "smtpd", ss.in.host.Clock.Now())
	if refusal != nil {
		ss.logf(host.Warning, "warning: postmaster notify: %s", refusal)
		return
	}
	name, to := ss.cfg.Str("myhostname"), ss.cfg.Str("error_notice_recipient")
	e.m.sender, e.m.rcpts, e.m.local = ss.in.doubleBounce(), []recipient{{Addr: to, Orig: to}}, true
	msg := mail.Message{Header: []mail.Field{
		mail.InternalReceived(name, ss.cfg.Str("mail_name"), e.m.id, ss.in.host.Now()),
		{Name: "From", Value: "Mail Delivery System <MAILER-DAEMON@" + name + ">"},
		{Name: "To", Value: "Postmaster <" + to + "@" + ss.cfg.Origin() + ">"},
		{Name: "Subject", Value: ss.cfg.Str("mail_name") + " SMTP server: errors from " + ss.facts.Client.String()},
	}}
	why := "Session aborted, reason: " + ss.reason
	if ss.reason == "" {
		why = "For other details, see the local mail logfile"
	} else {
		why += "\n\nFor other details, see the local mail logfile"
	}
	msg.Body = []byte("Transcript of session follows.\n\n" + strings.Join(ss.chat.lines, "\n") + "\n\n" + why + "\n")
	if refusal := e.finish(ss.t, msg); refusal != nil {
		ss.logf(host.Warning, "warning: postmaster notify: %s", refusal)
	}
}
