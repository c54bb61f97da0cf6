package postfix

import (
	"net/netip"
	"strings"

	"mxlab/sim/mail"
)

// Check returns what a Postfix program says when it starts with this
// configuration: "postfix", "postqueue", "smtpd", "smtp", "local" and so on.
// After the first fatal message it stops, as the program does. The warnings of
// ParseMainCF come before these and are the caller's.
func (c *Config) Check(program string) []Diagnostic {
	var out []Diagnostic
	if d := c.checkLevel(); d != nil {
		return append(out, *d)
	}
	// mail_params_init reads the parameters all programs share type by type; then
	// the program reads its own.
	kinds := []Kind{KindString, KindNBool, KindNInt, KindInt, KindLong, KindBool, KindTime, KindRaw}
	for _, own := range []bool{false, true} {
		for _, kind := range kinds {
			for _, p := range parameterTable().sorted {
				shared := p.ReadBy("") // only "*" matches no name
				if p.Kind != kind || shared == own || !p.ReadBy(program) {
					continue
				}
				if d := c.checkParameter(p); d != nil {
					return append(out, *d)
				}
			}
		}
		if !own {
			if d := c.checkShared(); d != nil {
				return append(out, *d)
			}
		}
	}
	return out
}

func (c *Config) checkLevel() *Diagnostic {
	level := c.Str("compatibility_level")
	if _, ok := parseLevel(level); !ok {
		d := fatalf("malformed compatibility level syntax: \"%s\"", level)
		return &d
	}
	return nil
}

// checkShared makes the checks between and beyond single values.
func (c *Config) checkShared() *Diagnostic {
	fail := func(format string, args ...any) *Diagnostic {
		d := fatalf(format, args...)
		return &d
	}
	for _, name := range []string{"myhostname", "mydomain"} {
		if v := c.Str(name); !mail.ValidHostname(v) {
			return fail("file %s/main.cf: parameter %s: bad parameter value: %s", c.Dir, name, v)
		}
	}
	if d := c.checkProtocols(); d != nil {
		return d
	}
	if d := c.checkInterfaces(); d != nil {
		return d
	}
	if host := c.Str("myhostname"); strings.EqualFold(host, c.Str("relayhost")) {
		return fail("myhostname and relayhost parameter settings must not be identical: %s", host)
	}
	if v := c.Str("myorigin"); !strings.HasPrefix(v, "/") && strings.ContainsAny(v, ","+spaces) {
		return fail("myorigin parameter setting must not contain multiple values: %s", v)
	}
	return nil
}

func (c *Config) checkProtocols() *Diagnostic {
	for _, w := range c.List("inet_protocols") {
		switch strings.ToLower(w) {
		case "all", "ipv4", "ipv6":
		default:
			d := fatalf("unknown inet_protocols value \"%s\" in \"%s\"", w, c.Str("inet_protocols"))
			return &d
		}
	}
	return nil
}

// checkInterfaces: an address in inet_interfaces must be one of the host's.
func (c *Config) checkInterfaces() *Diagnostic {
	words := c.List("inet_interfaces")
	for _, w := range words {
		if isInterfaceWord(w) && len(words) > 1 {
			d := fatalf("config variable inet_interfaces: host not found: %s", w)
			return &d
		}
		ip, err := netip.ParseAddr(strings.Trim(w, "[]"))
		if err == nil && len(c.Host.Addresses) > 0 && !c.ownsAddress(ip) {
			d := fatalf("parameter inet_interfaces: no local interface found for %s", w)
			return &d
		}
	}
	return nil
}

func isInterfaceWord(w string) bool {
	return strings.EqualFold(w, "all") || strings.EqualFold(w, "loopback-only")
}

func (c *Config) ownsAddress(ip netip.Addr) bool {
	for _, p := range c.Host.Addresses {
		if p.Addr().WithZone("") == ip {
			return true
		}
	}
	return false
}

// OwnAddresses returns the host's addresses on which Postfix listens:
// inet_interfaces limited to inet_protocols. Names in inet_interfaces are not
// looked up; $myhostname and localhost stand for every and the loopback address.
func (c *Config) OwnAddresses() []netip.Addr {
	if c.memo == nil {
		return c.ownAddresses()
	}
	if !c.memo.ownKnown {
		c.memo.own, c.memo.ownKnown = c.ownAddresses(), true
	}
	return c.memo.own
}

func (c *Config) ownAddresses() []netip.Addr {
	protocols := strings.ToLower(c.Str("inet_protocols"))
	var out []netip.Addr
	for _, p := range c.Host.Addresses {
		ip := p.Addr().WithZone("")
		if ip.Is4() && !strings.Contains(protocols, "all") && !strings.Contains(protocols, "ipv4") ||
			ip.Is6() && !strings.Contains(protocols, "all") && !strings.Contains(protocols, "ipv6") {
			continue
		}
		if c.listensOn(ip) {
			out = append(out, ip)
		}
	}
	return out
}

func (c *Config) listensOn(ip netip.Addr) bool {
	for _, w := range c.List("inet_interfaces") {
		switch {
		case strings.EqualFold(w, "all"):
			return true
		case strings.EqualFold(w, "loopback-only") || w == "localhost":
			if ip.IsLoopback() {
				return true
			}
		case strings.EqualFold(w, c.Str("myhostname")):
			if !ip.IsLoopback() {
				return true
			}
		default:
			if a, err := netip.ParseAddr(strings.Trim(w, "[]")); err == nil && a == ip {
				return true
			}
		}
	}
	return false
}
