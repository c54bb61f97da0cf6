package mta

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// authDelay is how long Dovecot's authentication server takes to refuse
// (auth_failure_delay).
const authDelay = 2 * time.Second

// startSASL asks the authentication server for its mechanisms; without one smtpd
// does not start.
func (p *process) startSASL() {
	if !p.cfg.Bool("smtpd_sasl_auth_enable") {
		return
	}
	fail := func() {
		p.fatal = "fatal: no SASL authentication mechanisms"
		p.logf(host.Err, "%s", p.fatal)
	}
	if kind := p.cfg.Str("smtpd_sasl_type"); kind != "dovecot" {
		p.logf(host.Warning, "warning: xsasl_cyrus_server_get_mechanism_list: no applicable SASL mechanisms")
		fail()
		return
	}
	answer, err := p.askDovecot("VERSION\n")
	if err != nil {
		p.logf(host.Warning, "warning: SASL: Connect to %s failed: %v", p.cfg.Str("smtpd_sasl_path"), err)
		fail()
		return
	}
	p.mechs = mechanisms(answer, p.cfg.List("smtpd_sasl_security_options"))
	if p.mechs == "" {
		fail()
	}
}

// mechanisms reads the MECH lines of the handshake of Dovecot's authentication
// protocol; a server that names none has PLAIN.
func mechanisms(handshake string, security []string) string {
	var list []string
	for line := range strings.Lines(handshake) {
		if f := strings.Split(strings.TrimRight(line, "\r\n"), "\t"); len(f) >= 2 && f[0] == "MECH" && (f[1] == "PLAIN" || f[1] == "LOGIN") {
			list = append(list, f[1])
		}
	}
	if !strings.Contains(handshake, "MECH\t") {
		list = []string{"PLAIN"}
	}
	if slices.Contains(security, "noplaintext") {
		return ""
	}
	return strings.Join(list, " ")
}

// askDovecot sends a request to the authentication server's socket that
// smtpd_sasl_path names, relative to the queue directory.
func (p *process) askDovecot(request string) (string, error) {
	b, err := p.in.host.CallUnix(queuePath(p.cfg.Str("smtpd_sasl_path")), []byte(request), p.in.owner)
	return string(b), err
}

// auth answers AUTH (RFC 4954) with PLAIN or LOGIN.
func (ss *session) auth(cmd mail.Command) (mail.Reply, bool) {
	switch {
	case ss.facts.Helo == "" && ss.cfg.Bool("smtpd_helo_required"):
		return bad(503, "5.5.1 Error: send HELO/EHLO first")
	case !ss.facts.SASLActive || ss.facts.Protocol == "SMTP":
		return bad(503, "5.5.1 Error: authentication not enabled")
	case ss.facts.HasSender:
		return bad(503, "5.5.1 Error: MAIL transaction in progress")
	case ss.facts.SASLUser != "":
		return bad(503, "5.5.1 Error: already authenticated")
	case len(cmd.Args) < 1 || len(cmd.Args) > 2:
		return bad(501, "5.5.4 Syntax: AUTH mechanism")
	}
	mech := strings.ToUpper(cmd.Arg(0))
	if !slices.Contains(strings.Fields(ss.mechs), mech) {
		ss.logf(host.Warning, "warning: %s: SASL %s authentication failed: Invalid authentication mechanism, sasl_username=(unavailable)", ss.facts.Client, printable(mech))
		return bad(535, "5.7.8 Error: authentication failed: Invalid authentication mechanism")
	}
	user, password, refusal := ss.credentials(mech, cmd.Arg(1))
	if ss.quit {
		return mail.Reply{}, false
	}
	if refusal != "" {
		code := 535
		if strings.HasPrefix(refusal, "5.7.0") {
			code = 501
		} else {
			ss.logf(host.Warning, "warning: %s: SASL %s authentication failed: %s, sasl_username=(unavailable)", ss.facts.Client, mech,
				strings.TrimPrefix(refusal, "5.7.8 Error: authentication failed: "))
		}
		return bad(code, refusal)
	}
	answer, err := ss.askDovecot("AUTH\t" + mech + "\t" + user + "\t" + password + "\n")
	if err != nil || !strings.HasPrefix(answer, "OK") {
		ss.t.Sleep(authDelay)
		ss.logf(host.Warning, "warning: %s: SASL %s authentication failed: (reason unavailable), sasl_username=%s", ss.facts.Client, mech, printable(user))
		return bad(535, "5.7.8 Error: authentication failed: (reason unavailable)")
	}
	ss.facts.SASLUser, ss.facts.SASLMethod = user, mech
	return good(235, "2.7.0 Authentication successful")
}

const badBase64 = "5.7.8 Error: authentication failed: Invalid base64 data in continued response"

// credentials takes the user name and password out of the exchange. Fields with
// tabs or line ends would not survive the server's protocol.
func (ss *session) credentials(mech, initial string) (user, password, refusal string) {
	if mech == "LOGIN" {
		if user, refusal = ss.answer(initial, "Username:"); refusal == "" {
			password, refusal = ss.answer("", "Password:")
		}
	} else {
		var text string
		text, refusal = ss.answer(initial, "")
		if parts := strings.Split(text, "\x00"); refusal == "" && len(parts) == 3 {
			user, password = parts[1], parts[2]
		} else if refusal == "" {
			refusal = "5.7.8 Error: authentication failed: (reason unavailable)"
		}
	}
	if strings.ContainsAny(user+password, "\t\r\n") {
		refusal = "5.7.8 Error: authentication failed: (reason unavailable)"
	}
	return user, password, refusal
}

// answer decodes the initial response, or prompts for one.
func (ss *session) answer(initial, prompt string) (text, refusal string) {
	if initial == "" {
		ss.write(mail.NewReply(334, base64.StdEncoding.EncodeToString([]byte(prompt))))
		line, _, ok := ss.input.line(int(ss.cfg.Int("smtpd_sasl_response_limit")))
		if !ok {
			ss.broken()
			return "", badBase64
		}
		if initial = line; line == "*" {
			return "", "5.7.0 Authentication aborted"
		}
	}
	if initial == "=" {
		return "", ""
	}
	b, err := base64.StdEncoding.DecodeString(initial)
	if err != nil {
		return "", badBase64
	}
	return string(b), ""
}
