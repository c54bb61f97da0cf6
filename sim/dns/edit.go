package dns

import (
	"bytes"
	"maps"
	"slices"
	"sort"

	mdns "github.com/miekg/dns"
)

// Edit makes a changed copy of a zone: the copy shares with the original
// whatever was not touched. An Edit is used by one goroutine, once.
type Edit struct {
	z   *Zone
	own map[*node]bool // nodes of the copy that the original does not have
}

// Edit begins a changed copy of the zone.
func (z *Zone) Edit() *Edit {
	c := *z
	c.nodes, c.order = maps.Clone(z.nodes), slices.Clone(z.order)
	return &Edit{z: &c, own: map[*node]bool{}}
}

// Zone ends the edit: it returns the copy as it is now.
func (e *Edit) Zone() *Zone {
	z := e.z
	z.apex = z.nodes[z.origin]
	z.soa, z.negativeSOA = nil, nil
	if set := z.apex.set(typeSOA); set != nil {
		z.setSOA(set.RRs[0].(*mdns.SOA))
	}
	z.chain = z.hashChain()
	z.wildcards = false
	for name := range z.nodes {
		z.wildcards = z.wildcards || len(name) > 1 && name[0] == '*' && name[1] == '.'
	}
	return z
}

// setSOA keeps the SOA and its form for negative answers (RFC 2308 section 3).
func (z *Zone) setSOA(soa *mdns.SOA) {
	negative := *soa
	negative.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	z.soa, z.negativeSOA = soa, &negative
}

// Add puts a record into the copy. All records of its set get its TTL (RFC 2181
// section 5.2); a set of a singleton type is replaced. It reports whether
// anything has changed.
func (e *Edit) Add(rr mdns.RR) bool {
	h := rr.Header()
	n := e.writable(h.Name)
	set := n.setOf(rr)
	if set == nil {
		n.sets = append(n.sets, RRset{Type: h.Rrtype, TTL: h.Ttl, RRs: []mdns.RR{e.owned(rr, n.name)}})
		slices.SortStableFunc(n.sets, func(a, b RRset) int { return setRank(a) - setRank(b) })
		e.z.records++
		e.mark(n)
		return true
	}
	if isSingleton(h.Rrtype) {
		if sameRecord(set.RRs[0], rr) && set.TTL == h.Ttl {
			return false
		}
		*set = RRset{Type: h.Rrtype, TTL: h.Ttl, RRs: []mdns.RR{e.owned(rr, n.name)}}
		return true
	}
	at, found := slices.BinarySearchFunc(set.RRs, rr, compareRecords)
	if found && set.TTL == h.Ttl {
		return false
	}
	rrs := slices.Clone(set.RRs)
	if !found {
		rrs = slices.Insert(rrs, at, e.owned(rr, n.name))
		e.z.records++
	}
	for i := range rrs {
		if rrs[i].Header().Ttl != h.Ttl {
			rrs[i] = withTTL(rrs[i], h.Ttl)
		}
	}
	set.TTL, set.RRs = h.Ttl, rrs
	return true
}

// owned is the record with the owner's name as the zone spells it.
func (e *Edit) owned(rr mdns.RR, name string) mdns.RR {
	c := mdns.Copy(rr)
	c.Header().Name, c.Header().Class = name, e.z.class
	return c
}

// Delete takes a record out, whatever its TTL, and reports whether it was there.
func (e *Edit) Delete(rr mdns.RR) bool {
	n := e.z.nodes[lowerName(rr.Header().Name)]
	if n == nil {
		return false
	}
	set := n.setOf(rr)
	if set == nil {
		return false
	}
	at := slices.IndexFunc(set.RRs, func(o mdns.RR) bool { return sameRecord(o, rr) })
	if at < 0 {
		return false
	}
	n = e.writable(rr.Header().Name)
	set = n.setOf(rr)
	set.RRs = slices.Delete(slices.Clone(set.RRs), at, at+1)
	e.z.records--
	if len(set.RRs) == 0 {
		n.sets = slices.DeleteFunc(n.sets, func(s RRset) bool { return len(s.RRs) == 0 })
		e.shrink(n)
	}
	return true
}

