package postfix

import (
	"fmt"
	"strings"
)

// patternTable is cidr:, regexp: or pcre: rules in file order; the first match
// counts. IF and ENDIF skip rules.
type patternTable struct{ rules []patternRule }

type patternRule struct {
	match  func(key string) (groups []string, ok bool)
	value  string
	negate bool
	end    int // for IF: index after its ENDIF; 0 for an ordinary rule
	expand bool
	groups int // of a regular expression
}

func (patternTable) Fixed() bool { return false }

func (t patternTable) Lookup(key string) (string, bool, error) {
	for i := 0; i < len(t.rules); i++ {
		r := t.rules[i]
		groups, ok := r.match(key)
		if ok == r.negate {
			if r.end > 0 {
				i = r.end - 1
			}
			continue
		}
		if r.end > 0 {
			continue
		}
		if r.expand {
			return substituteGroups(r.value, groups), true, nil
		}
		return r.value, true, nil
	}
	return "", false, nil
}

// patternDialect reads the pattern at the start of a rule.
type patternDialect struct {
	kind    string
	pattern func(text string) (r patternRule, rest string, problem string)
}

func (d patternDialect) strayEndif() string {
	if d.kind == "cidr" {
		return "ENDIF without IF: skipping this rule"
	}
	return "ignoring ENDIF without matching IF"
}

// openPatterns reads a file of rules. Rules with mistakes are warned of and left
// out, as Postfix does.
func (s *System) openPatterns(spec, kind, name string) (Table, *TableError) {
	var data string
	if strings.HasPrefix(name, "{") && strings.HasSuffix(name, "}") {
		data = inlineRules(name)
		name = "inline"
	} else {
		f, err := s.read(name)
		if err != nil {
			return nil, &TableError{spec, fmt.Sprintf("open %s: %s", name, reason(err))}
		}
		data = string(f.Data)
	}
	d := patternDialect{kind, cidrPattern}
	switch kind {
	case "regexp":
		d.pattern = func(text string) (patternRule, string, string) { return regexpPattern(text, "imx") }
	case "pcre":
		d.pattern = func(text string) (patternRule, string, string) { return regexpPattern(text, "imsxAEUX") }
	}
	t, diags := parsePatterns(d, name, data)
	for _, d := range diags {
		s.log(d)
	}
	return t, nil
}

// inlineRules turns "{ {rule}, {rule} }" into lines.
func inlineRules(name string) string {
	var lines []string
	for _, item := range cutWordsBraced(name[1 : len(name)-1]) {
		lines = append(lines, strings.Trim(strings.TrimSuffix(strings.TrimPrefix(item, "{"), "}"), spaces))
	}
	return strings.Join(lines, "\n")
}

func parsePatterns(d patternDialect, name, data string) (patternTable, []Diagnostic) {
	lines, diags := readLogical(name, data)
	var t patternTable
	var open, openLines []int
	warn := func(line int, format string, args ...any) {
		diags = append(diags, warnf("%s map %s, line %d: %s", d.kind, name, line, fmt.Sprintf(format, args...)))
	}
	for _, l := range lines {
		text := strings.TrimRight(l.text, spaces)
		word, rest, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
		switch {
		case strings.EqualFold(word, "endif"):
			if len(open) == 0 {
				warn(l.first, "%s", d.strayEndif())
				continue
			}
			t.rules[open[len(open)-1]].end = len(t.rules)
			open, openLines = open[:len(open)-1], openLines[:len(openLines)-1]
		case strings.EqualFold(word, "if"):
			r, extra, problem := d.pattern(strings.TrimLeft(rest, spaces))
			if problem != "" {
				warn(l.first, "%s", problem)
				continue
			}
			if strings.Trim(extra, spaces) != "" {
				warn(l.first, "ignoring extra text after IF statement: \"%s\"", strings.Trim(extra, spaces))
			}
			open, openLines = append(open, len(t.rules)), append(openLines, l.first)
			t.rules = append(t.rules, r)
		default:
			r, value, problem := d.pattern(text)
			if problem == "" {
				r.value = strings.Trim(value, spaces)
				problem = d.finish(&r)
			}
			if problem != "" {
				warn(l.first, "%s", problem)
			}
			if r.match != nil {
				t.rules = append(t.rules, r)
			}
		}
	}
	for i := len(open) - 1; i >= 0; i-- {
		warn(openLines[i], "IF has no matching ENDIF")
		t.rules[open[i]].end = len(t.rules)
	}
	return t, diags
}

// finish checks the result text of a rule. A rule that must be skipped loses its
// match function.
func (d patternDialect) finish(r *patternRule) string {
	if d.kind == "cidr" {
		if r.value == "" {
			r.match = nil
			return "no lookup result: skipping this rule"
		}
		return ""
	}
	if r.value == "" {
		return "no replacement text: using empty string"
	}
	problem := checkReplacement(r)
	if problem != "" {
		r.match = nil
	}
	return problem
}
