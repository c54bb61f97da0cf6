package grader

import (
	"context"
	"fmt"

	"mxlab/scenarios"
	"mxlab/sim"
)

// Finding is one result of verifying a scenario with one seed.
type Finding struct {
	Scenario string
	Seed     uint64
	Case     string // "pristine", "solution", or the id of a wrong fix
	Score    float64
	Want     string // "0", "100", "<= N"
	OK       bool
	Detail   string // what is wrong: the checks that decided, or an error
}

// Verify is the mutation test of a scenario's checks: over seeds, the untouched
// world scores 0, the solution 100 (twice the same), and each wrong fix at most
// what it states. report is called for each finding; it stops early when ctx is
// done.
func Verify(ctx context.Context, lib *sim.Library, name string, seeds []uint64, report func(Finding)) error {
	set, err := scenarios.Open(name)
	if err != nil {
		return err
	}
	for _, seed := range seeds {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := set.Draw(seed)
		if err != nil {
			return err
		}
		if len(d.Scenario.Checks) == 0 {
			return fmt.Errorf("%s: %w", name, ErrNoChecks)
		}
		plan, err := lib.Compile(d.Blueprint)
		if err != nil {
			return err
		}
		v := verifier{d: d, plan: plan, report: report}
		if err := v.questions(); err != nil {
			return err
		}
		v.run("pristine", nil, 0, 0)
		v.run("solution", d.Scenario.Solution, 100, 100)
		for _, w := range d.Scenario.WrongFixes {
			if err := ctx.Err(); err != nil {
				return err
			}
			v.run(w.ID, w.Actions, 0, float64(w.Max))
		}
	}
	return nil
}

type verifier struct {
	d       *scenarios.Drawn
	plan    *sim.Plan
	answers []Answer // right ones to every question: also a wrong fix may know
	report  func(Finding)
}

// questions answers the questions of a scenario by what its incident shows, and
// reports predictions about events that do not happen in it.
func (v *verifier) questions() error {
	w, err := v.plan.World()
	if err != nil {
		return err
	}
	defer w.Close()
	v.answers = rightAnswers(v.d, w.Log())
	for _, q := range v.d.Scenario.Questions {
		if q.Before != nil && q.Before.Find(w.Log()) == 0 {
			v.report(Finding{Scenario: v.d.Scenario.ID, Seed: v.d.Blueprint.Seed, Case: "question " + q.ID, Want: "an event to predict",
				Detail: fmt.Sprintf("the incident has no %s at %s that begins with %q", q.Before.Kind, q.Before.Node, q.Before.Label)})
		}
	}
	return nil
}

// run plays actions on a fresh world and grades the journal twice.
func (v *verifier) run(name string, actions []sim.Action, low, high float64) {
	f := Finding{Scenario: v.d.Scenario.ID, Seed: v.d.Blueprint.Seed, Case: name, Want: fmt.Sprintf("<= %g", high)}
	if low == high {
		f.Want = fmt.Sprintf("%g", high)
	}
	defer func() { v.report(f) }()
	j, err := Play(v.plan, actions)
	if err != nil {
		f.Detail = err.Error()
		return
	}
	s := &Subject{Drawn: v.d, Plan: v.plan, Journal: j}
	if len(actions) > 0 {
		s.Answers = v.answers
	}
	r, w, err := GradeFork(s)
	if err != nil {
		f.Detail = err.Error()
		return
	}
	faults := w.Faults()
	w.Close()
	f.Score = r.Score
	again, err := Grade(s)
	switch {
	case err != nil:
		f.Detail = err.Error()
	case len(faults) > 0:
		f.Detail = "internal error: " + faults[0]
	case again.Score != r.Score:
		f.Detail = fmt.Sprintf("a second run gave %g", again.Score)
	case hasError(r):
		f.Detail = "a check could not be run: " + decisive(r)
	case r.Score < low || r.Score > high:
		f.Detail = decisive(r)
	default:
		f.OK = true
	}
}

func hasError(r *Report) bool {
	for _, it := range r.Items {
		if it.Status == Error {
			return true
		}
	}
	return false
}

// decisive lists the checks with their results.
func decisive(r *Report) string {
	s := ""
	for _, it := range r.Items {
		s += fmt.Sprintf("%s: %s (%s); ", it.ID, it.Status, it.Rationale.EN)
	}
	return s
}

// Play does actions on a fresh world and returns the journal. An action that
// fails is no error: students' actions fail too.
func Play(plan *sim.Plan, actions []sim.Action) (sim.Journal, error) {
	w, err := plan.World()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	for i := range actions {
		if _, err := w.Do(actions[i]); err != nil {
			return nil, fmt.Errorf("action %d: %w", i+1, err)
		}
	}
	return w.Journal(), nil
}