// shrink follows the loss of a set: marks of the node, and the node itself if it
// was the last.
func (e *Edit) shrink(n *node) {
	e.mark(n)
	if len(n.sets) > 0 {
		return
	}
	delete(e.own, n) // it comes back as a new one
	name := lowerName(n.name)
	i, found := e.position(name)
	if found {
		e.z.order = slices.Delete(e.z.order, i, i+1)
	}
	// A name without records stays as long as there are names below it, and so do
	// the empty names above.
	for len(name) > len(e.z.origin) {
		if i, _ = e.position(name); i < len(e.z.order) && isWithin(lowerName(e.z.order[i].name), name) {
			return
		}
		if up := e.z.nodes[name]; up != nil && len(up.sets) > 0 {
			return
		}
		delete(e.z.nodes, name)
		name = parentName(name)
	}
}

// mark keeps in the node what look-ups want to know of it.
func (e *Edit) mark(n *node) {
	n.cut = lowerName(n.name) != e.z.origin && n.set(typeNS) != nil
	n.dname = n.set(typeDNAME) != nil
}

// position is the place of a canonical name in the order of names.
func (e *Edit) position(name string) (i int, found bool) {
	key := sortKeyOf(name)
	order := e.z.order
	i = sort.Search(len(order), func(i int) bool { return sortKeyOf(order[i].name) >= key })
	return i, i < len(order) && lowerName(order[i].name) == name
}

// writable is the node of a name as the copy's own, made if need be.
func (e *Edit) writable(text string) *node {
	name := lowerName(mdns.Fqdn(text))
	n := e.z.nodes[name]
	if n != nil && e.own[n] {
		return n
	}
	c := &node{name: mdns.Fqdn(text)}
	if n != nil {
		*c = *n
		c.sets = slices.Clone(n.sets)
		if len(n.sets) == 0 {
			c.name = mdns.Fqdn(text)
		}
	}
	e.own[c] = true
	e.z.nodes[name] = c
	i, found := e.position(name)
	if found {
		e.z.order[i] = c
	} else {
		e.z.order = slices.Insert(e.z.order, i, c)
	}
	e.z.addNonTerminals(name)
	return c
}

// setOf is the set a record belongs to; signatures have one for each type they
// cover.
func (n *node) setOf(rr mdns.RR) *RRset {
	for i := range n.sets {
		s := &n.sets[i]
		if s.Type == rr.Header().Rrtype && covered(s.RRs[0]) == covered(rr) {
			return s
		}
	}
	return nil
}

// covered is the type a signature is over, 0 for other records.
func covered(rr mdns.RR) uint16 {
	if sig, ok := rr.(*mdns.RRSIG); ok {
		return sig.TypeCovered
	}
	return 0
}

func setRank(s RRset) int {
	return dumpRank(rrsetData{rrtype: s.Type, covers: covered(s.RRs[0])})
}

// compareRecords orders the records of a set (RFC 4034 section 6.3).
func compareRecords(a, b mdns.RR) int { return bytes.Compare(canonicalData(a), canonicalData(b)) }

func sameRecord(a, b mdns.RR) bool {
	return a.Header().Rrtype == b.Header().Rrtype && compareRecords(a, b) == 0
}

// canonicalData is a record's rdata in wire form with the names of the common types
// in lower case.
func canonicalData(rr mdns.RR) []byte {
	wire := rdataWire(rr)
	return rdata{wire: wire, folded: foldedRdata(rr, wire)}.canon()
}

// rdataWire is a record's rdata in wire form, nil if it cannot be packed.
func rdataWire(rr mdns.RR) []byte {
	packed := make([]byte, mdns.Len(rr)+maxNameOctets)
	end, err := mdns.PackRR(Lend(rr), packed, 0, nil, false)
	if err != nil {
		return nil
	}
	at := 0
	for packed[at] != 0 {
		at += 1 + int(packed[at])
	}
	return packed[at+11 : end]
}
