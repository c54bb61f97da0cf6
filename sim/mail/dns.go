package mail

import (
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"
)

// RRType is a DNS record type mail programs ask for.
type RRType string

// Record types of LookupFunc.
const (
	TypeA    RRType = "A"
	TypeAAAA RRType = "AAAA"
	TypeMX   RRType = "MX"
	TypeTXT  RRType = "TXT"
	TypePTR  RRType = "PTR"
	TypeNS   RRType = "NS"
)

// DNSOutcome is what came of a look-up, in the words of RFC 2308 and res_search(3).
type DNSOutcome int

// Outcomes of a look-up.
const (
	DNSFound    DNSOutcome = iota // at least one record of the type
	DNSNoData                     // the name exists, without such records
	DNSNotFound                   // NXDOMAIN
	DNSTempFail                   // SERVFAIL, REFUSED, time-out
)

// String names the outcome as dig would.
func (o DNSOutcome) String() string {
	return [...]string{"NOERROR", "NODATA", "NXDOMAIN", "SERVFAIL"}[o]
}

// ErrorText is Postfix's text for a look-up that found nothing.
func (o DNSOutcome) ErrorText() string {
	return [...]string{"", "Host found but no data record of requested type", "Host not found", "Host not found, try again"}[o]
}

// AddrinfoText is the text getaddrinfo(3) has for a host look-up that found
// nothing.
func (o DNSOutcome) AddrinfoText() string {
	return [...]string{"", "No address associated with hostname", "Name or service not known", "Temporary failure in name resolution"}[o]
}

// DNSRecord is one record of an answer. Only the fields of its type are set.
type DNSRecord struct {
	Addr       netip.Addr // A, AAAA
	Host       string     // MX, PTR, NS: without the final dot; "" is the root (null MX)
	Preference uint16     // MX
	Text       string     // TXT: the strings of a record joined without a blank
}

// RecordOf reads a DNS record as mail programs see it; ok is false for types
// they do not ask for.
func RecordOf(rr mdns.RR) (r DNSRecord, ok bool) {
	switch rr := rr.(type) {
	case *mdns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return DNSRecord{Addr: a}, ok
	case *mdns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA)
		return DNSRecord{Addr: a}, ok
	case *mdns.MX:
		return DNSRecord{Host: strings.TrimSuffix(rr.Mx, "."), Preference: rr.Preference}, true
	case *mdns.PTR:
		return DNSRecord{Host: strings.TrimSuffix(rr.Ptr, ".")}, true
	case *mdns.NS:
		return DNSRecord{Host: strings.TrimSuffix(rr.Ns, ".")}, true
	case *mdns.TXT:
		return DNSRecord{Text: strings.Join(rr.Txt, "")}, true
	}
	return DNSRecord{}, false
}

// DNSAnswer is the result of a look-up, aliases already followed.
type DNSAnswer struct {
	Outcome DNSOutcome
	Records []DNSRecord
}

// LookupFunc asks the stub resolver of a host for records of one type. The name
// has no final dot and no search list is applied. It may block.
type LookupFunc func(name string, t RRType) DNSAnswer

// IsNullMX reports whether the answer says that the domain takes no mail
// (RFC 7505): a single MX record with the root as its target.
func (a DNSAnswer) IsNullMX() bool {
	return a.Outcome == DNSFound && len(a.Records) == 1 && (a.Records[0].Host == "" || a.Records[0].Host == ".")
}
