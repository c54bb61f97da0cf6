package dns

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

// Entries lists all live sets in the order of a dump: names in canonical order,
// at each name NS first, then negative entries, then by type.
func (c *Cache) Entries(now time.Duration) []Cached {
	at := seconds(now)
	nodes := make([]*cacheNode, 0, len(c.nodes))
	keys := make(map[*cacheNode]string, len(c.nodes))
	for key, n := range c.nodes {
		nodes = append(nodes, n)
		keys[n] = sortKeyOf(key)
	}
	slices.SortFunc(nodes, func(a, b *cacheNode) int { return strings.Compare(keys[a], keys[b]) })
	var all []Cached
	for _, n := range nodes {
		sets := slices.Clone(n.sets)
		slices.SortStableFunc(sets, func(a, b *cacheSet) int { return cmp.Compare(cacheRank(a), cacheRank(b)) })
		for _, s := range sets {
			if s.active(at) {
				all = append(all, s.snapshot(at))
			}
		}
	}
	return all
}

func cacheRank(s *cacheSet) int {
	switch {
	case s.kind == Positive && s.rrtype == typeSOA:
		return 0
	case s.kind == Positive && s.rrtype == typeNS:
		return 1
	case s.kind != Positive:
		return 2
	}
	return 2 + int(s.rrtype)
}

// snapshot is a set without copying its records; looking does not count as use.
func (s *cacheSet) snapshot(at int64) Cached {
	f := Cached{Result: CacheHit, Name: s.node.name, Type: s.rrtype, TTL: s.ttl(at), Trust: s.trust, Event: s.event, RRs: s.rrs}
	switch s.kind {
	case NegativeType:
		f.Result = CacheNoData
	case NegativeName:
		f.Result = CacheNXDomain
	}
	if s.kind != Positive {
		f.RRs, f.SOA = nil, s.rrs[0].(*mdns.SOA)
	}
	return f
}

// Dump writes the cache section of "rndc dumpdb" for a view. date is the wall
// clock at now.
func (c *Cache) Dump(now time.Duration, date time.Time, view string) string {
	var b strings.Builder
	b.WriteString(";\n; Start view " + view + "\n;\n;\n; Cache dump of view '" + view + "' (cache " + view + ")\n;\n")
	b.WriteString("; using a 0 second stale ttl\n$DATE " + date.UTC().Format("20060102150405") + "\n")
	last, classWritten := "", false
	for _, e := range c.Entries(now) {
		b.WriteString("; " + e.Trust.String() + "\n")
		owner := ""
		if e.Name != last {
			owner, last = e.Name, e.Name
		}
		e.dump(&b, owner, &classWritten)
	}
	return b.String()
}

// dump writes one set; its owner is left out under the same name.
func (e Cached) dump(b *strings.Builder, owner string, classWritten *bool) {
	line := func(typeName, data string) {
		at := 0
		if owner != "" {
			name := fileName(owner)
			b.WriteString(name)
			at, owner = len(name), ""
		}
		ttl := strconv.FormatUint(uint64(e.TTL), 10)
		at = column(b, at, 24)
		b.WriteString(ttl)
		at += len(ttl)
		if !*classWritten {
			at = column(b, at, 32)
			b.WriteString("IN")
			at += 2
		}
		at = column(b, at, 32)
		b.WriteString(typeName)
		column(b, at+len(typeName), 40)
		b.WriteString(data + "\n")
	}
	switch e.Result {
	case CacheNXDomain, CacheNoData:
		what := ";-$NXRRSET"
		if e.Result == CacheNXDomain {
			what = ";-$NXDOMAIN"
		}
		line(`\-`+TypeName(e.Type), what)
		b.WriteString("; " + fileName(e.SOA.Hdr.Name) + " SOA " + rdataText(e.SOA, "", false) + "\n")
	default:
		for _, rr := range e.RRs {
			line(TypeName(e.Type), rdataText(rr, "", false))
		}
	}
	*classWritten = true
}
