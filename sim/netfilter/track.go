package netfilter

import (
	"net/netip"
	"time"

	"mxlab/sim/vnet"
)

// ctState is a bit of -m state and -m conntrack --ctstate.
type ctState uint8

const (
	ctInvalid ctState = 1 << iota
	ctNew
	ctRelated
	ctEstablished
	ctUntracked
)

// Time-outs of nf_conntrack, as in nf_conntrack-sysctl.rst.
const (
	timeoutICMP        = 30 * time.Second
	timeoutUDP         = 30 * time.Second
	timeoutUDPStream   = 120 * time.Second
	timeoutSynSent     = 120 * time.Second
	timeoutSynRecv     = 60 * time.Second
	timeoutEstablished = 5 * 24 * time.Hour
	timeoutFinWait     = 120 * time.Second
	timeoutTimeWait    = 120 * time.Second
	timeoutClosed      = 10 * time.Second
	timeoutGeneric     = 600 * time.Second
)

// maxFlows is net.netfilter.nf_conntrack_max; past it new flows are dropped.
const maxFlows = 65536

// tuple identifies one direction of a flow. For ICMP echo the identifier stands
// in both ports.
type tuple struct {
	src, dst netip.AddrPort
	proto    uint8
}

func tupleOf(p *vnet.Packet) tuple {
	return tuple{netip.AddrPortFrom(p.Src, p.SrcPort), netip.AddrPortFrom(p.Dst, p.DstPort), p.Proto}
}

func (t tuple) inverse() tuple { return tuple{t.dst, t.src, t.proto} }

// flow is an entry of the connection tracking table. reply is what the answers
// look like: the inverse of orig unless NAT changed it.
type flow struct {
	orig, reply tuple
	confirmed   bool // in the table
	answered    bool // a packet in the other direction was seen
	natDst      bool // the destination has been looked up in the nat table
	natSrc      bool
	tcp         tcpState
	fins        uint8 // FIN seen, bit 0 original, bit 1 reply
	expires     time.Duration
}

// tcpState is a state of nf_conntrack_proto_tcp.
type tcpState uint8

const (
	tcpNone tcpState = iota
	tcpSynSent
	tcpSynRecv
	tcpOpen
	tcpClosing
	tcpTimeWait
	tcpClosed
)

// tracker is the connection tracking table of a host.
type tracker struct {
	flows   map[tuple]*flow // each flow under both of its tuples
	count   int
	sweepAt int                 // entries at which the expired are looked for
	answers map[tuple]rejection // by the rejected packet
	// The packet that passes the hooks now.
	packet *vnet.Packet
	flow   *flow
	state  ctState
	reply  bool
}

// find returns the live flow a packet belongs to, and whether it is a reply.
func (t *tracker) find(key tuple, now time.Duration) (f *flow, reply bool) {
	f = t.flows[key]
	if f == nil {
		return nil, false
	}
	if f.expires <= now {
		t.drop(f)
		return nil, false
	}
	return f, f.orig != key
}

func (t *tracker) drop(f *flow) {
	if t.flows[f.orig] == f {
		delete(t.flows, f.orig)
		delete(t.flows, f.reply)
		t.count--
	}
}

// enter finds out what flow the packet belongs to. At the first hook it looks
// the flow up; at the later ones it remembers.
func (t *tracker) enter(x *crossing, first bool) vnet.Verdict {
	if !first && t.packet == x.p {
		x.flow, x.state, x.reply = t.flow, t.state, t.reply
		return vnet.Verdict{}
	}
	switch {
	case x.untrack:
		x.state = ctUntracked
	case t.attach(x):
	case isError(x.p):
		t.related(x)
	default:
		t.follow(x)
	}
	t.packet, t.flow, t.state, t.reply = x.p, x.flow, x.state, x.reply
	if x.state == ctNew && x.flow != nil && !x.flow.confirmed && t.count >= maxFlows {
		return vnet.Verdict{Action: vnet.Drop, Rule: "nf_conntrack: table full, dropping packet"}
	}
	return vnet.Verdict{}
}

func isError(p *vnet.Packet) bool {
	return p.Inner != nil && (p.Proto == vnet.ProtoICMP || p.Proto == vnet.ProtoICMPv6)
}

// related handles an ICMP error: it is RELATED when it quotes a packet of a
// known flow, else INVALID.
func (t *tracker) related(x *crossing) {
	f, reply := t.find(tupleOf(x.p.Inner).inverse(), x.now)
	if f == nil {
		x.state = ctInvalid
		return
	}
	x.flow, x.reply, x.state = f, reply, ctRelated
}

// rejection is a packet the host itself has rejected, and its flow, which may
// never get into the table.
type rejection struct {
	flow  *flow
	reply bool
}

// maxRejections bounds how many answers to rejected packets can be under way.
const maxRejections = 256

// rejected remembers the flow of a packet that is about to be answered by an
// ICMP error or a reset: the answer belongs to it (nf_ct_attach).
func (t *tracker) rejected(x *crossing) {
	if x.flow == nil {
		return
	}
	if t.answers == nil || len(t.answers) >= maxRejections {
		t.answers = map[tuple]rejection{}
	}
	t.answers[tupleOf(x.p)] = rejection{x.flow, x.reply}
}

