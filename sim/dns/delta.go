package dns

import (
	"errors"

	mdns "github.com/miekg/dns"
)

// Delta is the step from one version of a zone to the next, as IXFR and journals
// have it (RFC 1995 section 4): both lists begin with the version's SOA.
type Delta struct {
	Deleted, Added []mdns.RR
}

// From is the serial before the step.
func (d *Delta) From() uint32 { return serialOf(d.Deleted) }

// To is the serial after the step.
func (d *Delta) To() uint32 { return serialOf(d.Added) }

func serialOf(rrs []mdns.RR) uint32 {
	if len(rrs) > 0 {
		if soa, ok := rrs[0].(*mdns.SOA); ok {
			return soa.Serial
		}
	}
	return 0
}

// ErrDelta is returned for a step that does not fit the zone.
var ErrDelta = errors.New("journal out of sync with zone")

// Apply makes the next version of the zone. As in BIND a record to be deleted may
// be missing, and one to be added may be there, if only the serials fit.
func (z *Zone) Apply(d *Delta) (*Zone, error) {
	if z.soa == nil || d.From() != z.soa.Serial || len(d.Added) == 0 {
		return nil, ErrDelta
	}
	e := z.Edit()
	for _, rr := range d.Deleted {
		e.Delete(rr)
	}
	for _, rr := range d.Added {
		if !isWithin(lowerName(rr.Header().Name), z.origin) {
			return nil, ErrDelta
		}
		e.Add(rr)
	}
	next := e.Zone()
	if next.soa == nil || next.apex.set(typeNS) == nil {
		return nil, ErrDelta
	}
	return next, nil
}

// Difference is the step from one version to another: what ixfr-from-differences
// finds. The SOA records are in it even if they are equal.
func Difference(from, to *Zone) *Delta {
	d := &Delta{Deleted: []mdns.RR{from.soa}, Added: []mdns.RR{to.soa}}
	d.Deleted = from.appendMissing(d.Deleted, to)
	d.Added = to.appendMissing(d.Added, from)
	return d
}

// appendMissing appends the records of z that other lacks or has with another TTL.
func (z *Zone) appendMissing(list []mdns.RR, other *Zone) []mdns.RR {
	for _, n := range z.order {
		m := other.nodes[lowerName(n.name)]
		if m == n {
			continue
		}
		for i := range n.sets {
			if n.sets[i].Type == typeSOA && n == z.apex {
				continue
			}
			list = n.sets[i].appendMissing(list, m)
		}
	}
	return list
}

func (s *RRset) appendMissing(list []mdns.RR, other *node) []mdns.RR {
	var there *RRset
	if other != nil {
		there = other.setOf(s.RRs[0])
	}
	for _, rr := range s.RRs {
		if there == nil || there.TTL != s.TTL || !there.has(rr) {
			list = append(list, rr)
		}
	}
	return list
}

func (s *RRset) has(rr mdns.RR) bool {
	for _, o := range s.RRs {
		if o == rr || sameRecord(o, rr) {
			return true
		}
	}
	return false
}
