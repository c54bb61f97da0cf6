// Package grader judges what a student's repaired network does. It replays a
// journal, runs the scenario's checks on that fork of the student's world from
// several vantage points, and reports each with its evidence.
//
// A check never reads a configuration to award points: it asks, sends and
// fetches like the people of the story would. Only invariants look at files,
// and they only take points away.
package grader

import (
	"fmt"
	"strings"

	"mxlab/sim"
	"mxlab/sim/trace"
)

// Status is the outcome of a check.
type Status string

const (
	Pass    Status = "pass"
	Partial Status = "partial"
	Fail    Status = "fail"
	Blocked Status = "blocked" // a check it needs has not passed
	Error   Status = "error"   // the grader's own fault; never costs points
)

// Evidence leads to a proof: an event of the graded world's trace, or a line of
// a file.
type Evidence struct {
	Label string `json:"label"`          // the event's canonical line, or the text of the file's line
	Seq   uint64 `json:"seq,omitempty"`  // in the trace of the graded fork; up to Report.Last it is also the student's
	Host  string `json:"host,omitempty"` // with File and Line
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// Item is the result of one check.
type Item struct {
	ID        string     `json:"id"`
	Type      string     `json:"type"`
	Title     sim.Text   `json:"title"`
	Goal      string     `json:"goal,omitempty"`
	Status    Status     `json:"status"`
	Score     float64    `json:"score"`
	Max       float64    `json:"max"`
	Vantage   string     `json:"vantage,omitempty"` // host it was tried from
	Rationale sim.Text   `json:"rationale"`         // one sentence: why this result
	Expected  string     `json:"expected,omitempty"`
	Actual    string     `json:"actual,omitempty"`
	Needs     string     `json:"needs,omitempty"` // blocked: the check that must pass first
	Evidence  []Evidence `json:"evidence,omitempty"`
}

// Report is the result of grading one submission. It is the one native result
// from which all formats are made.
type Report struct {
	Scenario string   `json:"scenario"`
	Hash     string   `json:"hash"` // of the scenario's files
	Engine   string   `json:"engine"`
	Seed     uint64   `json:"seed"`
	Student  string   `json:"student,omitempty"`
	File     string   `json:"file,omitempty"`
	Title    sim.Text `json:"title"`
	Score    float64  `json:"score"`
	Max      float64  `json:"max"`
	Capped   string   `json:"capped,omitempty"` // the invariant that capped the score
	Actions  int      `json:"actions"`
	Last     uint64   `json:"last"` // newest trace event of the student's own session
	Items    []Item   `json:"items"`
	Refused  string   `json:"refused,omitempty"` // why the submission could not be graded
}

// Passed counts the checks that passed, and all.
func (r *Report) Passed() (passed, total int) {
	for _, it := range r.Items {
		if it.Status == Pass {
			passed++
		}
	}
	return passed, len(r.Items)
}

// say sets status and rationale.
func (it *Item) say(s Status, en, ko string, args ...any) {
	it.Status = s
	it.Rationale = sim.Text{EN: fmt.Sprintf(en, args...), KO: fmt.Sprintf(ko, args...)}
}

// cite adds events as evidence.
func (it *Item) cite(log *trace.Log, seqs ...uint64) {
	for _, seq := range seqs {
		if e := log.Get(seq); e != nil {
			it.Evidence = append(it.Evidence, Evidence{Label: e.String(), Seq: seq})
			it.citeFile(e)
		}
	}
}

// citeFile adds the configuration line an event names in a field "file" or "at"
// of the form PATH:LINE.
func (it *Item) citeFile(e *trace.Event) {
	if e.Data == nil {
		return
	}
	for _, f := range e.Data.Fields() {
		if f.Name != "file" && f.Name != "at" {
			continue
		}
		path, num, ok := strings.Cut(f.Value, ":")
		var line int
		if ok {
			fmt.Sscan(num, &line)
		}
		ev := Evidence{Label: f.Value, Host: e.Node, File: path, Line: line}
		for _, have := range it.Evidence {
			if have == ev {
				return
			}
		}
		it.Evidence = append(it.Evidence, ev)
	}
}

// maxEvidence bounds the events cited by one check.
const maxEvidence = 6

// citeTrouble cites what went wrong after the event from: refusals, time-outs,
// failed look-ups and deliveries, the newest ones.
func (it *Item) citeTrouble(log *trace.Log, from uint64) {
	var seqs []uint64
	reply := uint64(0)
	log.After(from, func(e *trace.Event) bool {
		if isTrouble(e) {
			seqs = append(seqs, e.Seq)
		}
		if e.Kind == trace.DNSReply || e.Kind == trace.SMTPReply {
			reply = e.Seq
		}
		return true
	})
	if len(seqs) == 0 && reply != 0 { // everything worked, but the answer is not the one wanted
		seqs = append(seqs, reply)
	}
	if len(seqs) > maxEvidence {
		seqs = seqs[len(seqs)-maxEvidence:]
	}
	it.cite(log, seqs...)
}

func isTrouble(e *trace.Event) bool {
	switch e.Kind {
	case trace.SMTPReply, trace.POPReply:
		l := e.Label()
		return strings.HasPrefix(l, "4") || strings.HasPrefix(l, "5") || strings.HasPrefix(l, "-ERR")
	case trace.Policy, trace.Connect, trace.DNSLookup, trace.Config, trace.Drop, trace.Unit:
		return e.Outcome >= trace.TempFail
	case trace.End, trace.DNSCache:
		return e.Outcome >= trace.TempFail
	case trace.DNSReply: // the outcome is that of the packet, the label begins with the response code
		l := e.Label()
		return e.Outcome >= trace.TempFail || strings.HasPrefix(l, "NXDOMAIN ") || strings.HasPrefix(l, "SERVFAIL ") || strings.HasPrefix(l, "REFUSED ")
	}
	return false
}
