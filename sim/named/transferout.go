package named

import (
	"fmt"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// transferOut answers AXFR and IXFR (RFC 5936, RFC 1995). An IXFR is answered with
// the steps since the client's serial if the journal has them, otherwise with the
// whole zone; one of the present serial with the SOA alone.
func (q *query) transferOut() {
	kind := dns.TypeName(q.req.qtype)
	var z *zone
	if q.view != nil {
		z = q.view.zones[dns.Canonical(q.req.name)]
	}
	switch {
	case z == nil || !z.authoritative():
		q.refuseTransfer(mdns.RcodeNotAuth, "non-authoritative zone", "NOTAUTH")
		return
	case z.data == nil:
		q.refuseTransfer(mdns.RcodeServerFailure, "zone not loaded", "SERVFAIL")
		return
	}
	if !allows(z.conf.AllowTransfer, q.peer.Addr(), q.key, &q.s.locals) {
		q.logf(catSecurity, failure, "zone transfer '%s/%s/IN' denied", dns.Display(q.req.name), kind)
		q.verdict(trace.Refused, &verdict{zone: z.conf.Name, acl: z.conf.AllowTransfer})
		q.send(&response{rcode: mdns.RcodeRefused})
		return
	}
	if q.conn == nil && q.req.qtype == mdns.TypeAXFR { // RFC 5936 4.2
		q.logf(catXferOut, info, "attempted AXFR over UDP")
		q.fail(mdns.RcodeFormatError, "FORMERR")
		return
	}
	soa := z.data.SOA()
	if q.req.qtype == mdns.TypeIXFR {
		serial, ok := q.requestedSerial()
		if !ok {
			q.fail(mdns.RcodeFormatError, "FORMERR")
			return
		}
		if q.conn == nil || serial == soa.Serial || dns.SerialNewer(serial, soa.Serial) {
			q.logf(catXferOut, info, "transfer of '%s': IXFR up-to-date (serial %d)", z.label(), soa.Serial)
			q.send(&response{aa: true, answer: []mdns.RR{soa}})
			return
		}
		if deltas := q.deltasFor(z, serial); deltas != nil {
			q.sendZone(z, deltaStream(z, deltas, fmt.Sprintf("(serial %d -> %d)", serial, soa.Serial)))
			return
		}
		kind = "AXFR-style IXFR"
	}
	q.sendZone(z, &transferStream{kind: kind, records: append(z.data.Records(), soa), serials: fmt.Sprintf("(serial %d)", soa.Serial)})
}

// requestedSerial is the serial the client of an IXFR has (RFC 1995 3).
func (q *query) requestedSerial() (uint32, bool) {
	m, err := q.req.message()
	if err != nil {
		return 0, false
	}
	for _, rr := range m.Ns {
		if soa, ok := rr.(*mdns.SOA); ok {
			return soa.Serial, true
		}
	}
	return 0, false
}

// maxTransferMessage bounds the messages of a transfer.
const maxTransferMessage = 60000

// sendZone sends the records of a transfer, as many in a message as fit (RFC 5936
// 2.2).
func (q *query) sendZone(z *zone, stream *transferStream) {
	s, kind, records := q.s, stream.kind, stream.records
	q.logf(catXferOut, info, "transfer of '%s': %s started%s %s", z.label(), kind, q.keyNote(), stream.serials)
	span := s.trace.Open(trace.Event{Kind: trace.Transfer, Node: s.host.Name,
		Data: trace.F(kind+" of "+dns.Display(z.conf.Name)+" to "+q.peer.Addr().String(), "serial", fmt.Sprint(z.data.Serial()))})
	oneAnswer := z.view.conf.TransferFormat.Value == "one-answer"
	if r := z.view.serverRule(q.peer.Addr()); r != nil && r.TransferFormat.Value != "" {
		oneAnswer = r.TransferFormat.Value == "one-answer"
	}
	sent, messages, octets, mac := 0, 0, 0, q.mac
	for sent < len(records) {
		n := fitting(records[sent:], maxTransferMessage)
		if oneAnswer {
			n = 1
		}
		wire := q.transferMessage(records[sent:sent+n], messages, &mac)
		if wire == nil {
			break
		}
		q.conn.write(wire)
		sent, messages, octets = sent+n, messages+1, octets+len(wire)
	}
	s.stats.transfersOut++
	q.logf(catXferOut, info, "transfer of '%s': %s ended: %d messages, %d records, %d bytes, %s (serial %d)", z.label(), kind,
		messages, sent, octets, rate(octets, time.Millisecond), z.data.Serial())
	span.End(trace.OK, trace.Text(fmt.Sprintf("%d records", sent)))
}

// keyNote names the key of a signed request.
func (q *query) keyNote() string {
	if q.key == "" {
		return ""
	}
	return ": TSIG " + dns.Display(q.key)
}

// quotedKey is keyNote as lines about NOTIFY have it.
func (q *query) quotedKey() string {
	if q.key == "" {
		return ""
	}
	return ": TSIG '" + dns.Display(q.key) + "'"
}

// transferMessage packs one message of a transfer; the first repeats the question.
func (q *query) transferMessage(records []mdns.RR, number int, mac *string) []byte {
	m := &mdns.Msg{Compress: true, Answer: records}
	m.Id, m.Response, m.Authoritative, m.RecursionAvailable = q.req.id, true, true, q.mayRecurse
	if number == 0 {
		m.Question = []mdns.Question{{Name: q.req.name, Qtype: q.req.qtype, Qclass: q.req.class}}
	}
	if q.key != "" {
		wire, sum, err := q.s.signed(m, q.key, *mac, number > 0)
		if err != nil {
			return nil
		}
		*mac = sum
		return wire
	}
	return q.s.packer.pack(m)
}

// fitting is how many of the records surely fit into limit octets; at least one.
func fitting(records []mdns.RR, limit int) int {
	size := headerSize + 300
	for i, rr := range records {
		if size += mdns.Len(rr); size > limit && i > 0 {
			return i
		}
	}
	return len(records)
}

// rate is a duration and a speed as BIND writes them.
func rate(octets int, took time.Duration) string {
	ms := max(took.Milliseconds(), 1)
	return fmt.Sprintf("%d.%03d secs (%d bytes/sec)", ms/1000, ms%1000, int64(octets)*1000/ms)
}
