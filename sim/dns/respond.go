package dns

import (
	"sort"

	mdns "github.com/miekg/dns"
)

// ZoneSet is the zones one server (or view) is authoritative for. It is
// immutable; With and Without make changed copies.
type ZoneSet struct {
	zones map[string]*Zone
	root  bool
}

// NewZoneSet makes a set; of several zones with one name the last counts.
func NewZoneSet(zones ...*Zone) *ZoneSet {
	s := &ZoneSet{zones: make(map[string]*Zone, len(zones))}
	for _, z := range zones {
		s.zones[z.origin] = z
	}
	s.root = s.zones["."] != nil
	return s
}

// With is the set with z added or replaced.
func (s *ZoneSet) With(z *Zone) *ZoneSet { return NewZoneSet(append(s.All(), z)...) }

// Without is the set without the zone of that name.
func (s *ZoneSet) Without(origin string) *ZoneSet {
	origin = Canonical(origin)
	var left []*Zone
	for _, z := range s.All() {
		if z.origin != origin {
			left = append(left, z)
		}
	}
	return NewZoneSet(left...)
}

// All lists the zones by name.
func (s *ZoneSet) All() []*Zone {
	all := make([]*Zone, 0, len(s.zones)+1)
	for _, z := range s.zones {
		all = append(all, z)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].origin < all[j].origin })
	return all
}

// Zone is the zone with exactly this name, or nil.
func (s *ZoneSet) Zone(origin string) *Zone { return s.zones[Canonical(origin)] }

// Find is the zone closest to name, or nil.
func (s *ZoneSet) Find(name string) *Zone { return s.zoneFor(Canonical(name), 0) }

// zoneFor finds the closest zone; for DS the parent's side of a cut, if it is
// here too (RFC 4035 section 3.1.4.1).
func (s *ZoneSet) zoneFor(name string, qtype uint16) *Zone {
	for off, end := 0, false; !end; off, end = mdns.NextLabel(name, off) {
		z := s.zones[name[off:]]
		if z == nil {
			continue
		}
		if qtype == typeDS && off == 0 && name != "." {
			if parent := s.zoneFor(parentName(name), 0); parent != nil {
				return parent
			}
		}
		return z
	}
	if s.root {
		return s.zones["."]
	}
	return nil
}

// Lookup answers a question from the zones of the set. With crossZone, aliases
// are followed from one zone into another, as a server does for clients it
// recurses for.
func (s *ZoneSet) Lookup(name string, qtype uint16, crossZone bool) *Answer {
	return lookup(s, mdns.Fqdn(name), qtype, scope{crossZone: crossZone})
}

// MinimalResponses is BIND's option of that name.
type MinimalResponses uint8

// The values of minimal-responses; BIND's default is the first.
const (
	NoAuthRecursive MinimalResponses = iota // "no-auth" for queries with RD
	MinimalNo
	MinimalYes
	NoAuth
)

// RespondOptions are the properties of a server that shape its responses.
type RespondOptions struct {
	UDP                bool // bound the size by the client's buffer and set TC
	MaxUDP             int  // max-udp-size; zero means 1232
	EDNSSize           int  // edns-udp-size as advertised; zero means 1232
	RecursionAvailable bool // RA: this client may have recursion
	Minimal            MinimalResponses
	// Shuffle, if set, reorders the records of one set (rrset-order): it has the
	// form of math/rand's Shuffle.
	Shuffle func(n int, swap func(i, j int))
}

const defaultUDP = 1232

