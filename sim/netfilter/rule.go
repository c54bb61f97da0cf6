package netfilter

import (
	"strconv"
	"strings"
)

// rule is one rule of a chain: what iptables(8) calls a rule-specification, and
// the counters. A rule that is part of a table is not changed any more but for
// its counters and what its matches remember; editing replaces it.
type rule struct {
	src, dst  network
	in, out   ifaceSpec
	proto     uint8 // 0: all
	protoInv  bool
	frag      bool // -f: second and further fragments only
	fragInv   bool
	matches   []*instance
	target    *instance // of an extension target
	jump      string    // standard target or chain; "" for neither
	jumpTo    bool      // -g: no return
	packets   uint64
	bytes     uint64
	counters  bool // -c was given
	linked    *chain
	canonical string // the -S form, made when first needed
}

// ifaceSpec is the argument of -i or -o. A "+" at the end matches any rest.
type ifaceSpec struct {
	name string
	inv  bool
}

func (i ifaceSpec) given() bool { return i.name != "" && (i.name != "+" || i.inv) }

func (i ifaceSpec) holds(name string) bool {
	if i.name == "" {
		return true
	}
	prefix, wild := strings.CutSuffix(i.name, "+")
	same := name == i.name
	if wild {
		same = strings.HasPrefix(name, prefix)
	}
	return same != i.inv
}

// targetName is what the target column shows.
func (r *rule) targetName() string {
	if r.target != nil {
		return r.target.ext.name
	}
	return r.jump
}

// text returns the rule in the form of iptables -S, without "-A CHAIN".
func (r *rule) text(n *names) string {
	if r.canonical == "" {
		w := newWriter(n, true)
		r.save(w, false)
		r.canonical = strings.TrimPrefix(w.String(), " ")
	}
	return r.canonical
}

// save writes the rule-specification, each word with a blank before it;
// counters adds "-c PACKETS BYTES" as -S -v does.
func (r *rule) save(w *writer, counters bool) {
	r.src.save(w, "-s")
	r.dst.save(w, "-d")
	r.in.save(w, "-i")
	r.out.save(w, "-o")
	if r.proto != 0 {
		w.flag(r.protoInv, "-p")
		w.words(w.names.protocol(r.proto))
	}
	if r.frag {
		w.flag(r.fragInv, "-f")
	}
	for _, m := range r.matches {
		w.words("-m", m.ext.name)
		m.mod.save(w)
	}
	if counters {
		w.words("-c", strconv.FormatUint(r.packets, 10), strconv.FormatUint(r.bytes, 10))
	}
	switch {
	case r.target != nil:
		w.words("-j", r.target.ext.name)
		r.target.mod.save(w)
	case r.jumpTo:
		w.words("-g", r.jump)
	case r.jump != "":
		w.words("-j", r.jump)
	}
}

func (i ifaceSpec) save(w *writer, flag string) {
	if i.given() {
		w.flag(i.inv, flag)
		w.words(i.name)
	}
}

// zeroed returns the rule with its counters at zero.
func (r *rule) zeroed() *rule {
	z := *r
	z.packets, z.bytes = 0, 0
	return &z
}

// remembers reports whether the rule depends on connection tracking.
func (r *rule) remembers() bool {
	for _, m := range r.matches {
		if m.ext.tracks {
			return true
		}
	}
	return r.target != nil && r.target.ext.tracks
}
