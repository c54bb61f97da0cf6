package named

import (
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// localKey is the name of the session key, which is made at every start and whose
// file lets local users update zones with "update-policy local".
const localKey = "local-ddns."

// policyAllows asks the rules of update-policy about one record of an update (BIND
// ARM "Dynamic Update Policies"). To delete a whole name, everything there must be
// allowed.
func (q *query) policyAllows(z *zone, rr mdns.RR) bool {
	h := rr.Header()
	if h.Rrtype != mdns.TypeANY {
		return q.policyGrants(z, h.Name, h.Rrtype)
	}
	ok := true
	z.data.Sets(func(name string, set dns.RRset) bool {
		ok = ok && (!equalNames(name, h.Name) || set.Type == mdns.TypeSOA || q.policyGrants(z, name, set.Type))
		return ok
	})
	return ok
}

// policyGrants finds the first rule that matches.
func (q *query) policyGrants(z *zone, name string, rrtype uint16) bool {
	rules := z.conf.UpdatePolicy
	if z.conf.UpdatePolicyLocal {
		rules = []config.UpdateRule{{Grant: true, Identity: localKey, Match: "local", Types: []string{"ANY"}}}
	}
	name = dns.Canonical(name)
	for i := range rules {
		if r := &rules[i]; q.ruleMatches(z, r, name) && ruleHasType(r, rrtype) {
			return r.Grant
		}
	}
	return false
}

// ruleMatches compares the signer and the name with a rule.
func (q *query) ruleMatches(z *zone, r *config.UpdateRule, name string) bool {
	if r.Match == "tcp-self" {
		return q.conn != nil && name == reverseName(q.peer.Addr()) && signedBy(r.Identity, name)
	}
	if q.key == "" || !signedBy(r.Identity, q.key) {
		return false
	}
	switch r.Match {
	case "name":
		return name == r.Name
	case "subdomain":
		return dns.IsWithin(name, r.Name)
	case "zonesub":
		return dns.IsWithin(name, z.conf.Name)
	case "wildcard":
		return wildcardHolds(r.Name, name)
	case "self":
		return name == q.key
	case "selfsub":
		return dns.IsWithin(name, q.key)
	case "selfwild":
		return name != q.key && dns.IsWithin(name, q.key)
	case "local":
		return dns.IsWithin(name, z.conf.Name) && slices.Contains(q.s.locals.Hosts, q.peer.Addr())
	}
	return false
}

// signedBy compares a key's name with the identity of a rule, which may be a
// wildcard.
func signedBy(identity, key string) bool {
	return identity == key || strings.HasPrefix(identity, "*.") && wildcardHolds(identity, key)
}

// wildcardHolds reports whether a name lies below that of a wildcard.
func wildcardHolds(wildcard, name string) bool {
	rest, ok := strings.CutPrefix(wildcard, "*.")
	if rest == "" {
		rest = "."
	}
	return ok && name != rest && dns.IsWithin(name, rest)
}

// ruleHasType reports whether a rule is about a type. Without a list it is about
// all types but those that hold the zone together.
func ruleHasType(r *config.UpdateRule, rrtype uint16) bool {
	if len(r.Types) == 0 {
		return rrtype != mdns.TypeNS && rrtype != mdns.TypeSOA && rrtype != mdns.TypeRRSIG
	}
	return slices.ContainsFunc(r.Types, func(t string) bool { return t == "ANY" || t == dns.TypeName(rrtype) })
}

// reverseName is the canonical reverse name of an address.
func reverseName(a netip.Addr) string {
	name, _ := mdns.ReverseAddr(a.String())
	return name
}
