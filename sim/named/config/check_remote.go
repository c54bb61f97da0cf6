package config

// checkServerLists checks that no two lists of the given statements have one name.
func (c *checker) checkServerLists(statements []string) {
	seen := map[string]*node{}
	for _, s := range statements {
		for _, def := range c.top.get(s).list() {
			name := def.field("name").str()
			fold := lowerString(name)
			if first := seen[fold]; first != nil {
				c.fail(def, "%s list '%s' is duplicated: also defined at %s", s, name, first.pos)
				break
			}
			seen[fold] = def
		}
	}
}

// countServers follows a list of remote servers and the lists it names, each once, and counts the addresses.
func (c *checker) countServers(n *node, kind string) int {
	statements := []string{"primaries", "masters"}
	if kind == "parental-agents" {
		statements = []string{kind}
	}
	seen := map[string]bool{}
	count := 0
	for pending := [][]*node{n.field("addresses").list()}; len(pending) > 0; {
		last := len(pending) - 1
		if len(pending[last]) == 0 {
			pending = pending[:last]
			continue
		}
		item := pending[last][0]
		pending[last] = pending[last][1:]
		element := item.field("remoteselement")
		if element.isAddr() {
			count++
			c.checkServerNames(item)
			continue
		}
		for _, f := range []string{"key", "tls"} {
			if extra := item.field(f); !extra.isVoid() {
				c.fail(item.field("key"), "unexpected token '%s'", extra.text)
			}
		}
		fold := lowerString(element.str())
		if seen[fold] {
			continue
		}
		seen[fold] = true
		def := findRemote(c.top, element.str(), statements...)
		if def == nil {
			c.fail(element, "unable to find %s list '%s'", kind, element.str())
			continue
		}
		pending = append(pending, def.field("addresses").list())
	}
	return count
}

// checkServerNames checks the names of key and TLS configuration of one address.
func (c *checker) checkServerNames(item *node) {
	for _, f := range []string{"key", "tls"} {
		n := item.field(f)
		if !n.isString() {
			continue
		}
		if _, err := parseName(n.text); err != nil {
			c.fail(n, "'%s' is not a valid name", n.text)
		}
		if f == "tls" && !equalFold(n.text, "ephemeral") && c.named("tls", n.text) == nil {
			c.fail(n, "tls '%s' is not defined", n.text)
		}
	}
}

// checkNotify checks notify and also-notify.
func (z *zoneCheck) checkNotify() {
	if own := z.o.get("notify"); z.kind == zoneMirror && own != nil &&
		(own.isBool() && own.flag || own.isString() && !equalFold(own.text, "explicit")) {
		z.fail(z.o, "zone '%s': mirror zones can only be used with 'notify no;' or 'notify explicit;'", z.text)
	}
	if z.kind&zonesServed == 0 {
		return
	}
	notify := true
	switch n := z.scope().get("notify"); {
	case n.isBool():
		notify = n.flag
	case n.isString():
		notify = z.kind == zonePrimary || !isWord(n.text, []string{"master-only", "primary-only"})
	}
	if z.o.get("also-notify") != nil && !notify {
		z.note(z.o, "zone '%s': 'also-notify' set but 'notify' is disabled", z.text)
	}
	if n := z.scope().get("also-notify"); n != nil && notify {
		z.countServers(n, "primaries")
	}
}

// checkPrimaries checks that a zone copied from others says from whom; a mirror of the root knows.
func (z *zoneCheck) checkPrimaries() {
	if z.kind != zoneSecondary && z.kind != zoneStub && (z.kind != zoneMirror || z.name == "" || z.name == ".") {
		return
	}
	n := z.o.get("primaries")
	if masters := z.o.get("masters"); n == nil {
		n = masters
	} else if masters != nil {
		z.fail(n, "'primaries' and 'masters' cannot both be used in the same zone")
	}
	if n == nil {
		z.fail(z.o, "zone '%s': missing 'primaries' entry", z.text)
		return
	}
	z.checkNotEmpty(n, "primaries")
}

func (z *zoneCheck) checkParents() {
	if n := z.o.get("parental-agents"); n != nil && z.kind&zonesSigned != 0 {
		z.checkNotEmpty(n, "parental-agents")
	}
}

func (z *zoneCheck) checkNotEmpty(n *node, kind string) {
	count := 0
	if !z.failing(func() { count = z.countServers(n, kind) }) && count == 0 {
		z.fail(z.o, "zone '%s': empty '%s' entry", z.text, kind)
	}
}

// dialupTypes tells for which zones a value of dialup has a meaning.
var dialupTypes = []struct {
	word  string
	zones zoneTypes
}{
	{"notify", zonePrimary | zoneSecondary}, {"notify-passive", zoneSecondary},
	{"passive", zoneSecondary | zoneStub}, {"refresh", zoneSecondary | zoneStub},
}

func (z *zoneCheck) checkDialup() {
	n := z.o.get("dialup")
	if !n.isString() || z.kind&(zonesSigned|zoneStub) == 0 {
		return
	}
	for _, d := range dialupTypes {
		if equalFold(d.word, n.text) && d.zones&z.kind == 0 {
			z.fail(n, "dialup type '%s' is not allowed in '%s' zone '%s'", n.text, z.word, z.text)
		}
	}
}
