package postfix

import (
	"sort"
	"strings"
)

// masterFields are the names of master.cf's columns.
func masterFields() []string {
	return []string{"service", "type", "private", "unprivileged", "chroot", "wakeup", "process_limit", "command"}
}

func (s Service) columns() []string {
	return []string{s.Name, s.Type, s.Private, s.Unpriv, s.Chroot, s.Wakeup, s.MaxProc}
}

// pattern selects services: name[/type[/rest]], "*" for any.
type pattern struct {
	raw   string
	parts []string
	hits  int
}

func (p *pattern) matches(s Service) bool {
	ok := (p.parts[0] == "*" || p.parts[0] == s.Name) && (p.parts[1] == "*" || p.parts[1] == s.Type)
	return ok
}

// patterns reads the arguments of -M, -F and -P. Missing parts are "*".
func (c *Command) patterns(args []string, limit int, complaint string) ([]*pattern, bool) {
	var out []*pattern
	for _, a := range args {
		parts := strings.SplitN(a, "/", limit)
		if parts[0] == "" || limit == 2 && len(strings.Split(a, "/")) > 2 {
			return nil, c.say(fatalf("%s", complaint))
		}
		for len(parts) < 3 {
			parts = append(parts, "*")
		}
		out = append(out, &pattern{raw: a, parts: parts})
	}
	if len(args) == 0 {
		out = append(out, &pattern{raw: "", parts: []string{"*", "*", "*"}, hits: 1})
	}
	return out, true
}

// showMaster prints master.cf: entries (-M), columns (-F) or -o settings (-P).
func (c *Command) showMaster(o postconfOptions) {
	cfg, ok := c.load(o, true)
	if !ok {
		return
	}
	names := newNameSpace(cfg)
	if !c.sayAll(names.findUserParameters()) {
		return
	}
	letter, limit, complaint := byte('M'), 2, "-M option requires service_name[/type]"
	if o.set['F'] {
		letter, limit, complaint = 'F', 3, "-F option requires service_name[/type[/field]]"
	} else if o.set['P'] {
		letter, limit, complaint = 'P', 3, "-P option requires service_name[/type[/parameter]]"
	}
	patterns, ok := c.patterns(o.args, limit, complaint)
	if !ok {
		return
	}
	for _, s := range cfg.Master.Services {
		for _, p := range patterns {
			if !p.matches(s) {
				continue
			}
			switch letter {
			case 'M':
				p.hits++
				c.Stdout.WriteString(c.formatService(s, o, cfg))
			case 'F':
				if !c.printFields(s, p, o, cfg) {
					return
				}
			case 'P':
				c.printOptions(s, p, o, cfg)
			}
		}
	}
	for _, p := range patterns {
		if p.hits == 0 {
			c.say(warnf("unmatched request: \"%s\"", p.raw))
		}
	}
	c.sayAll(names.unusedInMaster())
}

// formatService lays an entry out in postconf's columns.
func (c *Command) formatService(s Service, o postconfOptions, cfg *Config) string {
	w := &masterWriter{fold: o.set['f']}
	for i, goal := range []int{0, 11, 17, 25, 33, 41, 49} {
		w.column(goal)
		w.add(s.columns()[i])
	}
	w.column(57)
	w.arguments(c.shownArgs(s, o, cfg))
	return w.String() + "\n"
}

// shownArgs is the command column; with -x the values of -o are expanded.
func (c *Command) shownArgs(s Service, o postconfOptions, cfg *Config) []string {
	args := append([]string{}, s.Args...)
	if !o.set['x'] {
		return args
	}
	local := cfg.ForService(s)
	for i := 1; i+1 < len(args); i++ {
		if args[i] == "-o" {
			args[i+1], _ = local.Expand(args[i+1])
			i++
		}
	}
	return args
}

// masterWriter writes words and counts columns.
type masterWriter struct {
	strings.Builder
	length int
	fold   bool
}

func (w *masterWriter) add(s string) {
	w.WriteString(s)
	w.length += len(s)
}

func (w *masterWriter) column(goal int) {
	if w.length == 0 {
		return
	}
	w.add(" ")
	for w.length < goal {
		w.add(" ")
	}
}

// arguments writes the program and its arguments: an option and its value stay
// together and, when folding, get a line of their own.
func (w *masterWriter) arguments(args []string) {
	const limit, indent = 80, 4
	options := true
	for i := 0; i < len(args); i++ {
		text, force := args[i], false
		if i > 0 && options && (!strings.HasPrefix(text, "-") || text == "--") {
			options = false
		}
		size := len(text)
		if i > 0 && options && optionTakesValue(text) && i+1 < len(args) {
			text += " " + bracesForBlanks(args[i+1])
			i++
			force = true
			size = limit
		} else if i > 0 && !options {
			text = bracesForBlanks(text)
		}
		if i > 0 && w.length > indent {
			if !w.fold || !force && w.length+1+size < limit {
				w.add(" ")
			} else {
				w.WriteString("\n" + strings.Repeat(" ", indent))
				w.length = indent
			}
		}
		w.add(text)
		if force {
			w.length = limit
		}
	}
}

func bracesForBlanks(s string) string {
	if strings.ContainsAny(s, " \t") && !strings.HasPrefix(s, "{") {
		return "{" + s + "}"
	}
	return s
}

func (c *Command) printFields(s Service, p *pattern, o postconfOptions, cfg *Config) bool {
	known := false
	for i, field := range masterFields() {
		if p.parts[2] != "*" && p.parts[2] != field {
			continue
		}
		known = true
		p.hits++
		label := s.Name + "/" + s.Type + "/" + field
		w := &masterWriter{fold: o.set['f']}
		if !o.set['h'] {
			w.add(label)
		}
		if !o.set['h'] && !o.set['H'] {
			w.add(" = ")
		}
		if !o.set['H'] {
			if i < 7 {
				w.add(s.columns()[i])
			} else {
				w.arguments(c.shownArgs(s, o, cfg))
			}
		}
		c.Stdout.WriteString(w.String() + "\n")
	}
	return known || c.say(fatalf("invalid service attribute name: \"%s\"", p.parts[2]))
}

func (c *Command) printOptions(s Service, p *pattern, o postconfOptions, cfg *Config) {
	values := map[string]string{}
	var names []string
	for _, opt := range s.Options() {
		if _, dup := values[opt.Name]; !dup {
			names = append(names, opt.Name)
		}
		values[opt.Name] = opt.Value
	}
	sort.Strings(names)
	for _, name := range names {
		if p.parts[2] != "*" && p.parts[2] != name {
			continue
		}
		p.hits++
		value := values[name]
		if o.set['x'] {
			value, _ = cfg.ForService(s).Expand(value)
		}
		label := s.Name + "/" + s.Type + "/" + name
		switch {
		case o.set['H']:
			value = label
		case !o.set['h']:
			value = label + " = " + value
		}
		c.Stdout.WriteString(foldWords(value, o.set['f']))
	}
}
