package named

import (
	"slices"
	"strconv"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// unsigned decides about a set without signatures: it is insecure if its zone is,
// bogus in a signed zone (RFC 4035 5.2). The DS record of the name tells: its
// absence is proved by a signed zone, or lies in an insecure one.
func (v *validation) unsigned(owner string, rrtype uint16, tell verdictFunc) {
	if rrtype == mdns.TypeDS || owner == "." {
		v.zoneSecure(v.f.zone, func(secure bool, why string) { v.insecureIf(!secure, why, owner, rrtype, tell) })
		return
	}
	v.trusted(owner, mdns.TypeDS, func(o *outcome) {
		switch {
		case o.why != "":
			tell(false, "broken trust chain")
		case o.Trust != dns.TrustSecure:
			tell(false, "")
		default:
			v.insecureIf(o.Result != dns.CacheHit && provesDelegation(owner, o.Proof), "", owner, rrtype, tell)
		}
	})
}

// insecureIf ends with insecure data or with the complaint that they are not signed.
func (v *validation) insecureIf(insecure bool, why, owner string, rrtype uint16, tell verdictFunc) {
	switch {
	case why != "":
		tell(false, "broken trust chain")
	case insecure:
		tell(false, "")
	default:
		v.logf(owner, rrtype, "got insecure response; parent indicates it should be secure")
		tell(false, "insecurity proof failed")
	}
}

// zoneSecure finds whether a zone must be signed.
func (v *validation) zoneSecure(zone string, tell verdictFunc) {
	switch {
	case !v.f.r.v.anchored(zone):
		tell(false, "")
	case len(v.f.r.v.anchors(zone)) > 0:
		tell(true, "")
	case zone == v.f.key.name && v.f.key.rrtype == mdns.TypeDS: // the question itself
		tell(false, "")
	default:
		v.trusted(zone, mdns.TypeDS, func(o *outcome) {
			if o.why != "" {
				tell(false, o.why)
				return
			}
			tell(o.Result == dns.CacheHit && o.Trust == dns.TrustSecure, "")
		})
	}
}

// negative validates the news that there is no such name or type: the SOA record
// and the denials in the authority section must be signed.
func (v *validation) negative(tell verdictFunc) {
	zone := v.f.zone
	if soa := v.in.soa(); soa != nil {
		zone = dns.Canonical(soa.Hdr.Name)
	}
	if !v.f.r.v.anchored(v.f.key.name) {
		tell(false, "")
		return
	}
	sets := v.denials()
	if !slices.ContainsFunc(v.in.m.Ns, func(rr mdns.RR) bool { return rr.Header().Rrtype == mdns.TypeRRSIG }) {
		v.zoneSecure(zone, func(secure bool, why string) {
			if secure && why == "" {
				v.f.r.s.log.printf(catDNSSEC, info, "  validating %s/SOA: got insecure response; parent indicates it should be secure", dns.Display(zone))
				tell(false, "no valid RRSIG")
				return
			}
			v.insecureIf(!secure, why, zone, mdns.TypeSOA, tell)
		})
		return
	}
	v.all(sets, tell)
}

// denials are the sets of the authority section that make up the proof.
func (v *validation) denials() (sets [][]mdns.RR) {
	section := v.in.m.Ns
	for from := 0; from < len(section); {
		to := from + 1
		for to < len(section) && sameSet(section[from], section[to]) {
			to++
		}
		switch section[from].Header().Rrtype {
		case mdns.TypeSOA, mdns.TypeNSEC, mdns.TypeNSEC3:
			sets = append(sets, section[from:to:to])
		}
		from = to
	}
	return sets
}

// all validates sets one after the other; one that is not secure decides.
func (v *validation) all(sets [][]mdns.RR, tell verdictFunc) {
	if len(sets) == 0 {
		tell(true, "")
		return
	}
	h := sets[0][0].Header()
	v.set(sets[0], signaturesIn(v.in.m.Ns, h.Name, h.Rrtype), func(secure bool, why string) {
		if !secure || why != "" {
			tell(false, why)
			return
		}
		v.all(sets[1:], tell)
	})
}

// provesDelegation reports whether the proof that a name has no DS record says that
// it has NS records: the delegation of an insecure zone. An NSEC3 that opts out, and
// one that matches, are taken for it as well (RFC 5155 8.9).
func provesDelegation(name string, proof []mdns.RR) bool {
	for _, rr := range proof {
		switch rr := rr.(type) {
		case *mdns.NSEC:
			if equalNames(rr.Hdr.Name, name) {
				return slices.Contains(rr.TypeBitMap, mdns.TypeNS) && !slices.Contains(rr.TypeBitMap, mdns.TypeSOA)
			}
		case *mdns.NSEC3:
			if rr.Match(name) {
				return slices.Contains(rr.TypeBitMap, mdns.TypeNS) && !slices.Contains(rr.TypeBitMap, mdns.TypeSOA)
			}
			if rr.Flags&1 != 0 {
				return true
			}
		}
	}
	return false
}

// proofOf is what a client that asks for DNSSEC gets with the data: their
// signatures, or the denials of a negative answer with theirs.
func (v *validation) proofOf() (proof []mdns.RR) {
	o := &v.in.out
	if len(o.RRs) > 0 {
		h := o.RRs[0].Header()
		return signaturesIn(v.in.m.Answer, h.Name, h.Rrtype)
	}
	for _, rr := range v.in.m.Ns {
		switch rr.Header().Rrtype {
		case mdns.TypeRRSIG, mdns.TypeNSEC, mdns.TypeNSEC3:
			proof = append(proof, rr)
		}
	}
	return proof
}

func uintText(n uint64) string { return strconv.FormatUint(n, 10) }
