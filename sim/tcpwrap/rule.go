// Package tcpwrap decides by TCP wrappers' hosts.allow and hosts.deny whether a
// service may be used: the access control language of hosts_access(5) with the
// options of hosts_options(5).
//
// It is a matter of text and addresses alone. Who asks reads the files, looks
// names up and carries out options: tcpd(8), and daemons that are linked with
// libwrap. Left out: netgroups, and user names by RFC 931, which are unknown.
package tcpwrap

import (
	"fmt"
	"strings"
)

// Rule is one line of an access file: "daemons : clients : option : option".
type Rule struct {
	File    string
	Line    int // where it begins
	Daemons string
	Clients string
	Options []Option
}

// Option is one of hosts_options(5).
type Option struct {
	Name  string
	Value string
}

// Problem is a remark on a line, worded as libwrap logs it.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) Error() string {
	return fmt.Sprintf("warning: %s, line %d: %s", p.File, p.Line, p.Text)
}

// maxRule bounds a rule with its continued lines (BUFLEN of tcpd.h).
const maxRule = 2048

// Parse reads an access file. A line with an error is left out; after an option
// that is not known or does not fit, the rule counts as one that denies.
func Parse(file, text string) (rules []Rule, problems []Problem) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		start, line := i, lines[i]
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) && len(line) < maxRule {
			i++
			line = line[:len(line)-1] + lines[i]
		}
		remark := func(format string, args ...any) {
			problems = append(problems, Problem{file, i + 1, fmt.Sprintf(format, args...)})
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(line, "#"):
			continue
		case i+1 == len(lines):
			remark("missing newline or line too long")
		case len(line) >= maxRule:
			remark("line too long")
			continue
		}
		parts := splitColons(line)
		if len(parts) < 2 {
			remark("missing \":\" separator")
			continue
		}
		r := Rule{File: file, Line: start + 1, Daemons: strings.TrimSpace(parts[0]), Clients: strings.TrimSpace(parts[1])}
		for k, o := range parts[2:] {
			option, bad := parseOption(o, k == len(parts[2:])-1)
			if bad != "" {
				remark("%s", bad)
				option = Option{Name: "deny"}
			}
			r.Options = append(r.Options, option)
			if bad != "" {
				break
			}
		}
		rules = append(rules, r)
	}
	return rules, problems
}

// splitColons splits at colons that are not inside brackets or behind a
// backslash.
func splitColons(s string) (parts []string) {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && s[i+1] == ':':
			i++
			b.WriteByte(':')
			continue
		case c == '[':
			depth = 1
		case c == ']':
			depth = 0
		case c == ':' && depth == 0:
			parts = append(parts, b.String())
			b.Reset()
			continue
		}
		b.WriteByte(s[i])
	}
	return append(parts, b.String())
}

// optionKinds says of each option whether it takes a value, and whether it has
// to stand last (hosts_options(5)).
var optionKinds = map[string]struct{ value, last bool }{
	"allow": {false, true}, "deny": {false, true}, "twist": {true, true}, "spawn": {true, false}, "aclexec": {true, false}, "severity": {true, false},
	"setenv": {true, false}, "banners": {true, false}, "user": {true, false}, "umask": {true, false}, "linger": {true, false},
	"keepalive": {false, false}, "nice": {false, false}, "rfc931": {false, false}, "group": {true, false},
}

func parseOption(text string, last bool) (o Option, bad string) {
	text = strings.TrimSpace(text)
	name, value := text, ""
	if i := strings.IndexAny(text, " \t="); i >= 0 {
		name, value = text[:i], strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(text[i:], " \t"), "="))
	}
	o = Option{Name: strings.ToLower(name), Value: value}
	switch kind, known := optionKinds[o.Name]; {
	case !known:
		return o, fmt.Sprintf("bad option name: \"%s\"", name)
	case kind.value && value == "":
		return o, fmt.Sprintf("option \"%s\" requires value", o.Name)
	case !kind.value && value != "" && o.Name != "nice" && o.Name != "rfc931":
		return o, fmt.Sprintf("option \"%s\" requires no value", o.Name)
	case kind.last && !last:
		return o, fmt.Sprintf("option \"%s\" must be at end", o.Name)
	}
	return o, ""
}
