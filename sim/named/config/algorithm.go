package config

// tsigDigests are the algorithms of TSIG keys with the length of their MACs in bits (RFC 8945 6). Without a length the
// name takes no truncation.
var tsigDigests = []struct {
	name string
	bits uint16
}{
	{"hmac-md5", 128}, {"hmac-md5.sig-alg.reg.int", 0}, {"hmac-md5.sig-alg.reg.int.", 0}, {"hmac-sha1", 160},
	{"hmac-sha224", 224}, {"hmac-sha256", 256}, {"hmac-sha384", 384}, {"hmac-sha512", 512},
}

// tsigAlgorithm is a key's algorithm: a name with an optional length of the truncated MAC (hmac-sha256-128).
type tsigAlgorithm struct {
	name     string // hmac-md5 ... hmac-sha512, empty: unknown
	digest   uint16 // bits of a whole MAC
	bits     uint16 // of the truncated MAC
	hasBits  bool
	badBits  bool // the length is no number
	tooLarge bool
}

func parseTSIGAlgorithm(s string) tsigAlgorithm {
	for _, d := range tsigDigests {
		if len(s) < len(d.name) || !equalFold(s[:len(d.name)], d.name) {
			continue
		}
		rest := s[len(d.name):]
		a := tsigAlgorithm{name: d.name, digest: d.bits}
		if d.bits == 0 {
			a.name, a.digest = "hmac-md5", 128
		}
		if rest == "" {
			return a
		}
		if d.bits == 0 || rest[0] != '-' {
			continue
		}
		n, ok, inRange := parseUint32(rest[1:], false)
		a.hasBits, a.badBits = ok, !ok
		a.tooLarge = ok && (!inRange || n > uint32(d.bits))
		a.bits = uint16(n)
		return a
	}
	return tsigAlgorithm{}
}
