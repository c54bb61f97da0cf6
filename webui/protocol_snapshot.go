package webui

// What a page shows of a session: Snapshot, which stands within an epoch, and
// State, which changes.

// Snapshot is what does not change within an epoch.
type Snapshot struct {
	Session   SessionInfo  `json:"session"`
	Start     string       `json:"start"` // wall clock of the world at virtual time 0, RFC 3339 with zone
	Story     HTML         `json:"story"`
	Incident  *SeqRange    `json:"incident,omitempty"` // "See what happened": the events of the failure in the beginning; best one outermost span and what is inside
	Begun     uint64       `json:"begun,omitempty"`    // events that were there before the student came
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
	Queue   bool     `json:"queue,omitempty"`   // it has a mail queue, see AskQueue
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
	Redo     *Text         `json:"redo,omitempty"` // what redo would do again first
	Marks    []Mark        `json:"marks,omitempty"`
	Report   *Report       `json:"report,omitempty"`  // the last check
	Hand     bool          `json:"hand,omitempty"`    // the student has raised the hand
	Gateway  *GatewayState `json:"gateway,omitempty"` // nil: real clients cannot be let in
}

// GatewayState is the ports by which real clients reach hosts of the world.
type GatewayState struct {
	Ports []GatewayPort `json:"ports"` // in the order of opening
}

// GatewayPort is an open port.
type GatewayPort struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Proto   string `json:"proto"` // tcp, udp
	From    string `json:"from"`  // host of the world as which clients appear
	Addr    string `json:"addr"`  // address and port on the server's machine
	Active  int64  `json:"active"`
	Total   int64  `json:"total"`
	Refused int64  `json:"refused,omitempty"` // clients refused or cut off
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
	Closed  *Text  `json:"closed,omitempty"`  // the session is over, and why
	Cut     bool   `json:"cut,omitempty"`     // ssh: nothing comes back from the host. Input waits; "~." ends the session
	From    string `json:"from,omitempty"`    // ssh: the host it comes from
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
