package config

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// everything runs all that can be done with a text.
func everything(t *testing.T, text string) {
	t.Helper()
	disk := files("n", text, "self", "include \"self\";", "two", "include \"one\";include \"one\";", "one", text)
	tree, messages := Parse(disk, "n", ParseOptions{})
	for _, m := range messages {
		_ = m.String()
	}
	if tree == nil {
		if len(messages) == 0 {
			t.Fatal("refused without a message")
		}
		return
	}
	Check(tree, CheckOptions{Disk: disk})
	c := New(tree)
	for _, v := range c.Views {
		v.AllowQuery.Match(netip.MustParseAddr("192.0.2.1"), "k1.", nil)
	}
	for _, category := range []string{"default", "queries", "unmatched"} {
		c.Logging.Destinations(category)
	}
	fixpoint(t, text)
}

func FuzzConfig(f *testing.F) {
	for _, c := range strings.Split(messageCases, "----\n") {
		text, _, _ := strings.Cut(c, "===\n")
		f.Add(text)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		f.Add(compose(r))
	}
	f.Fuzz(everything)
}

// Mutated configurations never panic; a walk of the fuzz test that runs each time.
func TestMutationsNeverPanic(t *testing.T) {
	archives := bases(t)
	m := &mutator{r: rand.New(rand.NewPCG(3, 3))}
	for i := range 3000 {
		a := archives[i%len(archives)]
		text := string(a.Files[m.r.IntN(len(a.Files))].Data)
		m.donor = compose(m.r)
		for range 1 + m.r.IntN(4) {
			text = m.mutate(text + " ")
		}
		everything(t, text)
	}
}

// Depth, width and includes are bounded.
func TestBounds(t *testing.T) {
	for name, text := range map[string]string{
		"braces":     "acl a " + strings.Repeat("{", 1<<20),
		"negations":  "acl a { " + strings.Repeat("!", 1<<20),
		"unknown":    strings.Repeat("x { ", 1<<18),
		"words":      strings.Repeat("x ", 1<<19),
		"semicolons": "options { recursion " + strings.Repeat("no ", 1<<18),
		"quote":      "\"" + strings.Repeat("x", 1<<20),
		"self":       "include \"self\";",
		"two":        "include \"two\";",
		"wide":       "acl a { " + strings.Repeat("192.0.2.1; ", 1<<16) + "};",
		"same acl":   strings.Repeat("acl a { any; };", 3000),
		"same zone":  strings.Repeat("zone a { type master; file \"a\"; };", 3000),
		"servers":    strings.Repeat("server 192.0.2.1 { };", 3000),
	} {
		t.Run(name, func(t *testing.T) { everything(t, text) })
	}
}
