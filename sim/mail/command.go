package mail

import "strings"

// Token is a word of an SMTP command line. Bad is set when a quote or an angle
// bracket in it is never closed.
type Token struct {
	Text string
	Bad  bool
}

// Command is an SMTP command line cut into words as Postfix's smtpd does it.
type Command struct {
	Verb string  // upper case
	Args []Token // after the verb; "FROM:" and "TO:" are words of their own
	Line string  // as received, without the line end
}

// Arg returns the text of argument i, or "" when there is none.
func (c Command) Arg(i int) string {
	if i < len(c.Args) {
		return c.Args[i].Text
	}
	return ""
}

// Rest joins all arguments with a single space.
func (c Command) Rest() string {
	words := make([]string, len(c.Args))
	for i, a := range c.Args {
		words[i] = a.Text
	}
	return strings.Join(words, " ")
}

// ParseCommand cuts a command line into words. ok is false for an empty line,
// which smtpd answers with "500 5.5.2 Error: bad syntax".
func ParseCommand(line string) (cmd Command, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	var words []Token
	for rest := line; ; {
		var t Token
		var found bool
		t, rest, found = nextToken(rest)
		if !found {
			break
		}
		words = append(words, t)
	}
	if len(words) == 0 {
		return Command{Line: line}, false
	}
	return Command{Verb: strings.ToUpper(words[0].Text), Args: words[1:], Line: line}, true
}

// nextToken reads one word. White space ends a word except inside <...> and
// "..."; a colon ends it when the word so far is "from:" or "to:", so that
// "MAIL FROM:<a@b>" and "MAIL FROM: <a@b>" are the same.
func nextToken(s string) (t Token, rest string, found bool) {
	var b strings.Builder
	i := 0
	for i < len(s) {
		c := s[i]
		i++
		switch {
		case isSpace(c):
			if b.Len() > 0 {
				return Token{b.String(), t.Bad}, s[i:], true
			}
		case c == '<':
			n, closed := scanQuoted(s[i:], '>')
			b.WriteString(s[i-1 : i+n])
			i += n
			t.Bad = t.Bad || !closed
		case c == '"':
			n, closed := scanQuoted(s[i:], '"')
			b.WriteString(s[i-1 : i+n])
			i += n
			t.Bad = t.Bad || !closed
		case c == ':':
			b.WriteByte(c)
			if w := b.String(); strings.EqualFold(w, "to:") || strings.EqualFold(w, "from:") {
				return Token{w, t.Bad}, s[i:], true
			}
		case c == '\\' && i < len(s):
			b.WriteByte(c)
			b.WriteByte(s[i])
			i++
		default:
			b.WriteByte(c)
		}
	}
	return Token{b.String(), t.Bad}, "", b.Len() > 0
}

// scanQuoted returns the length of s up to and with the delimiter that closes
// what was opened before s. Quotes nest in brackets, and brackets in brackets.
func scanQuoted(s string, last byte) (n int, closed bool) {
	stack := []byte{last}
	for i := 0; i < len(s); i++ {
		want := stack[len(stack)-1]
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == want:
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return i + 1, true
			}
		case c == '"':
			stack = append(stack, '"')
		case c == '<' && want == '>':
			stack = append(stack, '>')
		}
	}
	return len(s), false
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
