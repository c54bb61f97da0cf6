package userland

import (
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// bindName rewrites a name in the escapes of package miekg/dns into the text
// BIND prints: absolute, with "$" escaped, blanks as \032 and "'" plain.
func bindName(name string) string {
	if !strings.ContainsAny(name, `$\'`) {
		return mdns.Fqdn(name)
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' && i+1 < len(name) && name[i+1] == ' ':
			b.WriteString(`\032`)
			i++
		case c == '\\' && i+1 < len(name) && name[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case c == '\\' && i+1 < len(name):
			b.WriteString(name[i : i+2])
			i++
		case c == '$':
			b.WriteString(`\$`)
		default:
			b.WriteByte(c)
		}
	}
	return mdns.Fqdn(b.String())
}

// shownName is bindName without the final dot, the form of dns_name_format.
func shownName(name string) string {
	if name == "." || name == "" {
		return "."
	}
	return strings.TrimSuffix(bindName(name), ".")
}

// reverseText returns the name under in-addr.arpa or ip6.arpa for value. If
// strict is false whatever is not an IPv6 address is reversed at its dots, so
// that it also serves for names of RFC 2317.
func reverseText(value string, strict bool) (string, bool) {
	if a, err := netip.ParseAddr(value); err == nil && a.Zone() == "" {
		if a.Is6() { // without a final dot, unlike an IPv4 name
			return strings.TrimSuffix(reverse6(a), "."), true
		}
		return dns.ReverseName(a), true
	}
	if strict {
		return "", false
	}
	parts := strings.Split(value, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".") + ".in-addr.arpa.", true
}

// reverse6 is dns.ReverseName for IPv6 also where the address holds an IPv4 one.
func reverse6(a netip.Addr) string {
	name, err := mdns.ReverseAddr(a.String())
	if err != nil {
		return dns.ReverseName(a)
	}
	return name
}

// isWithin reports whether name is zone or below it.
func isWithin(name, zone string) bool { return dns.IsWithin(name, zone) }

func sameName(a, b string) bool { return strings.EqualFold(mdns.Fqdn(a), mdns.Fqdn(b)) }
