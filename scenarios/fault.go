package scenarios

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim"
	"mxlab/sim/vnet"
)

// scenario puts the faults into the blueprint and checks everything a scenario
// refers to.
func (b *builder) scenario(s *Scenario, bp *sim.Blueprint) {
	for i, p := range s.Patch {
		b.patch(i, p)
	}
	for i, f := range s.Filters {
		b.filter(i, f)
	}
	for i, p := range s.Links {
		b.linkPatch(i, p, bp)
	}
	for i, p := range s.Interfaces {
		b.ifacePatch(i, p)
	}
	for i, p := range s.Portals {
		b.portal(i, p, bp)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Terminals)) {
		b.terminal(name, s.Terminals[name])
	}
	bp.Faults = s.Incident
	b.actions(s.Incident, bp, "incident")
	b.actions(s.Solution, bp, "solution")
	for i, w := range s.WrongFixes {
		b.actions(w.Actions, bp, "wrong_fixes", i, "actions")
	}
	b.prose(s)
	b.checks(s, bp)
}

// patch changes one file of a host before it boots.
func (b *builder) patch(i int, p Patch) {
	h := b.hosts[p.Host]
	if h == nil {
		b.scErr(at("patch", i, "host"), "no host %q", p.Host)
		return
	}
	if !strings.HasPrefix(p.Path, "/") {
		b.scErr(at("patch", i, "path"), "%q is not an absolute path", p.Path)
		return
	}
	j := slices.IndexFunc(h.Files, func(f sim.File) bool { return f.Path == p.Path })
	if j < 0 {
		if p.Replace != "" || p.Append != "" {
			b.scErr(at("patch", i, "path"), "the network has no file %s:%s to change", p.Host, p.Path)
			return
		}
		h.Files = append(h.Files, sim.File{Path: p.Path})
		j = len(h.Files) - 1
	}
	f := &h.Files[j]
	text := string(f.Data)
	switch {
	case p.Delete:
		f.Delete = true
	case p.Replace != "":
		if !strings.Contains(text, p.Replace) {
			b.scErr(at("patch", i, "replace"), "%s:%s does not contain %q", p.Host, p.Path, p.Replace)
		}
		text = strings.ReplaceAll(text, p.Replace, p.With)
	case p.Append != "":
		text += p.Append
	case p.Text != "":
		text = p.Text
	}
	f.Data = []byte(text)
	if p.Owner != "" {
		f.Owner = p.Owner
	}
	if p.Mode != "" {
		f.Mode = b.mode(p.Mode, func(msg string) { b.scErr(at("patch", i, "mode"), "%s", msg) })
	}
}

// filter adds a port filter to a router.
func (b *builder) filter(i int, f Filter) {
	h := b.hosts[f.Router]
	if h == nil {
		b.scErr(at("filters", i, "router"), "no host %q", f.Router)
		return
	}
	proto, ok := map[string]uint8{"tcp": 6, "udp": 17}[f.Proto]
	if !ok {
		b.scErr(at("filters", i, "proto"), "%q is not tcp or udp", f.Proto)
	}
	if f.Port < 1 || f.Port > 65535 {
		b.scErr(at("filters", i, "port"), "%d is not a port", f.Port)
	}
	pf := vnet.PortFilter{Name: f.Name, Proto: proto, Port: uint16(f.Port), Inbound: f.Inbound, Outbound: f.Outbound, Action: vnet.Drop}
	for j, c := range f.Customers {
		p, err := netip.ParsePrefix(c)
		if err != nil {
			b.scErr(at("filters", i, "customers", j), "%q is not a prefix", c)
		}
		pf.Customers = append(pf.Customers, p)
	}
	for j, e := range f.Except {
		a, err := netip.ParseAddr(e)
		if err != nil {
			b.scErr(at("filters", i, "except", j), "%q is not an IP address", e)
		}
		pf.Except = append(pf.Except, a)
	}
	h.Filters = append(h.Filters, pf)
}

func (b *builder) portal(i int, p PortalPatch, bp *sim.Blueprint) {
	j := slices.IndexFunc(bp.Portals, func(q sim.Portal) bool { return q.Name == p.Name })
	if j < 0 {
		b.scErr(at("portals", i, "name"), "no portal %q", p.Name)
		return
	}
	settings := map[string]string{}
	for k, v := range bp.Portals[j].Settings {
		settings[k] = v
	}
	for k, v := range p.Settings {
		settings[k] = v
	}
	bp.Portals[j].Settings = settings
}

// actions checks the form of actions and what they refer to.
func (b *builder) actions(list []sim.Action, bp *sim.Blueprint, where ...any) {
	for i := range list {
		a := &list[i]
		keys := append(slices.Clone(where), i)
		if err := a.Validate(); err != nil {
			b.scErr(keys, "%v", err)
			continue
		}
		if a.Via != "" && (b.hosts[a.Via] == nil || !b.hosts[a.Via].Terminal) {
			b.scErr(append(keys, "via"), "no host %q with a terminal", a.Via)
		}
		if a.On != "" && b.hosts[a.On] == nil {
			b.scErr(append(keys, "on"), "no host %q", a.On)
		}
		if a.Portal != "" && !slices.ContainsFunc(bp.Portals, func(p sim.Portal) bool { return p.Name == a.Portal }) {
			b.scErr(append(keys, "portal"), "no portal %q", a.Portal)
		}
		if a.Mail != nil && !hasBox(bp, a.Mail.From) {
			b.scErr(append(keys, "mail", "from"), "no mailbox %q", a.Mail.From)
		}
	}
}

func hasBox(bp *sim.Blueprint, addr string) bool {
	return slices.ContainsFunc(bp.Boxes, func(m sim.Mailbox) bool { return m.Address == addr })
}

// prose reports missing translations.
func (b *builder) prose(s *Scenario) {
	need := func(t Text, keys ...any) {
		if strings.TrimSpace(t.EN) == "" {
			b.scErr(keys, "%v: the English text is missing", keys[len(keys)-1])
		}
		if strings.TrimSpace(t.KO) == "" {
			b.scErr(keys, "%v: the Korean text is missing", keys[len(keys)-1])
		}
	}
	need(s.Title, "title")
	need(s.Summary, "summary")
	need(s.Story, "story")
	for i, t := range s.Tasks {
		need(t.Title, "tasks", i, "title")
		need(t.Text, "tasks", i, "text")
	}
	for i, h := range s.Hints {
		need(h.Text, "hints", i, "text")
	}
	for i, c := range s.Checks {
		need(c.Title, "checks", i, "title")
	}
	for i, w := range s.WrongFixes {
		need(w.Title, "wrong_fixes", i, "title")
	}
	for i, q := range s.Questions {
		need(q.Text, "questions", i, "text")
		if q.Kind != "predict" && q.Kind != "diagnose" {
			b.scErr(at("questions", i, "kind"), "kind %q is neither predict nor diagnose", q.Kind)
		}
		if (q.Kind == "predict") != (q.Before != nil) {
			b.scErr(at("questions", i), "before goes with predict, and predict needs it")
		}
		right := 0
		for j, c := range q.Choices {
			need(c.Text, "questions", i, "choices", j, "text")
			if c.Right {
				right++
			}
		}
		if right != 1 && (len(q.Choices) > 0 || q.Kind == "predict") { // a typed answer is judged by a check, or by people
			b.scErr(at("questions", i), "exactly one choice must be right, %d are", right)
		}
		if q.Task != "" && !slices.ContainsFunc(s.Tasks, func(t Task) bool { return t.ID == q.Task }) {
			b.scErr(at("questions", i, "task"), "no task %q", q.Task)
		}
	}
}

// checks checks ids, points, order and the hosts and mailboxes named.
func (b *builder) checks(s *Scenario, bp *sim.Blueprint) {
	seen, graded := map[string]bool{}, map[string]bool{}
	total := 0
	for i, c := range s.Checks {
		if c.ID == "" || seen[c.ID] {
			b.scErr(at("checks", i, "id"), "check id %q is empty or used twice", c.ID)
		}
		for j, n := range c.Needs {
			if !graded[n] {
				b.scErr(at("checks", i, "needs", j), "needs %q, which is not a graded check before this one", n)
			}
		}
		c.Spec.lint(&specLint{b: b, index: i, scenario: s, bp: bp, seen: seen})
		seen[c.ID], graded[c.ID] = true, !c.Part
		total += c.Points
	}
	if len(s.Checks) > 0 && total != 100 {
		b.scErr(at("checks"), "the points of all checks add up to %d, not 100", total)
	}
	for i, t := range s.Tasks {
		for j, id := range t.Checks {
			if !graded[id] {
				b.scErr(at("tasks", i, "checks", j), "no graded check %q", id)
			}
		}
	}
	for i, h := range s.Hints {
		if h.When != "" && !graded[h.When] {
			b.scErr(at("hints", i, "when"), "no graded check %q", h.When)
		}
	}
}
