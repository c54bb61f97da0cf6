package vtime

import "time"

// Timer is a callback that will run at a virtual time, unless stopped.
type Timer struct {
	c     *Clock
	at    time.Duration
	seq   uint64
	fn    func()
	scope Scope
	index int // place in the heap, -1 when not in it
}

// After runs fn once, d from now, as a callback. Callbacks must not wait. A
// negative d counts as zero. The callback gets the scope that is current now.
func (c *Clock) After(d time.Duration, fn func()) *Timer {
	tm := new(Timer)
	c.Arm(tm, d, fn)
	return tm
}

// Arm is After with a timer that the caller owns and may use again; if it is
// pending, it is stopped first. The timer must not be copied.
func (c *Clock) Arm(tm *Timer, d time.Duration, fn func()) {
	tm.Stop()
	if d < 0 {
		d = 0
	}
	c.seq++
	at := c.Since() + d
	if at < 0 { // past the end of the clock (292 years)
		at = 1<<63 - 1
	}
	tm.c, tm.at, tm.seq, tm.fn, tm.scope = c, at, c.seq, fn, c.scope
	c.events.push(tm)
}

// Stop prevents the timer's callback. It reports false when the callback has
// already run or was stopped. Stop on a nil timer is allowed.
func (tm *Timer) Stop() bool {
	if tm == nil || tm.fn == nil {
		return false
	}
	tm.fn = nil
	if tm.index >= 0 {
		tm.c.events.remove(tm.index)
	}
	return true
}

// When returns the virtual time since the world's start at which the timer
// fires or fired.
func (tm *Timer) When() time.Duration { return tm.at }

// timerHeap is a binary heap ordered by (at, seq); every timer knows its place
// so that it can be removed.
type timerHeap []*Timer

func (h timerHeap) less(a, b *Timer) bool {
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

func (h *timerHeap) push(tm *Timer) {
	*h = append(*h, tm)
	h.up(len(*h)-1, tm)
}

func (h *timerHeap) pop() *Timer {
	if len(*h) == 0 {
		return nil
	}
	top := (*h)[0]
	h.remove(0)
	return top
}

func (h *timerHeap) remove(i int) {
	s := *h
	s[i].index = -1
	last := s[len(s)-1]
	s[len(s)-1] = nil
	*h = s[:len(s)-1]
	if i == len(s)-1 {
		return
	}
	if i > 0 && h.less(last, s[(i-1)/2]) {
		h.up(i, last)
	} else {
		h.down(i, last)
	}
}

func (h timerHeap) up(i int, tm *Timer) {
	for i > 0 {
		p := (i - 1) / 2
		if !h.less(tm, h[p]) {
			break
		}
		h[i] = h[p]
		h[i].index = i
		i = p
	}
	h[i] = tm
	tm.index = i
}

func (h timerHeap) down(i int, tm *Timer) {
	for {
		k := 2*i + 1
		if k >= len(h) {
			break
		}
		if k+1 < len(h) && h.less(h[k+1], h[k]) {
			k++
		}
		if !h.less(h[k], tm) {
			break
		}
		h[i] = h[k]
		h[i].index = i
		i = k
	}
	h[i] = tm
	tm.index = i
}
