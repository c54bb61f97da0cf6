package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Action is one thing a student does; the journal is a list of them. Exactly
// one of Run, Key, Write, Portal, Mail, Fetch, Advance, Reboot, Until, Foreign
// is set, and the fields that go with it.
type Action struct {
	On   string `json:"on,omitempty" yaml:"on,omitempty"`     // host
	Term string `json:"term,omitempty" yaml:"term,omitempty"` // terminal of the host, "" for its first
	Run  string `json:"run,omitempty" yaml:"run,omitempty"`   // lines typed into the terminal
	Via  string `json:"via,omitempty" yaml:"via,omitempty"`   // with run and key: the terminal is an ssh from that host to On; "": the console
	Key  string `json:"key,omitempty" yaml:"key,omitempty"`   // "open", "interrupt", "eof" or "hangup"

	Power string `json:"power,omitempty" yaml:"power,omitempty"` // "on", "off" or "reset": the power switch of On

	Write string `json:"write,omitempty" yaml:"write,omitempty"` // path of a file saved in the editor
	Text  string `json:"text,omitempty" yaml:"text,omitempty"`   // its new content

	Portal  string            `json:"portal,omitempty" yaml:"portal,omitempty"`
	Request string            `json:"request,omitempty" yaml:"request,omitempty"`
	With    map[string]string `json:"with,omitempty" yaml:"with,omitempty"`

	Mail    *Mail    `json:"mail,omitempty" yaml:"mail,omitempty"`
	Fetch   string   `json:"fetch,omitempty" yaml:"fetch,omitempty"` // address of a mailbox to read
	Advance Duration `json:"advance,omitempty" yaml:"advance,omitempty"`
	Reboot  string   `json:"reboot,omitempty" yaml:"reboot,omitempty"` // host switched off and on
	Until   string   `json:"until,omitempty" yaml:"until,omitempty"`   // let time pass until "event" or "quiet", see passUntil

	Foreign *Foreign `json:"foreign,omitempty" yaml:"-"` // what a real client sends into the world
}

// Mail is a message composed in a mail client.
type Mail struct {
	From    string `json:"from" yaml:"from"`
	To      string `json:"to" yaml:"to"` // comma separated
	Via     string `json:"via,omitempty" yaml:"via,omitempty"`
	Subject string `json:"subject,omitempty" yaml:"subject,omitempty"`
	Body    string `json:"body,omitempty" yaml:"body,omitempty"`
}

// Duration is a span of virtual time written as in "90s", "1h30m" or "5d".
type Duration time.Duration

// maxAdvance bounds one advance of the clock.
const maxAdvance = 60 * 24 * time.Hour

// ParseDuration reads a Duration: time.ParseDuration's form, plus days (d) and
// weeks (w) as whole numbers in front.
func ParseDuration(s string) (Duration, error) {
	rest, total := strings.TrimSpace(s), time.Duration(0)
	for _, u := range []struct {
		unit string
		d    time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		if num, tail, ok := strings.Cut(rest, u.unit); ok {
			var n int
			if _, err := fmt.Sscanf(num+"\n", "%d\n", &n); err != nil || n < 0 || n > 1000 {
				return 0, fmt.Errorf("bad duration %q: want a form like 30s, 1h30m or 5d", s)
			}
			total += time.Duration(n) * u.d
			rest = tail
		}
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("bad duration %q: want a form like 30s, 1h30m or 5d", s)
		}
		total += d
	} else if total == 0 {
		return 0, fmt.Errorf("bad duration %q: want a form like 30s, 1h30m or 5d", s)
	}
	return Duration(total), nil
}

// MarshalText writes the duration in time.Duration's form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what ParseDuration does.
func (d *Duration) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDuration(string(b))
	return err
}

// Limits on a single action, so that a journal stays small.
const (
	maxInput = 64 << 10
	maxText  = 1 << 20
	maxField = 4 << 10
)

