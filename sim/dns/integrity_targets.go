package dns

// checkGlue checks a name server of a delegated child.
func (c *checker) checkGlue(name, owner wireName) {
	if !name.within(c.db.top) {
		c.askNS(name, owner, nil, nil)
		return
	}
	// A regular look-up first, for a DNAME above; then one that accepts glue.
	result, at := c.find(name, typeA, false)
	if result != foundAddress && result != foundDNAME && result != foundCNAME {
		result, at = c.find(name, typeA, true)
	}
	if result == foundAddress {
		return
	}
	if result == foundNothing || result == foundDelegation || result == foundGlue {
		second, _ := c.find(name, typeAAAA, true)
		if second == foundAddress {
			return
		}
		if result == foundGlue || second == foundGlue {
			node := c.db.node(name)
			c.askNS(name, owner, node.set(typeA), node.set(typeAAAA))
			return
		}
	}
	switch result {
	case foundNothing, foundDelegation:
		c.missingGlue(name, owner, result == foundDelegation)
	case foundCNAME:
		c.say(c.level(), "%s/NS '%s' is a CNAME (illegal)", owner, name)
	case foundDNAME:
		c.say(c.level(), "%s/NS '%s' is below a DNAME '%s' (illegal)", owner, name, at)
	}
}

func (c *checker) missingGlue(name, owner wireName, delegated bool) {
	what, required := "", false
	switch {
	case name.within(owner):
		what, required = "REQUIRED GLUE ", true
	case delegated:
		what = "SIBLING GLUE "
	}
	if delegated && !required && !c.opts.CheckSibling {
		return
	}
	c.say(c.level(), "%s/NS '%s' has no %saddress records (A or AAAA)", owner, name, what)
	if delegated {
		empty := rrsetData{}
		c.askNS(name, owner, &empty, &empty)
	}
}

// checkMX reports whether loading may go on.
func (c *checker) checkMX(name, owner wireName) bool {
	if name.isRoot() { // RFC 7505: the null MX
		return true
	}
	if !name.within(c.db.top) {
		return c.askMX(name, owner)
	}
	level := c.level()
	switch f, at := c.hasAddress(name); f {
	case foundNothing:
		if c.opts.CheckMX != Fail {
			level = Warning
		}
		c.say(level, "%s/MX '%s' has no address records (A or AAAA)", owner, name)
	case foundCNAME, foundDNAME:
		return c.illegalAlias("MX", c.opts.MXCNAME, f, name, owner, at)
	case foundDelegation:
		return c.askMX(name, owner)
	default:
		return true
	}
	return level == Warning
}

// checkSRV reports whether loading may go on.
func (c *checker) checkSRV(name, owner wireName) bool {
	if name.isRoot() { // RFC 2782: the service does not exist
		return true
	}
	if !name.within(c.db.top) {
		return c.askSRV(name, owner)
	}
	switch f, at := c.hasAddress(name); f {
	case foundNothing:
		c.say(c.level(), "%s/SRV '%s' has no address records (A or AAAA)", owner, name)
	case foundCNAME, foundDNAME:
		return c.illegalAlias("SRV", c.opts.SRVCNAME, f, name, owner, at)
	case foundDelegation:
		return c.askSRV(name, owner)
	}
	return true
}

// illegalAlias: RFC 2181 section 10.3 forbids an alias as target.
func (c *checker) illegalAlias(rrtype string, policy Policy, f finding, name, owner, at wireName) bool {
	level := c.level()
	if policy != Fail {
		level = Warning
	}
	switch {
	case policy == Ignore:
	case f == foundDNAME:
		c.say(level, "%s/%s '%s' is below a DNAME '%s' (illegal)", owner, rrtype, name, at)
	default:
		c.say(level, "%s/%s '%s' is a CNAME (illegal)", owner, rrtype, name)
	}
	return level == Warning
}
