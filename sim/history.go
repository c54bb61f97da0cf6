package sim

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Policy of the worlds a History keeps. A world cannot be copied, only made
// again, so moving one away from its place leaves a hole there.
const (
	checkpointEvery = 40 // actions between two checkpoints, at least
	maxCheckpoints  = 10 // beyond, the distance grows with the journal
	maxCursors      = 2  // worlds somebody looked at, kept where they are
)

// History gives the state of a world at any moment of its journal, by replay.
// It keeps worlds at places spread over the journal (checkpoints) and where it
// was looked last (cursors): a look moves the nearest world before the moment on
// to it. The longest unused cursor is closed when there are too many. [History.Fill]
// puts a new world where a checkpoint has been moved away, so that the next
// look is quick again; the caller decides when there is time for that.
//
// Without Fill every look at a moment before all cursors replays from the
// beginning, which is right but slow. Its methods may be called from several
// goroutines.
type History struct {
	plan *Plan

	mu          sync.Mutex
	journal     Journal
	checkpoints map[int]*Past // by number of entries done
	cursors     []*Past       // the longest unused first
	closed      bool
}

// NewHistory returns the history of a journal that a world of the plan made.
func (p *Plan) NewHistory(j Journal) *History {
	return &History{plan: p, journal: j, checkpoints: map[int]*Past{}}
}

// Extend tells of actions done since. The journal must begin with the former
// one.
func (h *History) Extend(j Journal) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.journal)
	if len(j) < n || n > 0 && j[n-1].Hash != h.journal[n-1].Hash {
		return fmt.Errorf("the journal of %d entries does not continue the one of %d", len(j), n)
	}
	if len(j) == n {
		return nil
	}
	h.journal = j
	for _, p := range h.worlds() {
		p.journal = j
	}
	return nil
}

// worlds returns all worlds, in the order of their use.
func (h *History) worlds() []*Past {
	list := slices.Clone(h.cursors)
	for _, at := range h.places() {
		if p := h.checkpoints[at]; p != nil {
			list = append(list, p)
		}
	}
	return list
}

// places returns where checkpoints belong: after how many entries.
func (h *History) places() (list []int) {
	every := checkpointEvery
	for len(h.journal)/every > maxCheckpoints {
		every *= 2
	}
	for n := 0; n < len(h.journal) || n == 0; n += every {
		list = append(list, n)
	}
	return list
}

// Look calls fn with the world as it was at a moment. fn must only read.
func (h *History) Look(moment time.Duration, fn func(*World) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, err := h.at(moment)
	if err != nil {
		return err
	}
	h.cursors = append(h.cursors, p)
	if len(h.cursors) > maxCursors {
		h.cursors[0].Close()
		h.cursors = slices.Delete(h.cursors, 0, 1)
	}
	return fn(p.world)
}

// Try calls fn with a world as it was at a moment, in which anything may be
// done: it is thrown away afterwards.
func (h *History) Try(moment time.Duration, fn func(*World) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, err := h.at(moment)
	if err != nil {
		return err
	}
	defer p.Close()
	return fn(p.world)
}

// at takes the nearest world before a moment out of the history and moves it
// there.
func (h *History) at(moment time.Duration) (*Past, error) {
	if h.closed {
		return nil, ErrClosed
	}
	if moment < 0 {
		moment = 0
	}
	best, where := -1, -1
	var near *Past
	for i, p := range h.cursors {
		if now := p.Now(); now <= moment+1 && (near == nil || now > near.Now()) {
			near, best = p, i
		}
	}
	for _, n := range h.places() {
		if p := h.checkpoints[n]; p != nil && p.Now() <= moment && (near == nil || p.Now() > near.Now()) {
			near, best, where = p, -1, n
		}
	}
	switch {
	case best >= 0:
		h.cursors = slices.Delete(h.cursors, best, best+1)
	case near != nil:
		delete(h.checkpoints, where)
	default:
		var err error
		if near, err = h.plan.Past(h.journal); err != nil {
			return nil, err
		}
	}
	if err := near.To(max(moment, near.Now())); err != nil { // what was before the world is the world's beginning
		near.Close()
		return nil, err
	}
	return near, nil
}

// Fill makes one checkpoint that is missing, the latest first, and reports
// whether there was one. Others may look meanwhile.
func (h *History) Fill() (made bool, err error) {
	h.mu.Lock()
	place, journal := h.hole(), h.journal
	h.mu.Unlock()
	if place < 0 {
		return false, nil
	}
	p, err := h.plan.Past(journal)
	if err != nil {
		return false, err
	}
	if place > 0 {
		err = p.toEntry(place)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil || h.closed || h.checkpoints[place] != nil {
		p.Close()
		return false, err
	}
	p.journal = h.journal
	h.checkpoints[place] = p
	return true, nil
}

// hole returns the latest place without a checkpoint, -1 if there is none, and
// closes checkpoints that are at no place any more.
func (h *History) hole() int {
	places := h.places()
	for n, p := range h.checkpoints {
		if !slices.Contains(places, n) {
			p.Close()
			delete(h.checkpoints, n)
		}
	}
	if h.closed {
		return -1
	}
	for _, n := range slices.Backward(places) {
		if h.checkpoints[n] == nil {
			return n
		}
	}
	return -1
}

// Worlds returns how many worlds are kept.
func (h *History) Worlds() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.checkpoints) + len(h.cursors)
}

// Close ends all worlds.
func (h *History) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.worlds() {
		p.Close()
	}
	h.closed, h.cursors, h.checkpoints = true, nil, map[int]*Past{}
}
