package config

import (
	"net/netip"
	"strconv"
	"strings"
)

// address reads the current word as an address. partial means leading octets of an IPv4 address alone.
func (p *parser) address(allowed addrFlags) (a netip.Addr, partial, ok bool) {
	if p.tok.kind != tokenString {
		return a, false, false
	}
	s := p.tok.text
	if allowed&addrWild != 0 && s == "*" {
		if allowed&addrV4 != 0 {
			return netip.IPv4Unspecified(), false, true
		}
		return netip.IPv6Unspecified(), false, true
	}
	if allowed&(addrV4|addrV4Prefix) != 0 {
		if a, ok = parseIPv4(s); ok {
			return a, false, true
		}
	}
	if allowed&addrV4Prefix != 0 && len(s) <= 15 {
		for range 3 {
			s += ".0"
			if a, ok = parseIPv4(s); ok {
				return a, true, true
			}
		}
	}
	if allowed&addrV6 != 0 && len(p.tok.text) <= 127 {
		if a, ok = p.parseIPv6(p.tok.text); ok {
			return a, false, true
		}
	}
	return a, false, false
}

// parseIPv4 reads four decimal octets. A leading zero is refused, as inet_pton(3) does.
func parseIPv4(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a, err == nil && a.Is4()
}

// parseIPv6 reads an IPv6 address. Its scope is an interface of a link-local address, otherwise a number; it is kept as
// the number.
func (p *parser) parseIPv6(s string) (netip.Addr, bool) {
	bare, zone, scoped := strings.Cut(s, "%")
	a, err := netip.ParseAddr(bare)
	if err != nil || !a.Is6() {
		return a, false
	}
	if !scoped {
		return a, true
	}
	index, ok := uint64(0), false
	if a.IsLinkLocalUnicast() && p.disk.Interface != nil {
		var n uint32
		n, ok = p.disk.Interface(zone)
		index = uint64(n)
	}
	if !ok {
		var rest string
		if index, rest = leadingUint(zone); rest == zone || index > 0xffffffff {
			return a, false
		}
	}
	if index == 0 {
		return a, true
	}
	return a.WithZone(strconv.FormatUint(index, 10)), true
}

// rawAddress reads an address and complains when there is none.
func (p *parser) rawAddress(allowed addrFlags) (netip.Addr, bool, error) {
	if err := p.get(0); err != nil {
		return netip.Addr{}, false, err
	}
	a, partial, ok := p.address(allowed)
	if ok {
		return a, partial, nil
	}
	family, also := "IP", ""
	switch allowed & (addrV4 | addrV6) {
	case addrV4:
		family = "IPv4"
	case addrV6:
		family = "IPv6"
	}
	if allowed&addrWild != 0 {
		also = " or '*'"
	}
	if allowed&addrV4Prefix != 0 {
		also = " or IPv4 prefix"
	}
	return a, false, p.unexpected("expected %s address%s", family, also)
}

// rawPort reads a port number; * is port 0.
func (p *parser) rawPort(wild bool) (uint16, error) {
	if err := p.get(modeNumber); err != nil {
		return 0, err
	}
	switch {
	case wild && p.tok.kind == tokenString && p.tok.text == "*":
		return 0, nil
	case p.tok.kind != tokenNumber:
		return 0, p.unexpected("expected port number or '*'")
	case p.tok.num > 65535:
		return 0, p.unexpected("port number out of range")
	}
	return uint16(p.tok.num), nil
}

// prefixValue reads address[/length]. Leading octets alone need a length, and no bit beyond it may be set.
func (p *parser) prefixValue() (*node, error) {
	n, err, logged := p.prefixParts()
	if err != nil && !logged {
		p.complain(whereNear, "expected network prefix")
	}
	return n, err
}

func (p *parser) prefixParts() (n *node, err error, logged bool) {
	a, partial, err := p.rawAddress(addrV4 | addrV4Prefix | addrV6)
	if err != nil {
		return nil, err, false
	}
	if err := p.peek(0); err != nil {
		return nil, err, false
	}
	length := a.BitLen()
	if p.tok.isSpecial('/') {
		if err := p.get(0); err != nil {
			return nil, err, false
		}
		if err := p.get(modeNumber); err != nil {
			return nil, err, false
		}
		if p.tok.kind != tokenNumber {
			return nil, p.unexpected("expected prefix length"), true
		}
		if uint64(p.tok.num) > uint64(length) {
			p.complain(wherePlain, "invalid prefix length")
			return nil, errRange, true
		}
		length = int(p.tok.num)
		if pre, err := a.WithZone("").Prefix(length); err != nil || pre.Addr() != a.WithZone("") {
			p.complain(wherePlain, "'%s/%d': address/prefix length mismatch", formatAddr(a), length)
			return nil, errFailure, true
		}
	} else if partial {
		p.complain(whereNear, "incomplete IPv4 address or prefix")
		return nil, errFailure, true
	}
	n = p.newNode(nodePrefix, prefix)
	n.addr, n.num = a, uint64(length)
	return n, nil, false
}

