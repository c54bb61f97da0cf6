// Package webui serves the lab to a browser: a list of scenarios, and for each
// opened scenario a session, whose world the page shows and drives over one
// websocket.
//
// # HTTP
//
//	GET  /                             the page; the same file for /lab/{session} and /wall
//	GET  /assets/...                   its scripts and styles (dist/assets, named by content hash, cacheable for ever)
//	GET  /api/scenarios                ScenarioList
//	POST /api/sessions                 CreateSession -> SessionInfo (201)
//	GET  /api/sessions/{session}       SessionInfo, 404 with Problem if unknown
//	POST /api/sessions/{session}/branch        BranchSession -> SessionInfo (201) of a new session
//	GET  /api/sessions/{session}/submission    the submission file, as an attachment
//	GET  /api/sessions/{session}/pcapng        the packets of the world, as an attachment;
//	                                           ?host=NAME and ?span=SEQ choose a part
//	GET  /api/sessions/{session}/ws    the websocket of the session
//	GET  /api/wall/ws                  the websocket of the class wall: Wall messages, at most one a second
//
// Requests with a body carry Content-Type application/json; a POST or websocket
// from another origin is refused with 403. Every error of /api is a Problem.
//
// # The websocket
//
// One JSON object a text message. The client speaks first, with Hello; the
// server answers with Welcome, then with what happened since, then live. Later
// client messages are Command and Ask. A client message over MaxClientMessage
// bytes closes the socket with 1009.
//
// The log. The world's trace has an epoch and sequence numbers 1, 2, 3 ...
// Within an epoch an event never changes. Rows messages carry summaries in
// order without gap: Rows.From is the first row's Seq and always the client's
// last Seq + 1. A message holds at most MaxRows rows and at most one is sent
// every FrameEvery; a slow viewer is served later, never waited for. What is
// not in a row (fields, bytes, explanation) is asked for with Ask.Event.
//
// Undo and restart replace the log: the server sends Welcome with another
// epoch. Welcome.Keep says how many events at the beginning are the same as in
// the client's epoch; the client cuts its log there, and rows follow from
// Keep+1. Keep may always be 0.
//
// Resume. Hello tells the epoch and the last Seq the client has, and for each
// terminal the number of the last chunk. The server continues behind them; if
// it does not know the epoch, it starts from 0. Welcome.Keep and Terminal.N say
// what was decided.
//
// Exactly once. Command.ID is chosen by the client, unique within the session
// (random, 8 to 64 characters of [0-9A-Za-z_-]). The server runs a command with
// a known ID never again but repeats its Result, which it keeps at least for the
// session's last KeepResults commands. A client that lost the connection
// therefore sends all commands without Result again, in order. Commands of one
// client run in the order sent. An Ask changes nothing and may be repeated.
//
// The screen's state (State) and the terminals' output (Chunk) do not come with
// the Result but as messages of their own, before it, so that every page open
// on the session shows the same.
package webui

import "mxlab/sim/trace"

// Bounds of the protocol.
const (
	Protocol         = 1       // Hello.Protocol, Welcome.Protocol
	MaxClientMessage = 1 << 20 // bytes of one message of a client
	MaxRows          = 500     // rows of one Rows message
	FrameEvery       = 50      // ms between two Rows messages
	MaxLabel         = 160     // bytes of Row.Label, cut at a character
	MaxChunk         = 1 << 18 // bytes of Chunk.Output; more is cut, see Chunk.Cut
	KeepResults      = 1000    // commands whose Result can be repeated
)

// Text is a text of the lab's own voice in both languages.
type Text struct {
	Ko string `json:"ko"`
	En string `json:"en"`
}

// Problem is the body of an HTTP error, and the error of a Result or Answer.
type Problem struct {
	Code string `json:"code"` // for programs: not-found, bad-request, too-large, limit, busy, gone, internal ...
	Text Text   `json:"text"` // what is wrong, with place and reason
}

// ScenarioList is the answer of GET /api/scenarios.
type ScenarioList struct {
	Title     Text           `json:"title,omitzero"` // of the course, if the teacher gave one
	Scenarios []ScenarioCard `json:"scenarios"`      // in the order of learning
	Wall      bool           `json:"wall,omitempty"` // a class wall exists for this user
}

// ScenarioCard is a scenario in the list.
type ScenarioCard struct {
	ID        string `json:"id"`
	Title     Text   `json:"title"`
	Summary   Text   `json:"summary"` // one or two sentences, plain text
	Group     Text   `json:"group,omitzero"`
	Level     int    `json:"level"`             // 1 easy .. 5
	Minutes   int    `json:"minutes,omitempty"` // usual time
	Topics    []Text `json:"topics,omitempty"`
	Session   string `json:"session,omitempty"` // the user's open session of it
	BestScore *int   `json:"bestScore,omitempty"`
}

