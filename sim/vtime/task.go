package vtime

import (
	"errors"
	"runtime/debug"
	"slices"
	"time"
)

// Task is an activity that may wait. Holding a Task means holding, or being
// about to hold, the baton.
type Task struct {
	c      *Clock
	name   string
	ch     chan struct{} // wakes its own goroutine; nil for a coroutine
	w      *worker       // its coroutine, once it has been started
	fn     func(*Task)   // set until the task has been started
	scope  Scope
	parked bool
	queue  *Signal // the signal it waits on, if any
	kill   error   // reason to end at the next wait
	quota  uint64  // foreground: value of Clock.popped that must not be passed
	onEnd  func(error)
	lent   bool // to a library's goroutine, which ends it with End

	prev, next *Task // in Clock.tasks
}

// stop is the panic value that unwinds a killed task.
type stop struct{ err error }

// Go starts a new task that runs fn when the baton reaches it. The name shows
// in diagnostics. Its scope is the current one.
func (c *Clock) Go(name string, fn func(*Task)) *Task {
	t := &Task{c: c, name: name, fn: fn, scope: c.scope}
	if c.closed.Load() {
		return t
	}
	c.tasks.add(t)
	c.ready.push(t)
	return t
}

// Lend starts a task like Go, for a library that serves a connection on a
// goroutine of its own. fn starts the library's server; the goroutine born
// there inherits the baton and the task, and the task ends not when fn returns
// but when [Task.End] is called for it (by the Close of the connection).
// After handing the baton over, fn must not touch the world.
func (c *Clock) Lend(name string, fn func(*Task)) *Task {
	t := c.Go(name, fn)
	t.lent, t.ch = true, make(chan struct{}, 1)
	return t
}

// End ends a lent task. It releases the baton and must be the last thing its
// holder does in the world.
func (t *Task) End() {
	if !t.lent {
		panic("vtime: End of a task that was not lent")
	}
	t.lent = false
	t.finish(nil)
	t.c.drive(nil)
}

// OnEnd registers fn to run, with the baton, when the task has ended: with nil
// when its function returned, the reason if it was killed, or a *PanicError.
// A task without OnEnd that panics is reported as a fault of the world.
func (t *Task) OnEnd(fn func(error)) { t.onEnd = fn }

// Clock returns the clock the task lives on.
func (t *Task) Clock() *Clock { return t.c }

// Name returns the name given to Go.
func (t *Task) Name() string { return t.name }

// own reports whether the task has a goroutine of its own: the operations, and
// the tasks lent to a library. The others are coroutines.
func (t *Task) own() bool { return t.ch != nil }

// resume wakes the task's own goroutine, starting it the first time. The caller
// has made t the owner of the baton and must not touch the world afterwards.
func (t *Task) resume() {
	if t.fn == nil {
		t.ch <- struct{}{}
		return
	}
	go t.start()
}

// start is the body of the goroutine on which a lent task begins.
func (t *Task) start() {
	if fn := t.fn; t.kill == nil {
		t.fn = nil
		fn(t)
		return
	}
	t.main()
	t.c.drive(nil)
}

// main runs the task and reports how it ended.
func (t *Task) main() {
	fn := t.fn
	t.fn = nil
	err := error(ErrKilled) // stays if fn calls runtime.Goexit
	defer func() { t.finish(err) }()
	err = t.protect(fn)
}

// finish reports how the task ended. The baton is still held.
func (t *Task) finish(err error) {
	if t.onEnd != nil {
		t.c.run(func() { t.onEnd(err) })
	} else if pe := (*PanicError)(nil); errors.As(err, &pe) {
		t.c.run(func() { t.c.report(pe) })
	}
	t.c.tasks.remove(t)
}

// protect runs fn and turns a kill or a panic into an error.
func (t *Task) protect(fn func(*Task)) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			err = r.err
		default:
			err = &PanicError{Value: r, Stack: debug.Stack()}
		}
	}()
	if t.kill != nil {
		return t.kill
	}
	fn(t)
	return nil
}

