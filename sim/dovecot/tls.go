package dovecot

import (
	"crypto/tls"
	"errors"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/pki"
)

// loadTLS reads the certificate and key of ssl_cert and ssl_key, as the
// configuration process does once for all login processes. What is wrong with
// them the login processes find, one after the other.
func (in *Instance) loadTLS() {
	in.tls, in.tlsFault = nil, ""
	if in.cfg.Str("ssl") == "no" {
		return
	}
	pair, err := pki.Pair(in.keyText("ssl_cert"), in.keyText("ssl_key"))
	switch {
	case err == nil:
		in.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: minimum(in.cfg.Str("ssl_min_protocol"))}
	case errors.Is(err, pki.ErrNoKey):
		in.tlsFault = "Can't load SSL private key (ssl_key setting): There is no valid PEM private key."
	case errors.Is(err, pki.ErrMismatch):
		in.tlsFault = "Can't load private ssl_key: Key is for a different cert than ssl_cert"
	default:
		in.tlsFault = "Can't load SSL certificate (ssl_cert setting): There is no valid PEM certificate."
	}
}

// keyText is the content of a setting that is a text or, behind "<", a file.
func (in *Instance) keyText(setting string) []byte {
	v := in.cfg.Str(setting)
	name, file := strings.CutPrefix(v, "<")
	if !file {
		return []byte(v)
	}
	b, err := in.host.FS.ReadFile(strings.TrimSpace(name), host.Root)
	if err != nil {
		return nil
	}
	return b
}

// minimum is the oldest protocol version allowed.
func minimum(name string) uint16 {
	switch name {
	case "TLSv1":
		return tls.VersionTLS10
	case "TLSv1.1":
		return tls.VersionTLS11
	case "TLSv1.3":
		return tls.VersionTLS13
	}
	return tls.VersionTLS12
}

// announcesTLS reports whether the client may ask for TLS.
func (s *session) announcesTLS() bool { return s.in.cfg.Str("ssl") != "no" && !s.tls }

// readyTLS reports whether a handshake can begin; why not is logged.
func (s *session) readyTLS() bool {
	if s.in.tls == nil {
		s.in.log(host.Err, s.proto+"-login", "Error: Failed to initialize SSL server context: "+s.in.tlsFault)
	}
	return s.in.tls != nil
}

// handshake begins TLS. What the client has sent in clear before does not count
// any more (RFC 8314 A.1 tells why). It reports whether the session goes on.
func (s *session) handshake() bool {
	s.input.buf = nil
	s.conn.SetReadTimeout(loginTimeout)
	s.handshaking = "TLS handshaking"
	if err := s.conn.StartTLS(s.in.tls, true); err != nil {
		s.handshaking = "TLS handshaking: SSL_accept() failed: " + acceptError(err)
		s.logDisconnect("Disconnected: Connection closed")
		return false
	}
	s.handshaking, s.tls, s.secured = "", true, true
	return true
}

// acceptError words why a handshake failed, with the number of an alert behind.
func acceptError(err error) string {
	entry, place, known := pki.HandshakeError(err)
	if !known {
		return "Connection closed"
	}
	if _, alert, ok := strings.Cut(place, ":SSL alert"); ok {
		entry += ": SSL alert" + strings.TrimSuffix(alert, ":")
	}
	return entry
}
