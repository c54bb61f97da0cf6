package filter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/pcap"
)

// id reads a name or an address and tests for it by its qualifiers.
func (c *compiler) id(q qualifiers) test {
	t := c.next()
	switch {
	case q == start:
		fail(syntaxError)
	case q == illegal && t.kind == tokHost6:
		fail("invalid qualifier against IPv6 address")
	case q == illegal:
		fail(noQualifier)
	}
	switch t.kind {
	case tokHost:
		if q.kind == "port" || q.kind == "portrange" || q.kind == "proto" {
			fail("'%s' modifier applied to ip host", q.kind)
		}
		if c.accept("/") != "" {
			return c.subnet(t.text, c.num(), q)
		}
		if c.accept("mask") != "" {
			m := c.next()
			if m.kind != tokHost {
				fail(syntaxError)
			}
			return c.masked(t.text, m.text, q)
		}
		v, n := c.dotted(t.text)
		return c.address(v<<(32-n), ^uint32(0)<<(32-n), q)
	case tokHost6:
		a, _ := netip.ParseAddr(t.text)
		if c.accept("/") != "" {
			return c.subnet6(a, t.text, c.num(), q)
		}
		return c.host6(a, 128, q)
	case tokEther:
		if (q.kind != "" && q.kind != "host") || q.proto != "ether" {
			fail("ethernet address used in non-ether expression")
		}
		mac, _ := etherAddr(t.text)
		return c.ether(mac, q.dir)
	}
	return c.name(t.text, q)
}

// dotted reads 2 to 4 numbers and returns the value and how many bits it has.
func (c *compiler) dotted(text string) (v uint32, bits int) {
	for _, part := range strings.Split(text, ".") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || n > 255 {
			fail("invalid IPv4 address '%s'", text)
		}
		v, bits = v<<8|uint32(n), bits+8
	}
	return v, bits
}

func (c *compiler) subnet(text string, n uint32, q qualifiers) test {
	v, bits := c.dotted(text)
	v <<= 32 - bits
	if n > 32 {
		fail("mask length must be <= 32")
	}
	mask := uint32(0)
	if n > 0 {
		mask = ^uint32(0) << (32 - n)
	}
	if v&^mask != 0 {
		fail("non-network bits set in \"%s/%d\"", text, n)
	}
	return c.net(v, mask, q)
}

func (c *compiler) masked(text, maskText string, q qualifiers) test {
	v, bits := c.dotted(text)
	m, mbits := c.dotted(maskText)
	v, m = v<<(32-bits), m<<(32-mbits)
	if v&^m != 0 {
		fail("non-network bits set in \"%s mask %s\"", text, maskText)
	}
	return c.net(v, m, q)
}

func (c *compiler) net(v, mask uint32, q qualifiers) test {
	if q.kind != "net" {
		fail("Mask syntax for networks only")
	}
	return c.host4(v, mask, q)
}

func (c *compiler) subnet6(a netip.Addr, text string, n uint32, q qualifiers) test {
	if n > 128 {
		fail("mask length must be <= 128")
	}
	if netip.PrefixFrom(a, int(n)).Masked().Addr() != a {
		fail("non-network bits set in \"%s/%d\"", text, n)
	}
	if q.kind != "net" && n != 128 {
		fail("Mask syntax for networks only")
	}
	return c.host6(a, int(n), q)
}

// address is an IPv4 address without a name.
func (c *compiler) address(v, mask uint32, q qualifiers) test {
	if q.proto == "ether" {
		fail("illegal link layer address")
	}
	return c.host4(v, mask, q)
}

// number is a number as an id.
func (c *compiler) number(v uint32, q qualifiers) test {
	switch q.kind {
	case "start":
		fail(syntaxError)
	case "illegal":
		fail(noQualifier)
	case "port", "portrange":
		return c.ports(v, v, q)
	case "proto":
		return c.proto(v, q.proto)
	case "net":
		mask := ^uint32(0)
		for v != 0 && v&0xff000000 == 0 { // "net 10" is 10.0.0.0/8
			v, mask = v<<8, mask<<8
		}
		return c.address(v, mask, q)
	}
	return c.address(v, ^uint32(0), q)
}

