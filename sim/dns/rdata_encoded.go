package dns

import (
	"bytes"
	"strings"

	mdns "github.com/miekg/dns"
)

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// base64 reads base64 text over any number of tokens, at least one octet. Bits
// behind the last octet must be zero.
func (r *rdataReader) base64() Result {
	start, n := len(r.buf), 0
	var quad [4]int
	closed := false // a quad with padding has been seen
	for !closed {
		if res := r.token(tokString, true); res != resultOK {
			return res
		}
		if r.tok.kind != tokString {
			r.lx.unget()
			break
		}
		for _, c := range r.tok.text {
			quad[n] = strings.IndexByte(base64Digits, c)
			if closed || quad[n] < 0 {
				return ErrBadBase64
			}
			if n++; n < 4 {
				continue
			}
			n = 0
			octets, ok := decodeQuad(quad)
			if !ok {
				return ErrBadBase64
			}
			closed = len(octets) < 3
			r.buf = append(r.buf, octets...)
		}
	}
	switch {
	case n != 0:
		return ErrBadBase64
	case len(r.buf) == start:
		return ErrUnexpectedEnd
	}
	return resultOK
}

// decodeQuad decodes four base64 digits, 64 standing for padding.
func decodeQuad(q [4]int) ([]byte, bool) {
	const pad = 64
	if q[0] == pad || q[1] == pad || q[2] == pad && q[3] != pad {
		return nil, false
	}
	octets := []byte{byte(q[0]<<2 | q[1]>>4), byte(q[1]<<4 | q[2]&63>>2), byte(q[2]&63<<6 | q[3]&63)}
	switch {
	case q[2] == pad:
		return octets[:1], q[1]&0xf == 0
	case q[3] == pad:
		return octets[:2], q[2]&3 == 0
	}
	return octets, true
}

// typeMap reads a list of types and appends it as the bit map of RFC 4034 4.1.2.
func (r *rdataReader) typeMap() Result {
	var windows [256][]byte
	for count := 0; ; count++ {
		if res := r.token(tokString, true); res != resultOK {
			return res
		}
		if r.tok.kind != tokString {
			r.lx.unget()
			if count == 0 {
				return ErrFormErr
			}
			break
		}
		t, ok := ParseType(string(r.tok.text))
		if !ok {
			return r.giveBack(ErrUnknown)
		}
		w := &windows[t>>8]
		for octet := int(t&0xff) / 8; len(*w) <= octet; {
			*w = append(*w, 0)
		}
		(*w)[t&0xff/8] |= 0x80 >> (t % 8)
	}
	for i, w := range windows {
		if len(w) > 0 {
			r.buf = append(append(r.buf, byte(i), byte(len(w))), w...)
		}
	}
	return resultOK
}

// unknownOrText handles rdata that begins with \#: the generic form of RFC 3597
// section 5, or, in a TXT record without a number behind it, an escaped "#".
func (r *rdataReader) unknownOrText(rrtype uint16) Result {
	if rrtype == typeTXT {
		if r.token(tokNumber, false) != resultOK {
			r.escaped = true
			return r.known(rrtype)
		}
		r.lx.unget()
	}
	if rrtype == 0 || isMeta(rrtype) {
		return ErrMetaType
	}
	if res := r.token(tokNumber, false); res != resultOK {
		return res
	}
	if r.tok.number > 0xffff {
		return ErrRange
	}
	start, length := len(r.buf), int(r.tok.number)
	if length > 0 {
		if res := r.hex(length); res != resultOK {
			return res
		}
	}
	if len(r.buf)-start != length {
		return ErrUnexpectedEnd
	}
	if _, known := mdns.TypeToRR[rrtype]; !known {
		return resultOK
	}
	return validRdata(rrtype, r.class, r.buf[start:])
}

// validRdata reports whether octets given in the generic form make sense for a
// known type: they must be what the record's own fields pack to.
func validRdata(rrtype, class uint16, wire []byte) Result {
	rr, err := unpackRdata(".", rrtype, class, 0, wire)
	if err != nil || rr == nil {
		if err != nil && strings.Contains(err.Error(), "bad rdlength") {
			return ErrExtraData
		}
		return ErrUnexpectedEnd
	}
	again := &rdataReader{}
	if again.appendPacked(rr) != resultOK || !bytes.Equal(again.buf, wire) || len(wire) == 0 && rrtype != mdns.TypeAPL {
		return ErrUnexpectedEnd
	}
	return resultOK
}

// unpackRdata makes the record that has wire as its rdata.
func unpackRdata(owner string, rrtype, class uint16, ttl uint32, wire []byte) (mdns.RR, error) {
	header := mdns.RR_Header{Name: owner, Rrtype: rrtype, Class: class, Ttl: ttl, Rdlength: uint16(len(wire))}
	switch { // most records of a large zone, without the general decoder's copies
	case rrtype == typeA && class == mdns.ClassINET && len(wire) == 4:
		return &mdns.A{Hdr: header, A: wire}, nil
	case rrtype == typeAAAA && class == mdns.ClassINET && len(wire) == 16:
		return &mdns.AAAA{Hdr: header, AAAA: wire}, nil
	}
	rr, end, err := mdns.UnpackRRWithHeader(header, wire, 0)
	if err == nil && end != len(wire) {
		err = ErrExtraData
	}
	return rr, err
}
