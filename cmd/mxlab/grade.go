package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"mxlab/grader"
	"mxlab/grader/format"
)

// readSubmission reads a submission file; its errors name the file.
func readSubmission(name string) (*grader.Submission, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := grader.ReadSubmission(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// output opens the file of a -o flag, standard output if it is empty. The
// function returned closes it and passes on the error of writing.
func (a *app) output(name string) (io.Writer, func(error) error, error) {
	if name == "" {
		return a.stdout, func(err error) error { return err }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return f, func(err error) error {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		return err
	}, nil
}

type gradeCmd struct {
	Submissions []string `arg:"" help:"Submission files."`
	Format      string   `default:"text" help:"${formats}."`
	Lang        string   `enum:"en,ko" default:"en" help:"Language of the text: en or ko."`
	Output      string   `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	Roster      string   `placeholder:"FILE" help:"For canvas and moodle-offline: the teacher's own table, which is filled in."`
	Meta        []string `placeholder:"KEY=VALUE" sep:"none" help:"What only you know: classroom, assignment, submission, commit, release, review, datetime."`
	ForStudent  bool     `help:"Leave out checks that students may not see."`
}

// formats are all report formats, as the help names them.
func formats() string { return "text, json, " + strings.Join(format.Names(), ", ") }

func (c *gradeCmd) Run(a *app) error {
	if c.Format != "text" && c.Format != "json" && !slices.Contains(format.Names(), c.Format) {
		return usageError{fmt.Errorf("unknown format %q, want one of %s", c.Format, formats())}
	}
	o, err := c.options()
	if err != nil {
		return usageError{err}
	}
	var reports []*grader.Report
	refused := 0
	bar := a.progress(len(c.Submissions), "graded")
	for _, name := range c.Submissions {
		if a.ctx.Err() != nil { // interrupted: what is graded is reported
			break
		}
		r := a.gradeOne(name)
		if r.Refused != "" {
			refused++
			fmt.Fprintf(a.stderr, "mxlab: %s\n", r.Refused)
		}
		if c.ForStudent {
			r = r.ForStudent()
		}
		reports = append(reports, r)
		bar.step()
	}
	bar.end()
	out, done, err := a.output(c.Output)
	if err != nil {
		return err
	}
	if err := done(c.write(out, reports, o)); err != nil {
		return err
	}
	if a.ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d of %d submissions", len(reports), len(c.Submissions))
	}
	if refused > 0 {
		return status(exitUsage)
	}
	return nil
}

// options reads the flags that say how reports are written.
func (c *gradeCmd) options() (o format.Options, err error) {
	o = format.Options{Lang: grader.Lang(c.Lang), Meta: map[string]string{}}
	for _, m := range c.Meta {
		key, value, ok := strings.Cut(m, "=")
		if !ok {
			return o, fmt.Errorf("--meta %s: want KEY=VALUE", m)
		}
		o.Meta[key] = value
	}
	if c.Roster != "" {
		data, err := os.ReadFile(c.Roster)
		if err != nil {
			return o, err
		}
		o.Roster = bytes.NewReader(data)
	}
	return o, nil
}

func (c *gradeCmd) write(out io.Writer, reports []*grader.Report, o format.Options) error {
	switch c.Format {
	case "json":
		return grader.WriteJSON(out, reports)
	case "text":
		return c.writeText(out, reports)
	}
	if err := format.Write(out, c.Format, reports, o); err != nil {
		return usageError{err}
	}
	return nil
}

func (c *gradeCmd) writeText(out io.Writer, reports []*grader.Report) error {
	for i, r := range reports {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if r.Refused != "" {
			continue // said on standard error
		}
		if err := r.WriteText(out, grader.Lang(c.Lang)); err != nil {
			return err
		}
	}
	return nil
}

// gradeOne grades one file. What cannot be graded gives a report that says why,
// also if the grader itself breaks down.
func (a *app) gradeOne(name string) (r *grader.Report) {
	defer func() {
		if v := recover(); v != nil {
			r = &grader.Report{File: name, Refused: fmt.Sprintf("%s: internal error: %v", name, v)}
		}
	}()
	s, err := readSubmission(name)
	if err != nil {
		return &grader.Report{File: name, Refused: err.Error()}
	}
	subject, err := s.Subject(a.lib)
	if err == nil && len(subject.Drawn.Scenario.Checks) == 0 {
		err = grader.ErrNoChecks
	}
	if err == nil {
		r, err = grader.Grade(subject)
	}
	if err != nil {
		return &grader.Report{File: name, Scenario: s.Scenario, Student: s.Student, Refused: fmt.Sprintf("%s: %v", name, err)}
	}
	r.File = name
	return r
}
