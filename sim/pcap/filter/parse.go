package filter

// qualifiers say what an id is: of which protocol, in which direction, and
// which kind of thing. Empty means not said; those of illegal fit no id, and
// at the start there can be none.
type qualifiers struct{ proto, dir, kind string }

var (
	illegal = qualifiers{kind: "illegal"}
	start   = qualifiers{kind: "start"}
)

// resultKind is what a part of an expression turned out to be.
type resultKind uint8

const (
	isExpr  resultKind = iota // a test
	isID                      // a test made of ids, which takes qualifiers from before it
	isNum                     // a number, which may still become an id
	isArith                   // a value
)

// result is a parsed part.
type result struct {
	kind  resultKind
	test  test
	value *arith
	q     qualifiers // those an id behind it inherits
}

// compiler reads tokens. Its methods follow grammar.y of libpcap.
type compiler struct {
	Options
	tokens []token
	pos    int
	depth  int
	kinds  map[uint32]bool // ethertypes the expression names
}

func (c *compiler) next() token { t := c.tokens[c.pos]; c.pos++; return t }
func (c *compiler) peek() token { return c.tokens[c.pos] }
func (c *compiler) word() string {
	if t := c.peek(); t.kind == tokWord {
		return t.text
	}
	return ""
}

// accept takes the token if it is one of the words.
func (c *compiler) accept(list ...string) string {
	w := c.word()
	for _, x := range list {
		if w == x {
			c.pos++
			return w
		}
	}
	return ""
}

func (c *compiler) expect(w string) {
	if c.accept(w) == "" {
		fail(syntaxError)
	}
}

func (c *compiler) enter() {
	if c.depth++; c.depth > maxNesting {
		fail("can't parse filter expression: memory exhausted")
	}
}

// list reads operands joined by "and" and "or", which have the same rank. In
// parentheses (inner) it may be a list of ids, or a value.
func (c *compiler) list(q qualifiers, inner bool) result {
	c.enter()
	defer func() { c.depth-- }()
	x := c.operand(q)
	if x.kind == isID && !inner {
		fail(syntaxError)
	}
	for {
		if x.kind == isArith || x.kind == isNum && !(inner && c.joins()) {
			return x
		}
		x = c.settle(x, q)
		op := c.accept("and", "or")
		if op == "" {
			return x
		}
		y := c.settle(c.operand(x.q), x.q)
		if x.kind == isID && y.kind != isID {
			fail(syntaxError)
		}
		x = result{kind: x.kind, test: join(op, x.test, y.test), q: y.q}
	}
}

func (c *compiler) joins() bool { w := c.word(); return w == "and" || w == "or" }

func join(op string, a, b test) test {
	and := op == "and"
	return func(p *Packet) bool {
		if p.guess != nil {
			return p.guess.join(and, p, a, b)
		}
		if and {
			return a(p) && !p.short && b(p)
		}
		return a(p) || !p.short && b(p)
	}
}

// settle makes a number that stands alone an id.
func (c *compiler) settle(x result, q qualifiers) result {
	if x.kind == isNum {
		return result{kind: isID, test: c.number(x.value.number, q), q: q}
	}
	if x.kind == isArith {
		fail(syntaxError)
	}
	return x
}

// operand reads a term or an id, and what follows a value.
func (c *compiler) operand(q qualifiers) result {
	x := c.primary(q)
	if x.kind == isArith || x.kind == isNum {
		return c.relation(x, q)
	}
	return x
}

// primary reads what stands between "and" and "or", of a value only its first
// part.
func (c *compiler) primary(q qualifiers) result {
	t := c.peek()
	switch t.kind {
	case tokNum:
		c.pos++
		return result{kind: isNum, value: &arith{constant: true, number: t.value}, q: q}
	case tokWord:
		return c.phrase(q)
	case tokEnd:
		fail(syntaxError)
	}
	return result{kind: isID, test: c.id(q), q: q}
}

