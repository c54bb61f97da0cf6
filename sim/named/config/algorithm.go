package config

import "strconv"

// tsigDigest is the length in bits of each algorithm's MAC (RFC 8945 6).
var tsigDigests = []struct {
	name string
	bits uint16
}{
	{"hmac-md5", 128}, {"hmac-md5.sig-alg.reg.int", 0}, {"hmac-md5.sig-alg.reg.int.", 0}, {"hmac-sha1", 160},
	{"hmac-sha224", 224}, {"hmac-sha256", 256}, {"hmac-sha384", 384}, {"hmac-sha512", 512},
}

// algorithmFault is why an algorithm's name is refused.
type algorithmFault uint8

const (
	algorithmOK algorithmFault = iota
	algorithmUnknown
	algorithmNoBits // a length that is no number after the dash
	algorithmBits   // a length out of range or no multiple of 8
)

// tsigAlgorithm reads the algorithm of a key: a name with an optional length of the truncated MAC (hmac-sha256-128).
func tsigAlgorithm(s string) (name string, bits uint16, fault algorithmFault) {
	for _, d := range tsigDigests {
		if len(s) < len(d.name) || !equalFold(s[:len(d.name)], d.name) {
			continue
		}
		rest := s[len(d.name):]
		canonical := d.name
		if d.bits == 0 {
			canonical = "hmac-md5"
		}
		if rest == "" {
			return canonical, 0, algorithmOK
		}
		if d.bits == 0 || rest[0] != '-' {
			continue
		}
		n, err := strconv.ParseUint(rest[1:], 10, 16)
		switch {
		case err != nil:
			return canonical, 0, algorithmNoBits
		case uint16(n) > d.bits || n%8 != 0:
			return canonical, uint16(n), algorithmBits
		}
		return canonical, uint16(n), algorithmOK
	}
	return "", 0, algorithmUnknown
}
