package named

import (
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// validation checks a reply before it is believed (RFC 4035 5). What a signature
// proves is proved down from a trust anchor: the DS record of a zone, signed by
// its parent, vouches for the zone's keys, and these sign its records.
//
//   - Data under no trust anchor, or under a delegation without DS whose absence is
//     proved, are insecure: they are used, without AD.
//   - Data whose signatures prove them are secure.
//   - Anything else is bogus and thrown away.
//
// The anchors are those of the configuration. The key of the real root, which BIND
// has built in, is of no use in the lab's own Internet and is not there. Proofs of
// non-existence are checked for their signatures, not for the names they span.
type validation struct {
	f  *fetch
	in *incoming
}

// verdictFunc takes the end of a validation: secure, or insecure, or, with why in
// BIND's words, bogus.
type verdictFunc func(secure bool, why string)

// validates reports whether the view validates what it hears.
func (v *view) validates() bool {
	return v.conf.DNSSECValidation.Value != "no" && len(v.conf.TrustAnchors) > 0
}

// anchored reports whether there is a trust anchor at or above a name.
func (v *view) anchored(name string) bool {
	return slices.ContainsFunc(v.conf.TrustAnchors, func(a config.TrustAnchor) bool { return dns.IsWithin(name, a.Name) }) &&
		!slices.ContainsFunc(v.conf.ValidateExcept, func(e string) bool { return dns.IsWithin(name, e) })
}

// anchors are the trust anchors of just this name.
func (v *view) anchors(name string) (list []config.TrustAnchor) {
	for _, a := range v.conf.TrustAnchors {
		if a.Name == name {
			list = append(list, a)
		}
	}
	return list
}

// logf writes a line of the category dnssec about a set.
func (v *validation) logf(name string, rrtype uint16, text string) {
	v.f.r.s.log.printf(catDNSSEC, info, "validating %s/%s: %s", dns.Display(name), dns.TypeName(rrtype), text)
}

// trusted finds a set that a validation needs, in the cache or by a fetch of its
// own, which is validated in turn.
func (v *validation) trusted(name string, rrtype uint16, tell func(*outcome)) {
	r := v.f.r
	if v.f.key == (fetchKey{name, rrtype}) { // it would wait for itself
		tell(&outcome{why: "broken trust chain"})
		return
	}
	if c := r.cache.Lookup(r.s.clock.Since(), name, rrtype, dns.TrustAnswer); c.Result != dns.CacheMiss {
		tell(&outcome{Cached: c})
		return
	}
	span := r.s.trace.Open(trace.Event{Kind: trace.DNSLookup, Node: r.s.host.Name,
		Data: &lookupEvent{name: name, rrtype: rrtype, reason: "validation"}})
	defer span.Leave()
	r.fetch(fetchKey{name, rrtype}, name, nil, func(o *outcome) {
		span.End(outcomeOfFetch(o), &lookupResult{rcode: rcodeOf(o), answers: len(o.RRs), why: o.why})
		tell(o)
	})
}

// check validates the outcome of a reply.
func (v *validation) check(tell verdictFunc) {
	o := &v.in.out
	switch {
	case o.Type == mdns.TypeANY && len(o.RRs) > 0:
		tell(false, "")
	case len(o.RRs) > 0:
		h := o.RRs[0].Header()
		v.set(o.RRs, signaturesIn(v.in.m.Answer, h.Name, h.Rrtype), tell)
	default:
		v.negative(tell)
	}
}

// signaturesIn are the signatures over a set in a section.
func signaturesIn(section []mdns.RR, name string, rrtype uint16) (sigs []mdns.RR) {
	for _, rr := range section {
		if sig, ok := rr.(*mdns.RRSIG); ok && sig.TypeCovered == rrtype && equalNames(sig.Hdr.Name, name) {
			sigs = append(sigs, sig)
		}
	}
	return sigs
}

// set validates one set.
func (v *validation) set(rrs, sigs []mdns.RR, tell verdictFunc) {
	h := rrs[0].Header()
	owner := dns.Canonical(h.Name)
	switch {
	case !v.f.r.v.anchored(owner):
		tell(false, "")
		return
	case h.Rrtype == mdns.TypeDNSKEY:
		v.keys(owner, rrs, sigs, tell)
		return
	case len(sigs) == 0:
		v.unsigned(owner, h.Rrtype, tell)
		return
	}
	signer := dns.Canonical(sigs[0].(*mdns.RRSIG).SignerName)
	if !dns.IsWithin(owner, signer) || h.Rrtype == mdns.TypeDS && signer == owner || !v.f.r.v.anchored(signer) {
		v.logf(owner, h.Rrtype, "no valid signature found")
		tell(false, "no valid RRSIG")
		return
	}
	v.trusted(signer, mdns.TypeDNSKEY, func(o *outcome) {
		switch {
		case o.why != "" || o.Result != dns.CacheHit:
			tell(false, "broken trust chain")
		case o.Trust != dns.TrustSecure:
			tell(false, "")
		default:
			v.verify(owner, rrs, sigs, o.RRs, tell)
		}
	})
}

// verify looks for a signature that one of a zone's trusted keys has made.
func (v *validation) verify(owner string, rrs, sigs, keys []mdns.RR, tell verdictFunc) {
	why := "no valid RRSIG"
	for _, rr := range sigs {
		sig := rr.(*mdns.RRSIG)
		for _, k := range keys {
			key, ok := k.(*mdns.DNSKEY)
			if !ok || key.KeyTag() != sig.KeyTag || key.Algorithm != sig.Algorithm {
				continue
			}
			problem := v.signature(owner, rrs, sig, key)
			if problem == "" {
				tell(true, "")
				return
			}
			why = problem
		}
	}
	v.logf(owner, rrs[0].Header().Rrtype, "no valid signature found")
	tell(false, why)
}

// signature returns BIND's text of what is wrong with a signature.
func (v *validation) signature(owner string, rrs []mdns.RR, sig *mdns.RRSIG, key *mdns.DNSKEY) string {
	now := v.f.r.s.unixTime()
	problem := ""
	switch {
	case dns.SerialLess(sig.Expiration, now):
		problem = "RRSIG has expired"
	case dns.SerialLess(now, sig.Inception):
		problem = "RRSIG validity period has not begun"
	case sig.Verify(key, rrs) != nil:
		return "RRSIG failed to verify"
	default:
		return ""
	}
	v.logf(owner, sig.TypeCovered, "verify failed due to bad signature (keyid="+uintText(uint64(sig.KeyTag))+"): "+problem)
	return problem
}

// keys validates a DNSKEY set: by trust anchors, or by the DS records of the parent
// (RFC 4035 5.2).
func (v *validation) keys(zone string, rrs, sigs []mdns.RR, tell verdictFunc) {
	if anchors := v.f.r.v.anchors(zone); len(anchors) > 0 {
		v.signedBy(zone, rrs, sigs, func(k *mdns.DNSKEY) bool {
			return slices.ContainsFunc(anchors, func(a config.TrustAnchor) bool { return anchorMatches(a, k) })
		}, tell)
		return
	}
	v.trusted(zone, mdns.TypeDS, func(o *outcome) {
		switch {
		case o.why != "":
			tell(false, "broken trust chain")
		case o.Result != dns.CacheHit || o.Trust != dns.TrustSecure:
			tell(false, "")
		default:
			v.signedBy(zone, rrs, sigs, func(k *mdns.DNSKEY) bool {
				return slices.ContainsFunc(o.RRs, func(rr mdns.RR) bool { return dsMatches(rr, k) })
			}, tell)
		}
	})
}

// signedBy looks for a key that is vouched for and has signed the DNSKEY set.
func (v *validation) signedBy(zone string, rrs, sigs []mdns.RR, vouched func(*mdns.DNSKEY) bool, tell verdictFunc) {
	for _, rr := range rrs {
		key, ok := rr.(*mdns.DNSKEY)
		if !ok || !vouched(key) {
			continue
		}
		for _, s := range sigs {
			sig := s.(*mdns.RRSIG)
			if sig.KeyTag == key.KeyTag() && sig.Algorithm == key.Algorithm && v.signature(zone, rrs, sig, key) == "" {
				tell(true, "")
				return
			}
		}
	}
	v.logf(zone, mdns.TypeDNSKEY, "no valid signature found (DS)")
	tell(false, "no valid RRSIG")
}

// dsMatches reports whether a DS record is of a key (RFC 4034 5.1.4).
func dsMatches(rr mdns.RR, k *mdns.DNSKEY) bool {
	ds, ok := rr.(*mdns.DS)
	if !ok || ds.KeyTag != k.KeyTag() || ds.Algorithm != k.Algorithm {
		return false
	}
	own := k.ToDS(ds.DigestType)
	return own != nil && strings.EqualFold(own.Digest, ds.Digest)
}

func anchorMatches(a config.TrustAnchor, k *mdns.DNSKEY) bool {
	if a.DS {
		return dsMatches(&mdns.DS{KeyTag: a.Numbers[0], Algorithm: uint8(a.Numbers[1]), DigestType: uint8(a.Numbers[2]), Digest: a.Data}, k)
	}
	return k.Flags == a.Numbers[0] && k.Protocol == uint8(a.Numbers[1]) && k.Algorithm == uint8(a.Numbers[2]) && k.PublicKey == a.Data
}
