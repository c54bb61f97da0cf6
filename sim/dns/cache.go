package dns

import (
	"time"

	mdns "github.com/miekg/dns"
)

// Trust ranks cached data by where it came from (RFC 2181 section 5.4.1). Data of
// a higher rank replaces data of a lower one, never the other way round.
type Trust uint8

// The ranks, lowest first.
const (
	TrustAdditional    Trust = iota // additional section of any response
	TrustGlue                       // addresses and NS in a referral
	TrustAnswer                     // answer without AA
	TrustAuthAuthority              // authority section of an authoritative answer
	TrustAuthAnswer                 // answer section with AA
	TrustSecure                     // validated
)

// String is the rank as "rndc dumpdb" names it.
func (t Trust) String() string {
	return [...]string{"additional", "glue", "answer", "authauthority", "authanswer", "secure"}[t]
}

// CacheOptions bound a cache. Zero fields mean BIND's defaults.
type CacheOptions struct {
	MaxTTL         time.Duration // max-cache-ttl: one week
	MaxNegativeTTL time.Duration // max-ncache-ttl: three hours
	MaxSets        int           // RRsets kept; the least recently used one goes first
}

const defaultMaxSets = 50_000

// CacheKind tells what a cached set says about its name.
type CacheKind uint8

// The kinds of cached sets.
const (
	Positive     CacheKind = iota // records
	NegativeType                  // no records of the type (NODATA)
	NegativeName                  // the name does not exist (NXDOMAIN)
)

// cacheSet is one cached RRset or negative answer. Times are whole seconds since
// the world's start, as BIND counts.
type cacheSet struct {
	node       *cacheNode
	kind       CacheKind
	rrtype     uint16 // of a NegativeName: ANY
	trust      Trust
	proof      []mdns.RR // signatures and denials, of a validated set
	expires    int64
	zeroTTL    bool // a TTL of 0 is good within its second
	rrs        []mdns.RR
	event      uint64
	prev, next *cacheSet // in order of use
}

type cacheNode struct {
	name string // as first seen
	key  string
	sets []*cacheSet
}

// Cache is the cache of one resolver in virtual time. Every method takes the time
// since the world's start; a Cache is used by one world and not locked.
type Cache struct {
	opts   CacheOptions
	nodes  map[string]*cacheNode
	used   cacheSet // ring: used.next is the most recently used set
	count  int
	dnames int // DNAME sets; none means no search above a name
}

// NewCache makes an empty cache.
func NewCache(opts CacheOptions) *Cache {
	if opts.MaxTTL == 0 {
		opts.MaxTTL = 7 * 24 * time.Hour
	}
	if opts.MaxNegativeTTL == 0 {
		opts.MaxNegativeTTL = 3 * time.Hour
	}
	if opts.MaxSets == 0 {
		opts.MaxSets = defaultMaxSets
	}
	c := &Cache{opts: opts}
	c.Flush()
	return c
}

// Len is the number of sets, expired ones that were not yet removed included.
func (c *Cache) Len() int { return c.count }

func seconds(now time.Duration) int64 { return int64(now / time.Second) }

func (s *cacheSet) active(now int64) bool {
	return s.expires > now || s.zeroTTL && s.expires == now
}

// ttl is the time left.
func (s *cacheSet) ttl(now int64) uint32 { return uint32(max(s.expires-now, 0)) }

// Put caches one RRset: records of one name and type. event is the caller's
// trace event that brought it. It reports whether the set was taken; data of
// higher trust stays.
func (c *Cache) Put(now time.Duration, rrs []mdns.RR, trust Trust, event uint64) bool {
	if len(rrs) == 0 {
		return false
	}
	h := rrs[0].Header()
	ttl := h.Ttl
	for _, rr := range rrs[1:] { // RFC 2181 5.2
		ttl = min(ttl, rr.Header().Ttl)
	}
	if ttl > 0x7fffffff { // RFC 2181 8
		ttl = 0
	}
	ttl = min(ttl, uint32(c.opts.MaxTTL/time.Second))
	set := &cacheSet{kind: Positive, rrtype: h.Rrtype, trust: trust, rrs: rrs, event: event}
	return c.put(seconds(now), h.Name, set, ttl)
}

// Prove keeps what proves the set of a type at a name: its signatures, or, of a
// negative answer, the denials and all signatures. They live as long as the set.
func (c *Cache) Prove(name string, rrtype uint16, proof []mdns.RR) {
	if n := c.nodes[Canonical(name)]; n != nil {
		for _, s := range n.sets {
			if s.rrtype == rrtype || s.kind == NegativeName {
				s.proof = proof
			}
		}
	}
}

