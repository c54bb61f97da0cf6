package named

import (
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// order puts the records of each set into the order rrset-order asks for: random
// unless configured otherwise (BIND ARM "rrset-order").
func (q *query) order(r *response) {
	for _, section := range []*[]mdns.RR{&r.answer, &r.authority, &r.additional} {
		list := *section
		copied := false
		for from := 0; from < len(list); {
			to := from + 1
			for to < len(list) && sameSet(list[from], list[to]) {
				to++
			}
			if to-from > 1 {
				if !copied { // the records may be a zone's own list
					list, copied = append([]mdns.RR(nil), list...), true
					*section = list
				}
				q.arrange(list[from:to])
			}
			from = to
		}
	}
}

func sameSet(a, b mdns.RR) bool {
	x, y := a.Header(), b.Header()
	return x.Rrtype == y.Rrtype && x.Name == y.Name
}

func (q *query) arrange(set []mdns.RR) {
	swap := func(i, j int) { set[i], set[j] = set[j], set[i] }
	switch q.view.orderOf(set[0].Header()) {
	case "random":
		q.s.random().Shuffle(len(set), swap)
	case "cyclic":
		k := q.s.cycles.next(set[0].Header(), len(set))
		rotated := append(append(make([]mdns.RR, 0, len(set)), set[k:]...), set[:k]...)
		copy(set, rotated)
	}
}

// cycles counts how often each record set was given in cyclic order: BIND counts
// by set, so that other answers, and other sections of the same one, do not
// disturb the turns.
type cycles map[cycleKey]uint32

type cycleKey struct {
	name  string
	qtype uint16
}

// maxCycles bounds the sets counted; a resolver gives very many.
const maxCycles = 10000

// next is the record, of n, with which the set begins now.
func (c *cycles) next(h *mdns.RR_Header, n int) int {
	if *c == nil || len(*c) >= maxCycles {
		*c = cycles{}
	}
	key := cycleKey{dns.Canonical(h.Name), h.Rrtype}
	(*c)[key]++
	return int((*c)[key] % uint32(n))
}

// orderOf is the order of the first rule that matches a set.
func (v *view) orderOf(h *mdns.RR_Header) string {
	for i := range v.conf.RRsetOrder {
		if r := &v.conf.RRsetOrder[i]; orderMatches(r, h) {
			return r.Order
		}
	}
	return "none"
}

func orderMatches(r *config.OrderRule, h *mdns.RR_Header) bool {
	if r.Class != "" && r.Class != "IN" || r.Type != "" && r.Type != mdns.TypeToString[h.Rrtype] {
		return false
	}
	return r.Name == "" || nameMatches(r.Name, h.Name)
}

// nameMatches compares a name with that of a rule, which may begin with "*.".
func nameMatches(rule, name string) bool {
	canonical := dns.Canonical(name)
	if rest, ok := strings.CutPrefix(rule, "*."); ok {
		return dns.IsWithin(canonical, rest) && canonical != rest
	}
	return canonical == rule
}
