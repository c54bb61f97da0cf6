package describe

import (
	"fmt"
	"net/netip"
	"strings"
)

// protocols are the names tcpdump gives to IP protocols.
var protocols = map[int]string{0: "Options", 1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 8: "EGP", 17: "UDP", 41: "IPv6", 43: "Routing", 44: "Fragment",
	47: "GRE", 50: "ESP", 51: "AH", 58: "ICMPv6", 59: "No next header", 60: "Options", 89: "OSPF", 103: "PIM", 112: "VRRP", 132: "SCTP"}

// ends are the addresses of a packet and what its transport needs of the IP
// header.
type ends struct {
	src, dst netip.Addr
	proto    int
	fragment bool // the first of several
	bare     bool // the addresses have been printed
}

// ip4 is RFC 791 3.1.
func (p *Printer) ip4(v view, prefix string) {
	p.proto = "ip"
	if version := v.first(); version >= 0 && version != 4 {
		p.printf("%s%d (invalid)", strings.TrimSuffix(prefix, " "), version)
		return
	}
	p.print(prefix)
	v.need(20)
	hlen := v.u8(0) & 15 * 4
	if hlen < 20 {
		p.printf("bad-hlen %d", hlen)
		return
	}
	total := v.u16(2)
	if v.size < total {
		p.printf("truncated-ip - %d bytes missing! ", total-v.size)
		v.size = total
	} else if total == 0 {
		total = v.size
	}
	if total < hlen {
		p.printf("bad-len %d", total)
		return
	}
	v = v.cut(total)
	field := v.u16(6)
	e := ends{proto: v.u8(9), fragment: field&0x2000 != 0}
	if p.Verbose > 0 {
		p.ip4Header(v, hlen, field)
	}
	e.src, e.dst = v.addr(12, 4), v.addr(16, 4)
	if field&0x1fff != 0 {
		p.printf("%s > %s:", p.host(e.src), p.host(e.dst))
		name := map[int]string{1: "icmp", 6: "tcp", 17: "udp"}[e.proto]
		if p.Numeric {
			name = ""
		}
		p.printf(" %s", orText(name, "ip-proto-%d", e.proto))
		return
	}
	p.transport(v.from(hlen), &e)
}

func (p *Printer) ip4Header(v view, hlen, field int) {
	p.printf("(tos 0x%x", v.u8(1))
	p.print([]string{"", ",ECT(1)", ",ECT(0)", ",CE"}[v.u8(1)&3])
	if ttl := v.u8(8); ttl > 0 {
		p.printf(", ttl %d", ttl)
	}
	var flags []string
	for _, f := range []struct {
		bit  int
		name string
	}{{0x2000, "+"}, {0x4000, "DF"}, {0x8000, "rsvd"}} {
		if field&f.bit != 0 {
			flags = append(flags, f.name)
		}
	}
	p.printf(", id %d, offset %d, flags [%s], proto %s (%d), length %d", v.u16(4), field&0x1fff*8,
		orText(strings.Join(flags, ", "), "none"), orText(protocols[v.u8(9)], "unknown"), v.u8(9), v.u16(2))
	if hlen > 20 {
		p.printf(", options (%s)", ipOptions(v.from(20).cut(hlen-20)))
	}
	if !p.NoChecksum && len(v.data) >= hlen {
		if sum := checksum(0, v.data[:hlen]); sum != 0 {
			p.printf(", bad cksum %x (->%x)!", v.u16(10), shouldBe(v.u16(10), sum))
		}
	}
	p.print(")\n    ")
}

func ipOptions(v view) string {
	var list []string
	for at := 0; at < len(v.data); {
		kind := v.u8(at)
		name := map[int]string{0: "EOL", 1: "NOP", 7: "RR", 68: "timestamp", 131: "LSRR", 137: "SSRR", 148: "RA"}[kind]
		list = append(list, orText(name, "unknown %d", kind))
		if kind == 0 {
			break
		}
		if kind == 1 {
			at++
		} else if at+1 >= len(v.data) || v.data[at+1] < 2 {
			break
		} else {
			at += v.u8(at + 1)
		}
	}
	return strings.Join(list, ",")
}

// ip6 is RFC 8200 3, with the extension headers that come before a transport.
func (p *Printer) ip6(v view, prefix string) {
	p.proto = "ip6"
	v.need(40)
	p.print(prefix)
	if version := v.first(); version != 6 {
		p.printf("version error: %d != 6", version)
		return
	}
	length := v.u16(4)
	if v.size < length+40 {
		p.printf("truncated-ip6 - %d bytes missing!", length+40-v.size)
		v.size = length + 40
	}
	e := ends{proto: v.u8(6)}
	if p.Verbose > 0 {
		flow := v.u32(0)
		p.print("(")
		if class := flow >> 20 & 0xff; class != 0 {
			p.printf("class 0x%02x, ", class)
		}
		if flow&0xfffff != 0 {
			p.printf("flowlabel 0x%05x, ", flow&0xfffff)
		}
		p.printf("hlim %d, next-header %s (%d) payload length: %d) ", v.u8(7), orText(protocols[e.proto], "unknown"), e.proto, length)
	}
	e.src, e.dst = v.addr(8, 16), v.addr(24, 16)
	v = v.cut(length + 40).from(40)
	if e.proto == 44 {
		p.fragment6(v, &e)
		return
	}
	p.transport(v, &e)
}

