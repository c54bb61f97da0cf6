package named

import (
	"strconv"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// lookupEvent is the payload of a DNSLookup event of the resolver.
type lookupEvent struct {
	name   string
	rrtype uint16
	reason string // of look-ups the resolver does for itself
}

// Label is the question, such as "A www.example.com".
func (e *lookupEvent) Label() string {
	text := dns.TypeName(e.rrtype) + " " + dns.Display(e.name)
	if e.reason != "" {
		text += " (" + e.reason + ")"
	}
	return text
}

// Fields are the question in parts.
func (e *lookupEvent) Fields() []trace.Field {
	list := []trace.Field{{Name: "name", Value: dns.Display(e.name)}, {Name: "type", Value: dns.TypeName(e.rrtype)}}
	if e.reason != "" {
		list = append(list, trace.Field{Name: "for", Value: e.reason})
	}
	return list
}

// lookupResult is the payload of the end of a DNSLookup.
type lookupResult struct {
	rcode   int
	answers int
	why     string
}

// Label is the response code and, of a failure, the reason.
func (e *lookupResult) Label() string {
	text := dns.RcodeName(e.rcode)
	if e.why != "" {
		return text + ": " + e.why
	}
	if e.rcode == 0 && e.answers == 0 {
		return "NODATA"
	}
	return text
}

// Fields are the number of answers and the reason of a failure.
func (e *lookupResult) Fields() []trace.Field {
	list := []trace.Field{{Name: "rcode", Value: dns.RcodeName(e.rcode)}, {Name: "answers", Value: strconv.Itoa(e.answers)}}
	if e.why != "" {
		list = append(list, trace.Field{Name: "reason", Value: e.why})
	}
	return list
}

// cacheEvent is the payload of a DNSCache event.
type cacheEvent struct {
	name   string
	rrtype uint16
	ttl    uint32
	result dns.CacheResult
	trust  dns.Trust
}

// Label says what was in the cache and for how long.
func (e *cacheEvent) Label() string {
	what := dns.TypeName(e.rrtype) + " " + dns.Display(e.name)
	switch e.result {
	case dns.CacheNXDomain:
		what = "no such name " + dns.Display(e.name)
	case dns.CacheNoData:
		what = "no " + what
	case dns.CacheAlias:
		what = "alias " + dns.Display(e.name)
	}
	return "cached " + what + ", " + strconv.FormatUint(uint64(e.ttl), 10) + " s left"
}

// Fields are the question, the time left and the rank of the data.
func (e *cacheEvent) Fields() []trace.Field {
	return []trace.Field{{Name: "name", Value: dns.Display(e.name)}, {Name: "type", Value: dns.TypeName(e.rrtype)},
		{Name: "ttl", Value: strconv.FormatUint(uint64(e.ttl), 10)}, {Name: "trust", Value: e.trust.String()}}
}
