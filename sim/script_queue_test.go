package sim_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim"
	"mxlab/sim/trace"
)

// queueNames gives the queue ids of a script the names QUEUE1, QUEUE2 ... in
// the order in which they are shown. A queue id is made of the time and the
// number of the inode of the message's file (postconf(5) enable_long_queue_ids),
// so each file that a package adds to the disk would change them all.
type queueNames struct {
	seen  uint64          // the newest event looked at
	known map[string]bool // all ids of the world so far
	shown []string        // those that were shown; QUEUE1 first
}

var (
	idLike    = regexp.MustCompile(`\b[0-9A-F]{6,12}\b`)
	queueName = regexp.MustCompile(`\bQUEUE[1-9][0-9]*\b`)
)

// name returns the output of a step with names for ids.
func (q *queueNames) name(w *sim.World, out string) string {
	w.Log().After(q.seen, func(e *trace.Event) bool {
		q.seen = e.Seq
		if id, _, ok := strings.Cut(e.Label(), " "); ok && e.Kind == trace.Queue {
			q.known[id] = true
		}
		return true
	})
	return idLike.ReplaceAllStringFunc(out, func(id string) string {
		if !q.known[id] {
			return id
		}
		i := slices.Index(q.shown, id)
		if i < 0 {
			i, q.shown = len(q.shown), append(q.shown, id)
		}
		return "QUEUE" + strconv.Itoa(i+1)
	})
}

// typed returns what somebody types with ids for names.
func (q *queueNames) typed(text string) string {
	return queueName.ReplaceAllStringFunc(text, func(name string) string {
		if i, _ := strconv.Atoi(strings.TrimPrefix(name, "QUEUE")); i <= len(q.shown) {
			return q.shown[i-1]
		}
		return name
	})
}
