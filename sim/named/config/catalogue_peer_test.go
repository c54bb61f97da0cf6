package config

import (
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"
)

// The manual page of the real BIND gives every clause of the catalogue the same grammar and the same notes. Parts that
// Debian builds and the manual's authors did not are excepted.
func TestPeerManual(t *testing.T) {
	f, err := os.Open("/usr/share/man/man5/named.conf.5.gz")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal(err)
		}
		t.Skip("no manual page of named.conf: ", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	manual := manualClauses(string(page))
	if len(manual) < 400 {
		t.Fatalf("only %d clauses in the manual", len(manual))
	}
	known := map[string]string{}
	inZone := map[string]bool{}
	for _, m := range manual {
		inZone[m.zone+"/"+m.name] = m.zone != ""
	}
	for _, c := range Catalogue() {
		for _, z := range c.Zones {
			if z != InView && c.Name != "type" && c.Name != "masters" && !inZone[string(z)+"/"+c.Name] {
				t.Errorf("%s in a %s zone: not in the manual", c.Name, z)
			}
			delete(inZone, string(z)+"/"+c.Name)
		}
		line := strings.TrimSpace(c.Name+" "+c.Grammar) + ";"
		if len(c.Notes) > 0 {
			line += " // " + strings.Join(c.Notes, ", ")
		}
		known[c.Scope+"/"+c.Name] = line
	}
	for clause, really := range inZone {
		if really {
			t.Errorf("the manual has %s, the table has not", clause)
		}
	}
	for _, m := range manual {
		if m.scope == "type" || strings.HasSuffix(m.line, "not configured") {
			continue
		}
		want := strings.ReplaceAll(strings.Join(strings.Fields(m.line), " "), " ;", ";")
		got := strings.ReplaceAll(strings.Join(strings.Fields(known[m.scope+"/"+m.name]), " "), " ;", ";")
		if got != want {
			t.Errorf("%s: have %q, manual %q", m.scope, got, want)
		}
	}
}

type manualClause struct{ scope, zone, name, line string }

// manualClauses takes the one-line clauses of the page with the statement they stand in.
func manualClauses(page string) []manualClause {
	var out []manualClause
	var scopes []string
	zone := ""
	for _, line := range strings.Split(page, "\n") {
		line = strings.TrimSpace(strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\e`, `\`, `\&`, "").Replace(line))
		switch {
		case line == "" || strings.HasPrefix(line, "."):
		case strings.HasSuffix(line, "{"):
			scopes = append(scopes, strings.Fields(line)[0])
			zone = ""
		case strings.HasPrefix(line, "}"):
			scopes = scopes[:max(len(scopes)-1, 0)]
		case strings.Contains(line, ";"):
			scope := ""
			if len(scopes) > 0 {
				scope = scopes[len(scopes)-1]
			}
			name := strings.Fields(line)[0]
			if name == "type" {
				zone = strings.TrimSuffix(strings.Fields(line)[1], ";")
			}
			if strings.HasPrefix(name, "//") || name == "type" && scope == "zone" || name == "Statements" || name == "Clauses" {
				continue
			}
			out = append(out, manualClause{scope, zone, strings.TrimSuffix(name, ";"), line})
		}
	}
	return out
}
