package vnet

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// neighbourAge is how long an unused neighbour is remembered
// (net.ipv4.neigh.default.gc_stale_time).
const neighbourAge = 60 * time.Second

// neighbourKey is an entry of an interface's neighbour table.
type neighbourKey struct {
	iface *Iface
	addr  netip.Addr
}

// inquiry is a message of ARP (RFC 826) or neighbour discovery (RFC 4861 4.3,
// 4.4): who has an address, or the answer.
type inquiry struct {
	reply    bool
	from, to *Iface // to is nil for everybody
	src, dst netip.Addr
}

// resolve shows how the sender of a packet finds its neighbour, unless it knows
// it. In the lab that takes no time; here it is shown so early that the answer
// comes when the packet leaves. Where nobody answers there are three requests,
// a second apart.
func (o *Observer) resolve(h *hop, s *Sighting, p *Packet, first bool) {
	at, src := s.At, h.from
	if first && src.Is4() == p.Src.Is4() {
		src = p.Src // Linux asks from the packet's address (arp_announce 0)
	}
	if !src.IsValid() {
		return
	}
	key := neighbourKey{h.out, h.via}
	last, asked := o.known[key]
	o.known[key] = at
	if h.in == nil {
		if asked && at-last < arpTimeout {
			o.known[key] = last
			return
		}
		for i := range 3 {
			o.ask(&inquiry{from: h.out, src: src, dst: h.via}, s, at+time.Duration(i)*time.Second, h.latency)
		}
		return
	}
	if asked && at-last <= neighbourAge {
		return
	}
	o.known[neighbourKey{h.in, src}] = at // it learns from the request (RFC 826)
	o.ask(&inquiry{from: h.out, to: h.in, src: src, dst: h.via}, s, at-2*h.latency, h.latency)
	answer := &inquiry{reply: true, from: h.in, to: h.out, src: h.via, dst: src}
	o.one(answer, s, at-h.latency, h.in, true)
	o.one(answer, s, at, h.out, false)
}

// ask shows a request: where it is sent, and where it comes in, with ARP on
// every interface of the link.
func (o *Observer) ask(q *inquiry, s *Sighting, at, latency time.Duration) {
	o.one(q, s, at, q.from, true)
	at += latency
	if q.src.Is6() {
		if q.to != nil {
			o.one(q, s, at, q.to, false)
		}
		return
	}
	for _, i := range q.from.link.ifaces {
		if i != q.from {
			o.one(q, s, at, i, false)
		}
	}
}

func (o *Observer) one(q *inquiry, s *Sighting, at time.Duration, i *Iface, out bool) {
	o.see(&Sighting{At: at, Iface: i, Out: out, Event: s.Event, Packet: s.Packet, frame: frame{ask: q}})
}

func (q *inquiry) append(b []byte) []byte {
	src := q.from.HardwareAddr()
	dst := [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if q.reply {
		dst = q.to.HardwareAddr()
	}
	if q.src.Is6() {
		return q.append6(b, src, dst)
	}
	b = append(append(b, dst[:]...), src[:]...)
	b = binary.BigEndian.AppendUint16(b, etherARP)
	b = append(b, 0, 1, 8, 0, 6, 4, 0, 1)
	if q.reply {
		b[len(b)-1] = 2
	} else {
		dst = [6]byte{}
	}
	sa, da := q.src.As4(), q.dst.As4()
	b = append(append(b, src[:]...), sa[:]...)
	b = append(append(b, dst[:]...), da[:]...)
	return b
}

// append6 is neighbour discovery: a solicitation to the multicast group of the
// address (RFC 4291 2.7.1), an advertisement to who asked.
func (q *inquiry) append6(b []byte, src, dst [6]byte) []byte {
	to, target, what, opt := q.dst, q.dst, uint8(135), uint8(1)
	flags := uint32(0)
	if q.reply {
		target, what, opt, flags = q.src, 136, 2, 0x60000000 // solicited, override
	} else {
		group := [16]byte{0: 0xff, 1: 2, 11: 1, 12: 0xff}
		a := q.dst.As16()
		copy(group[13:], a[13:])
		to = netip.AddrFrom16(group)
		dst = [6]byte{0x33, 0x33, 0xff, a[13], a[14], a[15]}
	}
	b = append(append(b, dst[:]...), src[:]...)
	b = binary.BigEndian.AppendUint16(b, etherIPv6)
	body := binary.BigEndian.AppendUint32([]byte{what, 0, 0, 0}, flags)
	body = append(body, target.AsSlice()...)
	body = append(append(body, opt, 1), src[:]...)
	p := &Packet{Src: q.src, Dst: to, Proto: ProtoICMPv6, TTL: 255}
	sum := checksum(p.pseudo(len(body)), body)
	binary.BigEndian.PutUint16(body[2:], sum)
	p.Proto = ProtoICMPv6
	b = append(b, 0x60, 0, 0, 0, 0, byte(len(body)), ProtoICMPv6, 255)
	b = append(append(b, q.src.AsSlice()...), to.AsSlice()...)
	return append(b, body...)
}

// asker is the interface whose inquiry it is, or that asked for the answer.
func (q *inquiry) asker() *Iface {
	if q.reply {
		return q.to
	}
	return q.from
}
