package mail

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// DNSBLName is the name under which a block list answers for an address
// (RFC 5782 2.1, 2.4): IPv4 octets or IPv6 nibbles reversed, then the list.
func DNSBLName(ip netip.Addr, list string) string {
	var b strings.Builder
	if ip = ip.Unmap(); ip.Is4() {
		o := ip.As4()
		fmt.Fprintf(&b, "%d.%d.%d.%d.", o[3], o[2], o[1], o[0])
	} else {
		o := ip.As16()
		for i := 15; i >= 0; i-- {
			fmt.Fprintf(&b, "%x.%x.", o[i]&0xf, o[i]>>4)
		}
	}
	return b.String() + list
}

// DNSBLFilter is the "=address" part of a list name in Postfix: which answers
// count as listed. Each octet is a number, or alternatives and ranges in
// brackets: 127.0.0.[2;4..11].
type DNSBLFilter [4][]octetRange

type octetRange struct{ lo, hi int }

// ParseDNSBLFilter reads a filter.
func ParseDNSBLFilter(s string) (DNSBLFilter, error) {
	var f DNSBLFilter
	octets, err := splitFilter(s)
	if err != nil {
		return f, err
	}
	for i, o := range octets {
		for _, alt := range strings.Split(strings.Trim(o, "[]"), ";") {
			lo, hi, isRange := strings.Cut(alt, "..")
			if !isRange {
				hi = lo
			}
			a, errA := strconv.Atoi(lo)
			b, errB := strconv.Atoi(hi)
			if errA != nil || errB != nil || a < 0 || b > 255 || a > b {
				return f, fmt.Errorf("bad DNSBL filter %q: octet %q", s, alt)
			}
			f[i] = append(f[i], octetRange{a, b})
		}
	}
	return f, nil
}

// splitFilter cuts at dots outside brackets.
func splitFilter(s string) ([]string, error) {
	var out []string
	start, depth := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '[' {
			depth++
		}
		if i < len(s) && s[i] == ']' {
			depth--
		}
		if i == len(s) || s[i] == '.' && depth == 0 {
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if len(out) != 4 || depth != 0 {
		return nil, fmt.Errorf("bad DNSBL filter %q: need four octets", s)
	}
	return out, nil
}

// Match reports whether an answer of the list counts.
func (f DNSBLFilter) Match(ip netip.Addr) bool {
	if !ip.Unmap().Is4() {
		return false
	}
	for i, octet := range ip.Unmap().As4() {
		hit := false
		for _, r := range f[i] {
			hit = hit || int(octet) >= r.lo && int(octet) <= r.hi
		}
		if !hit {
			return false
		}
	}
	return true
}
