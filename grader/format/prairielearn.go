package format

import (
	"io"

	"mxlab/grader"
)

// prairieResults is results.json of PrairieLearn's external graders.
type prairieResults struct {
	Gradable bool          `json:"gradable"`
	Score    float64       `json:"score"` // 0 to 1
	Message  string        `json:"message,omitempty"`
	Output   string        `json:"output,omitempty"`
	Tests    []prairieTest `json:"tests,omitempty"`
}

type prairieTest struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Points      float64 `json:"points"`
	MaxPoints   float64 `json:"max_points"`
	Message     string  `json:"message,omitempty"`
	Output      string  `json:"output,omitempty"`
}

// prairieLearn leaves out hidden checks: students see all tests there.
func prairieLearn(w io.Writer, r *grader.Report, o Options) error {
	if r.Refused != "" {
		return indented(w, prairieResults{Message: r.Refused})
	}
	out := prairieResults{Gradable: true, Score: percent(r) / 100}
	if r.Capped != "" {
		out.Output = o.in(capped(r))
	}
	for i := range r.Items {
		it := &r.Items[i]
		if it.Visibility == "hidden" {
			continue
		}
		out.Tests = append(out.Tests, prairieTest{Name: o.in(it.Title), Points: it.Score, MaxPoints: it.Max, Message: o.in(it.Rationale), Output: explain(it, o)})
	}
	return indented(w, out)
}
