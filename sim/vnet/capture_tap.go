package vnet

import (
	"slices"
	"time"

	"mxlab/sim/vtime"
)

// Tap is a live capture on one interface of a node, or on all of them. What it
// has seen is queued until taken.
type Tap struct {
	node    *Node
	iface   *Iface // nil: all
	obs     *Observer
	ahead   []Sighting // of packets on their way, by time
	ready   []Sighting
	dropped int
	timer   vtime.Timer
	armed   bool
	Changed vtime.Signal // broadcast when something has been seen
}

// maxTapped bounds the sightings a tap keeps for a slow reader; a real capture
// has a buffer of 2 MB.
const maxTapped = 8192

// tapDelay is how much later than a packet's arrival a tap tells of it, so that
// an ACK and the answer that may carry it can be told apart.
const tapDelay = time.Microsecond

// Tap starts a capture on the interface, nil for all of the node.
func (nd *Node) Tap(iface *Iface) *Tap {
	t := &Tap{node: nd, iface: iface}
	now := nd.net.clock.Since()
	t.obs = nd.net.Observe(nd.net.recent(now-neighbourAge), func(*Sighting) {})
	t.obs.Catch(now)
	t.obs.see = t.see
	nd.net.taps = append(nd.net.taps, t)
	return t
}

// recent returns the newest event before a time: what a capture must know of the
// past are the neighbours that have been used lately.
func (n *Net) recent(since time.Duration) uint64 {
	seq := uint64(n.log.Len())
	for seq > 0 && n.log.Get(seq).At >= since {
		seq--
	}
	return seq
}

// Close ends the capture.
func (t *Tap) Close() {
	n := t.node.net
	n.taps = without(n.taps, t)
	t.disarm()
}

// wakeTaps lets the taps look at what has just been traced.
func (n *Net) wakeTaps() {
	for _, t := range n.taps {
		t.look()
	}
}

// see queues a sighting of the tap's node.
func (t *Tap) see(s *Sighting) {
	if s.Iface.node != t.node || t.iface != nil && s.Iface != t.iface {
		return
	}
	if len(t.ahead)+len(t.ready) >= maxTapped {
		t.dropped++
		return
	}
	at, _ := slices.BinarySearchFunc(t.ahead, s.At, func(a Sighting, at time.Duration) int {
		if a.At <= at {
			return -1
		}
		return 1
	})
	t.ahead = slices.Insert(t.ahead, at, *s)
}

// look turns the newest events, makes ready what has been seen by now, and sets
// the timer for what comes.
func (t *Tap) look() {
	clock := t.node.net.clock
	now := clock.Since()
	t.obs.Catch(now)
	seen := 0
	for seen < len(t.ahead) && t.ahead[seen].At < now {
		seen++
	}
	if seen > 0 {
		t.ready = append(t.ready, t.ahead[:seen]...)
		t.ahead = slices.Delete(t.ahead, 0, seen)
		t.Changed.Broadcast()
	}
	next := now
	switch {
	case len(t.obs.pending) > 0:
	case len(t.ahead) > 0:
		next = max(t.ahead[0].At, now)
	default:
		t.disarm()
		return
	}
	if !t.armed {
		t.armed = true
		clock.AddWork(1)
	}
	clock.Arm(&t.timer, next-now+tapDelay, t.wake)
}

// wake runs when the next sighting is due.
func (t *Tap) wake() {
	t.armed = false
	t.look()
	t.node.net.clock.AddWork(-1)
}

func (t *Tap) disarm() {
	if t.armed {
		t.armed = false
		t.timer.Stop()
		t.node.net.clock.AddWork(-1)
	}
}

// Take returns what was seen since the last call, in the order of time.
func (t *Tap) Take() []Sighting {
	list := t.ready
	t.ready = nil
	return list
}

// Dropped returns how many frames were not kept because nobody took them.
func (t *Tap) Dropped() int { return t.dropped }

// Pending reports whether something has been seen and not been taken.
func (t *Tap) Pending() bool { return len(t.ready) > 0 }