// Validate reports what is wrong with the action's form. Whether its host,
// portal or mailbox exists is found when it is done.
func (a *Action) Validate() error {
	var kinds []string
	add := func(set bool, name string) {
		if set {
			kinds = append(kinds, name)
		}
	}
	add(a.Run != "", "run")
	add(a.Key != "", "key")
	add(a.Write != "", "write")
	add(a.Portal != "", "portal")
	add(a.Mail != nil, "mail")
	add(a.Fetch != "", "fetch")
	add(a.Advance != 0, "advance")
	add(a.Reboot != "", "reboot")
	add(a.Until != "", "until")
	add(a.Power != "", "power")
	add(a.Foreign != nil, "foreign")
	switch {
	case len(kinds) == 0:
		return errors.New("an action needs one of run, key, write, portal, mail, fetch, advance, reboot, power, until")
	case len(kinds) > 1:
		return fmt.Errorf("an action does one thing, this one has %s", strings.Join(kinds, " and "))
	}
	kind := kinds[0]
	needsHost := kind == "run" || kind == "key" || kind == "write" || kind == "power"
	switch {
	case needsHost && a.On == "":
		return fmt.Errorf("%s needs on: the host", kind)
	case !needsHost && a.On != "":
		return fmt.Errorf("%s does not go with on", kind)
	case kind == "portal" && a.Request == "":
		return errors.New("portal needs request")
	case kind == "key" && !slices.Contains([]string{"open", "interrupt", "eof", "hangup"}, a.Key):
		return fmt.Errorf("unknown key %q: want open, interrupt, eof or hangup", a.Key)
	case kind == "power" && !slices.Contains([]string{"on", "off", "reset"}, a.Power):
		return fmt.Errorf("unknown power %q: want on, off or reset", a.Power)
	case a.Via != "" && kind != "run" && kind != "key":
		return fmt.Errorf("via does not go with %s", kind)
	case a.Via != "" && a.Via == a.On:
		return errors.New("via names another host than on")
	case kind == "foreign":
		return a.Foreign.Validate()
	case kind == "write" && !strings.HasPrefix(a.Write, "/"):
		return fmt.Errorf("write needs an absolute path, not %q", a.Write)
	case kind == "until" && a.Until != "event" && a.Until != "quiet":
		return fmt.Errorf("unknown until %q: want event or quiet", a.Until)
	case kind == "mail" && (a.Mail.From == "" || a.Mail.To == ""):
		return errors.New("mail needs from and to")
	case len(a.Run) > maxInput:
		return fmt.Errorf("run has %d bytes, at most %d are allowed", len(a.Run), maxInput)
	case len(a.Text) > maxText:
		return fmt.Errorf("text has %d bytes, at most %d are allowed", len(a.Text), maxText)
	case time.Duration(a.Advance) > maxAdvance || a.Advance < 0:
		return fmt.Errorf("advance of %v: at most %v is allowed", time.Duration(a.Advance), maxAdvance)
	}
	for k, v := range a.With {
		if len(k)+len(v) > maxField {
			return fmt.Errorf("field %.20q has more than %d bytes", k, maxField)
		}
	}
	if m := a.Mail; m != nil && (len(m.Body) > maxText || len(m.From)+len(m.To)+len(m.Subject)+len(m.Via) > maxField) {
		return errors.New("the mail is too large")
	}
	return nil
}

// String returns the action as one line of JSON, for messages.
func (a *Action) String() string {
	b, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Result is what an action brought.
type Result struct {
	Output    string        `json:"output,omitempty"`    // what the terminal showed
	Truncated bool          `json:"truncated,omitempty"` // output beyond the limit was lost
	Prompt    string        `json:"prompt"`              // the terminal's prompt now
	Screens   []Screen      `json:"screens,omitempty"`   // what terminals showed beside Output, by name
	Ended     bool          `json:"ended,omitempty"`     // the terminal's session is over
	Cut       bool          `json:"cut,omitempty"`       // nothing comes back from the host: the ssh session hangs
	Status    int           `json:"status"`              // exit status of the last command of a run
	Message   *Text         `json:"message,omitempty"`   // a portal's answer
	Mails     []Received    `json:"mails,omitempty"`     // what a fetch found
	Err       string        `json:"err,omitempty"`       // why the action failed as a whole
	From      uint64        `json:"from"`                // the trace events it made: From < seq <= To
	To        uint64        `json:"to"`
	Start     time.Duration `json:"start"` // virtual time since the world's start
	End       time.Duration `json:"end"`
}

// Screen is what a terminal showed while something else was done, such as a
// tail -f on another terminal, or a background job after the prompt.
type Screen struct {
	On        string `json:"on"`
	Term      string `json:"term,omitempty"`
	Via       string `json:"via,omitempty"`
	Output    string `json:"output,omitempty"`
	Truncated bool   `json:"truncated,omitempty"`
	Prompt    string `json:"prompt"`
	Ended     bool   `json:"ended,omitempty"`
	Cut       bool   `json:"cut,omitempty"`
}

// Received is a message in a mailbox.
type Received struct {
	ID   string `json:"id"`
	Data string `json:"data"` // header and body
}
