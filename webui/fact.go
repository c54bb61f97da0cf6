package webui

import (
	"time"

	"mxlab/sim"
)

// fact is one line of a session's record; exactly one field is set. The world
// is not recorded: it is what the steps that were not taken back make of a new
// one.
type fact struct {
	Check   *checkFact  `json:"check,omitempty"`
	Head    *head       `json:"head,omitempty"`
	Do      *doFact     `json:"do,omitempty"`
	Undo    *epochFact  `json:"undo,omitempty"`
	Redo    *epochFact  `json:"redo,omitempty"`
	Restart *epochFact  `json:"restart,omitempty"`
	Anew    *epochFact  `json:"anew,omitempty"` // the same world under a new epoch
	Hint    *hintFact   `json:"hint,omitempty"`
	Answer  *answerFact `json:"answer,omitempty"`
	Read    *AskMessage `json:"read,omitempty"`
}

// head begins a record.
type head struct {
	ID       string    `json:"id"`
	Scenario string    `json:"scenario"` // as scenarios.Open takes it
	Seed     uint64    `json:"seed"`
	Student  string    `json:"student,omitempty"`
	User     string    `json:"user,omitempty"` // of the browser that made it
	Hash     string    `json:"hash"`
	Engine   string    `json:"engine"`
	Created  time.Time `json:"created"`
	Of       string    `json:"of,omitempty"` // the session it was branched from
}

// doFact is a command that acts on the world. It is written before it is done,
// so that a crash in the middle loses nothing: the replay does it.
type doFact struct {
	Cmd   string `json:"cmd"`
	Steps []step `json:"steps"`
}

// step is one action of the journal, or a terminal opened.
type step struct {
	Cmd    string      `json:"-"`
	Term   string      `json:"term,omitempty"` // terminal of an input or key
	Line   string      `json:"line,omitempty"` // as entered
	Action *sim.Action `json:"action,omitempty"`
	Open   *OpenAction `json:"open,omitempty"`

	last uint64 // newest event when it was done
}

// epochFact begins a new epoch.
type epochFact struct {
	Cmd   string `json:"cmd,omitempty"`
	Epoch uint64 `json:"epoch"`
	Keep  *int   `json:"keep,omitempty"` // of an undo: actions that stay; nil: all but the last
}

// checkFact is a finished check.
type checkFact struct {
	Cmd    string `json:"cmd"`
	Epoch  uint64 `json:"epoch"` // of the fork it was made in
	In     uint64 `json:"in"`    // epoch of the session
	Steps  int    `json:"steps"` // length of the journal
	Report Report `json:"report"`
}

// hintFact is a hint opened.
type hintFact struct {
	Cmd   string `json:"cmd"`
	Index int    `json:"index"` // in Scenario.Hints
	Cost  int    `json:"cost,omitempty"`
}

// answerFact is a question answered.
type answerFact struct {
	Cmd   string `json:"cmd"`
	Given AnswerAction
}
