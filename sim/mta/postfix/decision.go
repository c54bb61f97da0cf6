package postfix

import "mxlab/sim/mail"

// Verdict is the outcome of a restriction or a list.
type Verdict int

// Verdicts. A deferral is Reject with a 4xx reply.
const (
	Dunno Verdict = iota
	OK
	Reject
)

// String names the verdict as access(5) does.
func (v Verdict) String() string { return [...]string{"DUNNO", "OK", "REJECT"}[v] }

// FactKind says what a Fact is about.
type FactKind string

// Kinds of facts, with the meaning of Subject, Object and Result.
const (
	FactTable  FactKind = "table"  // table, key, value or ""
	FactDNS    FactKind = "dns"    // name, type, outcome or records
	FactMatch  FactKind = "match"  // parameter, value, pattern that matched or ""
	FactClass  FactKind = "class"  // address, address class, parameter that decided the transport
	FactPolicy FactKind = "policy" // server, "", action
	FactState  FactKind = "state"  // what was looked at, its value, ""
	FactDefer  FactKind = "defer"  // "permit" or "reject", "", text kept for later
	FactWarn   FactKind = "warn"   // "", "", text of a refusal turned into a warning
)

// Fact is something found out while a restriction was evaluated.
type Fact struct {
	Kind                    FactKind
	Subject, Object, Result string
}

// Step is one restriction that was evaluated.
type Step struct {
	Restriction Restriction
	Depth       int // 0 in the list itself, more inside classes and table results
	Verdict     Verdict
	Text        string // reply or logged text, when there is one
	Facts       []Fact
}

// Effects are what access tables asked for besides accepting or refusing.
type Effects struct {
	Hold, Discard, Hangup bool
	Filter, Redirect      string
	BCC, Prepend          []string
}

// Decision is the result of one stage.
type Decision struct {
	Verdict Verdict     // Reject, or OK/Dunno: the command is accepted
	Reply   mail.Reply  // of a Reject
	By      Restriction // that decided; zero: nothing did
	Steps   []Step
	Effects Effects
}