// Try runs fn and returns nil, or, if the task was killed in the meantime, the
// reason; the task then goes on. It is for operations that clean up and report.
// Other panics pass through.
func (t *Task) Try(fn func()) (err error) {
	defer func() {
		r := recover()
		s, ok := r.(stop)
		if r != nil && !ok {
			panic(r)
		}
		if ok {
			err, t.kill = s.err, nil
		}
	}()
	fn()
	return nil
}

// park gives the baton up and returns when the task has been woken and holds
// it again.
func (t *Task) park() error {
	if t.kill != nil {
		return t.kill
	}
	c := t.c
	if c.closed.Load() {
		return ErrClosed
	}
	t.scope = c.scope
	t.parked = true
	t.pass()
	return t.kill
}

// pass gives the baton up and returns when the task holds it again.
func (t *Task) pass() {
	switch {
	case !t.own():
		t.w.back(struct{}{})
	case !t.c.drive(t):
		<-t.ch
	}
}

// wake makes a parked task ready.
func (t *Task) wake() {
	if !t.parked {
		return
	}
	t.parked = false
	if t.queue != nil {
		t.queue.remove(t)
		t.queue = nil
	}
	t.c.ready.push(t)
}

// forget takes a task that was torn out of a wait, by runtime.Goexit, off the
// lists it stands on.
func (t *Task) forget() {
	if t.parked = false; t.queue != nil {
		t.queue.remove(t)
	}
	t.c.ready.remove(t)
}

// Kill ends the task: its current or next wait does not return, but unwinds
// the task with err as its reason (deferred calls run). A nil err counts as
// ErrKilled. Killing a task again changes nothing.
func (t *Task) Kill(err error) {
	if err == nil {
		err = ErrKilled
	}
	if t.kill == nil {
		t.kill = err
	}
	t.wake()
}

// Exit unwinds the running task with err as its reason.
func (t *Task) Exit(err error) { panic(stop{err}) }

// Sleep waits for d of virtual time.
func (t *Task) Sleep(d time.Duration) {
	tm := t.c.After(d, t.wake)
	if err := t.park(); err != nil {
		tm.Stop()
		panic(stop{err})
	}
}

// Yield lets every task that is ready run first.
func (t *Task) Yield() {
	if t.kill == nil && t.c.ready.len() == 0 {
		return
	}
	t.scope = t.c.scope
	t.c.ready.push(t)
	t.pass()
	if t.kill != nil {
		panic(stop{t.kill})
	}
}

// Settle waits until no work is in progress (see [Clock.Work]), at most for
// max, and reports whether that was reached.
func (t *Task) Settle(max time.Duration) bool {
	end := t.c.Since() + max
	for {
		t.Yield()
		if t.c.work == 0 {
			return true
		}
		left := end - t.c.Since()
		if left <= 0 || !t.c.settle.WaitFor(t, left) {
			return t.c.work == 0
		}
	}
}

// taskQueue is a first-in first-out list of ready tasks.
type taskQueue struct {
	items []*Task
	head  int
}

func (q *taskQueue) len() int { return len(q.items) - q.head }

func (q *taskQueue) push(t *Task) { q.items = append(q.items, t) }

func (q *taskQueue) pop() *Task {
	if q.head == len(q.items) {
		return nil
	}
	t := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return t
}

func (q *taskQueue) remove(t *Task) {
	q.items = slices.DeleteFunc(q.items, func(o *Task) bool { return o == t })
}

// taskList is a doubly linked list of live tasks.
type taskList struct {
	first, last *Task
	n           int
}

func (l *taskList) add(t *Task) {
	t.prev, t.next = l.last, nil
	if l.last != nil {
		l.last.next = t
	} else {
		l.first = t
	}
	l.last = t
	l.n++
}

func (l *taskList) remove(t *Task) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		l.first = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		l.last = t.prev
	}
	t.prev, t.next = nil, nil
	l.n--
}
