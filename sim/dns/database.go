package dns

import (
	"slices"
	"strings"
)

// rrsetData is a set of records as the database keeps it: without duplicates, in
// the order of RFC 4034 section 6.3.
type rrsetData struct {
	rrtype, covers uint16
	ttl            uint32
	owner          wireName // with the case of the file
	data           []rdata
}

// dbNode is a name with records. Most names have one set: one has the room for it.
type dbNode struct {
	name wireName
	sets []rrsetData
	one  [1]rrsetData
}

func (n *dbNode) set(rrtype uint16) *rrsetData {
	if n == nil {
		return nil
	}
	for i := range n.sets {
		if n.sets[i].rrtype == rrtype {
			return &n.sets[i]
		}
	}
	return nil
}

// sortedNode is a node with the key of its place.
type sortedNode struct {
	*dbNode
	key string
}

// database collects what a master file holds and refuses what BIND's zone
// database refuses.
type database struct {
	top       wireName
	kind      ZoneKind
	maxPerSet int
	nodes     map[wireName]*dbNode // by lower-case name
	last      *dbNode
}

// expect makes room for so many names before the first is added.
func (db *database) expect(names int) {
	if len(db.nodes) == 0 {
		db.nodes = make(map[wireName]*dbNode, names)
	}
}

func newDatabase(top wireName, opts *LoadOptions) *database {
	return &database{top: top, kind: opts.Kind, maxPerSet: opts.RecordsPerSet, nodes: map[wireName]*dbNode{}}
}

func (db *database) node(name wireName) *dbNode { return db.nodes[name.folded()] }

// add merges a set into the database. Refused sets may leave traces, as in BIND:
// after "CNAME and other data" the new set is there.
func (db *database) add(owner wireName, draft rrsetDraft) Result {
	switch {
	case draft.rrtype == typeSOA && db.kind != Hint && !owner.equal(db.top):
		return ErrNotZoneTop
	case draft.rrtype == typeNS && owner.isWildcard():
		return ErrInvalidNS
	}
	node := db.last
	if node == nil || node.name != owner {
		folded := owner.folded()
		if node = db.nodes[folded]; node == nil {
			node = &dbNode{name: owner}
			node.sets = node.one[:0]
			db.nodes[folded] = node
		}
		db.last = node
	}
	set, res := db.newSet(owner, draft)
	if res != resultOK {
		return res
	}
	if res := db.merge(node, set); res != resultOK {
		return res
	}
	if node.hasCNAMEAndOther() {
		return ErrCNAMEAndOther
	}
	return resultOK
}

// newSet sorts the records and drops duplicates (RFC 2181 section 5).
func (db *database) newSet(owner wireName, draft rrsetDraft) (rrsetData, Result) {
	set := rrsetData{rrtype: draft.rrtype, covers: draft.covers, ttl: draft.ttl, owner: owner, data: draft.data}
	if db.maxPerSet > 0 && len(set.data) > db.maxPerSet {
		return set, ErrTooManyRecords
	}
	if len(set.data) > 1 {
		slices.SortStableFunc(set.data, compareRdata)
		set.data = slices.CompactFunc(set.data, func(a, b rdata) bool { return compareRdata(a, b) == 0 })
	}
	return set, checkSize(set)
}

func checkSize(set rrsetData) Result {
	size := 0
	for _, rd := range set.data {
		if size += 2 + len(rd.wire); size > 0xffff {
			return ErrNoSpace
		}
	}
	if len(set.data) > 1 && isSingleton(set.rrtype) {
		return ErrSingleton
	}
	return resultOK
}

// merge unites the new set with one that exists. The new TTL wins for all.
func (db *database) merge(node *dbNode, set rrsetData) Result {
	for i := range node.sets {
		old := &node.sets[i]
		if old.rrtype != set.rrtype || old.covers != set.covers {
			continue
		}
		if db.maxPerSet > 0 && len(old.data)+len(set.data) > db.maxPerSet {
			return ErrTooManyRecords
		}
		return old.unite(set)
	}
	node.sets = append(node.sets, set)
	return resultOK
}

// unite adds the records of set that are new.
func (old *rrsetData) unite(set rrsetData) Result {
	data := old.data
	if isSingleton(set.rrtype) {
		data = slices.Clone(data) // the old record stays if the new one is refused
	}
	for _, rd := range set.data {
		if i, found := slices.BinarySearchFunc(data, rd, compareRdata); !found {
			data = slices.Insert(data, i, rd)
		}
	}
	if len(data) == len(old.data) && old.ttl == set.ttl {
		return resultOK
	}
	set.data = data
	if res := checkSize(set); res != resultOK {
		return res
	}
	*old = set
	return resultOK
}

// hasCNAMEAndOther tests RFC 1034 section 3.6.2; DNSSEC's own types may stand
// beside a CNAME (RFC 4035 section 2.5).
func (n *dbNode) hasCNAMEAndOther() bool {
	cname, other := false, false
	for i := range n.sets {
		switch n.sets[i].rrtype {
		case typeCNAME:
			cname = true
		case typeKEY, typeSIG, typeNSEC, typeRRSIG:
		default:
			other = true
		}
	}
	return cname && other
}

// sorted lists the nodes in the order of RFC 4034 section 6.1.
func (db *database) sorted() []sortedNode {
	all := make([]sortedNode, 0, len(db.nodes))
	for _, n := range db.nodes {
		all = append(all, sortedNode{n, n.name.sortKey()})
	}
	slices.SortFunc(all, func(a, b sortedNode) int { return strings.Compare(a.key, b.key) })
	return all
}