// formatAddr prints an address as inet_ntop(3) does: an IPv4-mapped address keeps its dotted tail.
func formatAddr(a netip.Addr) string { return a.String() }

// socketAddress reads address [ port N ] [ dscp N ].
func (p *parser) socketAddress(t *valueType) (*node, error) {
	n := p.newNode(nodeAddr, t)
	a, _, err := p.rawAddress(t.addr)
	if err != nil {
		return nil, err
	}
	ports, dscps := 0, 0
	for {
		if err := p.peek(0); err != nil {
			return nil, err
		}
		switch {
		case p.isKeyword("port"):
			if t.addr&addrPort == 0 && !p.keepDeprecated {
				p.warnHere("token 'port' is deprecated")
			}
			if n.port, err = p.portAfterKeyword(t.addr&addrWild != 0); err != nil {
				return nil, err
			}
			ports++
			continue
		case t.addr&addrDSCP != 0 && p.isKeyword("dscp"):
			if n.dscp, err = p.dscpValue(); err != nil {
				return nil, err
			}
			dscps++
			continue
		}
		break
	}
	switch {
	case ports > 1:
		p.complain(whereNone, "expected at most one port")
		return nil, errUnexpectedToken
	case dscps > 1:
		p.complain(whereNone, "expected at most one dscp")
		return nil, errUnexpectedToken
	}
	n.addr = a
	return n, nil
}

func (p *parser) isKeyword(word string) bool {
	return p.tok.kind == tokenString && equalFold(p.tok.text, word)
}

func (p *parser) portAfterKeyword(wild bool) (uint16, error) {
	if err := p.get(0); err != nil {
		return 0, err
	}
	return p.rawPort(wild)
}

func (p *parser) dscpValue() (int, error) {
	p.warnHere("'dscp' is obsolete and should be removed")
	if err := p.get(0); err != nil {
		return 0, err
	}
	v, err := p.uint()
	if err != nil {
		return 0, err
	}
	return int(int32(uint32(v.num))), nil
}

// querySource reads either a plain address or address A and port P in any order.
func (p *parser) querySource(t *valueType) (*node, error) {
	n, err, logged := p.querySourceParts(t)
	if err != nil && !logged {
		p.complain(whereNear, "invalid query source")
	}
	return n, err
}

func (p *parser) querySourceParts(t *valueType) (n *node, err error, logged bool) {
	a := netip.IPv6Unspecified()
	if t.addr&addrV4 != 0 {
		a = netip.IPv4Unspecified()
	}
	var port uint16
	dscp, addrs, ports, dscps := -1, 0, 0, 0
	for {
		if err := p.peek(0); err != nil {
			return nil, err, false
		}
		switch {
		case p.tok.kind != tokenString:
			if addrs > 1 || ports > 1 || addrs+ports == 0 {
				p.complain(whereNone, "expected one address and/or port")
				return nil, errUnexpectedToken, true
			}
			if dscps > 1 {
				p.complain(whereNone, "expected at most one dscp")
				return nil, errUnexpectedToken, true
			}
			n = p.newNode(nodeAddr, querySource4)
			n.addr, n.port, n.dscp = a, port, dscp
			return n, nil, false
		case p.isKeyword("address"):
			if err = p.get(0); err == nil {
				a, _, err = p.rawAddress(t.addr)
			}
			addrs++
		case p.isKeyword("port"):
			if !p.keepDeprecated {
				p.warnHere("token 'port' is deprecated")
			}
			port, err = p.portAfterKeyword(true)
			ports++
		case p.isKeyword("dscp"):
			dscp, err = p.dscpValue()
			dscps++
		case addrs+ports+dscps == 0:
			n, err = p.socketAddress(&valueType{kind: kindSockAddr, addr: t.addr})
			return n, err, true
		default:
			return nil, p.unexpected("expected 'address' or 'port'"), true
		}
		if err != nil {
			return nil, err, false
		}
	}
}
