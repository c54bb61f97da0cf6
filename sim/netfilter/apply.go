package netfilter

import "slices"

// apply makes the change c asks for. It may leave t half changed when it fails;
// the caller then throws t away.
func (t *table) apply(c *command, n *names) *Error {
	switch c.op {
	case opAppend, opInsert, opReplace:
		return t.put(c)
	case opDelete, opCheck:
		return t.search(c, n)
	case opDeleteNum:
		ch := t.chains[c.chain]
		if ch == nil {
			return errNoChain
		}
		if c.number > len(ch.rules) {
			return errDeleteBig
		}
		ch.rules = slices.Delete(ch.rules, c.number-1, c.number)
	case opFlush:
		return t.each(c.chain, func(ch *chain) { ch.rules = nil })
	case opZero:
		return t.each(c.chain, (*chain).zero)
	case opZeroNum:
		ch := t.chains[c.chain]
		if ch == nil || ch.policy != "" && !ch.made {
			return errBadRule
		}
		if c.number <= len(ch.rules) {
			ch.rules[c.number-1] = ch.rules[c.number-1].zeroed()
		}
	case opNew:
		if t.chains[c.chain] != nil {
			return errChainThere
		}
		t.chains[c.chain] = &chain{name: c.chain}
	case opRemove:
		return t.remove(c.chain)
	case opRename:
		return t.rename(c.chain, c.newName)
	case opPolicy, opDeclare:
		return t.setPolicy(c)
	}
	return nil
}

// each does something with one chain, or with all of them for "".
func (t *table) each(name string, do func(*chain)) *Error {
	if name != "" {
		if t.chains[name] == nil {
			return errNoChain
		}
		do(t.chains[name])
		return nil
	}
	for _, ch := range t.chains {
		do(ch)
	}
	return nil
}

func (ch *chain) zero() {
	for i, r := range ch.rules {
		ch.rules[i] = r.zeroed()
	}
}

// maxRules bounds the rules of one table.
const maxRules = 20000

// put adds the rules of c, or replaces one.
func (t *table) put(c *command) *Error {
	ch := t.chains[c.chain]
	if ch == nil {
		return errNoChain
	}
	ch.made = true
	if err := t.checkJump(c); err != nil {
		return err
	}
	rules := c.rules()
	if len(ch.rules)+len(rules) > maxRules {
		return transaction(c, "No buffer space available")
	}
	switch c.op {
	case opAppend:
		ch.rules = append(ch.rules, rules...)
	case opInsert:
		if c.number > len(ch.rules)+1 {
			return errInsertBig
		}
		for _, r := range rules { // one after the other at the same place
			ch.rules = slices.Insert(ch.rules, c.number-1, r)
		}
	case opReplace:
		if c.number > len(ch.rules) {
			return errReplaceBig
		}
		ch.rules[c.number-1] = rules[0]
	}
	for _, r := range rules {
		if why := t.refuses(ch, r); why != "" {
			return transaction(c, why)
		}
	}
	return nil
}

// checkJump checks that the chain a rule jumps to can be jumped to.
func (t *table) checkJump(c *command) *Error {
	r := c.rule
	if r.target != nil || r.jump == "" {
		return nil
	}
	if standardTarget(r.jump) && !r.jumpTo {
		if r.jump == "QUEUE" {
			return transaction(c, "No such file or directory")
		}
		return nil
	}
	to := t.chains[r.jump]
	switch {
	case to == nil:
		return bad("Chain '%s' does not exist", r.jump)
	case to.policy != "" && !to.made:
		return transaction(c, "No such file or directory")
	case to.policy != "":
		return transaction(c, "Operation not supported")
	}
	return nil
}

// transaction is the kernel's refusal of a rule.
func transaction(c *command, why string) *Error {
	what := map[operation]string{opAppend: "RULE_APPEND", opInsert: "RULE_INSERT", opReplace: "RULE_REPLACE"}[c.op]
	if c.line > 0 {
		return fail(kernel, "\nline %d: %s failed (%s): rule in chain %s", c.line, what, why, c.chain)
	}
	return fail(kernel, " %s failed (%s): rule in chain %s", what, why, c.chain)
}

