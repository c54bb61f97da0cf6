package main

import (
	"fmt"
	"io"
	"os"

	"mxlab/grader"
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
	Format      string   `enum:"text,json" default:"text" help:"text or json."`
	Lang        string   `enum:"en,ko" default:"en" help:"Language of the text: en or ko."`
	Output      string   `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
}

func (c *gradeCmd) Run(a *app) error {
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
		reports = append(reports, r)
		bar.step()
	}
	bar.end()
	out, done, err := a.output(c.Output)
	if err != nil {
		return err
	}
	if err := done(c.write(out, reports)); err != nil {
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

func (c *gradeCmd) write(out io.Writer, reports []*grader.Report) error {
	if c.Format == "json" {
		return grader.WriteJSON(out, reports)
	}
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

// gradeOne grades one file. What cannot be graded gives a report that says why.
func (a *app) gradeOne(name string) *grader.Report {
	s, err := readSubmission(name)
	if err != nil {
		return &grader.Report{File: name, Refused: err.Error()}
	}
	subject, err := s.Subject(a.lib)
	if err == nil && len(subject.Drawn.Scenario.Checks) == 0 {
		err = grader.ErrNoChecks
	}
	var r *grader.Report
	if err == nil {
		r, err = grader.Grade(subject)
	}
	if err != nil {
		return &grader.Report{File: name, Scenario: s.Scenario, Student: s.Student, Refused: fmt.Sprintf("%s: %v", name, err)}
	}
	r.File = name
	return r
}
