package config

import (
	"net/netip"
	"time"
)

// View is one view with its effective options.
type View struct {
	Name  string // _default without a view statement
	Class string // IN, CH, HS
	Pos   Pos

	MatchClients       *ACL
	MatchDestinations  *ACL
	MatchRecursiveOnly Setting[bool]

	Recursion         Setting[bool]
	AllowQuery        *ACL
	AllowQueryOn      *ACL
	AllowQueryCache   *ACL
	AllowQueryCacheOn *ACL
	AllowRecursion    *ACL
	AllowRecursionOn  *ACL
	Sortlist          *ACL // nil: none
	NoCaseCompress    *ACL

	Forward    Setting[string] // first or only; empty without forwarders
	Forwarders ServerList

	MinimalResponses  Setting[string] // yes, no, no-auth, no-auth-recursive
	MinimalAny        Setting[bool]
	AuthNXDomain      Setting[bool]
	RRsetOrder        []OrderRule
	CheckNamesAnswers Setting[string] // check-names response: fail, warn, ignore
	EDNSUDPSize       Setting[uint32]
	MaxUDPSize        Setting[uint32]
	NoCookieUDPSize   Setting[uint32]
	SendCookie        Setting[bool]
	RequireCookie     Setting[bool]
	RequestNSID       Setting[bool]
	TransferFormat    Setting[string]
	ProvideIXFR       Setting[bool]
	MessageCompress   Setting[bool]
	RateLimit         *RateLimit // nil: none
	ResponsePolicy    []string   // canonical names of the zones, the first one first

	MaxCacheTTL         Setting[time.Duration]
	MaxNCacheTTL        Setting[time.Duration]
	MinCacheTTL         Setting[time.Duration]
	MinNCacheTTL        Setting[time.Duration]
	LameTTL             Setting[time.Duration]
	ServfailTTL         Setting[time.Duration]
	StaleAnswer         Setting[bool]
	StaleCache          Setting[bool]
	StaleAnswerTTL      Setting[time.Duration]
	MaxStaleTTL         Setting[time.Duration]
	PrefetchTrigger     Setting[uint32] // seconds; 0: off
	PrefetchEligible    Setting[uint32]
	QueryTimeout        Setting[time.Duration]
	MaxRecursionDepth   Setting[uint32]
	MaxRecursionQueries Setting[uint32]
	MaxQueryRestarts    Setting[uint32]
	ClientsPerQuery     Setting[uint32]
	FetchesPerServer    Setting[uint32]
	FetchesPerZone      Setting[uint32]
	QnameMinimization   Setting[string]
	DNSSECValidation    Setting[string] // auto, yes, no
	TrustAnchors        []TrustAnchor
	ValidateExcept      []string // canonical names
	SynthFromDNSSEC     Setting[bool]
	QuerySource         Setting[netip.AddrPort]
	QuerySourceV6       Setting[netip.AddrPort]

	EmptyZones         Setting[bool] // build the empty zones of RFC 6303
	DisabledEmptyZones []string      // canonical names
	EmptyServer        Setting[string]
	EmptyContact       Setting[string]

	Keys    []Key // of the view, then of the server
	Servers []ServerRule
	Zones   []*Zone
}

// OrderRule is one rule of rrset-order; an empty Class, Type or Name means every one.
type OrderRule struct {
	Class, Type string
	Name        string // canonical; a leading *. matches below
	Order       string // random, cyclic, none, fixed
	Pos         Pos
}

// ServerRule is a server statement: how to treat one peer or a network of peers.
type ServerRule struct {
	Prefix         netip.Prefix
	Bogus          Setting[bool]
	EDNS           Setting[bool]
	EDNSUDPSize    Setting[uint32]
	TCPOnly        Setting[bool]
	ProvideIXFR    Setting[bool]
	RequestIXFR    Setting[bool]
	TransferFormat Setting[string]
	Key            string // canonical name, empty for none
	Pos            Pos
}

func (b *builder) view(n *node, global []Key) *View {
	v := &View{Name: "_default", Class: "IN"}
	s := scope{b.options}
	statements := b.top
	if n != nil {
		statements = n.field("options")
		v.Name, v.Pos = n.field("name").str(), n.pos
		v.Class = className(n.field("class"), "IN")
		s = scope{statements, b.options}
		v.Keys = keysOf(statements)
	}
	v.Keys = append(v.Keys, global...)
	b.viewAccess(v, s)
	b.viewAnswers(v, s)
	b.viewResolver(v, s)
	v.TrustAnchors = anchorsOf(statements)
	if n != nil {
		v.TrustAnchors = append(v.TrustAnchors, anchorsOf(b.top)...)
	}
	v.Servers = serverRules(statements.get("server"))
	if n != nil {
		v.Servers = append(v.Servers, serverRules(b.top.get("server"))...)
	}
	for _, z := range statements.get("zone").list() {
		v.Zones = append(v.Zones, b.zone(z, v.Class, s))
	}
	return v
}

