package dns

import (
	"time"

	mdns "github.com/miekg/dns"
)

// CacheResult says what a cache look-up found.
type CacheResult uint8

// The results of a cache look-up.
const (
	CacheMiss     CacheResult = iota // nothing usable is cached
	CacheHit                         // the records asked for
	CacheAlias                       // a CNAME at the name
	CacheDNAME                       // a DNAME above the name
	CacheNoData                      // the type is known not to exist
	CacheNXDomain                    // the name is known not to exist
)

// Cached is a set found in the cache.
type Cached struct {
	Result CacheResult
	Name   string    // owner as it was cached
	Type   uint16    // of the set; ANY for CacheNXDomain
	RRs    []mdns.RR // copies whose TTL is the time left; the negative answer's SOA is in SOA
	SOA    *mdns.SOA // of negative answers, with the time left
	TTL    uint32    // seconds left
	Trust  Trust
	Event  uint64    // the trace event that filled the entry
	Proof  []mdns.RR // signatures and denials of validated data, with the time left
}

// Lookup finds what is cached for a question. Sets trusted less than floor are
// passed over: a client gets nothing below TrustAnswer, a resolver looking for a
// server's address takes TrustAdditional too.
func (c *Cache) Lookup(now time.Duration, name string, qtype uint16, floor Trust) Cached {
	at := seconds(now)
	key := Canonical(name)
	if n := c.nodes[key]; n != nil {
		if found := c.lookupNode(at, n, qtype, floor); found.Result != CacheMiss {
			return found
		}
	}
	if c.dnames > 0 {
		return c.lookupDNAME(at, key, floor)
	}
	return Cached{}
}

func (c *Cache) lookupNode(at int64, n *cacheNode, qtype uint16, floor Trust) Cached {
	var direct, alias *cacheSet
	for _, s := range n.sets {
		if !s.active(at) || s.trust < floor {
			continue
		}
		switch {
		case s.kind == NegativeName:
			return c.found(at, s, CacheNXDomain)
		case s.rrtype == qtype:
			direct = s
		case s.rrtype == typeCNAME && s.kind == Positive:
			alias = s
		}
	}
	switch {
	case direct != nil && direct.kind == Positive:
		return c.found(at, direct, CacheHit)
	case direct != nil:
		return c.found(at, direct, CacheNoData)
	case alias != nil && qtype != typeANY:
		return c.found(at, alias, CacheAlias)
	}
	return Cached{}
}

// lookupDNAME searches the names above for a DNAME (RFC 6672 section 3.4.1).
func (c *Cache) lookupDNAME(at int64, key string, floor Trust) Cached {
	for key != "." {
		key = parentName(key)
		n := c.nodes[key]
		if n == nil {
			continue
		}
		if s := n.find(typeDNAME); s != nil && s.kind == Positive && s.active(at) && s.trust >= floor {
			return c.found(at, s, CacheDNAME)
		}
	}
	return Cached{}
}

// found copies a set with its remaining TTL.
func (c *Cache) found(at int64, s *cacheSet, result CacheResult) Cached {
	c.touch(s)
	f := Cached{Result: result, Name: s.node.name, Type: s.rrtype, TTL: s.ttl(at), Trust: s.trust, Event: s.event}
	for _, rr := range s.proof {
		f.Proof = append(f.Proof, withTTL(rr, f.TTL))
	}
	if s.kind != Positive {
		soa := *s.rrs[0].(*mdns.SOA)
		soa.Hdr.Ttl = f.TTL
		f.SOA = &soa
		return f
	}
	f.RRs = make([]mdns.RR, len(s.rrs))
	for i, rr := range s.rrs {
		f.RRs[i] = withTTL(rr, f.TTL)
	}
	return f
}

// withTTL copies a record; the commonest types without the detour through the
// library's general copy.
func withTTL(rr mdns.RR, ttl uint32) mdns.RR {
	switch rr := rr.(type) {
	case *mdns.A: // the address itself is never changed, so it may be shared
		c := *rr
		c.Hdr.Ttl = ttl
		return &c
	case *mdns.AAAA:
		c := *rr
		c.Hdr.Ttl = ttl
		return &c
	case *mdns.NS:
		c := *rr
		c.Hdr.Ttl = ttl
		return &c
	case *mdns.MX:
		c := *rr
		c.Hdr.Ttl = ttl
		return &c
	}
	c := mdns.Copy(rr)
	c.Header().Ttl = ttl
	return c
}

// Delegation finds the deepest zone above name whose NS records are cached: where
// a resolver goes on (RFC 1034 section 5.3.3 step 2). For a DS question pass the
// parent of the name. ok is false if not even the root's are known.
func (c *Cache) Delegation(now time.Duration, name string) (ns Cached, ok bool) {
	at := seconds(now)
	for key := Canonical(name); ; key = parentName(key) {
		if n := c.nodes[key]; n != nil {
			if s := n.find(typeNS); s != nil && s.kind == Positive && s.active(at) {
				return c.found(at, s, CacheHit), true
			}
		}
		if key == "." {
			return Cached{}, false
		}
	}
}
