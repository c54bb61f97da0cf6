package spf

import (
	"strconv"

	"mxlab/sim/mail"
)

// StepKind says what a Step is.
type StepKind string

// Kinds of steps.
const (
	StepNoDomain    StepKind = "no-domain"   // nothing that can be checked
	StepRecord      StepKind = "record"      // the TXT look-up; Text is the record found
	StepMechanism   StepKind = "mechanism"   // one mechanism
	StepInclude     StepKind = "include"     // enters the included record; its mechanism step follows it
	StepRedirect    StepKind = "redirect"    // continues with another domain's record
	StepDefault     StepKind = "default"     // no mechanism matched
	StepExplanation StepKind = "explanation" // exp=
	StepMacro       StepKind = "macro"       // look-ups for %{p}
)

// Lookup is a DNS question a step caused.
type Lookup struct {
	Name    string
	Type    mail.RRType
	Outcome mail.DNSOutcome
	Answers []string // in presentation form
}

// Step is one thing the evaluation did.
type Step struct {
	Kind    StepKind
	Depth   int    // inside how many includes
	Domain  string // whose record is evaluated
	Text    string // term or record as written
	Target  string // domain the term is about, macros expanded
	Matched bool
	Result  Result // set when the step decided something
	Detail  string // result of an include; text of an explanation
	Lookups []Lookup
	Count   int // terms with DNS so far, this one included
	Void    int // void look-ups so far
}

func (c *checker) note(s Step) {
	s.Depth, s.Count, s.Void = c.depth, c.count, c.void
	c.steps = append(c.steps, s)
}

// open notes that an include is entered; close notes its outcome.
func (c *checker) open(s *Step) {
	c.note(Step{Kind: StepInclude, Domain: s.Domain, Text: s.Text, Target: s.Target})
}

func (c *checker) close(s Step) { c.note(s) }

func answerTexts(a mail.DNSAnswer, t mail.RRType) []string {
	var out []string
	for _, r := range a.Records {
		switch t {
		case mail.TypeA, mail.TypeAAAA:
			out = append(out, r.Addr.String())
		case mail.TypeMX:
			out = append(out, strconv.Itoa(int(r.Preference))+" "+r.Host)
		case mail.TypeTXT:
			out = append(out, r.Text)
		default:
			out = append(out, r.Host)
		}
	}
	return out
}
