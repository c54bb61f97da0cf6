package dns

import mdns "github.com/miekg/dns"

// Prerequisites tests the prerequisite section (RFC 2136 section 3.2).
func (u *Update) Prerequisites(section []mdns.RR) *UpdateError {
	var exact []mdns.RR
	for _, rr := range section {
		h := rr.Header()
		switch {
		case h.Ttl != 0:
			return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "prerequisite TTL is not zero"}
		case !u.zone.Contains(h.Name):
			return &UpdateError{mdns.RcodeNotZone, Display(h.Name), "prerequisite name is out of zone"}
		}
		if h.Class == u.zone.class {
			exact = append(exact, rr)
			continue
		}
		if err := u.prerequisite(h); err != nil {
			return err
		}
	}
	return u.exactSets(exact)
}

// prerequisite tests what one record without data asks for.
func (u *Update) prerequisite(h *mdns.RR_Header) *UpdateError {
	n := u.zone.nodes[lowerName(h.Name)]
	inUse := n != nil && len(n.sets) > 0
	exists := inUse && n.set(h.Rrtype) != nil
	name := Display(h.Name)
	typed := name + "/" + TypeName(h.Rrtype)
	switch {
	case h.Class == mdns.ClassANY && h.Rdlength != 0:
		return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "class ANY prerequisite RDATA is not empty"}
	case h.Class == mdns.ClassNONE && h.Rdlength != 0:
		return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "class NONE prerequisite RDATA is not empty"}
	case h.Class == mdns.ClassANY && h.Rrtype == typeANY && !inUse: // 2.4.4
		return &UpdateError{mdns.RcodeNameError, name, "'name in use' prerequisite not satisfied"}
	case h.Class == mdns.ClassANY && h.Rrtype != typeANY && !exists: // 2.4.1
		return &UpdateError{mdns.RcodeNXRrset, typed, "'rrset exists (value independent)' prerequisite not satisfied"}
	case h.Class == mdns.ClassNONE && h.Rrtype == typeANY && inUse: // 2.4.5
		return &UpdateError{mdns.RcodeYXDomain, name, "'name not in use' prerequisite not satisfied"}
	case h.Class == mdns.ClassNONE && h.Rrtype != typeANY && exists: // 2.4.3
		return &UpdateError{mdns.RcodeYXRrset, typed, "'rrset does not exist' prerequisite not satisfied"}
	case h.Class != mdns.ClassANY && h.Class != mdns.ClassNONE:
		return &UpdateError{Rcode: mdns.RcodeFormatError, Text: "malformed prerequisite"}
	}
	return nil
}

// exactSets tests sets that must exist just as they are given (RFC 2136 2.4.2).
func (u *Update) exactSets(rrs []mdns.RR) *UpdateError {
	type key struct {
		name   string
		rrtype uint16
	}
	given := map[key][]mdns.RR{}
	var order []key
	for _, rr := range rrs {
		k := key{lowerName(rr.Header().Name), rr.Header().Rrtype}
		if given[k] == nil {
			order = append(order, k)
		}
		if !(&RRset{RRs: given[k]}).has(rr) {
			given[k] = append(given[k], rr)
		}
	}
	for _, k := range order {
		set, ok := u.zone.Get(k.name, k.rrtype)
		same := ok && len(set.RRs) == len(given[k])
		for _, rr := range given[k] {
			same = same && set.has(rr)
		}
		if !same {
			return &UpdateError{mdns.RcodeNXRrset, Display(k.name) + "/" + TypeName(k.rrtype),
				"'RRset exists (value dependent)' prerequisite not satisfied"}
		}
	}
	return nil
}
