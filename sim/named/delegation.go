package named

import (
	"net/netip"
	"slices"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// zoneCut finds the closest zone above a name whose servers are known: a
// delegation in the view's own zones, one in the cache, or the root's hints,
// whichever is deepest. glue are addresses that came with the NS records.
func (r *resolver) zoneCut(name string) (zone string, ns, glue []mdns.RR) {
	if _, data := r.v.find(name, 0); data != nil {
		if a := data.Lookup(name, mdns.TypeA); a.Outcome == dns.Delegation {
			zone, ns, glue = a.Why[len(a.Why)-1].At, onlyNS(a.Authority), a.Additional
		}
	}
	if c, ok := r.cache.Delegation(r.s.clock.Since(), name); ok && (len(ns) == 0 || mdns.CountLabel(c.Name) > mdns.CountLabel(zone)) {
		return c.Name, c.RRs, nil
	}
	if len(ns) > 0 {
		return zone, ns, glue
	}
	r.prime()
	return ".", r.hintNS(), nil
}

func onlyNS(rrs []mdns.RR) []mdns.RR {
	for i, rr := range rrs {
		if rr.Header().Rrtype != mdns.TypeNS {
			return rrs[:i]
		}
	}
	return rrs
}

// prime asks the servers of the hints for the true list of root servers (RFC 8109).
func (r *resolver) prime() {
	key := fetchKey{".", mdns.TypeNS}
	if r.fetches[key] != nil || len(r.hintNS()) == 0 {
		return
	}
	span := r.s.trace.Open(trace.Event{Kind: trace.DNSLookup, Node: r.s.host.Name,
		Data: &lookupEvent{name: ".", rrtype: mdns.TypeNS, reason: "priming"}})
	r.s.stats.priming++
	r.fetch(key, ".", nil, func(o *outcome) {
		if o.why != "" {
			r.s.log.printf(catResolver, info, "resolver priming query complete: %s", o.why)
		} else {
			r.s.log.print(catResolver, info, "resolver priming query complete: success")
		}
		span.End(outcomeOfFetch(o), &lookupResult{rcode: rcodeOf(o), answers: len(o.RRs), why: o.why})
	})
	span.Leave()
}

// addresses are the addresses of a name server as far as they are known: from the
// glue of the same referral, the view's zones, the cache, the hints.
func (r *resolver) addresses(name string, glue []mdns.RR) (list []netip.Addr) {
	canonical := dns.Canonical(name)
	for _, rr := range glue {
		if dns.Canonical(rr.Header().Name) == canonical {
			list = r.appendAddress(list, rr)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, rr := range r.knownAddressRecords(name) {
		list = r.appendAddress(list, rr)
	}
	return list
}

func (r *resolver) appendAddress(list []netip.Addr, rr mdns.RR) []netip.Addr {
	var a netip.Addr
	switch rr := rr.(type) {
	case *mdns.A:
		a, _ = netip.AddrFromSlice(rr.A.To4())
	case *mdns.AAAA:
		if r.s.hasIPv6 {
			a, _ = netip.AddrFromSlice(rr.AAAA)
		}
	}
	if a.IsValid() && (a.Is4() && !r.s.opts.only6 || a.Is6() && !r.s.opts.only4) {
		return append(list, a)
	}
	return list
}

// knownAddressRecords are the address records of a name that need no question.
func (r *resolver) knownAddressRecords(name string) (list []mdns.RR) {
	now := r.s.clock.Since()
	canonical := dns.Canonical(name)
	for _, rrtype := range [...]uint16{mdns.TypeA, mdns.TypeAAAA} {
		if rrtype == mdns.TypeAAAA && !r.s.hasIPv6 {
			continue
		}
		if z, data := r.v.find(canonical, rrtype); z != nil && data != nil {
			if a := data.Lookup(name, rrtype); a.Outcome == dns.Success {
				list = append(list, a.Answer...)
				continue
			}
		}
		if c := r.cache.Lookup(now, canonical, rrtype, dns.TrustAdditional); c.Result == dns.CacheHit {
			list = append(list, c.RRs...)
			continue
		}
		if h := r.hints; h != nil {
			if set, ok := h.Get(canonical, rrtype); ok {
				list = append(list, set.RRs...)
			}
		}
	}
	return list
}

// maxAddressFetches bounds the servers' names that one fetch resolves at a time.
const maxAddressFetches = 5

// findMissing starts fetches for the addresses of servers that have none yet. It
// reports whether there is something to wait for.
func (f *fetch) findMissing() bool {
	names := f.missing
	f.missing = nil
	if f.depth() >= f.r.v.conf.MaxRecursionDepth.Value {
		return false
	}
	for i, name := range names {
		if i == maxAddressFetches {
			f.missing = names[i:]
			break
		}
		f.findAddress(name, mdns.TypeA)
		if f.r.s.hasIPv6 && !f.done {
			f.findAddress(name, mdns.TypeAAAA)
		}
	}
	if f.best() != nil { // an address was known at once
		f.next()
		return true
	}
	return f.done || len(f.children) > 0
}

// findAddress resolves one address set of a server's name. A server whose address
// can only be found by asking itself is left alone.
func (f *fetch) findAddress(name string, rrtype uint16) {
	key := fetchKey{dns.Canonical(name), rrtype}
	for p := f; p != nil; p = p.parent {
		if p.key == key {
			return
		}
	}
	if other := f.r.fetches[key]; other != nil && other.needs(f) {
		return
	}
	now := f.r.s.clock.Since()
	if c := f.r.cache.Lookup(now, key.name, rrtype, dns.TrustAdditional); c.Result != dns.CacheMiss {
		f.noteAlias(name, c.Result)
		return
	}
	f.r.s.stats.addressFetches++
	var child *fetch
	finished := false
	child = f.r.fetch(key, name, f, func(o *outcome) {
		finished = true
		f.addressFound(child, name, o)
	})
	if !finished {
		f.children = append(f.children, child)
	}
}

// needs reports whether f waits, directly or not, for other.
func (f *fetch) needs(other *fetch) bool {
	if f == other {
		return true
	}
	return slices.ContainsFunc(f.children, func(c *fetch) bool { return c.needs(other) })
}

// addressFound takes the outcome of an address fetch.
func (f *fetch) addressFound(child *fetch, name string, o *outcome) {
	if child != nil {
		i := slices.Index(f.children, child)
		if i < 0 { // of a zone the fetch has left since
			return
		}
		f.children = slices.Delete(f.children, i, i+1)
	}
	if f.done {
		return
	}
	if o.why == "" {
		f.noteAlias(name, o.Result)
		if o.Result == dns.CacheHit {
			for _, rr := range o.RRs {
				for _, a := range f.r.appendAddress(nil, rr) {
					f.addServer(f.r.peer(a))
				}
			}
		}
	}
	if f.current == nil && child != nil {
		f.next()
	}
}

// noteAlias logs a server whose name is an alias, which it must not be (RFC 2181
// 10.3).
func (f *fetch) noteAlias(name string, result dns.CacheResult) {
	if result == dns.CacheAlias {
		f.r.s.log.printf("cname", info, "skipping nameserver '%s' because it is a CNAME, while resolving '%s'", dns.Display(name), f.questionText())
	}
}

// enterForwarders makes the forwarders for the name the servers to ask, if it has
// any: those of the closest zone of type forward, otherwise the view's. Stub zones
// give servers for their part of the tree in the same way.
func (f *fetch) enterForwarders() bool {
	servers, stub := f.r.v.redirection(f.key.name)
	if len(servers) == 0 {
		return false
	}
	f.forwarding, f.zone = stub == "", "."
	if stub != "" {
		f.zone = stub
		if c, ok := f.r.cache.Delegation(f.r.s.clock.Since(), f.key.name); ok && mdns.CountLabel(c.Name) > mdns.CountLabel(stub) {
			return false
		}
	}
	for _, a := range servers {
		f.addServer(f.r.peerAt(a))
	}
	return true
}

// redirection finds where questions about a name are sent instead of following
// delegations. stub is the zone's name if it is a stub zone.
func (v *view) redirection(name string) (servers []netip.AddrPort, stub string) {
	for off, end := 0, false; !end && len(v.forwardZones) > 0; off, end = mdns.NextLabel(name, off) {
		if !v.forwardZones[name[off:]] {
			continue
		}
		z := v.zones[name[off:]].conf
		switch z.Type {
		case config.Forward:
			return addrPorts(z.Forwarders), ""
		case config.Stub:
			return addrPorts(z.Primaries), z.Name
		case config.StaticStub:
			for _, a := range z.ServerAddresses {
				servers = append(servers, netip.AddrPortFrom(a, 53))
			}
			return servers, z.Name
		}
	}
	if z := v.zones["."]; z != nil && z.conf.Type == config.Forward {
		return addrPorts(z.conf.Forwarders), ""
	}
	return addrPorts(v.conf.Forwarders), ""
}

// forwardMode is first or only, for the forwarders of a name.
func (r *resolver) forwardMode(name string) string {
	v := r.v
	for off, end := 0, false; !end; off, end = mdns.NextLabel(name, off) {
		if z := v.zones[name[off:]]; z != nil && z.conf.Type == config.Forward {
			return z.conf.Forward.Value
		}
	}
	if z := v.zones["."]; z != nil && z.conf.Type == config.Forward {
		return z.conf.Forward.Value
	}
	return v.conf.Forward.Value
}

func addrPorts(l config.ServerList) (list []netip.AddrPort) {
	for _, s := range l.Servers {
		list = append(list, s.Addr)
	}
	return list
}