// PutNegative caches that name has no records of a type or, with NegativeName,
// does not exist (RFC 2308 section 5). soa is the SOA of the response's authority
// section, whose TTL and minimum bound the time; without it nothing is cached.
func (c *Cache) PutNegative(now time.Duration, kind CacheKind, name string, qtype uint16, soa *mdns.SOA, trust Trust, event uint64) bool {
	if soa == nil || kind == Positive {
		return false
	}
	if kind == NegativeName {
		qtype = typeANY
	}
	ttl := min(soa.Hdr.Ttl, soa.Minttl, uint32(c.opts.MaxNegativeTTL/time.Second))
	set := &cacheSet{kind: kind, rrtype: qtype, trust: trust, rrs: []mdns.RR{soa}, event: event}
	return c.put(seconds(now), name, set, ttl)
}

// put stores a set. Rules as BIND's cache database has them: an NXDOMAIN drops
// everything at its name; any data ends an NXDOMAIN that is not trusted more;
// data replaces the same type's, positive or negative, unless that is trusted
// more and still good.
func (c *Cache) put(now int64, name string, set *cacheSet, ttl uint32) bool {
	set.expires, set.zeroTTL = now+int64(ttl), ttl == 0
	key := Canonical(name)
	n := c.nodes[key]
	if n == nil {
		n = &cacheNode{name: name, key: key}
		c.nodes[key] = n
	}
	if set.kind == NegativeName {
		for len(n.sets) > 0 {
			c.remove(n.sets[len(n.sets)-1])
		}
		c.nodes[key] = n
		c.insert(n, set)
		return true
	}
	if nx := n.find(typeANY); nx != nil && nx.kind == NegativeName {
		if nx.active(now) && set.trust < nx.trust {
			return false
		}
		c.remove(nx)
		c.nodes[key] = n
	}
	if old := n.find(set.rrtype); old != nil {
		if old.active(now) && !c.supersedes(now, set, old) {
			return false
		}
		c.remove(old)
		c.nodes[key] = n
	}
	c.insert(n, set)
	return true
}

// supersedes decides between two sets of one type while the old one is good.
func (c *Cache) supersedes(now int64, set, old *cacheSet) bool {
	if set.trust < old.trust {
		return false
	}
	if set.kind != Positive || old.kind != Positive {
		return true
	}
	longer := set.expires > old.expires
	switch set.rrtype {
	case typeNS:
		// A child that keeps renewing its own NS records must not keep them for
		// ever after the parent has withdrawn the delegation.
		if longer && old.trust >= set.trust && sameRecords(set.rrs, old.rrs) {
			c.touch(old)
			return false
		}
		set.expires = min(set.expires, old.expires)
	case typeA, typeAAAA, typeDS:
		if longer && old.trust >= set.trust && sameRecords(set.rrs, old.rrs) {
			c.touch(old)
			return false
		}
	}
	return true
}

// sameRecords compares two sets without regard to order and TTL.
func sameRecords(a, b []mdns.RR) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		found := false
		for _, y := range b {
			found = found || mdns.IsDuplicate(x, y)
		}
		if !found {
			return false
		}
	}
	return true
}

func (n *cacheNode) find(rrtype uint16) *cacheSet {
	for _, s := range n.sets {
		if s.rrtype == rrtype {
			return s
		}
	}
	return nil
}

// insert adds a set as the most recently used one and makes room for it.
func (c *Cache) insert(n *cacheNode, s *cacheSet) {
	s.node = n
	n.sets = append(n.sets, s)
	c.link(s)
	c.count++
	if s.rrtype == typeDNAME {
		c.dnames++
	}
	for c.count > c.opts.MaxSets {
		c.remove(c.used.prev)
	}
}

func (c *Cache) remove(s *cacheSet) {
	n := s.node
	for i := range n.sets {
		if n.sets[i] == s {
			n.sets = append(n.sets[:i:i], n.sets[i+1:]...)
			break
		}
	}
	if len(n.sets) == 0 {
		delete(c.nodes, n.key)
	}
	s.prev.next, s.next.prev = s.next, s.prev
	c.count--
	if s.rrtype == typeDNAME {
		c.dnames--
	}
}

func (c *Cache) link(s *cacheSet) {
	s.prev, s.next = &c.used, c.used.next
	s.prev.next, s.next.prev = s, s
}

func (c *Cache) touch(s *cacheSet) {
	if c.used.next == s {
		return
	}
	s.prev.next, s.next.prev = s.next, s.prev
	c.link(s)
}

// Flush empties the cache ("rndc flush").
func (c *Cache) Flush() {
	c.nodes = map[string]*cacheNode{}
	c.used.prev, c.used.next = &c.used, &c.used
	c.count, c.dnames = 0, 0
}

// FlushName drops everything at one name ("rndc flushname").
func (c *Cache) FlushName(name string) {
	if n := c.nodes[Canonical(name)]; n != nil {
		c.dropNode(n)
	}
}

// FlushTree drops a name and everything below it ("rndc flushtree").
func (c *Cache) FlushTree(name string) {
	top := Canonical(name)
	for key, n := range c.nodes {
		if isWithin(key, top) {
			c.dropNode(n)
		}
	}
}

func (c *Cache) dropNode(n *cacheNode) {
	for len(n.sets) > 0 {
		c.remove(n.sets[len(n.sets)-1])
	}
}
