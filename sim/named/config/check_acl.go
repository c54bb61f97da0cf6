package config

// aclExpander follows the names in address match lists. A named acl that expands is not looked at again; one that does
// not is complained about at each use.
type aclExpander struct {
	*checker
	good    map[string]bool
	pending map[string]bool // names being expanded, for loops
	fault   error           // why the last list did not expand
}

func (c *checker) expander() *aclExpander {
	return &aclExpander{checker: c, good: map[string]bool{}, pending: map[string]bool{}}
}

// expand checks a list: first all the names in it and in the lists within it, then the rest.
func (e *aclExpander) expand(n *node) bool {
	if n == nil {
		return true
	}
	if n.kind == nodeTuple {
		n = n.field("aml")
	}
	return e.names(n) && e.elements(n)
}

// positive takes one exclamation mark off.
func positive(n *node) *node {
	if n.kind == nodeTuple && n.typ == negated {
		return n.items[0]
	}
	return n
}

// isACLName reports whether an element names an acl statement.
func isACLName(n *node) bool {
	return n.isString() && n.keyword != "key" && !isWord(n.text, []string{"any", "none", "localhost", "localnets"})
}

func (e *aclExpander) names(list *node) bool {
	for _, item := range list.list() {
		n := positive(item)
		switch {
		case n.kind == nodeList:
			if !e.names(n) {
				return false
			}
		case isACLName(n):
			if !e.named(n) {
				return false
			}
		}
	}
	return true
}

func (e *aclExpander) named(n *node) bool {
	fold := lowerString(n.text)
	if e.pending[fold] {
		e.fail(n, "acl loop detected: %s", n.text)
		e.fault = errFailure
		return false
	}
	if e.good[fold] {
		return true
	}
	for _, def := range e.top.get("acl").list() {
		if equalFold(def.field("name").str(), n.text) {
			e.pending[fold] = true
			ok := e.expand(def.field("value"))
			delete(e.pending, fold)
			e.good[fold] = ok
			return ok
		}
	}
	e.failSoftly(n, "undefined ACL '%s'", n.text)
	e.fault = errNotFound
	return false
}

func (e *aclExpander) elements(list *node) bool {
	for _, item := range list.list() {
		n := positive(item)
		switch {
		case n.kind == nodeList:
			if !e.expand(n) {
				return false
			}
		case n.keyword == "key":
			if _, err := parseName(n.text); err != nil {
				e.failSoftly(n, "key name '%s' is not a valid domain name", n.text)
				e.fault = err
				return false
			}
		case n.kind == nodeTuple && n.typ == negated:
			e.failSoftly(n, "address match list contains unsupported element type")
			e.fault = errFailure
			return false
		}
	}
	return true
}

// isNoneList reports whether a list is nothing but none.
func isNoneList(n *node) bool {
	if n.kind == nodeTuple {
		n = n.field("aml")
	}
	for i, item := range n.list() {
		word := positive(item)
		is := word.isString() && word.keyword == "" && isWord(word.text, []string{"none", "any"})
		if !is || i == 0 && equalFold(word.text, "none") == (word != item) {
			return false
		}
	}
	return len(n.list()) > 0
}

// checkACLOption checks the innermost of the lists an option has in zone, view and options.
func (e *aclExpander) checkACLOption(name string, s scope) {
	n := s.get(name)
	e.expand(n)
	if name != "allow-transfer" || n == nil || n.kind != nodeTuple {
		return
	}
	how := n.field("port-transport")
	if p := how.field("port"); p.isUint() && p.num >= 65535 {
		e.fail(p, "port value '%d' is out of range", p.num)
	}
	if t := how.field("transport"); t.isString() && !isWord(t.text, []string{"tcp", "tls"}) {
		e.fail(t, "'%s' is not a valid transport protocol for zone transfers. Please specify either 'tcp' or 'tls'", t.text)
	}
}
