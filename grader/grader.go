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

// Subject is what is graded: the drawn scenario, its plan, and the journal.
type Subject struct {
	Drawn   *scenarios.Drawn
	Plan    *sim.Plan
	Journal sim.Journal
	Student string
}

// Grade replays the journal and runs all checks. The error is for a journal
// that cannot be replayed.
func Grade(s *Subject) (*Report, error) {
	w, err := s.Plan.Replay(s.Journal)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return gradeWorld(s, w), nil
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
	run := &run{subject: s, world: w, results: map[string]*Item{}}
	limit := math.Inf(1)
	for i := range sc.Checks {
		c := &sc.Checks[i]
		it := run.check(c)
		r.Max += it.Max
		r.Score += it.Score
		if c.Gate >= 0 && it.Status == Fail && float64(c.Gate) < limit {
			limit, r.Capped = float64(c.Gate), c.ID
		}
		r.Items = append(r.Items, *it)
		run.results[c.ID] = &r.Items[len(r.Items)-1]
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
	results  map[string]*Item
	probes   int
	pristine *sim.World // the untouched world, for invariants; made when first needed
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
	it := &Item{ID: c.ID, Type: c.Type, Title: c.Title.Sim(), Goal: c.Goal, Max: float64(c.Points)}
	for _, n := range c.Needs {
		if need := r.results[n]; need != nil && need.Status != Pass {
			it.Needs = n
			it.say(Blocked, "First %q must pass.", "먼저 다음 항목을 통과해야 합니다: %[2]s", need.Title.EN, need.Title.KO)
			it.Rationale.EN = fmt.Sprintf("First this must pass: %s", need.Title.EN)
			return it
		}
	}
	evaluate(r, r.world, c, it)
	switch it.Status {
	case Pass:
		it.Score = it.Max
	case Error:
		it.Score = it.Max // the grader's own fault never costs points
	}
	return it
}

// evaluate runs the check in a world and fills it.
func evaluate(r *run, w *sim.World, c *scenarios.Check, it *Item) {
	span := uint64(0)
	err := w.Probe(func(t *vtime.Task) {
		s := w.Log().Open(trace.Event{Kind: trace.Check, Data: trace.F("check "+c.ID, "type", c.Type)})
		span = s.ID()
		p := &probe{run: r, w: w, t: t, it: it}
		p.evaluate(c.Spec)
		s.End(outcomeOf(it.Status), nil)
	})
	if err != nil {
		it.say(Error, "The grader failed: %v", "채점기 오류: %v", err)
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
func (p *probe) evaluate(spec any) {
	switch s := spec.(type) {
	case *scenarios.DNSAnswerSpec:
		p.dnsAnswer(s)
	case *scenarios.FCrDNSSpec:
		p.fcrdns(s)
	case *scenarios.DeliveredSpec:
		p.delivered(s)
	case *scenarios.RejectedSpec:
		p.rejected(s)
	case *scenarios.NoRelaySpec:
		p.noRelay(s)
	case *scenarios.MailboxSpec:
		p.mailbox(s)
	case *scenarios.ListedSpec:
		p.listed(s)
	case *scenarios.RunningSpec:
		p.running(s)
	case *scenarios.SurvivesSpec:
		p.survives(s)
	case *scenarios.CollateralSpec:
		p.collateral(s)
	case *scenarios.UnchangedSpec:
		p.unchanged(s)
	case *scenarios.NoShortcutSpec:
		p.noShortcut(s)
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
func (p *probe) sub(spec any) *Item {
	it := &Item{ID: p.it.ID}
	q := &probe{run: p.run, w: p.w, t: p.t, it: it}
	q.evaluate(spec)
	return it
}

// inPristine runs a spec in the untouched world.
func (p *probe) inPristine(spec any) (*Item, error) {
	if p.pristine == nil {
		w, err := p.subject.Plan.World()
		if err != nil {
			return nil, err
		}
		p.pristine = w
	}
	it := &Item{ID: p.it.ID}
	err := p.pristine.Probe(func(t *vtime.Task) {
		(&probe{run: p.run, w: p.pristine, t: t, it: it}).evaluate(spec)
	})
	return it, err
}

// checkByID returns a check of the scenario.
func (p *probe) checkByID(id string) (*scenarios.Check, error) {
	list := p.subject.Drawn.Scenario.Checks
	i := slices.IndexFunc(list, func(c scenarios.Check) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("no check %q", id)
	}
	return &list[i], nil
}

// survives reboots the host in a fork and repeats checks there.
func (p *probe) survives(s *scenarios.SurvivesSpec) {
	fork, err := p.subject.Plan.Replay(p.subject.Journal)
	if err != nil {
		p.it.say(Error, "The fork failed: %v", "복제 실패: %v", err)
		return
	}
	defer fork.Close()
	if _, err := fork.Do(sim.Action{Reboot: s.Host}); err != nil {
		p.it.say(Error, "The reboot failed: %v", "재부팅 실패: %v", err)
		return
	}
	p.it.Vantage = s.Host
	for _, id := range s.Checks {
		c, err := p.checkByID(id)
		if err != nil {
			p.it.say(Error, "%v", "%v", err)
			return
		}
		it := &Item{ID: c.ID}
		evaluate(p.run, fork, c, it)
		if it.Status != Pass {
			p.it.Expected, p.it.Actual = it.Expected, it.Actual
			p.it.say(Fail, "After a reboot of %s: %s", "%s 재부팅 뒤: %[3]s", s.Host, it.Rationale.EN, it.Rationale.KO)
			p.it.Rationale = sim.Text{EN: fmt.Sprintf("After a reboot of %s: %s", s.Host, it.Rationale.EN), KO: fmt.Sprintf("%s 재부팅 뒤: %s", s.Host, it.Rationale.KO)}
			return
		}
	}
	p.it.say(Pass, "Everything still works after a reboot of %s.", "%s 재부팅 뒤에도 모두 동작합니다.", s.Host)
}

// running checks that a unit is active.
func (p *probe) running(s *scenarios.RunningSpec) {
	p.it.Vantage = s.Host
	h := p.w.Host(s.Host)
	p.it.Expected, p.it.Actual = "active", "not installed"
	if u := h.Unit(s.Unit); u != nil {
		state, _ := u.State()
		p.it.Actual = string(state)
	}
	if p.it.Actual == p.it.Expected {
		p.it.say(Pass, "%s runs on %s.", "%[2]s에서 %[1]s 서비스가 동작하고 있습니다.", s.Unit, s.Host)
		return
	}
	p.it.say(Fail, "%s does not run on %s.", "%[2]s에서 %[1]s 서비스가 동작하지 않습니다.", s.Unit, s.Host)
	p.citeFailure(s.Host)
}

// citeFailure cites the newest configuration that a daemon of the host refused,
// or start that failed.
func (p *probe) citeFailure(hostName string) {
	var last []uint64
	p.w.Log().After(0, func(e *trace.Event) bool {
		if e.Node == hostName && (e.Kind == trace.Unit || e.Kind == trace.Config) && e.Outcome == trace.Fail {
			last = append(last, e.Seq)
		}
		return true
	})
	if len(last) > 2 {
		last = last[len(last)-2:]
	}
	p.it.cite(p.w.Log(), last...)
}

// duration reads a duration of a spec.
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

// ErrNoChecks is returned for a scenario without checks, such as a bare
// network.
var ErrNoChecks = errors.New("there is nothing to check: the scenario has no checks")
