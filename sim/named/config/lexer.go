package config

import "strconv"

// eof is the character after the last one.
const eof = -1

// source is one file being read: the main one or an included one.
type source struct {
	name string
	data []byte
	err  error // what reading the file gave; reported at the first token

	pos, line           int
	savedPos, savedLine int // where the last token (with the space before it) began
	start               int // where the text of the last token began
	braces              int // open braces of raw text cut off by the end of the file
}

func newSource(name string, data []byte, err error) *source {
	return &source{name: name, data: data, err: err, line: 1}
}

// raw reads one character, counting lines.
func (s *source) raw() int {
	if s.pos >= len(s.data) {
		return eof
	}
	c := s.data[s.pos]
	s.pos++
	if c == '\n' {
		s.line++
	}
	return int(c)
}

// pushBack returns the delimiter c that ended a word. A comment inside a word reads as one space whose place is the
// comment's last character, so that `yes/* x */` leaves a slash behind: BIND does the same.
func (s *source) pushBack(c int) {
	if c == eof {
		return
	}
	s.pos--
	if c == '\n' {
		s.line--
	}
}

// char reads one character outside quotes. The three kinds of comment are recognised here, also inside a word:
// a C comment reads as one space, a line comment as the end of its line.
func (s *source) char() (int, error) {
	c := s.raw()
	switch {
	case c == '#':
		return s.skipLine(), nil
	case c != '/' || s.pos >= len(s.data):
		return c, nil
	case s.data[s.pos] == '/':
		return s.skipLine(), nil
	case s.data[s.pos] == '*':
		s.raw()
		return s.skipComment()
	}
	return c, nil
}

func (s *source) skipLine() int {
	for {
		if c := s.raw(); c == '\n' || c == eof {
			return c
		}
	}
}

func (s *source) skipComment() (int, error) {
	for star := false; ; {
		c := s.raw()
		switch {
		case c == eof:
			return eof, errUnexpectedEnd
		case c == '/' && star:
			return ' ', nil
		}
		star = c == '*'
	}
}

// next reads a token. The space and the comments before it belong to it, so that unget restores the line number too.
func (s *source) next(mode lexMode) (token, error) {
	s.savedPos, s.savedLine = s.pos, s.line
	if s.err != nil {
		return token{}, s.err
	}
	for {
		s.start = s.pos
		c, err := s.char()
		switch {
		case err != nil:
			return token{}, err
		case c == eof:
			if mode&modeBracketed != 0 && s.braces != 0 {
				s.braces = 0
				return token{}, errUnbalanced
			}
			return token{kind: tokenEOF}, nil
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == '"' && mode&modeQuoted != 0:
			return s.quoted()
		case c == '{' && mode&modeBracketed != 0:
			return s.bracketed()
		case isSpecialChar(c):
			return token{kind: tokenSpecial, special: byte(c), text: string(rune(c))}, nil
		case isDigit(c) && mode&modeNumber != 0:
			return s.number(c, mode)
		}
		return s.word(nil, c)
	}
}

// unget goes back to before the last token.
func (s *source) unget() { s.pos, s.line = s.savedPos, s.savedLine }

// lastText is the source text of the last token, as quoted in messages.
func (s *source) lastText() string { return cString(s.data[s.start:s.pos]) }

// word reads the rest of an unquoted word after what is already in buf and the character c.
func (s *source) word(buf []byte, c int) (token, error) {
	for {
		buf = append(buf, byte(c))
		var err error
		if c, err = s.char(); err != nil {
			return token{}, err
		}
		if isDelimiter(c) {
			s.pushBack(c)
			return token{kind: tokenString, text: cString(buf)}, nil
		}
	}
}

// number reads digits. Anything else in the word makes it an ordinary word, except the x of a C hexadecimal number.
func (s *source) number(c int, mode lexMode) (token, error) {
	var buf []byte
	for {
		if isDelimiter(c) {
			s.pushBack(c)
			return numberToken(string(buf), mode)
		}
		hex := mode&modeCNumber != 0 && (c == 'x' || c == 'X') && len(buf) == 1 && buf[0] == '0'
		if !isDigit(c) && !hex {
			return s.word(buf, c)
		}
		buf = append(buf, byte(c))
		var err error
		if c, err = s.char(); err != nil {
			return token{}, err
		}
	}
}

func numberToken(text string, mode lexMode) (token, error) {
	n, ok, inRange := parseUint32(text, mode&modeCNumber != 0)
	switch {
	case !ok:
		return token{kind: tokenString, text: text}, nil
	case !inRange:
		return token{}, errRange
	}
	return token{kind: tokenNumber, text: text, num: n}, nil
}

// quoted reads the rest of a quoted string, which may span lines. A backslash protects a quote and stays in all other
// places.
func (s *source) quoted() (token, error) {
	var buf []byte
	for escaped := false; ; {
		c := s.raw()
		switch {
		case c == eof:
			return token{}, errUnexpectedEnd
		case c == '"' && !escaped:
			return token{kind: tokenQuoted, text: cString(buf)}, nil
		case c == '"':
			buf[len(buf)-1] = '"'
			escaped = false
			continue
		}
		escaped = c == '\\' && !escaped
		buf = append(buf, byte(c))
	}
}

// bracketed reads raw text up to the brace that balances the one just read.
func (s *source) bracketed() (token, error) {
	if s.braces != 0 {
		return token{}, errUnbalanced
	}
	s.braces = 1
	var buf []byte
	for escaped := false; ; {
		c := s.raw()
		switch {
		case c == eof:
			return token{}, errUnexpectedEnd
		case c == '{' && !escaped:
			s.braces++
		case c == '}' && !escaped:
			s.braces--
		}
		if s.braces == 0 {
			return token{kind: tokenBracketed, text: cString(buf)}, nil
		}
		escaped = c == '\\' && !escaped
		buf = append(buf, byte(c))
	}
}

func isSpecialChar(c int) bool {
	switch c {
	case '{', '}', ';', '/', '"', '!':
		return true
	}
	return false
}

func isDelimiter(c int) bool {
	switch c {
	case eof, ' ', '\t', '\r', '\n':
		return true
	}
	return isSpecialChar(c)
}

func isDigit(c int) bool { return c >= '0' && c <= '9' }

// cString cuts b at the first NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// parseUint32 reads an unsigned number; cBase accepts C's 0x and 0 prefixes. ok is false when text is no number.
func parseUint32(text string, cBase bool) (n uint32, ok, inRange bool) {
	base := 10
	if cBase && len(text) > 1 && text[0] == '0' {
		base = 8
		if text[1] == 'x' || text[1] == 'X' {
			base, text = 16, text[2:]
		}
	}
	v, err := strconv.ParseUint(text, base, 32)
	if err == nil {
		return uint32(v), true, true
	}
	if isRangeError(err) {
		return 0, true, false
	}
	return 0, false, false
}
