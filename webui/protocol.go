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
//	GET  /api/sessions/{session}/submission    the submission file, as an attachment
//	GET  /api/sessions/{session}/pcapng        the packets of the world, as an attachment
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

// SessionInfo describes a session.
type SessionInfo struct {
	ID       string `json:"id"`
	Scenario string `json:"scenario"`
	Title    Text   `json:"title"`
	ReadOnly bool   `json:"readOnly,omitempty"` // looking at somebody else's session
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

// Snapshot is what does not change within an epoch.
type Snapshot struct {
	Session   SessionInfo  `json:"session"`
	Start     string       `json:"start"` // wall clock of the world at virtual time 0, RFC 3339 with zone
	Story     HTML         `json:"story"`
	Incident  *SeqRange    `json:"incident,omitempty"` // "See what happened": the events of the failure in the beginning; best one outermost span and what is inside
	Again     *MailAction  `json:"again,omitempty"`    // "Send again": the mail of the story
	Nodes     []Node       `json:"nodes"`
	Links     []Link       `json:"links"`
	Networks  []Zone       `json:"networks,omitempty"`
	Hosts     []Host       `json:"hosts"` // those the student has a terminal on, in order of use
	Tasks     []Task       `json:"tasks"`
	Questions []Question   `json:"questions,omitempty"`
	Portals   []PortalInfo `json:"portals,omitempty"`
	Accounts  []Account    `json:"accounts,omitempty"` // mail accounts of the story's people
	Glossary  []GlossEntry `json:"glossary,omitempty"` // protocol words, explained at first use
	Class     bool         `json:"class,omitempty"`    // somebody looks at a class wall: offer to raise the hand
}

// HTML is a sanitised fragment in both languages: p, h2..h4, ul, ol, li, code,
// pre, strong, em, a[href], table parts, blockquote, br, hr. The client drops
// everything else. Links "event:SEQ", "host:NAME", "file:HOST/PATH" and
// "file:HOST/PATH:LINE" open in place.
type HTML struct {
	Ko string `json:"ko"`
	En string `json:"en"`
}

// SeqRange is a run of events; both ends are included.
type SeqRange struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// Node is a machine, router or cloud of the topology.
type Node struct {
	ID       string   `json:"id"` // as in Row.Node and Row.Peer
	Label    Text     `json:"label"`
	Kind     string   `json:"kind"`           // host, router, switch, isp, cloud
	Role     string   `json:"role,omitempty"` // client, mail, resolver, auth, root, tld, reverse, web, dnsbl, firewall, nat
	Zone     string   `json:"zone,omitempty"` // Zone.ID of the network it stands in
	X        float64  `json:"x"`              // grid units, 1 = the usual distance of two nodes; y grows downwards
	Y        float64  `json:"y"`
	Addrs    []string `json:"addrs,omitempty"` // with prefix length
	Names    []string `json:"names,omitempty"` // host names
	Terminal bool     `json:"terminal,omitempty"`
	Mine     bool     `json:"mine,omitempty"` // the student is responsible for it
	Down     bool     `json:"down,omitempty"`
}

// Zone is a named area of the topology: a company, an ISP, a data centre.
type Zone struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
	Mine  bool   `json:"mine,omitempty"`
}

// Link is a segment of the topology, a cable, a LAN or an exchange, and the
// nodes attached to it. A packet's Row.Link names the segments passed by ID,
// comma separated in order from the sender.
type Link struct {
	ID    string   `json:"id"`
	Nodes []string `json:"nodes"` // two: drawn as a line; more: as a bus
	Label Text     `json:"label,omitzero"`
	Delay int64    `json:"delay,omitempty"` // ns one way
}

// Host is a host on which the student can work.
type Host struct {
	ID      string   `json:"id"`
	Users   []string `json:"users"`           // login names; the first is the default
	Via     []string `json:"via"`             // ways in: "ssh", "console"; the first is the default
	Files   []string `json:"files,omitempty"` // files worth opening, in order
	Distro  string   `json:"distro,omitempty"`
	Console string   `json:"console,omitempty"` // where the console is, such as "server room"
}

// Task is a step of the guide. Its state is in State.Tasks.
type Task struct {
	ID    string `json:"id"`
	Title Text   `json:"title"`
	Body  HTML   `json:"body,omitzero"`
	Try   []Try  `json:"try,omitempty"` // offers to fill a terminal's input line; never run by themselves
}

// Try is a command worth trying.
type Try struct {
	Host string `json:"host"`
	Line string `json:"line"`
}

