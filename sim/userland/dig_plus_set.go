package userland

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"
)

// withEDNS switches EDNS on for an option that needs it.
func (a *digArgs) withEDNS(on bool) {
	if on && a.l.edns == -1 {
		a.l.edns = 0
	}
}

func setBufsize(a *digArgs, on bool, value *string) {
	if on && value == nil {
		a.l.udpSize = defaultUDPSize
		return
	}
	if !on {
		a.refuse("bufsize", on)
	}
	n, ok := a.number(*value, 65535, "buffer size")
	if !ok {
		a.unparsed("buffer size")
	}
	a.l.udpSize = int(n)
}

func setCookie(a *digArgs, on bool, value *string) {
	a.withEDNS(on)
	a.l.sendCookie, a.l.cookie = on, ""
	if value == nil {
		return
	}
	if len(*value) >= 256 {
		a.p.Errorf("COOKIE data too large")
		a.p.Exit(10)
	}
	if _, err := hex.DecodeString(*value); err != nil {
		a.e.fatalf("isc_hex_decodestring: bad hex encoding")
	}
	a.l.cookie = *value
}

func setDNSSEC(a *digArgs, on bool, _ *string) {
	a.withEDNS(on)
	a.l.dnssec = on
}

func setEDNS(a *digArgs, on bool, value *string) {
	switch {
	case !on:
		a.l.edns = -1
	case value == nil:
		a.l.edns = 0
	default:
		n, ok := a.number(*value, 255, "edns")
		if !ok {
			a.unparsed("edns")
		}
		a.l.edns = int(n)
	}
}

func setEDNSFlags(a *digArgs, on bool, value *string) {
	if a.l.ednsFlags = 0; !on || value == nil {
		return
	}
	n, problem := parseUint(*value, 0xffff, 0)
	if problem != "" {
		a.p.Printf("invalid ednsflags '%s': %s\n", *value, problem)
		a.unparsed("ednsflags")
	}
	a.withEDNS(true)
	a.l.ednsFlags = uint16(n)
}

func setEDNSOption(a *digArgs, on bool, value *string) {
	if !on {
		a.l.ednsOptions = nil
		return
	}
	if value == nil {
		a.p.Errorf("ednsopt no code point specified")
		a.p.Exit(10)
	}
	name, data, _ := strings.Cut(*value, ":")
	if len(a.l.ednsOptions) >= 100 {
		a.e.fatalf("too many ednsopts")
	}
	code, known := map[string]uint32{"LLQ": 1, "UL": 2, "NSID": 3, "DAU": 5, "DHU": 6, "N3U": 7, "ECS": 8, "EXPIRE": 9, "COOKIE": 10,
		"KEEPALIVE": 11, "PADDING": 12, "PAD": 12, "CHAIN": 13, "KEY-TAG": 14, "EDE": 15, "CLIENT-TAG": 16, "SERVER-TAG": 17,
		"DEVICEID": 26946}[strings.ToUpper(name)]
	if !known {
		var ok bool
		if code, ok = a.number(name, 65535, "ednsopt"); !ok {
			a.e.fatalf("bad edns code point: %s", name)
		}
	}
	raw, err := hex.DecodeString(data)
	if err != nil {
		a.e.fatalf("isc_hex_decodestring: bad hex encoding")
	}
	a.l.ednsOptions = append(a.l.ednsOptions[:len(a.l.ednsOptions):len(a.l.ednsOptions)], ednsOption{uint16(code), raw})
}

func setNSSearch(a *digArgs, on bool, _ *string) {
	l := a.l
	if l.nsSearch = on; !on {
		return
	}
	l.traceRoot, l.recurse, l.identify, a.short = true, true, true, true
	l.show.stats, l.show.comments, l.show.additional, l.show.authority, l.show.question = false, false, false, false, false
	l.qtype, l.typeSet, l.show.rrComments = mdns.TypeNS, true, 0
}

func setOpcode(a *digArgs, on bool, value *string) {
	if a.l.opcode = 0; !on {
		return
	}
	if value == nil {
		a.refuse("opcode", on)
	}
	for op := range 16 {
		if strings.EqualFold(opcodeText(op), *value) {
			a.l.opcode = op
			return
		}
	}
	n, ok := a.number(*value, 15, "opcode")
	if !ok {
		a.unparsed("opcode")
	}
	a.l.opcode = int(n)
}

func setShort(a *digArgs, on bool, _ *string) {
	if a.short = on; !on {
		return
	}
	a.printCmd = false
	s := &a.l.show
	s.additional, s.answer, s.authority, s.question, s.comments, s.stats, s.rrComments = false, true, false, false, false, false, -1
}

func setSplit(a *digArgs, on bool, value *string) {
	switch {
	case value != nil && !on:
		a.refuse("split", on)
	case !on:
		a.split = 0
	case value != nil:
		n, ok := a.number(*value, 1023, "split")
		if n%4 != 0 {
			n = (n + 3) / 4 * 4
			fmt.Fprintf(a.p.Stderr, ";; Warning, split must be a multiple of 4; adjusting to %d\n", n)
		}
		if !ok {
			a.unparsed("split")
		}
		a.split = int(n)
	}
}

func setSubnet(a *digArgs, on bool, value *string) {
	if a.l.subnet = nil; !on {
		return
	}
	if value == nil {
		a.refuse("subnet", on)
	}
	a.withEDNS(true)
	if *value == "0" {
		p := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		a.l.subnet = &p
		return
	}
	text, bitsText, hasBits := strings.Cut(*value, "/")
	bits := 128
	if hasBits {
		n, problem := parseUint(bitsText, 0xffffffff, 10)
		if problem != "" {
			a.e.fatalf("invalid prefix length in '%s': %s\n", *value, problem)
		}
		bits = int(min(n, 128))
	}
	addr, err := netip.ParseAddr(text)
	for i := 0; err != nil && hasBits && i < 3; i++ {
		text += ".0"
		addr, err = netip.ParseAddr(text)
	}
	if err != nil {
		a.e.fatalf("invalid address '%s'", *value)
	}
	p := netip.PrefixFrom(addr, min(bits, addr.BitLen()))
	a.l.subnet = &p
}

func setTrace(a *digArgs, on bool, _ *string) {
	l := a.l
	if l.trace, l.traceRoot = on, on; !on {
		return
	}
	l.recurse, l.identify, l.dnssec, l.sendCookie = true, true, true, true
	l.show.comments, l.show.rrComments, l.show.stats, l.show.additional, l.show.authority, l.show.question = false, 0, false, false, true, false
	a.e.useSearch = false
}
