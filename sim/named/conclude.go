package named

import (
	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// conclude validates what was heard, keeps it, and ends the fetch. Bogus data are
// thrown away, and the next server is asked.
func (in *incoming) conclude(p *peer) {
	f := in.f
	switch {
	case !f.r.v.validates():
		in.keep(in.answerTrust(), nil)
		f.finish(&in.out)
		return
	case f.unchecked: // for a client that checks itself: not for others
		f.finish(&in.out)
		return
	}
	v := &validation{f: f, in: in}
	v.check(func(secure bool, why string) {
		if f.done {
			return
		}
		if why != "" {
			f.bogus = why
			f.r.s.trace.Emit(trace.Event{Kind: trace.DNSVerdict, Outcome: trace.Fail, Node: f.r.s.host.Name,
				Data: &verdict{name: f.name, rrtype: dns.TypeName(f.key.rrtype), zone: f.zone, why: "DNSSEC: " + why}})
			f.bad(p, f.unusable(why))
			return
		}
		trust := in.answerTrust()
		if secure {
			trust = dns.TrustSecure
		}
		in.keep(trust, v.proofOf())
		f.finish(&in.out)
	})
}

// keep caches what was heard, with what proves it.
func (in *incoming) keep(trust dns.Trust, proof []mdns.RR) {
	o, cache := &in.out, in.f.r.cache
	o.Trust, o.Proof = trust, proof
	switch {
	case len(o.RRs) == 0 && in.denied != nil:
		if trust < dns.TrustSecure {
			trust = dns.TrustAnswer
		}
		cache.PutNegative(in.now, in.kind, in.f.name, in.f.key.rrtype, in.denied, trust, in.event)
		if proof != nil {
			cache.Prove(in.f.name, in.f.key.rrtype, proof)
		}
	case len(o.RRs) == 0:
	case o.Type == mdns.TypeANY:
		for from := 0; from < len(o.RRs); {
			to := from + 1
			for to < len(o.RRs) && sameSet(o.RRs[from], o.RRs[to]) {
				to++
			}
			in.store(o.RRs[from:to:to], trust)
			from = to
		}
		in.keepRest()
	default:
		in.store(o.RRs, trust)
		if proof != nil {
			cache.Prove(o.RRs[0].Header().Name, o.Type, proof)
		}
		if alias, ok := o.RRs[0].(*mdns.CNAME); ok && o.Result == dns.CacheAlias && !in.f.r.v.validates() {
			in.chain(alias.Target)
		}
		in.keepRest()
	}
}