// phrase reads what begins with a word.
func (c *compiler) phrase(q qualifiers) result {
	switch w := c.word(); w {
	case "!":
		c.pos++
		c.enter()
		x := c.operand(q)
		c.depth--
		x = c.settle(x, q)
		inner := x.test
		return result{kind: x.kind, test: func(p *Packet) bool { return !inner(p) }, q: x.q}
	case "(":
		c.pos++
		x := c.list(q, true)
		c.expect(")")
		if x.q = q; q == start {
			x.q = illegal
		}
		return x
	case "-", "len":
		return result{kind: isArith, value: c.factor()}
	case "less", "greater":
		c.pos++
		n := c.num()
		if w == "less" {
			return result{test: func(p *Packet) bool { return p.length() <= n }, q: illegal}
		}
		return result{test: func(p *Packet) bool { return p.length() >= n }, q: illegal}
	case "inbound", "outbound":
		c.pos++
		return result{test: c.direction(w), q: illegal}
	case "ifindex", "vlan", "mpls", "pppoed", "pppoes", "geneve", "byte", "on", "ifname", "type", "llc", "protochain":
		fail("'%s' is not supported in the lab", w)
	}
	return c.qualified()
}

// qualified reads a protocol, or qualifiers and the id they are for.
func (c *compiler) qualified() result {
	var q qualifiers
	if protocols[c.word()] {
		q.proto = c.next().text
		if c.word() == "[" {
			return result{kind: isArith, value: c.load(q.proto)}
		}
	}
	if w := c.accept("broadcast", "multicast"); w != "" {
		return result{test: c.toMany(q.proto, w), q: illegal}
	}
	q.dir = c.directions()
	switch w := c.accept("host", "net", "port", "portrange", "proto", "protochain", "gateway"); {
	case w == "gateway":
		fail("'gateway' not supported in this configuration")
	case w == "protochain":
		fail("'protochain' is not supported in the lab")
	case w != "" && (w != "proto" || q.dir == ""):
		q.kind = w
	case w != "":
		fail(syntaxError)
	case q.dir == "" && q.proto != "":
		if t := c.peek(); q.proto == "ether" && t.kind != tokEnd && t.text != ")" && !c.joins() {
			fail(syntaxError)
		}
		return result{test: c.protocol(q.proto), q: illegal}
	case q.dir == "":
		fail(syntaxError)
	}
	return result{test: c.ids(q).test, q: q}
}

// directions reads "src", "dst", or both.
func (c *compiler) directions() string {
	first := c.accept("src", "dst")
	if first == "" {
		return ""
	}
	other := map[string]string{"src": "dst", "dst": "src"}[first]
	if c.pos+1 < len(c.tokens) && c.joins() {
		if t := c.tokens[c.pos+1]; t.kind == tokWord && t.text == other {
			op := c.next().text
			c.pos++
			return op
		}
	}
	return first
}

// ids reads the id, or the ids in parentheses, behind qualifiers.
func (c *compiler) ids(q qualifiers) result {
	c.enter()
	defer func() { c.depth-- }()
	switch {
	case c.accept("!") != "":
		inner := c.ids(q).test
		return result{kind: isID, test: func(p *Packet) bool { return !inner(p) }, q: q}
	case c.accept("(") != "":
		x := c.ids(q)
		for {
			op := c.accept("and", "or")
			if op == "" {
				break
			}
			x = result{kind: isID, test: join(op, x.test, c.ids(q).test), q: q}
		}
		c.expect(")")
		return x
	}
	t := c.peek()
	if t.kind == tokNum {
		c.pos++
		return result{kind: isID, test: c.number(t.value, q), q: q}
	}
	if t.kind == tokWord || t.kind == tokEnd {
		fail(syntaxError)
	}
	return result{kind: isID, test: c.id(q), q: q}
}

// num reads a number.
func (c *compiler) num() uint32 {
	t := c.next()
	if t.kind != tokNum {
		fail(syntaxError)
	}
	return t.value
}
