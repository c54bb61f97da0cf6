package postfix

import (
	"strings"
)

// Limits of macro expansion: Postfix's own nesting limit, and bounds on the size
// of a result and on the work for it, which the real program does not have.
const (
	maxMacroNesting = 100
	maxMacroResult  = 1 << 20
	maxMacroSteps   = 100_000
)

// macroExpander expands $name, ${name}, $(name), ${name?text}, ${name:text},
// ${name?{yes}:{no}} and ${{left} op {right} ? {yes} : {no}} (postconf(5)).
type macroExpander struct {
	lookup  func(name string) (value string, ok bool)
	recurse bool // values contain macros themselves
	scan    bool // visit every branch, to learn which names are used
	out     strings.Builder
	diags   []Diagnostic
	failed  bool
	depth   int
	steps   *int
}

// Expand expands macros in text with the given values, one level deep. ok is
// false after a syntax error; the warnings are Postfix's.
func Expand(text string, lookup func(string) (string, bool)) (result string, diags []Diagnostic, ok bool) {
	e := macroExpander{lookup: lookup, steps: new(int)}
	e.parse(text)
	return e.out.String(), e.diags, !e.failed
}

func (e *macroExpander) fail(format string, args ...any) {
	e.diags = append(e.diags, warnf(format, args...))
	e.failed = true
}

// macroNames returns the names text refers to, in order, on every branch.
func macroNames(text string) ([]string, []Diagnostic) {
	var names []string
	e := macroExpander{scan: true, steps: new(int), lookup: func(name string) (string, bool) {
		names = append(names, name)
		return "", true
	}}
	e.parse(text)
	return names, e.diags
}

// parse cuts text into literals and macro references.
func (e *macroExpander) parse(text string) {
	for i := 0; i < len(text) && !e.failed; {
		next := strings.IndexByte(text[i:], '$')
		if next < 0 {
			e.literal(text[i:])
			return
		}
		e.literal(text[i : i+next])
		i += next + 1
		if i < len(text) && text[i] == '$' {
			e.literal("$")
			i++
			continue
		}
		body, end, closed := macroBody(text, i)
		switch {
		case !closed:
			e.fail("truncated macro reference: \"%s\"", text)
		case body == "":
			e.fail("empty macro name: \"%s\"", text)
		default:
			e.macro(body)
		}
		i = end
	}
}

func (e *macroExpander) literal(s string) {
	if e.out.Len()+len(s) > maxMacroResult {
		e.fail("unreasonable macro result size")
		return
	}
	e.out.WriteString(s)
}

// macroBody finds the reference that starts at i, after the "$".
func macroBody(text string, i int) (body string, end int, closed bool) {
	if i < len(text) && (text[i] == '{' || text[i] == '(') {
		opening, closing := text[i], byte('}')
		if opening == '(' {
			closing = ')'
		}
		level := 1
		for j := i + 1; j < len(text); j++ {
			switch text[j] {
			case opening:
				level++
			case closing:
				if level--; level == 0 {
					return text[i+1 : j], j + 1, true
				}
			}
		}
		return "", len(text), false
	}
	j := i
	for j < len(text) && isNameChar(text[j]) {
		j++
	}
	return text[i:j], j, true
}

func isNameChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// macro evaluates the inside of one reference: a name or a comparison, then
// nothing, "?" or ":".
func (e *macroExpander) macro(body string) {
	*e.steps++
	if e.depth++; e.depth > maxMacroNesting || *e.steps > maxMacroSteps {
		e.fail("unreasonable macro call nesting: \"%s\"", body)
		return
	}
	defer func() { e.depth-- }()
	value, found, rest, ok := e.condition(body)
	if !ok {
		return
	}
	if rest == "" {
		e.substitute(value, found)
		return
	}
	e.choose(value != "", rest)
}

func (e *macroExpander) substitute(value string, found bool) {
	switch {
	case !found || value == "":
	case e.recurse:
		e.parse(value)
	default:
		e.literal(value)
	}
}

// condition reads the name or comparison at the start of a reference; rest
// begins with "?" or ":" or is empty.
func (e *macroExpander) condition(body string) (value string, found bool, rest string, ok bool) {
	s := strings.TrimLeft(body, spaces)
	if strings.HasPrefix(s, "{") {
		return e.comparison(s)
	}
	end := 0
	for end < len(s) && isNameChar(s[end]) {
		end++
	}
	rest = strings.TrimLeft(s[end:], spaces)
	if rest != "" && rest[0] != '?' && rest[0] != ':' {
		at := len(body) - len(s) + end
		e.fail("attribute name syntax error at: \"...%s>>>%.20s\"", body[:at], body[at:])
		return "", false, "", false
	}
	value, found = e.lookup(s[:end])
	return value, found, rest, true
}

