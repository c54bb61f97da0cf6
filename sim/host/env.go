package host

import (
	"maps"
	"slices"
)

// Env is a process's environment (environ(7)).
type Env struct{ vars map[string]string }

// NewEnv returns an environment made of name, value pairs.
func NewEnv(pairs ...string) *Env {
	e := &Env{vars: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.vars[pairs[i]] = pairs[i+1]
	}
	return e
}

// Get returns a variable's value, "" if it is not set. A nil Env is empty.
func (e *Env) Get(name string) string {
	if e == nil {
		return ""
	}
	return e.vars[name]
}

// Lookup is Get that also reports whether the variable is set.
func (e *Env) Lookup(name string) (string, bool) {
	if e == nil {
		return "", false
	}
	v, ok := e.vars[name]
	return v, ok
}

// Set sets a variable.
func (e *Env) Set(name, value string) { e.vars[name] = value }

// Unset removes a variable.
func (e *Env) Unset(name string) { delete(e.vars, name) }

// Names returns the names of all variables, sorted.
func (e *Env) Names() []string {
	if e == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(e.vars))
}

// Clone returns a copy; of a nil Env an empty one.
func (e *Env) Clone() *Env {
	if e == nil {
		return NewEnv()
	}
	return &Env{vars: maps.Clone(e.vars)}
}
