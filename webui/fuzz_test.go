package webui

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// What a page sends is either understood, with exactly one field, or refused
// with a problem in both languages.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"ping":{"n":1}}`, `{"hello":{"protocol":1,"epoch":0,"seq":0,"terms":{"pc/1":2}}}`, `{"cmd":{"id":"abcdefgh","check":{}}}`,
		`{"ask":{"id":"a","event":{"epoch":1,"seq":2}}}`, `{"ask":{"id":"a","event":{"epoch":-1}}}`, `{}`, `[`, `{"ping":{"n":1e999}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, p := decode(data)
		if (m == nil) == (p == nil) {
			t.Fatalf("%q gives %v, %v", data, m, p)
		}
		if p != nil && (p.Code == "" || p.Text.Ko == "" || p.Text.En == "") {
			t.Fatalf("problem %+v", p)
		}
	})
}

// The record of a session is read to its last whole line, or refused.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"head":{"id":"x","scenario":"s","seed":1}}` + "\n" + `{"do":{"cmd":"abcdefgh","steps":[{"action":{"on":"pc","run":"ls"}}]}}` + "\n" + `{"undo":{"epoch":2}}` + "\n"))
	f.Add([]byte(`{"restart":{"epoch":3}}` + "\n" + `{"ch`))
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, good, err := parseFacts(data)
		if good > len(data) || err == nil && strings.Count(string(data[:good]), "\n") != len(facts) {
			t.Fatalf("%d facts in %d bytes, %v", len(facts), good, err)
		}
		fold(facts)
	})
}

// The prose of a scenario never becomes markup beyond what the page allows.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n\n* b `c`", "<script>x</script>", "[a](javascript:x)", "[a](event:12) <b onclick=x>", "![i](http://x/y)", "<http://a.example/>", "|a|b|\n|-|-|\n|<i>|2|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := strings.ToLower(renderMarkdown(text))
		for _, bad := range []string{"<script", "<img", "<iframe", "<svg", "<b ", " onclick=x>", `href="javascript`, `href="data`} {
			if strings.Contains(out, bad) {
				t.Fatalf("%q gives %q", text, out)
			}
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("가나다\nline\n"+strings.Repeat("x\n", 100), 64)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 64 + limit&0xff
		if s = strings.ToValidUTF8(s, "?"); len(s) <= limit {
			return
		}
		if out, cut := cutMiddle(s, limit); len(out) > limit || len(out)+cut != len(s) {
			t.Fatalf("%d bytes became %d and %d", len(s), len(out), cut)
		}
		if out := shorten(s, limit); len(out) > limit || !utf8.ValidString(out) {
			t.Fatalf("%q", out)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Fatal(err)
		}
	})
}
