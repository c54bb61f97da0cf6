package dns

import (
	"strings"

	mdns "github.com/miekg/dns"
)

// Outcome is what a look-up in authoritative data ends with.
type Outcome uint8

// The outcomes, in the words of RFC 9499.
const (
	Success          Outcome = iota // the records asked for
	NoData                          // the name exists, the type does not
	NameError                       // the name does not exist (NXDOMAIN)
	Delegation                      // a zone cut: a referral to the child's servers
	LeavesZone                      // an alias leads to a name no zone here holds
	NotAuthoritative                // no zone here holds the name
	AliasLoop                       // aliases lead on too long
)

// String names the outcome.
func (o Outcome) String() string {
	return [...]string{"Success", "NoData", "NameError", "Delegation", "LeavesZone", "NotAuthoritative", "AliasLoop"}[o]
}

// Decision is one reason for an outcome.
type Decision uint8

// What can decide a look-up.
const (
	InZone           Decision = iota // At: the zone that holds Name
	Exact                            // Name exists as it is
	ZoneCut                          // At: the delegation point above or at Name
	Wildcard                         // At: the wildcard that Name is made from
	Alias                            // Name is an alias of Target
	DNAMERewrite                     // At: the DNAME that turns Name into Target
	EmptyNonTerminal                 // Name has no records, but names below it
	ClosestEncloser                  // At: the longest existing name above the missing Name
	NoZone                           // no zone here holds Name
)

// Step is one decision on the way to an answer, in order.
type Step struct {
	Decision         Decision
	Name, At, Target string
}

// Answer is the outcome of a look-up with the records for each section.
type Answer struct {
	Outcome       Outcome
	Authoritative bool // AA: the first zone asked is authoritative for the name
	Zone          *Zone
	Answer        []mdns.RR
	Authority     []mdns.RR
	Additional    []mdns.RR
	Why           []Step
	hasNS         bool // the zone's own NS records are the answer
	dnssec        bool
	minimalAny    bool
}

// Rcode is the response code the outcome is sent with.
func (a *Answer) Rcode() int {
	switch a.Outcome {
	case NameError:
		return mdns.RcodeNameError
	case NotAuthoritative:
		return mdns.RcodeRefused
	case AliasLoop:
		return mdns.RcodeServerFailure
	}
	return mdns.RcodeSuccess
}

// maxRestarts bounds chains of aliases (BIND's max-query-restarts).
const maxRestarts = 11

// match is how far down a zone a name could be followed.
type match struct {
	node    *node // the name's node, nil if it does not exist
	above   *node // the closest encloser, the cut, or the DNAME's owner
	stopped Outcome
	dname   bool
	depth   int // where above's name begins in the name
}

// find follows name from the zone's apex down, label by label. It stops at a
// zone cut (RFC 1034 4.3.2 step 3b; DS and NSEC belong to the parent side as well,
// RFC 4035 3.1.4.1), at a DNAME above the name (RFC 6672 3.2), or where the labels
// do not exist (step 3c).
func (z *Zone) find(name string, qtype uint16) match {
	var starts [128]int
	below := 0
	for off := 0; off < len(name)-len(z.origin) && below < len(starts); below++ {
		starts[below] = off
		off, _ = mdns.NextLabel(name, off)
	}
	m := match{node: z.apex, above: z.apex, depth: len(name) - len(z.origin)}
	if z.apex.dname && below > 0 {
		m.dname = true
		return m
	}
	for i := below - 1; i >= 0; i-- {
		n := z.nodes[name[starts[i]:]]
		if n == nil || z.chain != nil && n.hashed() {
			m.node = nil
			return m
		}
		m.node, m.above, m.depth = n, n, starts[i]
		switch {
		case n.cut && !(i == 0 && (qtype == typeDS || qtype == typeNSEC && n.set(typeNSEC) != nil)):
			m.stopped = Delegation
			return m
		case n.dname && i > 0:
			m.dname = true
			return m
		}
	}
	return m
}

// Lookup answers a question from this zone alone, following aliases that stay
// inside it (RFC 1034 section 4.3.2). The authority section is filled in full.
func (z *Zone) Lookup(name string, qtype uint16) *Answer {
	return lookup(soleZone{z}, name, qtype, scope{})
}

// scope says how much a look-up may use and tell.
type scope struct {
	minimal    bool // leave the zone's own NS records out of positive answers
	bare       bool // leave out additional records as well, glue excepted
	crossZone  bool // follow aliases into, and take addresses from, other zones here
	dnssec     bool // the DO bit: add signatures and denials
	minimalAny bool // one set is enough for a question of type ANY
}

// zoneFinder finds the zone closest to a canonical name.
type zoneFinder interface {
	zoneFor(name string, qtype uint16) *Zone
}

type soleZone struct{ z *Zone }

func (s soleZone) zoneFor(name string, _ uint16) *Zone {
	if isWithin(name, s.z.origin) {
		return s.z
	}
	return nil
}

// lookup answers a question from zones. Each round asks the zone closest to the
// current name; an alias starts another round with its target. As in BIND, a
// server that does not recurse for the client stays in the first name's zone.
func lookup(zones zoneFinder, name string, qtype uint16, within scope) *Answer {
	a := &Answer{Why: make([]Step, 0, 3), dnssec: within.dnssec, minimalAny: within.minimalAny}
	for round := 0; ; round++ {
		canonical := lowerName(name)
		z := zones.zoneFor(canonical, qtype)
		if z == nil || round > 0 && z != a.Zone && !within.crossZone {
			a.Outcome = LeavesZone
			if round == 0 {
				a.Outcome = NotAuthoritative
			}
			a.why(NoZone, name, "", "")
			break
		}
		if round == 0 {
			a.Authoritative = true
		}
		a.Zone = z
		a.why(InZone, name, z.origin, "")
		target := a.step(z, name, canonical, qtype)
		if a.Outcome == Delegation && round == 0 {
			a.Authoritative = false
		}
		if target == "" {
			break
		}
		if round == maxRestarts {
			a.Outcome = AliasLoop
			break
		}
		name = target
	}
	a.addAuthority(within.minimal, qtype)
	if qtype != typeANY && !within.bare || a.Outcome == Delegation {
		a.addAdditional(zones, within.crossZone)
	}
	if within.dnssec {
		a.addSecurity(zones, qtype)
	}
	return a
}

