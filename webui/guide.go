package webui

import (
	"slices"
	"strings"

	"mxlab/grader"
	"mxlab/scenarios"
)

// taskStates says how far the student is by the checks made: a task is done when
// all its checks passed, and failed when it was done at an earlier check. A task
// without checks, such as reading a log, is in the state of the one it leads to.
func (s *Session) taskStates() []TaskState {
	list := []TaskState{}
	for _, t := range s.drawn.Scenario.Tasks {
		state := TaskState{ID: t.ID, State: "open"}
		for _, c := range s.checks {
			if len(t.Checks) == 0 {
				break
			}
			switch done := passes(&c.Report, t.Checks); {
			case done && state.State != "done":
				state.State, state.Seq = "done", c.Report.Seq
			case !done && state.State == "done":
				state.State, state.Seq = "failed", 0
			}
		}
		list = append(list, state)
	}
	for i := len(list) - 2; i >= 0; i-- { // what led there is done too
		if len(s.drawn.Scenario.Tasks[i].Checks) == 0 {
			list[i].State, list[i].Seq = list[i+1].State, list[i+1].Seq
		}
	}
	return list
}

// passes reports whether all named checks passed.
func passes(r *Report, checks []string) bool {
	for _, id := range checks {
		if !slices.ContainsFunc(r.Items, func(it Item) bool { return it.ID == id && it.Status == "pass" }) {
			return false
		}
	}
	return true
}

// openedHints are the hints the student has seen.
func (s *Session) openedHints() (list []Hint) {
	for _, h := range s.hints {
		if h.Index < len(s.drawn.Scenario.Hints) {
			hint := &s.drawn.Scenario.Hints[h.Index]
			list = append(list, Hint{Text: htmlOf(hint.Text), Cost: h.Cost, Task: s.taskOf(hint.When)})
		}
	}
	return list
}

// taskOf returns the task a check belongs to.
func (s *Session) taskOf(check string) string {
	for _, t := range s.drawn.Scenario.Tasks {
		if check != "" && slices.Contains(t.Checks, check) {
			return t.ID
		}
	}
	return ""
}

// offer returns the index of the hint that can be opened next, -1 for none. A
// hint for a check that failed at the last report goes first and is free; then
// the general ones, which cost points.
func (s *Session) offer() (index, cost int) {
	hints := s.drawn.Scenario.Hints
	opened := func(i int) bool {
		return slices.ContainsFunc(s.hints, func(h hintFact) bool { return h.Index == i })
	}
	for i, h := range hints {
		if h.When != "" && !opened(i) && s.failing(h.When) {
			return i, 0
		}
	}
	for i, h := range hints {
		if h.When == "" && !opened(i) {
			return i, h.Cost
		}
	}
	return -1, 0
}

func (s *Session) failing(check string) bool {
	if len(s.checks) == 0 {
		return false
	}
	last := &s.checks[len(s.checks)-1].Report
	return slices.ContainsFunc(last.Items, func(it Item) bool {
		return it.ID == check && (it.Status == "fail" || it.Status == "partial")
	})
}

func (s *Session) nextHint() *HintOffer {
	if i, cost := s.offer(); i >= 0 {
		return &HintOffer{Cost: cost}
	}
	return nil
}

func (s *Session) openHint(cmd string) *Problem {
	s.mu.Lock()
	i, cost := s.offer()
	s.mu.Unlock()
	if i < 0 {
		return problemf(codeFailed, "지금은 열 수 있는 힌트가 없습니다. 먼저 점검해 보십시오.", "there is no hint at the moment; try a check first")
	}
	f := hintFact{Cmd: cmd, Index: i, Cost: cost}
	if p := s.note(fact{Hint: &f}); p != nil {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hints = append(s.hints, f)
	return nil
}

// hintCost is what the opened hints cost in points.
func (s *Session) hintCost() (sum int) {
	for _, h := range s.hints {
		sum += h.Cost
	}
	return sum
}

func (s *Session) question(id string) *scenarios.Question {
	for i := range s.drawn.Scenario.Questions {
		if q := &s.drawn.Scenario.Questions[i]; q.ID == id {
			return q
		}
	}
	return nil
}

// maxAnswer bounds a typed answer.
const maxAnswer = 2000

func (s *Session) answer(cmd string, a AnswerAction) *Problem {
	q := s.question(a.Question)
	switch {
	case q == nil:
		return problemf(codeNotFound, "없는 질문입니다: %.80q", "no such question: %.80q", a.Question)
	case strings.TrimSpace(a.Given) == "" || len(a.Given) > maxAnswer:
		return problemf(codeBadRequest, "답은 1~%d바이트여야 합니다.", "an answer has 1 to %d bytes", maxAnswer)
	case len(q.Choices) > 0 && !slices.ContainsFunc(q.Choices, func(c scenarios.Choice) bool { return c.ID == a.Given }):
		return problemf(codeBadRequest, "보기에 없는 답입니다: %.80q", "not one of the choices: %.80q", a.Given)
	}
	if p := s.note(fact{Answer: &answerFact{Cmd: cmd, Given: a}}); p != nil {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = answered(s.answers, a)
	return nil
}

// given are the answers as the grader takes them.
func (s *Session) given() (list []grader.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.answers {
		list = append(list, grader.Answer(a))
	}
	return list
}

// answerStates are the answers with what is right about them. A typed answer is
// judged by people.
func (s *Session) answerStates() (list []AnswerState) {
	for _, a := range s.answers {
		out := AnswerState{Question: a.Question, Given: a.Given, Seq: a.Cite}
		if q := s.question(a.Question); q != nil && len(q.Choices) > 0 {
			right := slices.ContainsFunc(q.Choices, func(c scenarios.Choice) bool { return c.ID == a.Given && c.Right })
			out.Right, out.Explain = &right, prose(q.Explain)
		}
		list = append(list, out)
	}
	return list
}
