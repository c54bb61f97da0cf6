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
	Spec   any      // pointer to one of the *Spec types below
}

// checkFields are the fields all checks have.
type checkFields struct {
	ID     string   `yaml:"id"`
	Title  Text     `yaml:"title"`
	Type   string   `yaml:"type"`
	Points int      `yaml:"points"`
	Needs  []string `yaml:"needs"`
	Gate   *int     `yaml:"gate"`
	Goal   string   `yaml:"goal"`
	With   yaml.Node
}

// UnmarshalYAML reads the common fields, then "with" by the type.
func (c *Check) UnmarshalYAML(n *yaml.Node) error {
	var f checkFields
	if err := n.Load(&f, yaml.WithKnownFields()); err != nil {
		return err
	}
	*c = Check{ID: f.ID, Title: f.Title, Type: f.Type, Points: f.Points, Needs: f.Needs, Gate: -1, Goal: f.Goal}
	if f.Gate != nil {
		c.Gate = *f.Gate
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

// specs makes the empty spec of each check type.
var specs = map[string]func() any{
	"dns.answer":      func() any { return &DNSAnswerSpec{} },
	"dns.fcrdns":      func() any { return &FCrDNSSpec{} },
	"mail.delivered":  func() any { return &DeliveredSpec{} },
	"mail.rejected":   func() any { return &RejectedSpec{} },
	"mail.no_relay":   func() any { return &NoRelaySpec{} },
	"mailbox.read":    func() any { return &MailboxSpec{} },
	"dnsbl.listed":    func() any { return &ListedSpec{} },
	"svc.survives":    func() any { return &SurvivesSpec{} },
	"svc.running":     func() any { return &RunningSpec{} },
	"inv.collateral":  func() any { return &CollateralSpec{} },
	"inv.unchanged":   func() any { return &UnchangedSpec{} },
	"inv.no_shortcut": func() any { return &NoShortcutSpec{} },
}

// DNSAnswerSpec: asked from vantage From, Server ("" for the host's resolver)
// answers Name Type with the records Want.
type DNSAnswerSpec struct {
	From   string   `yaml:"from"`
	Server string   `yaml:"server"` // host name of the network, or address
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	Want   []string `yaml:"want"`  // rdata in presentation form
	Match  string   `yaml:"match"` // exact (default), superset, any
	RCode  string   `yaml:"rcode"` // default NOERROR
	AA     *bool    `yaml:"aa"`
	TCP    bool     `yaml:"tcp"` // also over TCP
}

// FCrDNSSpec: seen from From, the PTR record of Address names a host whose
// addresses contain Address.
type FCrDNSSpec struct {
	From    string `yaml:"from"`
	Address string `yaml:"address"`
	Name    string `yaml:"name"`  // required name, "" for any that is confirmed
	After   string `yaml:"after"` // virtual time to let pass first, so that caches expire
}

// DeliveredSpec: a probe sent by mailbox Sender to mailbox Recipient arrives
// there, once, within the time.
type DeliveredSpec struct {
	Sender    string `yaml:"sender"`
	Recipient string `yaml:"recipient"`
	After     string `yaml:"after"`  // virtual time to let pass first, so that caches expire
	Within    string `yaml:"within"` // virtual time, default 10m
	Via       string `yaml:"via"`    // a host the message must have passed
	NotVia    string `yaml:"not_via"`
}

// RejectedSpec: a message from an outsider host is refused.
type RejectedSpec struct {
	From   string `yaml:"from"`   // host the probe is sent from
	Server string `yaml:"server"` // host that must refuse
	Port   int    `yaml:"port"`
	Sender string `yaml:"sender"`
	To     string `yaml:"to"`
	Code   string `yaml:"code"` // prefix of the reply code, such as "5"
}

// NoRelaySpec: Server passes on no mail of strangers. The controls keep a
// stopped server from passing.
type NoRelaySpec struct {
	Server    string        `yaml:"server"`    // host
	Domain    string        `yaml:"domain"`    // the server's own mail domain
	From      []string      `yaml:"from"`      // hosts from which the tricks are tried
	Victim    string        `yaml:"victim"`    // mailbox that must get nothing
	Ports     []int         `yaml:"ports"`     // default 25
	Delivered DeliveredSpec `yaml:"delivered"` // positive control: a customer's mail out
	Inbound   DeliveredSpec `yaml:"inbound"`   // positive control: mail in
}

// MailboxSpec: a mailbox can be read by its owner's mail client.
type MailboxSpec struct {
	Box string `yaml:"box"`
}

// ListedSpec: whether Address is on the block list Zone, asked at its
// authoritative server through From's resolver after its caches have expired.
type ListedSpec struct {
	From    string `yaml:"from"`
	Address string `yaml:"address"`
	Zone    string `yaml:"zone"`
	Listed  bool   `yaml:"listed"`
}

// SurvivesSpec: after a reboot of Host the checks named still pass.
type SurvivesSpec struct {
	Host   string   `yaml:"host"`
	Checks []string `yaml:"checks"`
}

// RunningSpec: the unit is active.
type RunningSpec struct {
	Host string `yaml:"host"`
	Unit string `yaml:"unit"`
}

// CollateralSpec: what worked in the untouched world still works: the listed
// look-ups and deliveries. Those that failed there do not count.
type CollateralSpec struct {
	Answers   []DNSAnswerSpec `yaml:"answers"`
	Delivered []DeliveredSpec `yaml:"delivered"`
	Services  []RunningSpec   `yaml:"services"`
}

// UnchangedSpec: files on hosts, or everything on hosts that are not the
// student's, are as they were, except paths that change by themselves.
type UnchangedSpec struct {
	Hosts []string `yaml:"hosts"`
	Files []string `yaml:"files"` // "HOST:PATH"
}

// NoShortcutSpec: none of the usual ways around the lesson was taken on the
// student's hosts.
type NoShortcutSpec struct {
	Hosts   []string `yaml:"hosts"`
	Domains []string `yaml:"domains"` // must not stand in hosts files or static transports
	Trusted []string `yaml:"trusted"` // prefixes mynetworks may hold beside loopback; none: any that is not far too wide
	Allow   []string `yaml:"allow"`   // shortcuts that are the cure here: hosts-file, transport, wide-mynetworks, spf-all
}
