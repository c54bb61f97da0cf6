// Package format writes reports in the forms that learning systems read. All
// are derived from the native report of package grader; nothing is judged here.
//
//	gradescope    results.json (Gradescope autograder specification)
//	junit         JUnit XML, in the order of the common XSD
//	github        the base64 text the grader actions of GitHub Actions exchange
//	classroom50   classroom50/result/v1
//	moodle        a grade book import, CSV
//	moodle-offline  the teacher's offline grading worksheet, filled in
//	moodle-vpl    the lines the Virtual Programming Lab reads
//	canvas        the teacher's grade book export, filled in
//	prairielearn  results.json of an external grader
//	tap           TAP version 14
//	csv           a class as a table: student by check, and the commonest failures
//
// Text of a student (names, mail subjects, file names) is escaped for each
// form; in CSV a cell that a spreadsheet would take for a formula is defused.
// What it leaves out: lateness and groups, which the systems know themselves.
package format

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"mxlab/grader"
	"mxlab/sim"
)

// Options say how reports are written.
type Options struct {
	Lang   grader.Lang
	Roster io.Reader         // the teacher's own table, for the formats that fill one in
	Meta   map[string]string // what only the caller knows, such as classroom or commit
}

// writer writes reports.
type writer func(io.Writer, []*grader.Report, Options) error

// writers are the formats by name.
var writers = map[string]writer{
	"gradescope": one(gradescope), "junit": junit, "github": one(github), "classroom50": one(classroom50), "moodle": moodle,
	"moodle-offline": moodleOffline, "moodle-vpl": one(moodleVPL), "canvas": canvas, "prairielearn": one(prairieLearn), "tap": tap, "csv": classTable,
}

// Names returns the names of all formats, sorted.
func Names() []string { return slices.Sorted(maps.Keys(writers)) }

// Errors of writing.
var (
	ErrUnknown = errors.New("unknown report format")
	ErrSingle  = errors.New("this format holds one report")
	ErrRoster  = errors.New("this format fills in a table of the teacher's")
)

// Write writes reports in a format.
func Write(w io.Writer, name string, list []*grader.Report, o Options) error {
	f := writers[name]
	if f == nil {
		return fmt.Errorf("%w %q, want one of %s", ErrUnknown, name, strings.Join(Names(), ", "))
	}
	return f(w, list, o)
}

// one makes a writer of a format that holds a single report.
func one(f func(io.Writer, *grader.Report, Options) error) writer {
	return func(w io.Writer, list []*grader.Report, o Options) error {
		if len(list) != 1 {
			return fmt.Errorf("%w, there are %d", ErrSingle, len(list))
		}
		return f(w, list[0], o)
	}
}

// in picks a text's language.
func (o Options) in(t sim.Text) string {
	if o.Lang == grader.Korean {
		return t.KO
	}
	return t.EN
}

// explain is what a check says, in lines: why, and unless it passed what was
// wanted and seen.
func explain(it *grader.Item, o Options) string {
	lines := []string{o.in(it.Rationale)}
	if it.Status != grader.Pass && it.Status != grader.Blocked {
		words := [3]sim.Text{{EN: "seen from", KO: "확인한 곳"}, {EN: "expected", KO: "기대"}, {EN: "actual", KO: "실제"}}
		for i, t := range []sim.Text{it.Vantage, it.Expected, it.Actual} {
			if s := o.in(t); s != "" {
				lines = append(lines, o.in(words[i])+": "+s)
			}
		}
		for _, e := range it.Evidence {
			lines = append(lines, "> "+e.Label)
		}
	}
	return strings.Join(lines, "\n")
}

// capped says why the score is less than the sum of the checks.
func capped(r *grader.Report) sim.Text {
	by := r.CappedBy()
	return sim.Text{EN: "The score is capped because of: " + by.EN, KO: "다음 항목 때문에 점수가 제한되었습니다: " + by.KO}
}

// percent is a report's score of 100, 0 for one that could not be graded.
func percent(r *grader.Report) float64 {
	if r.Max <= 0 {
		return 0
	}
	return 100 * r.Score / r.Max
}

// name is how a report is called among others.
func name(r *grader.Report) string {
	if r.Student != "" {
		return r.Student
	}
	return r.File
}
