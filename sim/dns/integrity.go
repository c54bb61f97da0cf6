package dns

import "strings"

// The checks BIND runs after a primary zone's file has been read: the SOA and
// NS records at the top, and with check-integrity what NS, MX and SRV records
// point to.

// finding is the answer of the database to "has this name an address?".
type finding uint8

const (
	foundAddress finding = iota
	foundGlue            // only below a zone cut
	foundNothing
	foundDelegation
	foundCNAME
	foundDNAME
)

// find searches an address of type rrtype. at is the name that decided (the
// DNAME). With glue, addresses below a zone cut count as foundGlue.
//
// From the top down to the name's parent: a DNAME or (below the top) NS records
// take what lies below away. Then the name itself, or the wildcard of its
// closest encloser, decides.
func (c *checker) find(name wireName, rrtype uint16, glue bool) (f finding, at wireName) {
	above := make([]wireName, 0, 16)
	for n := name; len(n) > len(c.db.top); n = n.parent() {
		above = append(above, n)
	}
	closest, cut := c.db.top, false
	if top := c.db.node(c.db.top); top.set(typeDNAME) != nil && len(above) > 0 {
		return foundDNAME, c.db.top
	}
	for i := len(above) - 1; i >= 0 && !cut; i-- {
		node := c.db.node(above[i])
		if node == nil && !c.nonTerminal[above[i].folded()] {
			break
		}
		closest = above[i]
		switch {
		case node.set(typeNS) != nil:
			cut = true
		case i > 0 && node.set(typeDNAME) != nil:
			return foundDNAME, node.name
		}
	}
	node := c.db.node(name)
	if cut {
		if glue && node.set(rrtype) != nil {
			return foundGlue, name
		}
		return foundDelegation, closest
	}
	if node == nil && !name.equal(closest) && len(closest) < maxNameOctets-2 {
		node = c.db.node("\x01*" + closest)
	}
	switch {
	case node.set(rrtype) != nil:
		return foundAddress, name
	case node.set(typeCNAME) != nil:
		return foundCNAME, name
	}
	return foundNothing, name
}

// checker runs the checks over one database.
type checker struct {
	opts        *LoadOptions
	log         *messageLog
	db          *database
	zone        string // "zone example.com/IN: "
	nodes       []sortedNode
	nonTerminal map[wireName]bool // names without records but with names below
	looked      map[string]bool
}

func newChecker(opts *LoadOptions, log *messageLog, db *database) *checker {
	c := &checker{opts: opts, log: log, db: db, nodes: db.sorted(), nonTerminal: map[wireName]bool{}, looked: map[string]bool{}}
	c.zone = zoneLabel(db.top, opts.Class)
	for _, n := range c.nodes {
		for name := n.name; len(name) > len(db.top); {
			name = name.parent()
			folded := name.folded()
			if c.nonTerminal[folded] {
				break
			}
			c.nonTerminal[folded] = true
		}
	}
	return c
}

func zoneLabel(top wireName, class uint16) string {
	return "zone " + top.String() + "/" + ClassName(class) + ": "
}

func (c *checker) say(sev Severity, format string, args ...any) {
	c.log.add(sev, "", 0, c.zone+format, args...)
}

// level is the severity of findings: a secondary only warns.
func (c *checker) level() Severity {
	if c.opts.Kind == Primary {
		return Error
	}
	return Warning
}

// check runs all checks in BIND's order.
func (c *checker) check() Result {
	top := c.db.node(c.db.top)
	bad := false
	ns := top.set(typeNS)
	if ns != nil {
		for _, rd := range ns.data {
			if name := wireName(rd.wire); name.within(c.db.top) && !c.checkApexNS(name) {
				bad = true
			}
		}
	}
	incomplete := false
	if top.set(typeSOA) == nil {
		c.say(Error, "has 0 SOA records")
		incomplete = true
	}
	if ns == nil {
		c.say(Error, "has no NS records")
		incomplete = true
	}
	if incomplete || bad && c.opts.Kind == Primary {
		return ErrBadZone
	}
	if c.opts.Kind != Primary {
		return resultOK
	}
	if c.opts.CheckIntegrity && !c.checkIntegrity() {
		return ErrBadZone
	}
	if !c.checkChildKeys(top) {
		return ErrBadZone
	}
	c.checkKeys(top)
	return resultOK
}

