package postfix

import (
	"fmt"
	"net/netip"
	"strings"
)

// cidrPattern reads "network/mask" or an address at the start of a rule
// (cidr_table(5)).
func cidrPattern(text string) (r patternRule, rest, problem string) {
	negate := false
	for strings.HasPrefix(text, "!") {
		negate = !negate
		text = strings.TrimLeft(text[1:], spaces)
	}
	end := strings.IndexAny(text, spaces)
	if end < 0 {
		end = len(text)
	}
	pattern, rest := text[:end], text[end:]
	net, problem := ParseNetwork(pattern)
	if problem != "" {
		return patternRule{}, "", problem + ": skipping this rule"
	}
	r.match = func(key string) ([]string, bool) {
		// Also a negated rule matches only addresses of its family.
		ip, err := netip.ParseAddr(key)
		return nil, err == nil && ip.BitLen() == net.Addr().BitLen() && net.Contains(ip) != negate
	}
	return r, rest, ""
}

// ParseNetwork reads a network or address as Postfix's lists and cidr tables
// write them: 192.0.2.0/24, [2001:db8::]/32, 192.0.2.1. problem is Postfix's
// complaint, or empty.
func ParseNetwork(s string) (netip.Prefix, string) {
	text := s
	if strings.HasPrefix(text, "[") {
		inner, tail, ok := strings.Cut(text[1:], "]")
		if !ok {
			return netip.Prefix{}, fmt.Sprintf("missing ']' character after \"[\" in \"%s\"", s)
		}
		if tail != "" && tail[0] != '/' {
			return netip.Prefix{}, fmt.Sprintf("unexpected text after \"]\": \"%s\"", s)
		}
		text = inner + tail
	}
	addr, mask, hasMask := strings.Cut(text, "/")
	ip, err := netip.ParseAddr(addr)
	if err != nil || ip.Zone() != "" {
		if hasMask {
			return netip.Prefix{}, fmt.Sprintf("bad net/mask pattern: \"%s\"", s)
		}
		return netip.Prefix{}, fmt.Sprintf("bad address pattern: \"%s\"", s)
	}
	if !hasMask {
		return netip.PrefixFrom(ip, ip.BitLen()), ""
	}
	bits, err := parseLong(mask)
	if err == nil && bits > int64(ip.BitLen()) {
		return netip.Prefix{}, fmt.Sprintf("bad mask length in \"%s\"", s)
	}
	if err != nil || mask == "" || mask[0] < '0' || mask[0] > '9' {
		return netip.Prefix{}, fmt.Sprintf("bad net/mask pattern: \"%s\"", s)
	}
	p := netip.PrefixFrom(ip, int(bits))
	if p.Masked().Addr() != ip {
		want := p.Masked().Addr().String()
		if strings.HasPrefix(s, "[") {
			want = "[" + want + "]"
		}
		return p, fmt.Sprintf("non-null host address bits in \"%s\", perhaps you should use \"%s/%d\" instead", s, want, bits)
	}
	return p, ""
}
