package describe

import (
	"fmt"
	"strings"
)

// dump prints the bytes of a packet as asked for, from the link header on or
// behind it.
func (p *Printer) dump(data []byte, header int) {
	behind := func(level int) []byte {
		if level > 1 || header > len(data) {
			return data
		}
		return data[header:]
	}
	switch {
	case p.HexASCII > 0:
		p.hex("\n\t", behind(p.HexASCII), true)
	case p.Hex > 0:
		p.hex("\n\t", behind(p.Hex), false)
	case p.ASCII > 0:
		p.ascii(behind(p.ASCII))
	}
}

// hex prints 16 bytes a line.
func (p *Printer) hex(prefix string, data []byte, text bool) {
	for at := 0; at < len(data); at += 16 {
		row := data[at:min(at+16, len(data))]
		var b strings.Builder
		for i := 0; i < len(row); i += 2 {
			fmt.Fprintf(&b, " %x", row[i:min(i+2, len(row))])
		}
		if !text {
			p.printf("%s0x%04x: %s", prefix, at, b.String())
			continue
		}
		chars := make([]byte, len(row))
		for i, c := range row {
			if chars[i] = c; c <= ' ' || c > '~' {
				chars[i] = '.'
			}
		}
		p.printf("%s0x%04x: %-40s  %s", prefix, at, b.String(), chars)
	}
}

// ascii prints the bytes as text; a CR before LF is left out.
func (p *Printer) ascii(data []byte) {
	p.print("\n")
	for i, c := range data {
		switch {
		case c == '\r' && i+1 < len(data) && data[i+1] == '\n':
		case c == '\t' || c == '\n' || c >= ' ' && c <= '~':
			p.out.WriteByte(c)
		default:
			p.out.WriteByte('.')
		}
	}
}

// textLines prints the lines of a text protocol: the first one, or when verbose
// all up to one that is no text.
func (p *Printer) textLines(name string, v view, reply func([]byte) bool) {
	if reply != nil && !reply(v.data) {
		p.printf(" %s, length: %d", name, v.size)
		return
	}
	if p.Verbose == 0 {
		p.printf(" %s", name)
		p.textLine(": ", v, 0)
		return
	}
	p.printf(" %s, length: %d", name, v.size)
	for at := 0; at < v.size; {
		if at = p.textLine("\n\t", v, at); at == 0 {
			return
		}
	}
}

// textLine prints a line and returns where the next one begins, 0 if there is
// none.
func (p *Printer) textLine(prefix string, v view, at int) int {
	start, next := at, 0
	for ; at < v.size; at++ {
		if at >= len(v.data) {
			panic(cutOff{})
		}
		c := v.data[at]
		if c == '\n' {
			next = at + 1
			break
		}
		if c == '\r' {
			if at+1 >= len(v.data) || v.data[at+1] != '\n' {
				return 0
			}
			next = at + 2
			break
		}
		if c != '\t' && (c < ' ' || c > '~') {
			return 0
		}
	}
	p.printf("%s%s", prefix, v.data[start:at])
	if next == 0 {
		p.printf(" [|%s]", p.proto)
	}
	return next
}
