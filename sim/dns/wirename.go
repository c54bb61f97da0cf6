package dns

import "strings"

// wireName is an absolute domain name in the uncompressed form of RFC 1035
// section 3.1: length octets and labels, closed by the root's zero. While a
// master file is read names stay in this form, as BIND's do.
type wireName string

const rootName wireName = "\x00"

const (
	maxNameOctets  = 255 // RFC 1035 section 2.3.4
	maxLabelOctets = 63
)

// parseWireName reads a name in master file form. A name without final dot, or
// "@", gets origin appended. The octets are appended to buf.
func parseWireName(buf, text []byte, origin wireName) ([]byte, Result) {
	if len(text) == 1 && text[0] == '@' {
		return append(buf, origin...), resultOK
	}
	if len(text) > 0 && text[0] == '.' {
		if len(text) > 1 {
			return buf, ErrEmptyLabel
		}
		return append(buf, 0), resultOK
	}
	if len(text) == 0 {
		return buf, ErrUnexpectedEnd
	}
	start := len(buf)
	for i := 0; i < len(text); {
		length := len(buf)
		if length-start >= maxNameOctets {
			return buf, ErrNoSpace
		}
		buf = append(buf, 0)
		next, grown, res := parseLabel(buf, text, i, maxNameOctets+start)
		if res != resultOK {
			return buf, res
		}
		buf = grown
		buf[length] = byte(len(buf) - length - 1)
		if next == len(text) && text[next-1] == '.' && !endsInEscapedDot(text) {
			if len(buf)-start >= maxNameOctets {
				return buf, ErrNoSpace
			}
			return append(buf, 0), resultOK
		}
		i = next
	}
	if len(buf)-start >= maxNameOctets || len(buf)-start+len(origin) > maxNameOctets {
		return buf, ErrNoSpace
	}
	return append(buf, origin...), resultOK
}

// endsInEscapedDot reports whether the last dot of text is part of a label.
func endsInEscapedDot(text []byte) bool {
	n := 0
	for i := len(text) - 2; i >= 0 && text[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// parseLabel reads the label that begins at text[i] and its closing dot. It
// returns where the next label begins.
func parseLabel(buf, text []byte, i, limit int) (int, []byte, Result) {
	count := 0
	for first := true; i < len(text); first = false {
		c := text[i]
		i++
		switch {
		case c == '.':
			if count == 0 {
				return i, buf, ErrEmptyLabel
			}
			return i, buf, resultOK
		case c == '\\':
			var res Result
			if c, i, res = parseEscape(text, i, first); res != resultOK {
				return i, buf, res
			}
		}
		if count == maxLabelOctets {
			return i, buf, ErrLabelTooLong
		}
		if len(buf) >= limit {
			return i, buf, ErrNoSpace
		}
		count++
		buf = append(buf, c)
	}
	return i, buf, resultOK
}

// parseEscape reads what follows a backslash: three digits or any one octet.
func parseEscape(text []byte, i int, first bool) (byte, int, Result) {
	if i == len(text) {
		return 0, i, ErrUnexpectedEnd
	}
	if first && text[i] == '[' {
		return 0, i, ErrBadLabelType
	}
	if !isDigit(int(text[i])) {
		return text[i], i + 1, resultOK
	}
	value := 0
	for n := 0; n < 3; n++ {
		if i == len(text) {
			return 0, i, ErrUnexpectedEnd
		}
		if !isDigit(int(text[i])) {
			return 0, i, ErrBadEscape
		}
		value = value*10 + int(text[i]-'0')
		i++
	}
	if value > 255 {
		return 0, i, ErrBadEscape
	}
	return byte(value), i, resultOK
}

// firstLabel splits off the leftmost label; rest is the parent.
func (n wireName) firstLabel() (label string, rest wireName) {
	l := int(n[0])
	return string(n[1 : 1+l]), n[1+l:]
}

func (n wireName) isRoot() bool { return len(n) == 1 }

// parent is the name without its leftmost label.
func (n wireName) parent() wireName { return n[1+int(n[0]):] }

// labels counts the labels, the root's included.
func (n wireName) labels() int {
	count := 1
	for ; !n.isRoot(); n = n.parent() {
		count++
	}
	return count
}

// within reports whether n is top or below it, ignoring case.
func (n wireName) within(top wireName) bool {
	for len(n) > len(top) {
		n = n.parent()
	}
	return n.equal(top)
}

// equal compares as DNS names compare: without regard to ASCII case.
func (n wireName) equal(m wireName) bool {
	if len(n) != len(m) {
		return false
	}
	for i := 0; i < len(n); i++ {
		if lower(n[i]) != lower(m[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// folded is the name in lower case; length octets are below 'A'.
func (n wireName) folded() wireName {
	for i := 0; i < len(n); i++ {
		if c := n[i]; c >= 'A' && c <= 'Z' {
			b := []byte(n)
			for ; i < len(b); i++ {
				b[i] = lower(b[i])
			}
			return wireName(b)
		}
	}
	return n
}

func (n wireName) isWildcard() bool { return n[0] == 1 && n[1] == '*' }

// hasInnerWildcard reports a label "*" that is not the leftmost one.
func (n wireName) hasInnerWildcard() bool {
	if n.isRoot() {
		return false
	}
	for n = n.parent(); !n.isRoot(); n = n.parent() {
		if n.isWildcard() {
			return true
		}
	}
	return false
}

// String is the name as BIND prints it in messages: no final dot, except that
// the root is a dot.
func (n wireName) String() string {
	if n.isRoot() {
		return "."
	}
	return strings.TrimSuffix(n.format(fileEscapes, true), ".")
}

// Octets that get a backslash: in BIND's messages and files (where an owner may
// not look like a directive), and in the text form of github.com/miekg/dns.
const (
	fileEscapes    = `".();\@$`
	packageEscapes = `".();\@ '`
)

// format prints the name with a final dot. Octets of escapes get a backslash;
// octets outside printable ASCII become \DDD, and so does a blank if
// blankNumeric.
func (n wireName) format(escapes string, blankNumeric bool) string {
	if n.isRoot() {
		return "."
	}
	buf := make([]byte, 0, len(n)+8)
	for !n.isRoot() {
		label, rest := n.firstLabel()
		for i := 0; i < len(label); i++ {
			c := label[i]
			switch {
			case c < ' ' || c > '~' || c == ' ' && blankNumeric:
				buf = append(buf, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
			case strings.IndexByte(escapes, c) >= 0:
				buf = append(buf, '\\', c)
			default:
				buf = append(buf, c)
			}
		}
		buf = append(buf, '.')
		n = rest
	}
	return string(buf)
}

// text is the name in the exported interface's form.
func (n wireName) text() string { return n.format(packageEscapes, false) }

// sortKey orders names as RFC 4034 section 6.1 does when keys are compared as
// strings: labels from the root down, in lower case, a name before those below it.
func (n wireName) sortKey() string {
	var starts [128]int
	depth := 0
	for i := 0; n[i] != 0; i += 1 + int(n[i]) {
		starts[depth] = i
		depth++
	}
	key := make([]byte, 0, len(n)+4)
	for depth--; depth >= 0; depth-- {
		i := starts[depth]
		for _, c := range []byte(n[i+1 : i+1+int(n[i])]) {
			if c <= 1 { // 0 separates labels, so 0 and 1 are written as two octets
				key = append(key, 1, c+1)
				continue
			}
			key = append(key, lower(c))
		}
		key = append(key, 0)
	}
	return string(key)
}
