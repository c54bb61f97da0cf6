package dns

import (
	"sort"

	mdns "github.com/miekg/dns"
)

// What a zone's DNSSEC records add to a response when the query has the DO bit
// (RFC 4035 section 3.1, RFC 5155 section 7). The zone is served as it was signed;
// nothing is signed here.

// addSecurity completes an answer from signed zones.
func (a *Answer) addSecurity(zones zoneFinder, qtype uint16) {
	if a.Zone == nil {
		return
	}
	switch {
	case !a.Zone.Signed():
	case a.Zone.apex.set(typeNSEC) != nil:
		a.addDenials()
	case a.Zone.chain != nil:
		a.addHashedDenials()
	}
	if qtype != typeANY || a.minimalAny || a.Why[len(a.Why)-1].Decision == DNAMERewrite { // all types have theirs already
		a.Answer = a.withSignatures(zones, a.Answer)
	}
	a.Authority = a.withSignatures(zones, a.Authority)
	a.Additional = a.withSignatures(zones, a.Additional)
}

// addDenials adds the NSEC records that prove what is not there: at the name
// (NODATA), over the name and over the wildcard (NXDOMAIN), over the name that a
// wildcard stands for, and at an unsigned delegation (RFC 4035 3.1.3, 3.1.4).
func (a *Answer) addDenials() {
	last := a.Why[len(a.Why)-1]
	name := lowerName(last.Name)
	switch {
	case a.Outcome == Delegation:
		if cut := a.Zone.nodes[lowerName(last.At)]; cut.set(typeDS) == nil {
			a.addNSEC(cut)
		}
	case a.Outcome == NameError:
		a.addNSEC(a.Zone.coveringNSEC(name))
		a.addNSEC(a.Zone.coveringNSEC("*." + lowerName(last.At)))
	case a.Outcome == NoData && a.Zone.nodes[name] != nil && a.Zone.nodes[name].set(typeNSEC) != nil:
		a.addNSEC(a.Zone.nodes[name])
	case a.Outcome == NoData:
		a.addNSEC(a.Zone.coveringNSEC(name))
		if last.Decision == Wildcard {
			a.addNSEC(a.Zone.nodes[lowerName(last.At)])
		}
	}
	for _, step := range a.wildcardAnswers() {
		a.addNSEC(a.Zone.coveringNSEC(lowerName(step.Name)))
	}
}

// wildcardAnswers are the steps in which a wildcard has given records: each needs a
// proof that the name itself does not exist (RFC 4035 3.1.3.3).
func (a *Answer) wildcardAnswers() (steps []Step) {
	for i, step := range a.Why {
		if step.Decision == Wildcard && (i < len(a.Why)-1 || a.Outcome != NoData) {
			steps = append(steps, step)
		}
	}
	return steps
}

// addNSEC adds a node's NSEC record, once.
func (a *Answer) addNSEC(n *node) {
	if n == nil {
		return
	}
	set := n.set(typeNSEC)
	if set == nil {
		return
	}
	for _, rr := range a.Authority {
		if rr == set.RRs[0] {
			return
		}
	}
	a.Authority = append(a.Authority, set.RRs...)
}

// coveringNSEC is the node with an NSEC record whose span holds name: the last
// one before it in canonical order.
func (z *Zone) coveringNSEC(name string) *node {
	key := sortKeyOf(name)
	i := sort.Search(len(z.order), func(i int) bool { return sortKeyOf(z.order[i].name) > key })
	for i--; i >= 0; i-- {
		if z.order[i].set(typeNSEC) != nil {
			return z.order[i]
		}
	}
	return nil
}

// withSignatures puts behind each set of a section the signatures over it.
func (a *Answer) withSignatures(zones zoneFinder, section []mdns.RR) []mdns.RR {
	var out []mdns.RR
	for from := 0; from < len(section); {
		to := from + 1
		for to < len(section) && sameSet(section[from], section[to]) {
			to++
		}
		out = append(out, section[from:to]...)
		out = append(out, a.signaturesOf(zones, section[from].Header())...)
		from = to
	}
	return out
}

// signaturesOf finds the RRSIG records over the set with this header. Records
// made from a wildcard carry the wildcard's signatures under their own name, and
// a negative SOA's signature has the shortened TTL.
func (a *Answer) signaturesOf(zones zoneFinder, h *mdns.RR_Header) []mdns.RR {
	name := lowerName(h.Name)
	z := zones.zoneFor(name, h.Rrtype)
	if h.Rrtype == typeNSEC { // at a zone cut the parent's, not that of the child's apex
		z = a.Zone
	}
	if z == nil || h.Rrtype == typeRRSIG {
		return nil
	}
	n := z.nodes[name]
	if n == nil {
		m := z.find(name, h.Rrtype)
		n = z.nodes[wildcardOf(m.above, name, m.depth)]
	}
	if n == nil {
		return nil
	}
	var found []mdns.RR
	for i := range n.sets {
		if n.sets[i].Type != typeRRSIG {
			continue
		}
		for _, rr := range n.sets[i].RRs {
			if sig, ok := rr.(*mdns.RRSIG); ok && sig.TypeCovered == h.Rrtype {
				c := *sig
				c.Hdr.Name, c.Hdr.Ttl = h.Name, h.Ttl
				found = append(found, &c)
			}
		}
	}
	return found
}
