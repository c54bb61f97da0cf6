package dns

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"
)

// Update is a dynamic update of one zone (RFC 2136) on its way from the old
// version to the new one.
type Update struct {
	zone *Zone
	edit *Edit
	// What was deleted and added, the SOA records apart. A record that was added
	// and deleted again is in neither.
	deleted, added []mdns.RR
	soa            *mdns.SOA // given by the update
	// Names, if not nil, is asked whether the names of a record to be added are
	// allowed: check-names. It logs itself what it refuses.
	Names func(rr mdns.RR) bool
	// Notes are what BIND logs of each step.
	Notes []string
}

// UpdateError is the refusal of an update: the response code and BIND's words, if it
// has any.
type UpdateError struct {
	Rcode int
	Name  string // the record the words are about, with its type if there is one
	Text  string
}

// Error is the text as BIND logs it, with the response code.
func (e *UpdateError) Error() string {
	text := e.Text
	if e.Name != "" {
		text = e.Name + ": " + text
	}
	return fmt.Sprintf("%s (%s)", text, RcodeName(e.Rcode))
}

// Unmet reports whether a prerequisite was not met, which is no mistake.
func (e *UpdateError) Unmet() bool {
	switch e.Rcode {
	case mdns.RcodeNameError, mdns.RcodeYXDomain, mdns.RcodeYXRrset, mdns.RcodeNXRrset:
		return true
	}
	return false
}

// NewUpdate begins an update of the zone.
func NewUpdate(z *Zone) *Update { return &Update{zone: z, edit: z.Edit()} }

// Prescan tests the form of the update section (RFC 2136 section 3.4.1). allowed,
// if not nil, is asked about each record: update-policy.
func (u *Update) Prescan(section []mdns.RR, allowed func(rr mdns.RR) bool) *UpdateError {
	for _, rr := range section {
		h := rr.Header()
		meta := isMeta(h.Rrtype)
		switch {
		case !u.zone.Contains(h.Name):
			return &UpdateError{Rcode: mdns.RcodeNotZone, Text: "update RR is outside zone"}
		case h.Class != u.zone.class && h.Class != mdns.ClassANY && h.Class != mdns.ClassNONE:
			return &UpdateError{Rcode: mdns.RcodeFormatError, Text: fmt.Sprintf("update RR has incorrect class %d", h.Class)}
		case h.Class == u.zone.class && meta, h.Class == mdns.ClassNONE && (h.Ttl != 0 || meta),
			h.Class == mdns.ClassANY && (h.Ttl != 0 || h.Rdlength != 0 || meta && h.Rrtype != typeANY):
			return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "meta-RR in update"}
		case h.Class == u.zone.class && h.Rdlength == 0:
			return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "unexpected end of input"}
		case h.Class == u.zone.class && u.Names != nil && !u.Names(rr):
			return &UpdateError{Rcode: mdns.RcodeRefused}
		case h.Rrtype == typeNSEC: // BIND says so of all zones
			return &UpdateError{Rcode: mdns.RcodeRefused, Text: "explicit NSEC updates are not allowed in secure zones"}
		case h.Rrtype == mdns.TypeNSEC3:
			return &UpdateError{Rcode: mdns.RcodeRefused, Text: "explicit NSEC3 updates are not allowed in secure zones"}
		case h.Rrtype == typeRRSIG && lowerName(h.Name) != u.zone.origin:
			return &UpdateError{Rcode: mdns.RcodeRefused,
				Text: "explicit RRSIG updates are currently not supported in secure zones except at the apex"}
		case allowed != nil && !allowed(rr):
			return &UpdateError{Rcode: mdns.RcodeRefused, Text: "rejected by secure update"}
		}
	}
	return nil
}

// Apply carries out the update section (RFC 2136 section 3.4.2).
func (u *Update) Apply(section []mdns.RR) {
	for _, rr := range section {
		switch rr.Header().Class {
		case mdns.ClassANY:
			u.deleteSets(rr.Header())
		case mdns.ClassNONE:
			u.deleteRecord(rr)
		default:
			u.add(rr)
		}
	}
}

func (u *Update) notef(format string, args ...any) {
	u.Notes = append(u.Notes, fmt.Sprintf(format, args...))
}

// node is a name as the update has left it, nil without records.
func (u *Update) node(name string) *node {
	if n := u.edit.z.nodes[lowerName(name)]; n != nil && len(n.sets) > 0 {
		return n
	}
	return nil
}

// atApex reports whether the records of a type at a name keep the zone alive.
func (u *Update) atApex(h *mdns.RR_Header) bool {
	return lowerName(h.Name) == u.zone.origin && (h.Rrtype == typeSOA || h.Rrtype == typeNS)
}

// add puts a record in, unless an alias and other data would meet (RFC 2136
// 3.4.2.2).
func (u *Update) add(rr mdns.RR) {
	h := rr.Header()
	n := u.node(h.Name)
	switch {
	case h.Rrtype == typeCNAME && n != nil && n.hasOther():
		u.notef("attempt to add CNAME alongside non-CNAME ignored")
		return
	case h.Rrtype != typeCNAME && n != nil && n.set(typeCNAME) != nil && !besideCNAME(h.Rrtype):
		u.notef("attempt to add non-CNAME alongside CNAME ignored")
		return
	case h.Rrtype == typeNS && strings.HasPrefix(h.Name, "*."):
		u.notef("attempt to add wildcard NS record ignored")
		return
	case h.Rrtype == typeDNAME && strings.HasPrefix(h.Name, "*."): // RFC 6672 3.3
		u.notef("attempt to add wildcard DNAME record ignored")
		return
	case h.Rrtype == typeDS && lowerName(h.Name) == u.zone.origin: // RFC 4035 2.4
		u.notef("attempt to add a DS record at zone apex ignored")
		return
	case h.Rrtype == typeSOA:
		soa := rr.(*mdns.SOA)
		if lowerName(h.Name) != u.zone.origin {
			u.notef("attempt to create 2nd SOA ignored")
			return
		}
		if !SerialNewer(soa.Serial, u.serial()) {
			u.notef("SOA update failed to increment serial, ignoring it")
			return
		}
		u.noteAdd(rr)
		u.soa = mdns.Copy(rr).(*mdns.SOA)
		return
	}
	u.noteAdd(rr)
	u.put(rr)
}

