package config

import (
	"encoding/hex"
	"errors"
	"strings"
)

// checkNamesInOptions checks the domain names and the algorithm names options hold.
func (c *checker) checkNamesInOptions(o *node, at level) {
	if n := o.get("root-delegation-only"); n != nil {
		for _, item := range n.list() {
			if _, err := parseName(item.text); err != nil {
				c.fail(n, "bad domain name '%s'", item.text)
			}
		}
	}
	c.checkDisabled(o.get("disable-algorithms"), "algorithms", "invalid algorithm '%s'", isSecurityAlgorithm)
	c.checkDisabled(o.get("disable-ds-digests"), "digests", "invalid digest type '%s'", isDigestType)
	if n := o.get("auto-dnssec"); n != nil && at != levelZone && !equalFold(n.text, "off") {
		c.fail(n, "auto-dnssec may only be activated at the zone level")
	}
	c.checkMustBeSecure(o.get("dnssec-must-be-secure"))
	for _, name := range []string{"empty-server", "empty-contact", "dns64-server", "dns64-contact"} {
		if n := o.get(name); n != nil {
			if _, err := parseName(n.text); err != nil {
				c.fail(n, "%s: invalid name '%s'", name, n.text)
			}
		}
	}
	for _, n := range o.get("disable-empty-zone").list() {
		if _, err := parseName(n.text); err != nil {
			c.fail(n, "disable-empty-zone: invalid name '%s'", n.text)
		}
	}
}

func (c *checker) checkDisabled(n *node, field, complaint string, known func(string) bool) {
	for _, item := range n.list() {
		name := item.field("name")
		if _, err := parseName(name.text); err != nil {
			c.fail(name, "bad domain name '%s'", name.text)
		}
		for _, a := range item.field(field).list() {
			if !known(a.text) {
				c.fail(a, complaint, a.text)
			}
		}
	}
}

func (c *checker) checkMustBeSecure(n *node) {
	seen := map[domainName]*node{}
	for _, item := range n.list() {
		name := item.field("name")
		d, err := parseName(name.text)
		if err != nil {
			c.fail(name, "bad domain name '%s'", name.text)
			continue
		}
		if first := seen[d]; first != nil {
			c.fail(item, "dnssec-must-be-secure '%s': already exists previous definition: %s", d.display(), first.pos)
			continue
		}
		seen[d] = item
	}
}

// checkNegativeAnchors checks the lifetime of negative trust anchors (RFC 7646).
func (c *checker) checkNegativeAnchors(o *node) {
	const week = 604800
	lifetime := uint32(3600)
	if n := o.get("nta-lifetime"); n != nil {
		lifetime = n.dur.seconds()
		if lifetime > week {
			c.fail(n, "'nta-lifetime' cannot exceed one week")
		} else if lifetime == 0 {
			c.fail(n, "'nta-lifetime' may not be zero")
		}
	}
	if n := o.get("nta-recheck"); n != nil {
		recheck := n.dur.seconds()
		if recheck > week {
			c.fail(n, "'nta-recheck' cannot exceed one week")
		}
		if recheck > lifetime {
			c.note(n, "'nta-recheck' (%d seconds) is greater than 'nta-lifetime' (%d seconds)", int32(recheck), int32(lifetime))
		}
	}
}

// checkCookies checks the secrets of DNS cookies (RFC 7873): 128 bits in hexadecimal.
func (c *checker) checkCookies(o *node) {
	algorithm := "siphash24"
	if n := o.get("cookie-algorithm"); n != nil {
		algorithm = lowerString(n.text)
		if algorithm == "aes" {
			c.note(n, "cookie-algorithm 'aes' is deprecated")
		}
	}
	for _, n := range o.get("cookie-secret").list() {
		secret, err := hex.DecodeString(withoutSpace(n.text))
		switch {
		case len(secret) > 32:
			c.fail(n, "cookie-secret: too long")
		case err != nil:
			c.fail(n, "cookie-secret: invalid hex string")
		case len(secret) != 16 && algorithm == "aes":
			c.fail(n, "AES cookie-secret must be 128 bits")
		case len(secret) != 16:
			c.fail(n, "SipHash-2-4 cookie-secret must be 128 bits")
		}
	}
}

