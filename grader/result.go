// Package grader judges what a student's repaired network does. It replays a
// journal, runs the scenario's checks on that fork of the student's world from
// several vantage points, and reports each with its evidence.
//
// A check never reads a configuration to award points: it asks, sends, connects
// and fetches like the people of the story would, and what would disturb the
// next check it does on a fork of its own. Only invariants look at files, and
// they only take points away; only the journal's checks look at what was typed.
package grader

import "mxlab/sim"

// Status is the outcome of a check.
type Status string

const (
	Pass    Status = "pass"
	Partial Status = "partial"
	Fail    Status = "fail"
	Blocked Status = "blocked" // a check it needs has not passed
	Error   Status = "error"   // the grader's own fault; never costs points
)

// Item is the result of one check.
type Item struct {
	ID        string     `json:"id"`
	Type      string     `json:"type"`
	Title     sim.Text   `json:"title"`
	Goal      string     `json:"goal,omitempty"`
	Status    Status     `json:"status"`
	Score     float64    `json:"score"`
	Max       float64    `json:"max"`
	Vantage   sim.Text   `json:"vantage,omitzero"` // where it was tried from, in words
	Rationale sim.Text   `json:"rationale"`        // why this result
	Expected  sim.Text   `json:"expected,omitzero"`
	Actual    sim.Text   `json:"actual,omitzero"`
	Needs     string     `json:"needs,omitempty"` // blocked: the check that must pass first
	Parts     []Part     `json:"parts,omitempty"` // what a check of several parts is made of
	Evidence  []Evidence `json:"evidence,omitempty"`
	// Visibility says who may see the check: "" for everybody, "after_due" for
	// students after the due date, "hidden" for teachers only.
	Visibility string `json:"visibility,omitempty"`
}

// Part is one part of a check: a test case of a delegation, a vantage of a relay
// test, a check repeated after a disturbance.
type Part struct {
	Name   sim.Text `json:"name"`
	Status Status   `json:"status"`
	Text   sim.Text `json:"text,omitzero"` // what was found
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

// ForStudent is the report as its student may see it: without the checks that
// are hidden, and what they count.
func (r *Report) ForStudent() *Report {
	out := *r
	out.Items = nil
	for _, it := range r.Items {
		if it.Visibility == "" {
			out.Items = append(out.Items, it)
			continue
		}
		out.Max -= it.Max
		out.Score = max(0, out.Score-it.Score)
		if out.Capped == it.ID {
			out.Capped = ""
		}
	}
	return &out
}

// CappedBy is the title of the invariant that capped the score, empty for none.
func (r *Report) CappedBy() sim.Text {
	for i := range r.Items {
		if r.Items[i].ID == r.Capped {
			return r.Items[i].Title
		}
	}
	return sim.Text{}
}

// say sets status and rationale, worded as by textf.
func (it *Item) say(s Status, en, ko string, args ...any) {
	it.Status, it.Rationale = s, textf(en, ko, args...)
}

// fault reports that the check could not be done, which is not the student's
// fault.
func (it *Item) fault(err error) { it.say(Error, "The grader failed: %v", "채점기 오류: %v", err) }

// unreached reports a server that has no address to be asked at. The loader
// knows the host, so the student has taken the address away.
func (it *Item) unreached(err error) {
	it.Actual = plain(err.Error())
	it.say(Fail, "The server cannot be asked: %v.", "서버에 물어볼 수 없습니다(%v).", err)
}

// add adds a part.
func (it *Item) add(name sim.Text, s Status, text sim.Text) {
	it.Parts = append(it.Parts, Part{Name: name, Status: s, Text: text})
}
