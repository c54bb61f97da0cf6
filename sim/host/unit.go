package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/trace"
)

// State is the active state of a unit as systemctl(1) names it.
type State string

const (
	Inactive State = "inactive"
	Active   State = "active"
	Failed   State = "failed"
)

// Unit is a service of systemd. Its functions are called with the baton and
// must not wait: a daemon is driven by events.
type Unit struct {
	Name        string   // without ".service"
	Aliases     []string // other names, such as bind9 for named
	Description string
	ExecStart   string   // shown by systemctl status
	Docs        string   // "man:named(8)"
	Tags        []string // syslog tags of its processes, for systemctl status and journalctl -u
	Enabled     bool     // started at boot
	// Start starts the daemon and returns its main process (nil for a unit
	// without one). An error makes the unit fail; a *StartError gives the exit
	// status.
	Start func(u *Unit) (*Proc, error)
	// Stop ends the daemon. nil: the main process gets SIGTERM.
	Stop func(u *Unit)
	// Reload makes the daemon read its configuration again; nil: not supported.
	Reload func(u *Unit) error

	Host  *Host
	main  *Proc
	state State
	since time.Time
	// Result and ExitStatus describe the last failure: "exit-code", "signal".
	Result     string
	ExitStatus int
	LastPID    int
}

// StartError is a failed start of a daemon with the exit status of its process.
type StartError struct {
	Status int
	PID    int // of that process, 0 if there was none
	Err    error
}

func (e *StartError) Error() string { return e.Err.Error() }
func (e *StartError) Unwrap() error { return e.Err }

// Errors of unit operations, in systemctl's terms.
var (
	ErrNoUnit    = errors.New("unit not found")
	ErrNoReload  = errors.New("job type reload is not applicable")
	ErrNotActive = errors.New("unit is not active")
)

// AddUnit installs a unit on the host. It does not start it.
func (h *Host) AddUnit(u *Unit) {
	u.Host, u.state, u.since = h, Inactive, h.Clock.Now()
	h.units = append(h.units, u)
}

// Units returns the host's units in the order they were added, which is the
// order of the boot.
func (h *Host) Units() []*Unit { return h.units }

// Unit finds a unit by name or alias, with or without ".service".
func (h *Host) Unit(name string) *Unit {
	name = strings.TrimSuffix(name, ".service")
	for _, u := range h.units {
		if u.Name == name || slices.Contains(u.Aliases, name) {
			return u
		}
	}
	return nil
}

// State returns the active state and since when.
func (u *Unit) State() (State, time.Time) { return u.state, u.since }

// Main returns the main process, nil when the unit has none.
func (u *Unit) Main() *Proc { return u.main }

func (u *Unit) set(s State) { u.state, u.since = s, u.Host.Clock.Now() }

func (u *Unit) systemd(sev Severity, format string, args ...any) {
	u.Host.Syslog(FacDaemon, sev, "systemd", 1, fmt.Sprintf(format, args...))
}

func (u *Unit) emit(out trace.Outcome, what string, fields ...string) {
	u.Host.Log.Emit(trace.Event{Kind: trace.Unit, Node: u.Host.Name, Outcome: out, Data: trace.F(what+" "+u.Name, fields...)})
}

// DoStart starts the unit if it is not active. The error says why it failed.
func (u *Unit) DoStart() error {
	if u.state == Active {
		return nil
	}
	u.systemd(Info, "Starting %s.service - %s...", u.Name, u.Description)
	main, err := u.Start(u)
	if err != nil {
		u.fail(err)
		return err
	}
	u.main = main
	u.Result, u.ExitStatus = "success", 0
	u.set(Active)
	if main != nil {
		u.LastPID = main.PID
		main.OnExit(func(p *Proc) { u.mainEnded(p) })
	}
	u.systemd(Info, "Started %s.service - %s.", u.Name, u.Description)
	u.emit(trace.OK, "start")
	return nil
}

func (u *Unit) fail(err error) {
	status := 1
	if se := (*StartError)(nil); errors.As(err, &se) {
		status = se.Status
		if se.PID > 0 {
			u.LastPID = se.PID
		}
	}
	u.main, u.Result, u.ExitStatus = nil, "exit-code", status
	u.set(Failed)
	u.systemd(Warning, "%s.service: Main process exited, code=exited, status=%d/%s", u.Name, status, statusName(status))
	u.systemd(Warning, "%s.service: Failed with result 'exit-code'.", u.Name)
	u.systemd(Err, "Failed to start %s.service - %s.", u.Name, u.Description)
	u.emit(trace.Fail, "start", "error", err.Error())
}

