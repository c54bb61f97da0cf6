package mta

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/pki"
)

// clientLevel is smtp_tls_security_level; DANE and fingerprints, which the lab
// does not have, count as encrypt.
func (c *client) clientLevel() string {
	switch level := c.p.tlsLevel("smtp"); level {
	case "none", "may", "encrypt", "verify", "secure":
		return level
	default:
		return "encrypt"
	}
}

// secure begins TLS if the server offers it and the level wants it. It reports
// whether the session goes on.
func (c *client) secure() bool {
	level := c.clientLevel()
	if level == "none" || c.plain {
		return true
	}
	peer := mail.Peer(c.server.Host, c.server.Addr)
	if !c.offers("STARTTLS") {
		if level == "may" {
			return true
		}
		c.bye()
		c.giveUp(mail.Failure{Status: mail.Enhanced{4, 7, 4}, Text: "TLS is required, but was not offered by host " + peer})
		return false
	}
	c.send("STARTTLS")
	r, err := c.reply("smtp_starttls_timeout")
	switch {
	case err != nil:
		c.giveUp(c.broken(err, "sending STARTTLS"))
		return false
	case r.Class() != 2 && level == "may":
		return true
	case r.Class() != 2:
		c.bye()
		c.giveUp(mail.Failure{Status: mail.Enhanced{4, 7, 4}, Text: fmt.Sprintf("TLS is required, but host %s refused to start TLS: %s", peer, r)})
		return false
	}
	return c.handshake(level) && c.hello()
}

// handshake begins TLS and judges the server's certificate.
func (c *client) handshake(level string) bool {
	peer := relayName(c.server, c.port)
	c.buf = nil // nothing said in clear counts after
	c.conn.SetReadTimeout(c.p.cfg.Duration("smtp_starttls_timeout"))
	name := strings.TrimSuffix(c.server.Host, ".")
	cfg := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10} // the verdict is ours, below
	if _, err := netip.ParseAddr(name); err != nil {
		cfg.ServerName = name
	}
	if err := c.conn.StartTLS(cfg, false); err != nil {
		c.p.logf(host.Info, "SSL_connect error to %s: -1", peer)
		c.failedTLS(level, "Cannot start TLS: handshake failure")
		return false
	}
	trust, why := c.trust(c.conn.TLS(), name)
	if why != "" && level != "may" && level != "encrypt" {
		c.p.logf(host.Info, "certificate verification failed for %s: %s", peer, why)
	}
	if c.p.loud("smtp") {
		c.p.logf(host.Info, "%s TLS connection established to %s: %s", trust, peer, tlsSummary(c.conn.TLS(), nil))
	}
	switch {
	case level == "may" || level == "encrypt" || trust == "Verified":
		return true
	case trust == "Trusted":
		c.failedTLS(level, "Server certificate not verified")
	default:
		c.failedTLS(level, "Server certificate not trusted")
	}
	return false
}

// failedTLS ends the session: with level may another one in clear follows.
func (c *client) failedTLS(level, text string) {
	if level == "may" {
		c.p.logf(host.Info, "%s: %s", c.m.id, text)
		c.retry = true
		return
	}
	c.giveUp(mail.Failure{Status: mail.Enhanced{4, 7, 5}, Text: text})
}

// trust is Postfix's word for how far the server's certificate can be trusted,
// and why not further.
func (c *client) trust(s *tls.ConnectionState, name string) (word, why string) {
	if len(s.PeerCertificates) == 0 {
		return "Anonymous", ""
	}
	leaf := s.PeerCertificates[0]
	roots, rest := x509.NewCertPool(), x509.NewCertPool()
	for _, file := range []string{c.p.cfg.Str("smtp_tls_CAfile")} {
		if file == "" {
			continue
		}
		text, err := c.in.host.FS.ReadFile(file, host.Root)
		if err != nil {
			continue
		}
		list, _ := pki.Certificates(text)
		for _, ca := range list {
			roots.AddCert(ca)
		}
	}
	for _, ca := range s.PeerCertificates[1:] {
		rest.AddCert(ca)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: rest, CurrentTime: c.in.host.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil && leaf.VerifyHostname(name) == nil:
		return "Verified", ""
	case err == nil:
		return "Trusted", ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if c.in.host.Now().Before(leaf.NotBefore) {
			return "Untrusted", "certificate not yet valid"
		}
		return "Untrusted", "certificate has expired"
	case leaf.Issuer.String() == leaf.Subject.String():
		return "Untrusted", "self-signed certificate"
	}
	return "Untrusted", "untrusted issuer " + pki.OneLine(leaf.Issuer)
}
