package config

import "errors"

// tokenKind says what the lexer recognised.
type tokenKind uint8

const (
	tokenUnknown   tokenKind = iota // after a lexical error: there is nothing to quote
	tokenString                     // an unquoted word
	tokenQuoted                     // "..."
	tokenNumber                     // a word of digits, only where a number may stand
	tokenSpecial                    // one of { } ; / " !
	tokenBracketed                  // the raw text between balanced braces
	tokenEOF
)

// token is one lexical element. text ends at the first NUL, as a C string does.
type token struct {
	kind    tokenKind
	text    string
	num     uint32
	special byte
}

// isSpecial reports whether the token is the punctuation character c.
func (t token) isSpecial(c byte) bool { return t.kind == tokenSpecial && t.special == c }

// lexMode selects which token kinds may be recognised at a place; the same characters read differently in another mode.
type lexMode uint8

const (
	modeQuoted    lexMode = 1 << iota // a double quote opens a quoted string
	modeNumber                        // digits are a number
	modeCNumber                       // with modeNumber: 0x and leading 0 as in C
	modeBracketed                     // an open brace starts raw text
)

// The texts of the results a parse can end with; they appear in messages ("parsing failed: file not found").
var (
	errUnexpectedToken = errors.New("unexpected token")
	errUnexpectedEnd   = errors.New("unexpected end of input")
	errUnbalanced      = errors.New("unbalanced parentheses")
	errRange           = errors.New("out of range")
	errFailure         = errors.New("failure")
	errExists          = errors.New("already exists")
	errBadTTL          = errors.New("bad ttl")
	errNotFound        = errors.New("not found")
	errFileNotFound    = errors.New("file not found")
	errPermission      = errors.New("permission denied")
	errNotAFile        = errors.New("not a file")
	errInvalidFile     = errors.New("invalid file")
	errTooManyFiles    = errors.New("too many open files")
	errTooDeep         = errors.New("nested too deeply")
)