func (a *Answer) why(d Decision, name, at, target string) {
	a.Why = append(a.Why, Step{d, name, at, target})
}

// step looks a name up in one zone. It returns the target of an alias to go on
// with, or "".
func (a *Answer) step(z *Zone, name, canonical string, qtype uint16) string {
	m := z.find(canonical, qtype)
	switch {
	case m.stopped == Delegation:
		a.Outcome = Delegation
		a.why(ZoneCut, name, m.above.name, "")
		a.Authority = append(a.Authority, m.above.set(typeNS).RRs...)
		if ds := m.above.set(typeDS); ds != nil && a.dnssec && z.Signed() { // RFC 4035 3.1.4
			a.Authority = append(a.Authority, ds.RRs...)
		}
		return ""
	case m.dname:
		return a.rewrite(m, name, canonical, qtype)
	case m.node != nil:
		a.why(Exact, name, m.node.name, "")
		return a.take(z, m.node, name, qtype, false)
	}
	if z.wildcards { // RFC 4592 3.3.1: the wildcard of the closest encloser
		if w := z.nodes[wildcardOf(m.above, canonical, m.depth)]; w != nil {
			a.why(Wildcard, name, w.name, "")
			return a.take(z, w, name, qtype, true)
		}
	}
	a.why(ClosestEncloser, name, m.above.name, "")
	a.Outcome = NameError
	return ""
}

func wildcardOf(encloser *node, name string, depth int) string {
	if encloser.name == "." {
		return "*."
	}
	return "*." + name[depth:]
}

// take answers from a node that exists: the records asked for, or an alias, or
// nothing.
func (a *Answer) take(z *Zone, n *node, name string, qtype uint16, wild bool) string {
	if len(n.sets) == 0 {
		a.Why[len(a.Why)-1].Decision = EmptyNonTerminal
		a.Outcome = NoData
		return ""
	}
	if qtype == typeANY {
		for i := range n.sets {
			a.addSet(&n.sets[i], name, wild)
			if a.minimalAny && n.sets[i].Type != typeRRSIG { // RFC 8482 4.1
				break
			}
		}
		a.hasNS = n == z.apex
		a.Outcome = Success
		return ""
	}
	if set := n.set(qtype); set != nil {
		a.addSet(set, name, wild)
		if qtype == typeRRSIG && !a.minimalAny { // one set for each type that is signed
			for i := range n.sets {
				if s := &n.sets[i]; s.Type == typeRRSIG && s != set {
					a.addSet(s, name, wild)
				}
			}
		}
		a.hasNS = n == z.apex && qtype == typeNS
		a.Outcome = Success
		return ""
	}
	set := n.set(typeCNAME)
	if set == nil || besideCNAME(qtype) { // which an alias does not stand for
		a.Outcome = NoData
		return ""
	}
	a.addSet(set, name, wild)
	target := set.RRs[0].(*mdns.CNAME).Target
	a.why(Alias, name, "", target)
	a.Outcome = Success
	return target
}

// rewrite applies a DNAME (RFC 6672 3.1): a CNAME for the name is made on the
// spot with the same TTL.
func (a *Answer) rewrite(m match, name, canonical string, qtype uint16) string {
	set := m.above.set(typeDNAME)
	dname := set.RRs[0].(*mdns.DNAME)
	prefix := strings.TrimSuffix(name[:m.depth], ".")
	target := prefix + "." + dname.Target
	if dname.Target == "." {
		target = prefix + "."
	}
	a.addSet(set, name, false)
	a.why(DNAMERewrite, name, m.above.name, target)
	a.Outcome = Success
	if _, ok := mdns.IsDomainName(target); !ok {
		return "" // too long: RFC 6672 2.2 asks for YXDOMAIN
	}
	if !a.answered(name, typeCNAME) {
		a.Answer = append(a.Answer, &mdns.CNAME{Target: target,
			Hdr: mdns.RR_Header{Name: name, Rrtype: typeCNAME, Class: dname.Hdr.Class, Ttl: set.TTL}})
	}
	if qtype == typeCNAME || qtype == typeANY {
		return ""
	}
	return target
}

// addAuthority adds the SOA of a negative answer (RFC 2308 section 3) or, unless
// minimal, the zone's own NS records. A question for the SOA of a missing name
// gets a TTL of 0 (BIND's zero-no-soa-ttl).
func (a *Answer) addAuthority(minimal bool, qtype uint16) {
	z := a.Zone
	if z == nil {
		return
	}
	switch a.Outcome {
	case NoData, NameError:
		switch {
		case z.negativeSOA == nil:
		case a.Outcome == NameError && qtype == typeSOA:
			a.Authority = append(a.Authority, withTTL(z.negativeSOA, 0))
		default:
			a.Authority = append(a.Authority, z.negativeSOA)
		}
	case Success:
		if !minimal && !a.hasNS {
			if ns := z.apex.set(typeNS); ns != nil {
				a.Authority = append(a.Authority, ns.RRs...)
			}
		}
	}
}