// statusName is systemd's name of an exit status (systemd.exec(5)).
func statusName(status int) string {
	switch status {
	case 0:
		return "SUCCESS"
	case 1:
		return "FAILURE"
	case 2:
		return "INVALIDARGUMENT"
	case 127:
		return "n/a"
	}
	return "n/a"
}

// mainEnded notices that the main process has ended by itself or by a signal.
func (u *Unit) mainEnded(p *Proc) {
	if u.main != p || u.state != Active {
		return
	}
	u.main = nil
	switch status := p.Status(); {
	case status == 0 || status == 128+int(SIGTERM) || status == 128+int(SIGINT) || status == 128+int(SIGHUP):
		u.set(Inactive)
		u.systemd(Info, "%s.service: Deactivated successfully.", u.Name)
		u.emit(trace.Neutral, "stopped")
	default:
		u.Result, u.ExitStatus = "exit-code", status
		if status > 128 {
			u.Result, u.ExitStatus = "signal", status-128
			u.systemd(Warning, "%s.service: Main process exited, code=killed, status=%d/%s", u.Name, u.ExitStatus, SignalName(Signal(u.ExitStatus)))
		}
		u.set(Failed)
		u.systemd(Warning, "%s.service: Failed with result '%s'.", u.Name, u.Result)
		u.emit(trace.Fail, "died", "result", u.Result)
	}
}

// DoStop stops the unit if it is active.
func (u *Unit) DoStop() {
	if u.state == Failed {
		u.set(Inactive)
	}
	if u.state != Active {
		return
	}
	u.systemd(Info, "Stopping %s.service - %s...", u.Name, u.Description)
	main := u.main
	u.main = nil
	if u.Stop != nil {
		u.Stop(u)
	} else if main != nil {
		main.Signal(SIGTERM)
		main.Signal(SIGCONT) // SendSIGCONT: a stopped process must hear the first
	}
	u.set(Inactive)
	u.systemd(Info, "%s.service: Deactivated successfully.", u.Name)
	u.systemd(Info, "Stopped %s.service - %s.", u.Name, u.Description)
	u.emit(trace.Neutral, "stop")
}

// DoRestart stops and starts the unit.
func (u *Unit) DoRestart() error {
	u.DoStop()
	return u.DoStart()
}

// DoReload makes the daemon read its configuration again. A daemon that refuses
// the new configuration goes on with the old one; that is not an error of the
// unit unless Reload says so.
func (u *Unit) DoReload() error {
	switch {
	case u.Reload == nil:
		return ErrNoReload
	case u.state != Active:
		return ErrNotActive
	}
	u.systemd(Info, "Reloading %s.service - %s...", u.Name, u.Description)
	err := u.Reload(u)
	if err != nil {
		u.systemd(Warning, "Reload failed for %s.service - %s.", u.Name, u.Description)
		u.emit(trace.Fail, "reload", "error", err.Error())
		return err
	}
	u.systemd(Info, "Reloaded %s.service - %s.", u.Name, u.Description)
	u.emit(trace.OK, "reload")
	return nil
}

// Boot starts all enabled units in order. What fails to start stays failed.
func (h *Host) Boot() {
	for _, u := range h.units {
		if u.Enabled {
			u.DoStart()
		}
	}
}

// SignalName returns the signal's name without SIG.
func SignalName(s Signal) string {
	for _, n := range signalNames {
		if n.sig == s {
			return n.name
		}
	}
	return itoa(int(s))
}

// ParseSignal reads a signal as kill(1) takes it: a number, a name with or
// without SIG, in either case.
func ParseSignal(s string) (Signal, bool) {
	s = strings.TrimPrefix(strings.ToUpper(s), "SIG")
	for _, n := range signalNames {
		if n.name == s || itoa(int(n.sig)) == s {
			return n.sig, true
		}
	}
	return 0, false
}

var signalNames = []struct {
	name string
	sig  Signal
}{
	{"HUP", SIGHUP}, {"INT", SIGINT}, {"QUIT", SIGQUIT}, {"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
	{"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM}, {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"0", 0},
}
