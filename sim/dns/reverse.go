package dns

import (
	"net/netip"
	"strconv"
	"strings"
)

// ReverseName is the name under which the PTR record of an address is kept (RFC
// 1035 section 3.5, RFC 3596 section 2.5).
func ReverseName(addr netip.Addr) string {
	addr = addr.Unmap()
	octets := addr.AsSlice()
	var b strings.Builder
	for i := len(octets) - 1; i >= 0; i-- {
		if addr.Is4() {
			b.WriteString(strconv.Itoa(int(octets[i])) + ".")
			continue
		}
		const digits = "0123456789abcdef"
		b.Write([]byte{digits[octets[i]&15], '.', digits[octets[i]>>4], '.'})
	}
	if addr.Is4() {
		return b.String() + "in-addr.arpa."
	}
	return b.String() + "ip6.arpa."
}
