package postfix

import (
	"net/netip"
	"strings"
)

// computedDefault returns the defaults that depend on the host: they follow from
// gethostname() and the interfaces.
func (c *Config) computedDefault(name string) (string, bool) {
	switch name {
	case "myhostname":
		if !strings.Contains(c.Host.Name, ".") {
			domain, set, _ := c.rawIfSet("mydomain")
			if !set {
				domain = "localdomain"
			}
			return c.Host.Name + "." + domain, true
		}
		return c.Host.Name, true
	case "mydomain":
		raw, _, _ := c.Raw("myhostname")
		host, _ := c.Expand(raw)
		if _, domain, ok := strings.Cut(host, "."); ok {
			return domain, true
		}
		return "localdomain", true
	case "mynetworks":
		raw, _, _ := c.Raw("mynetworks_style")
		style, _ := c.Expand(raw)
		return NetworksOfStyle(style, c.Host.Addresses), true
	case "config_directory":
		return c.Dir, true
	case "process_name":
		return c.process, true
	case "service_name":
		return c.service, true
	}
	return "", false
}

func (c *Config) rawIfSet(name string) (string, bool, bool) {
	for i := len(c.Overrides) - 1; i >= 0; i-- {
		if c.Overrides[i].Name == name {
			return c.Overrides[i].Value, true, true
		}
	}
	if c.Main == nil {
		return "", false, false
	}
	e, ok := c.Main.Lookup(name)
	return e.Value, ok, ok
}

// NetworksOfStyle is the default of mynetworks for a mynetworks_style: "host"
// trusts only this machine, "subnet" the networks of its interfaces, "class"
// the whole class A, B or C networks around them. An unknown style gives "".
func NetworksOfStyle(style string, addrs []netip.Prefix) string {
	seen := map[netip.Prefix]bool{}
	var out []string
	for _, p := range addrs {
		ip := p.Addr()
		bits := p.Bits()
		switch {
		case ip.IsLoopback() && ip.Is4():
			bits = 8
		case style == "host":
			bits = ip.BitLen()
		case style == "class" && ip.Is4():
			bits = classBits(ip)
		case style != "subnet" && style != "class":
			return ""
		}
		net := netip.PrefixFrom(ip.WithZone(""), bits).Masked()
		if seen[net] {
			continue
		}
		seen[net] = true
		text := net.String()
		if ip.Is6() {
			text = "[" + net.Addr().String() + "]/" + text[strings.IndexByte(text, '/')+1:]
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// classBits is the mask of classful addressing (RFC 791): A /8, B /16, C /24,
// multicast /4, reserved /5.
func classBits(ip netip.Addr) int {
	switch first := ip.As4()[0]; {
	case first < 128:
		return 8
	case first < 192:
		return 16
	case first < 224:
		return 24
	case first < 240:
		return 4
	}
	return 5
}