// CreateSession is the body of POST /api/sessions. If the user has an open
// session of the scenario and Fresh is not set, that one is returned (200).
type CreateSession struct {
	Scenario string `json:"scenario"`
	Seed     string `json:"seed,omitempty"`
	Student  string `json:"student,omitempty"`
	Fresh    bool   `json:"fresh,omitempty"`
}

// BranchSession makes a new session that begins with what was done in another
// one; that one stays as it is.
type BranchSession struct {
	Before uint64 `json:"before,omitempty"` // event of the first action left out; 0: none is
}

// SessionInfo describes a session.
type SessionInfo struct {
	ID       string `json:"id"`
	Scenario string `json:"scenario"`
	Title    Text   `json:"title"`
	ReadOnly bool   `json:"readOnly,omitempty"` // looking at somebody else's session
	Of       string `json:"of,omitempty"`       // the session it was branched from
}

// ClientMessage is what a client sends; exactly one field is set.
type ClientMessage struct {
	Hello *Hello   `json:"hello,omitempty"`
	Cmd   *Command `json:"cmd,omitempty"`
	Ask   *Ask     `json:"ask,omitempty"`
	Ping  *Ping    `json:"ping,omitempty"`
}

// ServerMessage is what the server sends; exactly one field is set.
type ServerMessage struct {
	Welcome *Welcome `json:"welcome,omitempty"`
	Rows    *Rows    `json:"rows,omitempty"`
	State   *State   `json:"state,omitempty"`
	Chunk   *Chunk   `json:"chunk,omitempty"`
	Result  *Result  `json:"result,omitempty"`
	Answer  *Answer  `json:"answer,omitempty"`
	Wall    *Wall    `json:"wall,omitempty"`
	Pong    *Ping    `json:"pong,omitempty"`
	Bye     *Problem `json:"bye,omitempty"` // the session is gone; do not reconnect
}

// Hello is the client's first message.
type Hello struct {
	Protocol int               `json:"protocol"`
	Epoch    uint64            `json:"epoch"`           // 0: nothing yet
	Seq      uint64            `json:"seq"`             // last event the client has of that epoch
	Terms    map[string]uint64 `json:"terms,omitempty"` // terminal -> last Chunk.N the client has of that epoch
}

// Ping is answered at once with the same N.
type Ping struct {
	N uint64 `json:"n"`
}

// Welcome answers Hello, and announces a new epoch at any later time.
type Welcome struct {
	Protocol int      `json:"protocol"`
	Epoch    uint64   `json:"epoch"`
	Keep     uint64   `json:"keep"`             // events 1..Keep of the client's log stay valid; Rows go on at Keep+1
	Last     uint64   `json:"last"`             // newest event at this moment
	Reason   *Text    `json:"reason,omitempty"` // why there is a new epoch ("Undone: ...")
	Snapshot Snapshot `json:"snapshot"`
	State    State    `json:"state"`
}

// Rows carries events. The rows continue the client's log without gap.
type Rows struct {
	Epoch uint64 `json:"epoch"`
	From  uint64 `json:"from"`
	Rows  []Row  `json:"rows"`
	Last  uint64 `json:"last"` // newest event of the log at this moment, to show how far behind the page is
}

// Row is the summary of an event: package trace's JSON form without fields and
// wire. Times are nanoseconds of virtual time. For a packet (Took > 0 or Link
// set) Node is the sender, Peer the receiver.
type Row struct {
	Seq     uint64      `json:"seq"`
	At      int64       `json:"at"`
	Took    int64       `json:"took,omitempty"`
	Span    uint64      `json:"span,omitempty"`
	Cause   uint64      `json:"cause,omitempty"`
	Kind    string      `json:"kind"`
	Outcome string      `json:"outcome"`
	Node    string      `json:"node,omitempty"`
	Peer    string      `json:"peer,omitempty"`
	Link    string      `json:"link,omitempty"`
	Label   string      `json:"label"`
	Refs    []trace.Ref `json:"refs,omitempty"`
}

// Chunk is a piece of a terminal's transcript. N counts 1, 2, 3 ... for each
// terminal; a chunk already known is ignored.
type Chunk struct {
	Epoch  uint64 `json:"epoch"`
	Term   string `json:"term"`
	N      uint64 `json:"n"`
	At     int64  `json:"at"`
	Input  *Entry `json:"input,omitempty"`  // the line entered, with the prompt it was entered at
	Output string `json:"output,omitempty"` // both stdout and stderr as a terminal shows them; may hold SGR colour sequences
	Clear  bool   `json:"clear,omitempty"`  // the screen was cleared before Output
	Cut    int    `json:"cut,omitempty"`    // bytes left out of the middle of Output
	Status *int   `json:"status,omitempty"` // exit status of a command that ended here
	From   uint64 `json:"from,omitempty"`   // the events made by it
	To     uint64 `json:"to,omitempty"`
	Edit   string `json:"edit,omitempty"` // an editor was called for this file: open it in a tab
	Link   string `json:"link,omitempty"` // ID of the Command it answers
}

