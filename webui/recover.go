package webui

import (
	"errors"
	"fmt"

	"mxlab/scenarios"
	"mxlab/sim"
)

// recover brings a session back from its record: what was not taken back is
// done again in a new world, which by the engine's determinism gives the same
// log under the same epoch.
func (s *Server) recover(id string) (*Session, error) {
	facts, rec, err := s.store.open(id)
	if err != nil {
		return nil, err
	}
	sess, err := s.replay(facts)
	if err != nil {
		rec.close()
		return nil, err
	}
	sess.record = rec
	return sess, nil
}

func (s *Server) replay(facts []fact) (*Session, error) {
	if len(facts) == 0 || facts[0].Head == nil {
		return nil, errors.New("the record has no beginning")
	}
	h := *facts[0].Head
	set, err := scenarios.Open(h.Scenario)
	if err != nil {
		return nil, err
	}
	if h.Engine != sim.Version || h.Hash != set.Hash {
		return nil, problemf(codeGone, "시나리오나 프로그램이 바뀌어 예전 실습을 이어 갈 수 없습니다. 새로 시작하십시오.",
			"the scenario or the program has changed, so the old session cannot go on; begin a new one")
	}
	p := fold(facts[1:])
	sess, err := s.build(s.ctx, h, set, p.steps)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	sess.mu.Lock()
	defer sess.mu.Unlock()
	sess.epoch, sess.last, sess.undone = p.epoch, p.last, p.undone
	sess.hints, sess.answers, sess.checks, sess.read = p.hints, p.answers, p.checks, p.read
	for _, cmd := range p.known {
		if sess.results.get(cmd) == nil {
			sess.results.put(&Result{ID: cmd, Now: int64(sess.world.Now())})
		}
	}
	sess.refresh("")
	return sess, nil
}

// past is what a record amounts to.
type past struct {
	epoch, last uint64
	steps       []step
	undone      undone
	hints       []hintFact
	answers     []AnswerAction
	checks      []checkFact
	read        map[string]map[string]bool
	known       []string // IDs of commands done
}

// fold reads facts in order: a step is added by a command and taken away by an
// undo; what the student learned or said stays.
func fold(facts []fact) past {
	p := past{epoch: 1, last: 1, read: map[string]map[string]bool{}}
	begin := func(f *epochFact) {
		p.epoch, p.last = f.Epoch, max(p.last, f.Epoch)
		if f.Cmd != "" {
			p.known = append(p.known, f.Cmd)
		}
	}
	for i := range facts {
		f := &facts[i]
		switch {
		case f.Do != nil:
			for _, st := range f.Do.Steps {
				st.Cmd = f.Do.Cmd
				p.steps = append(p.steps, st)
				p.undone.did(&st)
			}
			p.known = append(p.known, f.Do.Cmd)
		case f.Undo != nil:
			p.undone.push(p.steps)
			p.steps = withoutFrom(p.steps, f.Undo.keep(p.steps))
			begin(f.Undo)
		case f.Redo != nil:
			p.steps = p.undone.pop(p.steps)
			begin(f.Redo)
		case f.Restart != nil:
			p.steps, p.undone = nil, nil
			begin(f.Restart)
		case f.Anew != nil:
			begin(f.Anew)
		case f.Hint != nil:
			p.hints = append(p.hints, *f.Hint)
			p.known = append(p.known, f.Hint.Cmd)
		case f.Answer != nil:
			p.answers = answered(p.answers, f.Answer.Given)
			p.known = append(p.known, f.Answer.Cmd)
		case f.Check != nil:
			p.checks = append(p.checks, *f.Check)
			p.last = max(p.last, f.Check.Epoch)
			p.known = append(p.known, f.Check.Cmd)
		case f.Read != nil:
			mark(p.read, f.Read.Account, f.Read.ID)
		}
	}
	return p
}

// answered adds an answer, replacing a former one to the same question.
func answered(list []AnswerAction, a AnswerAction) []AnswerAction {
	out := make([]AnswerAction, 0, len(list)+1)
	for _, old := range list {
		if old.Question != a.Question {
			out = append(out, old)
		}
	}
	return append(out, a)
}

func mark(set map[string]map[string]bool, account, id string) {
	if set[account] == nil {
		set[account] = map[string]bool{}
	}
	set[account][id] = true
}

// results keeps the last results of a session.
type results struct {
	byID    map[string]*Result
	order   []string
	waiting map[string]bool // commands accepted and not done
}

func newResults() results {
	return results{byID: map[string]*Result{}, waiting: map[string]bool{}}
}

func (r *results) get(id string) *Result { return r.byID[id] }

// put adds a result and forgets the oldest beyond the bound.
func (r *results) put(res *Result) {
	delete(r.waiting, res.ID)
	if r.byID[res.ID] == nil {
		r.order = append(r.order, res.ID)
	}
	r.byID[res.ID] = res
	for len(r.order) > 2*KeepResults {
		delete(r.byID, r.order[0])
		r.order = r.order[1:]
	}
}
