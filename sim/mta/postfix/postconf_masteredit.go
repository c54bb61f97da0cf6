package postfix

import (
	"slices"
	"strings"
)

// masterEdit is one argument of postconf -Me, -MX, -M#, -Fe, -Pe or -PX.
type masterEdit struct {
	pattern
	value string
}

// editMaster changes master.cf in place.
func (c *Command) editMaster(o postconfOptions) {
	edits, ok := c.masterEdits(o)
	if !ok {
		return
	}
	path := o.dir + "/master.cf"
	f, err := c.sys.read(path)
	if err != nil {
		c.say(fatalf("open %s for reading: %s", path, reason(err)))
		return
	}
	var b strings.Builder
	lines := editLines(string(f.Data))
	for i := 0; i < len(lines); i++ {
		if lines[i].kind != lineStart {
			b.WriteString(lines[i].text)
			continue
		}
		entry, end := []configLine{lines[i]}, i+1
		for end < len(lines) && lines[end].kind != lineStart {
			entry = append(entry, lines[end])
			end++
		}
		text, ok := c.editEntry(o, path, i+1, entry, edits)
		if !ok {
			return
		}
		b.WriteString(text)
		i = end - 1
	}
	for _, e := range edits {
		switch {
		case e.hits > 0:
		case o.set['M'] && o.set['e']:
			s, problem := parseService(e.value)
			if problem != "" {
				c.say(fatalf("%s: \"%s\"", problem, e.raw))
				return
			}
			b.WriteString(c.formatService(s, postconfOptions{set: map[byte]bool{'f': true}}, nil))
		default:
			c.say(warnf("unmatched service_name/type: \"%s\"", e.raw))
		}
	}
	c.write(path, b.String())
}

func (c *Command) masterEdits(o postconfOptions) ([]*masterEdit, bool) {
	parts, complaint := 2, "-Me, -MX or -M# requires service_name/type"
	switch {
	case o.set['F']:
		parts, complaint = 3, "-Fe or -FX requires service_name/type/field_name"
	case o.set['P']:
		parts, complaint = 3, "-Pe or -PX requires service_name/type/parameter"
	}
	var out []*masterEdit
	for _, arg := range o.args {
		e := &masterEdit{pattern: pattern{raw: arg}}
		text := strings.TrimLeft(arg, spaces)
		if o.set['e'] {
			name, value, problem := splitNameValue(text)
			if problem != "" {
				return nil, c.say(fatalf("%s: \"%s\"", problem, arg))
			}
			text, e.value = name, value
		} else if strings.Contains(text, "=") {
			return nil, c.say(fatalf("-X or -# requires names without value"))
		}
		e.parts = strings.Split(strings.TrimRight(text, spaces), "/")
		if len(e.parts) != parts || slices.Contains(e.parts, "") {
			return nil, c.say(fatalf("%s", complaint))
		}
		if o.set['F'] && !slices.Contains(masterFields(), e.parts[2]) {
			return nil, c.say(fatalf("invalid service attribute name: \"%s\"", e.parts[2]))
		}
		out = append(out, e)
	}
	return out, true
}

// editEntry returns the new text of one entry and its continuation lines.
func (c *Command) editEntry(o postconfOptions, path string, line int, entry []configLine, edits []*masterEdit) (string, bool) {
	var full, comments strings.Builder
	for _, l := range entry {
		if l.kind == lineComment {
			comments.WriteString(l.text)
		} else {
			full.WriteString(strings.TrimSuffix(l.text, "\n"))
		}
	}
	words := splitFields(full.String())
	if len(words) < 2 {
		return "", c.say(fatalf("file %s: line %d: specify service name and type on the same line", path, line))
	}
	at := Service{Name: words[0], Type: words[1]}
	var current *Service
	touched, text := false, ""
	for _, e := range edits {
		if !e.matches(at) {
			continue
		}
		touched = true
		e.hits++
		if o.set['M'] {
			if o.set['e'] && e.hits == 1 {
				s, problem := parseService(e.value)
				if problem != "" {
					return "", c.say(fatalf("%s: \"%s\"", problem, e.raw))
				}
				text += c.formatService(s, postconfOptions{set: map[byte]bool{'f': true}}, nil)
			}
			continue
		}
		if current == nil {
			s, problem := parseService(full.String())
			if problem != "" {
				return "", c.say(fatalf("file %s: line %d: %s", path, line, problem))
			}
			current = &s
		}
		current.edit(o, e)
	}
	switch {
	case !touched:
		for _, l := range entry {
			text += l.text
		}
		return text, true
	case o.set['#']:
		for _, l := range entry {
			if l.kind != lineComment {
				text += "#"
			}
			text += l.text
		}
		return text, true
	case current != nil:
		return comments.String() + c.formatService(*current, postconfOptions{set: map[byte]bool{'f': true}}, nil), true
	}
	return text + comments.String(), true
}

// edit changes a column or an -o setting.
func (s *Service) edit(o postconfOptions, e *masterEdit) {
	if o.set['F'] {
		columns := []*string{&s.Name, &s.Type, &s.Private, &s.Unpriv, &s.Chroot, &s.Wakeup, &s.MaxProc}
		i := slices.Index(masterFields(), e.parts[2])
		if i < 7 {
			*columns[i] = e.value
			return
		}
		if args := splitFields(e.value); len(args) > 0 {
			s.Args, _ = normalizeOptions(args)
		}
		return
	}
	kept := []string{s.Args[0]}
	done := o.set['X']
	for i := 1; i < len(s.Args); i++ {
		if s.Args[i] != "-o" || i+1 >= len(s.Args) {
			if !done && !strings.HasPrefix(s.Args[i], "-") {
				kept = append(kept, "-o", e.parts[2]+"="+e.value)
				done = true
			}
			kept = append(kept, s.Args[i])
			continue
		}
		i++
		name, _, _ := splitNameValue(s.Args[i])
		if name != e.parts[2] {
			kept = append(kept, "-o", s.Args[i])
		} else if !done {
			kept = append(kept, "-o", name+"="+e.value)
			done = true
		}
	}
	if !done {
		kept = append(kept, "-o", e.parts[2]+"="+e.value)
	}
	s.Args = kept
}
