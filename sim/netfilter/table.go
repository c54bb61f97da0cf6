package netfilter

import (
	"maps"
	"slices"
	"strings"
)

// table is one table of a rule set. A change is made on a copy that takes the
// table's place when it is complete.
type table struct {
	fam    family
	index  int // in tableKinds
	chains map[string]*chain
}

// chain is a list of rules. A built-in chain has a policy and is entered at a
// hook point.
type chain struct {
	name   string
	policy string // "ACCEPT" or "DROP"; "" for a user-defined chain
	rules  []*rule
	made   bool // a built-in chain that the kernel has been told of
	refs   int  // how many rules jump here
}

func newTable(f family, index int) *table {
	t := &table{fam: f, index: index, chains: map[string]*chain{}}
	for name := range strings.FieldsSeq(tableKinds[index].chains) {
		t.chains[name] = &chain{name: name, policy: "ACCEPT"}
	}
	return t
}

func (t *table) kind() *tableKind { return &tableKinds[t.index] }

// clone returns a copy whose chains can be edited. The rules are shared.
func (t *table) clone() *table {
	c := &table{fam: t.fam, index: t.index, chains: make(map[string]*chain, len(t.chains))}
	for name, ch := range t.chains {
		copied := *ch
		copied.rules = slices.Clone(ch.rules)
		c.chains[name] = &copied
	}
	return c
}

// ordered returns the chains as they are listed: the built-in ones, then the
// others by name.
func (t *table) ordered() []*chain {
	var list []*chain
	for name := range strings.FieldsSeq(t.kind().chains) {
		list = append(list, t.chains[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.chains)) {
		if c := t.chains[name]; c.policy == "" {
			list = append(list, c)
		}
	}
	return list
}

// link points the jumps at their chains and counts the references. It is called
// when the table takes effect.
func (t *table) link() {
	for _, c := range t.chains {
		c.refs = 0
	}
	for _, c := range t.chains {
		for _, r := range c.rules {
			r.linked = nil
			if to := t.chains[r.jump]; to != nil && r.target == nil {
				r.linked = to
				to.refs++
			}
		}
	}
}

// references counts the rules that jump to a chain.
func (t *table) references(name string) (n int) {
	for _, c := range t.chains {
		for _, r := range c.rules {
			if r.target == nil && r.jump == name {
				n++
			}
		}
	}
	return n
}

// idle reports whether the table does nothing to packets.
func (t *table) idle() bool {
	if t == nil {
		return true
	}
	for _, c := range t.chains {
		if c.policy == "DROP" || c.policy != "" && len(c.rules) > 0 {
			return false
		}
	}
	return true
}

// remembers reports whether the table needs connection tracking.
func (t *table) remembers() bool {
	if t == nil {
		return false
	}
	if t.index == natTable && !t.idle() {
		return true
	}
	for _, c := range t.chains {
		if slices.ContainsFunc(c.rules, (*rule).remembers) {
			return true
		}
	}
	return false
}

// maxDepth is the kernel's jump stack (NFT_JUMP_STACK_SIZE).
const maxDepth = 16

// reach returns the hook points from which each chain can be entered. ok is
// false when chains call each other in a circle or too deeply.
//
// From each built-in chain the jumps are followed depth first; what a chain
// below it has as its own depth is remembered, so that each chain is walked
// once per hook.
func (t *table) reach() (hooks map[string]hookSet, ok bool) {
	hooks, ok = map[string]hookSet{}, true
	for base := range strings.FieldsSeq(t.kind().chains) {
		depth := map[string]int{}
		var walk func(name string) int
		walk = func(name string) int {
			if d, seen := depth[name]; seen {
				if d == 0 {
					ok = false
				}
				return d
			}
			depth[name] = 0
			hooks[name] |= hookOf(base)
			deepest := 0
			for _, r := range t.chains[name].rules {
				if r.target == nil && t.chains[r.jump] != nil && ok {
					deepest = max(deepest, walk(r.jump))
				}
			}
			depth[name] = deepest + 1
			return deepest + 1
		}
		if walk(base) > maxDepth {
			ok = false
		}
	}
	return hooks, ok
}
