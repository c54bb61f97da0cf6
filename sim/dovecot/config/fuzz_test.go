package config_test

import (
	"strings"
	"testing"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host/vfs"
)

// What is printed can be read again and prints the same.
func FuzzParsePrintParse(f *testing.F) {
	f.Add(student)
	for _, m := range mutations {
		if m.old != "" {
			f.Add(strings.Replace(student, m.old, m.new, 1))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		read := func(text string) (*config.Config, error) {
			return config.Parse("/x/main.conf", config.Files{
				Read: func(name string) ([]byte, error) {
					if name == "/x/main.conf" {
						return []byte(text), nil
					}
					return nil, vfs.ENOENT
				},
				Glob: func(pattern string) []string {
					if pattern == "/x/main.conf" {
						return []string{pattern}
					}
					return nil
				},
			})
		}
		c, err := read(text)
		if err != nil {
			return
		}
		c.Check(func(string) bool { return true })
		var once, twice strings.Builder
		c.Print(&once, config.Changed)
		if strings.ContainsAny(once.String(), "\\'$<#\r\x00") || strings.Contains(text, `"`) {
			return // Dovecot's own output is no fixpoint there
		}
		again, err := read(once.String())
		if err != nil {
			t.Fatalf("%v in\n%s", err, once.String())
		}
		again.Print(&twice, config.Changed)
		if once.String() != twice.String() {
			t.Errorf("got\n%s\nthen\n%s", once.String(), twice.String())
		}
	})
}
