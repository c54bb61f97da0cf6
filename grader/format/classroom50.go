package format

import (
	"fmt"
	"io"
	"math"
	"time"

	"mxlab/grader"
)

// classroom50Result is classroom50/result/v1. Scores are whole numbers.
type classroom50Result struct {
	Schema     string            `json:"schema"`
	Classroom  string            `json:"classroom"`
	Assignment string            `json:"assignment"`
	Submission string            `json:"submission"`
	Commit     string            `json:"commit"`
	Release    string            `json:"release"`
	Review     string            `json:"review"`
	DateTime   string            `json:"datetime"`
	Score      int               `json:"score"`
	MaxScore   int               `json:"max-score"`
	Tests      []classroom50Test `json:"tests"`
}

type classroom50Test struct {
	Name     string `json:"test-name"`
	Passed   bool   `json:"passed"`
	Score    int    `json:"score"`
	MaxScore int    `json:"max-score"`
}

// classroom50 takes from Meta what the lab does not know: classroom,
// assignment, submission, commit, release, review, datetime (RFC 3339).
func classroom50(w io.Writer, r *grader.Report, o Options) error {
	get := func(key, def string) string {
		if v := o.Meta[key]; v != "" {
			return v
		}
		return def
	}
	when := get("datetime", "")
	if when != "" {
		if _, err := time.Parse(time.RFC3339, when); err != nil {
			return fmt.Errorf("datetime: %q is not of the form 2026-03-02T09:00:00Z", when)
		}
	}
	out := classroom50Result{Schema: "classroom50/result/v1", Classroom: get("classroom", ""), Assignment: get("assignment", r.Scenario),
		Submission: get("submission", name(r)), Commit: get("commit", ""), Release: get("release", ""), Review: get("review", ""), DateTime: when,
		Score: whole(r.Score), MaxScore: whole(r.Max), Tests: []classroom50Test{}}
	for _, it := range r.Items {
		out.Tests = append(out.Tests, classroom50Test{o.in(it.Title), it.Status == grader.Pass, whole(it.Score), whole(it.Max)})
	}
	return indented(w, out)
}

func whole(f float64) int { return int(math.Round(f)) }
