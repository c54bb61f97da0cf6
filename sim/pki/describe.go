package pki

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"fmt"
	"strings"
)

// Cipher describes the protection of a connection in Postfix's words: "TLSv1.3
// with cipher TLS_AES_128_GCM_SHA256 (128/128 bits)".
func Cipher(s *tls.ConnectionState) string {
	name := OpenSSLName(s.CipherSuite)
	bits := Bits(s.CipherSuite)
	return fmt.Sprintf("%s with cipher %s (%d/%d bits)", Version(s.Version), name, bits, bits)
}

// Version is OpenSSL's name of a protocol version.
func Version(v uint16) string {
	switch v {
	case tls.VersionTLS13:
		return "TLSv1.3"
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS11:
		return "TLSv1.1"
	case tls.VersionTLS10:
		return "TLSv1"
	}
	return fmt.Sprintf("TLS %04x", v)
}

// Bits is the strength of a cipher suite.
func Bits(suite uint16) int {
	if name := tls.CipherSuiteName(suite); strings.Contains(name, "AES_128") {
		return 128
	}
	return 256
}

// OpenSSLName is OpenSSL's name of a cipher suite: that of TLS 1.3 suites is the
// standard's, older ones lack the prefix and "WITH" and write AES128.
func OpenSSLName(suite uint16) string {
	name := tls.CipherSuiteName(suite)
	kx, cipher, old := strings.Cut(strings.TrimPrefix(name, "TLS_"), "_WITH_")
	if !old {
		return name
	}
	cipher = strings.NewReplacer("AES_128", "AES128", "AES_256", "AES256", "_SHA256", "_SHA256", "_CBC", "").Replace(cipher)
	cipher = strings.TrimSuffix(strings.ReplaceAll(cipher, "CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305"), "_")
	if kx = kx + "_"; kx == "RSA_" {
		kx = ""
	}
	return strings.ReplaceAll(kx+cipher, "_", "-")
}

// OneLine writes a name as OpenSSL's X509_NAME_oneline: "/C=KR/O=Org/CN=host".
func OneLine(n pkix.Name) string {
	var b strings.Builder
	for _, a := range n.Names {
		fmt.Fprintf(&b, "/%s=%v", attribute(a.Type.String()), a.Value)
	}
	return b.String()
}

// attribute is the short name of an attribute type.
func attribute(oid string) string {
	switch oid {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "ST"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	}
	return oid
}
