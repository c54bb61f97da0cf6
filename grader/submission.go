package grader

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"mxlab/scenarios"
	"mxlab/sim"
)

// SubmissionFormat names the format of a submission file.
const SubmissionFormat = "mxlab-submission-1"

// Submission is what a student hands in: the journal of a session and what is
// needed to replay it. It holds no score: the grader replays.
type Submission struct {
	Format   string      `json:"format"`
	Scenario string      `json:"scenario"` // id, or path of a file
	Hash     string      `json:"hash"`     // of the scenario's files
	Engine   string      `json:"engine"`
	Seed     uint64      `json:"seed"`
	Student  string      `json:"student,omitempty"`
	Journal  sim.Journal `json:"journal"`
	Answers  []Answer    `json:"answers,omitempty"` // to the scenario's questions
}

// Errors of reading a submission.
var (
	ErrFormat   = errors.New("not a submission of this lab")
	ErrEngine   = errors.New("made by another version of the lab")
	ErrScenario = errors.New("made with another version of the scenario")
)

// maxSubmission bounds a submission file.
const maxSubmission = 32 << 20

// Bounds of the answers in a submission.
const (
	maxAnswers = 1000
	maxGiven   = 4000 // bytes
)

// ReadSubmission reads a submission. It checks the form; the journal's hash
// chain is checked by Subject.
func ReadSubmission(r io.Reader) (*Submission, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSubmission+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSubmission {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrFormat, maxSubmission)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put it in front
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var s Submission
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, place(data, dec.InputOffset(), err))
	}
	if dec.More() {
		return nil, fmt.Errorf("%w: line %d: data after the end", ErrFormat, lineAt(data, dec.InputOffset()))
	}
	if name, at := repeated(data); name != "" {
		return nil, fmt.Errorf("%w: line %d: %q stands there twice", ErrFormat, lineAt(data, at), name)
	}
	if len(s.Answers) > maxAnswers || slices.ContainsFunc(s.Answers, func(a Answer) bool { return len(a.Given) > maxGiven || len(a.Question) > maxGiven }) {
		return nil, fmt.Errorf("%w: more or longer answers than a lab has", ErrFormat)
	}
	if s.Format != SubmissionFormat {
		return nil, fmt.Errorf("%w: format %q, want %q", ErrFormat, s.Format, SubmissionFormat)
	}
	return &s, nil
}

// place puts the line in front of a JSON error.
func place(data []byte, offset int64, err error) string {
	var syn *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syn):
		offset = syn.Offset
	case errors.As(err, &typ):
		offset = typ.Offset
	case errors.Is(err, io.EOF):
		return "the file is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("line %d: the file ends too early", lineAt(data, int64(len(data))))
	}
	return fmt.Sprintf("line %d: %v", lineAt(data, offset), err)
}

// lineAt returns the number of the line an offset is in.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

// Write writes the submission as JSON.
func (s *Submission) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(s)
}

// NewSubmission makes the submission of a session.
func NewSubmission(scenario string, d *scenarios.Drawn, student string, j sim.Journal) *Submission {
	return &Submission{Format: SubmissionFormat, Scenario: scenario, Hash: d.Blueprint.Hash, Engine: sim.Version,
		Seed: d.Blueprint.Seed, Student: student, Journal: j}
}

// Subject opens the submission's scenario, draws its parameters and checks that
// the journal belongs to it.
func (s *Submission) Subject(lib *sim.Library) (*Subject, error) {
	if s.Engine != sim.Version {
		return nil, fmt.Errorf("%w: %q, this is %q", ErrEngine, s.Engine, sim.Version)
	}
	set, err := scenarios.Open(s.Scenario)
	if err != nil {
		return nil, err
	}
	if set.Hash != s.Hash {
		return nil, fmt.Errorf("%w: %s has hash %s, the submission was made with %s", ErrScenario, s.Scenario, set.Hash, s.Hash)
	}
	d, err := set.Draw(s.Seed)
	if err != nil {
		return nil, err
	}
	plan, err := lib.Compile(d.Blueprint)
	if err != nil {
		return nil, err
	}
	if err := s.Journal.Verify(plan.Root()); err != nil {
		return nil, err
	}
	return &Subject{Drawn: d, Plan: plan, Journal: s.Journal, Answers: s.Answers, Student: s.Student}, nil
}
