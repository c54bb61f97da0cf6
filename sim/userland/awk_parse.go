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
