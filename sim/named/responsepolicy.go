package named

import (
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// Response policy zones (BIND ARM "response-policy"): what a recursing client hears
// about a name may be replaced by what such a zone has for it. Only the triggers by
// the name asked for are there.

// policyTTL is the longest TTL of records from a policy zone (max-policy-ttl).
const policyTTL = 5

// rewrite applies the first policy zone with something for the present name. It
// reports whether the query is over; an alias makes it go on with another name.
func (q *query) rewrite() (done bool) {
	if len(q.view.conf.ResponsePolicy) == 0 || q.rewritten != nil || !q.recurse {
		return false
	}
	for _, name := range q.view.conf.ResponsePolicy {
		z := q.view.zones[name]
		if z == nil || z.data == nil || dns.IsWithin(q.name, name) {
			continue
		}
		trigger := q.name + name
		if q.name == "." {
			trigger = name
		}
		a := z.data.Lookup(trigger, q.req.qtype)
		last := a.Why[len(a.Why)-1]
		if a.Outcome == dns.NameError || a.Outcome == dns.NoData && last.Decision == dns.EmptyNonTerminal || a.Outcome == dns.NotAuthoritative {
			continue
		}
		return q.applyPolicy(z, a)
	}
	return false
}

// applyPolicy does what a policy record says: CNAME to special names stands for an
// action, anything else is the answer.
func (q *query) applyPolicy(z *zone, a *dns.Answer) (done bool) {
	target := ""
	if len(a.Answer) > 0 {
		if alias, ok := a.Answer[0].(*mdns.CNAME); ok {
			target = alias.Target
		}
	}
	r := &response{}
	switch {
	case target == "rpz-passthru.":
		q.notePolicy(z, "PASSTHRU", "")
		q.rewritten = &zone{} // looked at, and left alone
		return false
	case target == "rpz-drop.":
		q.notePolicy(z, "DROP", "")
		q.endSpan(r, "dropped")
		return true
	case target == "rpz-tcp-only.":
		q.notePolicy(z, "TCP-ONLY", "")
		if q.conn != nil {
			q.rewritten = &zone{}
			return false
		}
		q.aa, r.truncate = true, true
		q.finish(r, "")
		return true
	}
	q.rewritten, q.aa, q.unproved = z, true, true
	switch {
	case target == ".":
		q.notePolicy(z, "NXDOMAIN", "")
		r.rcode = mdns.RcodeNameError
	case target == "*." || a.Outcome == dns.NoData:
		q.notePolicy(z, "NODATA", "")
	case target != "":
		return q.policyAlias(z, target)
	default:
		q.notePolicy(z, "Local-Data", "")
		for _, rr := range a.Answer {
			q.answer = append(q.answer, q.policyRecord(rr))
		}
	}
	r.answer = q.answer
	q.finish(r, "")
	return true
}

// policyAlias answers with an alias and goes on with its target; a wildcard as the
// target gets the name asked for in front.
func (q *query) policyAlias(z *zone, target string) (done bool) {
	if rest, ok := strings.CutPrefix(target, "*."); ok {
		target = q.name + rest
		q.notePolicy(z, "CNAME", " (CNAME to: "+dns.Display(target)+")")
	} else {
		q.notePolicy(z, "Local-Data", "")
	}
	q.answer = append(q.answer, &mdns.CNAME{Hdr: mdns.RR_Header{Name: q.name, Rrtype: mdns.TypeCNAME, Class: mdns.ClassINET, Ttl: policyTTL}, Target: target})
	if q.req.qtype == mdns.TypeCNAME {
		q.finish(&response{answer: q.answer}, "")
		return true
	}
	q.restart(target)
	return false
}

// policyRecord is a record of a policy zone as the answer to the question.
func (q *query) policyRecord(rr mdns.RR) mdns.RR {
	c := mdns.Copy(rr)
	c.Header().Name, c.Header().Ttl = q.name, min(c.Header().Ttl, policyTTL)
	return c
}

// notePolicy logs and traces what a policy zone did.
func (q *query) notePolicy(z *zone, action, detail string) {
	via := dns.Display(q.name) + "." + dns.Display(z.conf.Name)
	q.logf(catRPZ, info, "rpz QNAME %s rewrite %s via %s%s", action, q.targetText(), via, detail)
	q.verdict(trace.Refused, &verdict{zone: z.conf.Name, why: "response policy: " + action})
}

// policySOA is the SOA of the policy zone that made the answer, for the additional
// section.
func (q *query) policySOA() []mdns.RR {
	if q.rewritten == nil || q.rewritten.data == nil {
		return nil
	}
	return []mdns.RR{q.rewritten.data.SOA()}
}
