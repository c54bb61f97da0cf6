package config

import (
	"net/netip"
	"time"
)

// Setting is an effective value with the place that set it.
type Setting[T any] struct {
	Value T
	Pos   Pos // zero when the value is BIND's default
}

// Default reports whether no statement set the value.
func (s Setting[T]) Default() bool { return s.Pos == Pos{} }

// scope is where an option is looked up: the statements from the inside out (zone, view, options).
type scope []*node

// get gives the innermost statement's value.
func (s scope) get(name string) *node {
	for _, n := range s {
		if v := n.get(name); v != nil {
			return v
		}
	}
	return nil
}

func (s scope) bool(name string, otherwise bool) Setting[bool] {
	if n := s.get(name); n.isBool() {
		return Setting[bool]{n.flag, n.pos}
	}
	return Setting[bool]{Value: otherwise}
}

func (s scope) uint(name string, otherwise uint32) Setting[uint32] {
	if n := s.get(name); n.isUint() {
		return Setting[uint32]{uint32(n.num), n.pos}
	}
	return Setting[uint32]{Value: otherwise}
}

// bounded is uint with the value drawn to lo and hi, as named does silently for sizes.
func (s scope) bounded(name string, otherwise, lo, hi uint32) Setting[uint32] {
	v := s.uint(name, otherwise)
	v.Value = min(max(v.Value, lo), hi)
	return v
}

func (s scope) duration(name string, otherwise time.Duration) Setting[time.Duration] {
	if n := s.get(name); n.isDuration() {
		return Setting[time.Duration]{n.dur.time(), n.pos}
	}
	return Setting[time.Duration]{Value: otherwise}
}

// span is an integer option counted in unit.
func (s scope) span(name string, otherwise uint32, unit time.Duration) Setting[time.Duration] {
	v := s.uint(name, otherwise)
	return Setting[time.Duration]{time.Duration(v.Value) * unit, v.Pos}
}

// word is a keyword option in lower case; a boolean one reads as yes or no, void as the empty string.
func (s scope) word(name, otherwise string) Setting[string] {
	n := s.get(name)
	if n == nil {
		return Setting[string]{Value: otherwise}
	}
	return Setting[string]{wordOf(n), n.pos}
}

func wordOf(n *node) string {
	switch {
	case n.isBool() && n.flag:
		return "yes"
	case n.isBool():
		return "no"
	}
	return lowerString(n.str())
}

// text is a string option; the word none reads as the empty string.
func (s scope) text(name, otherwise string) Setting[string] {
	n := s.get(name)
	switch {
	case n == nil:
		return Setting[string]{Value: otherwise}
	case n.kind == nodeWord:
		return Setting[string]{"", n.pos}
	}
	return Setting[string]{n.str(), n.pos}
}

// socket is a source address; the unspecified address means any.
func (s scope) socket(name string, otherwise netip.Addr) Setting[netip.AddrPort] {
	if n := s.get(name); n.isAddr() {
		return Setting[netip.AddrPort]{netip.AddrPortFrom(n.addr, n.port), n.pos}
	}
	return Setting[netip.AddrPort]{Value: netip.AddrPortFrom(otherwise, 0)}
}

func lowerString(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}