// viewAccess sets who may use the view. BIND ARM "allow-recursion", "allow-query-cache": the lists about the cache take
// the place of each other, then of allow-query, before the default of the local networks.
func (b *builder) viewAccess(v *View, s scope) {
	v.MatchClients = b.acls.optionOr(s, "match-clients", anyACL)
	v.MatchDestinations = b.acls.optionOr(s, "match-destinations", anyACL)
	v.MatchRecursiveOnly = s.bool("match-recursive-only", false)
	v.Recursion = s.bool("recursion", true)
	if v.Class != "IN" {
		v.Recursion.Value = false
	}
	v.AllowQueryOn = b.acls.optionOr(s, "allow-query-on", anyACL)
	v.Sortlist = b.acls.option(s, "sortlist")
	v.NoCaseCompress = b.acls.optionOr(s, "no-case-compress", noneACL)
	query, cache, recursion := b.acls.option(s, "allow-query"), b.acls.option(s, "allow-query-cache"), b.acls.option(s, "allow-recursion")
	cacheOn, recursionOn := b.acls.option(s, "allow-query-cache-on"), b.acls.option(s, "allow-recursion-on")
	if v.Recursion.Value {
		cache = firstACL(cache, recursion, query, localACL("allow-query-cache"))
		recursion = firstACL(recursion, b.acls.option(s, "allow-query-cache"), query, localACL("allow-recursion"))
		cacheOn = firstACL(cacheOn, recursionOn, anyACL("allow-query-cache-on"))
		recursionOn = firstACL(recursionOn, b.acls.option(s, "allow-query-cache-on"), anyACL("allow-recursion-on"))
	}
	v.AllowQueryCache = firstACL(cache, noneACL("allow-query-cache"))
	v.AllowQueryCacheOn = firstACL(cacheOn, noneACL("allow-query-cache-on"))
	v.AllowRecursion = firstACL(recursion, noneACL("allow-recursion"))
	v.AllowRecursionOn = firstACL(recursionOn, noneACL("allow-recursion-on"))
	v.AllowQuery = firstACL(query, anyACL("allow-query"))
}

func firstACL(lists ...*ACL) *ACL {
	for _, a := range lists {
		if a != nil {
			return a
		}
	}
	return nil
}

func (b *builder) viewAnswers(v *View, s scope) {
	v.MinimalResponses = s.word("minimal-responses", "no-auth-recursive")
	v.MinimalAny = s.bool("minimal-any", false)
	v.AuthNXDomain = s.bool("auth-nxdomain", false)
	v.RRsetOrder = orderRules(s.get("rrset-order"))
	v.CheckNamesAnswers = checkNamesFor(s, "ignore", "response")
	v.EDNSUDPSize = s.bounded("edns-udp-size", 1232, 512, 4096)
	v.MaxUDPSize = s.bounded("max-udp-size", 1232, 512, 4096)
	v.NoCookieUDPSize = s.bounded("nocookie-udp-size", 4096, 128, 4096)
	v.SendCookie = s.bool("send-cookie", true)
	v.RequireCookie = s.bool("require-server-cookie", false)
	v.RequestNSID = s.bool("request-nsid", false)
	v.TransferFormat = s.word("transfer-format", "many-answers")
	v.ProvideIXFR = s.bool("provide-ixfr", true)
	v.MessageCompress = s.bool("message-compression", true)
	v.RateLimit = b.rateLimit(s)
	for _, item := range s.get("response-policy").field("zone list").list() {
		v.ResponsePolicy = append(v.ResponsePolicy, keyName(item.field("zone name").str()))
	}
	v.EmptyZones = s.bool("empty-zones-enable", v.Recursion.Value)
	if v.Class != "IN" {
		v.EmptyZones.Value = false
	}
	for _, n := range s.get("disable-empty-zone").list() {
		v.DisabledEmptyZones = append(v.DisabledEmptyZones, keyName(n.text))
	}
	v.EmptyServer = s.text("empty-server", "")
	v.EmptyContact = s.text("empty-contact", "")
}

