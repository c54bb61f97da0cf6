package describe

import (
	"fmt"
	"net/netip"

	"mxlab/sim/pcap"
)

func linkHeader(l pcap.Link) int {
	switch l {
	case pcap.Ethernet:
		return 14
	case pcap.LinuxSLL:
		return 16
	case pcap.LinuxSLL2:
		return 20
	case pcap.Null:
		return 4
	}
	return 0
}

// link prints the link header, if asked for, and what it carries.
func (p *Printer) link(v view, l pcap.Link) {
	switch l {
	case pcap.Ethernet:
		p.ethernet(v)
	case pcap.LinuxSLL:
		p.cooked(v)
	case pcap.LinuxSLL2:
		p.cooked2(v)
	case pcap.Null:
		p.proto = "null"
		p.raw(v.from(4))
	default:
		p.proto = "raw"
		p.raw(v)
	}
}

func (p *Printer) raw(v view) {
	if v.u8(0)>>4 == 6 {
		p.ip6(v, "IP6 ")
	} else {
		p.ip4(v, "IP ")
	}
}

// ethertypes are the names of what tcpdump shows of a frame with -e.
var ethertypes = map[int]string{0x0800: "IPv4", 0x0806: "ARP", 0x8035: "Reverse ARP", 0x86dd: "IPv6", 0x8100: "802.1Q", 0x88cc: "LLDP", 0x8863: "PPPoE D", 0x8864: "PPPoE S", 0x9000: "Loopback"}

func (p *Printer) ethernet(v view) {
	p.proto = "ether"
	kind := 0
	if v.size < 14 || len(v.data) < 14 {
		p.printf(" [|ether]")
		return
	}
	kind = v.u16(12)
	name := ethertypes[kind]
	if p.LinkHeader {
		p.printf("%s > %s, ", p.mac(v.data[6:12]), p.mac(v.data[:6]))
		switch {
		case kind <= 1500:
			p.printf("802.3, length %d: ", v.size)
		case p.Quiet:
			p.printf("%s, length %d: ", orText(name, "Unknown Ethertype (0x%04x)", kind), v.size)
		default:
			p.printf("ethertype %s (0x%04x), length %d: ", orText(name, "Unknown"), kind, v.size)
		}
	}
	p.network(kind, v.from(14), !p.LinkHeader)
}

func orText(s, format string, args ...any) string {
	if s != "" {
		return s
	}
	return fmt.Sprintf(format, args...)
}

// network prints a packet by its ethertype, with the word for it in front
// unless the link header has named it.
func (p *Printer) network(kind int, v view, named bool) {
	prefix := func(s string) string {
		if named {
			return s
		}
		return ""
	}
	switch kind {
	case 0x0800:
		p.ip4(v, prefix("IP "))
	case 0x86dd:
		p.ip6(v, prefix("IP6 "))
	case 0x0806:
		p.arp(v, prefix("ARP, "))
	case 0x8035:
		p.arp(v, prefix("RARP, "))
	default:
		if named {
			p.printf("%s, length %d: ", orText(ethertypes[kind], "ethertype Unknown (0x%04x)", kind), v.size)
		}
		if p.Hex+p.HexASCII+p.ASCII == 0 && !p.Quiet {
			p.hex("\n\t", v.data, true)
		}
	}
}

// packetTypes are those of cooked captures.
var packetTypes = map[int]string{0: "In", 1: "B", 2: "M", 3: "P", 4: "Out"}

func (p *Printer) cooked(v view) {
	p.proto = "sll"
	v.need(16)
	kind := v.u16(14)
	p.printf("%3s ", orText(packetTypes[v.u16(0)], "?"))
	if p.LinkHeader {
		if v.u16(4) == 6 {
			p.printf("%s ", p.mac(v.data[6:12]))
		}
		p.printf("ethertype %s (0x%04x), length %d: ", orText(ethertypes[kind], "Unknown"), kind, v.size)
	}
	p.network(kind, v.from(16), !p.LinkHeader)
}

func (p *Printer) cooked2(v view) {
	p.proto = "sll2"
	v.need(20)
	kind, index := v.u16(0), v.u32(4)
	name := ""
	if p.Iface != nil {
		name = p.Iface(index)
	}
	p.printf("%-5s %-3s ", orText(name, "?"), orText(packetTypes[v.u8(10)], "?"))
	if p.LinkHeader {
		p.printf("ifindex %d ", index)
		if v.u8(11) == 6 {
			p.printf("%s ", p.mac(v.data[12:18]))
		}
		p.printf("ethertype %s (0x%04x), length %d: ", orText(ethertypes[kind], "Unknown"), kind, v.size)
	}
	p.network(kind, v.from(20), !p.LinkHeader)
}

// mac prints an Ethernet address.
func (p *Printer) mac(b []byte) string {
	s := fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5])
	if p.Numeric {
		return s
	}
	switch {
	case s == "ff:ff:ff:ff:ff:ff":
		return "Broadcast"
	case s == "00:00:00:00:00:00":
		return s + " (oui Ethernet)"
	}
	return s + " (oui Unknown)"
}

// host prints an address.
func (p *Printer) host(a netip.Addr) string {
	if !p.Numeric && p.Host != nil {
		if name := p.Host(a); name != "" {
			return name
		}
	}
	return a.String()
}

// addr reads an address of 4 or 16 bytes.
func (v view) addr(at, size int) netip.Addr {
	v.need(at + size)
	a, _ := netip.AddrFromSlice(v.data[at : at+size])
	return a
}

// arp is RFC 826.
func (p *Printer) arp(v view, prefix string) {
	p.proto = "arp"
	v.need(8)
	hard, kind, hlen, plen, op := v.u16(0), v.u16(2), v.u8(4), v.u8(5), v.u16(6)
	v.need(8 + 2*(hlen+plen))
	p.print(prefix)
	known := kind == 0x0800 && plen == 4 && hlen > 0
	if !known || p.Verbose > 0 {
		p.printf("%s (len %d), %s (len %d), ", orText(map[int]string{1: "Ethernet"}[hard], "Unknown Hardware (%d)", hard), hlen,
			orText(ethertypes[kind], "Unknown Protocol (0x%04x)", kind), plen)
	}
	if !known || hlen != 6 {
		p.printf("length %d", v.size)
		return
	}
	sender, target := p.host(v.addr(14, 4)), p.host(v.addr(24, 4))
	switch op {
	case 1:
		p.printf("Request who-has %s", target)
		if string(v.data[18:24]) != "\x00\x00\x00\x00\x00\x00" {
			p.printf(" (%s)", p.mac(v.data[18:24]))
		}
		p.printf(" tell %s", sender)
	case 2:
		p.printf("Reply %s is-at %s", sender, p.mac(v.data[8:14]))
	case 3:
		p.printf("Reverse Request who-is %s tell %s", p.mac(v.data[18:24]), p.mac(v.data[8:14]))
	case 4:
		p.printf("Reverse Reply %s at %s", p.mac(v.data[18:24]), target)
	default:
		p.printf("Unknown (%d) ", op)
		p.hex("\n\t", v.data, true)
		return
	}
	p.printf(", length %d", v.size)
}
