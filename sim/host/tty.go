package host

import (
	"io"
	"slices"
	"strings"

	"mxlab/sim/vtime"
)

// TTY is a terminal: a line-wise keyboard and a bounded screen.
//
// The operation of a student on a terminal gives it input (Input, Interrupt,
// HangUp) and is over when the foreground process waits for more (Waiting) or
// the session has ended. That is known exactly, because a process tells by
// waiting here.
//
// The screen of a network login is elsewhere: see Attach.
type TTY struct {
	Name   string // "pts/0"
	host   *Host
	lines  []string // typed and not yet read, each with its line end
	partly string   // rest of a line that was read in part
	eof    bool     // Ctrl+D or hang-up
	closed bool
	out    *Buffer
	typed  vtime.Signal // input came
	extra  *vtime.Signal
	idle   vtime.Signal // somebody began to wait for input
	wait   bool
	prompt string
	secret bool // a password is asked for: no echo
	cut    bool // see SetCut
	far    *Far
	shown  int64       // bytes written to far since the last input
	fg     []*Proc     // foreground processes: SIGINT goes to them
	scope  vtime.Scope // of who typed last: what is done with a line is caused by it
}

// NewTTY returns a terminal of the host.
func (h *Host) NewTTY() *TTY {
	t := &TTY{host: h, Name: "pts/" + itoa(h.ttys)}
	h.ttys++
	t.out, _ = h.NewBuffer()
	return t
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// FD returns an FD of the terminal for reading and writing.
func (t *TTY) FD() *FD { return &FD{r: t, w: t, tty: t} }

// Far is the other end of a terminal's line, where its user sits. Its functions
// must not wait.
type Far struct {
	Show func([]byte) // output
	Wait func()       // the terminal waits for its user now, see Waiting
}

// Attach gives the terminal a far end: what is written is shown there and not
// kept here. How much may be written until the next input is bounded as for
// other terminals.
func (t *TTY) Attach(f *Far) { t.far = f }

// Write shows b on the screen.
func (t *TTY) Write(b []byte) (int, error) {
	if t.far == nil {
		return t.out.Write(b)
	}
	if t.shown += int64(len(b)); t.shown > t.out.max {
		if task := t.host.Clock.Current(); task != nil {
			task.Exit(signalled{SIGPIPE})
		}
		return 0, vtime.ErrKilled
	}
	t.far.Show(b)
	return len(b), nil
}

// SetCut says whether the program in the foreground has noticed that nothing
// comes back from the other end of its connection. It is no more than a remark
// for the user: see Cut.
func (t *TTY) SetCut(on bool) { t.cut = on }

// Cut reports what SetCut was given last.
func (t *TTY) Cut() bool { return t.cut }

// TakeOutput returns what was shown since the last call, and whether output was
// cut off.
func (t *TTY) TakeOutput() (text string, truncated bool) {
	text, truncated = string(t.out.data), t.out.Truncated
	t.out.data, t.out.Truncated = nil, false
	return text, truncated
}

// Input types text; each line of it is read as one line. A missing last line
// end is added.
func (t *TTY) Input(text string) {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for line := range strings.Lines(text) {
		t.lines = append(t.lines, line)
	}
	t.scope = t.host.Clock.Scope()
	t.notify()
}

// EndInput types Ctrl+D.
func (t *TTY) EndInput() {
	t.eof = true
	t.scope = t.host.Clock.Scope()
	t.notify()
}

// Interrupt types Ctrl+C: the process groups of the foreground processes get
// SIGINT, typed lines are thrown away.
func (t *TTY) Interrupt() {
	t.lines, t.partly, t.shown = nil, "", 0
	if len(t.fg) > 0 {
		t.wait = false
	}
	for _, p := range slices.Clone(t.fg) {
		p.Host.SignalGroup(p.PGID, SIGINT)
	}
}

// HangUp ends the terminal: reads give end of file for ever.
func (t *TTY) HangUp() {
	t.eof, t.closed = true, true
	t.lines, t.partly = nil, ""
	t.notify()
	t.idle.Broadcast()
}

// Disconnect is HangUp of a line that was lost: the processes of the terminal
// also get SIGHUP (termios(3)).
func (t *TTY) Disconnect() {
	t.HangUp()
	for _, p := range t.host.Procs() {
		if p.TTY == t {
			p.Signal(SIGHUP)
		}
	}
}

// SetForeground says which processes Ctrl+C is for. A shell calls it around
// each foreground command.
func (t *TTY) SetForeground(list ...*Proc) { t.fg = list }

// Foreground returns what SetForeground was given.
func (t *TTY) Foreground() []*Proc { return t.fg }

// Notice shows s without ending the writer when the screen is full.
func (t *TTY) Notice(s string) {
	if t.far != nil {
		t.far.Show([]byte(s))
		return
	}
	if room := t.out.max - int64(len(t.out.data)); room > 0 {
		t.out.data = append(t.out.data, s[:min(room, int64(len(s)))]...)
	}
}

func (t *TTY) notify() {
	t.wait, t.secret, t.shown = false, false, 0
	t.typed.Broadcast()
	if t.extra != nil {
		t.extra.Broadcast()
	}
}

// Waiting reports whether the terminal waits for the user, and the prompt
// shown.
func (t *TTY) Waiting() (bool, string) { return t.wait, t.prompt }

// WaitIdle waits until the terminal waits for input.
func (t *TTY) WaitIdle(task *vtime.Task) {
	for !t.wait && !t.closed {
		t.idle.Wait(task)
	}
}

func (t *TTY) setWaiting(prompt string) {
	t.wait, t.prompt = true, prompt
	t.idle.Broadcast()
	if t.far != nil {
		t.far.Wait()
	}
}

// Secret reports whether what is typed next is not to be shown.
func (t *TTY) Secret() bool { return t.secret }

// ReadSecret is ReadLine without echo (getpass(3)).
func (t *TTY) ReadSecret(task *vtime.Task, prompt string) (string, error) {
	t.secret = true
	defer func() { t.secret = false }()
	return t.ReadLine(task, prompt)
}

// SetSecret switches the echo off until the next input.
func (t *TTY) SetSecret(on bool) { t.secret = on }

// Read reads typed lines (canonical mode of termios(3)).
func (t *TTY) Read(b []byte) (int, error) {
	if t.partly == "" {
		line, err := t.ReadLine(t.host.Clock.Current(), "")
		if err != nil {
			return 0, err
		}
		t.partly = line + "\n"
	}
	n := copy(b, t.partly)
	t.partly = t.partly[n:]
	return n, nil
}

// ReadLine shows prompt and waits for one line, which it returns without its
// line end. Ctrl+D gives io.EOF.
func (t *TTY) ReadLine(task *vtime.Task, prompt string) (string, error) {
	line, _, err := t.Await(task, prompt, nil, nil)
	return line, err
}

// Await waits for a typed line or for sig, whichever comes first; typed says
// which it was. It counts as waiting for the user only while quiet (nil: always)
// reports true: a telnet whose peer is about to speak does not. The caller
// checks its own condition and calls again.
func (t *TTY) Await(task *vtime.Task, prompt string, sig *vtime.Signal, quiet func() bool) (line string, typed bool, err error) {
	if t.partly != "" {
		line, t.partly = strings.TrimSuffix(t.partly, "\n"), ""
		return line, true, nil
	}
	for {
		if len(t.lines) > 0 {
			line, t.lines = t.lines[0], t.lines[1:]
			t.host.Clock.SetScope(t.scope)
			return strings.TrimSuffix(line, "\n"), true, nil
		}
		if t.eof {
			t.eof = t.closed
			return "", false, io.EOF
		}
		if quiet == nil || quiet() {
			t.setWaiting(prompt)
		}
		if sig == nil {
			t.typed.Wait(task)
			continue
		}
		t.extra = sig
		sig.Wait(task)
		t.extra, t.wait = nil, false
		if len(t.lines) == 0 && !t.eof {
			return "", false, nil
		}
	}
}

// Linger waits for sig as a command that goes on until Ctrl+C (tail -f, ping):
// to the user the terminal is free while it waits.
func (t *TTY) Linger(task *vtime.Task, sig *vtime.Signal) {
	t.setWaiting("")
	t.extra = sig // what is typed meanwhile is for the shell: the command only goes on lingering
	sig.Wait(task)
	t.extra, t.wait = nil, false
}
