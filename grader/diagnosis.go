package grader

import (
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// Answer is a student's answer to a question of the scenario.
type Answer struct {
	Question string `json:"question"`
	Given    string `json:"given"`          // the choice's id, or the text typed
	Cite     uint64 `json:"cite,omitempty"` // event of the student's trace given as proof
}

// answer returns the student's answer to a question; the last one counts.
func (r *run) answer(question string) (Answer, bool) {
	for _, a := range slices.Backward(r.subject.Answers) {
		if a.Question == question {
			return a, true
		}
	}
	return Answer{}, false
}

// question returns a question of the scenario, which the loader has checked.
func (r *run) question(id string) *scenarios.Question {
	list := r.subject.Drawn.Scenario.Questions
	return &list[slices.IndexFunc(list, func(q scenarios.Question) bool { return q.ID == id })]
}

// choice judges an answer chosen.
func (p *probe) choice(s *scenarios.ChoiceSpec) {
	q := p.question(s.Question)
	p.it.Expected = sim.Text{EN: "the right answer", KO: "올바른 답"}
	a, ok := p.answer(s.Question)
	if !ok {
		p.unanswered(q)
		return
	}
	i := slices.IndexFunc(q.Choices, func(c scenarios.Choice) bool { return c.ID == a.Given })
	if i < 0 {
		p.it.Actual = plain(a.Given)
		p.it.say(Fail, "The answer is none of the choices.", "보기에 없는 답입니다.")
		return
	}
	p.it.Actual = q.Choices[i].Text.Sim()
	p.judge(q, q.Choices[i].Right, s.Cite, a)
}

// value judges an answer typed.
func (p *probe) value(s *scenarios.ValueSpec) {
	q := p.question(s.Question)
	p.it.Expected = sim.Text{EN: "the right answer", KO: "올바른 답"}
	a, ok := p.answer(s.Question)
	if !ok {
		p.unanswered(q)
		return
	}
	p.it.Actual = plain(a.Given)
	right := slices.ContainsFunc(s.Want, func(w string) bool { return typed(w) == typed(a.Given) })
	p.judge(q, right, s.Cite, a)
}

// typed is an answer without what does not matter: case, spaces, a final dot.
func typed(s string) string {
	return strings.TrimSuffix(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".")
}

func (p *probe) unanswered(q *scenarios.Question) {
	p.it.Actual = sim.Text{EN: "no answer", KO: "답하지 않음"}
	p.it.say(Fail, "The question is not answered: %s", "답하지 않은 질문입니다: %s", q.Text.Sim())
}

// judge says whether an answer is right and its proof fits. The right answer is
// not given away.
func (p *probe) judge(q *scenarios.Question, right bool, cite *scenarios.Event, a Answer) {
	if a.Cite != 0 && a.Cite <= p.last {
		p.it.cite(p.world.Log(), a.Cite)
	}
	switch {
	case !right:
		p.it.say(Fail, "The answer is wrong: %s", "틀린 답입니다: %s", q.Text.Sim())
	case cite != nil && !p.proves(cite, a.Cite):
		p.it.say(Fail, "The answer is right, but the event named does not prove it.", "답은 맞지만 지정한 사건이 근거가 되지 않습니다.")
	default:
		p.it.say(Pass, "The answer is right.", "맞는 답입니다.")
	}
}

// proves reports whether the event named is one of those that prove.
func (p *probe) proves(want *scenarios.Event, seq uint64) bool {
	e := p.world.Log().Get(seq)
	return seq <= p.last && e != nil && want.Is(e)
}

// rightAnswers answers every question that a check judges as a good student
// does.
func rightAnswers(d *scenarios.Drawn, log *trace.Log) (list []Answer) {
	r := &run{subject: &Subject{Drawn: d}}
	proof := func(want *scenarios.Event) uint64 {
		if want == nil {
			return 0
		}
		return want.Find(log)
	}
	for i := range d.Scenario.Checks {
		switch s := d.Scenario.Checks[i].Spec.(type) {
		case *scenarios.ChoiceSpec:
			for _, c := range r.question(s.Question).Choices {
				if c.Right {
					list = append(list, Answer{s.Question, c.ID, proof(s.Cite)})
				}
			}
		case *scenarios.ValueSpec:
			list = append(list, Answer{s.Question, s.Want[0], proof(s.Cite)})
		}
	}
	return list
}
