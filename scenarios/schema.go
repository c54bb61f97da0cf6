// Package scenarios reads scenario and network files and turns them, with the
// parameters drawn for one student, into the blueprint of a world.
//
// A network (networks/NAME/network.yaml and the files below hosts/HOST/) is a
// healthy small Internet. A scenario (NAME.yaml) names a network, breaks it,
// tells a story, and says how the repair is checked, what a good solution is,
// and which wrong fixes must not pass. Both are written in YAML; this file is
// the schema. All prose is in English and Korean.
//
// Any string may contain ${NAME}, a drawn parameter (see params.go).
package scenarios

import (
	"strings"

	"mxlab/sim"
	"mxlab/sim/trace"
)

// Text is prose in both languages.
type Text struct {
	EN string `yaml:"en"`
	KO string `yaml:"ko"`
}

// Sim returns the text in package sim's type.
func (t Text) Sim() sim.Text { return sim.Text{EN: t.EN, KO: t.KO} }

// Network is network.yaml.
type Network struct {
	Title     Text             `yaml:"title"`
	Start     string           `yaml:"start"` // RFC 3339
	Params    map[string]Param `yaml:"params"`
	Links     []Link           `yaml:"links"`
	Hosts     []Host           `yaml:"hosts"`
	Portals   []Portal         `yaml:"portals"`
	Mailboxes []Mailbox        `yaml:"mailboxes"`
}

// Param says how a parameter gets its value: one of Choose, drawn by the
// student's seed, or Value.
type Param struct {
	Choose []any  `yaml:"choose"`
	Value  string `yaml:"value"`
}

// Link is a network segment.
type Link struct {
	Name      string  `yaml:"name"`
	Label     Text    `yaml:"label"`
	Latency   string  `yaml:"latency"`   // one way, "5ms"
	Loss      float64 `yaml:"loss"`      // probability that a packet is lost, from 0 to below 1
	Bandwidth string  `yaml:"bandwidth"` // "10mbit"; none: sending takes no time
	MTU       int     `yaml:"mtu"`       // bytes; none: 1500
	Fragments string  `yaml:"fragments"` // "drop": fragments of IP packets do not pass
}

