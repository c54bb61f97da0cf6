package named

import (
	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// deltaReader collects the steps of an incremental transfer (RFC 1995 4). Behind the
// SOA of the version to come, each step is the old SOA, the records to delete, the
// new SOA, the records to add; the SOA of the last version ends it all.
type deltaReader struct {
	last   uint32 // the serial the transfer leads to
	deltas []*dns.Delta
}

// add takes the next record and reports whether it was the last.
func (r *deltaReader) add(rr mdns.RR) (end bool, err error) {
	var d *dns.Delta
	if n := len(r.deltas); n > 0 {
		d = r.deltas[n-1]
	}
	soa, isSOA := rr.(*mdns.SOA)
	switch {
	case !isSOA && d == nil:
		return false, errTransfer("FORMERR")
	case !isSOA && len(d.Added) == 0:
		d.Deleted = append(d.Deleted, rr)
	case !isSOA:
		d.Added = append(d.Added, rr)
	case d != nil && len(d.Added) == 0:
		d.Added = append(d.Added, rr)
	case d != nil && d.To() == r.last && soa.Serial == r.last:
		return true, nil
	case d != nil && d.To() != soa.Serial:
		return false, errTransfer("FORMERR")
	default:
		r.deltas = append(r.deltas, &dns.Delta{Deleted: []mdns.RR{rr}})
	}
	return false, nil
}

// apply leads a zone through all steps.
func (r *deltaReader) apply(z *dns.Zone) (*dns.Zone, error) {
	for _, d := range r.deltas {
		next, err := z.Apply(d)
		if err != nil {
			return nil, errTransfer("not exact")
		}
		z = next
	}
	return z, nil
}

// keepDeltas notes the steps of an incremental transfer in the journal. What a
// whole transfer has changed goes there with ixfr-from-differences; otherwise the
// journal leads nowhere any more and is removed.
func (z *zone) keepDeltas(next *dns.Zone, deltas []*dns.Delta) {
	if len(deltas) == 0 && z.data != nil && z.conf.IXFRFromDifferences.Value && dns.SerialNewer(next.Serial(), z.data.Serial()) {
		deltas = []*dns.Delta{dns.Difference(z.data, next)}
	}
	for _, d := range deltas {
		if z.writeJournal(d) != nil {
			return
		}
	}
	if len(deltas) == 0 && z.hist != nil && z.hist.journal != nil {
		z.removeJournal()
	}
}

// deltasFor are the steps that lead a client from its serial to the present one;
// none if the journal does not hold them, or the client is to get the whole zone.
func (q *query) deltasFor(z *zone, serial uint32) []*dns.Delta {
	provide := z.conf.ProvideIXFR.Value
	if r := z.view.serverRule(q.peer.Addr()); r != nil {
		provide = provide && r.ProvideIXFR.Value
	}
	if !provide {
		return nil
	}
	if z.hist != nil && z.hist.journal != nil && z.hist.journal.Last() == z.data.Serial() {
		if deltas, ok := z.hist.journal.Since(serial); ok {
			if q.tooLarge(z, deltas) {
				return nil
			}
			return deltas
		}
	}
	q.logf(catXferOut, info, "transfer of '%s': IXFR version not in journal, falling back to AXFR", z.label())
	return nil
}

// tooLarge reports whether the steps are so large that the whole zone is cheaper (BIND
// ARM "max-ixfr-ratio").
func (q *query) tooLarge(z *zone, deltas []*dns.Delta) bool {
	ratio := int(z.conf.MaxIXFRRatio.Value)
	if ratio == 0 {
		return false
	}
	size, whole := 0, databaseSize(z.data)
	for _, d := range deltas {
		size += uncompressed(d.Deleted) + uncompressed(d.Added)
	}
	if 100*size/whole <= ratio {
		return false
	}
	q.logf(catXferOut, info, "transfer of '%s': IXFR delta size (%d bytes) exceeds the maximum ratio to database size (%d bytes), falling back to AXFR",
		z.label(), size, whole)
	return true
}

// databaseSize is a zone's size as BIND counts it: name, type, class and TTL once a
// set, and the data of its records.
func databaseSize(z *dns.Zone) (octets int) {
	z.Sets(func(_ string, set dns.RRset) bool {
		const header = 10 // of each record, with the length of its data (RFC 1035 3.2.1)
		name := mdns.Len(&mdns.ANY{Hdr: *set.RRs[0].Header()}) - header
		octets += name + header - 2 + uncompressed(set.RRs) - len(set.RRs)*(name+header)
		return true
	})
	return octets
}

// uncompressed is the size of records without compression of names.
func uncompressed(rrs []mdns.RR) (octets int) {
	for _, rr := range rrs {
		octets += mdns.Len(rr)
	}
	return octets
}

// transferStream is a transfer being sent: its kind and records, and the serials
// for the log.
type transferStream struct {
	kind    string
	records []mdns.RR
	serials string // "(serial 3)", or "(serial 1 -> 3)"
}

// deltaStream makes the records of an incremental transfer.
func deltaStream(z *zone, deltas []*dns.Delta, text string) *transferStream {
	records := []mdns.RR{z.data.SOA()}
	for _, d := range deltas {
		records = append(append(records, d.Deleted...), d.Added...)
	}
	return &transferStream{kind: "IXFR", records: append(records, z.data.SOA()), serials: text}
}

// refuseTransfer logs and tells a client why it gets no transfer.
func (q *query) refuseTransfer(rcode int, why, word string) {
	q.logf(catXferOut, info, "bad zone transfer request: '%s/IN': %s (%s)", dns.Display(q.req.name), why, word)
	out := trace.Refused
	if rcode == mdns.RcodeServerFailure {
		out = trace.TempFail
	}
	q.verdict(out, &verdict{zone: dns.Canonical(q.req.name), why: "no transfer: " + why})
	q.fail(rcode, word)
}
