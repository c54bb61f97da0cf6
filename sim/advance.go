package sim

import (
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Bounds of an advance to an event. A deferred mail is tried again at the
// latest after 4000 s (postconf(5) maximal_backoff_time).
const (
	longestWait = 6 * 24 * time.Hour
	quietTime   = 70 * time.Minute
)

// passUntil lets time pass until something happens that a person would wait
// for ("event"), or until nothing of the kind has happened for longer than any
// retry takes ("quiet"), at most longestWait. Waiting for an event also ends
// after that quiet time: then nothing is coming. Time goes in steps that grow,
// so that what is waited for is not overshot by much.
func (w *World) passUntil(t *vtime.Task, what string) {
	begin, last := w.clock.Since(), w.clock.Since()
	seen := uint64(w.log.Len())
	for w.clock.Since()-begin < longestWait {
		step := time.Second
		switch gone := w.clock.Since() - begin; {
		case gone > 6*time.Hour:
			step = time.Minute
		case gone > 2*time.Minute:
			step = 10 * time.Second
		}
		t.Sleep(step)
		if w.notable(&seen) {
			if what == "event" {
				return
			}
			last = w.clock.Since()
		}
		if w.clock.Since()-last >= quietTime {
			return
		}
	}
}

// notable reports whether the log has got an event worth waiting for behind
// *seen, and moves it to the end.
func (w *World) notable(seen *uint64) (found bool) {
	w.log.After(*seen, func(e *trace.Event) bool {
		*seen = e.Seq
		switch e.Kind {
		case trace.Deliver, trace.Bounce, trace.Policy, trace.SMTPReply, trace.Unit, trace.Config, trace.Transfer, trace.Portal, trace.Queue:
			found = true
		}
		return true
	})
	return found
}
