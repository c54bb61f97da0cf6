package userland

import (
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// recordStyle lays a record out in columns (dns_master_style_t).
type recordStyle struct {
	ttl, class, kind, rdata int // columns
	noTTL, noClass          bool
	ttlUnits                bool
	data                    rdataStyle
}

// wideStyle has the columns of dig and host -v.
var wideStyle = recordStyle{ttl: 24, class: 32, kind: 40, rdata: 48, data: plainRdata}

// line builds one line with tab stops at every eighth column.
type columns struct {
	text   strings.Builder
	column int
}

func (l *columns) add(s string) {
	l.text.WriteString(s)
	l.column += len(s)
}

// to moves at least one column on, to column to, by tabs and then blanks.
func (l *columns) to(to int) {
	to = max(to, l.column+1)
	from := l.column
	if tabs := to/8 - from/8; tabs > 0 {
		l.text.WriteString(strings.Repeat("\t", tabs))
		from = to / 8 * 8
	}
	l.text.WriteString(strings.Repeat(" ", to-from))
	l.column = to
}

// recordLine returns rr as a line with its line end.
func (s *recordStyle) recordLine(rr mdns.RR) string {
	h := rr.Header()
	var l columns
	l.add(bindName(h.Name))
	if !s.noTTL {
		l.to(s.ttl)
		if s.ttlUnits {
			l.add(ttlUnits(h.Ttl))
		} else {
			l.add(strconv.FormatUint(uint64(h.Ttl), 10))
		}
	}
	if !s.noClass {
		l.to(s.class)
		l.add(s.className(h.Class))
	}
	l.to(s.kind)
	l.add(s.typeName(h.Rrtype))
	l.to(s.rdata)
	l.add(rdataText(rr, s.data))
	return l.text.String() + "\n"
}

// questionLine returns a question as a line without the leading ";".
func (s *recordStyle) questionLine(q mdns.Question) string {
	var l columns
	l.add(bindName(q.Name))
	l.to(s.class)
	l.add(s.className(q.Qclass))
	l.to(s.kind)
	l.add(s.typeName(q.Qtype))
	return l.text.String() + "\n"
}

func (s *recordStyle) className(c uint16) string {
	if s.data.unknown {
		return "CLASS" + strconv.Itoa(int(c))
	}
	return dns.ClassName(c)
}

func (s *recordStyle) typeName(t uint16) string {
	if s.data.unknown {
		return "TYPE" + strconv.Itoa(int(t))
	}
	return dns.TypeName(t)
}

// ttlUnits writes seconds as 1w2d3h4m5s.
func ttlUnits(seconds uint32) string {
	var b strings.Builder
	for _, u := range []struct {
		size uint32
		name string
	}{{604800, "w"}, {86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}} {
		if n := seconds / u.size; n > 0 || u.size == 1 && b.Len() == 0 {
			b.WriteString(strconv.FormatUint(uint64(n), 10) + u.name)
		}
		seconds %= u.size
	}
	return b.String()
}
