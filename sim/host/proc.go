package host

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Proc is a process: either a command, which has a Task of its own, or a
// daemon, which is driven by events and has none.
type Proc struct {
	Host    *Host
	Task    *vtime.Task // nil for a daemon
	PID     int
	PPID    int
	PGID    int      // process group: the signals of a terminal go to a whole group
	Args    []string // Args[0] is the command word
	Cred    vfs.Cred
	Env     *Env // nil for a daemon that was given none
	Cwd     string
	Umask   uint32
	Stdin   *FD
	Stdout  *FD
	Stderr  *FD
	TTY     *TTY // controlling terminal, nil if none
	Started time.Time

	// OnSignal, if set, is asked first what to do with a signal other than
	// KILL; it reports whether it handled it. It must not wait.
	OnSignal func(Signal) bool
	// Title, if set, is what ps shows instead of Args.
	Title string
	// Ctx is for the program's own use, such as a shell's state.
	Ctx any

	files  []*FD
	status int
	signal Signal // that ended it, 0 if none
	ended  bool
	done   vtime.Signal
	onExit func(*Proc)
	halted *halt // by SIGSTOP
}

// exit is the reason by which a process ends itself.
type exit struct{ status int }

func (e exit) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// Spec says how to start a process. Zero fields are inherited from the parent.
type Spec struct {
	Args                  []string
	Env                   *Env // nil: a copy of the parent's
	Cwd                   string
	Cred                  *vfs.Cred
	Stdin, Stdout, Stderr *FD // the new process gets a reference of its own to each
	TTY                   *TTY
	// Title is what ps shows, if not Args.
	Title string
	// NewGroup makes the process the first of a process group of its own, as an
	// interactive shell does for each job.
	NewGroup bool
	// Group, if not 0, is the process group to join.
	Group int
}

// Errors of starting a process.
var (
	// ErrAgain is what fork(2) gives when the process limit is reached.
	ErrAgain error = vfs.EAGAIN
)

// Start starts prog as a child of parent (nil: of init) on h and returns at
// once. Its span is the current one.
func (h *Host) Start(parent *Proc, prog Program, s Spec) (*Proc, error) {
	p, err := h.newProc(parent, s)
	if err != nil {
		return nil, err
	}
	p.Task = h.Clock.Go(strings.Join(p.Args, " "), func(t *vtime.Task) {
		p.status = prog(p)
	})
	p.Task.OnEnd(p.end)
	return p, nil
}

func (h *Host) newProc(parent *Proc, s Spec) (*Proc, error) {
	if len(h.procs) >= h.Limits.Processes {
		return nil, ErrAgain
	}
	p := &Proc{Host: h, Args: s.Args, Env: s.Env, Cwd: s.Cwd, Umask: 0o022, TTY: s.TTY, Title: s.Title, PPID: 1, Started: h.Clock.Now()}
	if parent != nil {
		p.PPID, p.Cred, p.Umask = parent.PID, parent.Cred, parent.Umask
		if p.Cwd == "" {
			p.Cwd = parent.Cwd
		}
		if p.Env == nil {
			p.Env = parent.Env.Clone()
		}
		if p.TTY == nil {
			p.TTY = parent.TTY
		}
		s.Stdin, s.Stdout, s.Stderr = orFD(s.Stdin, parent.Stdin), orFD(s.Stdout, parent.Stdout), orFD(s.Stderr, parent.Stderr)
	}
	if s.Cred != nil {
		p.Cred = *s.Cred
	}
	if p.Cwd == "" {
		p.Cwd = "/"
	}
	p.Stdin, p.Stdout, p.Stderr = p.Hold(s.Stdin), p.Hold(s.Stdout), p.Hold(s.Stderr)
	h.register(p)
	switch {
	case s.Group != 0:
		p.PGID = s.Group
	case parent == nil || s.NewGroup:
		p.PGID = p.PID
	default:
		p.PGID = parent.PGID
	}
	return p, nil
}

func orFD(a, b *FD) *FD {
	if a != nil {
		return a
	}
	return b
}

// Hold takes a reference to fd that is dropped when the process ends, and
// returns it. A nil fd becomes /dev/null.
func (p *Proc) Hold(fd *FD) *FD {
	if fd == nil {
		if p.Host.null == nil {
			p.Host.null = NullFD()
		}
		return p.Host.null
	}
	fd.refs++
	p.files = append(p.files, fd)
	return fd
}

// Release drops a reference taken by Hold before the process ends.
func (p *Proc) Release(fd *FD) {
	if i := slices.Index(p.files, fd); i >= 0 {
		p.files = slices.Delete(p.files, i, i+1)
		fd.drop()
	}
}

func (h *Host) register(p *Proc) {
	if h.procs == nil {
		h.procs = map[int]*Proc{}
	}
	h.lastPID++
	for h.procs[h.lastPID] != nil || h.lastPID >= 32768 {
		h.lastPID++
		if h.lastPID >= 32768 {
			h.lastPID = 300
		}
	}
	p.PID = h.lastPID
	h.procs[p.PID] = p
}

