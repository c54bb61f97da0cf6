package describe

import (
	"fmt"
	"strings"
)

// Names of RFC 1035 and its followers as tcpdump writes them.
var (
	dnsOps   = [16]string{"", " inv_q", " stat", " op3", " notify", " update", " op6", " op7", " op8", " updateA", " updateD", " updateDA", " updateM", " updateMA", " zoneInit", " zoneRef"}
	dnsCodes = [16]string{"", " FormErr", " ServFail", " NXDomain", " NotImp", " Refused", " YXDomain", " YXRRSet", " NXRRSet", " NotAuth", " NotZone", " Resp11", " Resp12", " Resp13", " Resp14", " NoChange"}
	dnsTypes = map[int]string{1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS", 12: "PTR",
		13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP", 23: "NSAP_PTR", 24: "SIG", 25: "KEY",
		26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID", 32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME",
		40: "SINK", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "SPF", 50: "UINFO", 51: "UID", 52: "GID",
		53: "UNSPEC", 99: "SPF", 100: "UINFO", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA"}
	dnsClasses = map[int]string{1: "IN", 3: "CHAOS", 4: "HS", 255: "ANY"}
)

// dnsStream prints the message of a segment (RFC 1035 4.2.2).
func (p *Printer) dnsStream(v view) {
	p.proto = "domain"
	if v.size < 2 {
		p.printf(" domain [length %d < 2] (invalid)", v.size)
		return
	}
	v.need(min(14, v.size))
	size := v.u16(0)
	if v = v.from(2); size != v.size { // several messages, or a part of one
		p.printf(" [prefix length(%d) != length(%d)] (invalid)", size, v.size)
		return
	}
	p.print(" ")
	p.dns(v)
}

// dns prints a message: a reply with its header, the number of records and the
// answers, a query with its question.
func (p *Printer) dns(v view) {
	p.proto = "domain"
	if v.size < 12 {
		p.printf("domain [length %d < 12]", v.size)
		p.print(" (invalid)")
		return
	}
	v.need(12)
	m := &dnsReader{p: p, v: v, at: 12}
	flags := v.u16(2)
	qd, an, ns, ar := v.u16(4), v.u16(6), v.u16(8), v.u16(10)
	op := flags >> 11 & 15
	if flags&0x8000 != 0 {
		p.printf("%d%s%s%s", v.u16(0), dnsOps[op], dnsCodes[flags&15], marks(flags, 0x0400, "*"))
		if flags&0x0080 == 0 {
			p.print("-")
		}
		p.print(marks(flags, 0x0200, "|") + marks(flags, 0x0020, "$"))
		if qd != 1 {
			p.printf(" [%dq]", qd)
		}
		m.questions(qd, true)
		p.printf(" %d/%d/%d", an, ns, ar)
		m.records("", an)
	} else {
		p.printf("%d%s%s%s", v.u16(0), dnsOps[op], marks(flags, 0x0100, "+"), marks(flags, 0x0010, "%"))
		if flags&0x06cf != 0 {
			p.printf(" [b2&3=0x%x]", flags)
		}
		for _, c := range []struct {
			n, usual int
			suffix   string
		}{{an, 0, "a"}, {qd, 1, "q"}, {ns, 0, "n"}, {ar, 0, "au"}} {
			if c.n != c.usual {
				p.printf(" [%d%s]", c.n, c.suffix)
			}
		}
		m.questions(qd, false)
		if p.Verbose > 1 {
			m.records(" an:", an)
		}
	}
	if p.Verbose > 1 {
		m.records(" ns:", ns)
		m.records(" ar:", ar)
	}
	p.printf(" (%d)", v.size)
}

func marks(flags, bit int, mark string) string {
	if flags&bit != 0 {
		return mark
	}
	return ""
}

// dnsReader reads the sections of a message.
type dnsReader struct {
	p  *Printer
	v  view
	at int
}

// questions prints the questions: of a query always, of a reply when very
// verbose.
func (m *dnsReader) questions(n int, reply bool) {
	show := !reply || m.p.Verbose > 1
	for i := range n {
		if reply && i > 0 {
			m.p.print(",")
		}
		if reply && show {
			m.p.print(" q:")
		}
		name := m.name()
		kind, class := m.v.u16(m.at), m.v.u16(m.at+2)
		m.at += 4
		if !show {
			continue
		}
		m.p.printf(" %s", orText(dnsTypes[kind], "Type%d", kind))
		if class != 1 {
			m.p.printf(" %s", orText(dnsClasses[class], "(Class %d)", class))
		}
		m.p.printf("? %s", name)
	}
}

// records prints a section.
func (m *dnsReader) records(title string, n int) {
	if n > 0 {
		m.p.print(title)
	}
	for i := range n {
		if i > 0 {
			m.p.print(",")
		}
		m.record()
	}
}

func (m *dnsReader) record() {
	p := m.p
	name := m.name()
	if p.Verbose > 0 {
		p.printf(" %s", name)
	}
	kind, class, ttl := m.v.u16(m.at), m.v.u16(m.at+2), m.v.u32(m.at+4)
	size := m.v.u16(m.at + 8)
	if class != 1 && kind != 41 {
		p.printf(" %s", orText(dnsClasses[class], "(Class %d)", class))
	}
	if p.Verbose > 2 && kind != 41 {
		p.printf(" [%s]", relative(ttl))
	}
	p.printf(" %s", orText(dnsTypes[kind], "Type%d", kind))
	m.at += 10
	end := m.at + size
	if end > len(m.v.data) {
		panic(cutOff{})
	}
	m.rdata(kind, class, ttl, size)
	m.at = end
}

func (m *dnsReader) rdata(kind, class int, ttl uint32, size int) {
	p, end := m.p, m.at+size
	switch kind {
	case 1:
		if size == 4 {
			p.printf(" %s", m.v.addr(m.at, 4))
		}
	case 28:
		if size == 16 {
			p.printf(" %s", m.v.addr(m.at, 16))
		}
	case 2, 5, 12, 39:
		p.printf(" %s", m.name())
	case 6:
		if p.Verbose == 0 {
			return
		}
		p.printf(" %s", m.name())
		p.printf(" %s", m.name())
		for range 5 {
			p.printf(" %d", m.v.u32(m.at))
			m.at += 4
		}
	case 15:
		pref := m.v.u16(m.at)
		m.at += 2
		p.printf(" %s %d", m.name(), pref)
	case 16, 99:
		for m.at < end {
			p.print(" ")
			m.at += m.text(end)
		}
	case 33:
		prio, weight, port := m.v.u16(m.at), m.v.u16(m.at+2), m.v.u16(m.at+4)
		m.at += 6
		p.printf(" %s:%d %d %d", m.name(), port, prio, weight)
	case 41:
		m.opt(class, ttl, end)
	}
}

// text prints a character string and returns its length.
func (m *dnsReader) text(end int) int {
	n := m.v.u8(m.at)
	m.p.print("\"")
	for _, c := range m.v.data[m.at+1 : min(m.at+1+n, end)] {
		m.p.print(visible(c))
	}
	m.p.print("\"")
	return n + 1
}

// visible is a byte as fn_print shows it.
func visible(c byte) string {
	prefix := ""
	if c >= 0x80 {
		prefix, c = "M-", c&0x7f
	}
	if c < ' ' || c == 0x7f {
		prefix, c = prefix+"^", c^0x40
	}
	return prefix + string(rune(c))
}

// dnsOptions are the names of EDNS options.
var dnsOptions = map[int]string{1: "LLQ", 2: "UL", 3: "NSID", 5: "DAU", 6: "DHU", 7: "N3U", 8: "ECS", 9: "EXPIRE", 10: "COOKIE", 11: "KEEPALIVE", 12: "PADDING", 13: "CHAIN", 14: "KEY-TAG", 16: "CLIENT-TAG", 17: "SERVER-TAG"}

// opt is RFC 6891 6.1.
func (m *dnsReader) opt(class int, ttl uint32, end int) {
	p := m.p
	p.printf(" UDPsize=%d", class)
	if ttl&0x8000 != 0 {
		p.print(" DO")
	}
	if m.at >= end {
		return
	}
	p.print(" [")
	for m.at < end {
		code, size := m.v.u16(m.at), m.v.u16(m.at+2)
		m.at += 4
		p.print(orText(dnsOptions[code], "Opt%d", code))
		stop := min(m.at+size, end)
		switch {
		case code == 10 && stop-m.at > 8: // RFC 7873: the client's part, the server's
			p.printf(" %x %x", m.v.data[m.at:m.at+8], m.v.data[m.at+8:stop])
		case size > 0:
			p.printf(" %x", m.v.data[m.at:stop])
		}
		if m.at = stop; m.at < end {
			p.print(",")
		}
	}
	p.print("]")
}

// name reads a name, following pointers to earlier ones only
// (RFC 1035 4.1.4).
func (m *dnsReader) name() string {
	var b strings.Builder
	at, after, limit := m.at, -1, len(m.v.data)
	for {
		n := m.v.u8(at)
		switch {
		case n == 0:
			if after < 0 {
				after = at + 1
			}
			m.at = after
			if b.Len() == 0 {
				return "."
			}
			return b.String()
		case n&0xc0 == 0xc0:
			to := (n&0x3f)<<8 | m.v.u8(at+1)
			if after < 0 {
				after = at + 2
			}
			if to >= at || to >= limit {
				m.at = after
				return b.String() + "<BAD PTR>"
			}
			at, limit = to, to
		case n&0xc0 != 0:
			m.at = len(m.v.data)
			return b.String() + "<BAD LABEL TYPE>"
		default:
			m.v.need(at + 1 + n)
			for _, c := range m.v.data[at+1 : at+1+n] {
				b.WriteString(visible(c))
			}
			b.WriteByte('.')
			at += 1 + n
		}
		if b.Len() > 4096 {
			panic(cutOff{})
		}
	}
}

// relative is a time to live as tcpdump writes it, such as "1h30m".
func relative(s uint32) string {
	if s == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		size uint32
	}{{"y", 31536000}, {"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := s / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			s %= u.size
		}
	}
	return b.String()
}
