package config

import "strings"

// lineKind says what a logical line of the file is.
type lineKind uint8

const (
	lineBlank    lineKind = iota
	linePart              // its end is on the next line
	lineValue             // key = "value"
	lineVariable          // key = value, in which $name may stand
	lineFile              // key = <path
	lineBegin             // type name {
	lineEnd               // }
	lineInclude
	lineIncludeTry
	lineWrong // value says why
)

// line is one line of a configuration file, taken apart.
type line struct {
	kind       lineKind
	key, value string
	ambiguous  bool // a # without a blank before it began a comment
}

const blanks = " \t\r"

// bare strips blanks and the comment from a physical line. A # begins a
// comment outside quotes; a quote that is never closed hides all that follows.
func bare(s string) (text string, ambiguous bool) {
	s = strings.TrimLeft(s, blanks)
	if strings.HasPrefix(s, "#") {
		return "", false
	}
scan:
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\'':
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '#':
			ambiguous = !strings.ContainsRune(blanks, rune(s[i-1]))
			s = s[:i]
			break scan
		}
	}
	return strings.TrimRight(s, blanks), ambiguous
}

// parseLine takes a physical line apart; before is what earlier lines that
// ended in a backslash held.
func parseLine(raw, before string) line {
	s, ambiguous := bare(raw)
	if strings.HasSuffix(s, `\`) {
		s = strings.TrimRight(s[:len(s)-1], blanks)
		if s != "" {
			s += " "
		}
		return line{kind: linePart, value: before + s, ambiguous: ambiguous}
	}
	if s = before + s; s == "" {
		return line{ambiguous: ambiguous}
	}
	l := statement(s)
	l.ambiguous = ambiguous
	return l
}

// statement parses a complete line: "key = value", "type name {" or "}".
func statement(s string) line {
	end := strings.IndexAny(s, blanks+"=")
	if end < 0 {
		end = len(s)
	}
	key, rest := s[:end], strings.TrimLeft(s[end:], blanks)
	switch {
	case key == "!include":
		return line{kind: lineInclude, value: rest}
	case key == "!include_try":
		return line{kind: lineIncludeTry, value: rest}
	case key == "" && rest != "":
		return line{kind: lineWrong, value: "Missing key name ('=' at the beginning of line)"}
	case strings.HasPrefix(rest, "="):
		return assignment(key, strings.TrimLeft(rest[1:], blanks))
	case key == "}" && rest == "":
		return line{kind: lineEnd}
	}
	return block(key, rest)
}

func assignment(key, v string) line {
	if strings.HasPrefix(v, "<") {
		return line{kind: lineFile, key: key, value: strings.TrimLeft(v[1:], blanks)}
	}
	if n := len(v); n > 1 && (v[0] == '"' || v[0] == '\'') && v[n-1] == v[0] {
		return line{kind: lineValue, key: key, value: unescape(v[1 : n-1])}
	}
	if strings.Contains(v, "$") {
		return line{kind: lineVariable, key: key, value: v}
	}
	return line{kind: lineValue, key: key, value: v}
}

// block parses the beginning of a section.
func block(typ, rest string) line {
	name := ""
	switch {
	case strings.HasPrefix(rest, "{"):
	case strings.HasPrefix(rest, `"`):
		quoted, after, closed := strings.Cut(rest[1:], `"`)
		if closed {
			name = unescape(quoted)
		}
		rest = strings.TrimLeft(after, blanks)
	default:
		end := strings.IndexAny(rest, blanks)
		if end < 0 {
			end = len(rest)
		}
		name, rest = rest[:end], strings.TrimLeft(rest[end:], blanks)
	}
	switch {
	case !strings.HasPrefix(rest, "{"):
		return line{kind: lineWrong, value: "Expecting '{'"}
	case rest != "{":
		return line{kind: lineWrong, value: "Garbage after '{'"}
	}
	return line{kind: lineBegin, key: typ, value: name}
}

// unescape takes away the backslashes of a quoted value.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
