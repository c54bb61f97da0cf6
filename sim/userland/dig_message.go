package userland

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"
)

// style returns the layout of records for a lookup's options.
func (d *dig) style(l *lookup) *recordStyle {
	show := &l.show
	s := &recordStyle{ttl: 24, class: 32, kind: 40, rdata: 48, noTTL: show.noTTL, noClass: show.noClass, ttlUnits: show.ttlUnits}
	switch {
	case show.multiline || show.noTTL && show.noClass:
		s.class, s.kind, s.rdata = 24, 24, 32
	case show.noTTL || show.noClass:
		s.class, s.kind, s.rdata = 24, 32, 40
	}
	s.data = rdataStyle{
		multiline: show.multiline, noCrypto: show.noCrypto, unknown: show.unknown, expand: show.expandAAAA, split: d.split,
		comments: show.rrComments > 0 || show.multiline && show.rrComments >= 0,
	}
	return s
}

// message prints a reply or a query.
func (d *dig) message(q *query, m *reply) {
	l := q.l
	if !d.short && d.printCmd {
		d.p.Print(l.cmdline)
	}
	l.cmdline = ""
	d.p.Step(1 + len(m.Answer) + len(m.Ns) + len(m.Extra))
	if d.short {
		if l.show.answer {
			for _, rr := range m.records(m.Answer) {
				d.p.Print(d.shortLine(q, rr))
			}
		}
		return
	}
	d.p.Print(d.longForm(q, m))
}

// longForm is a message in sections.
func (d *dig) longForm(q *query, m *reply) string {
	l := q.l
	var b strings.Builder
	if l.show.comments {
		b.WriteString(d.headerText(l, m))
		b.WriteString("\n")
		b.WriteString(optText(m))
	}
	style := d.style(l)
	if l.show.question {
		writeSection(&b, "QUESTION", len(m.Question) > 0, l.show.comments, func() {
			for _, question := range m.Question {
				b.WriteString(";" + style.questionLine(question))
			}
		})
	}
	sections := []struct {
		title string
		on    bool
		rrs   []mdns.RR
	}{{"ANSWER", l.show.answer, m.Answer}, {"AUTHORITY", l.show.authority, m.Ns}, {"ADDITIONAL", l.show.additional, m.Extra}}
	for _, s := range sections {
		rrs := m.records(s.rrs)
		if s.title == "ANSWER" && l.show.oneSOA && l.qtype == mdns.TypeAXFR {
			rrs = oneSOA(rrs, q.transfer.messages == 0)
		}
		if s.on {
			writeSection(&b, s.title, len(rrs) > 0, l.show.comments, func() {
				for _, rr := range rrs {
					b.WriteString(style.recordLine(rr))
				}
			})
		}
	}
	if t := m.IsTsig(); t != nil && l.show.additional {
		writeSection(&b, "TSIG PSEUDO", true, l.show.comments, func() { b.WriteString(style.recordLine(t)) })
	}
	return b.String()
}

// writeSection frames a section with its title and an empty line.
func writeSection(b *strings.Builder, title string, any, comments bool, body func()) {
	if !any {
		return
	}
	if comments {
		if !strings.HasSuffix(title, "PSEUDO") {
			title += " "
		}
		b.WriteString(";; " + title + "SECTION:\n")
	}
	body()
	if comments {
		b.WriteString("\n")
	}
}

// oneSOA leaves out the SOA records after the first of a transfer (+onesoa).
func oneSOA(rrs []mdns.RR, seenNone bool) []mdns.RR {
	var list []mdns.RR
	for _, rr := range rrs {
		if rr.Header().Rrtype == mdns.TypeSOA {
			if !seenNone {
				continue
			}
			seenNone = false
		}
		list = append(list, rr)
	}
	return list
}

// headerText is the part above the sections.
func (d *dig) headerText(l *lookup, m *reply) string {
	var b strings.Builder
	if m.isSent {
		b.WriteString(";; Sending:\n")
	} else {
		b.WriteString(";; Got answer:\n")
	}
	for _, q := range m.Question {
		if isWithin(q.Name, "local.") {
			b.WriteString(";; WARNING: .local is reserved for Multicast DNS\n" +
				";; You are currently testing what happens when an mDNS query is leaked to DNS\n")
		}
	}
	fmt.Fprintf(&b, ";; ->>HEADER<<- opcode: %s, status: %s, id: %d\n", opcodeText(m.Opcode), rcodeText(m.Rcode), m.Id)
	b.WriteString(";; flags:" + flagsText(m, " "))
	if m.Zero {
		b.WriteString("; MBZ: 0x4")
	}
	fmt.Fprintf(&b, "; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", m.counts[0], m.counts[1], m.counts[2], m.counts[3])
	if m.isSent {
		return b.String()
	}
	if m.RecursionDesired && !m.RecursionAvailable {
		b.WriteString(";; WARNING: recursion requested but not available\n")
	}
	if l.edns != -1 && m.IsEdns0() == nil && (m.Rcode == mdns.RcodeFormatError || m.Rcode == mdns.RcodeNotImplemented) {
		retry := ""
		if l.dnssec {
			retry = "+nodnssec "
		}
		fmt.Fprintf(&b, "\n;; WARNING: EDNS query returned status %s - retry with '%s+noedns'\n", rcodeText(m.Rcode), retry)
	}
	return b.String()
}

// flagsText lists the flags, each with lead before it.
func flagsText(m *reply, lead string) string {
	text := ""
	for _, f := range []struct {
		on   bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"},
		{m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if f.on {
			text += lead + f.name
		}
	}
	return text
}

// rcodeText is the status in the form of BIND's tools.
func rcodeText(rcode int) string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
		"NOTAUTH", "NOTZONE", "RESERVED11", "RESERVED12", "RESERVED13", "RESERVED14", "RESERVED15", "BADVERS"}
	switch {
	case rcode >= 0 && rcode < len(names):
		return names[rcode]
	case rcode == mdns.RcodeBadCookie:
		return "BADCOOKIE"
	}
	return fmt.Sprintf("?%d", rcode)
}
