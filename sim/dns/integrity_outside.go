package dns

import (
	"net/netip"
	"strings"
)

// Checks of names outside the zone, which named-checkzone resolves as any
// program does. Each complaint about a name is printed once.

// once reports whether kind has not been said of name yet.
func (c *checker) once(name, kind string) bool {
	key := kind + "\x00" + name
	if c.looked[key] {
		return false
	}
	c.looked[key] = true
	return true
}

// ask resolves a name. ok is false if there is no host to look at.
func (c *checker) ask(rrtype string, name, owner wireName) (found HostLookup, ok bool) {
	if c.opts.LookupHost == nil {
		return found, false
	}
	text := name.String()
	found = c.opts.LookupHost(text)
	switch {
	case found.NoName:
		if c.once(text, "no addresses") {
			c.say(Error, "%s/%s '%s' (out of zone) has no addresses records (A or AAAA)", owner, rrtype, text)
		}
		return found, false
	case found.Failure != "":
		if c.once(text, "failure") {
			c.say(Warning, "getaddrinfo(%s) failed: %s", text, found.Failure)
		}
		return found, false
	}
	return found, true
}

func isAlias(found HostLookup, name wireName) bool {
	return found.Canonical != "" && !strings.EqualFold(found.Canonical, name.String())
}

func (c *checker) askMX(name, owner wireName) bool {
	return c.askTarget("MX", c.opts.MXCNAME, name, owner)
}

func (c *checker) askSRV(name, owner wireName) bool {
	return c.askTarget("SRV", c.opts.SRVCNAME, name, owner)
}

func (c *checker) askTarget(rrtype string, policy Policy, name, owner wireName) bool {
	found, ok := c.ask(rrtype, name, owner)
	if !ok || !isAlias(found, name) || policy == Ignore {
		return true
	}
	level := Warning
	if policy == Fail {
		level = Error
	}
	if c.once(name.String(), rrtype+" alias") {
		c.say(level, "%s/%s '%s' (out of zone) is a CNAME '%s' (illegal)", owner, rrtype, name, found.Canonical)
	}
	return level == Warning
}

// askNS compares glue with the addresses the name really has. Sets are nil if
// the name server lies outside the zone, where no glue belongs.
func (c *checker) askNS(name, owner wireName, a, aaaa *rrsetData) {
	if a == nil && aaaa == nil {
		return
	}
	found, ok := c.ask("NS", name, owner)
	if !ok {
		return
	}
	text := name.String()
	if isAlias(found, name) && c.once(text, "NS alias") {
		c.say(Error, "%s/NS '%s' (out of zone) is a CNAME '%s' (illegal)", owner, text, found.Canonical)
	}
	real := map[string]bool{}
	for _, addr := range found.Addresses {
		real[addr] = true
	}
	glue := map[string]bool{}
	c.extraGlue("A", name, owner, a, real, glue)
	c.extraGlue("AAAA", name, owner, aaaa, real, glue)
	if c.looked["missing glue\x00"+text] {
		return
	}
	for _, addr := range found.Addresses {
		if glue[addr] {
			continue
		}
		rrtype := "A"
		if strings.Contains(addr, ":") {
			rrtype = "AAAA"
		}
		c.say(Error, "%s/NS '%s' missing GLUE %s record (%s)", owner, text, rrtype, addr)
		c.once(text, "missing glue")
	}
}

// extraGlue reports glue that the name's own servers do not know.
func (c *checker) extraGlue(rrtype string, name, owner wireName, set *rrsetData, real, glue map[string]bool) {
	if set == nil {
		return
	}
	for _, rd := range set.data {
		addr, _ := netip.AddrFromSlice(rd.wire)
		glue[addr.String()] = true
		if !real[addr.String()] && c.once(name.String(), "extra "+rrtype) {
			c.say(Error, "%s/NS '%s' extra GLUE %s record (%s)", owner, name, rrtype, addr)
		}
	}
}
