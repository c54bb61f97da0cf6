package grader

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Subject is what is graded: the drawn scenario, its plan, the journal, and the
// answers to the scenario's questions.
type Subject struct {
	Drawn   *scenarios.Drawn
	Plan    *sim.Plan
	Journal sim.Journal
	Answers []Answer
	Student string
}

// ErrNoChecks is returned for a scenario without checks, such as a bare
// network.
var ErrNoChecks = errors.New("there is nothing to check: the scenario has no checks")

// Grade replays the journal and runs all checks. The error is for a journal
// that cannot be replayed.
func Grade(s *Subject) (*Report, error) {
	r, w, err := GradeFork(s)
	if err != nil {
		return nil, err
	}
	w.Close()
	return r, nil
}

// GradeFork is Grade that also returns the graded world, whose trace holds the
// evidence. The caller closes it.
func GradeFork(s *Subject) (*Report, *sim.World, error) {
	w, err := s.Plan.Replay(s.Journal)
	if err != nil {
		return nil, nil, err
	}
	return gradeWorld(s, w), w, nil
}

func gradeWorld(s *Subject, w *sim.World) *Report {
	sc := &s.Drawn.Scenario
	r := &Report{Scenario: sc.ID, Hash: s.Drawn.Blueprint.Hash, Engine: sim.Version, Seed: s.Drawn.Blueprint.Seed, Student: s.Student,
		Title: sc.Title.Sim(), Actions: len(s.Journal), Last: uint64(w.Log().Len())}
	run := &run{subject: s, world: w, last: r.Last, results: map[string]*Item{}}
	defer run.close()
	limit := math.Inf(1)
	for i := range sc.Checks {
		c := &sc.Checks[i]
		if c.Part {
			continue
		}
		it := run.check(c)
		r.Max += it.Max
		r.Score += it.Score
		if c.Gate >= 0 && it.Status == Fail && float64(c.Gate) < limit {
			limit, r.Capped = float64(c.Gate), c.ID
		}
		run.results[c.ID] = it
		r.Items = append(r.Items, *it)
	}
	if r.Score > limit {
		r.Score = limit
	} else {
		r.Capped = ""
	}
	r.Score = math.Max(0, math.Round(r.Score*100)/100)
	return r
}

// run is the grading of one world.
type run struct {
	subject  *Subject
	world    *sim.World
	last     uint64 // newest event of the student's own
	results  map[string]*Item
	probes   int
	pristine *sim.World // the untouched world, for invariants; made when first needed
}

func (r *run) close() {
	if r.pristine != nil {
		r.pristine.Close()
	}
}

// untouched returns the world nobody has done anything in.
func (r *run) untouched() (*sim.World, error) {
	if r.pristine == nil {
		w, err := r.subject.Plan.World()
		if err != nil {
			return nil, err
		}
		r.pristine = w
	}
	return r.pristine, nil
}

// probe is a check being run in a world.
type probe struct {
	*run
	w  *sim.World
	t  *vtime.Task
	it *Item
}

// check runs one check.
func (r *run) check(c *scenarios.Check) *Item {
	it := &Item{ID: c.ID, Type: c.Type, Title: c.Title.Sim(), Goal: c.Goal, Max: float64(c.Points), Visibility: c.Visibility}
	for _, n := range c.Needs {
		if need := r.results[n]; need != nil && need.Status != Pass {
			it.Needs = n
			it.say(Blocked, "First this must pass: %s", "먼저 다음 항목을 통과해야 합니다: %s", need.Title)
			return it
		}
	}
	r.evaluate(r.world, c, it)
	switch it.Status {
	case Pass:
		it.Score = it.Max
	case Error:
		it.Score = it.Max // the grader's own fault never costs points
	}
	return it
}

// evaluate runs the check in a world and fills it.
func (r *run) evaluate(w *sim.World, c *scenarios.Check, it *Item) {
	span := uint64(0)
	err := w.Probe(func(t *vtime.Task) {
		s := w.Log().Open(trace.Event{Kind: trace.Check, Data: trace.F("check "+c.ID, "type", c.Type)})
		span = s.ID()
		p := &probe{run: r, w: w, t: t, it: it}
		p.evaluate(c.Spec)
		s.End(outcomeOf(it.Status), nil)
	})
	switch {
	case errors.Is(err, vtime.ErrEventLimit):
		it.say(Fail, "The network did not come to rest: something runs in a circle.", "네트워크가 멈추지 않습니다. 무언가가 끝없이 되풀이되고 있습니다.")
	case err != nil:
		it.fault(err)
	}
	if it.Status == "" {
		it.say(Error, "The check gave no result.", "검사 결과가 없습니다.")
	}
	if it.Status != Pass && len(it.Evidence) == 0 {
		it.citeTrouble(w.Log(), span)
	}
}