// Entry is a line entered at a terminal.
type Entry struct {
	Prompt string `json:"prompt"`
	Line   string `json:"line"` // empty if secret
}

// Command asks for something that may change the world. Exactly one of the
// fields after ID is set. Those before Open become entries of the journal.
type Command struct {
	ID      string         `json:"id"`
	Input   *InputAction   `json:"input,omitempty"`
	Key     *KeyAction     `json:"key,omitempty"`
	Write   *WriteAction   `json:"write,omitempty"`
	Portal  *PortalAction  `json:"portal,omitempty"`
	Mail    *MailAction    `json:"mail,omitempty"`
	Advance *AdvanceAction `json:"advance,omitempty"`
	Answer  *AnswerAction  `json:"answer,omitempty"`

	Fetch  *FetchAction  `json:"fetch,omitempty"`
	Reboot *RebootAction `json:"reboot,omitempty"`
	Power  *PowerAction  `json:"power,omitempty"`

	Open    *OpenAction  `json:"open,omitempty"`
	Check   *EmptyAction `json:"check,omitempty"`   // grade the state now; State.Report has the result
	Hint    *EmptyAction `json:"hint,omitempty"`    // open the next hint
	Undo    *UndoAction  `json:"undo,omitempty"`    // take back what was done last: a new epoch
	Redo    *EmptyAction `json:"redo,omitempty"`    // do again what the last undo took back: a new epoch
	Restart *EmptyAction `json:"restart,omitempty"` // begin anew: a new epoch
	Hand    *HandAction  `json:"hand,omitempty"`    // raise or lower the hand, for the class wall

	Gateway *GatewayAction `json:"gateway,omitempty"` // let real clients reach a port, or no more
}

// InputAction enters lines at a terminal, which is made if it does not exist.
type InputAction struct {
	Term  string   `json:"term"`
	Lines []string `json:"lines"` // without line ends; a paste may have several
}

// KeyAction presses a key at a terminal.
type KeyAction struct {
	Term string `json:"term"`
	Key  string `json:"key"` // interrupt (Ctrl+C), eof (Ctrl+D), suspend (Ctrl+Z); open: log in again
}

// WriteAction saves a file from the editor, as the user of the terminal.
type WriteAction struct {
	Host string `json:"host"`
	Path string `json:"path"`
	Text string `json:"text"`
	Base string `json:"base,omitempty"` // File.Version the edit began with; if it changed since, the write is refused with code "conflict"
}

// PortalAction sends a portal form.
type PortalAction struct {
	Portal  string            `json:"portal"`
	Request string            `json:"request"`
	With    map[string]string `json:"with,omitempty"`
}

// MailAction sends a mail from a mail program.
type MailAction struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Via     string `json:"via,omitempty"`
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// AdvanceAction lets virtual time pass. Of For and Until one is set.
type AdvanceAction struct {
	For   int64  `json:"for,omitempty"`   // ns
	Until string `json:"until,omitempty"` // event: the next event of interest; quiet: until nothing is on the way
}

// FetchAction lets a mail program fetch an account's mail (POP3 or IMAP, over
// the network). Without it, Ask.Mailbox shows what was fetched last.
type FetchAction struct {
	Account string `json:"account"` // Account.ID
}

// RebootAction switches a host off and on.
type RebootAction struct {
	Host string `json:"host"`
}

// PowerAction works the power switch of a host.
type PowerAction struct {
	Host string `json:"host"`
	To   string `json:"to"` // on; off: in order; reset: hard off and on
}

// AnswerAction answers a question.
type AnswerAction struct {
	Question string `json:"question"`
	Given    string `json:"given"` // choice ID or text
	Cite     uint64 `json:"cite,omitempty"`
}

// OpenAction opens a terminal; Result.Term is its ID.
type OpenAction struct {
	Host string `json:"host"`
	User string `json:"user,omitempty"`
	Via  string `json:"via,omitempty"`
}

// GatewayAction opens or shuts a port for real clients; State.Gateway tells where
// it is.
type GatewayAction struct {
	Host  string `json:"host"`
	Port  int    `json:"port"`
	Proto string `json:"proto"`
	From  string `json:"from,omitempty"`
	On    bool   `json:"on"`
}

// HandAction raises or lowers the student's hand.
type HandAction struct {
	Up bool `json:"up"`
}

// UndoAction takes back the action that made an event and all that came after
// it. What was taken back can be done again until something else is done.
type UndoAction struct {
	From uint64 `json:"from,omitempty"` // event; 0: of the last action
}

// EmptyAction has no parameters.
type EmptyAction struct{}

// Result ends a command.
type Result struct {
	ID    string   `json:"id"`
	Error *Problem `json:"error,omitempty"`
	From  uint64   `json:"from,omitempty"` // the events made by it
	To    uint64   `json:"to,omitempty"`
	Now   int64    `json:"now"`
	Term  string   `json:"term,omitempty"` // of Open
	Note  *Text    `json:"note,omitempty"` // a remark: the portal's first answer, "queued as 4F2A1"
}
