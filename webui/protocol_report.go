package webui

// The result of a check, and the class wall.

// Report is the result of a check.
type Report struct {
	Seq    uint64  `json:"seq"` // the check's event
	At     int64   `json:"at"`
	Score  float64 `json:"score"`
	Max    float64 `json:"max"`
	Passed int     `json:"passed"`
	Total  int     `json:"total"`
	Items  []Item  `json:"items"`
}

// Item is one check of a report.
type Item struct {
	ID       string     `json:"id"`
	Title    Text       `json:"title"`
	Task     string     `json:"task,omitempty"`
	Status   string     `json:"status"` // pass, partial, fail, blocked, error
	Score    float64    `json:"score"`
	Max      float64    `json:"max"`
	Vantage  Text       `json:"vantage,omitzero"` // where it was tried from
	Why      Text       `json:"why,omitzero"`
	Expected Text       `json:"expected,omitzero"`
	Actual   Text       `json:"actual,omitzero"`
	Needs    string     `json:"needs,omitempty"` // blocked: the item that must pass first
	Parts    []ItemPart `json:"parts,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// ItemPart is one part of a check of several.
type ItemPart struct {
	Name   Text   `json:"name"`
	Status string `json:"status"` // as of Item
	Text   Text   `json:"text,omitzero"`
}

// Evidence leads to a proof: an event or a line of a file.
type Evidence struct {
	Label Text   `json:"label"`
	Seq   uint64 `json:"seq,omitempty"`
	Epoch uint64 `json:"epoch,omitempty"` // of Seq; 0: the log of the session. Another one is that of the fork the check was made in: ask for its events by AskEvent
	Host  string `json:"host,omitempty"`
	Path  string `json:"path,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// Wall is the whole class wall.
type Wall struct {
	Title    Text          `json:"title"`
	Tasks    []Task        `json:"tasks"`
	Students []WallStudent `json:"students"`
	Failures []WallFailure `json:"failures,omitempty"` // the commonest failure of each task
}

// WallStudent is one student on the wall.
type WallStudent struct {
	Session string      `json:"session"` // for read-only viewing: /lab/{session}
	Name    string      `json:"name"`
	State   string      `json:"state"` // hand, stuck, idle, working, done
	Tasks   []TaskState `json:"tasks"`
	Hints   int         `json:"hints"`
	Last    string      `json:"last"` // last action in a line
	Ago     int         `json:"ago"`  // seconds since
}

// WallFailure is the commonest failure of a task.
type WallFailure struct {
	Task  string `json:"task"`
	Text  Text   `json:"text"`
	Count int    `json:"count"`
}
