package config

import (
	"net/netip"
	"strings"
)

// aclBuilder turns parsed match lists into ACLs. An acl statement is built once and shared by all that name it.
type aclBuilder struct {
	defs  []*node // the acl statements in order
	built map[string]*ACL
}

func newACLBuilder(top *node) *aclBuilder {
	return &aclBuilder{defs: top.get("acl").list(), built: map[string]*ACL{}}
}

// named gives the acl statement called name, nil when there is none. While an acl is being built its entry is nil, so
// that a loop (refused by the checks) ends.
func (b *aclBuilder) named(name string) *ACL {
	fold := lowerString(name)
	if a, ok := b.built[fold]; ok {
		return a
	}
	for _, def := range b.defs {
		if equalFold(def.field("name").str(), name) {
			b.built[fold] = nil
			a := b.list(def.field("name").str(), def.field("value"))
			b.built[fold] = a
			return a
		}
	}
	return nil
}

// list builds the list n of the option or acl name. A list with a port and transport (allow-transfer) is a tuple.
func (b *aclBuilder) list(name string, n *node) *ACL {
	if n.kind == nodeTuple {
		n = n.field("aml")
	}
	a := &ACL{Name: name, Pos: n.pos}
	for _, item := range n.list() {
		e := b.element(item)
		a.Elements = append(a.Elements, e)
	}
	return a
}

func (b *aclBuilder) element(n *node) Element {
	e := Element{Pos: n.pos, Text: strings.ReplaceAll(printNode(n), `"`, "")}
	for n.kind == nodeTuple && n.typ == negated {
		e.Negated = !e.Negated
		n = n.items[0]
	}
	switch {
	case n.kind == nodePrefix:
		e.Kind, e.Prefix = ElementPrefix, netip.PrefixFrom(n.addr, int(n.num))
	case n.kind == nodeList:
		e.Kind, e.List = ElementList, b.list("", n)
	case n.keyword == "key":
		e.Kind, e.Name = ElementKey, keyName(n.text)
	case n.kind == nodeTuple:
		e.Kind = ElementGeoIP
	case equalFold(n.text, "any"):
		e.Kind = ElementAny
	case equalFold(n.text, "none"):
		e.Kind = ElementNone
	case equalFold(n.text, "localhost"):
		e.Kind = ElementLocalhost
	case equalFold(n.text, "localnets"):
		e.Kind = ElementLocalnets
	default:
		e.Kind, e.Name, e.List = ElementACL, n.text, b.named(n.text)
	}
	return e
}

// option builds the list an option sets, or gives nil.
func (b *aclBuilder) option(s scope, name string) *ACL {
	if n := s.get(name); n != nil {
		return b.list(name, n)
	}
	return nil
}

// optionOr builds the list an option sets, or gives the default.
func (b *aclBuilder) optionOr(s scope, name string, otherwise func(string) *ACL) *ACL {
	if a := b.option(s, name); a != nil {
		return a
	}
	return otherwise(name)
}