// refuses returns why the kernel does not take a rule that stands in ch, "" if
// it does: an extension in a table or at a hook point where it cannot be, or
// without the protocol it needs; a circle of jumps.
func (t *table) refuses(ch *chain, r *rule) string {
	const invalid = "Invalid argument"
	if r.src.inv && r.src.any() || r.dst.inv && r.dst.any() {
		return invalid
	}
	all := r.matches
	if r.target != nil {
		all = append(slices.Clip(all), r.target)
	}
	picky := false
	for _, i := range all {
		e := i.ext
		if e.proto != 0 && (r.proto != e.proto || r.protoInv) || e.table >= 0 && e.table != t.index {
			return invalid
		}
		if f, ok := i.mod.(checker); ok && !f.fits(r) {
			return invalid
		}
		picky = picky || e.hooks != anyHook
	}
	jumps := r.target == nil && t.chains[r.jump] != nil
	if !picky && !jumps {
		return ""
	}
	hooks, ok := t.reach()
	switch {
	case !ok:
		return "Too many links"
	case !t.fitHooks(ch, hooks), jumps && !t.fitAll(hooks):
		return invalid
	}
	return ""
}

// fitHooks reports whether all extensions in a chain may be used at the hook
// points from which it is entered.
func (t *table) fitHooks(ch *chain, hooks map[string]hookSet) bool {
	for _, r := range ch.rules {
		for _, m := range r.matches {
			if hooks[ch.name]&^m.ext.hooks != 0 {
				return false
			}
		}
		if r.target != nil && hooks[ch.name]&^r.target.ext.hooks != 0 {
			return false
		}
	}
	return true
}

func (t *table) fitAll(hooks map[string]hookSet) bool {
	for _, ch := range t.chains {
		if !t.fitHooks(ch, hooks) {
			return false
		}
	}
	return true
}

// search finds, and for -D deletes, the first rule equal to each that c
// describes.
func (t *table) search(c *command, n *names) *Error {
	ch := t.chains[c.chain]
	if ch == nil {
		return errBadRule
	}
	if r := c.rule; r.target == nil && r.jump != "" && (r.jumpTo || !standardTarget(r.jump)) && t.chains[r.jump] == nil {
		return bad("Chain '%s' does not exist", r.jump)
	}
	for _, r := range c.rules() {
		i := slices.IndexFunc(ch.rules, func(o *rule) bool { return o.text(n) == r.text(n) })
		if i < 0 {
			return errBadRule
		}
		if c.op == opDelete {
			ch.rules = slices.Delete(ch.rules, i, i+1)
		}
	}
	return nil
}

// remove deletes a user-defined chain, or all of them for "". One that has
// rules or is jumped to is busy.
func (t *table) remove(name string) *Error {
	if ch := t.chains[name]; ch != nil && ch.policy != "" {
		return ch.unmake()
	}
	for _, ch := range t.ordered() {
		if ch.policy != "" || name != "" && ch.name != name {
			continue
		}
		if t.references(ch.name) > 0 || len(ch.rules) > 0 {
			return busy(ch.name)
		}
		delete(t.chains, ch.name)
		if name != "" {
			return nil
		}
	}
	if name != "" {
		return errNoChain
	}
	return nil
}

// unmake deletes a built-in chain from the kernel; it comes back with its first
// rule.
func (ch *chain) unmake() *Error {
	switch {
	case !ch.made:
		return errNoChain
	case len(ch.rules) > 0:
		return busy(ch.name)
	case ch.policy == "DROP":
		return fail(answer, "Directory not empty.")
	}
	ch.made = false
	return nil
}

func busy(chain string) *Error {
	return fail(kernel, " CHAIN_DEL failed (Device or resource busy): chain %s", chain)
}

// rename gives a user-defined chain another name; the jumps go with it.
func (t *table) rename(old, name string) *Error {
	ch := t.chains[old]
	switch {
	case ch == nil || ch.policy != "":
		return errNoChain
	case t.chains[name] != nil:
		return fail(answer, "File exists.")
	}
	delete(t.chains, old)
	ch.name = name
	t.chains[name] = ch
	for _, c := range t.chains {
		for i, r := range c.rules {
			if r.target == nil && r.jump == old {
				moved := *r
				moved.jump, moved.canonical = name, ""
				c.rules[i] = &moved
			}
		}
	}
	return nil
}

// setPolicy sets the policy of a built-in chain (-P, or a chain line of a
// restore file, which also makes and empties chains).
func (t *table) setPolicy(c *command) *Error {
	builtin := t.kind().builtin(c.chain)
	if c.op == opDeclare && !builtin {
		if ch := t.chains[c.chain]; ch != nil {
			ch.rules = nil
			return nil
		}
		t.chains[c.chain] = &chain{name: c.chain}
		return nil
	}
	switch {
	case !builtin:
		return errBadBuiltin
	case c.op == opDeclare && c.policy == "-":
		return nil
	case c.policy != "ACCEPT" && c.policy != "DROP":
		if c.op == opDeclare {
			return fail(answer, "Bad policy name.")
		}
		return errBadPolicy
	}
	ch := t.chains[c.chain]
	ch.policy, ch.made = c.policy, true
	return nil
}
