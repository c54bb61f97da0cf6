package vtime

import "iter"

// worker is a coroutine that runs tasks, one after the other. A switch to a
// coroutine and back goes past Go's scheduler: it wakes no other processor and
// costs a tenth of a channel's hand-over. Workers live within one operation,
// because their stacks have grown already; when the baton becomes free they are
// sent home, so an idle world has no goroutine.
type worker struct {
	task *Task                   // to be run when the coroutine goes on; nil sends it home
	next func() (struct{}, bool) // goes on in the coroutine, until it gives up the baton
	back func(struct{}) bool     // goes back to the driver that called next
}

// maxSpare bounds the workers that wait for a task.
const maxSpare = 32

// resume goes on with t in its coroutine, giving it one if it has none yet. It
// returns when the coroutine has given up the baton.
func (c *Clock) resume(t *Task) {
	if t.w == nil {
		if last := len(c.spare) - 1; last >= 0 {
			t.w, c.spare = c.spare[last], c.spare[:last]
		} else {
			t.w = c.newWorker()
		}
		t.w.task = t
	}
	t.w.next()
}

func (c *Clock) newWorker() *worker {
	w := new(worker)
	w.next, _ = iter.Pull(func(back func(struct{}) bool) {
		w.back = back
		for w.task != nil {
			t := w.task
			w.task = nil
			t.main()
			if len(c.spare) == maxSpare {
				return
			}
			c.spare = append(c.spare, w)
			back(struct{}{})
		}
	})
	return w
}

// dismiss sends the waiting workers home.
func (c *Clock) dismiss() {
	for _, w := range c.spare {
		w.next()
	}
	c.spare = nil
}
