// Package vtime is the kernel of a world: a virtual clock, ordered events and
// one baton.
//
// At most one activity of a world runs at any moment; it holds the baton. An
// activity is either a callback (a timer or a packet handler, which must not
// wait) or a [Task], which may. Tasks are coroutines of the goroutine that
// carries out an operation ([Kernel.Do]): when the task that holds the baton
// waits or ends, that goroutine runs the dispatcher. It goes on with the next
// ready task or, when none is ready, pops the next event, moves the clock to it
// and runs its callback. There is no kernel goroutine, and a world in which
// nothing happens owns no goroutine at all.
//
// Order is total: events are ordered by (time, sequence), ready tasks are first
// in, first out. Two runs with the same inputs therefore do the same things in
// the same order, whatever the Go scheduler does.
//
// Time moves only while a foreground operation ([Kernel.Do]) is outstanding;
// between operations it stands still.
//
// Two handles keep inside and outside apart by type. Code outside the world has
// the [Kernel] and can Do, Close. Code inside has the [Clock] and, if it may
// wait, its Task; it has no way to reach Do, which would deadlock there.
//
// The package knows nothing of networks or hosts, and leaves real time out: a
// computation takes no virtual time.
package vtime

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Errors with which waiting ends other than by the thing waited for.
var (
	// ErrClosed ends every wait once the world is closed.
	ErrClosed = errors.New("world is closed")
	// ErrStuck ends a foreground operation that waits although no event is
	// left that could ever wake it.
	ErrStuck = errors.New("nothing left to wait for: no event will ever wake this")
	// ErrKilled is the default reason of [Task.Kill].
	ErrKilled = errors.New("killed")
	// ErrEventLimit ends a foreground operation that made too many events.
	ErrEventLimit = errors.New("event limit of one operation exceeded")
)

// Scope is the causal context of the running activity: the trace span it works
// for and the trace event that caused it. It travels with the baton: timers
// and tasks inherit it when they are made, and get it back when they run.
type Scope struct {
	Span  uint64
	Cause uint64
}

// Clock is the inside handle of a world's kernel. All its methods must be
// called by the holder of the baton, unless they say otherwise.
type Clock struct {
	start  time.Time
	seed   uint64
	now    atomic.Int64 // nanoseconds since start; written by the holder only
	seq    uint64       // ties between events of one instant
	events timerHeap
	ready  taskQueue
	cur    *Task // nil while a callback runs or the baton is free
	scope  Scope
	ops    []*Task  // outstanding foreground operations, oldest first
	popped uint64   // events run since the kernel was made
	tasks  taskList // started and not ended, in the order of their start
	work   int      // units of work in progress, see Work
	settle Signal
	spare  []*worker // coroutines without a task

	audit func()
	fault func(any)

	mu     sync.Mutex
	idle   bool    // the baton is free
	inbox  []*Task // foreground operations waiting for the baton
	queued atomic.Int32
	closed atomic.Bool
	drain  chan struct{} // closed when the last task has ended after Close
}

// Start returns the virtual date at which the world began. It may be called
// from anywhere.
func (c *Clock) Start() time.Time { return c.start }

// Since returns the virtual time since the world began. It may be called from
// anywhere; outside the baton the value may already be old.
func (c *Clock) Since() time.Duration { return time.Duration(c.now.Load()) }

// Now returns the virtual date and time. It may be called from anywhere.
func (c *Clock) Now() time.Time { return c.start.Add(c.Since()) }

// Scope returns the causal context of the running activity.
func (c *Clock) Scope() Scope { return c.scope }

// SetScope replaces the causal context of the running activity and returns the
// former one.
func (c *Clock) SetScope(s Scope) Scope {
	old := c.scope
	c.scope = s
	return old
}

// Current returns the task that holds the baton, or nil inside a callback.
// Adapters to library interfaces that cannot carry a Task (io.Reader,
// net.Conn) use it; all other code takes its Task as an argument.
func (c *Clock) Current() *Task { return c.cur }

// Closed reports whether the world has been closed.
func (c *Clock) Closed() bool { return c.closed.Load() }

