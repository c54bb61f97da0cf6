package dns

import mdns "github.com/miekg/dns"

// LookupOptions say how much a look-up may use and tell, for a server that
// builds its responses itself.
type LookupOptions struct {
	Minimal    bool // leave the zone's own NS records out of positive answers
	Bare       bool // leave out additional records as well, glue excepted
	CrossZone  bool // follow aliases into, and take addresses from, other zones of the set
	DNSSEC     bool // the DO bit: add signatures and denials
	MinimalAny bool // minimal-any: one set is enough for a question of type ANY (RFC 8482)
}

// Select answers a question from the zones of the set.
func (s *ZoneSet) Select(name string, qtype uint16, o LookupOptions) *Answer {
	return lookup(s, mdns.Fqdn(name), qtype, scope{minimal: o.Minimal || o.Bare, bare: o.Bare, crossZone: o.CrossZone, dnssec: o.DNSSEC, minimalAny: o.MinimalAny})
}
