package postfix

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Record is a key and value of a table's source text.
type Record struct {
	Key, Value string
	Line       int // first physical line
}

// sourceScanner reads a table's text and hands over records and complaints in
// the order of the file.
type sourceScanner func(path string, data []byte, record func(Record), complain func(Diagnostic))

// collect runs a scanner and returns everything.
func (scan sourceScanner) collect(path string, data []byte) (records []Record, diags []Diagnostic) {
	scan(path, data, func(r Record) { records = append(records, r) }, func(d Diagnostic) { diags = append(diags, d) })
	return records, diags
}

// scanTableText reads the text form of a table as postmap does: logical lines
// "key white-space value", the key perhaps in double quotes. Lines that do not
// fit are warned of and skipped.
func scanTableText(path string, data []byte, record func(Record), complain func(Diagnostic)) {
	lines, diags := readLogical(path, string(data))
	for _, d := range diags {
		complain(d)
	}
	for _, l := range lines {
		key, value, problem := splitRecord(l.text)
		if problem != "" {
			complain(warnf("%s, line %d: %s", path, l.first, problem))
			continue
		}
		if strings.HasSuffix(key, ":") {
			complain(warnf("%s, line %d: record is in \"key: value\" format; is this an alias file?", path, l.first))
		}
		record(Record{key, value, l.first})
	}
}

func splitRecord(text string) (key, value, problem string) {
	if strings.HasPrefix(text, "\"") {
		var b strings.Builder
		i := 1
		for ; i < len(text) && text[i] != '"'; i++ {
			if text[i] == '\\' && i+1 < len(text) {
				i++
			}
			b.WriteByte(text[i])
		}
		if i >= len(text) {
			return "", "", fmt.Sprintf("unbalanced '\"' in '%s' -- ignoring this line", text)
		}
		key, value = b.String(), text[i+1:]
	} else if i := strings.IndexAny(text, spaces); i >= 0 {
		key, value = text[:i], text[i:]
	} else {
		key = text
	}
	value = strings.Trim(value, spaces)
	if key == "" || value == "" {
		return "", "", "expected format: key whitespace value"
	}
	return key, value, ""
}

// ParseAliases reads an alias file as postalias and newaliases do (aliases(5)):
// "name: value, value". A name may be quoted and must be local.
func ParseAliases(path string, data []byte) ([]Record, []Diagnostic) {
	return sourceScanner(scanAliases).collect(path, data)
}

func scanAliases(path string, data []byte, record func(Record), complain func(Diagnostic)) {
	lines, diags := readLogical(path, string(data))
	for _, d := range diags {
		complain(d)
	}
	for _, l := range lines {
		name, value, ok := splitAlias(l.text)
		switch {
		case !ok:
			complain(warnf("%s, line %d: need name:value pair", path, l.first))
		case strings.Contains(name, "@") && !strings.HasPrefix(strings.TrimSpace(l.text), "\""):
			complain(warnf("%s, line %d: name must be local", path, l.first))
		default:
			record(Record{strings.ToLower(name), value, l.first})
		}
	}
}

// splitAlias cuts at the colon outside quotes.
func splitAlias(text string) (name, value string, ok bool) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ':':
			if quoted {
				continue
			}
			name = strings.Trim(text[:i], spaces)
			value = strings.Trim(text[i+1:], spaces)
			if strings.HasPrefix(name, "\"") && strings.HasSuffix(name, "\"") && len(name) > 1 {
				name = strings.ReplaceAll(name[1:len(name)-1], "\\", "")
			}
			return name, value, name != "" && value != ""
		}
	}
	return "", "", false
}

// indexMagic begins the files our postmap and postalias write in place of
// Berkeley DB files.
const indexMagic = "mxlab table 1\n"

// indexBuilder writes an indexed file.
type indexBuilder struct {
	path string
	buf  bytes.Buffer
	seen map[string]bool
}

func newIndexBuilder(path string) *indexBuilder {
	b := &indexBuilder{path: path, seen: map[string]bool{}}
	b.buf.WriteString(indexMagic)
	return b
}

// add stores a record under its key in lower case; of repeated keys the first
// stays, with a warning.
func (b *indexBuilder) add(r Record) *Diagnostic {
	key := strings.ToLower(r.Key)
	if b.seen[key] {
		d := warnf("%s: duplicate entry: \"%s\"", b.path, key)
		return &d
	}
	b.seen[key] = true
	fmt.Fprintf(&b.buf, "%q %q\n", key, r.Value)
	return nil
}

// BuildIndex writes the indexed file for records.
func BuildIndex(dbPath string, records []Record) ([]byte, []Diagnostic) {
	b := newIndexBuilder(dbPath)
	var diags []Diagnostic
	for _, r := range records {
		if d := b.add(r); d != nil {
			diags = append(diags, *d)
		}
	}
	return b.buf.Bytes(), diags
}

// ReadIndex reads a file written by BuildIndex.
func ReadIndex(data []byte) (map[string]string, bool) {
	text, ok := strings.CutPrefix(string(data), indexMagic)
	if !ok {
		return nil, false
	}
	t := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		var k, v string
		if n, _ := fmt.Sscanf(line, "%q %q", &k, &v); n == 2 {
			t[k] = v
		}
	}
	return t, true
}

// IndexPath is the file postmap writes for a table: name.db, name.lmdb ...
func IndexPath(kind, name string) string {
	switch kind {
	case "lmdb", "cdb":
		return name + "." + kind
	case "dbm", "sdbm":
		return name + ".pag"
	}
	return name + ".db"
}

// openIndexed opens hash:, btree: and the like: the built file, not its source.
func (s *System) openIndexed(spec, kind, name string) (Table, *TableError) {
	path := IndexPath(kind, name)
	f, err := s.read(path)
	if err != nil {
		return nil, &TableError{spec, fmt.Sprintf("open database %s: %s", path, reason(err))}
	}
	t, ok := ReadIndex(f.Data)
	if !ok {
		return nil, &TableError{spec, fmt.Sprintf("open database %s: Invalid argument", path)}
	}
	// A source edited after postmap ran: the old content is used all the same.
	if src, err := s.read(name); err == nil && src.Modified.After(f.Modified) && s.settled(src.Modified) {
		s.log(warnf("database %s is older than source file %s", path, name))
	}
	return fixedTable(t), nil
}

// settled: Postfix keeps quiet about a source changed in the last 100 seconds.
func (s *System) settled(modified time.Time) bool {
	return s.Now == nil || s.Now().Sub(modified) > 100*time.Second
}

// openText opens texthash:, which reads the source itself; the first of repeated
// keys counts.
func (s *System) openText(spec, name string) (Table, *TableError) {
	f, err := s.read(name)
	if err != nil {
		return nil, &TableError{spec, fmt.Sprintf("open database %s: %s", name, reason(err))}
	}
	t := fixedTable{}
	scanTableText(name, f.Data, func(r Record) {
		key := strings.ToLower(r.Key)
		if _, dup := t[key]; dup {
			s.log(warnf("%s, line %d: duplicate entry: \"%s\"", name, r.Line, r.Key))
			return
		}
		t[key] = r.Value
	}, func(d Diagnostic) {
		if strings.HasSuffix(d.Text, "key whitespace value") {
			d.Text += " -- ignoring this line"
		}
		s.log(d)
	})
	return t, nil
}
