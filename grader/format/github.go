package format

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"mxlab/grader"
)

// githubResult is what the test steps of GitHub's classroom grader hand to the
// reporter, in base64.
type githubResult struct {
	Version  int          `json:"version"`
	Status   string       `json:"status"` // pass, fail or error
	MaxScore float64      `json:"max_score"`
	Tests    []githubTest `json:"tests"`
}

type githubTest struct {
	Name    string  `json:"name"`
	Status  string  `json:"status"`
	Score   float64 `json:"score"`
	Message string  `json:"message"`
}

// github gives all points in one test, because the reporter adds tests up and
// knows no cap; the checks follow with no points of their own.
func github(w io.Writer, r *grader.Report, o Options) error {
	out := githubResult{Version: 1, Status: overall(r), MaxScore: r.Max, Tests: []githubTest{{Name: r.Scenario, Status: overall(r), Score: r.Score, Message: r.Refused}}}
	for i := range r.Items {
		it := &r.Items[i]
		status := "fail"
		switch it.Status {
		case grader.Pass:
			status = "pass"
		case grader.Error:
			status = "error"
		}
		out.Tests = append(out.Tests, githubTest{Name: o.in(it.Title), Status: status, Message: explain(it, o)})
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, base64.StdEncoding.EncodeToString(b))
	return err
}

// overall is the state of a whole report.
func overall(r *grader.Report) string {
	switch {
	case r.Refused != "":
		return "error"
	case r.Max > 0 && r.Score >= r.Max:
		return "pass"
	}
	return "fail"
}

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
