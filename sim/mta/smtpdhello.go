package mta

import (
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
)

func (ss *session) helo(cmd mail.Command) (mail.Reply, bool) {
	if len(cmd.Args) == 0 {
		return bad(501, "Syntax: HELO hostname")
	}
	if r := ss.introduce(cmd, postfix.StageHelo); r != nil {
		return *r, false
	}
	ss.facts.Protocol = "SMTP"
	return good(250, ss.cfg.Str("myhostname"))
}

// ehlo answers EHLO (RFC 5321 4.1.1.1) with the extensions.
func (ss *session) ehlo(cmd mail.Command) (mail.Reply, bool) {
	if len(cmd.Args) == 0 {
		return bad(501, "Syntax: EHLO hostname")
	}
	if r := ss.introduce(cmd, postfix.StageEhlo); r != nil {
		return *r, false
	}
	ss.facts.Protocol = "ESMTP"
	return mail.Reply{Code: 250, Lines: append([]string{ss.cfg.Str("myhostname")}, ss.extensions()...)}, true
}

// introduce takes the client's name; it ends a transaction.
func (ss *session) introduce(cmd mail.Command, stage postfix.Stage) *mail.Reply {
	ss.reset()
	ss.facts.Helo = printable(cmd.Rest())
	if ss.check.DelayReject() {
		return nil
	}
	r := ss.decide(stage)
	if r != nil {
		ss.facts.Helo = ""
	}
	return r
}

func (ss *session) extensions() []string {
	cfg := ss.cfg
	size := "SIZE"
	if limit := cfg.Int("message_size_limit"); limit > 0 {
		size = fmt.Sprintf("SIZE %d", limit)
	}
	list := []string{"PIPELINING", size}
	if !cfg.Bool("disable_vrfy_command") {
		list = append(list, "VRFY")
	}
	list = append(list, "ETRN")
	if ss.offersTLS() {
		list = append(list, "STARTTLS")
	}
	if ss.facts.SASLActive {
		list = append(list, "AUTH "+ss.mechs)
		if cfg.Bool("broken_sasl_auth_clients") {
			list = append(list, "AUTH="+ss.mechs)
		}
	}
	list = append(list, "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")
	if cfg.Bool("smtputf8_enable") {
		list = append(list, "SMTPUTF8")
	}
	list = append(list, "CHUNKING")
	drop := cfg.List("smtpd_discard_ehlo_keywords")
	if len(drop) == 0 {
		return list
	}
	if !slices.ContainsFunc(drop, func(w string) bool { return strings.EqualFold(w, "silent-discard") }) {
		ss.logf(host.Info, "discarding EHLO keywords: %s", strings.ToUpper(strings.Join(drop, " ")))
	}
	return slices.DeleteFunc(list, func(e string) bool {
		word, _, _ := strings.Cut(strings.ReplaceAll(e, "=", " "), " ")
		return slices.ContainsFunc(drop, func(w string) bool { return strings.EqualFold(w, word) })
	})
}
