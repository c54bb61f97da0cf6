package userland

import (
	"fmt"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// nslookupPhrase stands before the data of a record.
func nslookupPhrase(t uint16) string {
	names := [...]string{1: "internet address", 2: "nameserver", 3: "md", 4: "mf", 5: "canonical name", 6: "soa", 7: "mb", 8: "mg", 9: "mr",
		11: "protocol", 12: "name", 13: "hinfo", 14: "minfo", 15: "mail exchanger", 16: "text", 17: "rp", 18: "afsdb", 19: "x25 address",
		20: "isdn address", 21: "rt", 22: "nsap", 23: "nsap_ptr", 24: "signature", 25: "key", 26: "px", 27: "gpos", 29: "loc", 30: "next",
		33: "service", 35: "naptr", 36: "kx", 37: "cert", 38: "v6 address", 39: "dname", 41: "optional"}
	switch {
	case t == mdns.TypeAAAA:
		return "has AAAA address "
	case int(t) >= len(names):
		return fmt.Sprintf("rdata_%d = ", t)
	case names[t] == "":
		return fmt.Sprintf("rtype_%d = ", t)
	}
	return names[t] + " = "
}

// message prints a reply.
func (n *nslookup) message(q *query, m *reply) {
	l := q.l
	n.unreached = false
	n.p.Step(1 + len(m.Answer) + len(m.Ns) + len(m.Extra))
	first := !n.defaults || l.qtype == mdns.TypeA
	if first {
		n.p.Printf("Server:\t\t%s\nAddress:\t%s\n\n", q.server.arg, sockText(q.addr))
	}
	if !n.short {
		n.detail(m)
	}
	if m.Rcode != mdns.RcodeSuccess {
		n.p.Printf("** server can't find %s: %s\n", shownName(l.name), rcodeText(m.Rcode))
		n.failed = true
		return
	}
	if n.defaults && l.qtype == mdns.TypeA {
		again := l.clone(false)
		again.text, again.qtype, again.origin, again.retries = shownName(canonicalOf(l.name, m)), mdns.TypeAAAA, -1, n.e.tries
		n.e.queue = append(n.e.queue, again)
	}
	if !m.Authoritative && first {
		n.p.Print("Non-authoritative answer:\n")
	}
	n.answer(l, m)
	if !m.Authoritative && l.qtype != mdns.TypeA && l.qtype != mdns.TypeAAAA {
		n.p.Print("\nAuthoritative answers can be found from:\n")
		n.section(m.records(m.Ns), false)
		n.section(m.records(m.Extra), false)
	}
}

func (n *nslookup) answer(l *lookup, m *reply) {
	rrs := m.records(m.Answer)
	switch {
	case len(rrs) > 0:
		n.section(rrs, true)
	case n.defaults && l.qtype == mdns.TypeA:
		n.aMissing = true
	case !n.defaults || l.qtype == mdns.TypeAAAA && n.aMissing:
		n.p.Printf("*** Can't find %s: No answer\n", l.text)
	}
}

// section prints records in the short form.
func (n *nslookup) section(rrs []mdns.RR, answer bool) {
	for _, rr := range rrs {
		name := shownName(rr.Header().Name)
		switch t := rr.Header().Rrtype; {
		case answer && (t == mdns.TypeA || t == mdns.TypeAAAA):
			n.p.Printf("Name:\t%s\nAddress: %s\n", name, rdataText(rr, plainRdata))
		case t == mdns.TypeSOA:
			n.p.Printf("%s\n", name)
			n.soa(rr)
		default:
			n.p.Printf("%s\t%s%s\n", name, nslookupPhrase(t), rdataText(rr, plainRdata))
		}
	}
}

func (n *nslookup) soa(rr mdns.RR) {
	if s, ok := rr.(*mdns.SOA); ok {
		n.p.Printf("\torigin = %s\n\tmail addr = %s\n\tserial = %d\n\trefresh = %d\n\tretry = %d\n\texpire = %d\n\tminimum = %d\n",
			shownName(s.Ns), shownName(s.Mbox), s.Serial, s.Refresh, s.Retry, s.Expire, s.Minttl)
	}
}

// detail prints the whole reply for debug.
func (n *nslookup) detail(m *reply) {
	n.p.Print("------------\n    QUESTIONS:\n")
	for _, q := range m.Question {
		n.p.Printf("\t%s, type = %s, class = %s\n", shownName(q.Name), dns.TypeName(q.Qtype), dns.ClassName(q.Qclass))
	}
	for _, s := range []struct {
		title string
		rrs   []mdns.RR
	}{{"ANSWERS", m.Answer}, {"AUTHORITY RECORDS", m.Ns}, {"ADDITIONAL RECORDS", m.Extra}} {
		n.p.Printf("    %s:\n", s.title)
		for _, rr := range m.records(s.rrs) {
			n.p.Printf("    ->  %s\n", shownName(rr.Header().Name))
			if rr.Header().Rrtype == mdns.TypeSOA {
				n.soa(rr)
			} else {
				n.p.Printf("\t%s%s\n", nslookupPhrase(rr.Header().Rrtype), rdataText(rr, plainRdata))
			}
			n.p.Printf("\tttl = %d\n", rr.Header().Ttl)
		}
	}
	n.p.Print("------------\n")
}