// Respond makes the response to a query from authoritative data, and the answer
// it was made from. An answer NotAuthoritative has become REFUSED; a server that
// also recurses looks at it first. The message shares its records with the zones.
func (s *ZoneSet) Respond(query *mdns.Msg, opts RespondOptions) (*mdns.Msg, *Answer) {
	resp := &mdns.Msg{Compress: true}
	resp.Id, resp.Response, resp.Opcode = query.Id, true, query.Opcode
	resp.RecursionDesired = query.RecursionDesired
	resp.RecursionAvailable = opts.RecursionAvailable
	resp.CheckingDisabled = query.CheckingDisabled
	resp.Question = query.Question
	edns := query.IsEdns0()
	switch {
	case query.Opcode != mdns.OpcodeQuery:
		resp.Rcode = mdns.RcodeNotImplemented
	case len(query.Question) != 1:
		resp.Rcode = mdns.RcodeFormatError
	case edns != nil && edns.Version() != 0: // RFC 6891 6.1.3
		resp.Rcode = mdns.RcodeBadVers
	}
	var a *Answer
	if resp.Rcode == mdns.RcodeSuccess {
		a = s.fill(resp, query, opts)
	} else {
		a = &Answer{Outcome: NotAuthoritative}
	}
	if edns != nil {
		addEDNS(resp, edns, opts)
	}
	if opts.UDP {
		fit(resp, query, udpLimit(edns, opts), a)
	}
	return resp, a
}

func (s *ZoneSet) fill(resp, query *mdns.Msg, opts RespondOptions) *Answer {
	q := query.Question[0]
	within := scopeOf(query, opts)
	if q.Qclass != mdns.ClassINET && q.Qclass != mdns.ClassANY {
		resp.Rcode = mdns.RcodeRefused
		return &Answer{Outcome: NotAuthoritative}
	}
	a := lookup(s, q.Name, q.Qtype, within)
	resp.Rcode, resp.Authoritative = a.Rcode(), a.Authoritative
	resp.Answer, resp.Ns = a.Answer, a.Authority
	resp.Extra = a.Additional
	if opts.Shuffle != nil {
		shuffleSets(resp.Answer, opts.Shuffle)
		shuffleSets(resp.Ns, opts.Shuffle)
		shuffleSets(resp.Extra, opts.Shuffle)
	}
	return a
}

// scopeOf is what minimal-responses means for this query. Questions for keys, and
// clients with the smallest buffer, get the least in any case.
func scopeOf(query *mdns.Msg, opts RespondOptions) scope {
	edns := query.IsEdns0()
	within := scope{bare: opts.Minimal == MinimalYes, crossZone: query.RecursionDesired && opts.RecursionAvailable}
	switch query.Question[0].Qtype {
	case typeDNSKEY, typeDS, typeCDS, typeCDNSK:
		within.bare = true
	}
	if edns != nil {
		within.dnssec = edns.Do()
		within.bare = within.bare || opts.UDP && edns.UDPSize() <= mdns.MinMsgSize
	}
	within.minimal = within.bare || opts.Minimal == NoAuth || opts.Minimal == NoAuthRecursive && query.RecursionDesired
	return within
}

// shuffleSets reorders the records inside each set of a section.
func shuffleSets(section []mdns.RR, shuffle func(n int, swap func(i, j int))) {
	for from := 0; from < len(section); {
		to := from + 1
		for to < len(section) && sameSet(section[from], section[to]) {
			to++
		}
		if part := section[from:to]; len(part) > 1 {
			shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		}
		from = to
	}
}

func sameSet(a, b mdns.RR) bool {
	return a.Header().Rrtype == b.Header().Rrtype && a.Header().Name == b.Header().Name
}

func addEDNS(resp *mdns.Msg, edns *mdns.OPT, opts RespondOptions) {
	size := opts.EDNSSize
	if size == 0 {
		size = defaultUDP
	}
	opt := &mdns.OPT{Hdr: mdns.RR_Header{Name: ".", Rrtype: typeOPT}}
	opt.SetUDPSize(uint16(size))
	if edns.Do() {
		opt.SetDo()
	}
	resp.Extra = append(resp.Extra[:len(resp.Extra):len(resp.Extra)], opt)
}

// udpLimit is the largest response the client takes (RFC 1035 4.2.1, RFC 6891 6.2.5).
func udpLimit(edns *mdns.OPT, opts RespondOptions) int {
	limit := opts.MaxUDP
	if limit == 0 {
		limit = defaultUDP
	}
	if edns == nil {
		return min(limit, mdns.MinMsgSize)
	}
	return min(limit, max(int(edns.UDPSize()), mdns.MinMsgSize))
}
