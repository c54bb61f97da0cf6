package config

import (
	"maps"
	"slices"
	"strings"
)

// Section is a block of settings: the whole file, or one between braces.
type Section struct {
	Type string // "service"; "" for the whole file
	Name string // "auth"
	File string // where it began
	Line int

	values   map[string]string
	sections []*Section
	path     string // types of the sections around it and its own, filters left out
}

func (s *Section) set(name, value string) {
	if s.values == nil {
		s.values = map[string]string{}
	}
	s.values[name] = value
}

// find returns the subsection with a type and a name.
func (s *Section) find(typ, name string) *Section {
	for _, sub := range s.sections {
		if sub.Type == typ && sub.Name == name {
			return sub
		}
	}
	return nil
}

// child returns the subsection with a type and a name, making it if need be.
func (s *Section) child(typ, name string) *Section {
	if sub := s.find(typ, name); sub != nil {
		return sub
	}
	return s.add(typ, name)
}

func (s *Section) add(typ, name string) *Section {
	sub := &Section{Type: typ, Name: name, path: s.path}
	if !isFilter(typ) {
		sub.path = strings.TrimPrefix(s.path+"/"+typ, "/")
	}
	s.sections = append(s.sections, sub)
	return sub
}

// Set reports whether the section itself sets a setting.
func (s *Section) Set(name string) bool {
	_, ok := s.values[name]
	return ok
}

// Str returns a setting of the section as text, its default if it is not set.
func (s *Section) Str(name string) string {
	if s == nil {
		return ""
	}
	if v, ok := s.values[name]; ok {
		return v
	}
	return schema()[s.path][name].initial
}

// Bool returns a setting that is yes or no.
func (s *Section) Bool(name string) bool {
	yes, _ := parseBool(s.Str(name))
	return yes
}

// Number returns a setting that is a number, a time in seconds or a size in
// bytes.
func (s *Section) Number(name string) int {
	return int(min(number(schema()[s.path][name].kind, s.Str(name)), 1<<62))
}

// All returns the subsections of a type, in the order of the file.
func (s *Section) All(typ string) []*Section {
	var list []*Section
	if s == nil {
		return nil
	}
	for _, sub := range s.sections {
		if sub.Type == typ {
			list = append(list, sub)
		}
	}
	return list
}

// overlay returns a section with over's settings and subsections on top of
// those of s.
func (s *Section) overlay(over *Section) *Section {
	if s == nil {
		return over
	}
	out := &Section{Type: over.Type, Name: over.Name, File: over.File, Line: over.Line, path: over.path, values: maps.Clone(s.values)}
	for k, v := range over.values {
		out.set(k, v)
	}
	out.sections = slices.Clone(s.sections)
	for _, sub := range over.sections {
		i := slices.IndexFunc(out.sections, func(x *Section) bool { return x.Type == sub.Type && x.Name == sub.Name })
		if i < 0 {
			out.sections = append(out.sections, sub)
			continue
		}
		out.sections[i] = out.sections[i].overlay(sub)
	}
	return out
}
