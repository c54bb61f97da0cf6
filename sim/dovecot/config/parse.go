package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Limits on what is read, so that a hostile file cannot hurt.
const (
	maxIncludeDepth = 16
	maxLines        = 100_000
	maxFileSize     = 1 << 20
)

// Files is the disk as the reader sees it.
type Files struct {
	// Read returns the content of a file; the error prints as strerror(3).
	Read func(path string) ([]byte, error)
	// Glob returns the files a pattern of glob(7) matches, sorted.
	Glob func(pattern string) []string
}

// Error is a fault of the configuration, as Dovecot words it.
type Error struct {
	File string
	Line int // 0: not of one line
	Text string
}

// Error returns the text behind "doveconf: Fatal: ".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("Error in configuration file %s: %s", e.File, e.Text)
	}
	return fmt.Sprintf("Error in configuration file %s line %d: %s", e.File, e.Line, e.Text)
}

// Config is a configuration that was read.
type Config struct {
	Section
	Warnings []string // printed behind "doveconf: Warning: "
	Files    []string // all files that were read, in order
	keyFiles []keyFile
}

// keyFile is a setting whose value is the content of a file.
type keyFile struct {
	setting, path string
	file          string // that says so
	line          int
}

// parser reads files into a Config.
type parser struct {
	disk  Files
	cfg   *Config
	stack []*Section
	open  []string // files being read, the main one first
	lines int
	inner map[string]string // settings of filters: the place where one was set
}

// Parse reads a configuration file and what it includes. Errors are *Error for
// a fault of the text and the error of Files.Read for a main file that cannot be
// read. After an error that concerns the whole file only (a section without
// end) the Config is there as well.
func Parse(file string, disk Files) (*Config, error) {
	p := &parser{disk: disk, cfg: &Config{}}
	p.cfg.File = file
	p.stack = []*Section{&p.cfg.Section}
	data, err := disk.Read(file)
	if err != nil {
		return nil, err
	}
	if err := p.file(file, data); err != nil {
		if e, ok := err.(*Error); ok && e.Line == 0 {
			return p.cfg, err
		}
		return nil, err
	}
	return p.cfg, nil
}

func (p *parser) top() *Section { return p.stack[len(p.stack)-1] }

// file reads one file, line by line.
func (p *parser) file(name string, data []byte) error {
	p.cfg.Files = append(p.cfg.Files, name)
	p.open = append(p.open, name)
	depth := len(p.stack)
	before, no := "", 0
	for raw := range strings.Lines(string(data[:min(len(data), maxFileSize)])) {
		no++
		if p.lines++; p.lines > maxLines {
			return &Error{name, no, "Out of memory"}
		}
		l := parseLine(strings.TrimRight(raw, "\n"), before)
		if l.ambiguous {
			p.cfg.Warnings = append(p.cfg.Warnings, fmt.Sprintf("Configuration file %s line %d: Ambiguous '#' character in line, treating it as comment. Add a space before it to remove this warning.", name, no))
		}
		if before = ""; l.kind == linePart {
			before = l.value
			continue
		}
		if len(p.stack) < depth || len(p.stack) == depth && l.kind == lineEnd {
			return &Error{name, no, "Unexpected '}'"}
		}
		if fault := p.apply(name, no, l); fault != nil {
			return fault
		}
	}
	if len(p.stack) > depth {
		s := p.top()
		return &Error{File: name, Text: fmt.Sprintf("Missing '}' (section started at %s:%d)", s.File, s.Line)}
	}
	p.open = p.open[:len(p.open)-1]
	return nil
}

// apply does what one line says.
func (p *parser) apply(name string, no int, l line) error {
	text := ""
	switch l.kind {
	case lineWrong:
		text = l.value
	case lineEnd:
		p.stack = p.stack[:len(p.stack)-1]
	case lineBegin:
		text = p.begin(name, no, l)
	case lineInclude, lineIncludeTry:
		return p.include(name, no, l)
	case lineFile:
		p.cfg.keyFiles = append(p.cfg.keyFiles, keyFile{l.key, l.value, name, no})
		text = p.assign(name, no, l.key, "<"+l.value)
	case lineVariable:
		v, unknown := p.expand(l.value)
		if unknown != "" {
			return &Error{name, no, "Unknown variable: $" + unknown}
		}
		text = p.assign(name, no, l.key, v)
	case lineValue:
		text = p.assign(name, no, l.key, l.value)
	}
	if text != "" {
		return &Error{name, no, text}
	}
	return nil
}

