package config

import (
	"math/rand/v2"
	"strings"
)

// composer writes whole configurations that fit the grammar, so that the checks behind it come to speak.
type composer struct {
	m *mutator
	b strings.Builder
}

// frame are statements that values may refer to.
const frame = `acl office { 192.0.2.0/24; annex; };
acl annex { 198.51.100.0/25; !198.51.100.9; };
key k1 { algorithm hmac-sha256; secret "AAAA"; };
primaries more { 192.0.2.31 port 54; };
tls n0 { };
http n0 { endpoints { "/dns-query"; }; };
dnssec-policy n0 { };
`

func compose(r *rand.Rand) string {
	c := composer{m: &mutator{r: r}}
	c.b.WriteString(frame)
	if r.IntN(3) > 0 {
		c.b.WriteString("options {\n")
		c.clauses(1+r.IntN(3), optionsClauses, viewClauses, zoneClauses)
		c.b.WriteString("};\n")
	}
	c.clauses(r.IntN(2), topClauses, topOrViewClauses)
	if r.IntN(4) == 0 {
		c.b.WriteString("view " + c.pick("a", "b", "_default", "\"c\" CH", "d IN", "e CLASS1") + " {\n")
		c.clauses(r.IntN(3), viewOnlyClauses, topOrViewClauses, viewClauses, zoneClauses)
		c.zone()
		c.b.WriteString("};\n")
		if r.IntN(3) == 0 {
			c.b.WriteString("view " + c.pick("a", "b") + " {\n")
			c.zone()
			c.b.WriteString("};\n")
		}
		return c.b.String()
	}
	for range 1 + r.IntN(3) {
		c.zone()
	}
	return c.b.String()
}

func (c *composer) pick(s ...string) string { return s[c.m.r.IntN(len(s))] }

// clauses writes clauses that still exist.
func (c *composer) clauses(n int, sets ...[]clause) {
	for n > 0 {
		set := sets[c.m.r.IntN(len(sets))]
		k := set[c.m.r.IntN(len(set))]
		switch k.name {
		case "view", "options", "plugin", "dyndb":
			continue
		}
		if k.flags&(flagAncient|flagNotBuilt) == 0 {
			c.b.WriteString("\t" + k.name + " " + c.m.value(k.typ, 5) + ";\n")
			n--
		}
	}
}

func (c *composer) zone() {
	c.b.WriteString("zone " + c.pick("\"example.com\"", "EXAMPLE.com.", ".", "10.in-addr.arpa", "\"sub.example.com\"", "d.f.ip6.arpa", "\"x\" IN") + " {\n")
	if c.m.r.IntN(12) == 0 {
		c.b.WriteString("\tin-view " + c.pick("a", "_default") + ";\n};\n")
		return
	}
	kind := c.pick(zoneTypeWords.words...)
	c.b.WriteString("\ttype " + kind + ";\n")
	if c.m.r.IntN(8) > 0 && isWord(kind, []string{"primary", "master", "hint", "secondary", "slave"}) {
		c.b.WriteString("\tfile \"" + c.pick("db.a", "db.b", "DB.A") + "\";\n")
	}
	if c.m.r.IntN(8) > 0 && isWord(kind, []string{"secondary", "slave", "stub", "mirror"}) {
		c.b.WriteString("\tprimaries { " + c.pick("192.0.2.1", "more", "192.0.2.1 key k1", "more key k1", "nolist", "192.0.2.1 tls n0") + "; };\n")
	}
	// Mostly clauses the type may have.
	var fitting []clause
	bit := zoneTypes(0)
	for _, t := range zoneTypeByWord {
		if t.word == kind {
			bit = t.kind
		}
	}
	for _, set := range zoneMap.sets {
		for _, k := range set {
			if k.zones&bit != 0 && k.name != "type" {
				fitting = append(fitting, k)
			}
		}
	}
	if len(fitting) > 0 {
		c.clauses(c.m.r.IntN(3), fitting)
	}
	if c.m.r.IntN(6) == 0 {
		c.clauses(1, zoneClauses, zoneOnlyClauses)
	}
	c.b.WriteString("};\n")
}
