package registry_test

import (
	"strings"
	"testing"

	"mxlab/sim/registry"
)

const objects = `inetnum:  203.0.113.0/24
netname:  PROVIDER

inetnum:  203.0.113.16/28
netname:  COMPANY

domain:   example.kr
holder:   Example

inetnum:  broken
netname:  X
`

func TestAnswer(t *testing.T) {
	for query, want := range map[string]string{
		"203.0.113.19":       "netname:  COMPANY",
		"203.0.113.99":       "netname:  PROVIDER",
		"203.0.113.16/28":    "netname:  COMPANY",
		"203.0.113.0/24":     "netname:  PROVIDER",
		"example.kr":         "holder:   Example",
		"-r WWW.Example.KR.": "holder:   Example",
		"notexample.kr":      "No entries found",
		"198.51.100.1":       "No entries found",
		"":                   "No entries found",
		"\x00\xff":           "No entries found",
	} {
		if got := registry.Answer(objects, query); !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q in it", query, got, want)
		}
	}
}
