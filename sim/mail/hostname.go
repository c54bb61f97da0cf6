package mail

import (
	"net/netip"
	"strings"
)

// ValidHostname reports whether s is a host name as Postfix checks them in
// envelopes and HELO: labels of letters, digits, "-" and "_", none longer than
// 63, none beginning or ending with "-", not all numeric, at most 255 octets.
// A single label is valid; a final dot is not. Octets above 127 are letters.
func ValidHostname(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	nonNumeric := false
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			switch {
			case c >= '0' && c <= '9':
			case isLetter(c) || c == '_' || c == '-' || c >= 0x80:
				nonNumeric = true
			default:
				return false
			}
		}
	}
	return nonNumeric
}

// ValidHostAddr reports whether s is a bare IPv4 or IPv6 address.
func ValidHostAddr(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Zone() == ""
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