// fragment6 is RFC 8200 4.5.
func (p *Printer) fragment6(v view, e *ends) {
	p.printf("%s > %s: ", p.host(e.src), p.host(e.dst))
	p.proto = "frag6"
	field := v.u16(2)
	p.print("frag (")
	if p.Verbose > 0 {
		p.printf("0x%08x:", v.u32(4))
	}
	p.printf("%d|%d)", field&^7, v.size-8)
	if field&^7 != 0 {
		return
	}
	e.proto, e.fragment, e.bare = v.u8(0), field&1 != 0, true
	p.print(" ")
	p.transport(v.from(8), e)
}

// transport prints what IP carries.
func (p *Printer) transport(v view, e *ends) {
	if e.proto != 6 && e.proto != 17 && !e.bare {
		p.printf("%s > %s: ", p.host(e.src), p.host(e.dst))
	}
	switch e.proto {
	case 1:
		p.icmp(v, e)
	case 6:
		p.tcp(v, e)
	case 17:
		p.udp(v, e)
	case 58:
		p.icmp6(v, e)
	default:
		if p.Numeric || protocols[e.proto] == "" {
			p.printf(" ip-proto-%d %d", e.proto, v.size)
		} else {
			p.printf(" %s %d", strings.ToLower(protocols[e.proto]), v.size)
		}
	}
}

// ports prints "a.port > b.port: ".
func (p *Printer) ports(e *ends, sport, dport int, proto string) {
	if e.bare {
		p.printf("%s > %s: ", p.port(sport, proto), p.port(dport, proto))
		return
	}
	p.printf("%s.%s > %s.%s: ", p.host(e.src), p.port(sport, proto), p.host(e.dst), p.port(dport, proto))
}

func (p *Printer) port(n int, proto string) string {
	if !p.Numeric && p.Port != nil {
		if name := p.Port(uint16(n), proto); name != "" {
			return name
		}
	}
	return fmt.Sprint(n)
}

// udp is RFC 768.
func (p *Printer) udp(v view, e *ends) {
	p.proto = "udp"
	if len(v.data) < 4 {
		p.printf("%s > %s:", p.host(e.src), p.host(e.dst))
		panic(cutOff{})
	}
	sport, dport := v.u16(0), v.u16(2)
	p.ports(e, sport, dport, "udp")
	if v.size < 8 {
		p.printf("truncated-udp %d", v.size)
		return
	}
	v.need(8)
	length := v.u16(4)
	if length < 8 {
		p.printf("truncated-udplength %d", length)
		return
	}
	if (p.Verbose > 1 || p.Verbose > 0 && e.src.Is6()) && !p.NoChecksum && !e.fragment {
		switch got := v.u16(6); {
		case got == 0:
			p.print("[no cksum] ")
		case len(v.data) >= v.size:
			if sum := checksum(e.pseudo(v.size), v.data[:v.size]); sum != 0 {
				p.printf("[bad udp cksum 0x%04x -> 0x%04x!] ", got, shouldBe(got, sum))
			} else {
				p.print("[udp sum ok] ")
			}
		}
	}
	if p.Quiet {
		p.printf("UDP, length %d", length-8)
		return
	}
	body := v.cut(length).from(8)
	if sport == 53 || dport == 53 {
		p.dns(body)
		return
	}
	if length > v.size && !e.fragment {
		p.printf("UDP, bad length %d > %d", length-8, v.size-8)
		return
	}
	p.printf("UDP, length %d", length-8)
}

// pseudo is the sum of the pseudo header.
func (e *ends) pseudo(length int) uint32 {
	sum := uint32(e.proto) + uint32(length)
	for _, a := range []netip.Addr{e.src, e.dst} {
		b := a.AsSlice()
		for i := 0; i < len(b); i += 2 {
			sum += uint32(b[i])<<8 | uint32(b[i+1])
		}
	}
	return sum
}

// checksum is the Internet checksum (RFC 1071); 0 over data with the right one.
func checksum(sum uint32, b []byte) uint32 {
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	if len(b)%2 == 1 {
		sum += uint32(b[len(b)-1]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^sum & 0xffff
}

// shouldBe returns the right checksum where a wrong one gives sum.
func shouldBe(got int, sum uint32) uint32 {
	s := uint32(got) + sum
	s = s>>16 + s&0xffff
	return (s>>16 + s) & 0xffff
}
