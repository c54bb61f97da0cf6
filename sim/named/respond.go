package named

import (
	"encoding/binary"

	mdns "github.com/miekg/dns"
)

// response is an answer on its way to a client.
type response struct {
	rcode                         int
	aa, ad, truncate              bool
	answer, authority, additional []mdns.RR
	ede                           int // RFC 8914 extended error, see edeProhibited
	edeText                       string
	glue                          bool // the additional section is glue of a referral, which must not be left out
}

// Extended DNS errors (RFC 8914), shifted by one so that zero means none.
const (
	edeOther      = 0 + 1
	edeProhibited = 18 + 1
)

const (
	headerSize = 12
	udpPlain   = 512 // RFC 1035 4.2.1
)

// send packs and sends a response to a query. RFC 1035 4.1, RFC 6891 6.2.
func (q *query) send(r *response) {
	s := q.s
	if q.limited(r) {
		return
	}
	s.stats.response(r.rcode)
	wire := q.pack(r)
	if wire != nil {
		q.sendWire(wire)
	}
}

// sendWire sends a packed message the way the request came.
func (q *query) sendWire(wire []byte) {
	if q.conn != nil {
		q.conn.write(wire)
		return
	}
	q.port.udp.SendFrom(q.local, q.peer, wire)
}

// pack builds the message. The OPT record is appended by hand behind the packed
// rest, of which it needs no compression.
func (q *query) pack(r *response) []byte {
	opt := q.appendOPT(r)
	limit := 65535
	if q.conn == nil {
		limit = q.udpLimit()
	}
	if q.view != nil && len(r.answer)+len(r.authority)+len(r.additional) > 1 {
		q.order(r)
	}
	var m mdns.Msg
	m.Compress = true
	m.Id, m.Response, m.Opcode = q.req.id, true, q.req.opcode
	m.Rcode = r.rcode & 15
	m.Authoritative, m.RecursionAvailable, m.AuthenticatedData, m.Truncated = r.aa, q.req.opcode == mdns.OpcodeQuery && q.mayRecurse, r.ad, r.truncate
	if q.req.opcode == mdns.OpcodeQuery {
		m.RecursionDesired, m.CheckingDisabled = q.req.recursionDesired(), q.req.flags&flagCD != 0
	}
	if q.req.asked {
		q.question[0] = mdns.Question{Name: q.req.name, Qtype: q.req.qtype, Qclass: q.req.class}
		m.Question = q.question[:]
	}
	m.Answer, m.Ns, m.Extra = r.answer, r.authority, r.additional
	if q.key != "" {
		return q.packSigned(&m, limit-len(opt)-signatureSize, r.glue)
	}
	b := q.s.packLimited(&m, limit-len(opt), r.glue)
	if b == nil {
		return nil
	}
	out := make([]byte, len(b)+len(opt))
	copy(out, b)
	if len(opt) > 0 {
		copy(out[len(b):], opt)
		binary.BigEndian.PutUint16(out[10:], binary.BigEndian.Uint16(out[10:])+1)
	}
	return out
}

// signatureSize is room enough for a TSIG record with a short key name.
const signatureSize = 200

// packSigned builds the response to a signed request (RFC 8945 5.3).
func (q *query) packSigned(m *mdns.Msg, limit int, glue bool) []byte {
	if q.s.packLimited(m, limit, glue) == nil {
		return nil
	}
	if q.req.edns {
		m.SetEdns0(uint16(q.view.ednsSize()), q.req.do)
	}
	wire, _, err := q.s.signed(m, q.key, q.mac, false)
	if err != nil {
		return nil
	}
	return wire
}

// packLimited packs a message into at most limit octets. Records that do not fit
// are left out from the end; TC is set if they are missing from the answer or
// authority section, or are glue (RFC 2181 9, RFC 9471). The result is valid
// until the next call.
func (s *Server) packLimited(m *mdns.Msg, limit int, glue bool) []byte {
	b := s.packer.pack(m)
	if b == nil || len(b) <= limit {
		return b
	}
	for len(m.Extra) > 0 && len(b) > limit {
		m.Extra = m.Extra[:len(m.Extra)-1]
		m.Truncated = m.Truncated || glue
		b = s.packer.pack(m)
	}
	if len(b) <= limit {
		return b
	}
	m.Truncated = true
	for _, section := range []*[]mdns.RR{&m.Ns, &m.Answer} {
		all := *section
		low, high := 0, len(all)
		for low < high {
			mid := (low + high) / 2
			*section = all[:mid]
			if b = s.packer.pack(m); len(b) <= limit {
				low = mid + 1
			} else {
				high = mid
			}
		}
		*section = all[:max(low-1, 0)]
		if b = s.packer.pack(m); len(b) <= limit {
			return b
		}
	}
	return b
}

// udpLimit is the largest datagram for the client.
func (q *query) udpLimit() int {
	if !q.req.edns {
		return udpPlain
	}
	limit := uint32(1232)
	if q.view != nil {
		limit = q.view.conf.MaxUDPSize.Value
		if !q.cookieOK {
			limit = min(limit, q.view.conf.NoCookieUDPSize.Value)
		}
	}
	return min(int(limit), max(q.req.udpSize, udpPlain))
}

// appendOPT appends the OPT record of the response, if the client sent one.
func (q *query) appendOPT(r *response) []byte {
	if !q.req.edns {
		return nil
	}
	size := q.view.ednsSize()
	b := make([]byte, 0, 48)
	b = append(b, 0, 0, byte(mdns.TypeOPT), byte(size>>8), byte(size), byte(r.rcode>>4), 0, 0, 0, 0, 0)
	if q.req.do {
		b[7] = 0x80
	}
	if id := q.s.conf.Options.ServerID.Value; q.req.nsid && !id.None {
		text := q.s.identityText(id)
		b = appendOption(b, optionNSID, []byte(text))
	}
	if len(q.req.cookie) >= 8 && q.s.conf.Options.AnswerCookie.Value {
		client := q.req.cookie[:8]
		server := q.s.serverCookie(client, q.peer.Addr().AsSlice(), q.s.unixTime())
		b = appendOption(b, optionCookie, client, server[:])
	}
	if r.ede != 0 {
		b = appendOption(b, optionEDE, []byte{0, byte(r.ede - 1)}, []byte(r.edeText))
	}
	binary.BigEndian.PutUint16(b[9:], uint16(len(b)-11))
	return b
}

// ednsSize is the edns-udp-size of a view, BIND's default without one.
func (v *view) ednsSize() uint32 {
	if v == nil {
		return 1232
	}
	return v.conf.EDNSUDPSize.Value
}

func appendOption(b []byte, code uint16, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b = binary.BigEndian.AppendUint16(b, code)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
