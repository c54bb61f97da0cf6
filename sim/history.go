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
	fillStep        = 10 // actions that one call of Fill does
)

// History gives the state of a world at any moment of its journal, by replay.
// It keeps worlds at places spread over the journal (checkpoints) and where it
// was looked last (cursors): a look moves the nearest world before the moment on
// to it. The longest unused cursor is closed when there are too many. [History.Fill]
// puts a new world where a checkpoint is missing, because the journal has grown or
// a look has moved it away; the caller decides when there is time for that.
//
// Without Fill every look at a moment before all cursors replays from the
// beginning, which is right but slow. With Fill after every few actions also the
// first look replays at most the way between two checkpoints: 10 ms in the mean
// and 27 ms at worst in a session of 400 actions (BenchmarkSeek). Over a session
// it costs as much as replaying it about five times, in small steps, and the
// memory of at most maxCheckpoints+maxCursors+2 worlds, 30 MB then.
//
// Its methods may be called from several goroutines.
type History struct {
	plan *Plan

	mu          sync.Mutex
	journal     Journal
	checkpoints map[int]*Past // by number of entries done
	cursors     []*Past       // the longest unused first
	growing     *Past         // on its way to a place without a checkpoint
	filling     bool          // a call of Fill has it
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

// Fill does a small step towards one checkpoint that is missing, the latest
// first, and reports whether there may be more to do. Others may look meanwhile;
// of several that fill one works.
func (h *History) Fill() (more bool, err error) {
	h.mu.Lock()
	place := h.hole()
	if place < 0 || h.filling {
		h.mu.Unlock()
		return false, nil
	}
	p, journal := h.growing, h.journal
	h.growing, h.filling = nil, true
	h.mu.Unlock()
	p, err = h.grow(p, journal, place)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.filling = false
	switch {
	case err != nil:
		return false, err
	case h.closed:
		p.Close()
		return false, nil
	case p.done == place:
		h.checkpoints[place] = p
	default:
		h.growing = p
	}
	p.journal = h.journal
	return true, nil
}

// grow moves a world a step towards a place: p, or a new one if there is none
// or p is beyond it.
func (h *History) grow(p *Past, journal Journal, place int) (*Past, error) {
	if p != nil && p.done > place {
		p.Close()
		p = nil
	}
	if p == nil {
		var err error
		if p, err = h.plan.Past(journal); err != nil {
			return nil, err
		}
	}
	p.journal = journal
	if err := p.toEntry(min(place, p.done+fillStep)); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
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
	n := len(h.checkpoints) + len(h.cursors)
	if h.growing != nil {
		n++
	}
	return n
}

// Close ends all worlds.
func (h *History) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.worlds() {
		p.Close()
	}
	if h.growing != nil {
		h.growing.Close()
	}
	h.closed, h.cursors, h.checkpoints, h.growing = true, nil, map[int]*Past{}, nil
}
