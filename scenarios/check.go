package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Check is one thing the grader looks at. Spec holds the fields of its type.
type Check struct {
	ID     string
	Title  Text
	Type   string
	Points int
	Needs  []string // checks that must pass first
	Gate   int      // invariants: the whole score is capped at Gate when the check fails; -1: no cap
	Goal   string   // learning objective, free text
	// Visibility is "" for everybody, "after_due" or "hidden" (teachers only).
	Visibility string
	Part       bool // only part of other checks (svc.survives, perturb), not graded by itself
	Spec       Spec // pointer to one of the *Spec types of the check_*.go files
}

// checkFields are the fields all checks have.
type checkFields struct {
	ID         string   `yaml:"id"`
	Title      Text     `yaml:"title"`
	Type       string   `yaml:"type"`
	Points     int      `yaml:"points"`
	Needs      []string `yaml:"needs"`
	Gate       *int     `yaml:"gate"`
	Goal       string   `yaml:"goal"`
	Visibility string   `yaml:"visibility"`
	Part       bool     `yaml:"part"`
	With       yaml.Node
}

// UnmarshalYAML reads the common fields, then "with" by the type.
func (c *Check) UnmarshalYAML(n *yaml.Node) error {
	var f checkFields
	if err := n.Load(&f, yaml.WithKnownFields()); err != nil {
		return err
	}
	*c = Check{ID: f.ID, Title: f.Title, Type: f.Type, Points: f.Points, Needs: f.Needs, Gate: -1, Goal: f.Goal, Visibility: f.Visibility, Part: f.Part}
	if f.Gate != nil {
		c.Gate = *f.Gate
	}
	if c.Visibility == "visible" {
		c.Visibility = ""
	}
	if !slices.Contains([]string{"", "after_due", "hidden"}, c.Visibility) {
		return fmt.Errorf("line %d: visibility %q is not visible, after_due or hidden", n.Line, f.Visibility)
	}
	if c.Part && (c.Points > 0 || c.Gate >= 0) {
		return fmt.Errorf("line %d: a check that is only part of others has no points and no gate", n.Line)
	}
	mk := specs[f.Type]
	if mk == nil {
		return fmt.Errorf("line %d: unknown check type %q, want one of %s", n.Line, f.Type, strings.Join(CheckTypes(), ", "))
	}
	c.Spec = mk()
	if f.With.IsZero() {
		return nil
	}
	return f.With.Load(c.Spec, yaml.WithKnownFields())
}

// CheckTypes returns the names of all check types.
func CheckTypes() []string {
	var list []string
	for name := range specs {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// Spec is what a type of check needs to know: the fields below "with".
type Spec interface {
	// lint reports fields that make no sense or name what the network lacks.
	lint(l *specLint)
}

// specs makes the empty spec of each check type.
var specs = map[string]func() Spec{
	"dns.answer":         func() Spec { return &DNSAnswerSpec{} },
	"dns.converged":      func() Spec { return &ConvergedSpec{} },
	"dns.delegation":     func() Spec { return &DelegationSpec{} },
	"dns.fcrdns":         func() Spec { return &FCrDNSSpec{} },
	"dns.rotation":       func() Spec { return &RotationSpec{} },
	"dns.mx":             func() Spec { return &MXSpec{} },
	"dns.transfer":       func() Spec { return &TransferSpec{} },
	"dnsbl.listed":       func() Spec { return &ListedSpec{} },
	"mail.auth":          func() Spec { return &AuthSpec{} },
	"mail.delivered":     func() Spec { return &DeliveredSpec{} },
	"mail.rejected":      func() Spec { return &RejectedSpec{} },
	"mail.no_relay":      func() Spec { return &NoRelaySpec{} },
	"mailbox.read":       func() Spec { return &MailboxSpec{} },
	"net.flow":           func() Spec { return &FlowSpec{} },
	"svc.running":        func() Spec { return &RunningSpec{} },
	"svc.survives":       func() Spec { return &SurvivesSpec{} },
	"perturb":            func() Spec { return &PerturbSpec{} },
	"inv.collateral":     func() Spec { return &CollateralSpec{} },
	"inv.unchanged":      func() Spec { return &UnchangedSpec{} },
	"inv.no_shortcut":    func() Spec { return &NoShortcutSpec{} },
	"journal.reproduced": func() Spec { return &ReproducedSpec{} },
	"journal.verified":   func() Spec { return &VerifiedSpec{} },
	"journal.untouched":  func() Spec { return &UntouchedSpec{} },
	"answer.choice":      func() Spec { return &ChoiceSpec{} },
	"answer.value":       func() Spec { return &ValueSpec{} },
}
