package vnet

import "net/netip"

// IP protocol numbers.
const (
	ProtoICMP   uint8 = 1
	ProtoTCP    uint8 = 6
	ProtoUDP    uint8 = 17
	ProtoICMPv6 uint8 = 58
)

// Flags are the control bits of a TCP segment (RFC 9293 3.1).
type Flags uint8

const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// Packet is an IP packet. Which of the fields below Payload have a meaning
// depends on Proto.
type Packet struct {
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16 // UDP and TCP; ICMP echo: the identifier in both
	Proto            uint8
	TTL              uint8
	TOS              uint8

	DF   bool   // not to be fragmented by routers (IPv6 packets never are)
	Frag uint16 // the IP packet went in fragments of at most this size; 0: whole

	Flags    Flags // TCP
	Window   uint16
	MSS      uint16 // SYN: the largest segment its sender takes (RFC 9293 3.7.1)
	Segment  uint16 // bytes of data in each of the IP packets the segment stands for, but the last; 0: one packet
	Seq, Ack uint32

	Type, Code uint8   // ICMP, ICMPv6
	MTU        uint16  // ICMP "fragmentation needed", "packet too big": of the link that is too narrow
	EchoSeq    uint16  // ICMP echo
	Inner      *Packet // ICMP errors: the packet they are about

	Payload []byte
	Len     int       // length of the payload; larger than len(Payload) where a trace event keeps only its beginning
	Event   uint64    // Seq of the packet's trace event, 0 while it is being sent
	NAT     []Rewrite // what happened to the addresses on the way

	trip trip // the way it went, for captures
}

// Rewrite records that a node's hook changed a packet's addresses or ports.
type Rewrite struct {
	Node     string
	Point    Point
	Src, Dst netip.AddrPort // after the change
}
