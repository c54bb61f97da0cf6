package format

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mxlab/grader"
)

// safe defuses a cell that a spreadsheet would take for a formula, and takes out
// control characters.
func safe(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, cell)
	if t := strings.TrimLeft(cell, " \t\n"); t != "" && strings.ContainsRune("=+-@|", rune(t[0])) {
		return "'" + cell
	}
	return cell
}

// points writes a number as short as it is.
func points(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// feedback is a report in one cell: what did not pass.
func feedback(r *grader.Report, o Options) string {
	if r.Refused != "" {
		return r.Refused
	}
	var lines []string
	for i := range r.Items {
		if it := &r.Items[i]; it.Status != grader.Pass && it.Visibility != "hidden" {
			lines = append(lines, o.in(it.Title)+": "+o.in(it.Rationale))
		}
	}
	return strings.Join(lines, "\n")
}

// classTable writes a class: a student a row, a check a column; the last row
// has the commonest failure of each check.
func classTable(w io.Writer, list []*grader.Report, o Options) error {
	var ids []string
	titles := map[string]string{}
	why := map[string]map[string]int{}
	for _, r := range list {
		for i := range r.Items {
			it := &r.Items[i]
			if !slices.Contains(ids, it.ID) {
				ids = append(ids, it.ID)
				titles[it.ID], why[it.ID] = o.in(it.Title), map[string]int{}
			}
			if it.Status == grader.Fail || it.Status == grader.Partial {
				why[it.ID][o.in(it.Rationale)]++
			}
		}
	}
	head := []string{"student", "file", "scenario", "score", "max", "refused"}
	for _, id := range ids {
		head = append(head, safe(id+": "+titles[id]))
	}
	rows := [][]string{head}
	for _, r := range list {
		row := []string{safe(r.Student), safe(r.File), r.Scenario, points(r.Score), points(r.Max), safe(r.Refused)}
		for _, id := range ids {
			cell := ""
			if i := slices.IndexFunc(r.Items, func(it grader.Item) bool { return it.ID == id }); i >= 0 {
				cell = string(r.Items[i].Status)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	last := []string{"commonest failure", "", "", "", "", ""}
	for _, id := range ids {
		last = append(last, safe(commonest(why[id])))
	}
	return table(w, append(rows, last))
}

// commonest is the text counted most, with its number; among equals the first
// in order.
func commonest(count map[string]int) string {
	best := ""
	for text, n := range count {
		if best == "" || n > count[best] || n == count[best] && text < best {
			best = text
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("%d: %s", count[best], best)
}

func table(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}
