package userland

import (
	"fmt"
	"slices"
	"strings"
)

// sudoersLine is one line of sudoers(5) being parsed. Its grammar, in which
// each list is separated by commas:
//
//	Defaults[:@!>LIST] SETTING, ...
//	User_Alias NAME = LIST : NAME = LIST ...     and Host_, Cmnd_, Runas_Alias
//	USERS HOSTS = [(USERS:GROUPS)] [TAG:] COMMANDS : HOSTS = ...
//	@include FILE, @includedir FOLDER            or with "#"
type sudoersLine struct {
	s      *sudoers
	file   string
	number int
	text   string
	at     int // next byte
}

// sudoToken is a word or a mark, with its place.
type sudoToken struct {
	text string
	at   int // offset in the line
	mark bool
}

// syntaxError ends the parsing of a line.
type syntaxError struct{ sudoProblem }

func (p *sudoersLine) fail(at, width int, text string) {
	panic(syntaxError{sudoProblem{file: p.file, line: p.number, col: at + 1, text: text, source: p.text, width: width}})
}

func (p *sudoersLine) parse() {
	defer func() {
		if e, ok := recover().(syntaxError); ok {
			p.s.problems = append(p.s.problems, e.sudoProblem)
		}
	}()
	trimmed := strings.TrimLeft(p.text, " \t")
	for _, word := range []string{"@includedir", "#includedir", "@include", "#include"} {
		if rest, ok := strings.CutPrefix(trimmed, word); ok && (strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t")) {
			name := strings.Trim(strings.TrimSpace(rest), `"`)
			if err := p.s.include(name, strings.HasSuffix(word, "dir")); err != nil {
				p.s.problems = append(p.s.problems, sudoProblem{file: name, text: reason(err)})
			}
			return
		}
	}
	first := p.next()
	switch {
	case first.text == "":
	case strings.HasPrefix(first.text, "Defaults") && !first.mark:
		p.defaults(first)
	case slices.Contains([]string{"User_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias", "Runas_Alias"}, first.text):
		p.alias(strings.Replace(first.text, "Cmd_", "Cmnd_", 1))
	default:
		p.at = first.at
		p.rule()
	}
}

// next reads a word or one of = : , ( ) !. The token at the end of the line is
// empty.
func (p *sudoersLine) next() sudoToken {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\r') {
		p.at++
	}
	start := p.at
	if start >= len(p.text) || p.text[start] == '#' && !(start+1 < len(p.text) && p.text[start+1] >= '0' && p.text[start+1] <= '9') {
		return sudoToken{at: min(start, len(p.text)), mark: true}
	}
	if strings.IndexByte("=:,()!", p.text[start]) >= 0 {
		p.at++
		return sudoToken{p.text[start:p.at], start, true}
	}
	if p.text[start] == '"' {
		if end := strings.IndexByte(p.text[start+1:], '"'); end >= 0 {
			p.at = start + end + 2
			return sudoToken{p.text[start+1 : p.at-1], start, false}
		}
	}
	for p.at < len(p.text) && strings.IndexByte(" \t=:,()!\r", p.text[p.at]) < 0 {
		if p.text[p.at] == '\\' && p.at+1 < len(p.text) {
			p.at++
		}
		p.at++
	}
	return sudoToken{p.text[start:p.at], start, false}
}

func (p *sudoersLine) peek() sudoToken {
	at := p.at
	t := p.next()
	p.at = at
	return t
}

// expect reads a mark.
func (p *sudoersLine) expect(mark string) {
	if t := p.next(); t.text != mark || !t.mark {
		p.wrong(t)
	}
}

func (p *sudoersLine) wrong(t sudoToken) { p.fail(t.at, max(len(t.text), 1), "syntax error") }

// list reads items separated by commas.
func (p *sudoersLine) list() (list []sudoItem) {
	for {
		item := sudoItem{}
		t := p.next()
		for t.mark && t.text == "!" {
			item.not = !item.not
			t = p.next()
		}
		if t.mark {
			p.wrong(t)
		}
		item.text = t.text
		list = append(list, item)
		if c := p.peek(); !c.mark || c.text != "," {
			return list
		}
		p.next()
	}
}

