package vnet

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/trace"
)

// Line is the payload of an event of data on a TCP connection: the packet of
// the segment, labelled with its first line.
type Line Packet

// Discard is the payload of a Drop event: which rule, filter or lack of a
// route ended the packet.
type Discard struct {
	Rule             string
	With             string // what the sender is told, for a rejection
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Proto            uint8
}

// PacketOf returns the packet of an event's payload, or nil if the event is
// not about a packet.
func PacketOf(d trace.Data) *Packet {
	switch d := d.(type) {
	case *Packet:
		return d
	case *Line:
		return (*Packet)(d)
	case *DNSMessage:
		return (*Packet)(d)
	}
	return nil
}

// describe gives the event of a packet its kind, unless it has one, and its
// payload.
func (n *Net) describe(e *trace.Event, p *Packet) {
	p.Len = len(p.Payload)
	if p.Len == 0 {
		if e.Kind == trace.None {
			e.Kind = trace.Packet
		}
		e.Data = p
		return
	}
	dns := p.SrcPort == 53 || p.DstPort == 53
	switch {
	case p.Proto == ProtoUDP && dns, e.Kind == trace.DNSQuery, e.Kind == trace.DNSReply:
		e.Data = (*DNSMessage)(p)
	case p.Proto == ProtoTCP:
		e.Data = (*Line)(p)
	default:
		e.Data = p
	}
	if e.Kind == trace.None {
		e.Kind = trace.Packet
		if dns && p.Proto == ProtoUDP {
			e.Kind = dnsKind(p.Payload)
		}
	}
	p.Payload = n.keep(p.Payload)
}

// lineKind returns the kind of a write by the connection's well-known port.
func lineKind(port uint16, server bool) trace.Kind {
	kinds := [2]trace.Kind{trace.AppLine, trace.AppLine}
	switch port {
	case 25, 465, 587:
		kinds = [2]trace.Kind{trace.SMTPCommand, trace.SMTPReply}
	case 110, 995:
		kinds = [2]trace.Kind{trace.POPCommand, trace.POPReply}
	case 143, 993:
		kinds = [2]trace.Kind{trace.IMAPCommand, trace.IMAPReply}
	case 53:
		kinds = [2]trace.Kind{trace.DNSQuery, trace.DNSReply}
	}
	if server {
		return kinds[1]
	}
	return kinds[0]
}

var tlsRecords = map[byte]string{20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data"}

const labelLen = 120

// sshPort is where what follows the identification is binary packets (RFC 4253
// 6).
const sshPort = 22

// Label is the first line, without CRLF and bounded; for TLS the record's type
// and length, because its bytes differ from run to run, and for SSH the length.
func (l *Line) Label() string {
	b := l.Payload
	if len(b) >= 3 && b[1] == 3 && b[2] <= 4 && tlsRecords[b[0]] != "" {
		return "TLS " + tlsRecords[b[0]] + ", " + strconv.Itoa(l.Len) + " bytes"
	}
	if l.SrcPort == sshPort || l.DstPort == sshPort {
		if len(b) > 0 && !bytes.HasPrefix(b, []byte("SSH-")) {
			return "SSH packet, " + strconv.Itoa(l.Len) + " bytes"
		}
	}
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimSuffix(b, []byte("\r"))
	if len(b) > labelLen {
		b = append(append([]byte(nil), b[:labelLen]...), "..."...)
	}
	return strings.ToValidUTF8(string(b), "?")
}

// Fields are the addresses, flags and numbers of the segment.
func (l *Line) Fields() []trace.Field { return (*Packet)(l).Fields() }

// WireBytes are the bytes written by the application.
func (l *Line) WireBytes() []byte { return l.Payload }

// String returns the set flags, such as "SYN ACK".
func (f Flags) String() string {
	var list []string
	for i, name := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG"} {
		if f&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return strings.Join(list, " ")
}

// Label says what the packet is.
func (p *Packet) Label() string {
	switch p.Proto {
	case ProtoTCP:
		return "TCP " + p.Flags.String()
	case ProtoUDP:
		return "UDP " + strconv.Itoa(p.Len) + " bytes"
	case ProtoICMP, ProtoICMPv6:
		return "ICMP " + icmpName(p.Proto, p.Type, p.Code)
	}
	return "IP protocol " + strconv.Itoa(int(p.Proto))
}

// Fields are the addresses and numbers of the headers.
func (p *Packet) Fields() []trace.Field {
	num := func(name string, v uint64) trace.Field {
		return trace.Field{Name: name, Value: strconv.FormatUint(v, 10)}
	}
	list := make([]trace.Field, 0, 8)
	if p.Proto == ProtoTCP || p.Proto == ProtoUDP {
		list = append(list, trace.Field{Name: "src", Value: netip.AddrPortFrom(p.Src, p.SrcPort).String()},
			trace.Field{Name: "dst", Value: netip.AddrPortFrom(p.Dst, p.DstPort).String()})
	} else {
		list = append(list, trace.Field{Name: "src", Value: p.Src.String()}, trace.Field{Name: "dst", Value: p.Dst.String()})
	}
	switch {
	case p.Proto == ProtoTCP:
		list = append(list, trace.Field{Name: "flags", Value: strings.ReplaceAll(p.Flags.String(), " ", ",")}, num("seq", uint64(p.Seq)))
		if p.Flags&ACK != 0 {
			list = append(list, num("ack", uint64(p.Ack)))
		}
	case p.Inner != nil:
		list = append(list, trace.Field{Name: "about", Value: p.Inner.Label()},
			trace.Field{Name: "to", Value: netip.AddrPortFrom(p.Inner.Dst, p.Inner.DstPort).String()})
	case p.Proto == ProtoICMP || p.Proto == ProtoICMPv6:
		list = append(list, num("id", uint64(p.SrcPort)), num("seq", uint64(p.EchoSeq)))
	}
	list = append(list, num("len", uint64(p.Len)), num("ttl", uint64(p.TTL)))
	for _, r := range p.NAT {
		list = append(list, trace.Field{Name: "nat", Value: r.Node + " " + r.Src.String() + " > " + r.Dst.String()})
	}
	return list
}

// WireBytes is the payload of the packet. AppendIP gives the whole packet.
func (p *Packet) WireBytes() []byte { return p.Payload }

// Label names what discarded the packet.
func (d *Discard) Label() string {
	if d.With != "" {
		return d.Rule + " (" + d.With + ")"
	}
	return d.Rule
}

// Fields are the packet's addresses as the filter saw them.
func (d *Discard) Fields() []trace.Field {
	return []trace.Field{{Name: "src", Value: netip.AddrPortFrom(d.Src, d.SrcPort).String()},
		{Name: "dst", Value: netip.AddrPortFrom(d.Dst, d.DstPort).String()}, {Name: "proto", Value: strconv.Itoa(int(d.Proto))}}
}
