package config

// checkDNS64 checks the prefixes of dns64 (RFC 6052 2.2).
func (v *viewCheck) checkDNS64() {
	for _, n := range v.scope().get("dns64").list() {
		name := n.block.name
		complaint := ""
		switch {
		case !name.addr.Is6():
			complaint = "must be IPv6"
		case name.addr.As16()[8] != 0:
			complaint = "bits [64..71] must be zero"
		case name.num != 32 && name.num != 40 && name.num != 48 && name.num != 56 && name.num != 64 && name.num != 96:
			complaint = "length is not 32/40/48/56/64/96"
		}
		if complaint != "" {
			v.fail(n, "dns64 prefix %s %s", printNode(name), complaint)
			continue
		}
		for _, list := range []string{"clients", "exclude", "mapped"} {
			v.acls.expand(n.get(list))
		}
		if s := n.get("suffix"); s != nil {
			v.checkSuffix(s, int(name.num))
		}
	}
}

// checkSuffix checks that a suffix leaves the prefix and the IPv4 address free.
func (v *viewCheck) checkSuffix(n *node, length int) {
	octets := length/8 + 4
	if length <= 64 {
		octets++
	}
	bytes := n.addr.As16()
	for _, b := range bytes[:octets] {
		if b != 0 {
			v.fail(n, "bad suffix '%s' leading %d octets not zeros", formatAddr(n.addr), octets)
			return
		}
	}
}

// checkRateLimit checks the numbers of rate-limit.
func (v *viewCheck) checkRateLimit() {
	m := v.scope().get("rate-limit")
	if m == nil {
		return
	}
	least := int32(500)
	if n := m.get("min-table-size"); n != nil {
		least = max(int32(uint32(n.num)), 1)
	}
	if n := m.get("max-table-size"); n != nil && int32(uint32(n.num)) < least {
		v.fail(n, "max-table-size %d < min-table-size %d", int32(uint32(n.num)), least)
	}
	for _, name := range []string{"responses-per-second", "referrals-per-second", "nodata-per-second", "nxdomains-per-second",
		"errors-per-second", "all-per-second", "slip"} {
		most := int32(1000)
		if name == "slip" {
			most = 10
		}
		if n := m.get(name); n != nil && int32(uint32(n.num)) > most {
			v.fail(n, "%s %d > %d", name, int32(uint32(n.num)), most)
		}
	}
	for _, l := range []struct {
		name, complaint string
		lo, hi          int32
	}{
		{"window", "window %d < 1 or > 3600", 1, 3600}, {"qps-scale", "invalid 'qps-scale %d'", 1, 1<<31 - 1},
		{"ipv4-prefix-length", "invalid 'ipv4-prefix-length %d'", 8, 32},
		{"ipv6-prefix-length", "ipv6-prefix-length %d < 16 or > 64", 16, 64},
	} {
		if n := m.get(l.name); n != nil && (int32(uint32(n.num)) < l.lo || int32(uint32(n.num)) > l.hi) {
			v.fail(n, l.complaint, int32(uint32(n.num)))
		}
	}
	v.acls.expand(m.get("exempt-clients"))
}
