package netfilter

import (
	"net/netip"
	"strconv"
	"strings"
)

// ufwPort checks a port of ufw: a number, a range LOW:HIGH, or a list of them.
func ufwPort(s string) bool {
	count := 0
	for item := range strings.SplitSeq(s, ",") {
		low, high, isRange := strings.Cut(item, ":")
		count++
		a, err := strconv.ParseUint(low, 10, 16)
		if err != nil || a == 0 {
			return false
		}
		if isRange {
			count++
			b, err := strconv.ParseUint(high, 10, 16)
			if err != nil || b <= a {
				return false
			}
		}
	}
	return count <= 15
}

// ufwAddress reads an address or network. changed says that bits behind the
// mask were set.
func ufwAddress(s string) (text string, v6, changed, ok bool) {
	if s == "" {
		return "", false, false, false
	}
	addr, mask, masked := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return "", false, false, false
	}
	v6 = a.Is6()
	if !masked {
		return a.String(), v6, false, true
	}
	bits, err := strconv.Atoi(mask)
	if err != nil {
		m, merr := netip.ParseAddr(mask)
		if merr != nil || !m.Is4() || v6 {
			return "", false, false, false
		}
		n := network{mask: bitsOf(m), fam: v4}
		if bits = n.length(); bits < 0 {
			return "", false, false, false
		}
	}
	p := netip.PrefixFrom(a, bits)
	if !p.IsValid() {
		return "", false, false, false
	}
	if p.IsSingleIP() {
		return a.String(), v6, false, true
	}
	return p.Masked().String(), v6, p.Masked() != p, true
}
