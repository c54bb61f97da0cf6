package describe

import (
	"fmt"
	"strings"
)

// unreachable are the texts of ICMP's codes where %s is the destination.
var unreachable = map[int]string{0: "net %s unreachable", 1: "host %s unreachable", 5: "%s unreachable - source route failed",
	6: "net %s unreachable - unknown", 7: "host %s unreachable - unknown", 8: "%s unreachable - source host isolated",
	9: "net %s unreachable - admin prohibited", 10: "host %s unreachable - admin prohibited", 11: "net %s unreachable - tos prohibited",
	12: "host %s unreachable - tos prohibited", 13: "host %s unreachable - admin prohibited filter",
	14: "host %s unreachable - host precedence violation", 15: "host %s unreachable - precedence cutoff"}

// icmp is RFC 792.
func (p *Printer) icmp(v view, e *ends) {
	p.proto = "icmp"
	v.need(8)
	p.printf("ICMP %s, length %d", p.icmpText(v), v.size)
	if p.Verbose == 0 {
		return
	}
	if len(v.data) >= v.size && !e.fragment {
		if sum := checksum(0, v.data[:v.size]); sum != 0 {
			p.printf(" (wrong icmp cksum %x (->%x)!)", v.u16(2), shouldBe(v.u16(2), sum))
		}
	}
	if kind := v.u8(0); kind == 3 || kind == 11 || kind == 12 || kind == 4 || kind == 5 {
		if v.size > 8 {
			p.print("\n\t")
			inner := v.from(8)
			inner.size = inner.u16(2) // only its beginning is quoted
			p.ip4(inner, map[bool]string{false: "IP "}[p.LinkHeader])
		}
	}
}

func (p *Printer) icmpText(v view) string {
	kind, code := v.u8(0), v.u8(1)
	switch kind {
	case 0, 8:
		return fmt.Sprintf("echo %s, id %d, seq %d", map[int]string{0: "reply", 8: "request"}[kind], v.u16(4), v.u16(6))
	case 3:
		return p.unreachable(code, v)
	case 4:
		return "source quench"
	case 5:
		return fmt.Sprintf("redirect %s to host %s", p.host(v.from(8).addr(16, 4)), p.host(v.addr(4, 4)))
	case 11:
		return orText([]string{"time exceeded in-transit", "ip reassembly time exceeded"}[min(code, 1)], "")
	case 12:
		return "parameter problem - octet " + fmt.Sprint(v.u8(4))
	case 13:
		return fmt.Sprintf("time stamp query id %d seq %d", v.u16(4), v.u16(6))
	}
	return fmt.Sprintf("type-#%d", kind)
}

func (p *Printer) unreachable(code int, v view) string {
	inner := v.from(8)
	dst := func() string { return p.host(inner.addr(16, 4)) }
	switch code {
	case 2:
		return fmt.Sprintf("%s protocol %d unreachable", dst(), inner.u8(9))
	case 3:
		hlen := inner.u8(0) & 15 * 4
		proto, port := inner.u8(9), inner.u16(hlen+2)
		switch proto {
		case 6:
			return fmt.Sprintf("%s tcp port %s unreachable", dst(), p.port(port, "tcp"))
		case 17:
			return fmt.Sprintf("%s udp port %s unreachable", dst(), p.port(port, "udp"))
		}
		return fmt.Sprintf("%s protocol %d port %d unreachable", dst(), proto, port)
	case 4:
		if mtu := v.u16(6); mtu != 0 {
			return fmt.Sprintf("%s unreachable - need to frag (mtu %d)", dst(), mtu)
		}
		return dst() + " unreachable - need to frag"
	}
	if text := unreachable[code]; text != "" {
		return fmt.Sprintf(text, dst())
	}
	return fmt.Sprintf("#%d %s unreachable", code, dst())
}

