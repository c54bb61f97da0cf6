package webui

import "mxlab/sim/trace"

// What a page asks for when it is needed, and the answers.

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
	Queue    *AskQueue    `json:"queue,omitempty"`
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
	At   int64  `json:"at,omitempty"` // as it was at this virtual time; 0: now
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
	At      int64  `json:"at,omitempty"` // as it was fetched at this virtual time; 0: now
}

// AskQueue asks what mailq prints on a host.
type AskQueue struct {
	Host string `json:"host"`
	At   int64  `json:"at,omitempty"` // virtual time; 0: now
}

// AskMessage asks for one message; it becomes read, unless it is looked at as of
// a moment of the past.
type AskMessage struct {
	Account string `json:"account"`
	ID      string `json:"id"`
	At      int64  `json:"at,omitempty"` // 0: now
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
	Queue    *Queue       `json:"queue,omitempty"`
}

// Queue is the mail queue of a host.
type Queue struct {
	Host string `json:"host"`
	Text string `json:"text"` // as mailq prints it
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
