package dns

import (
	"errors"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// dropOrphans deletes the DS records that the update has left, or put, at names
// without NS records: a DS belongs to a delegation (RFC 4035 section 2.4).
func (u *Update) dropOrphans() {
	var orphans []mdns.RR
	look := func(h *mdns.RR_Header) {
		n := u.node(h.Name)
		if n == nil || n.set(typeNS) != nil {
			return
		}
		if ds := n.set(typeDS); ds != nil && !slices.Contains(orphans, ds.RRs[0]) {
			orphans = append(orphans, ds.RRs...)
		}
	}
	for _, rr := range u.deleted {
		if h := rr.Header(); h.Rrtype == typeNS {
			look(h)
		}
	}
	for _, rr := range u.added {
		if h := rr.Header(); h.Rrtype == typeDS {
			look(h)
		}
	}
	for _, rr := range orphans {
		u.edit.Delete(rr)
		u.take(rr)
	}
}

// ServersReachable reports whether the zone's own name servers have addresses, as
// far as their names lie in the zone. BIND refuses an update after which one has none.
func (z *Zone) ServersReachable() bool {
	set := z.apex.set(typeNS)
	if set == nil {
		return true
	}
	for _, rr := range set.RRs {
		if z.addressFault(rr.(*mdns.NS).Ns) != "" {
			return false
		}
	}
	return true
}

// MailFaults are BIND's complaints about the MX records a step has added to the
// zone: their targets in the zone must have addresses and be no aliases (RFC 2181
// section 10.3).
func (z *Zone) MailFaults(d *Delta) (faults []string) {
	for _, rr := range d.Added {
		mx, ok := rr.(*mdns.MX)
		if !ok || mx.Mx == "." {
			continue
		}
		if fault := z.addressFault(mx.Mx); fault != "" {
			faults = append(faults, Display(mx.Hdr.Name)+"/MX '"+Display(mx.Mx)+"' "+fault)
		}
	}
	return faults
}

// MailAddresses are the MX records a step has added whose target is written like an
// address, in BIND's words with mark between owner and target.
func (d *Delta) MailAddresses(mark string) (found []string) {
	for _, rr := range d.Added {
		if mx, ok := rr.(*mdns.MX); ok && looksLikeAddress([]byte(Display(mx.Mx))) {
			found = append(found, Display(mx.Hdr.Name)+"/MX: "+mark+"'"+Display(mx.Mx)+"': MX is an address")
		}
	}
	return found
}

// addressFault is what is wrong with a host's name in the zone, in BIND's words;
// nothing with names elsewhere or below a zone cut.
func (z *Zone) addressFault(name string) string {
	if !z.Contains(name) {
		return ""
	}
	for _, rrtype := range [...]uint16{typeA, typeAAAA} {
		a := z.Lookup(name, rrtype)
		switch {
		case a.Outcome == Delegation && len(a.Answer) == 0:
			return ""
		case len(a.Answer) == 0:
			continue
		}
		switch first := a.Answer[0].(type) {
		case *mdns.CNAME:
			return "is a CNAME (illegal)"
		case *mdns.DNAME:
			return "is below a DNAME '" + Display(first.Hdr.Name) + "' (illegal)"
		}
		return ""
	}
	return "has no address records (A or AAAA)"
}

// NameFault is what check-names has to say of a record (BIND ARM "check-names"), ""
// for nothing.
func NameFault(rr mdns.RR) string {
	h := rr.Header()
	_, messages, err := ParseRecord(h.Name, h.Ttl, h.Rrtype, rdataText(rr, "", false), "-", true)
	about := Display(h.Name) + "/" + TypeName(h.Rrtype) + ": "
	switch {
	case errors.Is(err, ErrBadOwnerName):
		return about + ErrBadOwnerName.Error()
	case errors.Is(err, ErrBadName) && len(messages) > 0:
		_, quoted, _ := strings.Cut(messages[0].Text, "near '")
		name, _, _ := strings.Cut(quoted, "'")
		return about + strings.TrimSuffix(name, ".") + ": " + ErrBadName.Error() + " "
	}
	return ""
}
