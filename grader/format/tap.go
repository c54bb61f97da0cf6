package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"mxlab/grader"
)

// tap writes TAP version 14: a subtest per report if there are several.
func tap(w io.Writer, list []*grader.Report, o Options) error {
	var b strings.Builder
	b.WriteString("TAP version 14\n")
	if len(list) == 1 {
		tapItems(&b, list[0], o, "")
	} else {
		fmt.Fprintf(&b, "1..%d\n", len(list))
		for i, r := range list {
			fmt.Fprintf(&b, "# Subtest: %s\n", tapText(name(r)))
			tapItems(&b, r, o, "    ")
			fmt.Fprintf(&b, "%s %d - %s\n", tapWord(overall(r) == "pass"), i+1, tapText(name(r)))
		}
	}
	_, err := io.WriteString(w, strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' {
			return -1
		}
		return r
	}, b.String()))
	return err
}

func tapItems(b *strings.Builder, r *grader.Report, o Options, indent string) {
	if r.Refused != "" {
		fmt.Fprintf(b, "%s1..1\n%snot ok 1 - submission\n", indent, indent)
		tapDiagnosis(b, indent, [][2]string{{"message", r.Refused}})
		return
	}
	fmt.Fprintf(b, "%s1..%d\n", indent, len(r.Items))
	for i := range r.Items {
		it := &r.Items[i]
		skip := ""
		switch it.Status {
		case grader.Blocked:
			skip = " # SKIP " + tapText(o.in(it.Rationale))
		case grader.Error:
			skip = " # TODO " + tapText(o.in(it.Rationale))
		}
		fmt.Fprintf(b, "%s%s %d - %s%s\n", indent, tapWord(it.Status == grader.Pass || it.Status == grader.Blocked), i+1, tapText(o.in(it.Title)), skip)
		if it.Status != grader.Pass && it.Status != grader.Blocked {
			tapDiagnosis(b, indent, [][2]string{{"message", o.in(it.Rationale)}, {"expected", o.in(it.Expected)}, {"actual", o.in(it.Actual)}})
		}
	}
}

func tapWord(ok bool) string {
	if ok {
		return "ok"
	}
	return "not ok"
}

// tapText is a description: "#" begins a directive and "\" escapes.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`, "\n", " ", "\r", " ").Replace(s)
}

// tapDiagnosis writes a YAML block of texts in double quotes.
func tapDiagnosis(b *strings.Builder, indent string, fields [][2]string) {
	fmt.Fprintf(b, "%s  ---\n", indent)
	for _, f := range fields {
		if f[1] != "" {
			fmt.Fprintf(b, "%s  %s: %s\n", indent, f[0], yamlQuote(f[1]))
		}
	}
	fmt.Fprintf(b, "%s  ...\n", indent)
}

// yamlQuote is a text in YAML's double quotes, which read JSON's escapes.
func yamlQuote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(strings.ToValidUTF8(s, "?")) != nil {
		return `""`
	}
	return strings.TrimRight(b.String(), "\n")
}
