package userland

import (
	"fmt"
	"strings"
)

func (p *sedParser) arguments(c *sedCommand) error {
	switch c.name {
	case '{':
		p.blocks = append(p.blocks, len(p.cmds)-1)
		return nil
	case '}':
		if len(p.blocks) == 0 {
			return p.fail("unexpected `}'")
		}
		p.cmds[p.blocks[len(p.blocks)-1]].jump = len(p.cmds) - 1
		p.blocks = p.blocks[:len(p.blocks)-1]
	case 'a', 'i', 'c':
		return p.textArgument(c)
	case ':', 'b', 't', 'T':
		p.skip(" \t")
		rest := p.src[p.pos:]
		end := strings.IndexAny(rest, "\n;}")
		if c.name == ':' {
			end = strings.IndexAny(rest, "\n;")
		}
		if end < 0 {
			end = len(rest)
		}
		c.text = strings.TrimSpace(rest[:end])
		p.pos += end
		return nil
	case 'r', 'w':
		p.skip(" \t")
		if c.text = p.line(); c.text == "" {
			return p.fail("missing filename in r/R/w/W commands")
		}
		return nil
	case 's':
		if err := p.substitution(c); err != nil {
			return err
		}
	case 'y':
		if err := p.transliteration(c); err != nil {
			return err
		}
	case 'q', 'Q':
		p.skip(" \t")
		c.nth = p.number()
	case 'p', 'd', '=', 'n', 'N', 'D', 'P', 'g', 'G', 'h', 'H', 'x', 'l':
	default:
		return p.fail("unknown command: `%c'", c.name)
	}
	p.skip(" \t")
	switch p.peek() {
	case 0, '\n', ';', '}', '#':
		return nil
	}
	p.pos++
	if c.name == 's' {
		return p.fail("unknown option to `s'")
	}
	return p.fail("extra characters after command")
}

// textArgument reads the text of a, i and c: GNU's one-line form, or lines that
// end with a backslash.
func (p *sedParser) textArgument(c *sedCommand) error {
	p.skip(" \t")
	if p.peek() == '\\' {
		p.pos++
		p.skip(" \t")
		if p.peek() == '\n' {
			p.pos++
		}
	}
	if p.pos >= len(p.src) {
		return p.fail("expected \\ after `a', `c' or `i'")
	}
	var b strings.Builder
	for p.pos < len(p.src) {
		ch := p.src[p.pos]
		if ch == '\\' && p.pos+1 < len(p.src) {
			b.WriteByte(p.src[p.pos+1])
			p.pos += 2
			continue
		}
		if ch == '\n' {
			break
		}
		b.WriteByte(ch)
		p.pos++
	}
	c.text = b.String()
	return nil
}

func (p *sedParser) substitution(c *sedCommand) error {
	d := p.peek()
	pat, ok := p.delimited(true)
	if !ok {
		return p.fail("unterminated `s' command")
	}
	with, ok := p.until(d, false)
	if !ok {
		return p.fail("unterminated `s' command")
	}
	icase := false
	for {
		switch f := p.peek(); {
		case f == 'g':
			c.global = true
		case f == 'p':
			c.print = true
		case f == 'i' || f == 'I':
			icase = true
		case f == 'm' || f == 'M' || f == 'e':
		case f >= '1' && f <= '9':
			c.nth = p.number()
			continue
		case f == 'w':
			p.pos++
			p.skip(" \t")
			c.text = p.line()
			continue
		default:
			goto done
		}
		p.pos++
	}
done:
	if pat == "" {
		c.lastRE = true
	} else {
		re, err := compilePOSIX(pat, p.extended, icase)
		if err != nil {
			return p.fail("%v", err)
		}
		c.re = re
	}
	var bad int
	c.with, bad = replacement(with)
	if c.re != nil && bad > c.re.NumSubexp() {
		return p.fail("invalid reference \\%d on `s' command's RHS", bad)
	}
	return nil
}

// replacement divides the right side of s; highest is the greatest group used.
func replacement(s string) (list []sedPiece, highest int) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			list = append(list, sedPiece{text: b.String(), group: -1})
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			flush()
			list = append(list, sedPiece{group: 0})
		case c == '\\' && i+1 < len(s):
			i++
			switch n := s[i]; {
			case n >= '0' && n <= '9':
				flush()
				list = append(list, sedPiece{group: int(n - '0')})
				highest = max(highest, int(n-'0'))
			case n == 'n':
				b.WriteByte('\n')
			case n == 't':
				b.WriteByte('\t')
			case n == 'r':
				b.WriteByte('\r')
			case strings.IndexByte("LUluE", n) >= 0:
				flush()
				list = append(list, sedPiece{group: -1, fold: n})
			default:
				b.WriteByte(n)
			}
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return list, highest
}

func (p *sedParser) transliteration(c *sedCommand) error {
	d := p.peek()
	from, ok1 := p.delimited(false)
	to, ok2 := p.until(d, false)
	if !ok1 || !ok2 {
		return p.fail("unterminated `y' command")
	}
	plain := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	a, b := []rune(plain.Replace(from)), []rune(plain.Replace(to))
	if len(a) != len(b) {
		return p.fail("strings for `y' command are different lengths")
	}
	c.table = map[rune]rune{}
	for i := range a {
		c.table[a[i]] = b[i]
	}
	return nil
}

// labels resolves b, t and T.
func (p *sedParser) labels() error {
	at := map[string]int{"": len(p.cmds)}
	for i, c := range p.cmds {
		if c.name == ':' {
			at[c.text] = i
		}
	}
	for _, c := range p.cmds {
		if c.name != 'b' && c.name != 't' && c.name != 'T' {
			continue
		}
		to, ok := at[c.text]
		if !ok {
			return fmt.Errorf("-e expression #1, char %d: can't find label for jump to `%s'", len(p.src), c.text)
		}
		c.jump = to
	}
	return nil
}
