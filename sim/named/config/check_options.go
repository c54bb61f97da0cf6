package config

import "math"

// level is where a set of options stands.
type level uint8

const (
	levelTop level = iota // the statements outside options, of which dnssec-policy has a meaning
	levelOptions
	levelView
	levelZone
)

// limits of options that are not plain sizes: times in other units than seconds and TTLs.
var optionLimits = []struct {
	name       string
	scale, max uint32
}{
	{"heartbeat-interval", 60, 28 * 24 * 60},
	{"interface-interval", 60, 28 * 24 * 60},
	{"max-transfer-idle-in", 60, 28 * 24 * 60},
	{"max-transfer-idle-out", 60, 28 * 24 * 60},
	{"max-transfer-time-in", 60, 28 * 24 * 60},
	{"max-transfer-time-out", 60, 28 * 24 * 60},
	{"min-cache-ttl", 1, 90},
	{"max-cache-ttl", 1, math.MaxUint32},
	{"min-ncache-ttl", 1, 90},
	{"max-ncache-ttl", 1, 7 * 24 * 3600},
}

// checkOptions checks the values of one set of options, each on its own.
func (c *checker) checkOptions(o *node, at level) {
	if at == levelOptions {
		c.checkPorts(o)
	}
	if at == levelOptions || at == levelView {
		c.checkSourcePorts(scope{o}, "query-source", "query-source-v6")
	}
	for _, l := range optionLimits {
		c.checkLimit(o.get(l.name), l.name, l.scale, l.max)
	}
	hasPolicy := c.checkPolicyOption(o, at)
	if n := o.get("max-rsa-exponent-size"); n != nil && n.num != 0 && (n.num < 35 || n.num > 4096) {
		c.fail(n, "max-rsa-exponent-size '%d' is out of range (35..4096)", n.num)
	}
	c.checkValidity(o, hasPolicy)
	if n := o.get("preferred-glue"); n != nil && !isWord(n.text, []string{"a", "aaaa", "none"}) {
		c.error(n.pos, "preferred-glue unexpected value '%s'", n.text)
	}
	c.checkNamesInOptions(o, at)
	if n := o.get("server-id"); n.isString() && len(n.text) > 1024 {
		c.fail(n, "'server-id' too big (>1024 bytes)")
	}
	c.checkNegativeAnchors(o)
	c.checkCookies(o)
	c.checkDnstapSizes(o)
	c.checkDnstapOutput(o.get("dnstap-output"))
	c.checkSmallOptions(o)
	c.checkRoles(o.get("check-names"))
	if n := o.get("stale-refresh-time"); n != nil && n.dur.seconds() > 0 && n.dur.seconds() < 30 {
		c.note(n, "'stale-refresh-time' should either be 0 or otherwise 30 seconds or higher")
	}
	acls := c.expander()
	for _, name := range []string{"listen-on", "listen-on-v6"} {
		for _, l := range o.get(name).list() {
			c.checkListener(l, acls)
		}
	}
	if n := o.get("max-query-restarts"); n != nil && (n.num == 0 || n.num > 255) {
		c.fail(n, "'max-query-restarts' is out of range 1..255)")
	}
}

// checkPorts checks the port numbers of options and remembers the DNS port.
func (c *checker) checkPorts(o *node) {
	for _, name := range []string{"port", "tls-port", "http-port", "https-port"} {
		n := o.get(name)
		switch {
		case n == nil:
		case n.num >= 65535:
			c.fail(n, "port '%d' out of range", n.num)
		case name == "port":
			c.port = uint32(n.num)
		}
	}
}

// checkSourcePorts complains about source addresses with a port: none is wise, the DNS port is impossible.
func (c *checker) checkSourcePorts(s scope, names ...string) {
	for _, name := range names {
		n := s.get(name)
		switch {
		case n == nil:
		case uint32(n.port) == c.port:
			c.fail(n, "'%s' cannot specify the DNS listener port (%d)", name, n.port)
		case n.port != 0:
			c.note(n, "'%s': specifying a port is not recommended", name)
		}
	}
}

func (c *checker) checkLimit(n *node, name string, scale, max uint32) {
	if n == nil {
		return
	}
	v := uint32(n.num)
	if n.isDuration() {
		v = n.dur.seconds()
	}
	if v > max {
		c.fail(n, "%s '%d' is out of range (0..%d)", name, v, max)
	} else if v > math.MaxUint32/scale {
		c.fail(n, "%s '%d' is out of range", name, int32(v))
	}
}

