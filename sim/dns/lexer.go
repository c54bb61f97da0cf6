package dns

// tokenKind tells what a token of a master file is.
type tokenKind uint8

const (
	tokEOF       tokenKind = iota
	tokEOL                 // end of a line outside parentheses
	tokInitialWS           // blank at the start of a line
	tokString
	tokQString // text in double quotes
	tokNumber
	tokSpecial // a quote, parenthesis or NUL where none may stand
)

// token is one lexical unit. text is valid until the next call of next and
// still holds the escapes of the source.
type token struct {
	kind   tokenKind
	text   []byte
	number uint32
}

// lexOption says which kinds of token the caller can use here.
type lexOption uint8

const (
	lexInitialWS lexOption = 1 << iota
	lexEOL
	lexQString
	lexNumber
)

const eof = -1

// source is one open file, or the right-hand side of a $GENERATE.
type source struct {
	name      string
	data      []byte
	pos, line int
	savedPos  int
	savedLine int
	isFile    bool
	readError Result // what reading gives instead of text (a directory)
	wasEOL    bool   // the lexer's lastEOL when this source was opened
}

func (s *source) read() int {
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

func (s *source) unread(c int) {
	if c == eof {
		return
	}
	s.pos--
	if c == '\n' {
		s.line--
	}
}

// skipComment moves to the end of the line, before its newline.
func (s *source) skipComment() {
	for s.pos < len(s.data) && s.data[s.pos] != '\n' {
		s.pos++
	}
}

// readPastComment reads one octet; a comment counts as nothing.
func (s *source) readPastComment() int {
	c := s.read()
	if c == ';' {
		s.skipComment()
		c = s.read()
	}
	return c
}

// lexer cuts master files into tokens as RFC 1035 section 5.1 and BIND's lexer
// define them: parentheses join lines, a semicolon starts a comment, quotes
// hold blanks. The parentheses' depth runs on across files.
type lexer struct {
	cur        *source
	stack      []*source
	paren      int
	savedParen int
	lastEOL    bool
}

func newLexer() *lexer { return &lexer{lastEOL: true} }

// open makes s the current source; close returns to the one before.
func (lx *lexer) open(s *source) {
	s.line = 1
	s.wasEOL = lx.lastEOL
	if lx.cur != nil {
		lx.stack = append(lx.stack, lx.cur)
	}
	lx.cur = s
}

func (lx *lexer) close() {
	lx.lastEOL = lx.cur.wasEOL
	lx.cur = nil
	if n := len(lx.stack); n > 0 {
		lx.cur = lx.stack[n-1]
		lx.stack = lx.stack[:n-1]
	}
}

func (lx *lexer) line() int { return lx.cur.line }

// unget undoes the last call of next.
func (lx *lexer) unget() {
	s := lx.cur
	s.pos, s.line = s.savedPos, s.savedLine
	lx.paren = lx.savedParen
}

func isSpecial(c int) bool { return c == '(' || c == ')' || c == '"' || c == 0 }

func isDigit(c int) bool { return c >= '0' && c <= '9' }

// next reads one token. Inside parentheses neither line ends nor blanks at a
// line's start are tokens. Everything the reader is not prepared for becomes a
// plain string or a special.
func (lx *lexer) next(opts lexOption) (token, Result) {
	s := lx.cur
	if s.readError != "" {
		return token{}, s.readError
	}
	lx.savedParen = lx.paren
	s.savedPos, s.savedLine = s.pos, s.line
	outside := opts
	if lx.paren > 0 {
		opts &^= lexInitialWS | lexEOL
	}
	for {
		c := s.readPastComment()
		switch {
		case c == eof:
			lx.lastEOL = false
			if lx.paren != 0 {
				lx.paren = 0
				return token{}, ErrUnbalanced
			}
			return token{kind: tokEOF}, resultOK
		case c == ' ' || c == '\t':
			if lx.lastEOL && opts&lexInitialWS != 0 {
				lx.lastEOL = false
				return token{kind: tokInitialWS}, resultOK
			}
		case c == '\n':
			lx.lastEOL = true
			if opts&lexEOL != 0 {
				return token{kind: tokEOL}, resultOK
			}
		case c == '\r':
			if opts&lexEOL != 0 {
				return lx.carriageReturn()
			}
		case c == '"' && opts&lexQString != 0:
			lx.lastEOL = false
			return lx.quoted()
		case isSpecial(c):
			lx.lastEOL = false
			if c != '(' && c != ')' {
				return token{kind: tokSpecial}, resultOK
			}
			if c == ')' && lx.paren == 0 {
				return token{}, ErrUnbalanced
			}
			opts = lx.parenthesis(c, opts, outside)
		case isDigit(c) && opts&lexNumber != 0:
			lx.lastEOL = false
			return lx.numeric()
		default:
			lx.lastEOL = false
			s.unread(c)
			return lx.str(s.pos)
		}
	}
}

// carriageReturn ends a line, with or without a newline behind it.
func (lx *lexer) carriageReturn() (token, Result) {
	if c := lx.cur.readPastComment(); c != '\n' {
		lx.cur.unread(c)
	}
	lx.lastEOL = true
	return token{kind: tokEOL}, resultOK
}

// parenthesis counts one and returns the options that hold behind it: inside, line
// ends and leading blanks mean nothing.
func (lx *lexer) parenthesis(c int, inside, outside lexOption) lexOption {
	if c == '(' {
		lx.paren++
		return inside &^ (lexInitialWS | lexEOL)
	}
	if lx.paren--; lx.paren == 0 {
		return outside
	}
	return inside
}

// str reads on to the end of a string that began at start. An escaped blank,
// special or semicolon belongs to it; a line end never does.
func (lx *lexer) str(start int) (token, Result) {
	s := lx.cur
	escaped := false
	for {
		end := s.pos
		c := s.read()
		if c == ';' && !escaped {
			s.skipComment()
			return token{kind: tokString, text: s.data[start:end]}, resultOK
		}
		if c == '\r' || c == '\n' || c == eof || !escaped && (c == ' ' || c == '\t' || isSpecial(c)) {
			s.unread(c)
			if escaped && c == eof {
				return token{}, ErrUnexpectedEnd
			}
			return token{kind: tokString, text: s.data[start:end]}, resultOK
		}
		escaped = !escaped && c == '\\'
	}
}

// numeric reads a number, or the string that only began like one. The first
// digit has been read.
func (lx *lexer) numeric() (token, Result) {
	s := lx.cur
	start := s.pos - 1
	for {
		end := s.pos
		c := s.read()
		if isDigit(c) {
			continue
		}
		if c == ';' {
			s.skipComment()
		} else if c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == eof || isSpecial(c) {
			s.unread(c)
		} else {
			return lx.str(start)
		}
		text := s.data[start:end]
		n, res := parseUint32(text)
		return token{kind: tokNumber, text: text, number: n}, res
	}
}

// quoted reads a string in double quotes; its opening quote has been read. An
// escaped quote loses its backslash, other escapes stay.
func (lx *lexer) quoted() (token, Result) {
	s := lx.cur
	start := s.pos
	var built []byte // set once an escaped quote forced a copy
	escaped := false
	for {
		end := s.pos
		c := s.read()
		switch {
		case c == eof:
			return token{}, ErrUnexpectedEnd
		case c == '"' && !escaped:
			text := s.data[start:end]
			if built != nil {
				text = built
			}
			return token{kind: tokQString, text: text}, resultOK
		case c == '"':
			escaped = false
			if built == nil {
				built = append(make([]byte, 0, end-start+16), s.data[start:end]...)
			}
			built[len(built)-1] = '"'
			continue
		case c == '\n' && !escaped:
			s.unread(c)
			return token{}, ErrUnbalancedQuotes
		}
		escaped = c == '\\' && !escaped
		if built != nil {
			built = append(built, byte(c))
		}
	}
}

// parseUint32 reads a decimal number as BIND's isc_parse_uint32 does.
func parseUint32(text []byte) (uint32, Result) {
	if len(text) == 0 {
		return 0, ErrBadNumber
	}
	var n uint64
	for _, c := range text {
		if !isDigit(int(c)) {
			return 0, ErrBadNumber
		}
		if n = n*10 + uint64(c-'0'); n > 1<<40 {
			n = 1 << 40
		}
	}
	if n > 0xffffffff {
		return 0, ErrRange
	}
	return uint32(n), resultOK
}
