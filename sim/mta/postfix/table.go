package postfix

import (
	"fmt"
	"strings"
)

// Table is an open lookup table (DATABASE_README).
type Table interface {
	// Lookup returns the value of key. An error means that the table cannot
	// answer now.
	Lookup(key string) (value string, found bool, err error)
	// Fixed reports whether keys are fixed strings. Tables of patterns (cidr,
	// regexp, pcre) are not asked for parts of a name or address.
	Fixed() bool
}

// TableError is the reason why a table cannot answer.
type TableError struct {
	Spec string // type:name
	Text string
}

func (e *TableError) Error() string { return e.Spec + " is unavailable. " + e.Text }

// unavailable is a table that could not be opened: each look-up fails.
type unavailable struct{ err *TableError }

func (t unavailable) Lookup(string) (string, bool, error) { return "", false, t.err }
func (t unavailable) Fixed() bool                         { return true }

// OpenTable opens a table given as "type:name". Problems are logged as Postfix
// does; a table that cannot be opened fails each look-up.
func (s *System) OpenTable(spec string) Table {
	t, err := s.openTable(spec, 0)
	if err != nil {
		s.log(Diagnostic{Error, err.Text})
		return unavailable{err}
	}
	return t
}

const maxTableNesting = 10

func (s *System) openTable(spec string, depth int) (Table, *TableError) {
	spec = stripSearchBraces(spec)
	kind, name, ok := strings.Cut(spec, ":")
	fail := func(format string, args ...any) (Table, *TableError) {
		return nil, &TableError{spec, fmt.Sprintf(format, args...)}
	}
	if !ok || name == "" || depth > maxTableNesting {
		return fail("open dictionary: expecting \"type:name\" form instead of \"%s\"", spec)
	}
	switch kind {
	case "hash", "btree", "lmdb", "dbm", "cdb", "sdbm":
		return s.openIndexed(spec, kind, name)
	case "texthash":
		return s.openText(spec, name)
	case "static":
		return staticTable(strings.Trim(strings.TrimSuffix(strings.TrimPrefix(name, "{"), "}"), spaces)), nil
	case "inline":
		return openInline(spec, name)
	case "cidr", "regexp", "pcre":
		return s.openPatterns(spec, kind, name)
	case "unionmap", "pipemap":
		return s.openCombined(spec, kind, name, depth)
	case "proxy", "proxywrite":
		return s.openTable(name, depth+1)
	case "unix":
		return s.openAccounts(spec, name)
	case "environ":
		return fixedTable{}, nil
	case "fail":
		return failTable{&TableError{spec, "intentional failure"}}, nil
	case "ldap", "mysql", "pgsql", "sqlite", "memcache", "nis", "tcp", "socketmap":
		return fail("%s: this host has no %s service for tables", spec, kind)
	}
	return fail("unsupported dictionary type: %s", kind)
}

// stripSearchBraces: "{ hash:x, search_order = a }" is the table hash:x.
func stripSearchBraces(spec string) string {
	if strings.HasPrefix(spec, "{") && strings.HasSuffix(spec, "}") {
		if words := cutWordsBraced(spec[1 : len(spec)-1]); len(words) > 0 {
			return words[0]
		}
	}
	return spec
}

// fixedTable holds keys in lower case.
type fixedTable map[string]string

func (t fixedTable) Lookup(key string) (string, bool, error) {
	v, ok := t[strings.ToLower(key)]
	return v, ok, nil
}

func (fixedTable) Fixed() bool { return true }

type staticTable string

func (t staticTable) Lookup(string) (string, bool, error) { return string(t), true, nil }
func (staticTable) Fixed() bool                           { return true }

type failTable struct{ err *TableError }

func (t failTable) Lookup(string) (string, bool, error) { return "", false, t.err }
func (failTable) Fixed() bool                           { return true }

// openInline reads inline:{ key=value, { key = text with blanks } }.
func openInline(spec, name string) (Table, *TableError) {
	if !strings.HasPrefix(name, "{") || !strings.HasSuffix(name, "}") {
		return nil, &TableError{spec, fmt.Sprintf("bad inline syntax: \"%s\"; need \"inline:{name=value...}\"", spec)}
	}
	t := fixedTable{}
	for _, item := range cutWordsBraced(name[1 : len(name)-1]) {
		if strings.HasPrefix(item, "{") && strings.HasSuffix(item, "}") {
			item = item[1 : len(item)-1]
		}
		k, v, problem := splitNameValue(item)
		if problem != "" {
			return nil, &TableError{spec, fmt.Sprintf("%s map: %s", spec, problem)}
		}
		t[strings.ToLower(k)] = v
	}
	if len(t) == 0 {
		return nil, &TableError{spec, fmt.Sprintf("bad syntax: \"%s\"; need \"inline:{name=value...}\"", spec)}
	}
	return t, nil
}

// combined is unionmap (all results, with commas) or pipemap (the result of one
// table is the key of the next).
type combined struct {
	tables []Table
	pipe   bool
}

func (t combined) Fixed() bool { return !t.pipe }

func (t combined) Lookup(key string) (string, bool, error) {
	var results []string
	for _, m := range t.tables {
		v, ok, err := m.Lookup(key)
		if err != nil {
			return "", false, err
		}
		if t.pipe {
			if !ok {
				return "", false, nil
			}
			key = v
		} else if ok {
			results = append(results, v)
		}
	}
	if t.pipe {
		return key, true, nil
	}
	return strings.Join(results, ","), len(results) > 0, nil
}

func (s *System) openCombined(spec, kind, name string, depth int) (Table, *TableError) {
	if !strings.HasPrefix(name, "{") || !strings.HasSuffix(name, "}") {
		return nil, &TableError{spec, fmt.Sprintf("bad syntax: \"%s\"; need \"%s:{type:name...}\"", spec, kind)}
	}
	t := combined{pipe: kind == "pipemap"}
	for _, item := range cutWordsBraced(name[1 : len(name)-1]) {
		m, err := s.openTable(item, depth+1)
		if err != nil {
			return nil, err
		}
		t.tables = append(t.tables, m)
	}
	return t, nil
}

// accounts is unix:passwd.byname: the login names of the host.
type accounts struct{ user func(string) (User, bool) }

func (t accounts) Lookup(key string) (string, bool, error) {
	if t.user == nil {
		return "", false, nil
	}
	u, ok := t.user(key)
	if !ok {
		return "", false, nil
	}
	return fmt.Sprintf("%s:x:%d:%d::%s:", u.Name, u.UID, u.GID, u.Home), true, nil
}

func (accounts) Fixed() bool { return true }

func (s *System) openAccounts(spec, name string) (Table, *TableError) {
	switch name {
	case "passwd.byname":
		return accounts{s.User}, nil
	case "group.byname":
		return fixedTable{}, nil
	}
	return nil, &TableError{spec, "unknown table: " + spec}
}
