package filter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// name is a name as an id.
func (c *compiler) name(text string, q qualifiers) test {
	switch q.kind {
	case "", "host":
		return c.hostName(text, q)
	case "net":
		fail("unknown network '%s'", text)
	case "port":
		return c.portName(text, q)
	case "portrange":
		return c.portRange(text, q)
	case "proto":
		return c.proto(c.protoNumber(text, q.proto), q.proto)
	}
	fail(syntaxError)
	return nil
}

func (c *compiler) hostName(text string, q qualifiers) test {
	if q.proto == "ether" {
		fail("unknown ether host '%s'", text)
	}
	var addrs []netip.Addr
	if c.Names.Host != nil {
		addrs = c.Names.Host(text)
	}
	if len(addrs) == 0 {
		fail("unknown host '%s'", text)
	}
	var list []test
	for _, a := range addrs {
		switch a = a.Unmap(); {
		case a.Is4() && q.proto != "ip6":
			b := a.As4()
			list = append(list, c.host4(binary.BigEndian.Uint32(b[:]), ^uint32(0), q))
		case a.Is6() && q.proto != "ip" && q.proto != "arp" && q.proto != "rarp":
			list = append(list, c.host6(a, 128, q))
		}
	}
	if len(list) == 0 {
		fail("unknown host '%s' for specified address family", text)
	}
	return either(list...)
}

// port finds a port by name, and the protocol if only one has it.
func (c *compiler) port(text string) (port uint32, proto string, ok bool) {
	if c.Names.Port == nil {
		return 0, "", false
	}
	t, isTCP := c.Names.Port(text, "tcp")
	u, isUDP := c.Names.Port(text, "udp")
	switch {
	case isTCP && isUDP && t == u:
		return uint32(t), "", true
	case isTCP:
		return uint32(t), "tcp", true
	case isUDP:
		return uint32(u), "udp", true
	}
	return 0, "", false
}

func (c *compiler) portName(text string, q qualifiers) test {
	if portProtocols[q.proto] == nil {
		fail("illegal qualifier of 'port'")
	}
	port, proto, ok := c.port(text)
	switch {
	case !ok:
		fail("unknown port '%s'", text)
	case proto != "" && q.proto != "" && proto != q.proto:
		fail("port '%s' is %s", text, proto)
	case proto != "":
		q.proto = proto
	}
	return c.ports(port, port, q)
}

// portRange is LOW-HIGH, by numbers or names.
func (c *compiler) portRange(text string, q qualifiers) test {
	if portProtocols[q.proto] == nil {
		fail("illegal qualifier of 'portrange'")
	}
	low, high, found := strings.Cut(text, "-")
	if !found {
		high = low
	}
	a, aok := c.portOf(low)
	b, bok := c.portOf(high)
	if !aok || !bok {
		fail("unknown port in range '%s'", text)
	}
	return c.ports(min(a, b), max(a, b), q)
}

func (c *compiler) portOf(text string) (uint32, bool) {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return uint32(n), true
	}
	n, _, ok := c.port(text)
	return n, ok
}

func (c *compiler) protoNumber(text, of string) uint32 {
	if of == "ether" {
		if v, ok := ethertypes[text]; ok {
			return v
		}
		fail("unknown ether proto '%s'", text)
	}
	if v, ok := ipProtocols[text]; ok {
		return v
	}
	if of != "" && of != "ip" && of != "ip6" {
		fail("unknown protocol: %s", text)
	}
	fail("unknown ip proto '%s'", text)
	return 0
}
