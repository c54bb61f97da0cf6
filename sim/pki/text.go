package pki

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"strings"
	"time"
)

// Name writes a name as "openssl x509 -subject" does: "C = KR, CN = host".
func Name(n pkix.Name) string {
	var parts []string
	for _, a := range n.Names {
		parts = append(parts, fmt.Sprintf("%s = %v", attribute(a.Type.String()), a.Value))
	}
	return strings.Join(parts, ", ")
}

// Date writes a date of a certificate as OpenSSL does.
func Date(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006 GMT") }

// Key is OpenSSL's name of a public key's algorithm, and its size in bits.
func Key(c *x509.Certificate) (name string, bits int) {
	switch k := c.PublicKey.(type) {
	case ed25519.PublicKey:
		return "ED25519", 256
	case *rsa.PublicKey:
		return "rsaEncryption", k.N.BitLen()
	case *ecdsa.PublicKey:
		return "id-ecPublicKey", k.Curve.Params().BitSize
	}
	return "unknown", 0
}

// Signature is OpenSSL's name of the algorithm by which a certificate is signed.
func Signature(c *x509.Certificate) string {
	switch c.SignatureAlgorithm {
	case x509.PureEd25519:
		return "ED25519"
	case x509.SHA256WithRSA:
		return "sha256WithRSAEncryption"
	case x509.SHA384WithRSA:
		return "sha384WithRSAEncryption"
	case x509.ECDSAWithSHA256:
		return "ecdsa-with-SHA256"
	case x509.ECDSAWithSHA384:
		return "ecdsa-with-SHA384"
	}
	return c.SignatureAlgorithm.String()
}

// Describe is "openssl x509 -text" without the dump of key and signature.
func Describe(c *x509.Certificate) string {
	var b strings.Builder
	key, bits := Key(c)
	fmt.Fprintf(&b, "Certificate:\n    Data:\n        Version: %d (0x%x)\n        Serial Number:\n            %s\n", c.Version, c.Version-1, colons(c.SerialNumber.Bytes()))
	fmt.Fprintf(&b, "        Signature Algorithm: %s\n        Issuer: %s\n        Validity\n            Not Before: %s\n            Not After : %s\n        Subject: %s\n",
		Signature(c), Name(c.Issuer), Date(c.NotBefore), Date(c.NotAfter), Name(c.Subject))
	fmt.Fprintf(&b, "        Subject Public Key Info:\n            Public Key Algorithm: %s\n", key)
	if key != "ED25519" {
		fmt.Fprintf(&b, "                Public-Key: (%d bit)\n", bits)
	}
	if c.BasicConstraintsValid || len(c.DNSNames) > 0 {
		b.WriteString("        X509v3 extensions:\n")
	}
	if c.BasicConstraintsValid {
		fmt.Fprintf(&b, "            X509v3 Basic Constraints: critical\n                CA:%s\n", strings.ToUpper(fmt.Sprint(c.IsCA)))
	}
	if len(c.DNSNames) > 0 {
		fmt.Fprintf(&b, "            X509v3 Subject Alternative Name: \n                DNS:%s\n", strings.Join(c.DNSNames, ", DNS:"))
	}
	fmt.Fprintf(&b, "    Signature Algorithm: %s\n", Signature(c))
	return b.String()
}

// colons writes bytes as "0a:1b:2c".
func colons(b []byte) string {
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% x", b), " ", ":"), ":")
}

// Fingerprint writes a digest as "openssl x509 -fingerprint" does.
func Fingerprint(sum []byte) string { return strings.ToUpper(colons(sum)) }
