package mta

import (
	"encoding/base64"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// saslEnabled reports whether AUTH is offered: it is switched on and the
// authentication server of Dovecot can be asked.
func (ss *session) saslEnabled() bool {
	if !ss.d.cfg.Bool("smtpd_sasl_auth_enable") {
		return false
	}
	if ss.d.cfg.Str("smtpd_sasl_type") != "dovecot" {
		ss.d.logf(host.Err, "fatal: no SASL authentication mechanisms")
		return false
	}
	if _, err := ss.askDovecot("VERSION\n"); err != nil {
		ss.d.logf(host.Warning, "warning: SASL: Connect to %s failed: %v", ss.d.cfg.Str("smtpd_sasl_path"), err)
		ss.d.logf(host.Err, "fatal: no SASL authentication mechanisms")
		return false
	}
	return true
}

// askDovecot sends a request to the auth socket that smtpd_sasl_path names,
// relative to the queue directory.
func (ss *session) askDovecot(request string) (string, error) {
	path := ss.d.cfg.Str("smtpd_sasl_path")
	if !strings.HasPrefix(path, "/") {
		path = spool + "/" + path
	}
	b, err := ss.in.host.CallUnix(path, []byte(request), ss.in.owner)
	return string(b), err
}

// auth answers AUTH (RFC 4954) with PLAIN or LOGIN.
func (ss *session) auth(cmd mail.Command) mail.Reply {
	switch {
	case !ss.facts.SASLActive:
		return mail.NewReply(503, "5.5.1 Error: authentication not enabled")
	case ss.hasMail:
		return mail.NewReply(503, "5.5.1 Error: MAIL transaction in progress")
	case ss.facts.SASLUser != "":
		return mail.NewReply(503, "5.5.1 Error: already authenticated")
	case len(cmd.Args) < 1 || len(cmd.Args) > 2:
		return mail.NewReply(501, "5.5.4 Syntax: AUTH mechanism")
	}
	mech := strings.ToUpper(cmd.Arg(0))
	var user, password string
	var bad *mail.Reply
	switch mech {
	case "PLAIN":
		user, password, bad = ss.plain(cmd.Arg(1))
	case "LOGIN":
		user, password, bad = ss.login(cmd.Arg(1))
	default:
		return mail.NewReply(535, "5.7.8 Error: authentication failed: Invalid authentication mechanism")
	}
	if bad != nil {
		return *bad
	}
	answer, err := ss.askDovecot("AUTH\t" + mech + "\t" + user + "\t" + password + "\n")
	if err != nil || !strings.HasPrefix(answer, "OK") {
		ss.t.Sleep(2 * time.Second) // Dovecot's failure delay
		ss.d.logf(host.Warning, "warning: %s: SASL %s authentication failed: (reason unavailable), sasl_username=%s", ss.facts.Client, mech, user)
		return mail.NewReply(535, "5.7.8 Error: authentication failed: (reason unavailable)")
	}
	ss.facts.SASLUser, ss.facts.SASLMethod, ss.facts.SASLSender = user, mech, user
	return mail.NewReply(235, "2.7.0 Authentication successful")
}

// challenge sends a prompt and reads the client's answer, decoded.
func (ss *session) challenge(prompt string) (string, *mail.Reply) {
	ss.write(mail.NewReply(334, base64.StdEncoding.EncodeToString([]byte(prompt))))
	line, ok := ss.readLine(ss.d.cfg.Duration("smtpd_timeout"))
	if !ok {
		ss.quit = true
	}
	return decode64(line)
}

func decode64(s string) (string, *mail.Reply) {
	if s == "*" {
		r := mail.NewReply(501, "5.7.0 Authentication aborted")
		return "", &r
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		r := mail.NewReply(535, "5.7.8 Error: authentication failed: Invalid base64 data in continued response")
		return "", &r
	}
	return string(b), nil
}

func (ss *session) plain(initial string) (user, password string, bad *mail.Reply) {
	var text string
	if initial == "" {
		text, bad = ss.challenge("")
	} else {
		text, bad = decode64(initial)
	}
	if bad != nil {
		return "", "", bad
	}
	parts := strings.Split(text, "\x00")
	if len(parts) != 3 {
		r := mail.NewReply(535, "5.7.8 Error: authentication failed: (reason unavailable)")
		return "", "", &r
	}
	return parts[1], parts[2], nil
}

func (ss *session) login(initial string) (user, password string, bad *mail.Reply) {
	if initial == "" {
		user, bad = ss.challenge("Username:")
	} else {
		user, bad = decode64(initial)
	}
	if bad == nil {
		password, bad = ss.challenge("Password:")
	}
	return user, password, bad
}