// checkPolicyOption checks dnssec-policy: at the top the definitions, elsewhere a name. It reports whether one is set.
func (c *checker) checkPolicyOption(o *node, at level) bool {
	n := o.get("dnssec-policy")
	if n == nil {
		return false
	}
	if at != levelTop {
		return true
	}
	badName := false
	seen := map[string]bool{}
	for _, def := range n.list() {
		switch name := def.field("name").str(); name {
		case "none", "default", "insecure":
			badName = true
		default:
			c.checkPolicy(def, seen)
		}
	}
	if badName {
		c.fail(n, "dnssec-policy name may not be 'insecure', 'none', or 'default' (which are built-in policies)")
	}
	return !badName
}

// checkValidity checks the lifetimes of signatures, which a DNSSEC policy replaces.
func (c *checker) checkValidity(o *node, hasPolicy bool) {
	if n := o.get("sig-validity-interval"); n != nil {
		validity, again := n.items[0].num, n.items[1]
		if validity > 3660 || validity == 0 {
			c.fail(n, "sig-validity-interval '%d' is out of range (1..3660)", validity)
		}
		if again.isUint() {
			c.checkResign(n, validity, again.num)
		}
		if hasPolicy {
			c.fail(n, "sig-validity-interval: cannot be configured if dnssec-policy is also set")
		}
	}
	if n := o.get("dnskey-sig-validity"); n != nil {
		if n.num > 3660 {
			c.fail(n, "dnskey-sig-validity '%d' is out of range (0..3660)", n.num)
		}
		if hasPolicy {
			c.fail(n, "dnskey-sig-validity: cannot be configured if dnssec-policy is also set")
		}
	}
}

func (c *checker) checkResign(n *node, validity, again uint64) {
	unit := "hours"
	if validity > 7 {
		unit = "days"
	}
	switch {
	case again > 3660 || again == 0:
		c.fail(n, "sig-validity-interval (re-sign) '%d' is out of range (1..3660)", validity)
	case validity > 7 && validity < again, validity <= 7 && validity*24 < again:
		c.fail(n, "validity interval (%d days) less than re-signing interval (%d %s)", validity, again, unit)
	}
}

// checkSmallOptions checks the options with one rule of their own.
func (c *checker) checkSmallOptions(o *node) {
	if n := o.get("lmdb-mapsize"); n != nil {
		if n.num < 1<<20 {
			c.fail(n, "'lmdb-mapsize %d' is too small", int64(n.num))
		} else if n.num > 1<<40 {
			c.fail(n, "'lmdb-mapsize %d' is too large", int64(n.num))
		}
	}
	if n := o.get("resolver-nonbackoff-tries"); n != nil && n.num == 0 {
		c.fail(n, "'resolver-nonbackoff-tries' must be >= 1")
	}
	if n := o.get("max-ixfr-ratio"); n != nil && n.kind == nodePercent {
		if n.num == 0 {
			c.fail(n, "'ixfr-max-ratio' must be a nonzero percentage or 'unlimited')")
		} else if n.num > 100 {
			c.note(n, "'ixfr-max-ratio %d%%' exceeds 100%%", n.num)
		}
	}
}

// checkRoles checks the roles of check-names: none twice, and not the old and the new name of one.
func (c *checker) checkRoles(n *node) {
	if n == nil || n.kind != nodeList {
		return
	}
	seen := map[string]bool{}
	for _, item := range n.list() {
		role := lowerString(item.field("type").str())
		if seen[role] && role != "response" {
			c.fail(n, "'check-names %s' duplicated", role)
		}
		seen[role] = true
	}
	if seen["primary"] && seen["master"] {
		c.fail(n, "'check-names' cannot take both 'primary' and 'master'")
	}
	if seen["secondary"] && seen["slave"] {
		c.fail(n, "'check-names' cannot take both 'secondary' and 'slave'")
	}
}

// checkListener checks one listen-on statement.
func (c *checker) checkListener(n *node, acls *aclExpander) {
	how := n.field("tuple")
	tls, http := how.field("tls"), how.field("http")
	if tls.isString() && !isWord(tls.text, []string{"none", "ephemeral"}) && c.named("tls", tls.text) == nil {
		c.fail(tls, "tls '%s' is not defined", tls.text)
	}
	if http.isString() {
		if !tls.isString() {
			c.fail(http, "http must specify a 'tls' statement, 'tls ephemeral', or 'tls none'")
		}
		if !equalFold(http.text, "default") && c.named("http", http.text) == nil {
			c.fail(http, "http '%s' is not defined", http.text)
		}
	}
	if p := how.field("port"); p.isUint() && p.num >= 65535 {
		c.fail(p, "port value '%d' is out of range", p.num)
	}
	acls.expand(n.field("acl"))
}

// named finds a statement of the top with a name before its braces.
func (c *checker) named(statement, name string) *node {
	for _, n := range c.top.get(statement).list() {
		if equalFold(n.block.name.str(), name) {
			return n
		}
	}
	return nil
}
