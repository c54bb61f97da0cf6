package host

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/trace"
)

// Facility is a syslog(3) facility, as far as files are told apart by it.
type Facility string

const (
	FacDaemon Facility = "daemon"
	FacMail   Facility = "mail"
	FacAuth   Facility = "auth"
	FacKern   Facility = "kern"
	FacCron   Facility = "cron"
	FacUser   Facility = "user"
)

// Severity is a syslog(3) level.
type Severity int

const (
	Err     Severity = 3
	Warning Severity = 4
	Notice  Severity = 5
	Info    Severity = 6
	Debug   Severity = 7
)

// logFiles returns the files rsyslog's distribution defaults write a message
// to (rsyslog.conf(5)).
func (h *Host) logFiles(f Facility) []string {
	if h.Flavour == RedHat {
		switch f {
		case FacMail:
			return []string{"/var/log/maillog"}
		case FacAuth:
			return []string{"/var/log/secure"}
		case FacCron:
			return []string{"/var/log/cron"}
		}
		return []string{"/var/log/messages"}
	}
	switch f {
	case FacMail:
		return []string{"/var/log/syslog", "/var/log/mail.log"}
	case FacAuth:
		return []string{"/var/log/auth.log"}
	case FacKern:
		return []string{"/var/log/syslog", "/var/log/kern.log"}
	case FacCron:
		return []string{"/var/log/syslog", "/var/log/cron.log"}
	}
	return []string{"/var/log/syslog"}
}

// Syslog logs one message the way rsyslog writes it with the traditional
// template: "Mar  2 09:00:00 host tag[pid]: text". A pid of 0 is left out. The
// message becomes a LogLine event and is also seen by journalctl.
func (h *Host) Syslog(f Facility, sev Severity, tag string, pid int, text string) {
	if h.quiet && sev > Warning {
		return
	}
	h.Log.Emit(trace.Event{Kind: trace.LogLine, Node: h.Name, Outcome: severityOutcome(sev), Data: &LogEntry{Tag: tag, PID: pid, Text: text}})
	ident := tag
	if pid > 0 {
		ident = tag + "[" + strconv.Itoa(pid) + "]"
	}
	now := h.Now()
	h.journal.add(JournalLine{Time: now, Ident: ident, Tag: tag, PID: pid, Severity: sev, Text: text})
	head := now.Format("Jan _2 15:04:05 ") + h.ShortName() + " " + ident + ": "
	for line := range strings.Lines(text) {
		h.AppendLog(head+strings.TrimRight(line, "\n")+"\n", h.logFiles(f)...)
	}
}

func severityOutcome(s Severity) trace.Outcome {
	switch {
	case s <= Err:
		return trace.Fail
	case s == Warning:
		return trace.Warn
	}
	return trace.Neutral
}

// AppendLog appends text to log files that exist or can be made (mode 0640).
// A full disk loses the line, as rsyslog does.
func (h *Host) AppendLog(text string, files ...string) {
	line := []byte(text)
	for _, name := range files {
		h.FS.AppendFile(name, line, 0o640, Root)
	}
}

// LogEntry is the payload of a LogLine event.
type LogEntry struct {
	Tag  string
	PID  int
	Text string
}

// Label returns the line without its time and host.
func (e *LogEntry) Label() string {
	if e.PID > 0 {
		return fmt.Sprintf("%s[%d]: %s", e.Tag, e.PID, e.Text)
	}
	return e.Tag + ": " + e.Text
}

// Fields returns nothing: the label says it all.
func (e *LogEntry) Fields() []trace.Field { return nil }

// JournalLine is one entry of the journal (journalctl(1)).
type JournalLine struct {
	Time     time.Time
	Ident    string // "named[812]"
	Tag      string
	PID      int
	Severity Severity
	Text     string
}

// journalSize bounds the entries a host's journal keeps.
const journalSize = 2000

// journal holds the newest entries, oldest first.
type journal struct{ lines []JournalLine }

func (j *journal) add(l JournalLine) {
	if len(j.lines) >= journalSize {
		j.lines = append(j.lines[:0:0], j.lines[journalSize/2:]...)
	}
	j.lines = append(j.lines, l)
}

// Journal returns the newest entries, oldest first.
func (h *Host) Journal() []JournalLine { return h.journal.lines }