func (b *builder) viewResolver(v *View, s scope) {
	v.Forwarders = b.remotes.resolve(s.get("forwarders"))
	if v.Forwarders.Set && len(v.Forwarders.Servers) > 0 {
		v.Forward = s.word("forward", "first")
	}
	v.MaxCacheTTL = s.duration("max-cache-ttl", 7*24*time.Hour)
	v.MaxNCacheTTL = s.duration("max-ncache-ttl", 3*time.Hour)
	v.MaxNCacheTTL.Value = min(v.MaxNCacheTTL.Value, 7*24*time.Hour)
	v.MinCacheTTL = s.duration("min-cache-ttl", 0)
	v.MinNCacheTTL = s.duration("min-ncache-ttl", 0)
	v.LameTTL = s.duration("lame-ttl", 0)
	v.ServfailTTL = s.duration("servfail-ttl", time.Second)
	v.ServfailTTL.Value = min(v.ServfailTTL.Value, 30*time.Second)
	v.StaleAnswer = s.bool("stale-answer-enable", false)
	v.StaleCache = s.bool("stale-cache-enable", false)
	v.StaleAnswerTTL = s.duration("stale-answer-ttl", 30*time.Second)
	v.MaxStaleTTL = s.duration("max-stale-ttl", 24*time.Hour)
	v.QueryTimeout = queryTimeout(s)
	v.MaxRecursionDepth = s.uint("max-recursion-depth", 7)
	v.MaxRecursionQueries = s.uint("max-recursion-queries", 50)
	v.MaxQueryRestarts = s.uint("max-query-restarts", 11)
	v.ClientsPerQuery = s.uint("clients-per-query", 10)
	v.QnameMinimization = s.word("qname-minimization", "relaxed")
	v.DNSSECValidation = s.word("dnssec-validation", "auto")
	v.SynthFromDNSSEC = s.bool("synth-from-dnssec", true)
	v.QuerySource = s.socket("query-source", netip.IPv4Unspecified())
	v.QuerySourceV6 = s.socket("query-source-v6", netip.IPv6Unspecified())
	for _, n := range s.get("validate-except").list() {
		v.ValidateExcept = append(v.ValidateExcept, keyName(n.text))
	}
	v.FetchesPerServer = tupleUint(s.get("fetches-per-server"), 0, 0)
	v.FetchesPerZone = tupleUint(s.get("fetches-per-zone"), 0, 0)
	v.PrefetchTrigger = tupleUint(s.get("prefetch"), 0, 2)
	v.PrefetchTrigger.Value = min(v.PrefetchTrigger.Value, 10)
	v.PrefetchEligible = tupleUint(s.get("prefetch"), 1, 9)
	v.PrefetchEligible.Value = max(v.PrefetchEligible.Value, v.PrefetchTrigger.Value+6)
}

// queryTimeout is in seconds up to 300 and in milliseconds above (BIND ARM "resolver-query-timeout").
func queryTimeout(s scope) Setting[time.Duration] {
	v := s.uint("resolver-query-timeout", 10)
	unit := time.Second
	if v.Value > 300 {
		unit = time.Millisecond
	}
	d := time.Duration(v.Value) * unit
	if d == 0 {
		d = 10 * time.Second
	}
	return Setting[time.Duration]{min(max(d, 301*time.Millisecond), 30*time.Second), v.Pos}
}

func tupleUint(n *node, i int, otherwise uint32) Setting[uint32] {
	if n == nil || n.kind != nodeTuple || !n.items[i].isUint() {
		return Setting[uint32]{Value: otherwise}
	}
	return Setting[uint32]{uint32(n.items[i].num), n.pos}
}

func orderRules(n *node) []OrderRule {
	if n == nil {
		return []OrderRule{{Order: "random"}}
	}
	var rules []OrderRule
	for _, item := range n.list() {
		r := OrderRule{Order: lowerString(item.field("ordering").str()), Pos: item.pos}
		r.Class, r.Type = wildcard(item.field("class")), wildcard(item.field("type"))
		if name := item.field("name"); name.isString() && name.text != "*" {
			r.Name = keyName(name.text)
		}
		rules = append(rules, r)
	}
	return rules
}

// wildcard reads a class or type of rrset-order; any and * mean every one.
func wildcard(n *node) string {
	if s := upperString(n.str()); s != "ANY" && s != "*" {
		return s
	}
	return ""
}

func serverRules(n *node) []ServerRule {
	var rules []ServerRule
	for _, item := range n.list() {
		s := scope{item}
		r := ServerRule{
			Bogus: s.bool("bogus", false), EDNS: s.bool("edns", true), EDNSUDPSize: s.uint("edns-udp-size", 0),
			TCPOnly: s.bool("tcp-only", false), ProvideIXFR: s.bool("provide-ixfr", true), RequestIXFR: s.bool("request-ixfr", true),
			TransferFormat: s.word("transfer-format", ""), Pos: item.pos,
		}
		if name := item.block.name; name != nil {
			r.Prefix = netip.PrefixFrom(name.addr, int(name.num))
		}
		if k := item.get("keys"); k != nil {
			r.Key = keyName(k.text)
		}
		rules = append(rules, r)
	}
	return rules
}

// className is the class of a statement in capitals.
func className(n *node, otherwise string) string {
	if !n.isString() {
		return otherwise
	}
	class, _ := parseClass(n.text)
	return class
}

func upperString(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// Zone finds a zone by its canonical name; a hint or redirect zone only when no other has the name.
func (v *View) Zone(name string) *Zone {
	var found *Zone
	for _, z := range v.Zones {
		if z.Name == name && (found == nil || z.Type != Hint && z.Type != Redirect) {
			found = z
		}
	}
	return found
}
