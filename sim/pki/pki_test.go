package pki

import (
	"bytes"
	"crypto/tls"
	"testing"
	"time"
)

func TestSnakeoil(t *testing.T) {
	made := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	cert, key, err := Snakeoil("mail.example.org", made)
	if err != nil {
		t.Fatal(err)
	}
	again, _, _ := Snakeoil("mail.example.org", made)
	if !bytes.Equal(cert, again) {
		t.Error("the same host has two certificates")
	}
	pair, err := Pair(cert, key)
	if err != nil || pair.Leaf.Subject.CommonName != "mail.example.org" || !pair.Leaf.NotAfter.Equal(made.Add(validity)) {
		t.Errorf("%v, %v", pair.Leaf, err)
	}
	_, other, _ := Snakeoil("other.example.org", made)
	for _, c := range []struct {
		cert, key []byte
		want      error
	}{
		{cert, other, ErrMismatch}, {key, key, ErrNoCertificate}, {cert, cert, ErrNoKey}, {nil, key, ErrNoCertificate},
		{cert[:60], key, ErrNoCertificate},
		{bytes.Replace(cert, []byte("MII"), []byte("AAA"), 1), key, ErrMalformed},
		{bytes.Replace(cert, []byte("MIIB"), []byte("MIIC"), 1), key, ErrMalformed},
	} {
		if _, err := Pair(c.cert, c.key); err != c.want {
			t.Errorf("%q: %v, want %v", c.cert, err, c.want)
		}
	}
}

func TestCipherNames(t *testing.T) {
	for suite, want := range map[uint16]string{
		tls.TLS_AES_128_GCM_SHA256:                      "TLS_AES_128_GCM_SHA256",
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:       "ECDHE-RSA-AES128-GCM-SHA256",
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:     "ECDHE-ECDSA-AES256-GCM-SHA384",
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:        "ECDHE-ECDSA-AES128-SHA",
	} {
		if got := OpenSSLName(suite); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
