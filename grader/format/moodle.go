package format

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"mxlab/grader"
)

// moodle writes a grade book import. A student with an "@" is told by e-mail
// address, others by user name.
func moodle(w io.Writer, list []*grader.Report, o Options) error {
	rows := [][]string{{"Username", "Email address", "Grade", "Feedback"}}
	for _, r := range list {
		user, mail := r.Student, ""
		if strings.Contains(user, "@") {
			user, mail = "", r.Student
		}
		rows = append(rows, []string{safe(user), safe(mail), points(r.Score), safe(feedback(r, o))})
	}
	return table(w, rows)
}

// moodleVPL writes the lines the Virtual Programming Lab reads from a program's
// output. A line of a comment may not look like one of them.
func moodleVPL(w io.Writer, r *grader.Report, o Options) error {
	var b strings.Builder
	comment := func(s string) {
		for l := range strings.Lines(s) {
			fmt.Fprintf(&b, "Comment :=>>%s\n", strings.TrimRight(l, "\r\n"))
		}
	}
	comment(r.Refused)
	for i := range r.Items {
		it := &r.Items[i]
		if it.Visibility == "hidden" {
			continue
		}
		comment(fmt.Sprintf("-%s: %s (%s/%s)", o.in(it.Title), it.Status, points(it.Score), points(it.Max)))
		if it.Status != grader.Pass {
			comment(explain(it, o))
		}
	}
	fmt.Fprintf(&b, "Grade :=>>%s\n", points(r.Score))
	_, err := io.WriteString(w, b.String())
	return err
}

// moodleOffline fills in Moodle's offline grading worksheet, which is read back
// only for rows whose modification date is not older than the system's: that
// date is copied from Meta or left as it is.
func moodleOffline(w io.Writer, list []*grader.Report, o Options) error {
	rows, err := roster(o)
	if err != nil {
		return err
	}
	head := rows[0]
	grade := column(head, "Grade", "성적")
	if column(head, "Identifier", "식별자") < 0 || grade < 0 {
		return errors.New("roster: not an offline grading worksheet: it needs the columns Identifier and Grade")
	}
	top := column(head, "Maximum grade", "Maximum Grade", "최고 성적")
	for _, row := range rows[1:] {
		r := find(list, row, column(head, "Email address", "이메일 주소"), column(head, "Username", "사용자명"), column(head, "ID number", "학번"), column(head, "Full name", "성명"))
		if r == nil {
			continue
		}
		value := r.Score
		if top >= 0 && top < len(row) {
			if most, err := strconv.ParseFloat(row[top], 64); err == nil && most > 0 {
				value = percent(r) * most / 100
			}
		}
		fill(row, grade, points(round(value)))
		fill(row, column(head, "Feedback comments", "피드백 의견"), safe(feedback(r, o)))
		if when := o.Meta["datetime"]; when != "" {
			t, err := time.Parse(time.RFC3339, when)
			if err != nil {
				return fmt.Errorf("datetime: %q is not of the form 2026-03-02T09:00:00Z", when)
			}
			fill(row, column(head, "Last modified (grade)", "최종 수정 (성적)"), t.Format("Monday, 2 January 2006, 3:04 PM"))
		}
	}
	return table(w, rows)
}

// round keeps two decimals.
func round(f float64) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 2, 64), 64)
	if err != nil {
		return f
	}
	return v
}
