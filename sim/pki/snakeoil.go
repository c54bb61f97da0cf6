package pki

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// Paths of the certificate that Debian's package ssl-cert makes.
const (
	SnakeoilCert = "/etc/ssl/certs/ssl-cert-snakeoil.pem"
	SnakeoilKey  = "/etc/ssl/private/ssl-cert-snakeoil.key"
)

// validity is make-ssl-cert's.
const validity = 10 * 365 * 24 * time.Hour

// Snakeoil returns the self-signed certificate of a host and its key, as PEM. It
// is valid for ten years from made on.
func Snakeoil(host string, made time.Time) (cert, key []byte, err error) {
	seed := sha256.Sum256([]byte("mxlab snakeoil " + host))
	private := ed25519.NewKeyFromSeed(seed[:])
	serial := sha256.Sum256(seed[:])
	serial[0] &= 0x7f
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:20]), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: made, NotAfter: made.Add(validity), BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}
