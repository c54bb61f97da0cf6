package userland

func (p *awkParser) rule() {
	if p.word("function") || p.word("func") {
		p.function()
		return
	}
	r := &awkRule{}
	switch {
	case p.word("BEGIN"):
		r.begin = true
		p.advance()
	case p.word("END"):
		r.end = true
		p.advance()
	case !p.is("{"):
		r.patterns = append(r.patterns, p.expr())
		if p.is(",") {
			p.advance()
			p.skipNewlines()
			r.patterns = append(r.patterns, p.expr())
		}
	}
	if p.is("{") {
		r.action = p.block()
	} else if r.begin || r.end {
		p.fail("BEGIN and END need an action")
	}
	p.rules = append(p.rules, r)
}

func (p *awkParser) function() {
	p.advance()
	name := p.tok.text
	if p.tok.kind != "func" && p.tok.kind != "name" {
		p.fail("function name expected")
	}
	p.advance()
	p.expect("(")
	f := &awkFunc{}
	for !p.is(")") {
		f.params = append(f.params, p.tok.text)
		p.advance()
		if p.is(",") {
			p.advance()
		} else if !p.is(")") {
			p.fail("syntax error in parameters of %s", name)
		}
	}
	p.advance()
	p.skipNewlines()
	p.funcs[name] = f
	f.body = p.block()
}

func (p *awkParser) enter() {
	if p.nest++; p.nest > maxAwkNesting {
		p.fail("program too deeply nested")
	}
}

func (p *awkParser) block() *awkNode {
	p.expect("{")
	n := &awkNode{op: "block"}
	for {
		p.skipNewlines()
		if p.is("}") {
			p.advance()
			return n
		}
		if p.tok.kind == "eof" {
			p.fail("unexpected end of program")
		}
		n.list = append(n.list, p.statement())
	}
}

// body is the statement of if, while and for, perhaps on the next line.
func (p *awkParser) body() *awkNode {
	for p.tok.kind == "nl" {
		p.advance()
	}
	if p.is(";") {
		p.advance()
		return &awkNode{op: "block"}
	}
	return p.statement()
}

func (p *awkParser) statement() *awkNode {
	p.enter()
	defer func() { p.nest-- }()
	if p.is("{") {
		return p.block()
	}
	keyword := p.tok.text
	if p.tok.kind == "name" || p.tok.kind == "func" {
		switch keyword {
		case "if", "while", "for":
			p.advance()
			p.expect("(")
			return p.compound(keyword)
		case "do":
			p.advance()
			body := p.body()
			p.skipNewlines()
			if !p.word("while") && !(p.tok.kind == "func" && p.tok.text == "while") {
				p.fail("while expected after do")
			}
			p.advance()
			p.expect("(")
			cond := p.expr()
			p.expect(")")
			return &awkNode{op: "do", list: []*awkNode{cond, body}}
		}
	}
	n := p.simpleStatement()
	if p.is(";") || p.tok.kind == "nl" {
		p.advance()
	} else if !p.is("}") && p.tok.kind != "eof" {
		p.fail("near %q", p.tok.text)
	}
	return n
}

func (p *awkParser) compound(keyword string) *awkNode {
	if keyword == "for" {
		return p.forStatement()
	}
	cond := p.expr()
	p.expect(")")
	n := &awkNode{op: keyword, list: []*awkNode{cond, p.body()}}
	if keyword == "if" {
		save, tok, prev := p.pos, p.tok, p.prev
		p.skipNewlines()
		if p.word("else") {
			p.advance()
			n.list = append(n.list, p.body())
		} else {
			p.pos, p.tok, p.prev = save, tok, prev
		}
	}
	return n
}

func (p *awkParser) forStatement() *awkNode {
	empty := &awkNode{op: "block"}
	first := empty
	if !p.is(";") {
		p.noIn = true
		first = p.simpleStatement()
		p.noIn = false
		if p.word("in") && first.op == "var" {
			p.advance()
			array := p.tok.text
			p.advance()
			p.expect(")")
			return &awkNode{op: "forin", text: array, list: []*awkNode{first, p.body()}}
		}
	}
	p.expect(";")
	cond, step := &awkNode{op: "num", num: 1}, empty
	if !p.is(";") {
		cond = p.expr()
	}
	p.expect(";")
	if !p.is(")") {
		step = p.simpleStatement()
	}
	p.expect(")")
	return &awkNode{op: "for", list: []*awkNode{first, cond, step, p.body()}}
}

func (p *awkParser) simpleStatement() *awkNode {
	if p.tok.kind != "name" && p.tok.kind != "func" {
		return p.expr()
	}
	switch word := p.tok.text; word {
	case "print", "printf":
		p.advance()
		return p.printStatement(word)
	case "next", "break", "continue", "exit", "return", "getline":
		p.advance()
		n := &awkNode{op: word}
		if (word == "exit" || word == "return") && !p.is(";") && !p.is("}") && p.tok.kind != "nl" && p.tok.kind != "eof" {
			n.list = append(n.list, p.expr())
		}
		return n
	case "delete":
		p.advance()
		n := &awkNode{op: "delete", text: p.tok.text}
		p.advance()
		if p.is("[") {
			p.advance()
			n.list = p.exprList("]")
		}
		return n
	}
	return p.expr()
}

func (p *awkParser) printStatement(word string) *awkNode {
	n := &awkNode{op: word}
	p.noGT = true
	args := []*awkNode{}
	if !p.is(";") && !p.is("}") && !p.is(">") && !p.is(">>") && !p.is("|") && p.tok.kind != "nl" && p.tok.kind != "eof" {
		args = append(args, p.expr())
		if args[0].op == "group" && len(args[0].list) > 1 {
			args = args[0].list
		}
		for p.is(",") {
			p.advance()
			p.skipNewlines()
			args = append(args, p.expr())
		}
	}
	p.noGT = false
	n.list = args
	if p.is(">") || p.is(">>") || p.is("|") {
		n.text = p.tok.text
		p.advance()
		target := p.concat()
		n.list = append(n.list, target)
	}
	return n
}

func (p *awkParser) exprList(end string) (list []*awkNode) {
	noGT, noIn := p.noGT, p.noIn
	p.noGT, p.noIn = false, false
	for !p.is(end) {
		list = append(list, p.expr())
		if p.is(",") {
			p.advance()
			p.skipNewlines()
		} else if !p.is(end) {
			p.fail("expected %s near %q", end, p.tok.text)
		}
	}
	p.noGT, p.noIn = noGT, noIn
	p.advance()
	return list
}
