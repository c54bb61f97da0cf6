package userland

import (
	"io"
	"strings"

	"mxlab/sim/host"
)

// runTr is tr(1), on bytes as GNU's.
func runTr(p *host.Proc) int {
	f, ok := readFlags(p, "+cCdst", "complement=c", "delete=d", "squeeze-repeats=s", "truncate-set1=t")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	set1, err := trSet(f.operands[0])
	if err != "" {
		p.Errorf("%s", err)
		return 1
	}
	if f.has("c") || f.has("C") {
		set1 = complement(set1)
	}
	var set2 []byte
	if len(f.operands) > 1 {
		if set2, err = trSet(f.operands[1]); err != "" {
			p.Errorf("%s", err)
			return 1
		}
	} else if !f.has("d") && !f.has("s") {
		p.Errorf("missing operand after ‘%s’", f.operands[0])
		io.WriteString(p.Stderr, "Two strings must be given when translating.\nTry 'tr --help' for more information.\n")
		return 1
	}
	t := newTranslation(set1, set2, f)
	out := newOutput(p)
	buf := make([]byte, 32<<10)
	for {
		n, rerr := p.Stdin.Read(buf)
		p.Step(1 + n/256)
		for _, b := range buf[:n] {
			t.put(b, out)
		}
		if p.Stdin.TTY() != nil {
			out.Flush()
		}
		if rerr != nil {
			return out.close(0)
		}
	}
}

type translation struct {
	to      [256]byte
	drop    [256]bool
	squeeze [256]bool
	last    int
}

func newTranslation(set1, set2 []byte, f *flags) *translation {
	t := &translation{last: -1}
	for i := range t.to {
		t.to[i] = byte(i)
	}
	switch {
	case f.has("d"):
		for _, b := range set1 {
			t.drop[b] = true
		}
		for _, b := range set2 {
			t.squeeze[b] = f.has("s")
		}
	case len(set2) > 0:
		for i, b := range set1 {
			if i >= len(set2) && f.has("t") {
				break
			}
			t.to[b] = set2[min(i, len(set2)-1)]
		}
		for _, b := range set2 {
			t.squeeze[b] = f.has("s")
		}
	default:
		for _, b := range set1 {
			t.squeeze[b] = f.has("s")
		}
	}
	return t
}

func (t *translation) put(b byte, out *output) {
	if t.drop[b] {
		return
	}
	c := t.to[b]
	if t.squeeze[c] && t.last == int(c) {
		return
	}
	t.last = int(c)
	out.WriteByte(c)
}

func complement(set []byte) (out []byte) {
	var in [256]bool
	for _, b := range set {
		in[b] = true
	}
	for i := range in {
		if !in[i] {
			out = append(out, byte(i))
		}
	}
	return out
}

// trSet expands escapes, ranges and classes.
func trSet(s string) (set []byte, err string) {
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], "[:") {
			if end := strings.Index(s[i+2:], ":]") + 2; end > 1 {
				class := charClass(s[i+2 : i+end])
				if class == nil {
					return nil, "invalid character class '" + s[i+2:i+end] + "'"
				}
				for c := range 256 {
					if class(byte(c)) {
						set = append(set, byte(c))
					}
				}
				i += end + 2
				continue
			}
		}
		c, n := trChar(s[i:])
		i += n
		if i+1 < len(s) && s[i] == '-' {
			hi, n := trChar(s[i+1:])
			if hi < c {
				return nil, "range-endpoints of '" + string(c) + "-" + string(hi) + "' are in reverse collating sequence order"
			}
			for x := int(c); x <= int(hi); x++ {
				set = append(set, byte(x))
			}
			i += 1 + n
			continue
		}
		set = append(set, c)
	}
	return set, ""
}

func trChar(s string) (c byte, n int) {
	if s[0] != '\\' || len(s) == 1 {
		return s[0], 1
	}
	if j := strings.IndexByte("abfnrtv\\", s[1]); j >= 0 {
		return "\a\b\f\n\r\t\v\\"[j], 2
	}
	if s[1] >= '0' && s[1] <= '7' {
		v, n := 0, 1
		for n < 4 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			v = v*8 + int(s[n]-'0')
			n++
		}
		return byte(v), n
	}
	return s[1], 2
}

// charClass returns the test of a POSIX character class, nil for an unknown one.
func charClass(name string) func(byte) bool {
	upper := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	lower := func(c byte) bool { return c >= 'a' && c <= 'z' }
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	switch name {
	case "alpha":
		return func(c byte) bool { return upper(c) || lower(c) }
	case "alnum":
		return func(c byte) bool { return upper(c) || lower(c) || digit(c) }
	case "digit":
		return digit
	case "upper":
		return upper
	case "lower":
		return lower
	case "space":
		return func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }
	case "punct":
		return func(c byte) bool { return c > ' ' && c < 0x7f && !upper(c) && !lower(c) && !digit(c) }
	case "print":
		return func(c byte) bool { return c >= ' ' && c < 0x7f }
	case "graph":
		return func(c byte) bool { return c > ' ' && c < 0x7f }
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }
	case "xdigit":
		return func(c byte) bool { return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
	}
	return nil
}
