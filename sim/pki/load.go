package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// Errors of certificate and key files.
var (
	ErrNoCertificate = errors.New("no certificate in the file")
	ErrNoKey         = errors.New("no private key in the file")
	ErrMismatch      = errors.New("key values mismatch")
	ErrMalformed     = errors.New("malformed certificate or key")
)

// Pair reads a certificate chain, the server's own first, and its private key;
// the two may be the same file.
func Pair(cert, key []byte) (tls.Certificate, error) {
	switch {
	case find(cert, "CERTIFICATE") == nil:
		return tls.Certificate{}, ErrNoCertificate
	case find(key, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY") == nil:
		return tls.Certificate{}, ErrNoKey
	}
	chain, err := Certificates(cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		if _, bad := tls.X509KeyPair(key, key); bad == nil || readable(key) {
			return tls.Certificate{}, ErrMismatch
		}
		return tls.Certificate{}, ErrMalformed
	}
	pair.Leaf = chain[0]
	return pair, nil
}

// readable reports whether a PEM text holds a private key.
func readable(key []byte) bool {
	b := find(key, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
	if _, err := x509.ParsePKCS8PrivateKey(b.Bytes); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(b.Bytes); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(b.Bytes)
	return err == nil
}

// find returns the first PEM block of one of the types, nil if there is none.
func find(text []byte, types ...string) *pem.Block {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return nil
		}
		for _, t := range types {
			if b.Type == t {
				return b
			}
		}
	}
}

// Certificates reads all certificates of a PEM text.
func Certificates(text []byte) (list []*x509.Certificate, err error) {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, ErrMalformed
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, ErrNoCertificate
	}
	return list, nil
}
