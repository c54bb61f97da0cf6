package postfix

import (
	"strings"
	"time"
)

// Entry is one "name = value" of main.cf.
type Entry struct {
	Name, Value string
	Line        int // first line, from 1
	LastLine    int
}

// MainCF is a parsed main.cf: every entry in file order. Of entries with the
// same name the last counts.
type MainCF struct {
	Path    string
	Entries []Entry
	index   map[string]int
}

// ParseMainCF reads main.cf as every Postfix program does at its start. A later
// entry with another value gives a warning; a line that is not "name = value" is
// fatal, and what follows it is not read.
func ParseMainCF(path string, data []byte) (*MainCF, []Diagnostic) {
	m := &MainCF{Path: path, index: map[string]int{}}
	lines, diags := readLogical(path, string(data))
	for _, l := range lines {
		name, value, problem := splitNameValue(l.text)
		if problem != "" {
			return m, append(diags, fatalf("%s, line %d: %s: \"%s\"", path, l.first, problem, l.text))
		}
		if old, ok := m.Lookup(name); ok && old.Value != value {
			diags = append(diags, warnf("%s, line %d: overriding earlier entry: %s=%s", path, l.first, name, old.Value))
		}
		m.add(Entry{name, value, l.first, l.last})
	}
	return m, diags
}

// MainCFMissing is what a Postfix program says when main.cf cannot be opened.
func MainCFMissing(path, reason string) Diagnostic { return fatalf("open %s: %s", path, reason) }

func (m *MainCF) add(e Entry) {
	m.index[e.Name] = len(m.Entries)
	m.Entries = append(m.Entries, e)
}

// Lookup returns the entry that counts for name.
func (m *MainCF) Lookup(name string) (Entry, bool) {
	i, ok := m.index[name]
	if !ok {
		return Entry{}, false
	}
	return m.Entries[i], true
}

// cutWords splits at commas and white space, as Postfix splits most lists.
func cutWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r < 128 && strings.ContainsRune(spaces, r) })
}

// cutWordsBraced is cutWords that keeps "{ ... }" together.
func cutWordsBraced(s string) []string {
	var words []string
	start, depth := -1, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if depth == 0 && (c == ',' || strings.IndexByte(spaces, c) >= 0) {
			if start >= 0 {
				words = append(words, s[start:i])
			}
			start = -1
			continue
		}
		if start < 0 {
			start = i
		}
		switch {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		}
	}
	if start >= 0 {
		words = append(words, s[start:])
	}
	return words
}

// Rereads tells how often a program reads main.cf again because it changed
// moments ago: every 0.3 s, until the change is two clock seconds old. now is
// when the program starts.
func Rereads(modified, now time.Time) int {
	n := 0
	before := now.Unix()
	for t := now; ; n++ {
		if modified.Unix() < before-1 || modified.Unix() > t.Unix() {
			return n
		}
		before = t.Unix()
		t = t.Add(300 * time.Millisecond)
	}
}

// Reread returns the warnings of reading the same file once more over the values
// already there: a parameter given twice is then reported for both lines.
func (m *MainCF) Reread() []Diagnostic {
	current := map[string]string{}
	for _, e := range m.Entries {
		current[e.Name] = e.Value
	}
	var diags []Diagnostic
	for _, e := range m.Entries {
		if old := current[e.Name]; old != e.Value {
			diags = append(diags, warnf("%s, line %d: overriding earlier entry: %s=%s", m.Path, e.Line, e.Name, old))
		}
		current[e.Name] = e.Value
	}
	return diags
}
