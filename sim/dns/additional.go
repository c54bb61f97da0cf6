package dns

import mdns "github.com/miekg/dns"

// addAdditional adds the addresses of the hosts that NS, MX and SRV records in
// the sections before point to (RFC 1035 section 3.3, RFC 2782), as far as the
// zone, or with crossZone any zone here, holds them. A referral has only glue:
// addresses below a zone cut. Other responses have no glue.
func (a *Answer) addAdditional(zones zoneFinder, crossZone bool) {
	for _, section := range [2][]mdns.RR{a.Answer, a.Authority} {
		for _, rr := range section {
			target := additionalName(rr)
			if target == "" || target == "." {
				continue
			}
			host := lowerName(target)
			if z := zones.zoneFor(host, typeA); z != nil && (z == a.Zone || crossZone) {
				a.addHost(z, host)
			}
		}
	}
}

// additionalName is the host a record points to, or "".
func additionalName(rr mdns.RR) string {
	switch rr := rr.(type) {
	case *mdns.NS:
		return rr.Ns
	case *mdns.MX:
		return rr.Mx
	case *mdns.SRV:
		return rr.Target
	case *mdns.AFSDB:
		return rr.Hostname
	}
	return ""
}

// addHost adds the addresses of one host.
func (a *Answer) addHost(z *Zone, host string) {
	m := z.find(host, typeA)
	n := m.node
	switch {
	case m.dname:
		return
	case a.Outcome == Delegation:
		if n = nil; m.stopped == Delegation {
			n = z.nodes[host]
		}
	case m.stopped == Delegation:
		n = nil
	case n == nil && z.wildcards:
		if w := z.nodes[wildcardOf(m.above, host, m.depth)]; w != nil {
			a.addAddresses(w, host, true)
		}
		return
	}
	if n != nil {
		a.addAddresses(n, host, false)
	}
}

func (a *Answer) addAddresses(n *node, host string, wild bool) {
	for i := range n.sets {
		set := &n.sets[i]
		if set.Type != typeA && set.Type != typeAAAA || a.holds(set, host) {
			continue
		}
		for _, rr := range set.RRs {
			if wild {
				rr = mdns.Copy(rr)
				rr.Header().Name = host
			}
			a.Additional = append(a.Additional, rr)
		}
	}
}

// holds reports whether the set is in the answer or additional section already.
func (a *Answer) holds(set *RRset, host string) bool {
	for _, section := range [2][]mdns.RR{a.Answer, a.Additional} {
		for _, rr := range section {
			h := rr.Header()
			if h.Rrtype == set.Type && (rr == set.RRs[0] || len(h.Name) == len(host) && lowerName(h.Name) == host) {
				return true
			}
		}
	}
	return false
}
