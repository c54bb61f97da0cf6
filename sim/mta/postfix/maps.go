package postfix

import (
	"errors"
	"strings"
)

// Maps is a parameter's list of tables, searched in order.
type Maps struct {
	Title  string // parameter name, for messages
	specs  []string
	tables []Table
	sys    *System
}

// ErrTable means that a table could not answer; the reason is already logged.
var ErrTable = errors.New("table lookup problem")

// OpenMaps opens the tables named in value. Names without a type are hash: (as
// default_database_type).
func (s *System) OpenMaps(title, value string) *Maps {
	m := &Maps{Title: title, sys: s}
	for _, spec := range cutWordsBraced(value) {
		if !strings.Contains(spec, ":") {
			spec = "hash:" + spec
		}
		m.specs = append(m.specs, spec)
		m.tables = append(m.tables, s.OpenTable(spec))
	}
	return m
}

// Empty reports whether the list names no table.
func (m *Maps) Empty() bool { return m == nil || len(m.tables) == 0 }

// Find searches for a whole key.
func (m *Maps) Find(key string) (value string, found bool, err error) {
	value, _, found, err = m.find(key, false)
	return value, found, err
}

// FindPart searches for a part of a name or address; tables of patterns are
// left out.
func (m *Maps) FindPart(key string) (value string, found bool, err error) {
	value, _, found, err = m.find(key, true)
	return value, found, err
}

func (m *Maps) find(key string, part bool) (value, spec string, found bool, err error) {
	if m == nil || key == "" {
		return "", "", false, nil
	}
	for i, t := range m.tables {
		if part && !t.Fixed() {
			continue
		}
		v, ok, err := t.Lookup(key)
		switch {
		case err != nil:
			m.sys.log(Diagnostic{Warning, err.Error()})
			m.sys.log(warnf("%s lookup error for \"%s\"", m.specs[i], key))
			return "", m.specs[i], false, ErrTable
		case ok && v == "":
			m.sys.log(warnf("%s lookup of %s returns an empty string result", m.Title, key))
			m.sys.log(warnf("%s should return NO RESULT in case of NOT FOUND", m.Title))
			return "", m.specs[i], false, ErrTable
		case ok:
			return v, m.specs[i], true, nil
		}
	}
	return "", "", false, nil
}
