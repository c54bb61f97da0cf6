package userland

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// errAddrFamily is getaddrinfo(3)'s EAI_ADDRFAMILY: an address literal of the
// other family than the one asked for.
var errAddrFamily = errors.New("address family for hostname not supported")

// lookupHost is getaddrinfo(3) as commands call it: literals of the wrong family
// are refused, and an IPv4 address may be written short ("127.1"). Otherwise it
// is host.LookupAddrs.
func lookupHost(p *host.Proc, name string, family host.Family) (addrs []netip.Addr, canonical string, err error) {
	a, err := netip.ParseAddr(name)
	if err != nil {
		a, err = shortIPv4(name)
	}
	if err == nil {
		if a.Is4() && family == host.IPv6 || a.Is6() && family == host.IPv4 {
			return nil, "", errAddrFamily
		}
		return []netip.Addr{a}, name, nil
	}
	return p.Host.LookupAddrs(p.Task, name, family)
}

// shortIPv4 reads an address of one to four numbers, of which the last fills
// the remaining octets, decimal, octal or hexadecimal (inet_aton(3)).
func shortIPv4(s string) (netip.Addr, error) {
	parts := strings.Split(s, ".")
	bad := errors.New("not an address")
	if len(parts) > 4 || s == "" || strings.Contains(s, "_") {
		return netip.Addr{}, bad
	}
	var value uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		if err != nil || part[0] < '0' || part[0] > '9' || strings.ContainsAny(part, "oObB") && !strings.HasPrefix(part, "0x") {
			return netip.Addr{}, bad
		}
		limit := uint64(255)
		if i == len(parts)-1 {
			limit = 1<<(8*(5-len(parts))) - 1
		}
		if n > limit {
			return netip.Addr{}, bad
		}
		if i == len(parts)-1 {
			value |= n
		} else {
			value |= n << (24 - 8*i)
		}
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), nil
}