// icmp6Names are the types of ICMPv6.
var icmp6Names = map[int]string{1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem", 128: "echo request", 129: "echo reply",
	130: "multicast listener query", 131: "multicast listener report", 132: "multicast listener done", 133: "router solicitation",
	134: "router advertisement", 135: "neighbor solicitation", 136: "neighbor advertisement", 137: "redirect", 143: "multicast listener report v2"}

// icmp6 is RFC 4443 and RFC 4861.
func (p *Printer) icmp6(v view, e *ends) {
	p.proto = "icmp6"
	if p.Verbose > 0 && !e.fragment && len(v.data) >= v.size && v.size >= 4 {
		if sum := checksum(e.pseudo(v.size), v.data[:v.size]); sum != 0 {
			p.printf("[bad icmp6 cksum 0x%04x -> 0x%04x!] ", v.u16(2), shouldBe(v.u16(2), sum))
		} else {
			p.print("[icmp6 sum ok] ")
		}
	}
	kind := v.u8(0)
	p.printf("ICMP6, %s", orText(icmp6Names[kind], "unknown icmp6 type (%d)", kind))
	if p.Verbose > 0 && kind >= 133 && kind <= 137 {
		p.printf(", length %d", v.size)
	}
	p.icmp6Body(kind, v)
	if p.Verbose == 0 {
		p.printf(", length %d", v.size)
	}
}

func (p *Printer) icmp6Body(kind int, v view) {
	code := v.u8(1)
	switch kind {
	case 1:
		p.unreachable6(code, v)
	case 2:
		p.printf(", mtu %d", v.u32(4))
	case 3:
		if code == 0 {
			p.printf(" for %s", p.host(v.from(8).addr(24, 16)))
		} else {
			p.print(" (reassembly)")
		}
	case 128, 129:
		p.printf(", id %d, seq %d", v.u16(4), v.u16(6))
	case 135:
		p.printf(", who has %s", p.host(v.addr(8, 16)))
		p.neighborOptions(v.from(24))
	case 136:
		p.printf(", tgt is %s", p.host(v.addr(8, 16)))
		if p.Verbose > 0 {
			var list []string
			for i, name := range []string{"router", "solicited", "override"} {
				if v.u8(4)&(0x80>>i) != 0 {
					list = append(list, name)
				}
			}
			p.printf(", Flags [%s]", orText(strings.Join(list, ", "), "none"))
		}
		p.neighborOptions(v.from(24))
	}
}

func (p *Printer) unreachable6(code int, v view) {
	p.printf(", %s", orText(map[int]string{0: "unreachable route", 1: "unreachable prohibited", 2: "beyond scope", 3: "unreachable address", 4: "unreachable port"}[code],
		"unknown unreach code (%d)", code))
	inner := v.from(8)
	dst := p.host(inner.addr(24, 16))
	switch code {
	case 0, 1, 3:
		p.printf(" %s", dst)
	case 2:
		p.printf(" %s, source address %s", dst, p.host(inner.addr(8, 16)))
	case 4:
		port := inner.from(40).u16(2)
		switch proto := inner.u8(6); proto {
		case 6:
			p.printf(", %s tcp port %s", dst, p.port(port, "tcp"))
		case 17:
			p.printf(", %s udp port %s", dst, p.port(port, "udp"))
		default:
			p.printf(", %s protocol %d port %d unreachable", dst, proto, port)
		}
	}
}

// neighborOptions are RFC 4861 4.6.
func (p *Printer) neighborOptions(v view) {
	if p.Verbose == 0 {
		return
	}
	for v.size >= 8 {
		kind, size := v.u8(0), v.u8(1)*8
		if size == 0 {
			return
		}
		name := map[int]string{1: "source link-address", 2: "destination link-address", 3: "prefix info", 5: "mtu"}[kind]
		p.printf("\n\t  %s option (%d), length %d (%d): ", orText(name, "unknown"), kind, size, size/8)
		if kind <= 2 {
			v.need(8)
			p.print(p.mac(v.data[2:8]))
		}
		if p.Verbose > 1 {
			v.need(size)
			p.hex("\n\t    ", v.data[2:size], false)
		}
		v = v.from(size)
	}
}
