package filter

import "mxlab/sim/pcap"

// protocols are the words that may begin an expression.
var protocols = words("ether arp rarp ip ip6 tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp")

// ethertypes and ipProtocols are what protocols are known by.
var (
	ethertypes  = map[string]uint32{"ip": 0x0800, "arp": 0x0806, "rarp": 0x8035, "ip6": 0x86dd, "vlan": 0x8100, "loopback": 0x9000}
	ipProtocols = map[string]uint32{"icmp": 1, "igmp": 2, "tcp": 6, "igrp": 9, "udp": 17, "esp": 50, "ah": 51, "icmp6": 58, "ipv6-icmp": 58,
		"pim": 103, "vrrp": 112, "carp": 112, "sctp": 132, "gre": 47, "ospf": 89, "egp": 8, "ipv6": 41, "ip": 0, "ipip": 94}
)

// header is how a link type says what it carries: where the number of the
// protocol is (-1: by the version of IP), and where the packet begins.
type header struct{ kind, size int }

func headerOf(l pcap.Link) header {
	switch l {
	case pcap.Ethernet:
		return header{12, 14}
	case pcap.LinuxSLL:
		return header{14, 16}
	case pcap.LinuxSLL2:
		return header{0, 20}
	}
	return header{-1, 0}
}

// link tests what the frame carries.
func (c *compiler) link(kind uint32) test {
	h := headerOf(c.Link)
	c.kinds[kind] = true
	if h.kind < 0 {
		return func(p *Packet) bool {
			if p.guess != nil {
				return p.guess.kind == kind
			}
			v := p.load(0, 0, 1) >> 4
			return kind == 0x0800 && v == 4 || kind == 0x86dd && v == 6
		}
	}
	return func(p *Packet) bool {
		if p.guess != nil {
			return p.guess.kind == kind
		}
		return p.load(h.kind, 0, 2) == kind
	}
}

// field tests a field behind the link header.
func (c *compiler) field(offset uint32, size int, value, mask uint32) test {
	h := headerOf(c.Link)
	return func(p *Packet) bool {
		if p.guess != nil && size == 1 && value < 256 {
			if v, ok := p.guess.field(offset); ok {
				return v&mask == value
			}
		}
		return p.load(h.size, offset, size)&mask == value
	}
}

func both(list ...test) test {
	x := list[0]
	for _, y := range list[1:] {
		x = join("and", x, y)
	}
	return x
}

func either(list ...test) test {
	x := list[0]
	for _, y := range list[1:] {
		x = join("or", x, y)
	}
	return x
}

// carries4 and carries6 test the protocol inside IP; IPv6 looks behind a
// fragment header, but no other.
func (c *compiler) carries4(proto uint32) test {
	return both(c.link(0x0800), c.field(9, 1, proto, 0xff))
}

func (c *compiler) carries6(proto uint32) test {
	return both(c.link(0x86dd), either(c.field(6, 1, proto, 0xff), both(c.field(6, 1, 44, 0xff), c.field(40, 1, proto, 0xff))))
}

// first tests that an IPv4 packet is not a later fragment.
func (c *compiler) first() test { return c.field(6, 2, 0, 0x1fff) }

// protocol is a protocol that stands alone.
func (c *compiler) protocol(name string) test {
	switch name {
	case "ether":
		fail("link layer applied in wrong context")
	case "ip", "arp", "rarp", "ip6":
		return c.link(ethertypes[name])
	case "icmp", "igmp", "igrp":
		return c.carries4(ipProtocols[name])
	case "icmp6":
		return c.carries6(58)
	}
	return c.proto(ipProtocols[name], "")
}

// proto is "proto NUMBER" behind a protocol.
func (c *compiler) proto(v uint32, of string) test {
	switch of {
	case "":
		return either(c.carries4(v), c.carries6(v))
	case "ip":
		return c.carries4(v)
	case "ip6":
		return c.carries6(v)
	case "ether":
		return c.link(v)
	case "arp", "rarp":
		fail("%s does not encapsulate another protocol", of)
	}
	fail("'%s proto' is bogus", of)
	return nil
}

// base returns where the indexes of PROTO[...] count from, and what a packet
// must be.
func (c *compiler) base(proto string) (func(*Packet) int, test) {
	h := headerOf(c.Link)
	fixed := func(n int) func(*Packet) int { return func(*Packet) int { return n } }
	switch proto {
	case "ether":
		return fixed(0), nil
	case "ip", "arp", "rarp", "ip6":
		return fixed(h.size), c.protocol(proto)
	case "icmp6":
		return fixed(h.size + 40), both(c.link(0x86dd), c.field(6, 1, 58, 0xff))
	}
	return func(p *Packet) int { return h.size + int(p.load(h.size, 0, 1)&15)*4 }, both(c.carries4(ipProtocols[proto]), c.first())
}

// toMany is "broadcast" and "multicast".
func (c *compiler) toMany(proto, what string) test {
	switch {
	case proto == "ip" && what == "multicast":
		return both(c.link(0x0800), func(p *Packet) bool { return p.load(headerOf(c.Link).size, 16, 1) >= 224 })
	case proto == "ip6" && what == "multicast":
		return both(c.link(0x86dd), c.field(24, 1, 255, 0xff))
	case proto == "ip":
		return c.ipBroadcast()
	case proto != "" && proto != "ether":
		if what == "multicast" {
			fail("link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel")
		}
		fail("only link-layer/IP broadcast filters supported")
	case c.Link != pcap.Ethernet:
		fail("not a broadcast link")
	case what == "multicast":
		return func(p *Packet) bool { return p.load(0, 0, 1)&1 != 0 }
	}
	return func(p *Packet) bool { return p.load(0, 0, 4) == 0xffffffff && p.load(4, 0, 2) == 0xffff }
}

// ipBroadcast tests for the highest and the lowest address of the subnet.
func (c *compiler) ipBroadcast() test {
	if !c.Live { // no subnet: as libpcap with a netmask of 0
		return both(c.link(0x0800), either(c.field(16, 4, 0, 1<<32-1), c.field(16, 4, 1<<32-1, 1<<32-1)))
	}
	for _, a := range c.Local {
		if a.Addr().Is4() {
			host := uint32(1)<<(32-a.Bits()) - 1
			return both(c.link(0x0800), either(c.field(16, 4, 0, host), c.field(16, 4, host, host)))
		}
	}
	fail("netmask not known, so 'ip broadcast' not supported")
	return nil
}

// direction is "inbound" and "outbound".
func (c *compiler) direction(w string) test {
	if !c.Live && c.Link == pcap.Ethernet {
		fail("inbound/outbound not supported on Ethernet when reading savefiles")
	}
	return func(p *Packet) bool {
		if p.guess != nil {
			p.guess.unknown = true
		}
		return p.Out == (w == "outbound")
	}
}
