package filter

import "encoding/binary"

// arith is a value: a constant, or something to compute for each packet. guard
// is the condition under which it may be computed, such as that a packet whose
// TCP header is looked at is one of TCP.
type arith struct {
	constant bool
	number   uint32
	guard    test
	eval     func(*Packet) uint32
}

func (a *arith) of(p *Packet) uint32 {
	if a.constant {
		return a.number
	}
	return a.eval(p)
}

// ranks are the operators of values; a higher rank binds tighter.
var ranks = map[string]int{"|": 1, "^": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}

// relation reads what follows a value: operators, and the comparison that makes
// it a test. In parentheses a value may stand without one.
func (c *compiler) relation(x result, q qualifiers) result {
	left := c.operators(x.value, 1)
	op := c.accept("=", "!=", "<", ">", "<=", ">=")
	if op == "" {
		if left == x.value {
			return x
		}
		return result{kind: isArith, value: left}
	}
	right := c.operators(c.factor(), 1)
	compare := compareBy(op)
	test := func(p *Packet) bool {
		a := left.of(p)
		return !p.short && compare(a, right.of(p))
	}
	for _, guard := range []func(*Packet) bool{right.guard, left.guard} {
		if guard != nil {
			test = join("and", guard, test)
		}
	}
	return result{test: test, q: illegal}
}

func compareBy(op string) func(a, b uint32) bool {
	switch op {
	case "=":
		return func(a, b uint32) bool { return a == b }
	case "!=":
		return func(a, b uint32) bool { return a != b }
	case "<":
		return func(a, b uint32) bool { return a < b }
	case ">":
		return func(a, b uint32) bool { return a > b }
	case "<=":
		return func(a, b uint32) bool { return a <= b }
	}
	return func(a, b uint32) bool { return a >= b }
}

// operators reads operators of at least a rank and their right sides.
func (c *compiler) operators(left *arith, rank int) *arith {
	for {
		op := c.word()
		r := ranks[op]
		if r < rank {
			return left
		}
		c.pos++
		left = combine(op, left, c.operators(c.factor(), r+1))
	}
}

// factor reads a number, a load, "len", a sign, or a value in parentheses.
func (c *compiler) factor() *arith {
	c.enter()
	defer func() { c.depth-- }()
	t := c.next()
	switch {
	case t.kind == tokNum:
		return &arith{constant: true, number: t.value}
	case t.kind != tokWord:
	case t.text == "len":
		return &arith{eval: func(p *Packet) uint32 { return p.length() }}
	case t.text == "-":
		return combine("-", &arith{constant: true}, c.factor())
	case t.text == "(":
		x := c.operators(c.factor(), 1)
		c.expect(")")
		return x
	case protocols[t.text]:
		return c.load(t.text)
	}
	fail(syntaxError)
	return nil
}

// combine applies an operator, at once where both sides are constant.
func combine(op string, a, b *arith) *arith {
	if b.constant {
		switch {
		case op == "/" && b.number == 0:
			fail("division by zero")
		case op == "%" && b.number == 0:
			fail("modulus by zero")
		case (op == "<<" || op == ">>") && b.number > 31:
			fail("shift by more than 31 bits")
		}
	}
	if a.constant && b.constant {
		v, _ := apply(op, a.number, b.number)
		return &arith{constant: true, number: v}
	}
	x := &arith{eval: func(p *Packet) uint32 {
		v, ok := apply(op, a.of(p), b.of(p))
		p.short = p.short || !ok
		return v
	}}
	switch {
	case a.guard != nil && b.guard != nil:
		x.guard = join("and", a.guard, b.guard)
	case a.guard != nil:
		x.guard = a.guard
	default:
		x.guard = b.guard
	}
	return x
}

func apply(op string, a, b uint32) (v uint32, ok bool) {
	switch op {
	case "+":
		v = a + b
	case "-":
		v = a - b
	case "*":
		v = a * b
	case "/", "%":
		if b == 0 { // the kernel's program refuses the packet
			return 0, false
		}
		if v = a / b; op == "%" {
			v = a % b
		}
	case "&":
		v = a & b
	case "|":
		v = a | b
	case "^":
		v = a ^ b
	case "<<":
		v = a << b
	case ">>":
		v = a >> b
	}
	return v, true
}

// load reads PROTO[INDEX] or PROTO[INDEX:SIZE] behind the protocol.
func (c *compiler) load(proto string) *arith {
	c.expect("[")
	index := c.operators(c.factor(), 1)
	size := 1
	if c.accept(":") != "" {
		size = int(c.num())
	}
	c.expect("]")
	if size != 1 && size != 2 && size != 4 {
		fail("data size must be 1, 2, or 4")
	}
	base, guard := c.base(proto)
	if index.guard != nil {
		guard = join("and", index.guard, orTrue(guard))
	}
	return &arith{guard: guard, eval: func(p *Packet) uint32 {
		i := index.of(p)
		if p.short {
			return 0
		}
		return p.load(base(p), i, size)
	}}
}

func orTrue(t test) test {
	if t == nil {
		return func(*Packet) bool { return true }
	}
	return t
}

// load returns size bytes at base + index; behind the end the packet is short.
func (p *Packet) load(base int, index uint32, size int) uint32 {
	if p.guess != nil {
		p.guess.unknown = true
		return 0
	}
	at := uint64(uint32(base) + index)
	if p.short || at+uint64(size) > uint64(len(p.Data)) {
		p.short = true
		return 0
	}
	switch b := p.Data[at:]; size {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.BigEndian.Uint16(b))
	default:
		return binary.BigEndian.Uint32(b)
	}
}
