package config

import (
	"errors"
	"strings"
)

// The faults of a domain name, as RFC 1035 3.1 and 5.1 give them; the texts are those messages quote.
var (
	errEmptyLabel   = errors.New("empty label")
	errLabelTooLong = errors.New("label too long")
	errNameTooLong  = errors.New("ran out of space")
	errBadEscape    = errors.New("bad escape")
	errNameEnd      = errors.New("unexpected end of input")
)

// domainName is a name in canonical form: lower case, absolute, with a final dot.
type domainName string

// parseName reads a name in presentation format, relative to the root.
func parseName(s string) (domainName, error) {
	if s == "" {
		return "", errNameEnd
	}
	if s == "." || s == "@" {
		return ".", nil
	}
	var out strings.Builder
	label, total := 0, 1
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '.' {
			if label == 0 {
				return "", errEmptyLabel
			}
			out.WriteByte('.')
			label = 0
			continue
		}
		if c == '\\' {
			var err error
			if c, i, err = unescape(s, i+1); err != nil {
				return "", err
			}
		}
		if label == 0 {
			total++
		}
		label++
		total++
		if label > 63 {
			return "", errLabelTooLong
		}
		writeNameByte(&out, c)
	}
	if label != 0 {
		out.WriteByte('.')
	}
	if total > 255 {
		return "", errNameTooLong
	}
	return domainName(out.String()), nil
}

// unescape reads what follows a backslash: three decimal digits or one character. i is the index of the last one.
func unescape(s string, i int) (c byte, last int, err error) {
	if i >= len(s) {
		return 0, i, errNameEnd
	}
	if !isDigit(int(s[i])) {
		return s[i], i, nil
	}
	if i+2 >= len(s) {
		return 0, i, errNameEnd
	}
	n := 0
	for _, d := range []byte(s[i : i+3]) {
		if !isDigit(int(d)) {
			return 0, i, errBadEscape
		}
		n = n*10 + int(d-'0')
	}
	if n > 255 {
		return 0, i, errBadEscape
	}
	return byte(n), i + 2, nil
}

// writeNameByte writes one byte of a label, escaped where the notation needs it.
func writeNameByte(out *strings.Builder, c byte) {
	switch {
	case strings.IndexByte(`@$".;()\`, c) >= 0:
		out.WriteByte('\\')
		out.WriteByte(c)
	case c <= ' ' || c >= 127:
		out.WriteByte('\\')
		out.WriteByte('0' + c/100)
		out.WriteByte('0' + c/10%10)
		out.WriteByte('0' + c%10)
	default:
		out.WriteByte(lower(c))
	}
}

// display is the name as messages show it: without the final dot, except for the root.
func (n domainName) display() string {
	if n == "." {
		return "."
	}
	return strings.TrimSuffix(string(n), ".")
}

// keyName is the canonical form of a key's name; a name that is none stays as it is.
func keyName(s string) string {
	if n, err := parseName(s); err == nil {
		return string(n)
	}
	return lowerString(s)
}
