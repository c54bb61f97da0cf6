package vnet

import (
	"net/netip"

	"mxlab/sim/trace"
)

// ICMP types (RFC 792, RFC 4443).
const (
	icmpEchoReply    = 0
	icmpUnreachable  = 3
	icmpEcho         = 8
	icmpTimeExceeded = 11

	icmp6Unreachable  = 1
	icmp6TooBig       = 2
	icmp6TimeExceeded = 3
	icmp6Echo         = 128
	icmp6EchoReply    = 129
)

// ICMPError is what the network says about a packet a socket has sent.
type ICMPError struct {
	From       netip.Addr     // who says it
	Dst        netip.AddrPort // where the packet was going
	Type, Code uint8
	TTL        uint8 // of the message on arrival
	Err        Errno // what the socket call would return
	Fatal      bool  // a connected socket is told even if it did not ask for ICMP errors
	MTU        int   // what the path carries, if the packet was too large
}

// icmpNames are the texts of ICMP types and codes as in RFC 792 and RFC 4443.
var icmpNames = map[[3]uint8]string{
	{ProtoICMP, icmpUnreachable, 0}: "net unreachable", {ProtoICMP, icmpUnreachable, 1}: "host unreachable",
	{ProtoICMP, icmpUnreachable, 2}: "protocol unreachable", {ProtoICMP, icmpUnreachable, 3}: "port unreachable",
	{ProtoICMP, icmpUnreachable, 4}: "fragmentation needed", {ProtoICMP, icmpUnreachable, 9}: "net prohibited",
	{ProtoICMP, icmpUnreachable, 10}: "host prohibited", {ProtoICMP, icmpUnreachable, 13}: "admin prohibited",
	{ProtoICMP, icmpEcho, 0}: "echo request", {ProtoICMP, icmpEchoReply, 0}: "echo reply",
	{ProtoICMP, icmpTimeExceeded, 0}:    "time exceeded",
	{ProtoICMPv6, icmp6Unreachable, 0}:  "no route",
	{ProtoICMPv6, icmp6Unreachable, 1}:  "admin prohibited",
	{ProtoICMPv6, icmp6Unreachable, 3}:  "address unreachable",
	{ProtoICMPv6, icmp6Unreachable, 4}:  "port unreachable",
	{ProtoICMPv6, icmp6TooBig, 0}:       "packet too big",
	{ProtoICMPv6, icmp6TimeExceeded, 0}: "time exceeded",
	{ProtoICMPv6, icmp6Echo, 0}:         "echo request", {ProtoICMPv6, icmp6EchoReply, 0}: "echo reply",
}

func icmpName(proto, typ, code uint8) string {
	if s := icmpNames[[3]uint8{proto, typ, code}]; s != "" {
		return s
	}
	return "message"
}

// rejectCode returns type and code of the ICMP message of a rejection.
func rejectCode(with RejectWith, v6 bool) (typ, code uint8) {
	if v6 { // ip6t_REJECT
		return icmp6Unreachable, [...]uint8{PortUnreachable: 4, NetUnreachable: 0, HostUnreachable: 3, ProtoUnreachable: 4,
			NetProhibited: 1, HostProhibited: 1, AdminProhibited: 1, TCPReset: 4}[with]
	}
	return icmpUnreachable, [...]uint8{PortUnreachable: 3, NetUnreachable: 0, HostUnreachable: 1, ProtoUnreachable: 2,
		NetProhibited: 9, HostProhibited: 10, AdminProhibited: 13, TCPReset: 3}[with]
}

// icmpErrno maps an ICMP error to the error of a socket call, as Linux does
// (icmp_err_convert, icmpv6_err_convert).
func icmpErrno(proto, typ, code uint8) (err Errno, fatal bool) {
	if proto == ProtoICMPv6 {
		switch {
		case typ == icmp6TooBig:
			return EMSGSIZE, false
		case typ == icmp6TimeExceeded || typ == icmp6Unreachable && (code == 2 || code == 3):
			return EHOSTUNREACH, false
		case typ == icmp6Unreachable && code == 0:
			return ENETUNREACH, false
		case typ == icmp6Unreachable && code == 4:
			return ECONNREFUSED, true
		}
		return EACCES, true
	}
	if typ == icmpTimeExceeded {
		return EHOSTUNREACH, false
	}
	switch code {
	case 0, 11:
		return ENETUNREACH, false
	case 2:
		return ENOPROTOOPT, true
	case 3:
		return ECONNREFUSED, true
	case 4:
		return EMSGSIZE, false
	case 6, 9:
		return ENETUNREACH, true
	case 10, 13, 14, 15:
		return EHOSTUNREACH, true
	}
	return EHOSTUNREACH, false
}