// hasAddress looks for an A, then for an AAAA record.
func (c *checker) hasAddress(name wireName) (finding, wireName) {
	f, at := c.find(name, typeA, false)
	if f == foundNothing {
		return c.find(name, typeAAAA, false)
	}
	return f, at
}

// checkApexNS checks a name server of the zone itself; a failure is fatal.
func (c *checker) checkApexNS(name wireName) bool {
	switch f, at := c.hasAddress(name); f {
	case foundNothing:
		c.say(c.level(), "NS '%s' has no address records (A or AAAA)", name)
	case foundCNAME:
		c.say(c.level(), "NS '%s' is a CNAME (illegal)", name)
	case foundDNAME:
		c.say(c.level(), "NS '%s' is below a DNAME '%s' (illegal)", name, at)
	default:
		return true
	}
	return false
}

// checkIntegrity walks the zone's visible names: delegations, MX, SRV, SPF.
func (c *checker) checkIntegrity() bool {
	ok, bottom := true, wireName("")
	for _, n := range c.nodes {
		if bottom != "" && n.name.within(bottom) {
			continue
		}
		c.checkKeyAlgorithms(n.dbNode)
		if ns := n.set(typeNS); ns != nil && !n.name.equal(c.db.top) {
			bottom = n.name
			for _, rd := range ns.data {
				c.checkGlue(wireName(rd.wire), n.name)
			}
			c.checkSigner(n.dbNode)
			continue
		}
		if n.set(typeDNAME) != nil {
			bottom = n.name
		}
		if mx := n.set(typeMX); mx != nil {
			for _, rd := range mx.data {
				ok = c.checkMX(wireName(rd.wire[2:]), n.name) && ok
			}
		}
		if srv := n.set(typeSRV); srv != nil {
			for _, rd := range srv.data {
				ok = c.checkSRV(wireName(rd.wire[6:]), n.name) && ok
			}
		}
		c.checkSPF(n.dbNode)
	}
	return ok
}

// checkSPF: the type SPF (RFC 4408) needs a TXT beside it (RFC 7208 section 3.1).
func (c *checker) checkSPF(n *dbNode) {
	if !c.opts.CheckSPF || n.set(typeSPF) == nil {
		return
	}
	if txt := n.set(typeTXT); txt != nil {
		for _, rd := range txt.data {
			if text := joinedText(rd.wire); text == "v=spf1" || strings.HasPrefix(text, "v=spf1 ") {
				return
			}
		}
	}
	c.say(Warning, "'%s' found type SPF record but no SPF TXT record found, add matching type TXT record", n.name)
}

// joinedText joins the character-strings of a TXT record.
func joinedText(wire []byte) string {
	var b strings.Builder
	for len(wire) > 0 {
		n := 1 + int(wire[0])
		b.Write(wire[1:n])
		wire = wire[n:]
	}
	return b.String()
}

// checkSigner warns of outdated algorithms in DS records.
func (c *checker) checkSigner(n *dbNode) {
	ds := n.set(typeDS)
	if ds == nil {
		return
	}
	seen := map[string]bool{}
	once := func(text string) {
		if !seen[text] {
			seen[text] = true
			c.say(Warning, "%s", text)
		}
	}
	for _, rd := range ds.data {
		switch rd.wire[3] {
		case 1:
			once(n.name.String() + "/DS deprecated digest type 1 (SHA-1)")
		case 3:
			once(n.name.String() + "/DS deprecated digest type 3 (GOST)")
		}
		if name := deprecatedAlgorithm(rd.wire[2]); name != "" {
			once(n.name.String() + "/DS deprecated algorithm " + name)
		}
	}
}

func deprecatedAlgorithm(a byte) string {
	switch a {
	case 5:
		return "5 (RSASHA1)"
	case 7:
		return "7 (NSEC3RSASHA1)"
	}
	return ""
}

// checkKeyAlgorithms warns of outdated algorithms in KEY records.
func (c *checker) checkKeyAlgorithms(n *dbNode) {
	key := n.set(typeKEY)
	if key == nil {
		return
	}
	seen := map[byte]bool{}
	for _, rd := range key.data {
		a := rd.wire[3]
		if name := deprecatedAlgorithm(a); name != "" && !seen[a] {
			seen[a] = true
			c.say(Warning, "%s/KEY deprecated algorithm %s", n.name, name)
		}
	}
}