// Host is a machine or router.
type Host struct {
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`
	Label      Text     `yaml:"label"`
	At         [2]int   `yaml:"at"`
	Terminal   bool     `yaml:"terminal"`
	Login      string   `yaml:"login"`
	Via        string   `yaml:"via"` // host from which ssh reaches this one, beside the console; brings openssh-server
	Mine       bool     `yaml:"mine"`
	Flavour    string   `yaml:"flavour"`
	Packages   []string `yaml:"packages"`
	Disabled   []string `yaml:"disabled"`
	Interfaces []Iface  `yaml:"interfaces"`
	Gateway    string   `yaml:"gateway"`
	Routes     []Route  `yaml:"routes"`
	Forward    bool     `yaml:"forward"`
	Users      []User   `yaml:"users"`
	Modes      []Mode   `yaml:"modes"`
}

// Iface is a network interface.
type Iface struct {
	Name      string   `yaml:"name"`
	Link      string   `yaml:"link"`
	Addresses []string `yaml:"addresses"`
}

// Route is a static route.
type Route struct {
	To  string `yaml:"to"`
	Via string `yaml:"via"`
}

// User is a person's account.
type User struct {
	Name     string `yaml:"name"`
	Password string `yaml:"password"`
	Gecos    string `yaml:"gecos"`
}

// Mode sets mode and owner of a file of the host; without it a file belongs to
// root with mode 0644.
type Mode struct {
	Path  string `yaml:"path"`
	Mode  string `yaml:"mode"`
	Owner string `yaml:"owner"`
}

// Portal is somebody to ask.
type Portal struct {
	Name     string            `yaml:"name"`
	Kind     string            `yaml:"kind"`
	Label    Text              `yaml:"label"`
	Intro    Text              `yaml:"intro"`
	Delay    string            `yaml:"delay"`
	Settings map[string]string `yaml:"settings"`
}

// Mailbox is a person's mail account in the mail client on Host.
type Mailbox struct {
	Address  string `yaml:"address"`
	Name     string `yaml:"name"`
	Host     string `yaml:"host"`
	SMTP     string `yaml:"smtp"`
	Port     int    `yaml:"port"`
	Incoming string `yaml:"incoming"`
	Proto    string `yaml:"proto"`
	Store    string `yaml:"store"` // host that keeps the mailbox
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	Auth     bool   `yaml:"auth"`
}

// Scenario is a scenario file.
type Scenario struct {
	ID         string           `yaml:"id"`
	Network    string           `yaml:"network"`
	Title      Text             `yaml:"title"`
	Summary    Text             `yaml:"summary"`
	Group      Text             `yaml:"group"`
	Level      int              `yaml:"level"` // 1 to 5
	Minutes    int              `yaml:"minutes"`
	Topics     []Text           `yaml:"topics"`
	Objectives []Text           `yaml:"objectives"`
	Params     map[string]Param `yaml:"params"`
	Patch      []Patch          `yaml:"patch"`   // changes to the files of hosts before they boot
	Filters    []Filter         `yaml:"filters"` // an ISP's port filters
	Links      []LinkPatch      `yaml:"links"`   // links that are worse than in the network
	Interfaces []IfacePatch     `yaml:"interfaces"`
	Portals    []PortalPatch    `yaml:"portals"` // changed settings of the network's portals
	// Terminals says from which host the student reaches a host's terminals by
	// ssh, as in {mail1: pc}: the page opens that terminal first, and the console
	// only on request ("" is the console alone). An action that types into it says
	// {on: mail1, via: pc, run: ...}; without via it is the console.
	Terminals  map[string]string `yaml:"terminals"`
	Incident   []sim.Action      `yaml:"incident"` // what happened before the student came
	Again      *sim.Mail         `yaml:"again"`    // the mail of the story, for "Send again"
	Story      Text              `yaml:"story"`
	Tasks      []Task            `yaml:"tasks"`
	Hints      []Hint            `yaml:"hints"`
	Questions  []Question        `yaml:"questions"`
	Checks     []Check           `yaml:"checks"`
	Solution   []sim.Action      `yaml:"solution"`
	WrongFixes []WrongFix        `yaml:"wrong_fixes"`
}

// Patch changes a file of a host: Text replaces it, Replace with With changes
// every occurrence of a text that must be there, Append adds lines, Delete
// removes it.
type Patch struct {
	Host    string `yaml:"host"`
	Path    string `yaml:"path"`
	Text    string `yaml:"text"`
	Replace string `yaml:"replace"`
	With    string `yaml:"with"`
	Append  string `yaml:"append"`
	Delete  bool   `yaml:"delete"`
	Mode    string `yaml:"mode"`
	Owner   string `yaml:"owner"`
}

// Filter is a port filter on a router.
type Filter struct {
	Router    string   `yaml:"router"`
	Name      string   `yaml:"name"`
	Proto     string   `yaml:"proto"` // tcp or udp
	Port      int      `yaml:"port"`
	Inbound   bool     `yaml:"inbound"`
	Outbound  bool     `yaml:"outbound"`
	Customers []string `yaml:"customers"` // prefixes
	Except    []string `yaml:"except"`    // addresses
}

// LinkPatch changes what a link of the network is like; what it leaves out
// stays.
type LinkPatch struct {
	Name      string   `yaml:"name"`
	Latency   string   `yaml:"latency"`
	Loss      *float64 `yaml:"loss"`
	Bandwidth string   `yaml:"bandwidth"`
	MTU       int      `yaml:"mtu"`
	Fragments string   `yaml:"fragments"` // "drop" or "pass"
}

// IfacePatch gives an interface of a host more addresses, and the host a
// default route of the gateway's family.
type IfacePatch struct {
	Host      string   `yaml:"host"`
	Name      string   `yaml:"name"`
	Addresses []string `yaml:"addresses"`
	Gateway   string   `yaml:"gateway"`
}

// PortalPatch changes settings of a portal.
type PortalPatch struct {
	Name     string            `yaml:"name"`
	Settings map[string]string `yaml:"settings"`
}

// Task is a step of the guide. It is done when its checks pass.
type Task struct {
	ID     string   `yaml:"id"`
	Title  Text     `yaml:"title"`
	Text   Text     `yaml:"text"`
	Checks []string `yaml:"checks"`
	Try    []Try    `yaml:"try"`
}

// Try is a command worth trying.
type Try struct {
	On  string `yaml:"on"`
	Run string `yaml:"run"`
}

// Hint is one hint. When names a check that must be failing for the hint to be
// offered; such a hint is free, others cost points.
type Hint struct {
	When string `yaml:"when"`
	Cost int    `yaml:"cost"`
	Text Text   `yaml:"text"`
}

// Question is a prediction or a diagnosis. Without choices the answer is typed.
type Question struct {
	ID      string   `yaml:"id"`
	Kind    string   `yaml:"kind"`   // predict or diagnose
	Task    string   `yaml:"task"`   // the task it is asked with
	Cite    bool     `yaml:"cite"`   // the answer must name the event that proves it
	Before  *Event   `yaml:"before"` // predict: playback of the incident stops before this event
	Text    Text     `yaml:"text"`
	Choices []Choice `yaml:"choices"`
	Explain Text     `yaml:"explain"`
}

// Event finds the first event of a trace that has this kind (such as
// smtp.reply), happened on this host ("" for any) and whose label begins with
// Label.
type Event struct {
	Kind  string `yaml:"kind"`
	Node  string `yaml:"node"`
	Label string `yaml:"label"`
}

// Find returns the number of the event, 0 if there is none.
func (x *Event) Find(log *trace.Log) (seq uint64) {
	log.After(0, func(e *trace.Event) bool {
		if x.Is(e) {
			seq = e.Seq
		}
		return seq == 0
	})
	return seq
}

// Is reports whether e is such an event.
func (x *Event) Is(e *trace.Event) bool {
	return e.Kind.String() == x.Kind && (x.Node == "" || e.Node == x.Node) && strings.HasPrefix(e.Label(), x.Label)
}

// Choice is an answer; exactly one of a question is Right.
type Choice struct {
	ID    string `yaml:"id"`
	Text  Text   `yaml:"text"`
	Right bool   `yaml:"right"`
}

// WrongFix is a repair that must not pass: doing it in place of the solution
// leaves at most Max points.
type WrongFix struct {
	ID      string       `yaml:"id"`
	Title   Text         `yaml:"title"`
	Max     int          `yaml:"max"`
	Actions []sim.Action `yaml:"actions"`
}
