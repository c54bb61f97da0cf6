package shell

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"mxlab/sim/host"
)

// variable is a shell variable: a string, an indexed or an associative array.
type variable struct {
	set      bool
	value    string
	indexed  map[int]string
	assoc    map[string]string
	exported bool
	readonly bool
	integer  bool
}

func (v *variable) isArray() bool { return v.indexed != nil || v.assoc != nil }

// text is the value without a subscript: element 0 of an array.
func (v *variable) text() string {
	switch {
	case v.indexed != nil:
		return v.indexed[0]
	case v.assoc != nil:
		return v.assoc["0"]
	}
	return v.value
}

// isSet tells whether text has a value.
func (v *variable) isSet() bool {
	switch {
	case v == nil:
		return false
	case v.indexed != nil:
		_, ok := v.indexed[0]
		return ok
	case v.assoc != nil:
		_, ok := v.assoc["0"]
		return ok
	}
	return v.set
}

// keys returns the subscripts in order. bash orders associative arrays by its
// hash table; ours are sorted.
func (v *variable) keys() (list []string) {
	switch {
	case v == nil:
	case v.indexed != nil:
		for _, i := range slices.Sorted(maps.Keys(v.indexed)) {
			list = append(list, strconv.Itoa(i))
		}
	case v.assoc != nil:
		list = slices.Sorted(maps.Keys(v.assoc))
	case v.set:
		list = []string{"0"}
	}
	return list
}

// elements returns the values in the order of keys.
func (v *variable) elements() (list []string) {
	switch {
	case v == nil:
	case v.indexed != nil:
		for _, i := range slices.Sorted(maps.Keys(v.indexed)) {
			list = append(list, v.indexed[i])
		}
	case v.assoc != nil:
		for _, k := range slices.Sorted(maps.Keys(v.assoc)) {
			list = append(list, v.assoc[k])
		}
	case v.set:
		list = []string{v.value}
	}
	return list
}

func (v *variable) size() int64 {
	n := int64(len(v.value)) + 32
	for _, e := range v.indexed {
		n += int64(len(e)) + 32
	}
	for k, e := range v.assoc {
		n += int64(len(k)+len(e)) + 32
	}
	return n
}

// Errors of assignments.
var (
	errReadonly = errors.New("readonly variable")
	errMemory   = errors.New("cannot allocate memory")
)

// vars are the variables of a shell: the global ones and, innermost last, those
// local to the functions being run. Scoping is dynamic, as in bash.
type vars struct {
	scopes []map[string]*variable
	used   int64 // bytes held
	max    int64
}

func newVars(p *host.Proc) *vars {
	v := &vars{scopes: []map[string]*variable{{}}, max: p.Host.Limits.Memory}
	for _, name := range p.Env.Names() {
		v.setExported(name, p.Env.Get(name))
	}
	return v
}

func (v *vars) clone() *vars {
	c := &vars{used: v.used, max: v.max, scopes: make([]map[string]*variable, len(v.scopes))}
	for i, scope := range v.scopes {
		c.scopes[i] = make(map[string]*variable, len(scope))
		for name, old := range scope {
			x := *old
			x.indexed, x.assoc = maps.Clone(old.indexed), maps.Clone(old.assoc)
			c.scopes[i][name] = &x
		}
	}
	return c
}

// push opens the scope of a function, pop closes it.
func (v *vars) push() { v.scopes = append(v.scopes, map[string]*variable{}) }

func (v *vars) pop() {
	for _, x := range v.scopes[len(v.scopes)-1] {
		v.used -= x.size()
	}
	v.scopes = v.scopes[:len(v.scopes)-1]
}

// find returns a variable, nil if there is none.
func (v *vars) find(name string) *variable {
	for i := len(v.scopes) - 1; i >= 0; i-- {
		if x := v.scopes[i][name]; x != nil {
			return x
		}
	}
	return nil
}

