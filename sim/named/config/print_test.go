package config

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// fixpoint fails if the canonical form of an accepted text does not read back as itself. BIND prints a backslash as it is,
// so that a string with one may not read back.
func fixpoint(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, `\`) {
		return
	}
	tree, _ := Parse(files("n", text), "n", ParseOptions{})
	if tree == nil {
		return
	}
	printed := tree.Print(false)
	again, messages := Parse(files("n", printed), "n", ParseOptions{NoDeprecated: true})
	if again == nil {
		t.Fatalf("canonical form refused: %v\n%s", messages, printed)
	}
	if twice := again.Print(false); twice != printed {
		t.Fatalf("not a fixpoint\n%s\n%s", printed, twice)
	}
}

func TestPrintIsFixpoint(t *testing.T) {
	for _, a := range bases(t) {
		for _, f := range a.Files {
			fixpoint(t, string(f.Data))
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		fixpoint(t, compose(r))
	}
}

func TestPrint(t *testing.T) {
	for text, want := range map[string]string{
		"zone a{type MASTER;file\"a\\\"b\";};":                      "zone \"a\" {\n\ttype MASTER;\n\tfile \"a\\\"b\";\n};\n",
		"options{listen-on{!10/8;};recursion 1;version none;};":     "options {\n\tlisten-on  {\n\t\t!10.0.0.0/8;\n\t};\n\tversion none;\n\trecursion yes;\n};\n",
		"options{query-source port *;max-cache-ttl 1h;};":           "options {\n\tmax-cache-ttl 3600;\n\tquery-source address 0.0.0.0 port 0;\n};\n",
		"options{max-zone-ttl P1DT2H;max-journal-size 1k;};":        "options {\n\tmax-journal-size 1024;\n\tmax-zone-ttl P1DT2H;\n};\n",
		"logging{channel c{severity debug;syslog;print-time 1;};};": "logging {\n\tchannel \"c\" {\n\t\tsyslog ;\n\t\tseverity debug 1;\n\t\tprint-time yes;\n\t};\n};\n",
		"include \"x\";": "",
	} {
		tree, messages := Parse(files("n", text, "x", ""), "n", ParseOptions{})
		if tree == nil {
			t.Errorf("%s: %v", text, messages)
		} else if got := tree.Print(false); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}
