package named

import (
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// query is one request of a client while the server works on it.
type query struct {
	s        *Server
	port     *listenPort // UDP
	conn     *tcpClient  // TCP
	local    netip.Addr  // the server's address the client used
	peer     netip.AddrPort
	req      request
	question [1]mdns.Question
	view     *view
	key      string // TSIG key the request was signed with, canonical
	mac      string // the request's signature
	cookieOK bool   // it carried a cookie of this server
	number   uint64 // of the client object in log lines

	// What the client may have, and wants.
	mayRecurse bool // RA
	mayCache   bool
	recurse    bool // RD and mayRecurse

	// The answer so far, while aliases are followed.
	name      string
	restarts  uint32
	first     bool // no answer data yet: name is still the question's
	aa        bool
	unproved  bool  // some of the answer is not validated
	rewritten *zone // the policy zone that has changed the answer; one without data has let it pass
	answer    []mdns.RR
	span      *trace.Span // open while recursion is under way
	since     time.Duration
}

// receive takes a datagram.
func (p *listenPort) receive(d *vnet.Datagram) {
	if p.s.proc.Stopped() {
		if p.s.proc.WhenRunning(func() { p.udp.Release(); p.receive(d) }) {
			p.udp.Hold()
		}
		return
	}
	p.s.stats.udp++
	q := p.s.spare
	if q == nil {
		q = new(query)
	}
	p.s.spare = nil
	*q = query{s: p.s, port: p, local: d.Dst.Addr(), peer: d.Src}
	q.handle(d.Payload)
	if q.req.opcode == mdns.OpcodeQuery && !q.recurse { // answered, and nobody knows it any more
		p.s.spare = q
	}
}

// handle decides what a message is and lets the right part answer it.
//
//  1. What is no request, or comes from a blackholed address, is dropped.
//  2. Opcodes: NOTIFY and QUERY are served, the rest is refused.
//  3. EDNS: an unknown version gets BADVERS, a cookie is checked.
//  4. The view is chosen; without one the client is refused.
//  5. The question: server identity (CH), transfers, everything else.
func (q *query) handle(b []byte) {
	s := q.s
	err := q.req.parse(b)
	if err == errHeader || q.req.flags&flagQR != 0 {
		return
	}
	if s.conf.Options.Blackhole.Allows(q.peer.Addr(), "", &s.locals) {
		return
	}
	s.stats.request(q)
	if err == nil && q.req.tsig && !q.verifySignature() {
		return
	}
	switch {
	case err != nil:
		q.fail(mdns.RcodeFormatError, "FORMERR")
	case q.req.opcode == mdns.OpcodeNotify:
		q.receiveNotify()
	case q.req.opcode == mdns.OpcodeUpdate:
		q.receiveUpdate()
	case q.req.opcode != mdns.OpcodeQuery:
		q.req.asked = false
		q.send(&response{rcode: mdns.RcodeNotImplemented})
	case q.req.edns && q.req.version != 0: // RFC 6891 6.1.3
		q.send(&response{rcode: mdns.RcodeBadVers})
	case !q.req.asked || q.req.class == mdns.ClassANY:
		q.fail(mdns.RcodeFormatError, "FORMERR")
	default:
		if len(q.req.cookie) > 8 {
			q.cookieOK = s.cookieValid(&q.req, q.peer.Addr().AsSlice())
		}
		q.ask()
	}
}

// ask answers a well-formed question.
func (q *query) ask() {
	if q.req.class == mdns.ClassCHAOS {
		q.answerChaos()
		return
	}
	if !q.selectView() {
		return
	}
	if q.s.queryLog {
		q.logQuery()
	}
	q.serve()
}

// selectView chooses the view, or refuses.
func (q *query) selectView() bool {
	s := q.s
	if q.req.class == mdns.ClassINET {
		if v := s.views; len(v) == 1 && v[0].conf.MatchClients.IsAny() && v[0].conf.MatchDestinations.IsAny() && !v[0].conf.MatchRecursiveOnly.Value {
			q.view = v[0]
			q.permissions()
			return true
		}
		if conf, _ := s.conf.SelectView(q.peer.Addr(), q.local, q.key, q.req.recursionDesired(), &s.locals); conf != nil {
			q.view = s.view(conf.Name)
			q.permissions()
			return true
		}
	}
	q.logf(catSecurity, info, "no matching view in class '%s'", dns.ClassName(q.req.class))
	q.verdict(trace.Refused, &verdict{why: "no view matches"})
	q.logFailure("REFUSED")
	if q.key != "" {
		q.refuseUnknownKey()
		return false
	}
	q.send(&response{rcode: mdns.RcodeRefused, ede: edeProhibited})
	return false
}

// serve answers a question of class IN in the chosen view.
func (q *query) serve() {
	v := q.view
	if v.conf.RequireCookie.Value && q.req.edns && len(q.req.cookie) >= 8 && !q.cookieOK && q.conn == nil {
		q.send(&response{rcode: mdns.RcodeBadCookie})
		return
	}
	if q.metaType() {
		return
	}
	q.name, q.first = q.req.name, true
	q.advance()
}

// metaType serves the types that are no record types, and reports whether it was
// one.
func (q *query) metaType() bool {
	switch q.req.qtype {
	case mdns.TypeAXFR, mdns.TypeIXFR:
		q.transferOut()
	case mdns.TypeMAILA, mdns.TypeMAILB:
		q.fail(mdns.RcodeNotImplemented, "NOTIMP")
	case mdns.TypeOPT, mdns.TypeTSIG, mdns.TypeTKEY:
		q.fail(mdns.RcodeFormatError, "FORMERR")
	default:
		return false
	}
	return true
}

// permissions finds what the client may have: BIND ARM "recursion",
// "allow-recursion", "allow-query-cache" and their -on forms.
func (q *query) permissions() {
	v, locals := q.view.conf, &q.s.locals
	addr := q.peer.Addr()
	q.mayCache = v.Recursion.Value && allows(v.AllowQueryCache, addr, q.key, locals) && allows(v.AllowQueryCacheOn, q.local, q.key, locals)
	q.mayRecurse = q.mayCache &&
		allows(v.AllowRecursion, addr, q.key, locals) && allows(v.AllowRecursionOn, q.local, q.key, locals)
	q.recurse = q.mayRecurse && q.req.recursionDesired()
}

// allows is ACL.Allows, quick for the commonest list.
func allows(a *config.ACL, addr netip.Addr, key string, locals *config.Locals) bool {
	return a.IsAny() || a.Allows(addr, key, locals)
}

// lookupOptions say what an answer from the zones may hold (BIND ARM
// "minimal-responses"). Aliases and addresses in other zones are for clients the
// server recurses for. Questions for keys, and clients with the smallest buffer,
// get the least in any case.
func (q *query) lookupOptions() dns.LookupOptions {
	o := dns.LookupOptions{CrossZone: q.recurse && q.view.open, DNSSEC: q.req.do, MinimalAny: q.view.conf.MinimalAny.Value && q.conn == nil}
	switch q.view.conf.MinimalResponses.Value {
	case "yes":
		o.Minimal, o.Bare = true, q.req.qtype != mdns.TypeNS // which keeps its addresses
	case "no-auth":
		o.Minimal = true
	case "no":
	default:
		o.Minimal = q.req.recursionDesired()
	}
	switch q.req.qtype {
	case mdns.TypeDNSKEY, mdns.TypeDS, mdns.TypeCDS, mdns.TypeCDNSKEY:
		o.Bare = true
	}
	o.Bare = o.Bare || q.conn == nil && q.req.edns && q.req.udpSize <= udpPlain || o.MinimalAny && q.req.qtype == mdns.TypeANY
	return o
}

// advance works on q.name until the answer is complete or must wait for a fetch.
// Each round asks the zones of the view, then the cache, then the resolver (RFC
// 1034 4.3.2 with the cache as step 4); an alias starts another round.
func (q *query) advance() {
	for {
		if q.restarts > q.view.conf.MaxQueryRestarts.Value {
			q.tooLong()
			return
		}
		if q.rewrite() {
			return
		}
		canonical := dns.Canonical(q.name)
		z, data := q.view.find(canonical, q.req.qtype)
		if z != nil || data != nil {
			if q.fromZone(z, data) {
				return
			}
			continue
		}
		if done := q.fromCache(canonical, nil); done {
			return
		}
	}
}

// fromZone answers from authoritative data. It reports false when the search goes
// on with another name.
func (q *query) fromZone(z *zone, data *dns.Zone) (done bool) {
	if z != nil && !q.mayQuery(z) {
		return true
	}
	if data == nil {
		q.verdict(trace.TempFail, &verdict{zone: z.conf.Name, why: "the zone is not loaded"})
		q.finish(&response{rcode: mdns.RcodeServerFailure}, "zone not loaded")
		return true
	}
	var a *dns.Answer
	if z == nil {
		a = data.Lookup(q.name, q.req.qtype)
	} else {
		a = q.view.set.Select(q.name, q.req.qtype, q.lookupOptions())
	}
	if q.first {
		q.aa = a.Authoritative
	}
	q.unproved = true
	q.verdict(outcomeOf(a), &verdict{answer: a})
	q.answer = append(q.answer, a.Answer...)
	last := a.Why[len(a.Why)-1]
	switch a.Outcome {
	case dns.Delegation:
		if q.recurse {
			q.restart(last.Name)
			return q.fromCache(dns.Canonical(q.name), a)
		}
	case dns.LeavesZone:
		q.restart(last.Name)
		if q.recurse {
			return false
		}
		if other, empty := q.view.find(dns.Canonical(q.name), q.req.qtype); q.mayCache && other == nil && empty == nil {
			return q.fromCache(dns.Canonical(q.name), nil)
		}
	}
	if a.Outcome == dns.AliasLoop {
		q.tooLong()
		return true
	}
	q.finish(&response{rcode: a.Rcode(), answer: q.answer, authority: a.Authority, additional: a.Additional,
		glue: a.Outcome == dns.Delegation}, "")
	return true
}

// tooLong ends a chain of aliases that does not end itself: what was found so far
// is sent with SERVFAIL.
func (q *query) tooLong() {
	q.logf(catClient, info, "query iterations limit reached")
	q.finish(&response{rcode: mdns.RcodeServerFailure, answer: q.answer, ede: edeOther, edeText: "max. restarts reached"}, "")
}

// restart goes on with the target of an alias.
func (q *query) restart(name string) {
	if name != q.name {
		q.restarts++
		q.first = false
		q.name = name
	}
}

// mayQuery checks a zone's allow-query. A zone that is reached by an alias and may
// not be asked ends the answer there.
func (q *query) mayQuery(z *zone) bool {
	acl := z.conf.AllowQuery
	ok := allows(acl, q.peer.Addr(), q.key, &q.s.locals)
	if ok {
		acl = z.conf.AllowQueryOn
		ok = allows(acl, q.local, q.key, &q.s.locals)
	}
	if ok {
		return true
	}
	q.logf(catSecurity, info, "query '%s' denied", q.targetText())
	q.verdict(trace.Refused, &verdict{zone: z.conf.Name, acl: acl})
	if !q.first {
		q.finish(&response{answer: q.answer, ede: edeProhibited}, "")
		return false
	}
	q.finish(&response{rcode: mdns.RcodeRefused, ede: edeProhibited}, "REFUSED")
	return false
}

// finish sends the response and ends the query. why, if not empty, is BIND's word
// for the failure in its log.
func (q *query) finish(r *response, why string) {
	empty := len(r.answer) == 0 && (r.rcode == mdns.RcodeServerFailure || r.rcode == mdns.RcodeRefused)
	r.aa = q.aa && !empty
	r.ad = !q.first && !q.unproved && !empty && q.view.validates() && (q.req.do || q.req.flags&flagAD != 0)
	if soa := q.policySOA(); soa != nil {
		r.additional = append(r.additional[:len(r.additional):len(r.additional)], soa...)
	}
	if why != "" {
		q.logFailure(why)
	}
	q.endSpan(r, why)
	q.send(r)
}

// fail refuses a message that did not become a query in a view.
func (q *query) fail(rcode int, why string) {
	q.logFailure(why)
	q.send(&response{rcode: rcode})
}
