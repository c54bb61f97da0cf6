package config

import "net/netip"

// ElementKind says what an element of an address match list compares.
type ElementKind uint8

const (
	ElementAny ElementKind = iota
	ElementNone
	ElementLocalhost
	ElementLocalnets
	ElementPrefix
	ElementKey  // the request was signed with this TSIG key
	ElementACL  // a named acl
	ElementList // a list within the list
	ElementGeoIP
)

// Element is one element of an address match list.
type Element struct {
	Kind    ElementKind
	Negated bool
	Prefix  netip.Prefix // of ElementPrefix
	Name    string       // of ElementKey (a canonical name) and ElementACL
	List    *ACL         // of ElementACL and ElementList; nil when the acl is not defined
	Text    string       // the element in canonical notation
	Pos     Pos
}

// ACL is an address match list.
type ACL struct {
	Name     string // of an acl statement, otherwise the option's (allow-query)
	Elements []Element
	Pos      Pos // zero for a built-in default
}

// Verdict is what an address match list says of a request.
type Verdict int8

const (
	Denied  Verdict = -1 // an element with ! matched
	NoMatch Verdict = 0  // no element matched; to every option that means refused
	Allowed Verdict = 1
)

// Locals are the addresses and networks of the server's own interfaces, for localhost and localnets.
type Locals struct {
	Hosts       []netip.Addr
	Nets        []netip.Prefix
	MatchMapped bool // match-mapped-addresses: compare ::ffff:a.b.c.d as a.b.c.d
}

// Match evaluates the list for a client address and the name of the TSIG key its request was signed with (empty for
// none). The first element that matches decides; index is its number from 0, -1 when none matched. An element that is
// itself a list matches only if that list allows: what an inner list denies is left to the following elements.
func (a *ACL) Match(addr netip.Addr, key string, locals *Locals) (v Verdict, index int) {
	m := matcher{addr: addr.WithZone(""), key: key, locals: locals}
	if addr.Is4In6() && locals != nil && locals.MatchMapped {
		m.addr = addr.Unmap()
	}
	return m.list(a)
}

// Allows reports whether the list allows the client.
func (a *ACL) Allows(addr netip.Addr, key string, locals *Locals) bool {
	v, _ := a.Match(addr, key, locals)
	return v == Allowed
}

// IsNone reports whether the list can allow nobody: it is empty or just none.
func (a *ACL) IsNone() bool {
	for _, e := range a.Elements {
		if e.Kind != ElementNone || e.Negated {
			return false
		}
	}
	return true
}

// IsAny reports whether the list is just any.
func (a *ACL) IsAny() bool {
	return len(a.Elements) == 1 && (a.Elements[0].Kind == ElementAny && !a.Elements[0].Negated ||
		a.Elements[0].Kind == ElementNone && a.Elements[0].Negated)
}

// matcher holds one request. Verdicts of inner lists are kept, since acls that name each other twice at every level
// would take exponential time otherwise.
type matcher struct {
	addr   netip.Addr
	key    string
	locals *Locals
	seen   map[*ACL]Verdict
}

func (m *matcher) list(a *ACL) (Verdict, int) {
	for i := range a.Elements {
		e := &a.Elements[i]
		matched, negated := m.element(e), e.Negated
		if e.Kind == ElementNone {
			negated = !negated
		}
		if matched && negated {
			return Denied, i
		}
		if matched {
			return Allowed, i
		}
	}
	return NoMatch, -1
}

func (m *matcher) element(e *Element) bool {
	switch e.Kind {
	case ElementAny, ElementNone:
		return true
	case ElementPrefix:
		return e.Prefix.Contains(m.addr)
	case ElementKey:
		return m.key != "" && e.Name == m.key
	case ElementLocalhost:
		return m.locals != nil && m.local()
	case ElementLocalnets:
		return m.locals != nil && m.localNet()
	case ElementACL, ElementList:
		return e.List != nil && m.inner(e.List) == Allowed
	}
	return false
}

func (m *matcher) local() bool {
	for _, a := range m.locals.Hosts {
		if a.WithZone("") == m.addr {
			return true
		}
	}
	return false
}

func (m *matcher) localNet() bool {
	for _, p := range m.locals.Nets {
		if p.Contains(m.addr) {
			return true
		}
	}
	return false
}

func (m *matcher) inner(a *ACL) Verdict {
	if v, ok := m.seen[a]; ok {
		return v
	}
	v, _ := m.list(a)
	if m.seen == nil {
		m.seen = map[*ACL]Verdict{}
	}
	m.seen[a] = v
	return v
}

// anyACL and noneACL are built-in defaults of the option name.
func anyACL(name string) *ACL {
	return &ACL{Name: name, Elements: []Element{{Kind: ElementAny, Text: "any"}}}
}

func noneACL(name string) *ACL {
	return &ACL{Name: name, Elements: []Element{{Kind: ElementNone, Text: "none"}}}
}

// localACL is the default of allow-recursion and allow-query-cache.
func localACL(name string) *ACL {
	return &ACL{Name: name, Elements: []Element{{Kind: ElementLocalnets, Text: "localnets"}, {Kind: ElementLocalhost, Text: "localhost"}}}
}
