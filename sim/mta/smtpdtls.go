package mta

import (
	"crypto/tls"
	"slices"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/pki"
	"mxlab/sim/vnet"
)

// startTLS prepares smtpd for TLS when its configuration asks for it: the
// certificate is read when the process starts.
func (p *process) openTLS() {
	level := p.tlsLevel("smtpd")
	switch level {
	case "none":
		if !p.cfg.Bool("smtpd_tls_wrappermode") {
			return
		}
		level = "may"
	case "may", "encrypt":
	default:
		p.logf(host.Warning, "warning: smtpd_tls_security_level: unsupported TLS level \"%s\", using \"encrypt\"", level)
		level = "encrypt"
	}
	p.tlsUse = level
	for _, kind := range []string{"cert", "eccert", "dcert"} {
		if file := p.cfg.Str("smtpd_tls_" + kind + "_file"); file == "" || file == "none" {
			continue
		}
		pair, warnings := p.certificate("smtpd_tls_"+kind+"_file", "smtpd_tls_"+kind[:len(kind)-len("cert")]+"key_file")
		for _, w := range warnings {
			p.logf(host.Warning, "%s", w)
		}
		if len(warnings) > 0 {
			p.tls = nil
			return
		}
		if p.tls == nil {
			p.tls = &tls.Config{MinVersion: tls.VersionTLS10}
		}
		p.tls.Certificates = append(p.tls.Certificates, pair)
	}
	if p.tls == nil {
		p.logf(host.Warning, "warning: No server certs available. TLS won't be enabled")
	}
}

// secured reports whether the session is under TLS.
func (ss *session) secured() bool { return ss.conn.TLS() != nil }

// offersTLS reports whether EHLO names STARTTLS (RFC 3207 4).
func (ss *session) offersTLS() bool {
	return ss.tlsUse != "" && !ss.secured() && !slices.Contains(ss.cfg.List("smtpd_discard_ehlo_keywords"), "starttls")
}

// needsTLS refuses what may not be said in clear (smtpd_tls_security_level =
// encrypt).
func (ss *session) needsTLS(verb string) bool {
	return ss.tlsUse == "encrypt" && !ss.secured() && !slices.Contains([]string{"NOOP", "EHLO", "STARTTLS", "QUIT"}, verb)
}

// mayAuth reports whether AUTH is on offer: with smtpd_tls_auth_only only under
// TLS.
func (ss *session) mayAuth() bool {
	return ss.mechs != "" && (ss.secured() || !ss.cfg.Bool("smtpd_tls_auth_only") && ss.tlsUse != "encrypt")
}

// startTLS answers STARTTLS (RFC 3207 4).
func (ss *session) startTLS(cmd mail.Command) (mail.Reply, bool) {
	switch {
	case len(cmd.Args) > 0:
		return bad(501, "5.5.4 Syntax: STARTTLS")
	case ss.facts.SASLUser != "":
		return bad(554, "5.5.1 Error: AUTH already active")
	case ss.facts.HasSender:
		return bad(503, "5.5.1 Error: MAIL transaction in progress")
	case ss.secured():
		return bad(554, "5.5.1 Error: TLS already active")
	case ss.tlsUse == "" || slices.Contains(ss.cfg.List("smtpd_discard_ehlo_keywords"), "starttls"):
		return bad(502, "5.5.1 Error: command not implemented")
	case ss.tls == nil:
		ss.chat.resource = true
		return bad(454, "4.7.0 TLS not available due to local problem")
	}
	ss.write(mail.NewReply(220, "2.0.0 Ready to start TLS"))
	ss.input.discard() // RFC 3207 4.2, and CVE-2011-0411: nothing said in clear counts after
	if !ss.handshake() {
		return mail.Reply{}, false
	}
	ss.reset()
	ss.facts.Helo, ss.facts.Protocol = "", "SMTP"
	return mail.Reply{}, true
}

// handshake begins TLS. It reports whether the session goes on.
func (ss *session) handshake() bool {
	ss.conn.SetReadTimeout(ss.cfg.Duration("smtpd_starttls_timeout"))
	err := ss.conn.StartTLS(ss.tls, true)
	if err == nil {
		if ss.loud("smtpd") {
			ss.logf(host.Info, "Anonymous TLS connection established from %s: %s", ss.facts.Client, tlsSummary(ss.conn.TLS(), ss.tls.Certificates[0].Leaf))
		}
		ss.facts.SASLActive = ss.mayAuth()
		return true
	}
	ss.quit, ss.reason = true, lostConnection
	ss.last = "STARTTLS"
	entry, place, known := pki.HandshakeError(err)
	switch {
	case err == vnet.ErrDeadline:
		ss.logf(host.Info, "SSL_accept error from %s: Connection timed out", ss.facts.Client)
	case known:
		ss.logf(host.Info, "SSL_accept error from %s: -1", ss.facts.Client)
		ss.logf(host.Warning, "warning: TLS library problem: %s:%s", entry, place)
	default:
		ss.logf(host.Info, "SSL_accept error from %s: lost connection", ss.facts.Client)
	}
	return false
}
