package format

import (
	"errors"
	"io"
	"slices"
	"strings"

	"mxlab/grader"
)

// canvas fills in the teacher's grade book export: the column whose title is
// the scenario's name, or Meta "assignment", with Canvas's number in brackets.
func canvas(w io.Writer, list []*grader.Report, o Options) error {
	rows, err := roster(o)
	if err != nil {
		return err
	}
	head := rows[0]
	if column(head, "Student") < 0 || column(head, "ID") < 0 {
		return errors.New("roster: not a Canvas grade book: it needs the columns Student and ID")
	}
	col := slices.IndexFunc(head, func(h string) bool { return assignmentOf(h, o.Meta["assignment"], list) })
	if col < 0 {
		return errors.New("roster: no column for the assignment; name it with --meta assignment=TITLE")
	}
	for _, row := range rows[1:] {
		if r := find(list, row, column(head, "SIS Login ID"), column(head, "SIS User ID"), column(head, "ID"), column(head, "Student")); r != nil {
			fill(row, col, points(r.Score))
		}
	}
	return table(w, rows)
}

// assignmentOf reports whether a column "Title (123)" is the assignment's.
func assignmentOf(head, title string, list []*grader.Report) bool {
	bare := head
	if i := strings.LastIndex(head, " ("); i > 0 && strings.HasSuffix(head, ")") {
		bare = head[:i]
	}
	if title != "" {
		return bare == title || head == title
	}
	return slices.ContainsFunc(list, func(r *grader.Report) bool {
		return r.Scenario != "" && (bare == r.Scenario || bare == r.Title.EN || bare == r.Title.KO)
	})
}
