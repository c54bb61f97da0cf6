package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Problem is one error in a file, with its place.
type Problem struct {
	File string
	Line int // 0: the file as a whole
	Col  int
	Msg  string
}

func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.File + ": " + p.Msg
	case p.Col == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Msg)
}

// Problems is the error of loading: everything that is wrong, in the order of
// the file.
type Problems []Problem

func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// collector gathers the problems of one file.
type collector struct {
	file string
	list Problems
}

func (c *collector) add(line, col int, format string, args ...any) {
	c.list = append(c.list, Problem{c.file, line, col, fmt.Sprintf(format, args...)})
}

func (c *collector) err() error {
	if len(c.list) == 0 {
		return nil
	}
	slices.SortStableFunc(c.list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return slices.Compact(c.list)
}

// yamlError adds what the YAML library found.
func (c *collector) yamlError(err error) {
	var all *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &all):
		for _, e := range all.Errors {
			c.yamlError(e)
		}
	case errors.As(err, &one):
		msg := one.Message
		if inner := errors.Unwrap(one); msg == "" && inner != nil {
			msg = inner.Error()
		}
		c.add(one.Mark.Line, one.Mark.Column, "%s", msg)
	default:
		c.add(0, 0, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
}
