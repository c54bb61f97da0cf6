package dovecot

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// verifyPassword compares a password with one stored by a scheme of Dovecot's
// ("Password schemes"). Hashes of crypt(3) are never equal: the lab cannot
// compute them.
func verifyPassword(scheme, stored, password string) (bool, error) {
	name, encoding, _ := strings.Cut(scheme, ".")
	switch name {
	case "PLAIN", "CLEAR", "CLEARTEXT", "PLAIN-TRUNC":
		return subtle.ConstantTimeCompare([]byte(stored), []byte(password)) == 1, nil
	case "CRYPT", "MD5", "MD5-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT", "BLF-CRYPT", "DES-CRYPT":
		return false, nil
	case "PLAIN-MD5", "LDAP-MD5":
		if encoding == "" && name == "PLAIN-MD5" {
			encoding = "HEX"
		}
	}
	digests := map[string]func() hash.Hash{"SHA": sha1.New, "SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New,
		"SSHA": sha1.New, "SSHA256": sha256.New, "SSHA512": sha512.New, "PLAIN-MD5": md5.New, "LDAP-MD5": md5.New, "SMD5": md5.New}
	digest := digests[name]
	if digest == nil {
		return false, fmt.Errorf("Unknown scheme %s", scheme)
	}
	raw, err := decodePassword(encoding, stored)
	h := digest()
	if err != nil {
		return false, fmt.Errorf("Password data is not valid for scheme %s: Input isn't valid %s encoded data", scheme, encodingName(encoding))
	}
	salted := name == "SMD5" || strings.HasPrefix(name, "SSHA")
	if len(raw) < h.Size() || len(raw) != h.Size() && !salted {
		return false, fmt.Errorf("Password data is not valid for scheme %s: Input length isn't valid", scheme)
	}
	h.Write([]byte(password))
	h.Write(raw[h.Size():])
	return subtle.ConstantTimeCompare(h.Sum(nil), raw[:h.Size()]) == 1, nil
}

func decodePassword(encoding, s string) ([]byte, error) {
	if encoding == "HEX" {
		return hex.DecodeString(s)
	}
	return base64.StdEncoding.DecodeString(s)
}

func encodingName(encoding string) string {
	if encoding == "HEX" {
		return "HEX"
	}
	return "base64"
}
