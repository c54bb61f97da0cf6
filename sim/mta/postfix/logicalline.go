package postfix

import "strings"

// logicalLine is what Postfix's files are made of: a line and the lines after it
// that begin with white space. Comment and blank lines are dropped, also
// between a line and its continuation (postconf(5)).
type logicalLine struct {
	text  string // physical lines joined without anything between them
	first int    // number of the first physical line, from 1
	last  int
}

// readLogical cuts a file into logical lines. A file that begins with a
// continuation gets Postfix's warning, and that text is dropped.
func readLogical(path, data string) ([]logicalLine, []Diagnostic) {
	var out []logicalLine
	var diags []Diagnostic
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, spaces)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if strings.IndexByte(spaces, line[0]) >= 0 {
			if len(out) == 0 {
				diags = append(diags, startsWithSpace(path, line))
				continue
			}
			l := &out[len(out)-1]
			l.text += line
			l.last = i + 1
			continue
		}
		out = append(out, logicalLine{line, i + 1, i + 1})
	}
	return out, diags
}

// spaces is what C's isspace accepts.
const spaces = " \t\n\v\f\r"

func startsWithSpace(path, line string) Diagnostic {
	dots := ""
	if len(line) > 30 {
		line, dots = line[:30], "..."
	}
	return warnf("%s: logical line must not start with whitespace: \"%s%s\"", path, line, dots)
}

// splitNameValue reads "name = value". problem is empty, or the reason.
func splitNameValue(s string) (name, value, problem string) {
	s = strings.TrimLeft(s, spaces)
	if s == "" || s[0] == '=' {
		return "", "", "missing attribute name"
	}
	end := strings.IndexAny(s, spaces+"=")
	if end < 0 {
		return "", "", "missing '=' after attribute name"
	}
	rest := strings.TrimLeft(s[end:], spaces)
	if rest == "" || rest[0] != '=' {
		return "", "", "missing '=' after attribute name"
	}
	return s[:end], strings.Trim(rest[1:], spaces), ""
}
