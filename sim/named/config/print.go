package config

import (
	"strconv"
	"strings"
)

// Print gives the canonical form of the configuration (named-checkconf -p): includes resolved, one clause a line, the
// clauses in the order of the grammar. With hideSecrets, shared secrets become question marks (-px).
func (t *Tree) Print(hideSecrets bool) string {
	p := printer{hide: hideSecrets}
	p.mapBody(t.root)
	return p.b.String()
}

type printer struct {
	b      strings.Builder
	indent int
	hide   bool
}

func (p *printer) tabs() {
	for range p.indent {
		p.b.WriteByte('\t')
	}
}

func (p *printer) open() {
	p.b.WriteString("{\n")
	p.indent++
}

func (p *printer) close() {
	p.indent--
	p.tabs()
	p.b.WriteByte('}')
}

func (p *printer) mapBody(n *node) {
	for _, set := range n.typ.sets {
		for _, c := range set {
			v := n.block.clauses[c.name]
			switch {
			case v == nil:
			case c.flags&flagMulti != 0:
				for _, item := range v.items {
					p.clause(c.name, item)
				}
			default:
				p.clause(c.name, v)
			}
		}
	}
}

func (p *printer) clause(name string, v *node) {
	p.tabs()
	p.b.WriteString(name)
	p.b.WriteByte(' ')
	p.value(v)
	p.b.WriteString(";\n")
}

func (p *printer) value(n *node) {
	if n.keyword != "" {
		p.b.WriteString(n.keyword)
		p.b.WriteByte(' ')
	}
	switch n.kind {
	case nodeWord:
		p.b.WriteString(n.text)
	case nodeUint, nodeSize:
		p.uint(n.num)
	case nodePercent:
		p.uint(n.num)
		p.b.WriteByte('%')
	case nodeFixed:
		p.uint(n.num / 100)
		p.b.WriteByte('.')
		p.b.WriteByte(byte('0' + n.num/10%10))
		p.b.WriteByte(byte('0' + n.num%10))
	case nodeBool:
		if n.flag {
			p.b.WriteString("yes")
		} else {
			p.b.WriteString("no")
		}
	case nodeString:
		p.string(n)
	case nodeDuration:
		p.b.WriteString(n.dur.String())
	case nodeList:
		p.list(n)
	case nodeTuple:
		p.tuple(n)
	case nodeMap:
		p.braced(n)
	case nodeAddr:
		p.address(n)
	case nodePrefix:
		p.b.WriteString(formatAddr(n.addr))
		p.b.WriteByte('/')
		p.uint(n.num)
	}
}

func (p *printer) uint(v uint64) { p.b.WriteString(strconv.FormatUint(v, 10)) }

func (p *printer) braced(n *node) {
	if n.block.name != nil {
		p.value(n.block.name)
		p.b.WriteByte(' ')
	}
	p.open()
	p.mapBody(n)
	p.close()
}

func (p *printer) string(n *node) {
	switch n.style {
	case styleBare:
		p.b.WriteString(n.text)
	case styleBracketed:
		p.indent++
		p.b.WriteByte('{')
		p.b.WriteString(n.text)
		p.close()
	case styleQuoted:
		p.b.WriteByte('"')
		p.b.WriteString(strings.ReplaceAll(n.text, `"`, `\"`))
		p.b.WriteByte('"')
	case styleSecret:
		p.b.WriteByte('"')
		if p.hide {
			p.b.WriteString(strings.Repeat("?", len(n.text)))
		} else {
			p.b.WriteString(n.text)
		}
		p.b.WriteByte('"')
	}
}

func (p *printer) list(n *node) {
	if n.typ != nil && n.typ.kind == kindWords {
		for i, item := range n.items {
			if i > 0 {
				p.b.WriteByte(' ')
			}
			p.value(item)
		}
		return
	}
	p.open()
	for _, item := range n.items {
		p.tabs()
		p.value(item)
		p.b.WriteString(";\n")
	}
	p.close()
}

// tuple prints the fields with a space before each that is there, once a first one was printed; a tuple of optional
// parts counts as printed even when empty (`listen-on  {`).
func (p *printer) tuple(n *node) {
	switch {
	case n.typ == negated:
		p.b.WriteByte('!')
	case n.typ == geoip:
		p.b.WriteString("geoip ")
	case n.typ.kind == kindKeyTuple || n.typ.kind == kindLogFile || n.typ.kind == kindDnstapOutput:
		p.keyTuple(n)
		return
	}
	space := false
	for _, item := range n.items {
		if space && item.kind != nodeVoid && item.kind != nodeWord {
			p.b.WriteByte(' ')
		}
		p.value(item)
		space = space || item.kind != nodeVoid
	}
}

// keyTuple prints the fixed fields, then each given field with its name.
func (p *printer) keyTuple(n *node) {
	named := 1
	if n.typ.kind == kindDnstapOutput {
		named = 2
	}
	for i, item := range n.items {
		if item.kind == nodeVoid {
			continue
		}
		if i >= named {
			p.b.WriteString(" " + n.typ.fields[i].name + " ")
		}
		p.value(item)
	}
}

func (p *printer) address(n *node) {
	query := n.typ == querySource4
	if query {
		p.b.WriteString("address ")
	}
	p.b.WriteString(formatAddr(n.addr))
	if n.port != 0 || query {
		p.b.WriteString(" port ")
		p.uint(uint64(n.port))
	}
	if n.dscp != -1 {
		p.b.WriteString(" dscp " + strconv.Itoa(n.dscp))
	}
}

// printNode is the canonical notation of one value.
func printNode(n *node) string {
	var p printer
	p.value(n)
	return p.b.String()
}
