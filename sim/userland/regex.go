package userland

import (
	"errors"
	"regexp"
	"strings"
)

// Errors of POSIX regular expressions, with GNU's texts.
var (
	errBracket  = errors.New("Invalid regular expression")
	errParen    = errors.New("Unmatched ( or \\(")
	errParenEnd = errors.New("Unmatched ) or \\)")
	errBrace    = errors.New("Unmatched \\{")
	errBackref  = errors.New("Invalid back reference")
	errRepeat   = errors.New("Invalid preceding regular expression")
	errTrailing = errors.New("Trailing backslash")
	errBadRange = errors.New("Invalid content of \\{\\}")
)

// compilePOSIX translates a basic (XBD 9.3) or extended (XBD 9.4) regular
// expression with GNU's extensions, and compiles it. Matching is
// leftmost-longest. Back-references inside an expression cannot be expressed.
func compilePOSIX(pattern string, extended, ignoreCase bool) (*regexp.Regexp, error) {
	t := &translator{src: pattern, extended: extended}
	expr, err := t.translate()
	if err != nil {
		return nil, err
	}
	mode := "(?s)"
	if ignoreCase {
		mode = "(?si)"
	}
	re, err := regexp.Compile(mode + expr)
	if err != nil {
		if strings.Contains(err.Error(), "repeat") {
			return nil, errors.New("Regular expression too big")
		}
		return nil, errors.New("Invalid regular expression")
	}
	re.Longest()
	return re, nil
}

// translator turns POSIX syntax into that of package regexp.
type translator struct {
	src      string
	extended bool
	out      strings.Builder
	pos      int
	depth    int
	start    bool // nothing to repeat precedes
}

func (t *translator) translate() (string, error) {
	t.start = true
	for t.pos < len(t.src) {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	if t.depth > 0 {
		return "", errParen
	}
	return t.out.String(), nil
}

func (t *translator) emit(s string, n int) {
	t.out.WriteString(s)
	t.pos += n
	t.start = false
}

func (t *translator) next() error {
	c := t.src[t.pos]
	switch c {
	case '\\':
		return t.escape()
	case '[':
		return t.bracket()
	case '*':
		if t.start {
			t.emit(`\*`, 1)
			return nil
		}
		t.repeat("*", 1)
		return nil
	case '.':
		t.emit(".", 1)
		return nil
	case '^':
		if t.extended || t.start || t.pos == 0 {
			t.out.WriteString("^")
			t.pos++
			t.start = true
		} else {
			t.emit(`\^`, 1)
		}
		return nil
	case '$':
		rest := t.src[t.pos+1:]
		if t.extended || rest == "" || strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`) {
			t.emit("$", 1)
		} else {
			t.emit(`\$`, 1)
		}
		return nil
	case '(', ')', '|', '+', '?', '{':
		if t.extended {
			return t.special(c, 1)
		}
	}
	t.emit(regexp.QuoteMeta(t.src[t.pos:t.pos+1]), 1)
	return nil
}

// repeat writes a repetition. One behind another is merged: "a+*" is "a*".
func (t *translator) repeat(op string, n int) {
	s := t.out.String()
	last := s[len(s)-1:]
	if strings.Contains("*+?", last) && !strings.HasSuffix(s, `\`+last) {
		if last != op {
			op = "*"
		}
		t.out.Reset()
		t.out.WriteString(s[:len(s)-1])
	}
	t.emit(op, n)
}

func (t *translator) special(c byte, n int) error {
	switch c {
	case '(':
		t.depth++
		t.out.WriteString("(")
		t.pos += n
		t.start = true
	case ')':
		if t.depth == 0 {
			if t.extended {
				t.emit(`\)`, n)
				return nil
			}
			return errParenEnd
		}
		t.depth--
		t.emit(")", n)
	case '|':
		t.out.WriteString("|")
		t.pos += n
		t.start = true
	case '+', '?':
		if t.start {
			if t.extended {
				t.pos += n
				return nil
			}
			t.emit(`\`+string(c), n)
			return nil
		}
		t.repeat(string(c), n)
	case '{':
		return t.interval(n)
	}
	return nil
}

// interval reads {n}, {n,}, {,m} or {n,m}.
func (t *translator) interval(n int) error {
	rest := t.src[t.pos+n:]
	closer := "}"
	if !t.extended {
		closer = `\}`
	}
	end := strings.Index(rest, closer)
	if end < 0 {
		if t.extended {
			t.emit(`\{`, n)
			return nil
		}
		return errBrace
	}
	body := rest[:end]
	low, high, comma := strings.Cut(body, ",")
	if strings.Trim(low+high, "0123456789") != "" || low == "" && high == "" {
		if t.extended {
			t.emit(`\{`, n)
			return nil
		}
		return errBadRange
	}
	if t.start {
		if t.extended {
			return errRepeat
		}
		return errRepeat
	}
	if low == "" {
		low = "0"
	}
	if len(low) > 4 || len(high) > 4 {
		return errors.New("Regular expression too big")
	}
	text := "{" + low
	if comma {
		text += "," + high
	}
	t.emit(text+"}", n+end+len(closer))
	return nil
}

func (t *translator) escape() error {
	if t.pos+1 == len(t.src) {
		return errTrailing
	}
	c := t.src[t.pos+1]
	if !t.extended && strings.IndexByte("(){|+?", c) >= 0 {
		return t.special(c, 2)
	}
	switch c {
	case '<', '>':
		t.emit(`\b`, 2)
	case 'b', 'B', 'w', 'W', 's', 'S':
		t.emit(`\`+string(c), 2)
	case '`':
		t.emit(`\A`, 2)
	case '\'':
		t.emit(`\z`, 2)
	case 'n':
		t.emit("\n", 2)
	case 't':
		t.emit("\t", 2)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return errBackref
	default:
		t.emit(regexp.QuoteMeta(t.src[t.pos+1:t.pos+2]), 2)
	}
	return nil
}

// bracket copies a bracket expression; in it a backslash is an ordinary
// character.
func (t *translator) bracket() error {
	i := t.pos + 1
	var b strings.Builder
	b.WriteByte('[')
	if i < len(t.src) && t.src[i] == '^' {
		b.WriteByte('^')
		i++
	}
	first := true
	for i < len(t.src) && (first || t.src[i] != ']') {
		first = false
		switch c := t.src[i]; {
		case c == '[' && i+1 < len(t.src) && strings.IndexByte(":.=", t.src[i+1]) >= 0:
			kind := t.src[i+1 : i+2]
			end := strings.Index(t.src[i+2:], kind+"]")
			if end < 0 {
				return errBracket
			}
			body := t.src[i+2 : i+2+end]
			if kind == ":" {
				b.WriteString("[:" + body + ":]")
			} else {
				b.WriteString(regexp.QuoteMeta(body))
			}
			i += end + 4
			continue
		case c == '\\' && i+1 < len(t.src) && (t.src[i+1] == 'n' || t.src[i+1] == 't'):
			b.WriteString(`\` + t.src[i+1:i+2]) // GNU sed; grep students expect it, too
			i++
		case c == '\\' || c == '[' || c == ']' || c == '^' || c == '&' || c == '~':
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
		i++
	}
	if i >= len(t.src) {
		return errBracket
	}
	b.WriteByte(']')
	t.emit(b.String(), i+1-t.pos)
	return nil
}