// Rand returns a generator that depends only on the world's seed and on name:
// adding a new user of randomness does not change what the others draw.
func (c *Clock) Rand(name string) *rand.Rand {
	h := uint64(14695981039346656037)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(c.seed, h))
}

// Work marks a unit of work in progress, such as a mail delivery being tried
// or a zone transfer under way. The returned function ends it; calling it again
// does nothing. [Task.Settle] waits until no work is in progress. A timer for a
// later retry is not work.
func (c *Clock) Work() (done func()) {
	c.work++
	ended := false
	return func() {
		if ended {
			return
		}
		ended = true
		c.AddWork(-1)
	}
}

// AddWork is Work for users that keep their own count, such as packets in
// flight: it adds n units, or ends them where n is negative.
func (c *Clock) AddWork(n int) {
	c.work += n
	if c.work == 0 {
		c.settle.Broadcast()
	}
}

// Working reports the units of work in progress.
func (c *Clock) Working() int { return c.work }

// mustPark returns the running task and panics in a callback, which must not
// wait: it runs in the dispatcher.
func (c *Clock) mustPark() *Task {
	if c.cur == nil {
		panic("vtime: a callback must not wait")
	}
	return c.cur
}

// run runs one callback with the baton. A panic in it must not tear down the
// innocent operation that runs the dispatcher: it is reported as a fault of the
// world.
func (c *Clock) run(fn func()) {
	defer func() {
		if r := recover(); r != nil {
			c.report(r)
		}
	}()
	fn()
}

func (c *Clock) report(r any) {
	if c.fault == nil {
		panic(r)
	}
	c.fault(r)
}

// dispatch makes the next task ready the owner of the baton and returns it. It
// runs events until there is one; nil means that nothing is left to be done.
//
// Ownership is set before a task goes on, so there is no moment at which two
// activities could believe to hold the baton.
func (c *Clock) dispatch() *Task {
	for {
		if c.queued.Load() > 0 {
			c.takeInbox()
		}
		if t := c.ready.pop(); t != nil {
			c.cur, c.scope = t, t.scope
			return t
		}
		if len(c.ops) == 0 || c.closed.Load() {
			return nil
		}
		c.step()
	}
}

// drive gives up the baton of a goroutine, that of the task self or, if it is
// nil, of one that is done. It goes on with one coroutine after the other until
// the baton belongs to self (then it reports true), to a task with a goroutine
// of its own, or to nobody.
func (c *Clock) drive(self *Task) bool {
	for {
		t := c.dispatch()
		switch {
		case t == nil:
			if c.release() {
				return false
			}
		case t == self:
			return true
		case t.own():
			t.resume()
			return false
		default:
			c.resume(t)
		}
	}
}

// release leaves the baton to whoever comes next from outside. It reports false
// if somebody has come already.
func (c *Clock) release() bool {
	c.dismiss()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.inbox) > 0 {
		return false
	}
	c.cur = nil
	c.idle = true
	if c.drain != nil && c.tasks.n == 0 {
		close(c.drain)
		c.drain = nil
	}
	return true
}

// step runs the next event, or, if there is none, fails the oldest operation.
func (c *Clock) step() {
	if c.audit != nil {
		c.audit()
	}
	tm := c.events.pop()
	if tm == nil {
		c.ops[0].Kill(ErrStuck)
		return
	}
	c.popped++
	if op := c.ops[0]; op.quota > 0 && c.popped > op.quota {
		op.quota = 0
		op.Kill(ErrEventLimit)
	}
	c.now.Store(int64(tm.at))
	c.cur, c.scope = nil, tm.scope
	fn := tm.fn
	tm.fn = nil
	c.run(fn)
}

func (c *Clock) takeInbox() {
	c.mu.Lock()
	for _, t := range c.inbox {
		c.ready.push(t)
	}
	c.inbox = c.inbox[:0]
	c.queued.Store(0)
	c.mu.Unlock()
}

// PanicError is the error of an operation or task in which code panicked.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // the goroutine's stack at the panic
}

func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }
