package netfilter

import "slices"

// change adds the rules of a request to the list of each family it is about, or
// takes them out, writes the files, and applies them.
func (c *ufwCommand) change(req *ufwRequest, remove bool, position int) int {
	u := c.state
	at4, at6, ok := u.positions(req, position)
	if !ok {
		return c.fail("Invalid position '%d'", position)
	}
	var said []string
	if req.both || !req.v6 {
		said = append(said, c.edit(&u.rules, req, false, remove, at4))
	}
	if req.both || req.v6 {
		said = append(said, c.edit(&u.rules6, req, true, remove, at6)+" (v6)")
	}
	if status := c.store(u.saveRules, c.apply); status != 0 {
		return status
	}
	if c.dry {
		c.proc.Print(u.userRules(false))
	}
	for _, s := range said {
		c.proc.Print(s + "\n")
	}
	return 0
}

// positions translates a number of status numbered, which counts the rules of
// IPv4 and then those of IPv6, into one for each list. A rule for both families
// goes to the same neighbour in the other one, or to its end (0).
func (u *ufwState) positions(req *ufwRequest, n int) (at4, at6 int, ok bool) {
	if n <= 0 {
		return n, n, true
	}
	six := n - len(u.rules)
	switch {
	case six > len(u.rules6) || !req.both && req.v6 != (six > 0):
		return 0, 0, false
	case six > 0:
		return counterpart(u.rules6[six-1], u.rules), six, true
	}
	return n, counterpart(u.rules[n-1], u.rules6), true
}

// counterpart returns the number of the rule of the other family that means the
// same, 0 if there is none.
func counterpart(r ufwRule, list []ufwRule) int {
	for _, a := range []*string{&r.src, &r.dst} {
		if anywhere(*a) {
			*a = "any"
		}
	}
	return slices.IndexFunc(list, r.family(!r.v6).same) + 1
}

// edit changes one list and returns what ufw says about it.
func (c *ufwCommand) edit(list *[]ufwRule, req *ufwRequest, v6, remove bool, position int) string {
	said := ""
	for _, r := range req.rules {
		r = r.family(v6)
		at := slices.IndexFunc(*list, r.same)
		switch {
		case remove && (at < 0 || (*list)[at].action != r.action):
			said = "Could not delete non-existent rule"
		case remove:
			*list = slices.Delete(*list, at, at+1)
			said = c.word("Rule deleted")
		case at >= 0 && (*list)[at].action == r.action && (*list)[at].log == r.log && (r.comment == "" || (*list)[at].comment == r.comment):
			said = "Skipping adding existing rule"
		case at >= 0:
			(*list)[at] = r
			said = c.word("Rule updated")
		case position == 0:
			*list = append(*list, r)
			said = c.word("Rule added")
		default:
			*list = slices.Insert(*list, min(max(position, 1)-1, len(*list)), r)
			said = c.word("Rule inserted")
		}
	}
	return said
}

// word is what ufw says about a change: while it is not enabled only the files
// have changed.
func (c *ufwCommand) word(done string) string {
	if c.state.enabled {
		return done
	}
	return "Rules updated"
}

// deleteNumber deletes a rule by its number in status numbered.
func (c *ufwCommand) deleteNumber(n int) int {
	u := c.state
	list, i := &u.rules, n-1
	if n > len(u.rules) {
		list, i = &u.rules6, n-1-len(u.rules)
	}
	if n < 1 || i >= len(*list) {
		return c.fail("Could not find rule '%d'", n)
	}
	r := (*list)[i]
	if !c.ask("Deleting:\n " + r.command() + "\nProceed with operation (y|n)? ") {
		return 0
	}
	suffix := ""
	if r.v6 {
		suffix = " (v6)"
	}
	*list = slices.Delete(*list, i, i+1)
	if status := c.store(u.saveRules, c.apply); status != 0 {
		return status
	}
	c.proc.Print(c.word("Rule deleted") + suffix + "\n")
	return 0
}