// begin opens a section. Unnamed sections of passdb, userdb and namespace are
// new each time; the others with the same type and name are one section.
func (p *parser) begin(file string, no int, l line) string {
	cur := p.top()
	if isFree(cur.Type) || !slices.Contains(subsections(cur.path), l.key) {
		return "Unknown setting: " + p.inside(l.key) + l.key
	}
	lists := l.key == "passdb" || l.key == "userdb" || l.key == "namespace"
	sub := cur.find(l.key, l.value)
	switch {
	case sub == nil || lists && l.value == "":
		sub = cur.add(l.key, l.value)
		sub.File, sub.Line = file, no
	case lists && l.key != "namespace":
		return fmt.Sprintf("%s/%s already exists", l.key, l.value)
	default:
		sub.File, sub.Line = file, no
	}
	p.stack = append(p.stack, sub)
	return ""
}

// inside names the sections around a setting, as error messages do.
func (p *parser) inside(more ...string) string {
	var b strings.Builder
	for _, s := range p.stack[1:] {
		if !isFilter(s.Type) {
			b.WriteString(s.Type + " { ")
		}
	}
	for _, m := range more {
		b.WriteString(m + " { ")
	}
	return b.String()
}

// assign sets a setting of the current section, or says what is wrong with it.
func (p *parser) assign(file string, no int, key, value string) string {
	cur := p.top()
	if isFree(cur.Type) {
		cur.set(key, value)
		return ""
	}
	s, known := schema()[cur.path][key]
	if !known {
		return "Unknown setting: " + p.inside() + key
	}
	if !strings.HasPrefix(value, "<") {
		if fault := s.check(value); fault != "" {
			return fault
		}
	}
	p.shadow(cur, key, fmt.Sprintf("%s line %d", file, no))
	cur.set(key, value)
	return ""
}

// shadow warns of a global setting that comes after a filter's of the same
// name, because the filter's stays as it is.
func (p *parser) shadow(cur *Section, key, here string) {
	switch at := p.inner[key]; {
	case isFilter(cur.Type) && at == "":
		if p.inner == nil {
			p.inner = map[string]string{}
		}
		p.inner[key] = here
	case len(p.stack) == 1 && at != "":
		p.cfg.Warnings = append(p.cfg.Warnings, fmt.Sprintf("%s: Global setting %s won't change the setting inside an earlier filter at %s (if this is intentional, avoid this warning by moving the global setting before %s)", here, key, at, at))
	}
}

// expand replaces words of the form $name by the value the setting has so far.
// Only settings of the top level can be meant, from there or from a filter.
func (p *parser) expand(value string) (text, unknown string) {
	cur := p.top()
	words := strings.Split(value, " ")
	for i, w := range words {
		name, ok := strings.CutPrefix(w, "$")
		if !ok || isFree(cur.Type) {
			continue
		}
		if _, global := schema()[""][name]; global && cur.path == "" {
			words[i] = p.current(name)
		} else if _, own := schema()[cur.path][name]; own && !global {
			return "", name
		}
	}
	return strings.Join(words, " "), ""
}

// current is the value of a top-level setting at this place: that of the
// innermost section around it that sets it.
func (p *parser) current(name string) string {
	for _, s := range slices.Backward(p.stack) {
		if s.path == "" && s.Set(name) {
			return s.values[name]
		}
	}
	return schema()[""][name].initial
}

// include reads the files a pattern matches; relative ones from the directory
// of the file that says so.
func (p *parser) include(name string, no int, l line) error {
	pattern := l.value
	if !strings.HasPrefix(pattern, "/") {
		pattern = path.Join(path.Dir(name), pattern)
	}
	files := p.disk.Glob(pattern)
	if l.value == "" {
		files = nil
	}
	if len(files) == 0 && l.kind == lineInclude {
		return &Error{name, no, "No matches"}
	}
	for _, f := range files {
		if slices.Contains(p.open, f) || len(p.open) >= maxIncludeDepth {
			return &Error{name, no, "Recursive include file: " + f}
		}
		data, err := p.disk.Read(f)
		if err != nil {
			if l.kind == lineIncludeTry {
				continue
			}
			return &Error{name, no, fmt.Sprintf("Couldn't open include file %s: %v", f, err)}
		}
		if err := p.file(f, data); err != nil {
			return err
		}
	}
	return nil
}