func outcomeOf(s Status) trace.Outcome {
	switch s {
	case Pass:
		return trace.OK
	case Fail:
		return trace.Fail
	}
	return trace.Warn
}

// evaluate dispatches by the type of the spec.
func (p *probe) evaluate(spec scenarios.Spec) {
	switch s := spec.(type) {
	case *scenarios.DNSAnswerSpec:
		p.dnsAnswer(s)
	case *scenarios.ConvergedSpec:
		p.converged(s)
	case *scenarios.DelegationSpec:
		p.delegation(s)
	case *scenarios.FCrDNSSpec:
		p.fcrdns(s)
	case *scenarios.RotationSpec:
		p.rotation(s)
	case *scenarios.MXSpec:
		p.mx(s)
	case *scenarios.TransferSpec:
		p.transfer(s)
	case *scenarios.ListedSpec:
		p.listed(s)
	case *scenarios.DeliveredSpec:
		p.delivered(s)
	case *scenarios.AuthSpec:
		p.auth(s)
	case *scenarios.RejectedSpec:
		p.rejected(s)
	case *scenarios.NoRelaySpec:
		p.noRelay(s)
	case *scenarios.MailboxSpec:
		p.mailbox(s)
	case *scenarios.FlowSpec:
		p.flows(s)
	case *scenarios.RunningSpec:
		p.running(s)
	case *scenarios.SurvivesSpec:
		p.survives(s)
	case *scenarios.PerturbSpec:
		p.perturb(s)
	default:
		p.evaluateRules(spec)
	}
}

// evaluateRules dispatches the checks that look at what was done and what was
// changed.
func (p *probe) evaluateRules(spec scenarios.Spec) {
	switch s := spec.(type) {
	case *scenarios.CollateralSpec:
		p.collateral(s)
	case *scenarios.UnchangedSpec:
		p.unchanged(s)
	case *scenarios.NoShortcutSpec:
		p.noShortcut(s)
	case *scenarios.ReproducedSpec:
		p.reproduced(s)
	case *scenarios.VerifiedSpec:
		p.verified(s)
	case *scenarios.UntouchedSpec:
		p.leftAlone(s)
	case *scenarios.ChoiceSpec:
		p.choice(s)
	case *scenarios.ValueSpec:
		p.value(s)
	default:
		p.it.say(Error, "No grader for this type of check.", "이 종류의 검사를 채점할 수 없습니다.")
	}
}

// token returns a word no other probe of this grading uses.
func (r *run) token() string {
	r.probes++
	return fmt.Sprintf("probe-%d-%d", r.subject.Drawn.Blueprint.Seed%100000, r.probes)
}

// sub runs another spec as part of this check and returns its result.
func (p *probe) sub(spec scenarios.Spec) *Item {
	it := &Item{ID: p.it.ID}
	q := &probe{run: p.run, w: p.w, t: p.t, it: it}
	q.evaluate(spec)
	return it
}

// inPristine runs a spec in the untouched world.
func (p *probe) inPristine(spec scenarios.Spec) (*Item, error) {
	w, err := p.untouched()
	if err != nil {
		return nil, err
	}
	it := &Item{ID: p.it.ID}
	err = w.Probe(func(t *vtime.Task) {
		(&probe{run: p.run, w: w, t: t, it: it}).evaluate(spec)
	})
	return it, err
}

// checkByID returns a check of the scenario.
func (r *run) checkByID(id string) (*scenarios.Check, error) {
	list := r.subject.Drawn.Scenario.Checks
	i := slices.IndexFunc(list, func(c scenarios.Check) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("no check %q", id)
	}
	return &list[i], nil
}

// duration reads a duration of a spec, which the loader has checked.
func duration(s string, def time.Duration) time.Duration {
	if s == "" {
		return def
	}
	d, err := sim.ParseDuration(s)
	if err != nil {
		return def
	}
	return time.Duration(d)
}
