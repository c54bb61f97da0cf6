package userland

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// awkNode is a node of an awk program: an expression or a statement.
type awkNode struct {
	op   string // what it is: "num", "str", "re", "var", "field", "index", "call", "+", "if", "print" ...
	text string
	num  float64
	re   *regexp.Regexp
	list []*awkNode
}

// awkRule is PATTERN { ACTION }. A rule with two patterns is a range.
type awkRule struct {
	begin, end bool
	patterns   []*awkNode
	action     *awkNode // nil: print
	inRange    bool
}

type awkFunc struct {
	params []string
	body   *awkNode
}

type awkToken struct {
	kind string // "num", "str", "re", "name", "func" (a name before a parenthesis), "op", "nl", "eof"
	text string
	num  float64
}

// maxAwkNesting bounds the recursion of parser and evaluator.
const maxAwkNesting = 200

type awkParser struct {
	src   string
	pos   int
	tok   awkToken
	prev  awkToken
	nest  int
	noIn  bool // inside for (x in a)
	noGT  bool // inside print: > redirects
	rules []*awkRule
	funcs map[string]*awkFunc
}

type awkSyntax struct{ text string }

func (p *awkParser) fail(format string, args ...any) {
	panic(awkSyntax{fmt.Sprintf(format, args...)})
}

// parseAwk reads a program.
func parseAwk(src string) (p *awkParser, err error) {
	p = &awkParser{src: src, funcs: map[string]*awkFunc{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case awkSyntax:
			err = fmt.Errorf("syntax error: %s", r.text)
		default:
			panic(r)
		}
	}()
	p.advance()
	for {
		p.skipNewlines()
		if p.tok.kind == "eof" {
			return p, nil
		}
		p.rule()
	}
}

func (p *awkParser) skipNewlines() {
	for p.tok.kind == "nl" || p.is(";") {
		p.advance()
	}
}

func (p *awkParser) is(op string) bool { return p.tok.kind == "op" && p.tok.text == op }

func (p *awkParser) word(w string) bool { return p.tok.kind == "name" && p.tok.text == w }

func (p *awkParser) expect(op string) {
	if !p.is(op) {
		p.fail("expected %s near %q", op, p.tok.text)
	}
	p.advance()
}

// advance reads the next token. A slash begins a regular expression where an
// operand may stand.
func (p *awkParser) advance() {
	p.prev = p.tok
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if c == ' ' || c == '\t' || c == '\r' || strings.HasPrefix(p.src[p.pos:], "\\\n") {
			if c == '\\' {
				p.pos++
			}
			p.pos++
			continue
		}
		if c != '#' {
			break
		}
		for p.pos < len(p.src) && p.src[p.pos] != '\n' {
			p.pos++
		}
	}
	if p.pos >= len(p.src) {
		p.tok = awkToken{kind: "eof"}
		return
	}
	rest := p.src[p.pos:]
	switch c := rest[0]; {
	case c == '\n':
		p.take("nl", 1)
	case c == '"':
		p.stringToken()
	case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		n := len(awkNumberPrefix(rest))
		p.take("num", n)
		p.tok.num, _ = strconv.ParseFloat(p.tok.text, 64)
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		n := 1
		for n < len(rest) && (isAlnum(rest[n]) || rest[n] == '_') {
			n++
		}
		kind := "name"
		if n < len(rest) && rest[n] == '(' {
			kind = "func"
		}
		p.take(kind, n)
	case c == '/' && p.operandMayFollow():
		p.regexToken()
	default:
		for _, op := range []string{"&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>", "**"} {
			if strings.HasPrefix(rest, op) {
				p.take("op", 2)
				return
			}
		}
		if strings.IndexByte("{}()[];,+-*/%^!<>|?:=~$", c) < 0 {
			p.fail("unexpected character %q", string(c))
		}
		p.take("op", 1)
	}
}

func (p *awkParser) take(kind string, n int) {
	p.tok = awkToken{kind: kind, text: p.src[p.pos : p.pos+n]}
	p.pos += n
}

func (p *awkParser) operandMayFollow() bool {
	switch p.prev.kind {
	case "num", "str", "re":
		return false
	case "name":
		return p.prev.text == "print" || p.prev.text == "return"
	case "op":
		return p.prev.text != ")" && p.prev.text != "]" && p.prev.text != "$"
	}
	return true
}

func (p *awkParser) stringToken() {
	var b strings.Builder
	i := p.pos + 1
	for ; i < len(p.src) && p.src[i] != '"'; i++ {
		if p.src[i] == '\n' {
			p.fail("unterminated string")
		}
		if p.src[i] != '\\' || i+1 >= len(p.src) {
			b.WriteByte(p.src[i])
			continue
		}
		i++
		if j := strings.IndexByte("abfnrtv\\\"/", p.src[i]); j >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\\"/"[j])
			continue
		}
		b.WriteByte('\\')
		b.WriteByte(p.src[i])
	}
	if i >= len(p.src) {
		p.fail("unterminated string")
	}
	p.pos = i + 1
	p.tok = awkToken{kind: "str", text: b.String()}
}

func (p *awkParser) regexToken() {
	i, class := p.pos+1, false
	for ; i < len(p.src) && (p.src[i] != '/' || class); i++ {
		switch p.src[i] {
		case '\n':
			p.fail("unterminated regular expression")
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		}
	}
	if i >= len(p.src) {
		p.fail("unterminated regular expression")
	}
	text := strings.ReplaceAll(p.src[p.pos+1:i], `\/`, "/")
	p.pos = i + 1
	p.tok = awkToken{kind: "re", text: text}
}

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
