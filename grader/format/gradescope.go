package format

import (
	"encoding/json"
	"fmt"
	"io"

	"mxlab/grader"
)

// gradescopeResults is results.json. The score at the top counts instead of the
// sum of the tests, because an invariant may cap it.
type gradescopeResults struct {
	Score        float64          `json:"score"`
	Output       string           `json:"output,omitempty"`
	OutputFormat string           `json:"output_format"`
	Visibility   string           `json:"visibility"`
	Tests        []gradescopeTest `json:"tests"`
	ExtraData    map[string]any   `json:"extra_data,omitempty"`
}

type gradescopeTest struct {
	Score        float64        `json:"score"`
	MaxScore     float64        `json:"max_score"`
	Status       string         `json:"status"` // passed or failed
	Name         string         `json:"name"`
	Number       string         `json:"number"`
	Output       string         `json:"output"`
	OutputFormat string         `json:"output_format"`
	Visibility   string         `json:"visibility"`
	Tags         []string       `json:"tags,omitempty"`
	ExtraData    map[string]any `json:"extra_data,omitempty"`
}

func gradescope(w io.Writer, r *grader.Report, o Options) error {
	out := gradescopeResults{Score: r.Score, Output: r.Refused, OutputFormat: "text", Visibility: "visible", Tests: []gradescopeTest{},
		ExtraData: map[string]any{"scenario": r.Scenario, "hash": r.Hash, "engine": r.Engine, "seed": fmt.Sprint(r.Seed)}}
	if r.Capped != "" {
		out.Output = o.in(capped(r))
	}
	for i := range r.Items {
		it := &r.Items[i]
		t := gradescopeTest{Score: it.Score, MaxScore: it.Max, Status: "failed", Name: o.in(it.Title), Number: fmt.Sprint(i + 1), Output: explain(it, o),
			OutputFormat: "text", Visibility: visibility(it), ExtraData: map[string]any{"id": it.ID, "status": it.Status}}
		if it.Status == grader.Pass {
			t.Status = "passed"
		}
		if it.Goal != "" {
			t.Tags = []string{it.Goal}
		}
		out.Tests = append(out.Tests, t)
	}
	return indented(w, out)
}

// visibility is Gradescope's word for who may see a check.
func visibility(it *grader.Item) string {
	switch it.Visibility {
	case "hidden":
		return "hidden"
	case "after_due":
		return "after_due_date"
	}
	return "visible"
}

// indented writes JSON for people to read. Text is not escaped for HTML: the
// readers of these files do that.
func indented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
