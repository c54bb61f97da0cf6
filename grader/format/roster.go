package format

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mxlab/grader"
)

// maxRoster bounds a teacher's table.
const maxRoster = 8 << 20

// roster reads the teacher's table.
func roster(o Options) ([][]string, error) {
	if o.Roster == nil {
		return nil, ErrRoster
	}
	data, err := io.ReadAll(io.LimitReader(o.Roster, maxRoster+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxRoster {
		return nil, fmt.Errorf("roster: larger than %d bytes", maxRoster)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err == nil && len(rows) == 0 {
		err = errors.New("is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	return rows, nil
}

// column returns the index of the first column with one of the names, -1 for
// none.
func column(head []string, names ...string) int {
	return slices.IndexFunc(head, func(h string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(h), n) })
	})
}

// fill puts a value into a column of a row, if both are there.
func fill(row []string, col int, value string) {
	if col >= 0 && col < len(row) {
		row[col] = value
	}
}

// find returns the report of the student of a row, told by any of the columns.
func find(list []*grader.Report, row []string, cols ...int) *grader.Report {
	for _, c := range cols {
		if c < 0 || c >= len(row) || strings.TrimSpace(row[c]) == "" {
			continue
		}
		for _, r := range list {
			if r.Student != "" && strings.EqualFold(r.Student, strings.TrimSpace(row[c])) {
				return r
			}
		}
	}
	return nil
}
