package dns

import mdns "github.com/miekg/dns"

// addSet appends a set to the answer, once; a wildcard's records get the name
// that was asked for.
func (a *Answer) addSet(set *RRset, name string, wild bool) {
	if !wild {
		name = set.RRs[0].Header().Name
	}
	if a.answered(name, set.Type) && (set.Type != typeRRSIG || a.answeredSignature(name, covered(set.RRs[0]))) {
		return
	}
	if !wild {
		a.Answer = append(a.Answer, set.RRs...)
		return
	}
	for _, rr := range set.RRs {
		c := mdns.Copy(rr)
		c.Header().Name = name
		a.Answer = append(a.Answer, c)
	}
}

// answered reports whether the answer has this set already: aliases may lead in a
// circle.
func (a *Answer) answered(name string, rrtype uint16) bool {
	for _, rr := range a.Answer {
		if h := rr.Header(); h.Rrtype == rrtype && len(h.Name) == len(name) && lowerName(h.Name) == lowerName(name) {
			return true
		}
	}
	return false
}

// answeredSignature is answered for the signatures over a type.
func (a *Answer) answeredSignature(name string, covers uint16) bool {
	for _, rr := range a.Answer {
		if covered(rr) == covers && lowerName(rr.Header().Name) == lowerName(name) {
			return true
		}
	}
	return false
}
