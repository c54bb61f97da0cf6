package config

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed settings.tsv
var settingsTable string

//go:embed services.tsv
var servicesTable string

// kind is the kind of a setting's value.
type kind uint8

const (
	kindText kind = iota
	kindBool
	kindEnum
	kindUint
	kindOctal
	kindPort
	kindTime
	kindSize
)

// setting is one setting Dovecot knows.
type setting struct {
	kind    kind
	words   []string // of an enumeration
	initial string
}

// schema holds the settings by section path ("", "service/unix_listener") and
// name.
var schema = sync.OnceValue(func() map[string]map[string]setting {
	kinds := map[string]kind{"text": kindText, "bool": kindBool, "uint": kindUint, "octal": kindOctal, "port": kindPort, "time": kindTime, "size": kindSize}
	m := map[string]map[string]setting{}
	for f := range rows(settingsTable, 4) {
		s := setting{initial: f[3]}
		var plain bool
		if s.kind, plain = kinds[f[2]]; !plain {
			s.kind, s.words = kindEnum, strings.Split(f[2], "|")
		}
		if m[f[0]] == nil {
			m[f[0]] = map[string]setting{}
		}
		m[f[0]][f[1]] = s
	}
	return m
})

// builtin is the configuration without any file: the services of the package.
var builtin = sync.OnceValue(func() *Section {
	root := &Section{}
	for f := range rows(servicesTable, 3) {
		s := root
		parts := strings.Split(f[0], "/")
		for i := 0; i < len(parts); i++ {
			typ, name, ok := strings.Cut(parts[i], "|")
			for i+1 < len(parts) && !strings.Contains(parts[i+1], "|") { // a slash in the name
				i++
				name += "/" + parts[i]
			}
			if ok {
				s = s.child(typ, name)
			}
		}
		if f[1] != "" {
			s.set(f[1], f[2])
		}
	}
	return root
})

// rows yields the fields of each line of a table that is not a comment.
func rows(table string, fields int) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(table) {
			f := strings.SplitN(strings.TrimRight(line, "\n"), "\t", fields)
			if line[0] != '#' && len(f) == fields && !yield(f) {
				return
			}
		}
	}
}

// isFilter reports whether sections of a type hold settings of the top level
// for some of the connections.
func isFilter(typ string) bool {
	return slices.Contains([]string{"protocol", "local", "remote", "local_name"}, typ)
}

// isFree reports whether a section takes any setting.
func isFree(typ string) bool { return typ == "plugin" || typ == "dict" }

// subsections lists the types of section each section may hold.
func subsections(path string) []string {
	switch path {
	case "":
		return []string{"dict", "local", "local_name", "namespace", "passdb", "plugin", "protocol", "remote", "service", "userdb"}
	case "namespace":
		return []string{"mailbox"}
	case "service":
		return []string{"fifo_listener", "inet_listener", "unix_listener"}
	}
	return nil
}
