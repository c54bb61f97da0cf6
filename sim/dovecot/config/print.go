package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Scope says what doveconf prints.
type Scope uint8

const (
	All      Scope = iota // every setting (-a)
	Changed               // those that differ from the default (-n)
	Defaults              // every setting as it is without a file (-d)
)

// entry is a setting or a section to be printed.
type entry struct {
	key   string // by which it is sorted
	text  string
	block *printed
}

// printed is a section with what of it is to be printed.
type printed struct {
	head    string
	entries []entry
}

// Print prints the configuration the way doveconf does, without its header:
// settings and sections in one alphabetic list, filters at the end.
func (c *Config) Print(w io.Writer, scope Scope) {
	own := &c.Section
	if scope == Defaults {
		own = &Section{}
	}
	base := builtin()
	tree := collect(own, base, scope)
	write(w, tree.entries, "")
	for _, typ := range []string{"remote", "local_name", "local", "protocol"} {
		for _, f := range own.All(typ) {
			sub := collect(f, nil, Changed)
			if len(sub.entries) > 0 {
				write(w, []entry{{block: &printed{heading(f), sub.entries}}}, "")
			}
		}
	}
}

// collect gathers what is to be printed of a section: own is what the file
// says, base what holds without it. Either may be nil.
func collect(own, base *Section, scope Scope) *printed {
	p := &printed{}
	s := own
	if s == nil {
		s = base
	}
	p.head = heading(s)
	p.entries = append(p.entries, s.settings(base, scope, own == nil)...)
	p.entries = append(p.entries, blocks(own, base, scope)...)
	slices.SortStableFunc(p.entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return p
}

// settings lists the settings of a section, as lines.
func (s *Section) settings(base *Section, scope Scope, builtinOnly bool) []entry {
	var list []entry
	if isFree(s.Type) {
		for k, v := range s.values {
			list = append(list, entry{key: k, text: k + " = " + quote(v)})
		}
		return list
	}
	filter := isFilter(s.Type)
	for name, st := range schema()[s.path] {
		initial := st.initial
		if base != nil && base.Set(name) {
			initial = base.values[name]
		}
		v, set := s.values[name]
		if !set {
			v = initial
		}
		changed := set && !builtinOnly && (st.canonical(v) != st.canonical(initial) || st.canonical(v) != st.canonical(st.initial))
		always := s.path == "namespace" && (name == "location" || name == "prefix")
		if filter && !set || scope == Changed && !filter && !changed && !always {
			continue
		}
		if !strings.HasPrefix(v, "<") {
			v = st.canonical(v)
		}
		list = append(list, entry{key: name, text: name + " = " + quote(hide(s.path, name, v))})
	}
	return list
}

// blocks lists the subsections to be printed: the file's, and for a full
// listing those Dovecot has by itself.
func blocks(own, base *Section, scope Scope) []entry {
	var list []entry
	add := func(o, b *Section) {
		s := o
		if s == nil {
			s = b
		}
		sub := collect(o, b, scope)
		if len(sub.entries) == 0 && scope == Changed {
			return
		}
		list = append(list, entry{key: s.Type + "/" + escapeName(s.Name) + "/", block: sub})
	}
	if own != nil {
		for _, sub := range own.sections {
			if isFilter(sub.Type) {
				continue
			}
			var b *Section
			if base != nil {
				b = base.find(sub.Type, sub.Name)
			}
			add(sub, b)
		}
	}
	if base != nil && scope != Changed {
		for _, b := range base.sections {
			if own == nil || own.find(b.Type, b.Name) == nil {
				add(nil, b)
			}
		}
	}
	return list
}

func write(w io.Writer, list []entry, indent string) {
	for _, e := range list {
		if e.block == nil {
			fmt.Fprintf(w, "%s%s\n", indent, e.text)
			continue
		}
		fmt.Fprintf(w, "%s%s {\n", indent, e.block.head)
		write(w, e.block.entries, indent+"  ")
		fmt.Fprintf(w, "%s}\n", indent)
	}
}

func heading(s *Section) string {
	switch {
	case s.Name == "":
		return s.Type
	case strings.ContainsAny(s.Name, " \t"):
		return s.Type + ` "` + s.Name + `"`
	}
	return s.Type + " " + s.Name
}

// escapeName writes a section's name the way Dovecot keeps it, which decides
// the order of printing.
func escapeName(name string) string {
	return strings.NewReplacer(`\`, `\\`, "/", `\s`, " ", `\_`).Replace(name)
}

// quote puts a value in quotes where it would not be read back as it is.
func quote(v string) string {
	if v != strings.TrimSpace(v) || strings.Contains(v, "#") && !strings.HasPrefix(v, "# hidden") && !strings.Contains(v, "#hidden") {
		return `"` + strings.ReplaceAll(strings.ReplaceAll(v, `\`, `\\`), `"`, `\"`) + `"`
	}
	return v
}

// hide replaces secrets, as doveconf without -P does.
func hide(path, name, v string) string {
	switch {
	case path == "" && (name == "ssl_key" || name == "ssl_dh") && v != "":
		return "# hidden, use -P to show it"
	case path == "passdb" && name == "args" || path == "" && strings.HasSuffix(name, "password") && v != "":
		return hidePassword(v)
	}
	return v
}

func hidePassword(v string) string {
	i := strings.Index(" "+v, " password=")
	if i < 0 {
		return v
	}
	i += len("password=")
	end := strings.IndexByte(v[i:], ' ')
	if end < 0 {
		end = len(v) - i
	}
	return v[:i] + "#hidden_use-P_to_show#" + v[i+end:]
}

// Lookup returns the value of a setting by the name doveconf takes: "ssl" or a
// path such as "service/auth/user", and whether there is such a setting.
func (c *Config) Lookup(name string) (string, bool) {
	if st, ok := schema()[""][name]; ok {
		return st.canonical(c.Str(name)), true
	}
	parts := strings.Split(name, "/")
	if len(parts) == 3 && parts[0] == "service" {
		s := c.Service(parts[1])
		if st, ok := schema()["service"][parts[2]]; ok && s != nil {
			return st.canonical(s.Str(parts[2])), true
		}
	}
	return "", false
}

// PrintSections prints the sections of a type, as doveconf does when their
// type is asked for, and reports whether there is such a type.
func (c *Config) PrintSections(w io.Writer, typ string, scope Scope) bool {
	if !slices.Contains(subsections(""), typ) {
		return false
	}
	for _, e := range collect(&c.Section, builtin(), scope).entries {
		if e.block != nil && strings.HasPrefix(e.key, typ+"/") {
			write(w, []entry{e}, "")
		}
	}
	return true
}
