package scenarios

import (
	"slices"

	"mxlab/sim"
)

// specLint checks the spec of one check against the network and the scenario.
type specLint struct {
	b        *builder
	index    int // of the check
	scenario *Scenario
	bp       *sim.Blueprint
	seen     map[string]bool // ids of the checks before this one
}

func (l *specLint) errf(key, format string, args ...any) {
	l.b.scErr(at("checks", l.index, "with", key), format, args...)
}

func (l *specLint) host(key, name string) {
	if l.b.hosts[name] == nil {
		l.errf(key, "no host %q", name)
	}
}

func (l *specLint) optionalHost(key, name string) {
	if name != "" {
		l.host(key, name)
	}
}

func (l *specLint) hosts(key string, names []string) {
	for _, n := range names {
		l.host(key, n)
	}
}

func (l *specLint) box(key, addr string) {
	if !hasBox(l.bp, addr) {
		l.errf(key, "no mailbox %q", addr)
	}
}

func (l *specLint) link(key, name string) {
	if name != "" && !slices.ContainsFunc(l.bp.Links, func(k sim.Link) bool { return k.Name == name }) {
		l.errf(key, "no link %q", name)
	}
}

func (l *specLint) portal(name string) bool {
	return slices.ContainsFunc(l.bp.Portals, func(p sim.Portal) bool { return p.Name == name })
}

func (l *specLint) duration(key, text string) {
	if text == "" {
		return
	}
	if _, err := sim.ParseDuration(text); err != nil {
		l.errf(key, "%v", err)
	}
}

// some reports a list that must not be empty.
func (l *specLint) some(key string, n int) {
	if n == 0 {
		l.errf(key, "%s must not be empty", key)
	}
}

// checks checks the ids of checks to repeat: they stand before this one and
// repeat nothing themselves.
func (l *specLint) checks(ids []string) {
	l.some("checks", len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(l.scenario.Checks, func(c Check) bool { return c.ID == id })
		if i < 0 || !l.seen[id] {
			l.errf("checks", "%q is not a check before this one", id)
			continue
		}
		switch l.scenario.Checks[i].Spec.(type) {
		case *SurvivesSpec, *PerturbSpec:
			l.errf("checks", "%q repeats checks itself", id)
		}
	}
}