// Question is a prediction or a diagnosis.
type Question struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`             // predict, diagnose
	Before  uint64   `json:"before,omitempty"` // predict: playback stops before this event
	Task    string   `json:"task,omitempty"`   // shown with this task
	Text    Text     `json:"text"`
	Choices []Choice `json:"choices,omitempty"` // none: a typed answer
	Cite    bool     `json:"cite,omitempty"`    // the answer must name the event that proves it
}

// Choice is an answer to choose.
type Choice struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
}

// PortalInfo is a person or web form outside: ISP, registrar, block list.
type PortalInfo struct {
	ID       string       `json:"id"`
	Title    Text         `json:"title"`
	About    Text         `json:"about,omitzero"`
	Requests []PortalForm `json:"requests"`
}

// PortalForm is a request a portal accepts.
type PortalForm struct {
	ID     string      `json:"id"`
	Title  Text        `json:"title"`
	About  Text        `json:"about,omitzero"`
	Fields []FormField `json:"fields"`
}

// FormField is an input of a portal form.
type FormField struct {
	Name     string   `json:"name"`
	Label    Text     `json:"label"`
	Hint     string   `json:"hint,omitempty"` // an example
	Choices  []Choice `json:"choices,omitempty"`
	Long     bool     `json:"long,omitempty"` // several lines
	Optional bool     `json:"optional,omitempty"`
}

// Account is a mail account whose mail the student may read and write.
type Account struct {
	ID    string `json:"id"` // user@host of the mailbox
	Label Text   `json:"label"`
	From  string `json:"from"` // sender address
	Via   string `json:"via"`  // host of the mail program, for MailAction.Via
}

// GlossEntry explains a protocol word.
type GlossEntry struct {
	Word string `json:"word"`
	Text Text   `json:"text"`
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

// State is all that changes and is small. It replaces the client's former
// State as a whole; at most one a frame.
type State struct {
	Now      int64         `json:"now"`            // virtual time, ns since the start
	Last     uint64        `json:"last"`           // newest event when the state was taken
	Busy     string        `json:"busy,omitempty"` // ID of the command being run
	Tasks    []TaskState   `json:"tasks"`
	Hints    []Hint        `json:"hints,omitempty"`    // opened so far, oldest first
	HintNext *HintOffer    `json:"hintNext,omitempty"` // nil: there is none at the moment
	Answers  []AnswerState `json:"answers,omitempty"`
	Pending  []Pending     `json:"pending,omitempty"`
	Terms    []Terminal    `json:"terms"`
	Tickets  []Ticket      `json:"tickets,omitempty"`
	Unread   []Unread      `json:"unread,omitempty"`
	Down     []string      `json:"down,omitempty"` // nodes that are off
	Undo     *Text         `json:"undo,omitempty"` // what undo would take back; nil: nothing to undo
	Marks    []Mark        `json:"marks,omitempty"`
	Report   *Report       `json:"report,omitempty"` // the last check
	Hand     bool          `json:"hand,omitempty"`   // the student has raised the hand
}

// TaskState is the state of a task as the world or the last check knows it.
type TaskState struct {
	ID    string `json:"id"`
	State string `json:"state"`         // open, done, failed (was done, reverted at the last check), locked
	Seq   uint64 `json:"seq,omitempty"` // the event that completed it
}

// Hint is an opened hint.
type Hint struct {
	Task string `json:"task,omitempty"`
	Text HTML   `json:"text"`
	Cost int    `json:"cost,omitempty"` // points
	Seq  uint64 `json:"seq,omitempty"`  // an event worth looking at
}

// HintOffer says that a hint can be opened.
type HintOffer struct {
	Cost int `json:"cost,omitempty"` // points; 0: free
}

// AnswerState is an answered question.
type AnswerState struct {
	Question string `json:"question"`
	Given    string `json:"given"`           // choice ID or text
	Right    *bool  `json:"right,omitempty"` // nil: judged later
	Explain  Text   `json:"explain,omitzero"`
	Seq      uint64 `json:"seq,omitempty"`
}

// Pending is a saved file that the daemon has not loaded yet.
type Pending struct {
	Host    string `json:"host"`
	Path    string `json:"path"`
	Unit    string `json:"unit"`
	Command string `json:"command"` // such as "systemctl reload named"
}

// Terminal is an open terminal. Its ID is "HOST/N", N = 1, 2 ...
type Terminal struct {
	ID      string `json:"id"`
	Host    string `json:"host"`
	User    string `json:"user"`
	Via     string `json:"via"`            // ssh or console
	N       uint64 `json:"n"`              // number of its last chunk
	Base    uint64 `json:"base,omitempty"` // chunks up to Base are forgotten
	Prompt  string `json:"prompt"`
	Running bool   `json:"running,omitempty"` // a command is in the foreground: input goes to it, interrupt stops it
	Secret  bool   `json:"secret,omitempty"`  // a password is being asked for: no echo, no history
	Closed  *Text  `json:"closed,omitempty"`  // the session is cut, and why
}

// Ticket is a request made to a portal.
type Ticket struct {
	ID      string `json:"id"`
	Portal  string `json:"portal"`
	Request string `json:"request"`
	State   string `json:"state"` // open, done, refused
	At      int64  `json:"at"`
	Due     int64  `json:"due,omitempty"` // when an answer is expected
	Reply   Text   `json:"reply,omitzero"`
	Seq     uint64 `json:"seq,omitempty"`
}

// Unread counts an account's new messages.
type Unread struct {
	Account string `json:"account"`
	N       int    `json:"n"`
}

// Mark is a point on the timeline: an edit, a reload, a check, an undo point.
type Mark struct {
	Seq   uint64 `json:"seq"`
	Kind  string `json:"kind"` // edit, reload, check, mail, portal, advance
	Label string `json:"label"`
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

	Open    *OpenAction  `json:"open,omitempty"`
	Check   *EmptyAction `json:"check,omitempty"`   // grade the state now; State.Report has the result
	Hint    *EmptyAction `json:"hint,omitempty"`    // open the next hint
	Undo    *EmptyAction `json:"undo,omitempty"`    // take back the last journal entry: a new epoch
	Restart *EmptyAction `json:"restart,omitempty"` // begin anew: a new epoch
	Hand    *HandAction  `json:"hand,omitempty"`    // raise or lower the hand, for the class wall
}

// InputAction enters lines at a terminal, which is made if it does not exist.
type InputAction struct {
	Term  string   `json:"term"`
	Lines []string `json:"lines"` // without line ends; a paste may have several
}

// KeyAction presses a key at a terminal.
type KeyAction struct {
	Term string `json:"term"`
	Key  string `json:"key"` // interrupt (Ctrl+C), eof (Ctrl+D), suspend (Ctrl+Z)
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

// HandAction raises or lowers the student's hand.
type HandAction struct {
	Up bool `json:"up"`
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

// Ask reads something. Exactly one of the fields after ID is set; the Answer
// has the field of the same name.
type Ask struct {
	ID       string       `json:"id"`
	Event    *AskEvent    `json:"event,omitempty"`
	File     *AskFile     `json:"file,omitempty"`
	Dir      *AskFile     `json:"dir,omitempty"`
	Lint     *AskLint     `json:"lint,omitempty"`
	Mailbox  *AskMailbox  `json:"mailbox,omitempty"`
	Message  *AskMessage  `json:"message,omitempty"`
	Complete *AskComplete `json:"complete,omitempty"`
}

// AskEvent asks for the detail of an event.
type AskEvent struct {
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// AskFile asks for a file's text or a directory's listing.
type AskFile struct {
	Host string `json:"host"`
	Path string `json:"path"`
}

// AskLint asks what the daemon's own checker says about a text as the file.
type AskLint struct {
	Host string `json:"host"`
	Path string `json:"path"`
	Text string `json:"text"`
}

// AskMailbox lists an account's messages, newest first.
type AskMailbox struct {
	Account string `json:"account"`
}

// AskMessage asks for one message; it becomes read.
type AskMessage struct {
	Account string `json:"account"`
	ID      string `json:"id"`
}

// AskComplete asks for completions of the word before Pos.
type AskComplete struct {
	Term string `json:"term"`
	Line string `json:"line"`
	Pos  int    `json:"pos"` // UTF-16 code units
}

// Answer answers an Ask.
type Answer struct {
	ID       string       `json:"id"`
	Error    *Problem     `json:"error,omitempty"`
	Event    *EventDetail `json:"event,omitempty"`
	File     *File        `json:"file,omitempty"`
	Dir      *Dir         `json:"dir,omitempty"`
	Lint     *Lint        `json:"lint,omitempty"`
	Mailbox  *Mailbox     `json:"mailbox,omitempty"`
	Message  *MailMessage `json:"message,omitempty"`
	Complete *Completions `json:"complete,omitempty"`
}

// EventDetail is all about an event.
type EventDetail struct {
	Row     Row           `json:"row"`
	Label   string        `json:"label"` // uncut
	Fields  []trace.Field `json:"fields,omitempty"`
	Message string        `json:"message,omitempty"` // the DNS message as dig prints it, the SMTP line, the mail
	Wire    []byte        `json:"wire,omitempty"`    // the bytes sent
	Parts   []WirePart    `json:"parts,omitempty"`   // what the bytes mean, in order
	Why     *Why          `json:"why,omitempty"`
}

// WirePart names bytes of EventDetail.Wire.
type WirePart struct {
	From int    `json:"from"`
	To   int    `json:"to"` // behind the last
	Name string `json:"name"`
}

// Why explains an event.
type Why struct {
	Verdict  Text       `json:"verdict"` // one sentence
	Rule     *Rule      `json:"rule,omitempty"`
	Compared []Compared `json:"compared,omitempty"`
	Links    []WhyLink  `json:"links,omitempty"`
}

// Rule is what decided.
type Rule struct {
	Name string `json:"name"` // "RFC 7208 4.6.4", "reject_unknown_reverse_client_hostname"
	Text Text   `json:"text,omitzero"`
}

// Compared is a pair of values that was compared.
type Compared struct {
	Name Text   `json:"name"`
	Want string `json:"want"`
	Got  string `json:"got"`
	Same bool   `json:"same"`
	Seq  uint64 `json:"seq,omitempty"` // where Got comes from
}

// WhyLink leads on: to an event, to a line of a file, or over time. Exactly one
// of Seq, Host (with Path), Advance is set.
type WhyLink struct {
	Label   Text   `json:"label"`
	Seq     uint64 `json:"seq,omitempty"`
	Host    string `json:"host,omitempty"`
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Advance int64  `json:"advance,omitempty"` // ns to skip, such as a TTL's rest
}

// File is a file's text.
type File struct {
	Host    string `json:"host"`
	Path    string `json:"path"`
	Missing bool   `json:"missing,omitempty"`
	Text    string `json:"text"`
	Version string `json:"version"`        // changes with the text
	Mode    string `json:"mode,omitempty"` // as ls -l prints it
	Owner   string `json:"owner,omitempty"`
	Group   string `json:"group,omitempty"`
	MTime   int64  `json:"mtime,omitempty"`
	Lang    string `json:"lang,omitempty"`   // named.conf, zone, main.cf, master.cf, sendmail.cf, dovecot.conf, iptables, shell, text
	Fixed   bool   `json:"fixed,omitempty"`  // cannot be written by the student
	Binary  bool   `json:"binary,omitempty"` // Text is empty
}

// Dir is a directory's listing, sorted by name.
type Dir struct {
	Host    string     `json:"host"`
	Path    string     `json:"path"`
	Entries []DirEntry `json:"entries"`
}

// DirEntry is a file or directory.
type DirEntry struct {
	Name   string `json:"name"`
	Dir    bool   `json:"dir,omitempty"`
	Size   int64  `json:"size"`
	Mode   string `json:"mode"`
	MTime  int64  `json:"mtime"`
	Target string `json:"target,omitempty"` // of a symbolic link
}

// Lint is the daemon's own opinion of a text.
type Lint struct {
	Command string  `json:"command"` // what prints it, such as "named-checkconf /etc/bind/named.conf"; empty: no checker for this file
	Issues  []Issue `json:"issues,omitempty"`
}

// Issue is one complaint, at a line of the file or (line 0) of the whole.
type Issue struct {
	File     string `json:"file"`           // may be an included file
	Line     int    `json:"line,omitempty"` // from 1
	Col      int    `json:"col,omitempty"`  // from 1
	Severity string `json:"severity"`       // error, warning, info
	Message  string `json:"message"`        // as the daemon prints it
}

// Mailbox is an account's messages, newest first.
type Mailbox struct {
	Account  string        `json:"account"`
	Messages []MailSummary `json:"messages"`
}

// MailSummary is a message in a list.
type MailSummary struct {
	ID      string `json:"id"`
	Folder  string `json:"folder,omitempty"`
	From    string `json:"from"`
	To      string `json:"to"`
	Subject string `json:"subject"` // decoded
	At      int64  `json:"at"`
	Unread  bool   `json:"unread,omitempty"`
	Seq     uint64 `json:"seq,omitempty"` // its delivery
}

// MailMessage is a message in full.
type MailMessage struct {
	MailSummary MailSummary   `json:"summary"`
	Header      []trace.Field `json:"header"` // all fields in order, decoded
	Body        string        `json:"body"`   // text of the first readable part
	Raw         string        `json:"raw"`    // as stored, bounded
}

// Completions are the possible words.
type Completions struct {
	From  int      `json:"from"`  // start of the word in Line
	Words []string `json:"words"` // sorted
}

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
	Vantage  string     `json:"vantage,omitempty"` // node it was tried from
	Why      Text       `json:"why,omitzero"`
	Expected Text       `json:"expected,omitzero"`
	Actual   Text       `json:"actual,omitzero"`
	Needs    string     `json:"needs,omitempty"` // blocked: the item that must pass first
	Evidence []Evidence `json:"evidence,omitempty"`
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
