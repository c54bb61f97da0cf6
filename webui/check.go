package webui

import (
	"fmt"
	"slices"

	"mxlab/grader"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// startCheck grades the state as it is now on a fork, in the background:
// commands go on meanwhile. The result of the command comes with the report.
func (s *Session) startCheck(cmd string) {
	s.mu.Lock()
	if s.checking != "" {
		s.mu.Unlock()
		s.finish(&Result{ID: cmd, Error: problemf(codeBusy, "이미 점검하고 있습니다.", "a check is going on already")})
		return
	}
	s.checking = cmd
	s.last++
	f := checkFact{Cmd: cmd, Epoch: s.last, In: s.epoch}
	journal, at := s.world.Journal(), int64(s.world.Now())
	f.Steps = len(journal)
	s.refresh("")
	s.mu.Unlock()
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		p := s.check(f, journal, at)
		s.mu.Lock()
		s.checking = ""
		s.mu.Unlock()
		s.finish(&Result{ID: cmd, Error: p})
	}()
}

func (s *Session) check(f checkFact, journal sim.Journal, at int64) *Problem {
	if len(s.drawn.Scenario.Checks) == 0 {
		return problemf(codeFailed, "점검할 항목이 없습니다.", "there is nothing to check")
	}
	report, log, err := s.grade(journal)
	if err != nil {
		s.srv.cfg.Log.Error("check failed", "session", s.head.ID, "error", err)
		return problemf(codeInternal, "점검하지 못했습니다: %v", "the check failed: %v", err)
	}
	s.mu.Lock()
	cost := s.hintCost()
	s.mu.Unlock()
	f.Report = reportOf(report.ForStudent(), log, f.Epoch, cost)
	f.Report.At = at
	for i := range f.Report.Items {
		f.Report.Items[i].Task = s.taskOf(f.Report.Items[i].ID)
	}
	if p := s.note(fact{Check: &f}); p != nil {
		return p
	}
	s.mu.Lock()
	s.checks, s.fork = append(s.checks, f), log
	s.mu.Unlock()
	s.srv.scored(s.head.ID, &f.Report)
	return nil
}

// grade runs the grader on a fork and keeps the fork's log.
func (s *Session) grade(journal sim.Journal) (r *grader.Report, log *trace.Log, err error) {
	if err := s.srv.enter(s.ctx); err != nil {
		return nil, nil, err
	}
	defer s.srv.leave()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: %v", v)
		}
	}()
	r, w, err := grader.GradeFork(s.subject(journal))
	if err != nil {
		return nil, nil, err
	}
	log = w.Log()
	w.Close()
	return r, log, nil
}

// shown is the report of a check as it is true in the present epoch: what an
// undo has changed since is evidence of the fork only.
func (s *Session) shown(c *checkFact) *Report {
	r := c.Report
	if c.In == s.epoch {
		return &r
	}
	keep := s.keeps[c.In]
	r.Items = slices.Clone(r.Items)
	for i := range r.Items {
		r.Items[i].Evidence = slices.Clone(r.Items[i].Evidence)
		for j := range r.Items[i].Evidence {
			if e := &r.Items[i].Evidence[j]; e.Seq > keep {
				e.Epoch = c.Epoch
			}
		}
	}
	return &r
}

// scored notes the score for the list of scenarios.
func (s *Server) scored(id string, r *Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sum := s.known[id]; sum != nil {
		sum.better(r)
	}
}

// reportOf is the grader's report as the page shows it. Events up to r.Last are
// also the session's own; later ones are of the fork, whose log it is, under its
// epoch.
func reportOf(r *grader.Report, log *trace.Log, fork uint64, hints int) Report {
	out := Report{Seq: r.Last, Score: max(0, r.Score-float64(hints)), Max: r.Max, Items: []Item{}}
	out.Passed, out.Total = r.Passed()
	for _, it := range r.Items {
		item := Item{ID: it.ID, Title: textOf(it.Title), Status: string(it.Status), Score: it.Score, Max: it.Max, Vantage: textOf(it.Vantage), Why: textOf(it.Rationale),
			Expected: textOf(it.Expected), Actual: textOf(it.Actual), Needs: it.Needs}
		for _, part := range it.Parts {
			item.Parts = append(item.Parts, ItemPart{Name: textOf(part.Name), Status: string(part.Status), Text: textOf(part.Text)})
		}
		for _, e := range it.Evidence {
			ev := Evidence{Label: plain(shorten(e.Label, 300)), Host: e.Host, Path: e.File, Line: e.Line}
			if e.Host == "" {
				ev.Seq, ev.Label = proof(log, e.Seq, ev.Label)
				if of := log.Get(ev.Seq); of != nil && of.Kind == trace.Check && len(item.Evidence) > 0 {
					continue
				}
			}
			if ev.Seq > r.Last {
				ev.Epoch = fork
			}
			if !slices.Contains(item.Evidence, ev) {
				item.Evidence = append(item.Evidence, ev)
			}
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// proof is the event that stands for a piece of evidence, and its name. The end
// of a span says how it went, its opening what it was: that one is shown.
func proof(log *trace.Log, seq uint64, label Text) (uint64, Text) {
	e := log.Get(seq)
	if e == nil {
		return seq, label
	}
	name := e.Label()
	if open := log.Get(e.Span); e.Kind == trace.End && open != nil {
		seq, name = open.Seq, open.Label()
		if how := e.Label(); how != "end" {
			name += ": " + how
		}
		e = open
	}
	if e.Node != "" {
		name = e.Node + ": " + name
	}
	return seq, plain(shorten(name, 300))
}

// plain is a text that is the same in both languages.
func plain(s string) Text { return Text{s, s} }
