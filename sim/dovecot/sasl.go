package dovecot

import (
	"encoding/base64"
	"strings"
)

// Outcomes of a SASL exchange that ends before a password is known.
const (
	saslBadBase64 = "Invalid base64 in response"
	saslAborted   = "Authentication aborted by client."
	saslBadFormat = "bad format"
)

// exchange runs PLAIN (RFC 4616) or LOGIN with the client: prompt sends a
// challenge and reads the answer. fault is one of the outcomes above, or "".
func exchange(mech, initial string, prompt func(challenge string) (string, error)) (user, password, fault string, err error) {
	step := func(challenge, given string) (string, string, error) {
		if given == "" {
			if given, err = prompt(base64.StdEncoding.EncodeToString([]byte(challenge))); err != nil {
				return "", "", err
			}
		} else if given == "=" {
			return "", "", nil
		}
		if given == "*" {
			return "", saslAborted, nil
		}
		b, decodeErr := base64.StdEncoding.DecodeString(given)
		if decodeErr != nil {
			return "", saslBadBase64, nil
		}
		return string(b), "", nil
	}
	if mech == "LOGIN" {
		if user, fault, err = step("Username:", initial); err != nil || fault != "" {
			return "", "", fault, err
		}
		password, fault, err = step("Password:", "")
		return user, password, fault, err
	}
	text, fault, err := step("", initial)
	if err != nil || fault != "" {
		return "", "", fault, err
	}
	parts := strings.Split(text, "\x00")
	if len(parts) != 3 {
		return "", "", saslBadFormat, nil
	}
	return parts[1], parts[2], "", nil
}
