package sim

import (
	"fmt"
	"time"

	"mxlab/sim/vtime"
)

// Past is a world that is moved along a recorded journal, to any moment of it:
// also into the middle of an action, such as the hour that was let pass. It
// only goes forward. Its world is for looking at: what is done there is no
// part of any journal, and a world that was acted upon goes no further.
type Past struct {
	world   *World
	journal Journal
	done    int // entries done
	running *running
}

// running is an action that has been begun and that time has not ended yet.
type running struct {
	ended bool
	over  vtime.Signal
}

// Past returns a new world of the plan at the beginning of a journal, which must
// have been made by a world of this plan.
func (p *Plan) Past(j Journal) (*Past, error) {
	w, err := p.World()
	if err != nil {
		return nil, err
	}
	return &Past{world: w, journal: j}, nil
}

// World returns the world at the moment it was moved to.
func (p *Past) World() *World { return p.world }

// Now returns the moment as virtual time since the world's start.
func (p *Past) Now() time.Duration { return p.world.clock.Since() }

// Close ends the world.
func (p *Past) Close() { p.world.Close() }

// To moves the world on to a moment: everything that happened up to then has
// happened, the moment itself included. Beyond the journal's end it stays there.
// It fails when the world goes another way than the recorded one, and when the
// moment lies behind it.
//
// An action that is over by then is done as always. One that is not is begun as
// a task of the world, and time is stopped 1 ns after the moment: the next call
// lets it run on.
func (p *Past) To(moment time.Duration) error {
	if p.Now() > moment+1 {
		return fmt.Errorf("the past is at %v already, %v lies behind it", p.Now(), moment)
	}
	if p.running != nil {
		if err := p.resume(moment + 1); err != nil || p.running != nil {
			return err
		}
	}
	for p.done < len(p.journal) && p.journal[p.done].At < moment {
		e := &p.journal[p.done]
		if now := p.Now(); now != e.At {
			return fmt.Errorf("journal entry %d: was done at %v, but the replay is at %v", e.N, e.At, now)
		}
		if next := p.done + 1; next == len(p.journal) || p.journal[next].At > moment {
			p.begin(e)
			return p.resume(moment + 1)
		}
		if _, err := p.world.Do(e.Action); err != nil {
			return fmt.Errorf("journal entry %d: %w", e.N, err)
		}
		p.done++
	}
	return nil
}

// toEntry moves the world on until n entries are done.
func (p *Past) toEntry(n int) error {
	for p.done < n {
		e := &p.journal[p.done]
		if _, err := p.world.Do(e.Action); err != nil {
			return fmt.Errorf("journal entry %d: %w", e.N, err)
		}
		p.done++
	}
	return nil
}

// begin starts an action without letting time pass.
func (p *Past) begin(e *Entry) {
	w, r := p.world, &running{}
	p.running = r
	w.mu.Lock()
	defer w.mu.Unlock()
	w.operation(func(*vtime.Task) {
		w.clock.Go("past action", func(t *vtime.Task) {
			w.act(t, &e.Action)
			r.ended = true
			r.over.Broadcast()
		})
	})
}

// resume lets the action that is running go on, at most until a moment.
func (p *Past) resume(until time.Duration) error {
	w, r := p.world, p.running
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.kernel.Do(maxEvents, func(t *vtime.Task) {
		if !r.ended {
			r.over.WaitFor(t, until-w.clock.Since())
		}
	})
	if err != nil {
		return fmt.Errorf("journal entry %d: %w", p.done+1, err)
	}
	if r.ended {
		e := &p.journal[p.done]
		w.enter(e.At, e.Action)
		p.running = nil
		p.done++
	}
	return nil
}
