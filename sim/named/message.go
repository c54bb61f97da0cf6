package named

import (
	"encoding/binary"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// packer packs messages into a buffer of its own, with the names of RFC 1035
// 4.1.4 compressed. Buffer and table are used again, because a busy server packs
// nothing else.
type packer struct {
	buf   []byte
	names map[string]int // name: where it stands in the message
	rr    *dns.Lent      // the record being packed
}

// pack returns the message in wire format, nil if it has none. The result is
// valid until the next call.
func (p *packer) pack(m *mdns.Msg) []byte {
	if p.buf == nil {
		p.buf, p.names, p.rr = make([]byte, 1500), map[string]int{}, new(dns.Lent)
	}
	for {
		n, err := p.packInto(m)
		if err == nil {
			return p.buf[:n]
		}
		if len(p.buf) > mdns.MaxMsgSize { // it was large enough
			return nil
		}
		p.buf = make([]byte, min(2*len(p.buf), mdns.MaxMsgSize+1))
	}
}

func (p *packer) packInto(m *mdns.Msg) (off int, err error) {
	clear(p.names)
	bits := uint16(m.Opcode)<<11 | uint16(m.Rcode)&15
	for _, f := range [...]struct {
		on  bool
		bit uint16
	}{{m.Response, flagQR}, {m.Authoritative, flagAA}, {m.Truncated, flagTC}, {m.RecursionDesired, flagRD}, {m.RecursionAvailable, flagRA},
		{m.AuthenticatedData, flagAD}, {m.CheckingDisabled, flagCD}} {
		if f.on {
			bits |= f.bit
		}
	}
	binary.BigEndian.PutUint16(p.buf, m.Id)
	binary.BigEndian.PutUint16(p.buf[2:], bits)
	for i, n := range [...]int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		binary.BigEndian.PutUint16(p.buf[4+2*i:], uint16(n))
	}
	off = 12
	for _, q := range m.Question {
		if off, err = mdns.PackDomainName(q.Name, p.buf, off, p.names, true); err != nil {
			return 0, err
		}
		if off+4 > len(p.buf) {
			return 0, mdns.ErrBuf
		}
		binary.BigEndian.PutUint16(p.buf[off:], q.Qtype)
		binary.BigEndian.PutUint16(p.buf[off+2:], q.Qclass)
		off += 4
	}
	for _, section := range [...][]mdns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			p.rr.Set(rr)
			if off, err = mdns.PackRR(p.rr, p.buf, off, p.names, true); err != nil {
				return 0, err
			}
		}
	}
	return off, nil
}
