package vnet

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/netip"
)

// EtherTypes (RFC 9542 appendix B).
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherIPv6 = 0x86dd
)

// maxQuote bounds what an ICMP error is long (RFC 1812 4.3.2.3, RFC 4443 2.4).
const (
	maxQuote4 = 576
	maxQuote6 = 1280
)

// HardwareAddr returns the Ethernet address of the interface: a locally
// administered one, made from the names; zeros for lo.
func (i *Iface) HardwareAddr() (mac [6]byte) {
	if i.link == nil {
		return mac
	}
	f := fnv.New32a()
	fmt.Fprintf(f, "%s/%s", i.node.Name, i.Name)
	mac[0], mac[1] = 0x02, 0xfc
	binary.BigEndian.PutUint32(mac[2:], f.Sum32())
	return mac
}

// AppendFrame appends the Ethernet frame and returns its length on the wire,
// which is larger where the trace keeps only the beginning of a payload.
func (s *Sighting) AppendFrame(b []byte) (frame []byte, wire int) {
	if s.frame.ask != nil {
		frame = s.frame.ask.append(b)
		return frame, len(frame) - len(b)
	}
	p := s.frame.ip
	src, dst := s.ends()
	b = append(append(b, dst[:]...), src[:]...)
	if p.Src.Is4() {
		b = binary.BigEndian.AppendUint16(b, etherIPv4)
	} else {
		b = binary.BigEndian.AppendUint16(b, etherIPv6)
	}
	seen := s.packet()
	before := len(b)
	b = seen.AppendIP(b)
	wire = len(b) - before + max(seen.Len-len(seen.Payload), 0)
	if s.frame.room > 0 {
		var ip []byte
		ip, wire = fragment(b[before:], wire, s.frame.piece*s.frame.room, s.frame.room, seen.Event)
		b = append(b[:before], ip...)
	}
	return b, 14 + wire
}

// fragment returns the part of an IP packet of the given total length whose
// data begin at offset, and its length.
func fragment(ip []byte, total, offset, room int, id uint64) (part []byte, length int) {
	header := 20
	if ip[0]>>4 == 6 {
		header = 40
	}
	end := min(offset+room, total-header)
	more := end < total-header
	data := ip[min(header+offset, len(ip)):min(header+end, len(ip))]
	part = append(part, ip[:header]...)
	if header == 20 { // RFC 791 3.2
		length = header + end - offset
		field := uint16(offset / 8)
		if more {
			field |= 0x2000
		}
		binary.BigEndian.PutUint16(part[2:], uint16(length))
		binary.BigEndian.PutUint16(part[6:], field)
		part[10], part[11] = 0, 0
		binary.BigEndian.PutUint16(part[10:], checksum(0, part))
	} else { // RFC 8200 4.5
		length = header + 8 + end - offset
		field := uint16(offset)
		if more {
			field |= 1
		}
		next := part[6]
		part[6] = 44
		binary.BigEndian.PutUint16(part[4:], uint16(length-header))
		part = append(part, next, 0)
		part = binary.BigEndian.AppendUint16(part, field)
		part = binary.BigEndian.AppendUint32(part, uint32(id))
	}
	return append(part, data...), length
}

// ends returns the Ethernet addresses between which the packet passed.
func (s *Sighting) ends() (src, dst [6]byte) {
	if hops := s.frame.ip.trip.path.hops(); s.frame.hop < len(hops) {
		h := hops[s.frame.hop]
		return h.out.HardwareAddr(), h.in.HardwareAddr()
	}
	return src, dst
}

// packet returns the packet as it was on the link where it was seen: with the
// addresses NAT had given it by then, and the time to live that was left.
func (s *Sighting) packet() *Packet {
	p := *s.frame.ip
	hops := p.trip.path.hops()
	rewritten := p.trip.natted
	through := []string{}
	if p.trip.prior != 0 && len(hops) > 0 { // forwarded from where it had arrived
		p.TTL--
	}
	for k := 0; k <= s.frame.hop; k++ {
		node := s.Iface.node
		if k < len(hops) {
			node = hops[k].out.node
		}
		if k > 0 && k < len(hops) {
			p.TTL--
		}
		through = append(through, node.Name)
		for ; rewritten < len(p.NAT) && p.NAT[rewritten].Node == node.Name; rewritten++ {
			r := p.NAT[rewritten]
			p.Src, p.Dst = r.Src.Addr(), r.Dst.Addr()
			if p.Inner == nil && (p.Proto == ProtoTCP || p.Proto == ProtoUDP) {
				p.SrcPort, p.DstPort = r.Src.Port(), r.Dst.Port()
			}
		}
	}
	p.Event = s.Packet
	if p.Inner != nil {
		p.Inner = s.Iface.node.net.quoted(p.Inner, through[1:])
	}
	return &p
}

// quoted returns the packet an ICMP error quotes, with its beginning, as it is
// quoted after the error has passed some nodes, whose NAT translates it back.
func (n *Net) quoted(inner *Packet, through []string) *Packet {
	q := *inner
	var sent *Packet
	if e := n.log.Get(inner.Event); e != nil {
		sent = PacketOf(e.Data)
	}
	if sent == nil {
		return &q
	}
	limit := maxQuote4 - 28 - 20
	if q.Src.Is6() {
		limit = maxQuote6 - 48 - 40
	}
	if q.Proto == ProtoTCP {
		limit -= 12
	}
	q.Len, q.Payload = max(sent.Len, len(sent.Payload)), sent.Payload[:min(len(sent.Payload), limit)]
	if n := int(sent.Segment); n > 0 { // one of the packets the segment stands for
		q.Len, q.Payload = min(q.Len, n), q.Payload[:min(len(q.Payload), n)]
	}
	for _, node := range through {
		for i := range q.NAT {
			if q.NAT[i].Node != node {
				continue
			}
			src, dst := netip.AddrPortFrom(sent.Src, sent.SrcPort), netip.AddrPortFrom(sent.Dst, sent.DstPort)
			if i > 0 {
				src, dst = q.NAT[i-1].Src, q.NAT[i-1].Dst
			}
			q.Src, q.Dst, q.SrcPort, q.DstPort = src.Addr(), dst.Addr(), src.Port(), dst.Port()
			break
		}
	}
	q.Event = inner.Event
	return &q
}
