// Package sim is a world: a small Internet with its own clock, built from a
// blueprint, acted upon by a student, recorded in one trace.
//
// A world is a pure function of its blueprint and its journal. Replaying the
// journal on a new world of the same blueprint gives the byte-identical trace;
// submissions, undo, forks for grading and recovery after a crash are all
// replay.
//
// This is the layer that knows all parts: it builds the network and the hosts,
// gives them their programs and daemons, and runs actions. The parts themselves
// meet only on the wire and on the disks.
package sim

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// Version is the version of the engine. A journal replays to the same trace
// only on the same version.
const Version = "1"

// Limits of one world, see DESIGN.md "Limits that protect the machine".
const (
	maxEvents   = 3_000_000        // events of one operation
	maxTrace    = 500_000          // events kept
	maxJournal  = 5_000            // actions
	thinkTime   = 2 * time.Second  // passes before an action: nobody types in no time
	settleTime  = 10 * time.Minute // longest time an action waits for work in progress
	commandTime = 26 * time.Hour   // longest virtual time of one command
	diskBytes   = 64 << 20         // of one host, above its image
	diskInodes  = 20_000
)

// World is one running world. Its methods may be called from several
// goroutines; actions are done one after the other.
type World struct {
	plan   *Plan
	kernel *vtime.Kernel
	clock  *vtime.Clock
	log    *trace.Log
	net    *vnet.Net
	hosts  map[string]*host.Host
	limits *host.Limits

	mu      sync.Mutex // one action at a time
	journal Journal
	terms   map[termKey]*terminal
	edits   map[string]uint64 // "host:path" -> trace event of the last edit
	faults  []string          // internal errors seen
	callers map[uint64]*caller
	answer  func(Answer)
}

// Errors of actions that cannot be done.
var (
	ErrClosed     = vtime.ErrClosed
	ErrNoHost     = errors.New("no such host")
	ErrNoTerminal = errors.New("the host has no terminal for you")
	ErrNoPortal   = errors.New("no such portal")
	ErrNoMailbox  = errors.New("no such mailbox")
	ErrFull       = errors.New("the session is full: no more actions can be recorded")
)

// World builds a new world and boots its hosts.
func (p *Plan) World() (*World, error) {
	w := &World{plan: p, kernel: vtime.New(p.Blueprint.Start, p.Blueprint.Seed), hosts: map[string]*host.Host{},
		terms: map[termKey]*terminal{}, edits: map[string]uint64{}, callers: map[uint64]*caller{}, limits: host.NewLimits()}
	w.clock = w.kernel.Clock()
	w.log = trace.NewLog(w.clock, maxTrace)
	w.kernel.OnFault(w.fault)
	w.net = p.net.Clone(w.clock, w.log)
	if err := w.build(); err != nil {
		w.kernel.Close()
		return nil, err
	}
	return w, nil
}

func (w *World) fault(v any) {
	buf := make([]byte, 4096)
	buf = buf[:runtime.Stack(buf, false)]
	if pe, ok := v.(*vtime.PanicError); ok {
		buf = pe.Stack
		v = pe.Value
	}
	w.faults = append(w.faults, fmt.Sprintf("%v\n%s", v, buf))
	w.log.Emit(trace.Event{Kind: trace.Note, Outcome: trace.Fail, Data: trace.F("internal error", "error", fmt.Sprint(v))})
}

// Faults returns the internal errors of the engine that were caught while the
// world ran; a healthy engine has none.
func (w *World) Faults() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.faults...)
}

// Close ends the world and frees what it holds.
func (w *World) Close() { w.kernel.Close() }

// Log returns the trace. It may be read while the world runs.
func (w *World) Log() *trace.Log { return w.log }

// Plan returns what the world was made from.
func (w *World) Plan() *Plan { return w.plan }

// Now returns the virtual time since the world's start.
func (w *World) Now() time.Duration { return w.clock.Since() }

// Date returns the virtual date.
func (w *World) Date() time.Time { return w.clock.Now() }

// Journal returns what was done so far.
func (w *World) Journal() Journal {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.journal[:len(w.journal):len(w.journal)]
}

