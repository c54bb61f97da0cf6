package shell

import (
	"fmt"
	"strconv"
	"strings"
)

// escapes says which backslash escapes unescape knows.
type escapes struct {
	octalZero bool // \0nnn, as in echo -e and %b; otherwise \nnn
	both      bool // both forms, as in %b
	quotes    bool // \' \" \?
	hex       bool // \xHH \uHHHH \UHHHHHHHH \e \E
	stop      bool // \c ends the output
	control   bool // \cX is a control character
}

var (
	ansiEscapes   = escapes{quotes: true, hex: true, control: true}
	echoEscapes   = escapes{octalZero: true, hex: true, stop: true}
	dashEscapes   = escapes{octalZero: true, stop: true}
	formatEscapes = escapes{quotes: true, hex: true}
	bArgEscapes   = escapes{octalZero: true, both: true, quotes: true, hex: true, stop: true}
)

// unescape replaces backslash escapes. stopped says that \c ended the text.
func unescape(s string, e escapes) (text string, stopped bool) {
	if !strings.Contains(s, `\`) {
		return s, false
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		if j := strings.IndexByte("abfnrtv\\", c); j >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\\"[j])
			continue
		}
		switch {
		case (c == 'e' || c == 'E') && e.hex:
			b.WriteByte(0x1b)
		case (c == '\'' || c == '"' || c == '?') && e.quotes:
			b.WriteByte(c)
		case c == 'c' && e.stop:
			return b.String(), true
		case c == 'c' && e.control && i+1 < len(s):
			i++
			b.WriteByte(s[i] & 0x1f)
		case c == '0' && e.octalZero:
			n, used := digits(s[i+1:], 3, 8)
			b.WriteByte(byte(n))
			i += used
		case c >= '0' && c <= '7' && (!e.octalZero || e.both):
			n, used := digits(s[i:], 3, 8)
			b.WriteByte(byte(n))
			i += used - 1
		case (c == 'x' || c == 'u' || c == 'U') && e.hex:
			size := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			n, used := digits(s[i+1:], size, 16)
			switch {
			case used == 0:
				b.WriteByte('\\')
				b.WriteByte(c)
			case c == 'x':
				b.WriteByte(byte(n))
			default:
				b.WriteRune(rune(n))
			}
			i += used
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String(), false
}

// digits reads up to n digits of a base.
func digits(s string, n, base int) (value uint64, used int) {
	for used < n && used < len(s) {
		if _, err := strconv.ParseUint(s[used:used+1], base, 8); err != nil {
			break
		}
		used++
	}
	value, _ = strconv.ParseUint("0"+s[:used], base, 64)
	return value, used
}

// quoteAlways quotes a string the way bash prints values (declare -p aside).
func quoteAlways(s string) string {
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return ansiQuote(s)
		}
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quoteIfNeeded is how set and xtrace print words.
func quoteIfNeeded(s string) string {
	if s == "" {
		return "''"
	}
	for i, r := range s {
		if r > 0x7f || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("%+,-./:=@_", r) {
			continue
		}
		if (r == '~' || r == '#') && i > 0 {
			continue
		}
		return quoteAlways(s)
	}
	return s
}

func ansiQuote(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch j := strings.IndexByte("\a\b\f\n\r\t\v\\'\x1b", c); {
		case j >= 0:
			b.WriteByte('\\')
			b.WriteByte("abfnrtv\\'E"[j])
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "\\%03o", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// quoteBackslash is printf's %q.
func quoteBackslash(s string) string {
	if s == "" {
		return "''"
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return ansiQuote(s)
		}
	}
	var b strings.Builder
	for i, r := range s {
		if strings.ContainsRune(" !\"$&'()*,;<>?[\\]^`{|}", r) || i == 0 && (r == '~' || r == '#') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
