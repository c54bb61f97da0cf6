package userland

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sedAddress selects lines: a number, the last line, a regular expression, or
// first~step.
type sedAddress struct {
	kind  byte // 'n', '$', '/', '~'; for the second address also '+'
	n     int
	step  int
	re    *regexp.Regexp
	empty bool // the last regular expression used
}

// sedCommand is one command with its addresses.
type sedCommand struct {
	a1, a2  *sedAddress
	negate  bool
	name    byte
	text    string // of a, i, c; label; file name
	re      *regexp.Regexp
	lastRE  bool // s//.../ uses the last regular expression
	with    []sedPiece
	global  bool
	print   bool
	nth     int
	table   map[rune]rune
	jump    int // of { to its end, of b and t to the label
	inRange bool
	end     int
}

// sedPiece is a part of the replacement of s: text, a group, or a case change.
type sedPiece struct {
	text  string
	group int  // -1: text
	fold  byte // L, U, l, u, E
}

type sedError struct {
	script string
	char   int
	text   string
}

func (e *sedError) Error() string {
	return fmt.Sprintf("-e expression #1, char %d: %s", e.char, e.text)
}

type sedParser struct {
	src      string
	pos      int
	extended bool
	cmds     []*sedCommand
	blocks   []int
}

// parseSed reads a whole script.
func parseSed(src string, extended bool) ([]*sedCommand, error) {
	p := &sedParser{src: src, extended: extended}
	for {
		p.skip(" \t\n;")
		if p.pos >= len(p.src) {
			break
		}
		if p.src[p.pos] == '#' {
			p.line()
			continue
		}
		if err := p.command(); err != nil {
			return nil, err
		}
	}
	if len(p.blocks) > 0 {
		return nil, &sedError{src, 0, "unmatched `{'"}
	}
	return p.cmds, p.labels()
}

func (p *sedParser) fail(format string, args ...any) error {
	return &sedError{p.src, p.pos, fmt.Sprintf(format, args...)}
}

func (p *sedParser) skip(set string) {
	for p.pos < len(p.src) && strings.IndexByte(set, p.src[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *sedParser) line() string {
	rest := p.src[p.pos:]
	i := strings.IndexByte(rest, '\n')
	if i < 0 {
		i = len(rest)
	}
	p.pos += i
	return rest[:i]
}

func (p *sedParser) number() int {
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
		p.pos++
	}
	n, _ := strconv.Atoi(p.src[start:p.pos])
	return n
}

func (p *sedParser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *sedParser) address(second bool) (*sedAddress, error) {
	c := p.peek()
	switch {
	case c >= '0' && c <= '9':
		a := &sedAddress{kind: 'n', n: p.number()}
		if p.peek() == '~' {
			p.pos++
			a.kind, a.step = '~', p.number()
		}
		return a, nil
	case second && c == '+':
		p.pos++
		return &sedAddress{kind: '+', n: p.number()}, nil
	case c == '$':
		p.pos++
		return &sedAddress{kind: '$'}, nil
	case c == '/' || c == '\\':
		if c == '\\' {
			p.pos++
		}
		text, ok := p.delimited(true)
		if !ok {
			return nil, p.fail("unterminated address regex")
		}
		icase := false
		for p.peek() == 'I' || p.peek() == 'M' {
			icase = icase || p.peek() == 'I'
			p.pos++
		}
		a := &sedAddress{kind: '/', empty: text == ""}
		if text != "" {
			re, err := compilePOSIX(text, p.extended, icase)
			if err != nil {
				return nil, p.fail("%v", err)
			}
			a.re = re
		}
		return a, nil
	}
	return nil, nil
}

// delimited reads text up to the delimiter at the position; an escaped
// delimiter stands for itself.
func (p *sedParser) delimited(regex bool) (string, bool) {
	if p.pos >= len(p.src) {
		return "", false
	}
	d := p.src[p.pos]
	p.pos++
	return p.until(d, regex)
}

func (p *sedParser) until(d byte, regex bool) (string, bool) {
	var b strings.Builder
	inClass := false
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '\\' && p.pos+1 < len(p.src):
			n := p.src[p.pos+1]
			if n == d && !(regex && strings.IndexByte(`.*[]^$+?(){}|`, d) >= 0) {
				b.WriteByte(d)
			} else {
				b.WriteByte('\\')
				b.WriteByte(n)
			}
			p.pos += 2
			continue
		case c == '\n' && regex:
			return "", false
		case regex && c == '[' && !inClass:
			inClass = true
			b.WriteByte(c)
			p.pos++
			if p.peek() == '^' {
				b.WriteByte('^')
				p.pos++
			}
			if p.peek() == ']' {
				b.WriteByte(']')
				p.pos++
			}
			continue
		case c == ']' && inClass:
			inClass = false
		case c == d && !inClass:
			p.pos++
			return b.String(), true
		}
		b.WriteByte(c)
		p.pos++
	}
	return "", false
}

func (p *sedParser) command() error {
	c := &sedCommand{}
	var err error
	if c.a1, err = p.address(false); err != nil {
		return err
	}
	p.skip(" \t")
	if c.a1 != nil && p.peek() == ',' {
		p.pos++
		p.skip(" \t")
		if c.a2, err = p.address(true); err != nil {
			return err
		}
		if c.a2 == nil {
			p.pos++
			return p.fail("unexpected `,'")
		}
	}
	p.skip(" \t")
	for p.peek() == '!' {
		c.negate = true
		p.pos++
		p.skip(" \t")
	}
	if p.pos >= len(p.src) || p.peek() == '\n' || p.peek() == ';' {
		return p.fail("missing command")
	}
	c.name = p.src[p.pos]
	p.pos++
	if c.a1 != nil && c.a1.kind == 'n' && c.a1.n == 0 && (c.a2 == nil || c.a2.kind != '/') {
		return p.fail("invalid usage of line address 0")
	}
	p.cmds = append(p.cmds, c)
	return p.arguments(c)
}
