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

// ReversePrefix reads a name below in-addr.arpa or ip6.arpa as the block of
// addresses it stands for; ok is false for other names.
func ReversePrefix(name string) (block netip.Prefix, ok bool) {
	name = Canonical(name)
	labels, isV4 := strings.CutSuffix(name, "in-addr.arpa.")
	size, base, bits := 4, 10, 8
	if !isV4 {
		var isV6 bool
		if labels, isV6 = strings.CutSuffix(name, "ip6.arpa."); !isV6 {
			return block, false
		}
		size, base, bits = 16, 16, 4
	}
	octets, used := make([]byte, size), 0
	parts := strings.Split(strings.TrimSuffix(labels, "."), ".")
	if labels == "" {
		parts = nil
	}
	for i := len(parts) - 1; i >= 0; i-- {
		n, err := strconv.ParseUint(parts[i], base, bits)
		if err != nil || used >= size*8 || bits == 4 && len(parts[i]) != 1 {
			return block, false
		}
		octets[used/8] |= byte(n) << (8 - bits - used%8)
		used += bits
	}
	addr, _ := netip.AddrFromSlice(octets)
	return netip.PrefixFrom(addr, used), true
}
