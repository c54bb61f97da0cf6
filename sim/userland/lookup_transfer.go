package userland

import (
	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// transferState follows a zone transfer (RFC 5936, RFC 1995).
type transferState struct {
	warnedID    bool
	firstSOA    bool // the leading SOA was received
	secondRR    bool
	full        bool // the reply has the form of an AXFR
	repeated    bool // IXFR: the new serial was seen a second time
	firstSerial uint32
	records     int
	messages    int
	bytes       int
}

// moreTransfer counts the records of a message of a transfer. An AXFR ends with
// the second SOA; an IXFR when the new serial appears for the third time; it is
// recognised as an AXFR by its second record not being an SOA.
func (e *lookups) moreTransfer(q *query, m *reply) lookupStep {
	t := &q.transfer
	t.messages++
	t.bytes += len(m.wire)
	if len(m.Answer) == 0 {
		e.p.Print("; Transfer failed.\n")
		return lookupDone
	}
	ixfr := q.l.qtype == mdns.TypeIXFR
	full := !ixfr || t.full
	for _, rr := range m.Answer {
		t.records++
		soa, isSOA := rr.(*mdns.SOA)
		switch {
		case !t.firstSOA && !isSOA:
			e.p.Print("; Transfer failed.  Didn't start with SOA answer.\n")
			return lookupDone
		case !isSOA:
			if !t.secondRR {
				t.secondRR, t.full, full = true, true, true
			}
		case !t.firstSOA:
			t.firstSOA, t.firstSerial = true, soa.Serial
			if ixfr && !dns.SerialNewer(soa.Serial, q.l.serial) {
				return e.transferred(q, m)
			}
		case full, !t.secondRR && t.firstSerial == soa.Serial:
			return e.transferred(q, m)
		case !t.secondRR:
			t.secondRR = true
		case t.firstSerial == soa.Serial && t.repeated:
			return e.transferred(q, m)
		case t.firstSerial == soa.Serial:
			t.repeated = true
		}
	}
	return moreReply
}

func (e *lookups) transferred(q *query, m *reply) lookupStep {
	e.front.received(q, len(m.wire))
	return lookupDone
}