// get returns the value of a variable, "" if it is not set.
func (v *vars) get(name string) string {
	if x := v.find(name); x != nil {
		return x.text()
	}
	return ""
}

// declare returns a variable, making it in the global scope, or with local in
// the innermost one.
func (v *vars) declare(name string, local bool) *variable {
	if local {
		top := v.scopes[len(v.scopes)-1]
		if top[name] == nil {
			top[name] = &variable{}
			v.used += 32
		}
		return top[name]
	}
	if x := v.find(name); x != nil {
		return x
	}
	x := &variable{}
	v.scopes[0][name] = x
	v.used += 32
	return x
}

// change runs fn, which may change x, and keeps the account of memory; a single
// variable may hold an eighth of it.
func (v *vars) change(x *variable, grow int, fn func()) error {
	if x.readonly {
		return errReadonly
	}
	if int64(grow) > v.max/8 || v.used+int64(grow) > v.max {
		return errMemory
	}
	before := x.size()
	fn()
	v.used += x.size() - before
	return nil
}

func (v *vars) set(name, value string) error {
	x := v.declare(name, false)
	return v.assign(x, value)
}

// assign gives x a string value; of an array, element 0.
func (v *vars) assign(x *variable, value string) error {
	switch {
	case x.indexed != nil:
		return v.setElement(x, "0", value)
	case x.assoc != nil:
		return v.setElement(x, "0", value)
	}
	if x.readonly {
		return errReadonly
	}
	grow := int64(len(value) - len(x.value))
	if int64(len(value)) > v.max/8 || v.used+grow > v.max {
		return errMemory
	}
	v.used += grow
	x.value, x.set = value, true
	return nil
}

// setElement sets one element; an indexed array's key is a number by now.
func (v *vars) setElement(x *variable, key, value string) error {
	old := int64(0)
	add := int64(len(value)) + 32
	switch {
	case x.readonly:
		return errReadonly
	case int64(len(value)) > v.max/8 || v.used+add > v.max:
		return errMemory
	case x.assoc != nil:
		if prev, ok := x.assoc[key]; ok {
			old = int64(len(prev)) + 32
		} else {
			add += int64(len(key))
		}
		x.assoc[key] = value
	default:
		i, _ := strconv.Atoi(key)
		if x.indexed == nil {
			x.indexed = map[int]string{}
			if x.set {
				x.indexed[0] = x.value
			}
			x.value = ""
		}
		if prev, ok := x.indexed[i]; ok {
			old = int64(len(prev)) + 32
		}
		x.indexed[i] = value
	}
	x.set = true
	v.used += add - old
	return nil
}

func (v *vars) setPlain(name, value string) { v.set(name, value) }

func (v *vars) setExported(name, value string) {
	x := v.declare(name, false)
	v.assign(x, value)
	x.exported = true
}

// unset removes the innermost variable of that name.
func (v *vars) unset(name string) error {
	for i := len(v.scopes) - 1; i >= 0; i-- {
		if x := v.scopes[i][name]; x != nil {
			if x.readonly {
				return errReadonly
			}
			v.used -= x.size()
			delete(v.scopes[i], name)
			if i > 0 { // a local stays local, and unset
				v.scopes[i][name] = &variable{}
				v.used += 32
			}
			return nil
		}
	}
	return nil
}

// names returns all names that are visible, sorted.
func (v *vars) names() []string {
	all := map[string]bool{}
	for _, scope := range v.scopes {
		for name := range scope {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// environ returns the environment of a child.
func (v *vars) environ() *host.Env {
	e := host.NewEnv()
	for _, scope := range v.scopes {
		for _, name := range slices.Sorted(maps.Keys(scope)) {
			if x := scope[name]; x.exported && x.set && !x.isArray() {
				e.Set(name, x.value)
			} else if x.set {
				e.Unset(name) // hidden by a local that is not exported
			}
		}
	}
	return e
}
