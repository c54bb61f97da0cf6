package mta

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/pki"
)

// certificate reads the certificate and key that two parameters name. The
// warning is what Postfix logs when it cannot (tls_certkey.c).
func (p *process) certificate(certParam, keyParam string) (pair tls.Certificate, warnings []string) {
	certFile, keyFile := p.cfg.Str(certParam), p.cfg.Str(keyParam)
	if keyFile == "" {
		keyFile = certFile
	}
	cert, certErr := p.in.host.FS.ReadFile(certFile, host.Root)
	key, keyErr := p.in.host.FS.ReadFile(keyFile, host.Root)
	for _, f := range []struct {
		name, what string
		err        error
	}{{certFile, "certificate", certErr}, {keyFile, "private key", keyErr}} {
		switch {
		case f.err != nil && certFile == keyFile:
			return pair, []string{fmt.Sprintf("warning: error opening chain file: %s: %v", f.name, vfs.ErrnoOf(f.err))}
		case f.err != nil:
			return pair, []string{
				fmt.Sprintf("warning: cannot get RSA %s from file \"%s\": disabling TLS support", f.what, f.name),
				fmt.Sprintf("warning: TLS library problem: error:80000002:system library::%v:../crypto/bio/bss_file.c:297:calling fopen(%s, r):", vfs.ErrnoOf(f.err), f.name)}
		}
	}
	pair, err := pki.Pair(cert, key)
	switch {
	case err == nil:
		return pair, nil
	case errors.Is(err, pki.ErrMismatch):
		return pair, []string{
			fmt.Sprintf("warning: cannot get RSA private key from file \"%s\": disabling TLS support", keyFile),
			"warning: TLS library problem: error:05800074:x509 certificate routines::key values mismatch:../crypto/x509/x509_cmp.c:403:"}
	case errors.Is(err, pki.ErrNoKey):
		return pair, []string{
			fmt.Sprintf("warning: cannot get RSA private key from file \"%s\": disabling TLS support", keyFile),
			"warning: TLS library problem: error:0480006C:PEM routines::no start line:../crypto/pem/pem_lib.c:763:Expecting: ANY PRIVATE KEY:"}
	}
	return pair, []string{
		fmt.Sprintf("warning: cannot get RSA certificate from file \"%s\": disabling TLS support", certFile),
		"warning: TLS library problem: error:0480006C:PEM routines::no start line:../crypto/pem/pem_lib.c:763:Expecting: CERTIFICATE:"}
}

// session describes a TLS session as the log does: protocol, cipher, and how
// the keys were agreed and the server's identity signed.
func tlsSummary(s *tls.ConnectionState, own *x509.Certificate) string {
	text := pki.Cipher(s)
	if s.Version < tls.VersionTLS13 {
		return text
	}
	if len(s.PeerCertificates) > 0 {
		own = s.PeerCertificates[0]
	}
	if s.CurveID != 0 {
		text += " key-exchange " + strings.ToUpper(strings.ReplaceAll(s.CurveID.String(), "Curve", ""))
	}
	if own == nil {
		return text
	}
	switch k := own.PublicKey.(type) {
	case ed25519.PublicKey:
		return text + " server-signature ED25519"
	case *rsa.PublicKey:
		return text + fmt.Sprintf(" server-signature RSA-PSS (%d bits) server-digest SHA256", k.N.BitLen())
	}
	return text + " server-signature ECDSA (prime256v1) server-digest SHA256"
}

// tlsLevel is a security level by the new parameter or the two old ones.
func (p *process) tlsLevel(prefix string) string {
	cfg := p.cfg
	switch level := cfg.Str(prefix + "_tls_security_level"); {
	case level != "":
		return level
	case cfg.Bool(prefix + "_enforce_tls"):
		return "encrypt"
	case cfg.Bool(prefix + "_use_tls"):
		return "may"
	}
	return "none"
}

// loud reports whether TLS sessions are logged (…_tls_loglevel).
func (p *process) loud(prefix string) bool {
	level := p.cfg.Str(prefix + "_tls_loglevel")
	return level != "" && level != "0"
}