// Do does one action, settles, and records it. The error is for actions that
// could not be recorded (a bad form, a closed world); failures of the action
// itself are in the result.
func (w *World) Do(a Action) (Result, error) {
	if err := a.Validate(); err != nil {
		return Result{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.journal) >= maxJournal {
		return Result{}, ErrFull
	}
	at := w.clock.Since()
	var res Result
	err := w.operation(func(t *vtime.Task) { res = w.act(t, &a) })
	switch {
	case errors.Is(err, vtime.ErrClosed):
		return res, err
	case err != nil && res.Err == "":
		res.Err = err.Error()
	}
	res.End = w.clock.Since()
	res.To = uint64(w.log.Len())
	w.enter(at, a)
	return res, nil
}

// act does an action with all that belongs to it: the time in which nobody has
// typed anything yet, its span in the trace, the work it leaves.
func (w *World) act(t *vtime.Task, a *Action) (res Result) {
	if a.Foreign != nil {
		return w.actForeign(t, a)
	}
	t.Sleep(thinkTime)
	span := w.log.Open(trace.Event{Kind: trace.Action, Node: a.On, Data: actionLabel(a)})
	if res = w.denied(a); res.Err == "" {
		res = w.perform(t, a)
	}
	t.Settle(settleTime)
	res.Screens = w.screens()
	out := trace.OK
	if res.Err != "" {
		out = trace.Fail
	}
	span.End(out, nil)
	return res
}

// enter writes an action that was begun at a time into the journal.
func (w *World) enter(at time.Duration, a Action) {
	prev := w.root()
	if n := len(w.journal); n > 0 {
		prev = w.journal[n-1].Hash
	}
	n := len(w.journal) + 1
	w.journal = append(w.journal, Entry{N: n, At: at, Action: a, Hash: chain(prev, n, at, &a)})
}

// denied refuses what a student may not do: change files of, or switch off, a
// host without a terminal.
func (w *World) denied(a *Action) (res Result) {
	name := a.Reboot
	if a.Write != "" || a.Power != "" {
		name = a.On
	}
	if spec := w.spec(name); name != "" && spec != nil && !spec.Terminal {
		res = Result{From: uint64(w.log.Len()), Start: w.clock.Since(), Err: fmt.Sprintf("%s: %v", name, ErrNoTerminal)}
	}
	return res
}

// root is the hash the journal's chain hangs on.
func (w *World) root() string { return w.plan.Root() }

// Root returns the hash a journal of this plan's worlds hangs on.
func (p *Plan) Root() string {
	return fmt.Sprintf("%s %s %s %d", Version, p.Blueprint.Name, p.Blueprint.Hash, p.Blueprint.Seed)
}

// operation runs fn as one bounded foreground operation.
func (w *World) operation(fn func(*vtime.Task)) error {
	w.limits.Refill()
	return w.kernel.Do(maxEvents, fn)
}

// Probe runs fn inside the world, for the grader: it may do whatever a program
// on a host can. It is not recorded; use it on a fork.
func (w *World) Probe(fn func(t *vtime.Task)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.operation(fn)
}

// Submit sends a message as a person with a mail client does. Use it only inside
// Probe. The transcript is that of the client's session.
func (w *World) Submit(t *vtime.Task, m *Mail) (transcript string, err error) {
	return w.sendMail(t, m)
}

// Fetch reads a mailbox as its owner's mail client does. Use it only inside
// Probe.
func (w *World) Fetch(t *vtime.Task, address string) (list []Received, transcript string, err error) {
	return w.fetchMail(t, address)
}

// Run runs a command as root on a host. Use it only inside Probe.
func (w *World) Run(t *vtime.Task, hostName string, args []string) (stdout, stderr []byte, status int, err error) {
	h, err := w.host(hostName)
	if err != nil {
		return nil, nil, 0, err
	}
	return runCommand(t, h, args)
}

// Host returns a host by name, or nil. Use it only inside Probe.
func (w *World) Host(name string) *host.Host {
	h, _ := w.host(name)
	return h
}

// Net returns the network, for disturbing it. Use it only inside Probe.
func (w *World) Net() *vnet.Net { return w.net }

// Replay does the actions of a journal, which must belong to this plan, on a
// new world. It fails if the journal is damaged or the world goes another way
// than the recorded one.
func (p *Plan) Replay(j Journal) (*World, error) {
	if err := j.Verify(p.Root()); err != nil {
		return nil, err
	}
	w, err := p.World()
	if err != nil {
		return nil, err
	}
	for i := range j {
		if now := w.clock.Since(); now != j[i].At {
			w.Close()
			return nil, fmt.Errorf("journal entry %d: was done at %v, but the replay is at %v: recorded by another version of the lab", j[i].N, j[i].At, now)
		}
		if _, err := w.Do(j[i].Action); err != nil {
			w.Close()
			return nil, fmt.Errorf("journal entry %d: %w", j[i].N, err)
		}
	}
	return w, nil
}

// Fork returns a new world in the same state, made by replaying the journal.
func (w *World) Fork() (*World, error) { return w.plan.Replay(w.Journal()) }

// ForkAt returns a new world in the state after the first n actions.
func (w *World) ForkAt(n int) (*World, error) {
	j := w.Journal()
	if n < 0 || n > len(j) {
		return nil, fmt.Errorf("no action %d: there are %d", n, len(j))
	}
	return w.plan.Replay(j[:n])
}

func actionLabel(a *Action) trace.Data {
	switch {
	case a.Run != "":
		return trace.F("$ " + strings.TrimRight(a.Run, "\n"))
	case a.Key != "":
		return trace.F("key " + a.Key)
	case a.Write != "":
		return trace.F("edit " + a.Write)
	case a.Portal != "":
		return trace.F("ask " + a.Portal + " " + a.Request)
	case a.Mail != nil:
		return trace.F("mail to " + a.Mail.To)
	case a.Fetch != "":
		return trace.F("fetch mail of " + a.Fetch)
	case a.Reboot != "":
		return trace.F("reboot " + a.Reboot)
	case a.Power != "":
		return trace.F("power " + a.Power)
	case a.Until != "":
		return trace.F("advance until " + a.Until)
	}
	return trace.F("advance " + time.Duration(a.Advance).String())
}
