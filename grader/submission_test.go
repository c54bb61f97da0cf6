package grader_test

import (
	"errors"
	"strings"
	"testing"

	"mxlab/grader"
)

func TestDamagedSubmissionsAreRefusedWithTheirPlace(t *testing.T) {
	const good = "{\n \"format\": \"mxlab-submission-1\",\n \"seed\": 3,\n \"journal\": []\n}\n"
	for _, c := range []struct{ name, text, want string }{
		{"cut off", good[:len(good)-8], "line 4: the file ends too early"},
		{"empty", "", "the file is empty"},
		{"twice", strings.Replace(good, "\"journal\"", "\"seed\": 4,\n \"journal\"", 1), `line 4: "seed" stands there twice`},
		{"twice in another case", strings.Replace(good, "\"journal\"", "\"SEED\": 4,\n \"journal\"", 1), `line 4: "SEED" stands there twice`},
		{"twice within an entry", strings.Replace(good, "[]", "[{\"n\": 1,\n \"action\": {\"on\": \"pc\"},\n\"action\": {}}]", 1), `line 6: "action" stands there twice`},
		{"two of them", good + good, "line 6: data after the end"},
		{"a score", strings.Replace(good, "\"seed\"", "\"score\"", 1), `unknown field "score"`},
		{"a list", "[]", "line 1: "},
	} {
		if _, err := grader.ReadSubmission(strings.NewReader(c.text)); !errors.Is(err, grader.ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, text := range []string{good, "\ufeff" + good, strings.ReplaceAll(good, "\n", "\r\n")} {
		if s, err := grader.ReadSubmission(strings.NewReader(text)); err != nil || s.Seed != 3 {
			t.Errorf("%q: %v", text, err)
		}
	}
}