// attach gives the answer to a rejected packet its flow.
func (t *tracker) attach(x *crossing) bool {
	key := tupleOf(x.p).inverse()
	switch {
	case x.at != vnet.Output || len(t.answers) == 0:
		return false
	case isError(x.p):
		key = tupleOf(x.p.Inner)
	case x.p.Proto != vnet.ProtoTCP || x.p.Flags&vnet.RST == 0:
		return false
	}
	r, ok := t.answers[key]
	if !ok {
		return false
	}
	delete(t.answers, key)
	x.flow, x.reply, x.state = r.flow, !r.reply, ctRelated
	return true
}

// follow finds or begins the flow of an ordinary packet.
func (t *tracker) follow(x *crossing) {
	key := tupleOf(x.p)
	f, reply := t.find(key, x.now)
	if f == nil && x.in == "lo" { // it was translated on its way out
		f, reply = t.find(key.inverse(), x.now)
		reply = !reply
	}
	if f != nil && f.tcp >= tcpTimeWait && x.p.Flags&(vnet.SYN|vnet.ACK) == vnet.SYN { // the ports are used again
		t.drop(f)
		f = nil
	}
	if f == nil {
		if f = begin(key, x.p); f == nil {
			x.state = ctInvalid
			return
		}
		reply = false
	}
	x.flow, x.reply = f, reply
	switch {
	case reply:
		f.answered = true
		x.state = ctEstablished
	case f.answered:
		x.state = ctEstablished
	default:
		x.state = ctNew
	}
	f.advance(x.p, reply)
	f.expires = x.now + f.timeout()
}

// begin returns a new flow, or nil if the packet cannot be the first of one: an
// ICMP message that answers, a TCP segment with RST, FIN or SYN and ACK. A TCP
// segment from the middle of a connection is picked up
// (nf_conntrack_tcp_loose).
func begin(key tuple, p *vnet.Packet) *flow {
	switch p.Proto {
	case vnet.ProtoTCP:
		if p.Flags&(vnet.RST|vnet.FIN) != 0 || p.Flags&vnet.SYN != 0 && p.Flags&vnet.ACK != 0 || p.Flags&(vnet.SYN|vnet.ACK) == 0 {
			return nil
		}
	case vnet.ProtoICMP:
		if p.Type != 8 && p.Type != 13 && p.Type != 17 {
			return nil
		}
	case vnet.ProtoICMPv6:
		if p.Type != 128 {
			return nil
		}
	}
	return &flow{orig: key, reply: key.inverse()}
}

// advance moves the TCP state on.
func (f *flow) advance(p *vnet.Packet, reply bool) {
	if p.Proto != vnet.ProtoTCP {
		return
	}
	side := uint8(1)
	if reply {
		side = 2
	}
	switch {
	case p.Flags&vnet.RST != 0:
		f.tcp = tcpClosed
	case p.Flags&vnet.SYN != 0 && p.Flags&vnet.ACK == 0:
		if f.tcp == tcpNone {
			f.tcp = tcpSynSent
		}
	case p.Flags&vnet.SYN != 0:
		if f.tcp == tcpSynSent {
			f.tcp = tcpSynRecv
		}
	case p.Flags&vnet.FIN != 0:
		f.fins |= side
		f.tcp = tcpClosing
	case p.Flags&vnet.ACK != 0:
		switch {
		case f.tcp == tcpNone || f.tcp == tcpSynRecv && !reply:
			f.tcp = tcpOpen
		case f.fins == 3:
			f.tcp = tcpTimeWait
		}
	}
}

// timeout is how long the flow lives without another packet.
func (f *flow) timeout() time.Duration {
	switch f.orig.proto {
	case vnet.ProtoTCP:
		return [...]time.Duration{tcpNone: timeoutSynSent, tcpSynSent: timeoutSynSent, tcpSynRecv: timeoutSynRecv, tcpOpen: timeoutEstablished,
			tcpClosing: timeoutFinWait, tcpTimeWait: timeoutTimeWait, tcpClosed: timeoutClosed}[f.tcp]
	case vnet.ProtoUDP:
		if f.answered {
			return timeoutUDPStream
		}
		return timeoutUDP
	case vnet.ProtoICMP, vnet.ProtoICMPv6:
		return timeoutICMP
	}
	return timeoutGeneric
}

// confirm enters a new flow into the table, when its first packet has come
// through all chains.
func (t *tracker) confirm(x *crossing) {
	f := x.flow
	if f == nil || f.confirmed || x.state == ctRelated {
		return
	}
	if t.flows == nil {
		t.flows = map[tuple]*flow{}
	}
	if t.count >= t.sweepAt {
		t.sweep(x.now)
	}
	f.confirmed = true
	t.flows[f.orig], t.flows[f.reply] = f, f
	t.count++
}

// sweep removes the flows that have expired.
func (t *tracker) sweep(now time.Duration) {
	for _, f := range t.flows {
		if f.expires <= now {
			t.drop(f)
		}
	}
	t.sweepAt = max(256, 2*t.count)
}
