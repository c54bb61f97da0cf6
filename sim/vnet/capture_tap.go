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
	held    []Sighting // seen, to be handed over at release
	ready   []Sighting
	release time.Duration
	urgent  time.Duration // when the last sighting is due that is not the tap's own making
	own     func(*Packet) bool
	dropped int
	timer   vtime.Timer
	working bool
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

// Batch makes the tap hand over what it has seen a second after the first of
// it, as the kernel's ring of blocks does (PACKET_MMAP, TPACKET_V3). A terminal
// that is reached over the captured network needs that: showing its own packets
// makes more of them. own tells those; the world does not wait for them.
func (t *Tap) Batch(own func(*Packet) bool) { t.own = own }

// batchTime is to_ms of pcap_create in tcpdump.
const batchTime = time.Second

// see queues a sighting of the tap's node.
func (t *Tap) see(s *Sighting) {
	if s.Iface.node != t.node || t.iface != nil && s.Iface != t.iface {
		return
	}
	if len(t.ahead)+len(t.held)+len(t.ready) >= maxTapped {
		t.dropped++
		return
	}
	if t.own == nil || s.frame.ask == nil && !t.own(s.packet()) {
		t.urgent = max(t.urgent, s.At)
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
	if seen > 0 && len(t.held) == 0 {
		t.release = now
		if t.own != nil {
			t.release += batchTime
		}
	}
	t.held = append(t.held, t.ahead[:seen]...)
	t.ahead = slices.Delete(t.ahead, 0, seen)
	if len(t.held) > 0 && now >= t.release {
		t.ready, t.held = append(t.ready, t.held...), nil
		t.Changed.Broadcast()
	}
	t.arm(now)
}

// arm sets the timer for the next thing to do. As long as something is on its
// way that matters, that is work in progress.
func (t *Tap) arm(now time.Duration) {
	next := now
	switch {
	case len(t.obs.pending) > 0:
	case len(t.ahead) > 0 && (len(t.held) == 0 || t.ahead[0].At < t.release):
		next = max(t.ahead[0].At, now)
	case len(t.held) > 0:
		next = t.release
	default:
		t.disarm()
		return
	}
	t.work(t.own == nil || t.urgent >= now || len(t.held) > 0 && t.urgent >= t.held[0].At)
	t.node.net.clock.Arm(&t.timer, next-now+tapDelay, t.look)
}

// work begins or ends the tap's work in progress.
func (t *Tap) work(on bool) {
	if on == t.working {
		return
	}
	if t.working = on; on {
		t.node.net.clock.AddWork(1)
	} else {
		t.node.net.clock.AddWork(-1)
	}
}

func (t *Tap) disarm() {
	t.timer.Stop()
	t.work(false)
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
