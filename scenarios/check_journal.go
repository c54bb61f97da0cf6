package scenarios

import "slices"

// Looks says which looks at a system count for journal.reproduced and
// journal.verified: a command whose first word is one of Tools, and, unless it
// says otherwise, a mail sent or fetched.
type Looks struct {
	On    []string `yaml:"on"`    // hosts a command counts on; none: all
	Tools []string `yaml:"tools"` // commands; none: those that ask a network or read a log
}

func (k *Looks) lint(l *specLint) { l.hosts("on", k.On) }

// ReproducedSpec: before the first change the student looked at the fault.
type ReproducedSpec struct {
	Looks `yaml:",inline"`
}

// VerifiedSpec: after the last change the student looked whether it helped.
type VerifiedSpec struct {
	Looks `yaml:",inline"`
}

// UntouchedSpec: the student changed nothing on Hosts and asked none of Portals.
type UntouchedSpec struct {
	Hosts   []string `yaml:"hosts"`
	Portals []string `yaml:"portals"`
}

func (s *UntouchedSpec) lint(l *specLint) {
	l.hosts("hosts", s.Hosts)
	l.some("hosts", len(s.Hosts)+len(s.Portals))
	for _, p := range s.Portals {
		if !l.portal(p) {
			l.errf("portals", "no portal %q", p)
		}
	}
}

// ChoiceSpec: the student's answer to a question of the scenario is right.
type ChoiceSpec struct {
	Question string `yaml:"question"`
	Cite     *Event `yaml:"cite"` // the event the student must have named as proof; its label may be a prefix
}

func (s *ChoiceSpec) lint(l *specLint) { l.asks(s.Question, true) }

// ValueSpec: the student's typed answer to a question is one of Want, apart from
// case, spaces and a final dot. Parameters make it differ by student.
type ValueSpec struct {
	Question string   `yaml:"question"`
	Want     []string `yaml:"want"`
	Cite     *Event   `yaml:"cite"`
}

func (s *ValueSpec) lint(l *specLint) {
	l.asks(s.Question, false)
	l.some("want", len(s.Want))
}

// asks checks that a question exists and has choices or not.
func (l *specLint) asks(id string, choices bool) {
	i := slices.IndexFunc(l.scenario.Questions, func(q Question) bool { return q.ID == id })
	switch {
	case i < 0:
		l.errf("question", "no question %q", id)
	case (len(l.scenario.Questions[i].Choices) > 0) != choices:
		l.errf("question", "answer.choice goes with a question with choices, answer.value with one without")
	}
}
