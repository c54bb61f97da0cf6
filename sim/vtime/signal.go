package vtime

import "time"

// Signal is a place where tasks wait for a condition that other activities
// make true. Its zero value is ready for use. Because only the holder of the
// baton runs, a condition checked before Wait cannot change in between.
type Signal struct{ waiting []*Task }

// Wait parks t until the signal wakes it.
func (s *Signal) Wait(t *Task) {
	if err := s.WaitErr(t); err != nil {
		panic(stop{err})
	}
}

// WaitErr is Wait for adapters to library interfaces: when the task is killed
// or the world is closed it returns the reason instead of unwinding the
// goroutine, which belongs to the library.
func (s *Signal) WaitErr(t *Task) error {
	s.enqueue(t)
	err := t.park()
	if err != nil {
		s.remove(t)
	}
	return err
}

// WaitFor parks t until the signal wakes it or d has passed; it reports
// whether the signal did.
func (s *Signal) WaitFor(t *Task, d time.Duration) bool {
	woken, err := s.WaitForErr(t, d)
	if err != nil {
		panic(stop{err})
	}
	return woken
}

// WaitForErr is WaitFor for adapters to library interfaces, see WaitErr.
func (s *Signal) WaitForErr(t *Task, d time.Duration) (woken bool, err error) {
	late := false
	tm := t.c.After(d, func() {
		late = true
		t.wake()
	})
	s.enqueue(t)
	err = t.park()
	tm.Stop()
	if err != nil {
		s.remove(t)
	}
	return !late, err
}

func (s *Signal) enqueue(t *Task) {
	t.c.mustPark()
	t.queue = s
	s.waiting = append(s.waiting, t)
}

// Wake makes the task that waits longest ready, if there is one.
func (s *Signal) Wake() {
	if len(s.waiting) > 0 {
		s.waiting[0].wake()
	}
}

// Broadcast makes all waiting tasks ready, in the order they came.
func (s *Signal) Broadcast() {
	for len(s.waiting) > 0 {
		s.waiting[0].wake()
	}
}

// Waiting returns how many tasks wait.
func (s *Signal) Waiting() int { return len(s.waiting) }

func (s *Signal) remove(t *Task) {
	for i, w := range s.waiting {
		if w == t {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return
		}
	}
}
