package named

import (
	"slices"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// fetch resolves one question for everybody who waits for it. It walks from the
// deepest known delegation down: RFC 1034 5.3.3.
//
//  1. The servers of the zone closest to the name are found (enter).
//  2. The best server not yet tried is asked (next); names of servers without
//     known addresses are resolved first, by fetches of their own.
//  3. Its reply is analysed (reply.go): an answer, an alias or the news that there
//     is none ends the fetch; a referral leads one zone down to 1; anything else
//     marks the server bad and leads to 2.
//
// When all servers have been tried, those that only did not answer in time are
// tried again, more slowly each round, until the fetch has lasted too long.
type fetch struct {
	r       *resolver
	key     fetchKey
	name    string // as asked, with its case
	waiters []waiter
	parent  *fetch // the fetch that needs this one for a server's address
	budget  *budget
	span    *trace.Span
	timer   vtime.Timer // the whole fetch
	ends    time.Duration

	zone       string // whose servers are being asked, canonical
	forwarding bool   // asking forwarders
	forwardEnd bool   // forwarders have failed (forward first)
	servers    []candidate
	missing    []string // names of servers whose addresses are not known
	children   []*fetch // fetches for addresses under way
	round      int
	current    *exchange
	timedOut   bool   // some server did not answer in time
	unchecked  bool   // for a client that validates itself: the CD flag
	bogus      string // what validation said of the last answer
	done       bool
}

// waiter is somebody who wants the outcome, in the scope in which they asked.
type waiter struct {
	tell  func(*outcome)
	scope vtime.Scope
}

// budget counts the queries sent for one client, which bounds what a hostile
// delegation can cost (BIND ARM "max-recursion-queries").
type budget struct{ queries uint32 }

// candidate is a server that may be asked, with what this fetch thinks of it.
type candidate struct {
	peer  *peer
	tried bool // in this round
	bad   bool // has said something useless
}

// fetch starts resolving a question, or joins the fetch that already does. tell
// runs as a callback when the outcome is known, which may be at once. parent is
// the fetch that needs the answer for itself, nil for a client.
func (r *resolver) fetch(key fetchKey, name string, parent *fetch, tell func(*outcome)) *fetch {
	clock := r.s.clock
	if f := r.fetches[key]; f != nil {
		f.waiters = append(f.waiters, waiter{tell, clock.Scope()})
		return f
	}
	f := &fetch{r: r, key: key, name: name, parent: parent}
	if parent != nil {
		f.budget = parent.budget
		f.span = r.s.trace.Open(trace.Event{Kind: trace.DNSLookup, Node: r.s.host.Name,
			Data: &lookupEvent{name: name, rrtype: key.rrtype, reason: "address of a name server"}})
		f.waiters = append(f.waiters, waiter{tell, vtime.Scope{Span: f.span.ID(), Cause: f.span.ID()}})
		defer f.span.Leave()
	} else {
		f.budget = &budget{}
		f.waiters = append(f.waiters, waiter{tell, clock.Scope()})
	}
	r.fetches[key] = f
	r.order = append(r.order, f)
	clock.AddWork(1)
	timeout := r.v.conf.QueryTimeout.Value
	f.ends = clock.Since() + timeout
	clock.Arm(&f.timer, timeout, func() { f.fail("timed out") })
	f.enter()
	return f
}

// depth is how many fetches wait for this one.
func (f *fetch) depth() (n uint32) {
	for p := f.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// enter finds the servers of the closest zone and asks the first.
func (f *fetch) enter() {
	f.servers, f.missing, f.round, f.timedOut = nil, nil, 0, false
	if !f.forwardEnd && f.enterForwarders() {
		f.next()
		return
	}
	f.forwarding = false
	name := f.key.name
	if f.key.rrtype == mdns.TypeDS && name != "." {
		name = dns.Parent(name)
	}
	zone, ns, glue := f.r.zoneCut(name)
	if len(ns) == 0 {
		f.fail("failure")
		return
	}
	f.setServers(zone, ns, glue)
	f.next()
}

// setServers makes the NS records of a zone the servers to ask.
func (f *fetch) setServers(zone string, ns, glue []mdns.RR) {
	f.zone = dns.Canonical(zone)
	f.servers, f.missing, f.children, f.round, f.timedOut = f.servers[:0], nil, nil, 0, false
	for _, rr := range ns {
		n, ok := rr.(*mdns.NS)
		if !ok {
			continue
		}
		known := false
		for _, a := range f.r.addresses(n.Ns, glue) {
			f.addServer(f.r.peer(a))
			known = true
		}
		if !known {
			f.missing = append(f.missing, n.Ns)
		}
	}
}

func (f *fetch) addServer(p *peer) {
	for i := range f.servers {
		if f.servers[i].peer == p {
			return
		}
	}
	if r := f.r.v.serverRule(p.addr); r != nil && r.Bogus.Value {
		return
	}
	f.servers = append(f.servers, candidate{peer: p})
}

// next asks the best server that was not tried in this round. Without one, it
// looks for more addresses, then begins a new round with the servers that may
// still answer, then gives up.
func (f *fetch) next() {
	if f.done {
		return
	}
	if c := f.best(); c != nil {
		f.ask(c, false)
		return
	}
	if len(f.children) > 0 || f.findMissing() || f.done {
		return
	}
	again := false
	for i := range f.servers {
		c := &f.servers[i]
		c.tried = c.bad
		again = again || !c.bad
	}
	if again {
		f.round++
		f.next()
		return
	}
	if f.forwarding && f.r.forwardMode(f.key.name) == "first" {
		f.forwardEnd = true
		f.enter()
		return
	}
	why := "failure"
	switch {
	case f.bogus != "":
		why = f.bogus
	case f.timedOut:
		why = "timed out"
	}
	f.fail(why)
}

// best is the untried server with the smallest smoothed round trip time.
func (f *fetch) best() *candidate {
	var best *candidate
	for i := range f.servers {
		if c := &f.servers[i]; !c.tried && (best == nil || c.peer.srtt < best.peer.srtt) {
			best = c
		}
	}
	return best
}

// ask sends the question to a server, over TCP after a truncated reply.
func (f *fetch) ask(c *candidate, tcp bool) {
	if f.budget.queries >= f.r.v.conf.MaxRecursionQueries.Value {
		f.r.s.log.printf(catResolver, debug, "exceeded max queries resolving '%s'", f.questionText())
		f.fail("failure")
		return
	}
	f.budget.queries++
	c.tried = true
	f.r.age(f.servers, c.peer)
	f.r.send(f, c.peer, tcp)
}

// interval is how long to wait for a reply: 800 ms in the first rounds, doubling
// afterwards, at least twice what the server usually takes, at most 9 s.
func (f *fetch) interval(p *peer) time.Duration {
	const first, longest = 800 * time.Millisecond, 9 * time.Second
	d := first
	if f.round >= 3 {
		d = first << min(f.round-2, 5)
	}
	rtt := p.srtt
	switch {
	case rtt < 50*time.Millisecond:
		rtt += 50 * time.Millisecond
	case rtt < 100*time.Millisecond:
		rtt += 100 * time.Millisecond
	default:
		rtt += 200 * time.Millisecond
	}
	return min(max(d, rtt), longest)
}

// candidateOf finds the entry of a server.
func (f *fetch) candidateOf(p *peer) *candidate {
	for i := range f.servers {
		if f.servers[i].peer == p {
			return &f.servers[i]
		}
	}
	return nil
}

// bad marks a server as useless for this fetch and goes on. what stands in the log
// of the category lame-servers.
func (f *fetch) bad(p *peer, what string) {
	if c := f.candidateOf(p); c != nil {
		c.bad, c.tried = true, true
	}
	if log := &f.r.s.log; what != "" && log.wants(catLame, info) {
		log.print(catLame, info, what+": "+hashPort(p.addrPort()))
	}
	f.next()
}

// unusable is the text for a server that answered with an error or not at all.
func (f *fetch) unusable(what string) string { return what + " resolving '" + f.questionText() + "'" }

func (f *fetch) questionText() string {
	return dns.Display(f.name) + "/" + dns.TypeName(f.key.rrtype) + "/IN"
}

// fail ends the fetch without a result.
func (f *fetch) fail(why string) { f.finish(&outcome{why: why}) }

// finish tells all who wait.
func (f *fetch) finish(o *outcome) {
	if f.done {
		return
	}
	f.close()
	clock := f.r.s.clock
	at := clock.Scope()
	for i, w := range f.waiters {
		clock.SetScope(vtime.Scope{Span: w.scope.Span, Cause: at.Cause})
		if i == 0 && f.span != nil {
			f.span.End(outcomeOfFetch(o), &lookupResult{rcode: rcodeOf(o), answers: len(o.RRs), why: o.why})
		}
		w.tell(o)
	}
	clock.SetScope(at)
	f.waiters = nil
}

// abandon ends the fetch without telling anybody.
func (f *fetch) abandon() {
	if !f.done {
		f.close()
		f.waiters = nil
	}
}

func (f *fetch) close() {
	f.done = true
	f.timer.Stop()
	if f.current != nil {
		f.current.stop()
	}
	delete(f.r.fetches, f.key)
	if i := slices.Index(f.r.order, f); i >= 0 {
		f.r.order = slices.Delete(f.r.order, i, i+1)
	}
	f.r.s.clock.AddWork(-1)
}

func rcodeOf(o *outcome) int {
	switch {
	case o.why != "":
		return mdns.RcodeServerFailure
	case o.Result == dns.CacheNXDomain:
		return mdns.RcodeNameError
	}
	return mdns.RcodeSuccess
}

func outcomeOfFetch(o *outcome) trace.Outcome {
	switch {
	case o.why == "timed out":
		return trace.Timeout
	case o.why != "":
		return trace.TempFail
	case o.Result == dns.CacheNXDomain:
		return trace.Fail
	case o.Result == dns.CacheNoData:
		return trace.Warn
	}
	return trace.OK
}
