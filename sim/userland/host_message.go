package userland

import (
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// hostPhrase is what stands between the name and the data of a record.
func hostPhrase(t uint16) string {
	switch t {
	case mdns.TypeA:
		return "has address"
	case mdns.TypeNS:
		return "name server"
	case mdns.TypeCNAME:
		return "is an alias for"
	case 11:
		return "has well known services"
	case mdns.TypePTR:
		return "domain name pointer"
	case mdns.TypeHINFO:
		return "host information"
	case mdns.TypeMX:
		return "mail is handled by"
	case mdns.TypeTXT:
		return "descriptive text"
	case mdns.TypeX25:
		return "x25 address"
	case mdns.TypeISDN:
		return "ISDN address"
	case mdns.TypeSIG:
		return "has signature"
	case mdns.TypeKEY:
		return "has key"
	case mdns.TypeAAAA:
		return "has IPv6 address"
	case mdns.TypeLOC:
		return "location"
	}
	return "has " + dns.TypeName(t) + " record"
}

// message prints a reply.
func (h *hostTool) message(q *query, m *reply) {
	l := q.l
	before := h.printedError()
	h.failed = true
	h.p.Step(1 + len(m.Answer) + len(m.Ns) + len(m.Extra))
	if h.listed && !h.printed {
		h.p.Printf("Using domain server:\nName: %s\nAddress: %s\nAliases: \n\n", q.server.arg, sockText(q.addr))
		h.printed = true
	}
	if m.Rcode != mdns.RcodeSuccess {
		name := l.text
		if m.Rcode != mdns.RcodeNameError {
			name = shownName(l.name)
		}
		if l.identifyLine {
			h.p.Printf("Nameserver %s:\n\t%s not found: %d(%s)\n", q.server.addr, name, m.Rcode, rcodeText(m.Rcode))
		} else {
			h.p.Printf("Host %s not found: %d(%s)\n", name, m.Rcode, rcodeText(m.Rcode))
		}
		h.answered = true
		return
	}
	if h.defaults && l.qtype == mdns.TypeA {
		h.furtherTypes(l, m)
	}
	h.body(q, m)
	h.failed = before
	h.answered = true
}

// printedError reports whether an earlier reply was an error.
func (h *hostTool) printedError() bool { return h.failed && h.answered }

// furtherTypes queues the questions for AAAA and MX of the canonical name.
func (h *hostTool) furtherTypes(l *lookup, m *reply) {
	name := canonicalOf(l.name, m)
	for _, t := range []uint16{mdns.TypeAAAA, mdns.TypeMX} {
		n := l.clone(false)
		n.text, n.qtype, n.typeSet, n.origin, n.retries = shownName(name), t, true, -1, h.e.tries
		h.e.queue = append(h.e.queue, n)
	}
}

// canonicalOf follows the aliases of the answer section from name.
func canonicalOf(name string, m *reply) string {
	for range m.Answer {
		next := ""
		for _, rr := range m.Answer {
			if c, ok := rr.(*mdns.CNAME); ok && sameName(c.Hdr.Name, name) {
				next = c.Target
				break
			}
		}
		if next == "" {
			break
		}
		name = next
	}
	return name
}

// body prints the sections of a successful reply.
func (h *hostTool) body(q *query, m *reply) {
	if h.short {
		answer := m.records(m.Answer)
		h.shortSection(q, answer)
		if !h.defaults && len(answer) == 0 {
			h.p.Printf("%s has no %s record\n", shownName(q.l.name), dns.TypeName(q.l.qtype))
		}
		return
	}
	h.p.Printf(";; ->>HEADER<<- opcode: %s, status: %s, id: %d\n", opcodeText(m.Opcode), rcodeText(m.Rcode), m.Id)
	h.p.Printf(";; flags: %s; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", strings.TrimPrefix(flagsText(m, " "), " "),
		m.counts[0], m.counts[1], m.counts[2], m.counts[3])
	if o := m.IsEdns0(); o != nil {
		h.p.Printf(";; EDNS: version: %d, udp=%d\n", o.Version(), o.UDPSize())
	}
	if len(m.Question) > 0 {
		h.p.Print("\n;; QUESTION SECTION:\n")
		for _, question := range m.Question {
			h.p.Print(";" + wideStyle.questionLine(question))
		}
	}
	for _, s := range []struct {
		title string
		rrs   []mdns.RR
	}{{"ANSWER", m.Answer}, {"AUTHORITY", m.Ns}, {"ADDITIONAL", m.Extra}} {
		rrs := m.records(s.rrs)
		if len(rrs) == 0 {
			continue
		}
		h.p.Printf("\n;; %s SECTION:\n", s.title)
		for _, rr := range rrs {
			if h.wanted(q.l, rr) {
				h.p.Print(wideStyle.recordLine(rr))
			}
		}
	}
	h.p.Print("\n")
}

// wanted reports whether -l and -A list a record.
func (h *hostTool) wanted(l *lookup, rr mdns.RR) bool {
	t := rr.Header().Rrtype
	if l.qtype == mdns.TypeAXFR {
		if h.addresses {
			return t == mdns.TypeA || t == mdns.TypeAAAA || t == mdns.TypeNS || t == mdns.TypePTR
		}
		if h.listType != mdns.TypeANY && h.listType != t {
			return false
		}
	}
	return !h.almostAll || t != mdns.TypeRRSIG && t != mdns.TypeNSEC && t != mdns.TypeNSEC3
}

func (h *hostTool) shortSection(q *query, rrs []mdns.RR) {
	for _, rr := range rrs {
		if !h.wanted(q.l, rr) {
			continue
		}
		if q.l.identifyLine {
			h.p.Printf("Nameserver %s:\n\t", q.server.addr)
		}
		h.p.Printf("%s %s %s", shownName(rr.Header().Name), hostPhrase(rr.Header().Rrtype), rdataText(rr, plainRdata))
		if q.l.identify {
			h.p.Printf(" on server %s", q.server.addr)
		}
		h.p.Print("\n")
	}
}
