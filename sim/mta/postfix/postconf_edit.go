package postfix

import "strings"

// configLine is a physical line of main.cf or master.cf as the editor sees it.
type configLine struct {
	text string // with its line end
	kind lineKind
}

type lineKind int

const (
	lineComment lineKind = iota // comment or blank: kept wherever it stands
	lineStart                   // begins an entry
	lineMore                    // continues one
)

func editLines(data string) []configLine {
	var out []configLine
	for _, text := range strings.SplitAfter(data, "\n") {
		if text == "" {
			continue
		}
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		trimmed := strings.TrimLeft(text, spaces)
		switch {
		case trimmed == "" || trimmed[0] == '#':
			out = append(out, configLine{text, lineComment})
		case strings.IndexByte(spaces, text[0]) >= 0:
			out = append(out, configLine{text, lineMore})
		default:
			out = append(out, configLine{text, lineStart})
		}
	}
	return out
}

// editRequest is one argument of postconf -e, -X or -#.
type editRequest struct {
	name, value string
	found       int
}

// editMain changes main.cf in place: -e replaces or adds entries, -X removes
// them, -# makes them comments. Comments and order stay.
func (c *Command) editMain(o postconfOptions) {
	requests, ok := c.editRequests(o)
	if !ok {
		return
	}
	path := o.dir + "/main.cf"
	f, err := c.sys.read(path)
	if err != nil {
		c.say(fatalf("open %s for reading: %s", path, reason(err)))
		return
	}
	var b strings.Builder
	var current *editRequest
	for _, l := range editLines(string(f.Data)) {
		if l.kind == lineStart {
			name := l.text
			if i := strings.IndexAny(name, spaces+"="); i >= 0 {
				name = name[:i]
			}
			if current = findRequest(requests, name); current != nil {
				if current.found++; current.found == 2 {
					c.say(warnf("%s: multiple entries for \"%s\"", path, name))
				}
			}
		}
		switch {
		case l.kind == lineComment || current == nil:
			b.WriteString(l.text)
		case o.set['#']:
			b.WriteString("#" + l.text)
		case o.set['e'] && l.kind == lineStart:
			b.WriteString(current.name + " = " + current.value + "\n")
		}
	}
	if o.set['e'] {
		for _, r := range requests {
			if r.found == 0 {
				b.WriteString(r.name + " = " + r.value + "\n")
			}
		}
	}
	c.write(path, b.String())
}

func findRequest(requests []*editRequest, name string) *editRequest {
	for _, r := range requests {
		if r.name == name {
			return r
		}
	}
	return nil
}

func (c *Command) editRequests(o postconfOptions) ([]*editRequest, bool) {
	var out []*editRequest
	for _, arg := range o.args {
		r := &editRequest{}
		text := strings.TrimLeft(arg, spaces)
		switch {
		case strings.Contains(arg, "\n"):
			return nil, c.say(fatalf("-e, -X, or -# accepts no multi-line input"))
		case strings.HasPrefix(text, "#"):
			return nil, c.say(fatalf("-e, -X, or -# accepts no comment input"))
		case o.set['e']:
			var problem string
			if r.name, r.value, problem = splitNameValue(text); problem != "" {
				return nil, c.say(fatalf("%s: \"%s\"", problem, text))
			}
		case text == "":
			return nil, c.say(fatalf("-X or -# requires non-blank parameter names"))
		case strings.Contains(text, "="):
			return nil, c.say(fatalf("-X or -# requires parameter names without value"))
		default:
			r.name = strings.TrimRight(text, spaces)
		}
		if old := findRequest(out, r.name); old != nil {
			value := old.value
			if !o.set['e'] {
				value = "(null)"
			}
			c.say(warnf("ignoring earlier request: '%s = %s'", r.name, value))
			*old = *r
			continue
		}
		out = append(out, r)
	}
	return out, true
}

func (c *Command) write(path, text string) {
	if c.save == nil {
		c.say(fatalf("open %s.tmp: Permission denied", path))
		return
	}
	if err := c.save(path, []byte(text)); err != nil {
		c.say(fatalf("open %s.tmp: %s", path, reason(err)))
	}
}
