package userland

import (
	"encoding/hex"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// defaultUDPSize is the EDNS buffer size BIND's tools offer (DNS flag day 2020).
const defaultUDPSize = 1232

// setup makes the message of a lookup. It returns false when the name with this
// origin of the search list is too long; an illegal name ends the process.
func (e *lookups) setup(l *lookup) bool {
	if l.newSearch {
		e.count = 0
		e.firstOrigin(l)
	}
	if len(l.servers) == 0 {
		l.servers = append([]nameserver(nil), e.servers...)
	}
	if !e.complete(l) {
		return false
	}
	e.front.trying(shownName(l.name))
	if (l.trace || l.nsSearch) && !l.traceRoot {
		l.recurse = false
	}
	if l.trace && l.traceRoot {
		l.traced, l.qtype = l.qtype, mdns.TypeNS
	}
	switch {
	case l.qtype == mdns.TypeAXFR:
		l.transfer, l.tcp = true, true
	case l.qtype == mdns.TypeIXFR && l.tcp:
		l.transfer = true
	}
	l.request = e.message(l)
	l.wire = e.pack(l)
	if len(l.wire) > 512 {
		l.tcp = true
	}
	return true
}

// firstOrigin decides where a name is looked for first: as it stands, or in the
// first domain of the search list.
func (e *lookups) firstOrigin(l *lookup) {
	switch {
	case strings.Count(l.text, ".") >= e.ndots || !e.useSearch:
		l.origin, l.asIs, l.needSearch = -1, true, e.useSearch
	case l.origin < 0 && len(e.search) > 0:
		l.origin, l.needSearch = 0, false
	}
}

// complete makes l.name of l.text and the origin.
func (e *lookups) complete(l *lookup) bool {
	if l.trace && l.traceRoot {
		l.name = "."
		return true
	}
	origin := "."
	if l.origin >= 0 {
		origin = e.search[l.origin]
		if _, err := dns.Absolute(origin, "."); err != nil {
			e.fatalf("'%s' is not in legal name syntax (%s)", origin, err)
		}
	}
	name, err := dns.Absolute(l.text, origin)
	switch {
	case err == nil:
		l.name = name
		return true
	case l.origin < 0:
		e.p.Errorf("'%s' is not a legal name (%s)", l.text, err)
		status := max(e.exit, 10)
		if e.fatalExit != 0 {
			status = e.fatalExit
		}
		e.p.Exit(status)
	case err == dns.ErrNoSpace:
		return false
	default:
		e.fatalf("'%s' is not in legal name syntax (%s)", l.text, err)
	}
	return false
}

// nextOrigin queues the lookup with the next domain of the search list and
// reports whether there was one.
func (e *lookups) nextOrigin(l *lookup) bool {
	if !e.useSearch {
		return false
	}
	if strings.HasSuffix(l.text, ".") || mdns.CountLabel(l.text) > e.ndots {
		return false
	}
	if l.origin < 0 && !l.needSearch {
		return false
	}
	if l.origin < 0 {
		n := e.requeue(l, true)
		n.needSearch = false
		if n.origin = 0; len(e.search) == 0 {
			n.origin = -1
		}
		return true
	}
	next := l.origin + 1
	if next >= len(e.search) {
		if l.asIs {
			return false
		}
		next = -1
	}
	e.requeue(l, true).origin = next
	return true
}

// message builds the query.
func (e *lookups) message(l *lookup) *mdns.Msg {
	m := new(mdns.Msg)
	m.Id = uint16(e.rand.Uint32())
	if l.id >= 0 {
		m.Id = uint16(l.id)
	}
	m.Opcode = l.opcode
	m.RecursionDesired = l.recurse && l.qtype != mdns.TypeAXFR && l.qtype != mdns.TypeIXFR
	m.Authoritative, m.AuthenticatedData, m.CheckingDisabled = l.aa, l.ad, l.cd
	m.RecursionAvailable, m.Truncated, m.Zero = l.ra, l.tc, l.z
	if !l.headerOnly {
		m.Question = []mdns.Question{{Name: l.name, Qtype: l.qtype, Qclass: l.class}}
	}
	if l.qtype == mdns.TypeIXFR {
		m.Ns = []mdns.RR{&mdns.SOA{Hdr: mdns.RR_Header{Name: l.name, Rrtype: mdns.TypeSOA, Class: l.class}, Ns: ".", Mbox: ".", Serial: l.serial}}
	}
	if l.udpSize > -1 || l.dnssec || l.edns > -1 || l.subnet != nil {
		m.Extra = append(m.Extra, e.edns(l))
	}
	return m
}

// edns builds the OPT record (RFC 6891) with its options in dig's order.
func (e *lookups) edns(l *lookup) *mdns.OPT {
	if l.udpSize < 0 {
		l.udpSize = defaultUDPSize
	}
	if l.edns < 0 {
		l.edns = 0
	}
	o := &mdns.OPT{Hdr: mdns.RR_Header{Name: ".", Rrtype: mdns.TypeOPT, Class: uint16(l.udpSize)}}
	o.Hdr.Ttl = uint32(l.edns)<<16 | uint32(l.ednsFlags&^0xc000)
	if l.dnssec {
		o.Hdr.Ttl |= 0x8000
	}
	if l.compact {
		o.Hdr.Ttl |= 0x4000
	}
	if l.nsid {
		o.Option = append(o.Option, &mdns.EDNS0_NSID{Code: mdns.EDNS0NSID})
	}
	if l.subnet != nil {
		o.Option = append(o.Option, subnetOption(*l.subnet))
	}
	if l.sendCookie {
		cookie := l.cookie
		if cookie == "" {
			cookie = hex.EncodeToString(e.cookie)
		}
		o.Option = append(o.Option, &mdns.EDNS0_COOKIE{Code: mdns.EDNS0COOKIE, Cookie: cookie})
	}
	if l.expire {
		o.Option = append(o.Option, &mdns.EDNS0_LOCAL{Code: mdns.EDNS0EXPIRE})
	}
	if l.keepalive {
		o.Option = append(o.Option, &mdns.EDNS0_LOCAL{Code: mdns.EDNS0TCPKEEPALIVE})
	}
	for _, x := range l.ednsOptions {
		o.Option = append(o.Option, &mdns.EDNS0_LOCAL{Code: x.code, Data: x.data})
	}
	if l.padding > 0 {
		o.Option = append(o.Option, &mdns.EDNS0_PADDING{})
	}
	return o
}

// pack makes the wire form, padded (RFC 7830) and signed (RFC 8945) if wanted.
func (e *lookups) pack(l *lookup) []byte {
	wire, err := l.request.Pack()
	if err != nil {
		e.fatalf("dns_message_rendersection: %s", err)
	}
	if l.padding > 0 {
		if o := l.request.IsEdns0(); o != nil {
			pad := (l.padding - len(wire)%l.padding) % l.padding
			o.Option[len(o.Option)-1] = &mdns.EDNS0_PADDING{Padding: make([]byte, pad)}
			wire, _ = l.request.Pack()
		}
	}
	if e.key != nil {
		return e.sign(l, wire)
	}
	return wire
}
