package netfilter

import (
	"net/netip"

	"mxlab/sim/vnet"
)

// translate is the nat table at one hook point.
//
// The first packet of a flow is looked up in the nat table, once for its
// destination (PREROUTING or OUTPUT) and once for its source (POSTROUTING or
// INPUT). What a rule changes is written into the flow's reply tuple; all
// packets of the flow, and ICMP errors about them, are then rewritten from the
// two tuples without looking at rules.
func (fw *Firewall) translate(x *crossing) vnet.Verdict {
	f := x.flow
	if f == nil || fw.tables[x.fam][natTable].idle() && f.reply == f.orig.inverse() {
		return vnet.Verdict{}
	}
	dst := x.at == vnet.Prerouting || x.at == vnet.Output
	if x.state == ctNew && !f.confirmed {
		asked := &f.natSrc
		if dst {
			asked = &f.natDst
		}
		if !*asked {
			*asked = true
			if v := x.run(fw.tables[x.fam][natTable]); v.Action != vnet.Accept {
				return v
			}
		}
	}
	f.rewrite(x, dst)
	return vnet.Verdict{}
}

// rewrite changes one side of the packet. In the direction of the flow's first
// packet the destination becomes the one the replies come from, and the source
// the one they go to; against it, what the first packet had. Seen from the
// packet's direction both are the inverse of the other direction's tuple.
func (f *flow) rewrite(x *crossing, dst bool) {
	other, mine := f.reply, f.orig
	if x.reply {
		other, mine = f.orig, f.reply
	}
	want := other.inverse()
	if want == mine {
		return
	}
	p := x.p
	if in := p.Inner; isError(p) && in != nil { // nf_nat_icmp_reply_translation
		if dst {
			if want.dst.Addr() != mine.dst.Addr() || want.dst.Port() != mine.dst.Port() {
				in.Src, in.SrcPort = want.dst.Addr(), want.dst.Port()
				p.Dst = want.dst.Addr()
			}
		} else if want.src != mine.src {
			in.Dst, in.DstPort = want.src.Addr(), want.src.Port()
			if p.Src == mine.src.Addr() {
				p.Src = want.src.Addr()
			}
		}
		x.reload()
		return
	}
	if dst {
		p.Dst, p.DstPort = want.dst.Addr(), want.dst.Port()
	} else {
		p.Src, p.SrcPort = want.src.Addr(), want.src.Port()
	}
	if p.Proto == vnet.ProtoICMP || p.Proto == vnet.ProtoICMPv6 { // the identifier stands in both ports
		id := want.src.Port()
		p.SrcPort, p.DstPort = id, id
	}
	x.reload()
}

// mapping is what a DNAT, SNAT, MASQUERADE or REDIRECT asks for. Zero fields
// are left as they are.
type mapping struct {
	first, last netip.Addr
	low, high   uint16
}

// setDestination makes the packet's flow go to another destination.
func (x *crossing) setDestination(m mapping) {
	f := x.flow
	if f == nil || x.state != ctNew {
		return
	}
	to := f.reply.src
	if m.first.IsValid() {
		to = netip.AddrPortFrom(x.choose(m), to.Port())
	}
	if m.low != 0 && hasPorts(f.orig.proto) {
		port := m.low
		if to.Port() >= m.low && to.Port() <= m.high {
			port = to.Port()
		}
		to = netip.AddrPortFrom(to.Addr(), port)
	}
	f.reply.src = to
}

// setSource makes the packet's flow come from another source. The port stays if
// it is free; else the first free one of the range is taken.
func (x *crossing) setSource(m mapping) bool {
	f := x.flow
	if f == nil || x.state != ctNew {
		return true
	}
	low, high := m.low, m.high
	port := f.reply.dst.Port()
	if low == 0 {
		low, high = sourceRange(port)
	} else if port < low || port > high {
		port = low
	}
	f.reply.dst = netip.AddrPortFrom(x.choose(m), port)
	if !x.fw.track.taken(f) {
		return true
	}
	for p := uint32(low); p <= uint32(high); p++ {
		f.reply.dst = netip.AddrPortFrom(f.reply.dst.Addr(), uint16(p))
		if f.orig.proto == vnet.ProtoICMP || f.orig.proto == vnet.ProtoICMPv6 {
			f.reply.src = netip.AddrPortFrom(f.reply.src.Addr(), uint16(p))
		}
		if !x.fw.track.taken(f) {
			return true
		}
	}
	return false
}

// sourceRange is the range a source port may be changed within: a privileged
// one stays privileged (nf_nat_l4proto_unique_tuple).
func sourceRange(port uint16) (low, high uint16) {
	switch {
	case port < 512:
		return 1, 511
	case port < 1024:
		return 600, 1023
	}
	return 1024, 65535
}

// taken reports whether another flow has the reply tuple of f.
func (t *tracker) taken(f *flow) bool {
	other := t.flows[f.reply]
	return other != nil && other != f
}

// choose takes an address of the mapping's range, always the same for a source.
func (x *crossing) choose(m mapping) netip.Addr {
	if !m.last.IsValid() || m.first == m.last {
		return m.first
	}
	from, to := bitsOf(m.first), bitsOf(m.last)
	if x.fam == v6 {
		span := to.lo - from.lo + 1
		if span != 0 {
			from.lo += x.src.lo % span
		}
		return from.addr(v6)
	}
	span := (to.hi >> 32) - (from.hi >> 32) + 1
	from.hi += x.src.hi >> 32 % span << 32
	return from.addr(v4)
}

func hasPorts(proto uint8) bool { return protocolText(proto) != "" }
