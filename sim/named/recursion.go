package named

import (
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// fromCache answers from the cache, or starts or joins a recursive resolution. cut
// is the referral the view's own zones have for the name, if any. It reports false
// when an alias was found and the search goes on with q.name.
func (q *query) fromCache(canonical string, cut *dns.Answer) (done bool) {
	if !q.mayCache {
		q.refuseCache(cut)
		return true
	}
	r := q.view.resolverFor()
	now := q.s.clock.Since()
	if c := q.cached(r, now); c.Result != dns.CacheMiss {
		q.s.stats.cacheHits++
		q.traceHit(&c)
		return q.take(&c)
	}
	if !q.recurse {
		q.refer(r, cut)
		return true
	}
	q.s.stats.cacheMisses++
	if q.req.flags&flagCD == 0 && r.failedLately(canonical, q.req.qtype, now) {
		q.finish(&response{rcode: mdns.RcodeServerFailure}, "SERVFAIL")
		return true
	}
	if len(q.s.recursing) >= int(q.s.conf.Options.RecursiveClients.Value) {
		q.logf(catClient, warning, "no more recursive clients (%d/%d/%d): quota reached", len(q.s.recursing),
			q.s.conf.Options.RecursiveClients.Value*9/10, q.s.conf.Options.RecursiveClients.Value)
		q.finish(&response{rcode: mdns.RcodeServerFailure}, "quota reached")
		return true
	}
	q.recurseFor(r, canonical)
	return true
}

// anyTypes are the types a cache is searched for when all are asked for.
var anyTypes = [...]uint16{mdns.TypeSOA, mdns.TypeNS, mdns.TypeA, mdns.TypeAAAA, mdns.TypeMX, mdns.TypeTXT, mdns.TypeCNAME, mdns.TypePTR,
	mdns.TypeSRV, mdns.TypeCAA, mdns.TypeDNAME, mdns.TypeDS, mdns.TypeDNSKEY, mdns.TypeTLSA, mdns.TypeNAPTR, mdns.TypeSSHFP}

// cached is what the cache has for the present name. A question for all types gets
// what happens to be there (RFC 8482 2).
func (q *query) cached(r *resolver, now time.Duration) dns.Cached {
	c := r.cache.Lookup(now, q.name, q.req.qtype, dns.TrustAnswer)
	if q.req.qtype != mdns.TypeANY || c.Result != dns.CacheMiss {
		return c
	}
	for _, rrtype := range anyTypes {
		one := r.cache.Lookup(now, q.name, rrtype, dns.TrustAnswer)
		if one.Result == dns.CacheAlias || one.Result == dns.CacheHit && one.Type == rrtype {
			rrs := append(c.RRs, one.RRs...)
			c = one
			c.RRs, c.Result = rrs, dns.CacheHit
			if one.Result == dns.CacheAlias {
				break
			}
		}
	}
	return c
}

// refuseCache answers a client that may not use the cache. What the zones have
// said already is the whole answer then.
func (q *query) refuseCache(cut *dns.Answer) {
	if !q.first || cut != nil {
		q.finish(&response{answer: q.answer}, "")
		return
	}
	acl, option := q.view.conf.AllowQueryCache, "allow-query-cache"
	if acl.Allows(q.peer.Addr(), q.key, &q.s.locals) {
		acl, option = q.view.conf.AllowQueryCacheOn, "allow-query-cache-on"
	}
	if q.view.conf.Recursion.Value {
		q.logf(catSecurity, info, "query (cache) '%s' denied (%s did not match)", q.questionText("/"), option)
		q.verdict(trace.Refused, &verdict{acl: acl})
		q.finish(&response{rcode: mdns.RcodeRefused, ede: edeProhibited}, "REFUSED")
		return
	}
	q.verdict(trace.Refused, &verdict{why: "not authoritative, and recursion is off"})
	q.finish(&response{rcode: mdns.RcodeRefused}, "REFUSED")
}

// recurseFor opens the query's span and waits for the resolver.
func (q *query) recurseFor(r *resolver, canonical string) {
	s := q.s
	if q.span == nil {
		q.since = s.clock.Since()
		q.span = s.trace.Open(trace.Event{Kind: trace.DNSLookup, Node: s.host.Name, Data: &lookupEvent{name: q.name, rrtype: q.req.qtype}})
		s.recursing = append(s.recursing, q)
		s.stats.recursions++
		defer q.span.Leave()
	}
	f := r.fetch(fetchKey{canonical, q.req.qtype}, q.name, nil, q.resume)
	if q.req.flags&flagCD != 0 && len(f.waiters) == 1 {
		f.unchecked = true
	}
}

// resume goes on with what the resolver has found.
func (q *query) resume(o *outcome) {
	if o.why != "" {
		r := q.view.resolverFor()
		r.noteFailure(dns.Canonical(q.name), q.req.qtype)
		q.finish(&response{rcode: mdns.RcodeServerFailure}, o.why)
		return
	}
	if !q.take(&o.Cached) {
		q.advance()
	}
}

// take uses a set from the cache or the resolver. It reports false after an alias.
func (q *query) take(c *dns.Cached) (done bool) {
	r := &response{}
	q.first = false
	q.unproved = q.unproved || c.Trust != dns.TrustSecure
	var proof []mdns.RR
	if q.req.do {
		proof = c.Proof
	}
	switch c.Result {
	case dns.CacheHit:
		q.answer = append(append(q.answer, c.RRs...), proof...)
		if q.view.conf.MinimalResponses.Value != "yes" && q.req.qtype != mdns.TypeANY {
			r.additional = q.cachedAdditional(c.RRs)
		}
	case dns.CacheAlias:
		q.answer = append(append(q.answer, c.RRs...), proof...)
		return !q.follow(c.RRs[0].(*mdns.CNAME).Target)
	case dns.CacheDNAME:
		return !q.followDNAME(c)
	case dns.CacheNXDomain:
		r.rcode = mdns.RcodeNameError
	}
	if c.SOA != nil {
		r.authority = append([]mdns.RR{c.SOA}, proof...)
	}
	r.answer = q.answer
	q.finish(r, "")
	return true
}

// follow goes on with the target of an alias, unless it was the alias that was
// asked for. It reports whether there is a next round.
func (q *query) follow(target string) bool {
	if q.req.qtype == mdns.TypeCNAME || q.req.qtype == mdns.TypeANY {
		q.finish(&response{answer: q.answer}, "")
		return false
	}
	q.restarts++
	q.name = target
	for _, rr := range q.answer[:len(q.answer)-1] { // aliases in a circle
		if rr.Header().Rrtype == mdns.TypeCNAME && equalNames(rr.Header().Name, target) {
			q.tooLong()
			return false
		}
	}
	return true
}

// followDNAME makes the alias a DNAME stands for (RFC 6672 3.1).
func (q *query) followDNAME(c *dns.Cached) bool {
	d := c.RRs[0].(*mdns.DNAME)
	owner := d.Hdr.Name
	if len(q.name) <= len(owner) {
		q.finish(&response{rcode: mdns.RcodeServerFailure, answer: q.answer}, "failure")
		return false
	}
	target := strings.TrimSuffix(q.name[:len(q.name)-len(owner)], ".") + "." + strings.TrimPrefix(d.Target, ".")
	q.answer = append(q.answer, d)
	if _, ok := mdns.IsDomainName(target); !ok {
		q.finish(&response{rcode: mdns.RcodeYXDomain, answer: q.answer}, "")
		return false
	}
	q.answer = append(q.answer, &mdns.CNAME{Target: target,
		Hdr: mdns.RR_Header{Name: q.name, Rrtype: mdns.TypeCNAME, Class: mdns.ClassINET, Ttl: d.Hdr.Ttl}})
	return q.follow(target)
}

// cachedAdditional are the addresses of the names in an answer, as far as they are
// known without asking anybody (RFC 1035 3.3.9, 3.3.11, RFC 2782).
func (q *query) cachedAdditional(rrs []mdns.RR) (list []mdns.RR) {
	for _, rr := range rrs {
		name := targetOf(rr)
		if name == "" || name == "." {
			continue
		}
		for _, rrtype := range [...]uint16{mdns.TypeA, mdns.TypeAAAA} {
			if z, data := q.view.find(dns.Canonical(name), rrtype); z != nil && data != nil {
				if a := data.Lookup(name, rrtype); a.Outcome == dns.Success {
					list = append(list, a.Answer...)
				}
				continue
			}
			c := q.view.resolverFor().cache.Lookup(q.s.clock.Since(), name, rrtype, dns.TrustAdditional)
			if c.Result == dns.CacheHit {
				list = append(list, c.RRs...)
			}
		}
	}
	return list
}

// targetOf is the host a record points to, for records that bring its addresses
// along.
func targetOf(rr mdns.RR) string {
	switch rr := rr.(type) {
	case *mdns.MX:
		return rr.Mx
	case *mdns.NS:
		return rr.Ns
	case *mdns.SRV:
		return rr.Target
	}
	return ""
}

// refer answers a client that did not ask for recursion with the deepest
// delegation that is known.
func (q *query) refer(r *resolver, cut *dns.Answer) {
	resp := &response{answer: q.answer, glue: true}
	if cut != nil {
		resp.authority, resp.additional = cut.Authority, cut.Additional
		q.finish(resp, "")
		return
	}
	if ns, ok := r.cache.Delegation(q.s.clock.Since(), dns.Canonical(q.name)); ok {
		resp.authority, resp.additional = ns.RRs, q.cachedAdditional(ns.RRs)
	} else {
		resp.authority = r.hintNS() // whose addresses are for the server itself
	}
	q.finish(resp, "")
}

// traceHit emits that the answer came from the cache, and from which event.
func (q *query) traceHit(c *dns.Cached) {
	e := trace.Event{Kind: trace.DNSCache, Outcome: trace.OK, Node: q.s.host.Name,
		Data: &cacheEvent{name: q.name, rrtype: q.req.qtype, ttl: c.TTL, result: c.Result, trust: c.Trust}}
	if c.Result == dns.CacheNXDomain {
		e.Outcome = trace.Fail
	}
	if c.Event != 0 {
		e.Refs = []trace.Ref{{Rel: trace.AnsweredFrom, Seq: c.Event}}
	}
	q.s.trace.Emit(e)
}

// endSpan closes the span of a recursion.
func (q *query) endSpan(r *response, why string) {
	if q.span == nil {
		return
	}
	out := trace.OK
	switch {
	case why == "timed out":
		out = trace.Timeout
	case r.rcode == mdns.RcodeNameError:
		out = trace.Fail
	case r.rcode != mdns.RcodeSuccess:
		out = trace.TempFail
	case len(r.answer) == 0:
		out = trace.Warn
	}
	q.span.End(out, &lookupResult{rcode: r.rcode, answers: len(r.answer), why: why})
	q.span = nil
	for i, other := range q.s.recursing {
		if other == q {
			q.s.recursing = append(q.s.recursing[:i:i], q.s.recursing[i+1:]...)
			break
		}
	}
}