// answer tells the sender of a discarded packet why, from f.node: with an RST
// or an ICMP error. No error is ever sent about an ICMP error (RFC 1122 3.2.2).
func (nd *Node) answer(f *flight) {
	p := &f.Packet
	if p.Inner != nil {
		return
	}
	if !f.expire && f.with == TCPReset && p.Proto == ProtoTCP {
		nd.sendReset(p)
		return
	}
	v6 := p.Src.Is6()
	typ, code := rejectCode(f.with, v6)
	if f.expire {
		typ, code = icmpTimeExceeded, 0
		if v6 {
			typ = icmp6TimeExceeded
		}
	}
	if f.narrow > 0 {
		if typ, code = icmpUnreachable, 4; v6 {
			typ, code = icmp6TooBig, 0
		}
	}
	inner := *p
	inner.Payload, inner.Len = nil, 0
	if nd.Local(p.Src) { // the sender's own stack
		e := nd.net.newFlight()
		e.Proto, e.Type, e.Code, e.Inner, e.Src, e.Dst, e.MTU = icmpProto(v6), typ, code, &inner, p.Src, p.Src, uint16(f.narrow)
		nd.icmpError(&e.Packet)
		e.release()
		return
	}
	nd.sendICMP(nd.errorSource(f), p.Src, typ, code, &inner, f.narrow)
}

// errorSource is the address from which a node reports an error: the one the
// packet was sent to, else the one the route back to the sender asks for.
func (nd *Node) errorSource(f *flight) netip.Addr {
	if nd.Local(f.Dst) {
		return f.Dst
	}
	a, _ := nd.SourceFor(f.Src)
	return a
}

func icmpProto(v6 bool) uint8 {
	if v6 {
		return ProtoICMPv6
	}
	return ProtoICMP
}

// sendICMP sends an ICMP error; mtu is that of a link too narrow, or 0.
func (nd *Node) sendICMP(src, dst netip.Addr, typ, code uint8, inner *Packet, mtu int) {
	if !src.IsValid() {
		return
	}
	f := nd.net.newFlight()
	f.Src, f.Dst, f.Proto, f.Type, f.Code, f.Inner, f.MTU = src, dst, icmpProto(dst.Is6()), typ, code, inner, uint16(mtu)
	nd.net.launch(nd, f, trace.Event{})
}

// deliver gives an admitted packet to the transport it is for.
func (nd *Node) deliver(f *flight) {
	switch p := &f.Packet; p.Proto {
	case ProtoUDP:
		nd.deliverUDP(f)
	case ProtoTCP:
		nd.deliverTCP(f)
	case ProtoICMP, ProtoICMPv6:
		switch {
		case p.Inner != nil:
			nd.icmpError(p)
		case p.Proto == ProtoICMP && p.Type == icmpEcho, p.Proto == ProtoICMPv6 && p.Type == icmp6Echo:
			nd.sendEchoReply(p)
		case p.Proto == ProtoICMP && p.Type == icmpEchoReply, p.Proto == ProtoICMPv6 && p.Type == icmp6EchoReply:
			nd.echoReply(p)
		}
	}
}

// icmpError gives an ICMP error to the socket whose packet it is about.
func (nd *Node) icmpError(p *Packet) {
	in := p.Inner
	err, fatal := icmpErrno(p.Proto, p.Type, p.Code)
	e := ICMPError{From: p.Src, Dst: netip.AddrPortFrom(in.Dst, in.DstPort), Type: p.Type, Code: p.Code, Err: err, Fatal: fatal, MTU: int(p.MTU), TTL: p.TTL}
	local := netip.AddrPortFrom(in.Src, in.SrcPort)
	if err == EMSGSIZE {
		nd.learnMTU(in.Dst, e.MTU)
	}
	switch in.Proto {
	case ProtoUDP:
		if s := nd.findUDP(local, e.Dst); s != nil {
			s.failed(e)
		}
	case ProtoTCP:
		if c := nd.conns[connKey{local, e.Dst}]; c != nil && err == EMSGSIZE {
			c.resend()
		} else if c != nil {
			c.last = p.Event
			c.icmp(err)
		} else if fn := nd.probes[connKey{local, e.Dst}]; fn != nil {
			fn(SYNReply{From: e.From, Type: e.Type, Code: e.Code, MTU: e.MTU, Err: err})
		}
	case ProtoICMP, ProtoICMPv6:
		nd.echoFailed(in, e)
	}
}
