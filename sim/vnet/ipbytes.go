package vnet

import (
	"encoding/binary"
	"net/netip"
)

// AppendIP appends the packet as it would look on a wire, for captures: IPv4
// or IPv6 header, transport header with correct checksums, payload. Where the
// event keeps only the beginning of the payload (Len > len(Payload)), the
// headers tell the true length and the checksum is 0.
func (p *Packet) AppendIP(b []byte) []byte {
	n := max(p.Len, len(p.Payload))
	start := len(b)
	body := p.transport(n)
	if p.Src.Is4() { // RFC 791 3.1
		src, dst := p.Src.As4(), p.Dst.As4()
		b = append(b, 0x45, p.TOS)
		b = binary.BigEndian.AppendUint16(b, uint16(20+len(body)+n))
		b = binary.BigEndian.AppendUint16(b, uint16(p.Event))
		b = append(b, 0, 0, p.TTL, p.Proto, 0, 0)
		if p.DF {
			b[start+6] = 0x40
		}
		b = append(append(b, src[:]...), dst[:]...)
		binary.BigEndian.PutUint16(b[start+10:], checksum(0, b[start:]))
	} else { // RFC 8200 3
		src, dst := p.Src.As16(), p.Dst.As16()
		b = append(b, 0x60|p.TOS>>4, p.TOS<<4, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(len(body)+n))
		b = append(b, p.Proto, p.TTL)
		b = append(append(b, src[:]...), dst[:]...)
	}
	return append(append(b, body...), p.Payload...)
}

// transport returns the header of the transport layer for n bytes of payload;
// of an ICMP error with the packet it quotes.
func (p *Packet) transport(n int) []byte {
	var h []byte
	sum := 0 // where the checksum is
	switch p.Proto {
	case ProtoUDP: // RFC 768
		h = binary.BigEndian.AppendUint16(nil, p.SrcPort)
		h = binary.BigEndian.AppendUint16(h, p.DstPort)
		h = append(binary.BigEndian.AppendUint16(h, uint16(8+n)), 0, 0)
		sum = 6
	case ProtoTCP:
		h = p.tcpHeader()
		sum = 16
	case ProtoICMP, ProtoICMPv6: // RFC 792, RFC 4443
		h = []byte{p.Type, p.Code, 0, 0, 0, 0, 0, 0}
		if p.Inner != nil {
			binary.BigEndian.PutUint16(h[6:], p.MTU) // RFC 1191 4, RFC 4443 3.2
			h = p.Inner.AppendIP(h)
		} else {
			binary.BigEndian.PutUint16(h[4:], p.SrcPort)
			binary.BigEndian.PutUint16(h[6:], p.EchoSeq)
		}
		sum = 2
	default:
		return nil
	}
	if n > len(p.Payload) {
		return h
	}
	c := checksum(p.pseudo(len(h)+n), h, p.Payload)
	if c == 0 && p.Proto == ProtoUDP {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(h[sum:], c)
	return h
}

// tcpHeader is RFC 9293 3.1; a SYN carries the options of a Linux host that
// has no time stamps: maximum segment size, SACK permitted, window scale 7.
func (p *Packet) tcpHeader() []byte {
	h := binary.BigEndian.AppendUint16(nil, p.SrcPort)
	h = binary.BigEndian.AppendUint16(h, p.DstPort)
	h = binary.BigEndian.AppendUint32(h, p.Seq)
	h = binary.BigEndian.AppendUint32(h, p.Ack)
	h = append(h, 5<<4, byte(p.Flags))
	h = append(binary.BigEndian.AppendUint16(h, p.Window), 0, 0, 0, 0)
	if p.Flags&SYN != 0 {
		mss := uint16(1460)
		switch {
		case p.MSS > 0:
			mss = p.MSS
		case p.Src.Is6():
			mss = 1440
		}
		h = binary.BigEndian.AppendUint16(append(h, 2, 4), mss)
		h = append(h, 1, 1, 4, 2, 1, 3, 3, 7)
		h[12] = 8 << 4
	}
	return h
}

// pseudo is the sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1); ICMP
// over IPv4 has none.
func (p *Packet) pseudo(length int) uint32 {
	if p.Proto == ProtoICMP {
		return 0
	}
	sum := uint32(p.Proto) + uint32(length)
	for _, a := range [...]netip.Addr{p.Src, p.Dst} {
		b := a.AsSlice()
		for i := 0; i < len(b); i += 2 {
			sum += uint32(b[i])<<8 | uint32(b[i+1])
		}
	}
	return sum
}

// checksum is the Internet checksum (RFC 1071) over several parts, of which
// only the last may be of odd length.
func checksum(sum uint32, parts ...[]byte) uint16 {
	for _, b := range parts {
		for i := 0; i+1 < len(b); i += 2 {
			sum += uint32(b[i])<<8 | uint32(b[i+1])
		}
		if len(b)%2 == 1 {
			sum += uint32(b[len(b)-1]) << 8
		}
		sum = sum>>16 + sum&0xffff
	}
	sum = sum>>16 + sum&0xffff
	return ^uint16(sum>>16 + sum)
}