// Daemon registers a process without a task: a daemon driven by events. Its
// owner ends it with Exit.
func (h *Host) Daemon(s Spec) (*Proc, error) { return h.newProc(nil, s) }

// Exit ends the process with a status. A command that calls it for itself does
// not return from it.
func (p *Proc) Exit(status int) {
	if p.Task == nil {
		p.status = status
		p.end(nil)
		return
	}
	if p.Host.Clock.Current() == p.Task {
		p.Task.Exit(exit{status})
	}
	p.Task.Kill(exit{status})
}

// end runs when the process's task has ended, with the reason.
func (p *Proc) end(err error) {
	if p.ended {
		return
	}
	p.ended = true
	var ex exit
	var sig signalled
	var pe *vtime.PanicError
	switch {
	case err == nil:
	case errors.As(err, &ex):
		p.status = ex.status
	case errors.As(err, &sig):
		p.signal = sig.sig
		p.status = 128 + int(sig.sig)
	case errors.As(err, &pe):
		p.status = 139
		p.Host.Log.Emit(trace.Event{Kind: trace.Note, Outcome: trace.Fail, Node: p.Host.Name,
			Data: trace.F("internal error", "command", strings.Join(p.Args, " "), "error", fmt.Sprint(pe.Value))})
		p.lastWords("Segmentation fault")
	case errors.Is(err, ErrSteps):
		p.signal, p.status = SIGKILL, 137
		if p.Host.Limits.tell() {
			p.lastWords("Killed")
		}
	default:
		p.signal, p.status = SIGKILL, 137
	}
	for _, fd := range p.files {
		fd.drop()
	}
	p.files = nil
	delete(p.Host.procs, p.PID)
	for _, c := range p.Host.Procs() {
		if c.PPID == p.PID {
			c.PPID = 1
		}
	}
	p.done.Broadcast()
	if p.onExit != nil {
		p.onExit(p)
	}
}

// lastWords writes why the process ended. Its terminal or pipe may take no more:
// that ends it no second time.
func (p *Proc) lastWords(text string) {
	say := func() { fmt.Fprintln(p.Stderr, text) }
	if t := p.Host.Clock.Current(); t != nil {
		_ = t.Try(say)
		return
	}
	say()
}

// OnExit registers fn to run when the process has ended. It must not wait.
func (p *Proc) OnExit(fn func(*Proc)) { p.onExit = fn }

// Ended reports whether the process has ended.
func (p *Proc) Ended() bool { return p.ended }

// Status returns the exit status of an ended process: 0 to 255, 128 plus the
// signal's number if a signal ended it.
func (p *Proc) Status() int { return p.status & 0xff }

// ExitOf returns the status with which a task ended its process by
// [Proc.Exit], and whether err says that it did.
func ExitOf(err error) (status int, ok bool) {
	var ex exit
	ok = errors.As(err, &ex)
	return ex.status, ok
}

// Wait waits until the process has ended and returns its status.
func (p *Proc) Wait(t *vtime.Task) int {
	for !p.ended {
		p.done.Wait(t)
	}
	return p.Status()
}

// Step counts n units of work against the operation's limit. Commands call it
// in their loops; past the limit the process is killed.
func (p *Proc) Step(n int) {
	if !p.Host.Limits.take(int64(n)) {
		p.Task.Exit(ErrSteps)
	}
}

// Procs returns the live processes by ascending PID.
func (h *Host) Procs() []*Proc {
	list := make([]*Proc, 0, len(h.procs))
	for _, p := range h.procs {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *Proc) int { return a.PID - b.PID })
	return list
}

// Proc returns the live process with that PID, or nil.
func (h *Host) Proc(pid int) *Proc { return h.procs[pid] }

// Command returns what ps shows in its command column.
func (p *Proc) Command() string {
	if p.Title != "" {
		return p.Title
	}
	return strings.Join(p.Args, " ")
}

// Name returns the process's short name, as in ps -e or killall: the last part
// of its command.
func (p *Proc) Name() string {
	if len(p.Args) == 0 {
		return ""
	}
	name := p.Args[0][strings.LastIndexByte(p.Args[0], '/')+1:]
	return strings.TrimPrefix(name, "-")
}

// Path makes a path the process named absolute.
func (p *Proc) Path(name string) string { return vfs.Join(p.Cwd, name) }

// Printf writes to standard output.
func (p *Proc) Printf(format string, args ...any) { fmt.Fprintf(p.Stdout, format, args...) }

// Print writes s to standard output.
func (p *Proc) Print(s string) { io.WriteString(p.Stdout, s) }

// Errorf writes "COMMAND: " and the formatted text to standard error, the way
// most commands report an error, and a line end.
func (p *Proc) Errorf(format string, args ...any) {
	fmt.Fprintf(p.Stderr, p.Name()+": "+format+"\n", args...)
}