// kindName is the word for a host or net in messages.
func kindName(q qualifiers) string {
	if q.kind == "net" {
		return "net"
	}
	return "host"
}

// towards tests a source, a destination, or both.
func towards(dir string, src, dst test) test {
	switch dir {
	case "src":
		return src
	case "dst":
		return dst
	case "and":
		return both(src, dst)
	}
	return either(src, dst)
}

func (c *compiler) host4(v, mask uint32, q qualifiers) test {
	ip := both(c.link(0x0800), towards(q.dir, c.field(12, 4, v, mask), c.field(16, 4, v, mask)))
	arp := func(kind uint32) test {
		return both(c.link(kind), towards(q.dir, c.field(14, 4, v, mask), c.field(24, 4, v, mask)))
	}
	switch q.proto {
	case "":
		return either(ip, arp(0x0806), arp(0x8035))
	case "ip":
		return ip
	case "arp", "rarp":
		return arp(ethertypes[q.proto])
	case "ip6":
		fail("'ip6' modifier applied to ip host")
	case "ether":
		fail("link-layer modifier applied to ip %s", kindName(q))
	}
	fail("'%s' modifier applied to %s", q.proto, kindName(q))
	return nil
}

func (c *compiler) host6(a netip.Addr, bits int, q qualifiers) test {
	if q.kind != "" && q.kind != "host" && q.kind != "net" {
		fail("invalid qualifier against IPv6 address")
	}
	b := a.As16()
	one := func(offset uint32) test {
		x := test(func(*Packet) bool { return true })
		for i := 3; i >= 0; i-- {
			if n := min(max(bits-32*i, 0), 32); n > 0 {
				mask := ^uint32(0) << (32 - n)
				x = both(c.field(offset+uint32(4*i), 4, binary.BigEndian.Uint32(b[4*i:])&mask, mask), x)
			}
		}
		return x
	}
	switch q.proto {
	case "", "ip6":
		return both(c.link(0x86dd), towards(q.dir, one(8), one(24)))
	case "ether":
		fail("link-layer modifier applied to ip6 %s", kindName(q))
	}
	fail("'%s' modifier applied to ip6 %s", q.proto, kindName(q))
	return nil
}

func (c *compiler) ether(mac [6]byte, dir string) test {
	if c.Link != pcap.Ethernet {
		fail("ethernet addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel")
	}
	one := func(at int) test {
		return func(p *Packet) bool {
			return p.load(at, 2, 4) == binary.BigEndian.Uint32(mac[2:]) && p.load(at, 0, 2) == uint32(binary.BigEndian.Uint16(mac[:]))
		}
	}
	return towards(dir, one(6), one(0))
}

// portProtocols are those that have ports.
var portProtocols = map[string][]uint32{"": {17, 6, 132}, "tcp": {6}, "udp": {17}, "sctp": {132}}

// ports tests for ports in a range.
func (c *compiler) ports(low, high uint32, q qualifiers) test {
	protos := portProtocols[q.proto]
	if protos == nil {
		fail("illegal qualifier of '%s'", q.kind)
	}
	if low > 65535 || high > 65535 {
		fail("illegal port number %d > 65535", max(low, high))
	}
	h := headerOf(c.Link)
	within := func(v uint32) bool { return v >= low && v <= high }
	port4 := func(offset uint32) test {
		return func(p *Packet) bool { return within(p.load(h.size+int(p.load(h.size, 0, 1)&15)*4, offset, 2)) }
	}
	port6 := func(offset uint32) test {
		return func(p *Packet) bool { return within(p.load(h.size+40, offset, 2)) }
	}
	one := func(at uint32) test {
		return func(p *Packet) bool {
			v := uint32(0)
			if p.guess != nil {
				v, _ = p.guess.field(at) // link has been tested
			} else {
				v = p.load(h.size, at, 1)
			}
			for _, proto := range protos {
				if v == proto {
					return true
				}
			}
			return false
		}
	}
	v6 := both(c.link(0x86dd), one(6), towards(q.dir, port6(0), port6(2)))
	v4 := both(c.link(0x0800), one(9), c.first(), towards(q.dir, port4(0), port4(2)))
	return either(v6, v4)
}