// dnstapLimits are the bounds of the frame-stream options; max 0: none.
var dnstapLimits = []struct {
	name     string
	min, max uint32
}{
	{"fstrm-set-buffer-hint", 1024, 65536},
	{"fstrm-set-flush-timeout", 1, 600},
	{"fstrm-set-input-queue-size", 2, 16384},
	{"fstrm-set-output-notify-threshold", 1, 0},
	{"fstrm-set-output-queue-size", 2, 1024},
	{"fstrm-set-reopen-interval", 1, 600},
}

func (c *checker) checkDnstapSizes(o *node) {
	for _, l := range dnstapLimits {
		n := o.get(l.name)
		if n == nil {
			continue
		}
		v := uint32(n.num)
		if n.isDuration() {
			v = n.dur.seconds()
		}
		switch {
		case l.max != 0 && (v < l.min || v > l.max):
			c.fail(n, "%s '%d' out of range (%d..%d)", l.name, v, l.min, l.max)
		case l.max == 0 && v < l.min:
			c.fail(n, "%s out of range (%d < %d)", l.name, v, l.min)
		}
		if l.name == "fstrm-set-input-queue-size" && (v == 0 || v&(v-1) != 0) {
			c.fail(n, "%s '%d' not a power-of-2", l.name, v)
		}
	}
}

func (c *checker) checkDnstapOutput(n *node) {
	if n == nil || !equalFold(n.field("mode").str(), "unix") {
		return
	}
	for _, name := range []string{"size", "versions", "suffix"} {
		if !n.field(name).isVoid() {
			c.fail(n, "dnstap-output %s cannot be set with mode unix", name)
		}
	}
}

var securityAlgorithms = []struct {
	name   string
	number uint8
}{
	{"RSAMD5", 1}, {"DH", 2}, {"DSA", 3}, {"RSASHA1", 5}, {"NSEC3DSA", 6}, {"NSEC3RSASHA1", 7}, {"RSASHA256", 8},
	{"RSASHA512", 10}, {"ECCGOST", 12}, {"ECDSAP256SHA256", 13}, {"ECDSA256", 13}, {"ECDSAP384SHA384", 14},
	{"ECDSA384", 14}, {"ED25519", 15}, {"ED448", 16}, {"INDIRECT", 252}, {"PRIVATEDNS", 253}, {"PRIVATEOID", 254},
}

// securityAlgorithm reads a DNSSEC algorithm by name or number.
func securityAlgorithm(s string) (uint8, bool) {
	for _, a := range securityAlgorithms {
		if equalFold(a.name, s) {
			return a.number, true
		}
	}
	n, ok, inRange := parseUint32(s, false)
	return uint8(n), ok && inRange && n <= 255
}

func isSecurityAlgorithm(s string) bool {
	_, ok := securityAlgorithm(s)
	return ok
}

func isDigestType(s string) bool {
	if isWord(s, []string{"SHA-1", "SHA1", "SHA-256", "SHA256", "GOST", "SHA-384", "SHA384"}) {
		return true
	}
	n, ok, inRange := parseUint32(s, false)
	return ok && inRange && n <= 255
}

// rrTypes are the record types BIND 9.18 knows by name.
const rrTypes = " A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG KEY PX " +
	"GPOS AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID " +
	"NSEC3 NSEC3PARAM TLSA SMIMEA HIP NINFO RKEY TALINK CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS DSYNC HHIT BRID SPF " +
	"UINFO UID GID UNSPEC NID L32 L64 LP EUI48 EUI64 TKEY TSIG IXFR AXFR MAILB MAILA ANY URI CAA AVC DOA AMTRELAY RESINFO " +
	"WALLET TA DLV KEYDATA "

// isRRType reports whether s names a record type, TYPEn included.
func isRRType(s string) bool {
	u := upperString(s)
	if u == "" || strings.Contains(u, " ") {
		return false
	}
	if strings.Contains(rrTypes, " "+u+" ") {
		return true
	}
	if len(u) < 5 || len(u) > 9 || u[:4] != "TYPE" {
		return false
	}
	n, ok, inRange := parseUint32(u[4:], false)
	return ok && inRange && n <= 65535
}

// The faults of encoded data as messages word them.
var (
	errBadBase64 = errors.New("bad base64 encoding")
	errBadHex    = errors.New("bad hex encoding")
	errNoSpace   = errors.New("ran out of space")
)
