package userland

import "strings"

// awkNumberPrefix is the longest prefix of s that is a decimal number.
func awkNumberPrefix(s string) string {
	i := 0
	digits := func() int {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i - start
	}
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	n := digits()
	if i < len(s) && s[i] == '.' {
		i++
		n += digits()
	}
	if n == 0 {
		return ""
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		save := i
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if digits() == 0 {
			i = save
		}
	}
	return s[:i]
}

// The grammar's levels, loosest first: ?: || && in ~ < concatenation + * unary
// ^ ++ $.

func (p *awkParser) expr() *awkNode {
	p.enter()
	defer func() { p.nest-- }()
	left := p.ternary()
	if p.tok.kind == "op" {
		switch op := p.tok.text; op {
		case "=", "+=", "-=", "*=", "/=", "%=", "^=":
			if left.op != "var" && left.op != "field" && left.op != "index" {
				p.fail("assignment to something that is no variable")
			}
			p.advance()
			p.skipEnds()
			return &awkNode{op: "assign", text: strings.TrimSuffix(op, "="), list: []*awkNode{left, p.expr()}}
		}
	}
	return left
}

func (p *awkParser) skipEnds() {
	for p.tok.kind == "nl" {
		p.advance()
	}
}

func (p *awkParser) ternary() *awkNode {
	cond := p.binary(0)
	if !p.is("?") {
		return cond
	}
	p.advance()
	p.skipEnds()
	a := p.expr()
	p.skipEnds()
	p.expect(":")
	p.skipEnds()
	return &awkNode{op: "?", list: []*awkNode{cond, a, p.expr()}}
}

// awkLevels are the binary operators that associate to the left.
var awkLevels = [...][]string{{"||"}, {"&&"}, {"in"}, {"~", "!~"}, {"<", "<=", "==", "!=", ">", ">="}}

func (p *awkParser) binary(level int) *awkNode {
	if level == len(awkLevels) {
		return p.concat()
	}
	left := p.binary(level + 1)
	for {
		op := ""
		for _, o := range awkLevels[level] {
			if p.is(o) && !(o == ">" && p.noGT) || o == "in" && p.word("in") && !p.noIn {
				op = o
			}
		}
		if op == "" {
			return left
		}
		p.advance()
		p.skipEnds()
		if op == "in" {
			if left.op != "group" {
				left = &awkNode{op: "group", list: []*awkNode{left}}
			}
			left = &awkNode{op: "in", text: p.tok.text, list: left.list}
			p.advance()
			continue
		}
		left = &awkNode{op: op, list: []*awkNode{left, p.binary(level + 1)}}
	}
}

// concat joins operands that stand beside each other.
func (p *awkParser) concat() *awkNode {
	left := p.additive()
	for p.startsOperand() {
		left = &awkNode{op: "concat", list: []*awkNode{left, p.additive()}}
	}
	return left
}

func (p *awkParser) startsOperand() bool {
	switch p.tok.kind {
	case "num", "str":
		return true
	case "func":
		return true
	case "name":
		return p.tok.text != "in"
	case "op":
		return p.tok.text == "$" || p.tok.text == "(" || p.tok.text == "!" || p.tok.text == "-" || p.tok.text == "+" || p.tok.text == "++" || p.tok.text == "--"
	}
	return false
}

func (p *awkParser) additive() *awkNode {
	left := p.multiplicative()
	for p.is("+") || p.is("-") {
		op := p.tok.text
		p.advance()
		left = &awkNode{op: op, list: []*awkNode{left, p.multiplicative()}}
	}
	return left
}

func (p *awkParser) multiplicative() *awkNode {
	left := p.unary()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.tok.text
		p.advance()
		left = &awkNode{op: op, list: []*awkNode{left, p.unary()}}
	}
	return left
}

func (p *awkParser) unary() *awkNode {
	p.enter()
	defer func() { p.nest-- }()
	for _, op := range []string{"!", "-", "+"} {
		if p.is(op) {
			p.advance()
			return &awkNode{op: "unary" + op, list: []*awkNode{p.unary()}}
		}
	}
	return p.power()
}

func (p *awkParser) power() *awkNode {
	left := p.postfix()
	if p.is("^") || p.is("**") {
		p.advance()
		return &awkNode{op: "^", list: []*awkNode{left, p.unary()}}
	}
	return left
}

func (p *awkParser) postfix() *awkNode {
	if p.is("++") || p.is("--") {
		op := p.tok.text
		p.advance()
		return &awkNode{op: "pre" + op, list: []*awkNode{p.primary()}}
	}
	n := p.primary()
	if (p.is("++") || p.is("--")) && (n.op == "var" || n.op == "field" || n.op == "index") {
		n = &awkNode{op: "post" + p.tok.text, list: []*awkNode{n}}
		p.advance()
	}
	return n
}

func (p *awkParser) primary() *awkNode {
	p.enter()
	defer func() { p.nest-- }()
	t := p.tok
	switch t.kind {
	case "num":
		p.advance()
		return &awkNode{op: "num", num: t.num}
	case "str":
		p.advance()
		return &awkNode{op: "str", text: t.text}
	case "re":
		p.advance()
		re, err := compilePOSIX(t.text, true, false)
		if err != nil {
			p.fail("regular expression /%s/: %v", t.text, err)
		}
		return &awkNode{op: "re", text: t.text, re: re}
	case "func":
		p.advance()
		p.advance()
		return &awkNode{op: "call", text: t.text, list: p.exprList(")")}
	case "name":
		p.advance()
		if t.text == "length" {
			return &awkNode{op: "call", text: "length"}
		}
		if t.text == "getline" {
			return &awkNode{op: "getline"}
		}
		if p.is("[") {
			p.advance()
			return &awkNode{op: "index", text: t.text, list: p.exprList("]")}
		}
		return &awkNode{op: "var", text: t.text}
	case "op":
		switch t.text {
		case "$":
			p.advance()
			if p.is("++") || p.is("--") || p.is("-") {
				return &awkNode{op: "field", list: []*awkNode{p.unary()}}
			}
			return &awkNode{op: "field", list: []*awkNode{p.primary()}}
		case "(":
			p.advance()
			list := p.exprList(")")
			if len(list) == 1 {
				return &awkNode{op: "group", list: list}
			}
			return &awkNode{op: "group", list: list}
		}
	}
	if t.kind == "eof" {
		p.fail("unexpected end of program")
	}
	p.fail("near %q", t.text)
	return nil
}