func (u *Update) noteAdd(rr mdns.RR) {
	u.notef("adding an RR at '%s' %s %s", Display(rr.Header().Name), TypeName(rr.Header().Rrtype), rdataText(rr, "", false))
}

// serial is the serial the update works on.
func (u *Update) serial() uint32 {
	if u.soa != nil {
		return u.soa.Serial
	}
	return u.zone.Serial()
}

// hasOther reports whether there is anything but an alias and what may stand
// beside one.
func (n *node) hasOther() bool {
	for i := range n.sets {
		if t := n.sets[i].Type; t != typeCNAME && !besideCNAME(t) {
			return true
		}
	}
	return false
}

// besideCNAME are the types that may stand beside a CNAME (RFC 4035 section 2.5).
func besideCNAME(t uint16) bool {
	return t == typeKEY || t == typeSIG || t == typeNSEC || t == typeRRSIG
}

// put adds a record and keeps account of what it replaces: the set's TTL changes
// with the record's, an alias takes the place of another.
func (u *Update) put(rr mdns.RR) {
	h := rr.Header()
	var before RRset
	if n := u.node(h.Name); n != nil {
		if s := n.setOf(rr); s != nil {
			before = *s
		}
	}
	if !u.edit.Add(rr) {
		return
	}
	after := u.node(h.Name).setOf(rr)
	for _, old := range before.RRs {
		if before.TTL != after.TTL || !after.has(old) {
			u.take(old)
		}
	}
	for _, now := range after.RRs {
		if before.TTL != after.TTL || !before.has(now) {
			u.give(now)
		}
	}
}

// take notes a deleted record; give an added one.
func (u *Update) take(rr mdns.RR) {
	if i := indexExact(u.added, rr); i >= 0 {
		u.added = append(u.added[:i:i], u.added[i+1:]...)
		return
	}
	u.deleted = append(u.deleted, rr)
}

func (u *Update) give(rr mdns.RR) {
	if i := indexExact(u.deleted, rr); i >= 0 {
		u.deleted = append(u.deleted[:i:i], u.deleted[i+1:]...)
		return
	}
	u.added = append(u.added, rr)
}

func indexExact(list []mdns.RR, rr mdns.RR) int {
	for i, o := range list {
		if o.Header().Ttl == rr.Header().Ttl && lowerName(o.Header().Name) == lowerName(rr.Header().Name) && sameRecord(o, rr) {
			return i
		}
	}
	return -1
}

// deleteSets deletes a set or all sets of a name (RFC 2136 2.5.2, 2.5.3). What
// keeps the zone alive stays.
func (u *Update) deleteSets(h *mdns.RR_Header) {
	switch {
	case h.Rrtype == typeANY:
		u.notef("delete all rrsets from name '%s'", Display(h.Name))
	case u.atApex(h):
		u.notef("attempt to delete all SOA or NS records ignored")
		return
	default:
		u.notef("deleting rrset at '%s' %s", Display(h.Name), TypeName(h.Rrtype))
	}
	n := u.node(h.Name)
	if n == nil {
		return
	}
	var gone []mdns.RR
	for i := range n.sets {
		t := n.sets[i].Type
		if t == h.Rrtype || h.Rrtype == typeANY && !u.atApex(&mdns.RR_Header{Name: h.Name, Rrtype: t}) {
			gone = append(gone, n.sets[i].RRs...)
		}
	}
	for _, rr := range gone {
		u.edit.Delete(rr)
		u.take(rr)
	}
}

// deleteRecord deletes one record (RFC 2136 2.5.4).
func (u *Update) deleteRecord(rr mdns.RR) {
	h := rr.Header()
	n := u.node(h.Name)
	if u.atApex(h) {
		if h.Rrtype == typeSOA {
			u.notef("attempt to delete SOA ignored")
			return
		}
		if set := n.set(typeNS); set != nil && len(set.RRs) == 1 {
			u.notef("attempt to delete last NS ignored")
			return
		}
	}
	u.notef("deleting an RR at %s %s", Display(h.Name), TypeName(h.Rrtype))
	if n == nil {
		return
	}
	set := n.setOf(rr)
	if set == nil {
		return
	}
	for _, old := range set.RRs {
		if sameRecord(old, rr) {
			u.edit.Delete(old)
			u.take(old)
			return
		}
	}
}

// Finish ends the update. next is asked for a serial when the update gave none. An
// update that changes nothing has no delta and leaves the zone as it is.
func (u *Update) Finish(next func(serial uint32) uint32) (*Zone, *Delta) {
	if len(u.deleted)+len(u.added) == 0 && u.soa == nil {
		return u.zone, nil
	}
	u.dropOrphans()
	soa := u.soa
	if soa == nil {
		soa = mdns.Copy(u.zone.soa).(*mdns.SOA)
		soa.Serial = next(soa.Serial)
	}
	u.edit.Add(soa)
	z := u.edit.Zone()
	d := &Delta{Deleted: append([]mdns.RR{u.zone.soa}, u.deleted...), Added: append([]mdns.RR{z.soa}, u.added...)}
	return z, d
}
