package mta

import (
	"strings"
	"unicode/utf8"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// verb is one command smtpd knows.
type verb struct {
	run  func(*session, mail.Command) (r mail.Reply, ok bool)
	junk bool // counts against smtpd_junk_command_limit
	last bool // must be the last one of a pipelined group (RFC 2920)
}

// lookupVerb finds one of smtpd's commands.
func lookupVerb(name string) (verb, bool) {
	switch name {
	case "HELO":
		return verb{run: (*session).helo, junk: true, last: true}, true
	case "EHLO":
		return verb{run: (*session).ehlo, junk: true, last: true}, true
	case "STARTTLS":
		return verb{run: (*session).startTLS}, true
	case "AUTH":
		return verb{run: (*session).auth}, true
	case "MAIL":
		return verb{run: (*session).mailFrom}, true
	case "RCPT":
		return verb{run: (*session).rcptTo}, true
	case "DATA":
		return verb{run: (*session).data, last: true}, true
	case "BDAT":
		return verb{run: (*session).bdat}, true
	case "RSET":
		return verb{run: (*session).rset, junk: true}, true
	case "NOOP":
		return verb{run: (*session).noop, junk: true, last: true}, true
	case "VRFY":
		return verb{run: (*session).vrfy, junk: true, last: true}, true
	case "ETRN":
		return verb{run: (*session).etrn, junk: true}, true
	case "QUIT":
		return verb{run: (*session).quitCommand}, true
	}
	return verb{}, false
}

// command answers one command line.
func (ss *session) command(line string) {
	line, _, _ = strings.Cut(line, "\x00") // to smtpd a line is a C string
	cmd, ok := mail.ParseCommand(line)
	if !ok {
		ss.fault(mail.NewReply(500, "5.5.2 Error: bad syntax"))
		return
	}
	if ss.cfg.Bool("smtputf8_enable") && !utf8.ValidString(line) {
		ss.fault(mail.NewReply(500, "5.5.2 Error: bad UTF-8 syntax"))
		return
	}
	v, known := lookupVerb(cmd.Verb)
	if !known {
		ss.unknown(cmd, line)
		return
	}
	ss.last = cmd.Verb
	if ss.needsTLS(cmd.Verb) {
		ss.count(strings.ToLower(cmd.Verb), false)
		ss.fault(mail.NewReply(530, "5.7.0 Must issue a STARTTLS command first"))
		return
	}
	if ss.denied != nil && cmd.Verb != "QUIT" {
		ss.errors++
		ss.write(mail.Replyf(503, "5.7.0 Error: access denied for %s", ss.facts.Client))
		return
	}
	if !ss.illegal && ss.input.pending() && (v.last || ss.facts.Protocol == "SMTP") {
		ss.improper()
	}
	r, good := v.run(ss, cmd)
	ss.count(strings.ToLower(cmd.Verb), good)
	if v.junk {
		if ss.junk++; ss.junk > ss.cfg.Int("smtpd_junk_command_limit") {
			ss.errors++
		}
	}
	if !good {
		ss.errors++
	}
	if r.Code != 0 {
		ss.write(r)
	}
}

// fault answers a line that is no command.
func (ss *session) fault(r mail.Reply) {
	ss.errors++
	ss.write(r)
}

// illegalAddress logs an address smtpd cannot read.
func (ss *session) illegalAddress(verb, text string) {
	ss.logf(host.Warning, "warning: Illegal address syntax from %s in %s command: %.100s", ss.facts.Client, verb, printable(text))
}

// unknown answers a command smtpd does not know. Those of other protocols end
// the session (smtpd_forbidden_commands), as does a message header.
func (ss *session) unknown(cmd mail.Command, line string) {
	ss.last = "UNKNOWN"
	for _, w := range ss.cfg.List("smtpd_forbidden_commands") {
		if strings.EqualFold(w, cmd.Verb) || mail.IsHeaderLine(line) && !strings.Contains(cmd.Verb, " ") && strings.HasSuffix(cmd.Verb, ":") {
			ss.logf(host.Warning, "warning: non-SMTP command from %s: %.100s", ss.facts.Client, printable(line))
			ss.errors++
			ss.count("unknown", false)
			ss.write(mail.NewReply(221, "2.7.0 Error: I can break rules, too. Goodbye."))
			ss.quit = true
			return
		}
	}
	ss.count("unknown", false)
	ss.fault(mail.NewReply(500, "5.5.2 Error: command not recognized"))
}

// good and bad mark a reply as success or error of the client.
func good(code int, text string) (mail.Reply, bool) { return mail.NewReply(code, text), true }
func bad(code int, text string) (mail.Reply, bool)  { return mail.NewReply(code, text), false }

// reset forgets the mail transaction.
func (ss *session) reset() {
	if ss.entry != nil {
		ss.entry.abort()
		ss.entry = nil
	}
	ss.chunks = nil
	ss.rcpts, ss.mail, ss.overshoot = nil, mail.MailArgs{}, 0
	f := &ss.facts
	f.HasSender, f.Sender, f.Recipient, f.Recipients, f.QueueID, f.Size = false, "", "", 0, "", 0
	ss.check.Reset()
}

func (ss *session) rset(cmd mail.Command) (mail.Reply, bool) {
	if len(cmd.Args) > 0 {
		return bad(501, "5.5.4 Syntax: RSET")
	}
	ss.reset()
	return good(250, "2.0.0 Ok")
}

func (ss *session) noop(mail.Command) (mail.Reply, bool) { return good(250, "2.0.0 Ok") }

func (ss *session) quitCommand(mail.Command) (mail.Reply, bool) {
	ss.quit = true
	return good(221, "2.0.0 Bye")
}