// choose handles what follows the condition: "?yes", "?{yes}", "?{yes}:no",
// ":no" and so on. Only one side is expanded.
func (e *macroExpander) choose(yes bool, rest string) {
	if rest[0] == '?' {
		text, tail, ok := e.operand(rest[1:])
		if !ok {
			return
		}
		if tail != "" && tail[0] != ':' {
			e.fail("\":\" expected at: \"...%s}>>>%.20s\"", text, tail)
			return
		}
		if yes || e.scan {
			e.parse(text)
		}
		if rest = tail; rest == "" {
			return
		}
	}
	text, tail, ok := e.operand(rest[1:])
	if !ok {
		return
	}
	if !yes || e.scan {
		e.parse(text)
	}
	if tail != "" && !e.failed {
		e.fail("unexpected input at: \"...%s}>>>%.20s\"", text, tail)
	}
}

// operand reads "{text}" or, without braces, everything.
func (e *macroExpander) operand(s string) (text, rest string, ok bool) {
	if strings.HasPrefix(strings.TrimLeft(s, spaces), "{") {
		return e.curly(s)
	}
	return s, "", true
}

// curly reads a braced text, trimmed, and the white space after it.
func (e *macroExpander) curly(s string) (text, rest string, ok bool) {
	s = strings.TrimLeft(s, spaces)
	level := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			level++
		case '}':
			if level--; level == 0 {
				return strings.Trim(s[1:i], spaces), strings.TrimLeft(s[i+1:], spaces), true
			}
		}
	}
	e.fail("unbalanced {} in attribute expression: \"%s\"", s)
	return "", "", false
}

// comparison evaluates {left} op {right}. The result is a non-empty or an empty
// value.
func (e *macroExpander) comparison(s string) (value string, found bool, rest string, ok bool) {
	left, tail, ok := e.curly(s)
	if !ok {
		return "", false, "", false
	}
	n := len(tail) - len(strings.TrimLeft(tail, "<>!=?+-*/~&|%"))
	op, after := tail[:n], tail[n:]
	switch op {
	case "==", "!=", "<", "<=", ">=", ">":
	default:
		e.fail("\"==\" or \"!=\" or \"<\" or \"<=\" or \">=\" or \">\" expected at: \"...%s}>>>%.20s\"", left, tail)
		return "", false, "", false
	}
	level := strings.HasPrefix(after, "level")
	after = strings.TrimPrefix(after, "level")
	if !strings.HasPrefix(strings.TrimLeft(after, spaces), "{") {
		e.fail("\"{expression}\" expected at: \"...{%s} %s>>>%.20s\"", left, op, after)
		return "", false, "", false
	}
	right, rest, ok := e.curly(after)
	if !ok {
		return "", false, "", false
	}
	if rest != "" && rest[0] != '?' && rest[0] != ':' {
		e.fail("\"?\" or \":\" expected at: \"...}>>>%.20s\"", rest)
		return "", false, "", false
	}
	a, b := e.sub(left), e.sub(right)
	if !e.scan && e.compare(a, op, b, level) {
		value = "bool:true"
	}
	return value, true, rest, !e.failed
}

// sub expands an operand of a comparison.
func (e *macroExpander) sub(text string) string {
	inner := macroExpander{lookup: e.lookup, recurse: e.recurse, depth: e.depth, steps: e.steps, scan: e.scan}
	inner.parse(text)
	e.diags = append(e.diags, inner.diags...)
	e.failed = e.failed || inner.failed
	return inner.out.String()
}

// compare compares numbers when both sides are numbers, else texts; with
// "level" it compares compatibility levels.
func (e *macroExpander) compare(left, op, right string, level bool) bool {
	var c int
	if level {
		a, okA := parseLevel(left)
		b, okB := parseLevel(right)
		if !okA || !okB {
			e.fail("bad compatibility level: \"%s\"", map[bool]string{true: right, false: left}[okA])
			return false
		}
		c = a.compare(b)
	} else if a, b, ok := bothNumbers(left, right); ok {
		c = compareInt(a, b)
	} else {
		c = strings.Compare(left, right)
	}
	return map[string]bool{"==": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">=": c >= 0, ">": c > 0}[op]
}

func bothNumbers(a, b string) (x, y int64, ok bool) {
	x, errA := parseLong(a)
	y, errB := parseLong(b)
	return x, y, errA == nil && errB == nil
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compatLevel is a compatibility level such as 3.6.
type compatLevel [3]int64

func parseLevel(s string) (compatLevel, bool) {
	var l compatLevel
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return l, false
	}
	for i, p := range parts {
		n, err := parseLong(p)
		if err != nil || n < 0 {
			return l, false
		}
		l[i] = n
	}
	return l, true
}

func (l compatLevel) compare(o compatLevel) int {
	for i := range l {
		if c := compareInt(l[i], o[i]); c != 0 {
			return c
		}
	}
	return 0
}
