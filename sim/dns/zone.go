package dns

import (
	"cmp"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// RRset is the set of records of one type at one name. It must not be changed.
type RRset struct {
	Type uint16
	TTL  uint32
	RRs  []mdns.RR
}

// node is a name of the zone; without sets it is an empty non-terminal.
type node struct {
	name  string // with the case of the file
	sets  []RRset
	cut   bool // NS records below the apex: a delegation
	dname bool
}

func (n *node) set(rrtype uint16) *RRset {
	for i := range n.sets {
		if n.sets[i].Type == rrtype {
			return &n.sets[i]
		}
	}
	return nil
}

// Zone is an immutable zone. All its methods are safe for concurrent use, and
// the records it hands out are shared: copy them before changing anything.
type Zone struct {
	origin      string // lower case
	labels      int    // of origin
	class       uint16
	apex        *node
	nodes       map[string]*node // by lower-case name, empty non-terminals included
	order       []*node          // nodes with records, in canonical order
	soa         *mdns.SOA
	negativeSOA mdns.RR // as sent with negative answers
	wildcards   bool
	chain       *hashChain // of NSEC3 records
	records     int
	includes    int
}

// newZone makes the zone from nodes in canonical order.
func newZone(db *database, nodes []sortedNode, class uint16) *Zone {
	z := &Zone{origin: db.top.folded().text(), class: class, nodes: make(map[string]*node, len(nodes)+1)}
	z.labels = mdns.CountLabel(z.origin)
	z.order = make([]*node, 0, len(nodes))
	slab := make([]node, 0, len(nodes))
	for _, from := range nodes {
		if len(from.sets) == 0 {
			continue
		}
		slab = append(slab, node{name: from.name.text()})
		n := &slab[len(slab)-1]
		z.fill(n, from.dbNode, db.top)
		z.order = append(z.order, n)
		z.nodes[lowerName(n.name)] = n
	}
	for _, n := range z.order {
		z.addNonTerminals(lowerName(n.name))
	}
	z.apex = z.nodes[z.origin]
	if z.apex == nil {
		z.apex = &node{name: db.top.text()}
		z.nodes[z.origin] = z.apex
	}
	if set := z.apex.set(typeSOA); set != nil {
		z.setSOA(set.RRs[0].(*mdns.SOA))
	}
	z.chain = z.hashChain()
	return z
}

// fill converts the sets of a name: SOA and NS first, then by type number, the
// signatures of a type behind it as sets of their own.
func (z *Zone) fill(n *node, from *dbNode, top wireName) {
	slices.SortStableFunc(from.sets, func(a, b rrsetData) int { return cmp.Compare(dumpRank(a), dumpRank(b)) })
	n.sets = make([]RRset, 0, len(from.sets))
	owner, ownerText := from.name, n.name
	for i := range from.sets {
		set := &from.sets[i]
		if set.owner != owner {
			owner, ownerText = set.owner, set.owner.text()
		}
		out := RRset{Type: set.rrtype, TTL: set.ttl, RRs: make([]mdns.RR, 0, len(set.data))}
		for _, rd := range set.data {
			if rr, err := unpackRdata(ownerText, set.rrtype, z.class, set.ttl, rd.wire); err == nil {
				out.RRs = append(out.RRs, rr)
			}
		}
		z.records += len(out.RRs)
		switch set.rrtype {
		case typeNS:
			n.cut = !from.name.equal(top)
		case typeDNAME:
			n.dname = true
		}
		n.sets = append(n.sets, out)
	}
	z.wildcards = z.wildcards || from.name.isWildcard()
}

// dumpRank orders the types of a name in files that BIND writes.
func dumpRank(s rrsetData) int {
	rrtype, signature := s.rrtype, 0
	if rrtype == typeRRSIG {
		rrtype, signature = s.covers, 1
	}
	switch rrtype {
	case typeSOA:
		return signature
	case typeNS:
		return 2 + signature
	}
	return 4 + 2*int(rrtype) + signature
}

func (z *Zone) addNonTerminals(name string) {
	for len(name) > len(z.origin) {
		name = parentName(name)
		if z.nodes[name] != nil || len(name) <= len(z.origin) {
			return
		}
		z.nodes[name] = &node{name: name}
		z.wildcards = z.wildcards || strings.HasPrefix(name, "*.")
	}
}

// Origin is the zone's name in lower case.
func (z *Zone) Origin() string { return z.origin }

// Class is the zone's class.
func (z *Zone) Class() uint16 { return z.class }

// SOA is the zone's SOA record, or nil in hints.
func (z *Zone) SOA() *mdns.SOA { return z.soa }

// Serial is the serial of the SOA record.
func (z *Zone) Serial() uint32 {
	if z.soa == nil {
		return 0
	}
	return z.soa.Serial
}

// Len is the number of records.
func (z *Zone) Len() int { return z.records }

// HasIncludes reports whether the zone's file included others.
func (z *Zone) HasIncludes() bool { return z.includes > 0 }

// Signed reports whether the zone holds keys and denials of existence, as BIND
// says "(DNSSEC signed)".
func (z *Zone) Signed() bool {
	return z.apex.set(typeDNSKEY) != nil && (z.apex.set(typeNSEC) != nil || z.apex.set(mdns.TypeNSEC3PARAM) != nil)
}

// Records lists all records, the SOA first, in canonical order of names: the
// order of a zone transfer (whose closing SOA the caller adds).
func (z *Zone) Records() []mdns.RR {
	all := make([]mdns.RR, 0, z.records)
	if z.soa != nil {
		all = append(all, z.soa)
	}
	for _, n := range z.order {
		for _, set := range n.sets {
			if set.Type == typeSOA && n == z.apex {
				continue
			}
			all = append(all, set.RRs...)
		}
	}
	return all
}

// Sets calls visit for each RRset in canonical order of names until it returns
// false. The name has the case of the file.
func (z *Zone) Sets(visit func(name string, set RRset) bool) {
	for _, n := range z.order {
		for _, set := range n.sets {
			if !visit(n.name, set) {
				return
			}
		}
	}
}

// Get returns the RRset stored at name, without following anything.
func (z *Zone) Get(name string, rrtype uint16) (RRset, bool) {
	n := z.nodes[lowerName(mdns.Fqdn(name))]
	if n == nil {
		return RRset{}, false
	}
	set := n.set(rrtype)
	if set == nil {
		return RRset{}, false
	}
	return *set, true
}

// Contains reports whether name is the zone's top or below it.
func (z *Zone) Contains(name string) bool { return isWithin(lowerName(name), z.origin) }

// NewZone makes a zone from records, as a secondary does after a transfer.
// Records outside the zone are dropped; the zone needs a SOA and NS records.
func NewZone(origin string, rrs []mdns.RR) (*Zone, error) {
	wire, res := parseWireName(nil, []byte(mdns.Fqdn(origin)), rootName)
	if res != resultOK {
		return nil, res
	}
	opts := &LoadOptions{Kind: Secondary}
	opts.setDefaults()
	db := newDatabase(wireName(wire), opts)
	for _, rr := range rrs {
		if err := db.addRR(rr); err != nil {
			return nil, err
		}
	}
	top := db.node(db.top)
	if top.set(typeSOA) == nil || top.set(typeNS) == nil {
		return nil, ErrBadZone
	}
	return newZone(db, db.sorted(), opts.Class), nil
}

// addRR adds one record in github.com/miekg/dns's form.
func (db *database) addRR(rr mdns.RR) error {
	h := rr.Header()
	packed := make([]byte, mdns.Len(rr)+maxNameOctets)
	end, err := mdns.PackRR(Lend(rr), packed, 0, nil, false)
	if err != nil {
		return err
	}
	nameEnd := 0
	for packed[nameEnd] != 0 {
		nameEnd += 1 + int(packed[nameEnd])
	}
	owner := wireName(packed[:nameEnd+1])
	if !owner.within(db.top) {
		return nil
	}
	wire := packed[nameEnd+11 : end]
	rd := rdata{wire: wire, folded: foldedRdata(rr, wire)}
	draft := rrsetDraft{rrtype: h.Rrtype, covers: coveredType(h.Rrtype, wire), ttl: h.Ttl, data: []rdata{rd}}
	if res := db.add(owner, draft); res != resultOK {
		return res
	}
	return nil
}

// foldedRdata lowers the case of names in the rdata of the common types. It is nil
// for types without.
func foldedRdata(rr mdns.RR, wire []byte) *[]byte {
	skip := -1
	switch rr.(type) {
	case *mdns.NS, *mdns.CNAME, *mdns.PTR, *mdns.DNAME, *mdns.SOA:
		skip = 0
	case *mdns.MX:
		skip = 2
	case *mdns.SRV:
		skip = 6
	}
	if skip < 0 {
		return nil
	}
	names := len(wire)
	if _, isSOA := rr.(*mdns.SOA); isSOA {
		names -= 20
	}
	canon := slices.Clone(wire)
	for i := skip; i < names; i++ {
		canon[i] = lower(canon[i])
	}
	return &canon
}

// lowerName is strings.ToLower for names, which rarely need it.
func lowerName(name string) string {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c >= 'A' && c <= 'Z' {
			return strings.ToLower(name)
		}
	}
	return name
}