// isAliasName is NAME of sudoers(5): capitals, digits and underscores.
func isAliasName(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z' && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

func (p *sudoersLine) alias(kind string) {
	for {
		name := p.next()
		if name.mark || !isAliasName(name.text) || name.text == "ALL" {
			p.wrong(name)
		}
		p.expect("=")
		var list []sudoItem
		if kind == "Cmnd_Alias" {
			for _, spec := range p.commands() {
				list = append(list, spec.command)
			}
		} else {
			list = p.list()
		}
		key := kind + " " + name.text
		spot := sudoProblem{file: p.file, line: p.number, col: name.at + 1}
		if _, again := p.s.aliases[key]; again {
			p.fail(name.at, 0, fmt.Sprintf("Alias \"%s\" already defined", name.text))
		}
		p.s.aliases[key], p.s.spots[key] = list, spot
		switch t := p.next(); {
		case t.text == "":
			return
		case t.text != ":" || !t.mark:
			p.wrong(t)
		}
	}
}

func (p *sudoersLine) rule() {
	users := p.list()
	for {
		r := sudoRule{users: users, hosts: p.list()}
		p.expect("=")
		r.specs = p.commands()
		p.s.rules = append(p.s.rules, r)
		p.use("User_Alias", r.users)
		p.use("Host_Alias", r.hosts)
		for _, spec := range r.specs {
			p.use("Cmnd_Alias", []sudoItem{spec.command})
			p.use("Runas_Alias", spec.runUsers)
		}
		switch t := p.next(); {
		case t.text == "" && t.mark:
			return
		case t.text != ":" || !t.mark:
			p.wrong(t)
		}
	}
}

// use notes aliases that are referred to.
func (p *sudoersLine) use(kind string, list []sudoItem) {
	for _, i := range list {
		if isAliasName(i.text) && i.text != "ALL" {
			key := kind + " " + i.text
			p.s.used[key] = true
			if _, known := p.s.spots[key]; !known {
				p.s.spots[key] = sudoProblem{file: p.file, line: p.number, col: len(strings.TrimRight(p.text, " \t")) + 1}
			}
		}
	}
}

var sudoTags = []string{"NOPASSWD", "PASSWD", "NOEXEC", "EXEC", "SETENV", "NOSETENV", "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT",
	"MAIL", "NOMAIL", "FOLLOW", "NOFOLLOW", "INTERCEPT", "NOINTERCEPT"}

// commands reads a list of commands; Runas and tags hold for those that follow.
func (p *sudoersLine) commands() (list []sudoSpec) {
	spec := sudoSpec{}
	for {
		if t := p.peek(); t.mark && t.text == "(" {
			p.next()
			p.runas(&spec)
		}
		for {
			at := p.at
			t := p.next()
			if colon := p.peek(); !t.mark && slices.Contains(sudoTags, t.text) && colon.mark && colon.text == ":" {
				p.next()
				spec.tags = setTag(spec.tags, t.text)
				continue
			}
			p.at = at
			break
		}
		spec.command = p.command()
		list = append(list, spec)
		if t := p.peek(); !t.mark || t.text != "," {
			return list
		}
		p.next()
	}
}

// setTag adds a tag and takes away its opposite.
func setTag(tags []string, tag string) []string {
	opposite := "NO" + tag
	if rest, ok := strings.CutPrefix(tag, "NO"); ok {
		opposite = rest
	}
	out := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return t == opposite || t == tag })
	return append(out, tag)
}

func (p *sudoersLine) runas(spec *sudoSpec) {
	spec.runas, spec.runUsers, spec.runGroups = true, nil, nil
	if t := p.peek(); !t.mark || t.text == "!" {
		spec.runUsers = p.list()
	}
	if t := p.peek(); t.mark && t.text == ":" {
		p.next()
		if g := p.peek(); !g.mark || g.text == "!" {
			spec.runGroups = p.list()
		}
	}
	p.expect(")")
}

// command reads a path with its arguments, which go on to a comma, colon or
// equals sign without a backslash; or ALL or an alias.
func (p *sudoersLine) command() (item sudoItem) {
	t := p.next()
	for t.mark && t.text == "!" {
		item.not = !item.not
		t = p.next()
	}
	switch {
	case t.mark:
		p.wrong(t)
	case isAliasName(t.text), t.text == "list":
		item.text = t.text
		return item
	case !strings.HasPrefix(t.text, "/") && t.text != "sudoedit" && !strings.HasPrefix(t.text, "^") && !strings.HasPrefix(t.text, "sha"):
		p.fail(t.at, len(t.text), "expected a fully-qualified path name")
	}
	end := t.at
	for end < len(p.text) && strings.IndexByte(",:=#", p.text[end]) < 0 {
		if p.text[end] == '\\' && end+1 < len(p.text) {
			end++
		}
		end++
	}
	p.at = end
	item.text = strings.NewReplacer(`\,`, ",", `\:`, ":", `\=`, "=", `\\`, `\`).Replace(strings.TrimRight(p.text[t.at:end], " \t\r"))
	return item
}
