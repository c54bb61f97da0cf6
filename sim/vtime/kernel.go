package vtime

import "time"

// Kernel is the outside handle of a world's clock.
type Kernel struct {
	c    Clock
	done chan struct{} // closed when Close has ended everything
}

// New returns a kernel whose virtual clock starts at start. All randomness of
// the world is derived from seed.
func New(start time.Time, seed uint64) *Kernel {
	k := &Kernel{c: Clock{start: start, seed: seed, idle: true}, done: make(chan struct{})}
	return k
}

// Clock returns the inside handle, to be given to everything that lives in the
// world.
func (k *Kernel) Clock() *Clock { return &k.c }

// OnFault sets what happens when a callback or a task without OnEnd panics. It
// runs with the baton. Without it the panic goes through.
func (k *Kernel) OnFault(fn func(any)) { k.c.fault = fn }

// Audit sets a function that is called before each step of the clock. Tests
// pass synctest.Wait: it returns only when every other goroutine is blocked,
// so it proves that nothing was still running when time moved.
func (k *Kernel) Audit(fn func()) { k.c.audit = fn }

// Do runs fn as a foreground operation on the calling goroutine and returns
// when fn has returned. It may be called from several goroutines; operations
// share the baton then. maxEvents bounds the events that may be run while it is
// the oldest operation (0: no bound). The error is the reason if the operation
// was killed (ErrStuck, ErrClosed, ErrEventLimit ...) or a *PanicError.
func (k *Kernel) Do(maxEvents uint64, fn func(*Task)) error {
	c := &k.c
	t := &Task{c: c, name: "operation", ch: make(chan struct{}, 1)}
	if !c.enter(t) {
		return ErrClosed
	}
	c.tasks.add(t)
	c.ops = append(c.ops, t)
	if maxEvents > 0 {
		t.quota = c.popped + maxEvents
	}
	defer func() { // also if fn calls runtime.Goexit, as testing.T.Fatal does
		for i, op := range c.ops {
			if op == t {
				c.ops = append(c.ops[:i], c.ops[i+1:]...)
				break
			}
		}
		c.tasks.remove(t)
		t.forget()
		c.drive(nil)
	}()
	return t.protect(fn)
}

// enter makes t, which belongs to the calling goroutine, the holder of the
// baton, waiting for it if need be. It reports false when the world is closed.
func (c *Clock) enter(t *Task) bool {
	c.mu.Lock()
	if c.closed.Load() {
		c.mu.Unlock()
		return false
	}
	if c.idle {
		c.idle = false
		c.mu.Unlock()
		c.cur, c.scope = t, Scope{}
		return true
	}
	c.inbox = append(c.inbox, t)
	c.queued.Add(1)
	c.mu.Unlock()
	<-t.ch
	if c.closed.Load() { // closed while waiting
		c.drive(nil)
		return false
	}
	return true
}

// Close ends the world: every task unwinds with ErrClosed, one after the
// other, every later Do returns ErrClosed. It returns when the last task has
// ended, and may be called from several goroutines, but not from inside.
func (k *Kernel) Close() {
	c := &k.c
	t := &Task{c: c, name: "close", ch: make(chan struct{}, 1)}
	if !c.enter(t) {
		<-k.done
		return
	}
	c.mu.Lock()
	first := c.closed.CompareAndSwap(false, true)
	if first {
		c.drain = k.done
	}
	c.mu.Unlock()
	for t := c.tasks.first; t != nil; t = t.next {
		t.Kill(ErrClosed)
	}
	c.drive(nil)
	<-k.done
}
