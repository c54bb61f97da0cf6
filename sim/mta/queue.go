package mta

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// queue is qmgr's view of the queue directories: which messages there are and
// when the deferred ones are due. The queue files are the truth; a start of
// Postfix reads them again.
type queue struct {
	messages map[string]*message
	scan     *vtime.Timer // next scan of the deferred queue
	serial   int          // numbers temporary file names
}

// queueDirs are the directories that hold messages, in the order mailq lists
// them.
var queueDirs = []string{"incoming", "active", "deferred", "hold"}

// load reads the queue directories, as qmgr does at its start.
func (q *queue) load(in *Instance) {
	q.messages = map[string]*message{}
	for _, dir := range queueDirs {
		entries, err := in.host.FS.ReadDir(spool+"/"+dir, host.Root)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := spool + "/" + dir + "/" + e.Name
			b, err := in.host.FS.ReadFile(path, host.Root)
			if err != nil {
				continue
			}
			m, err := decode(e.Name, b)
			if err != nil {
				in.logf(host.Warning, "qmgr", in.qmgrPID(), "warning: %s: damaged queue file: %v", e.Name, err)
				in.host.FS.Rename(path, spool+"/corrupt/"+e.Name, host.Root)
				continue
			}
			m.dir = dir
			q.messages[m.id] = m
		}
	}
	for _, m := range q.sorted() {
		if m.dir == "incoming" || m.dir == "active" {
			in.activate(m)
		}
	}
	in.schedule()
	in.collect(in.base)
}

func (q *queue) halt() {
	q.scan.Stop()
	for _, m := range q.sorted() {
		if m.done != nil {
			m.done()
		}
	}
	q.messages = nil
}

// wake makes the queue manager look at all queues now, as a reload does.
func (q *queue) wake() { q.scan.Stop() }

// sorted returns the messages by arrival, then id.
func (q *queue) sorted() []*message {
	list := make([]*message, 0, len(q.messages))
	for _, m := range q.messages {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *message) int {
		if c := a.arrival.Compare(b.arrival); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	return list
}

// store writes a new message to the incoming queue and names it by the inode
// of its file. The error is that of the disk.
func (in *Instance) store(m *message) error {
	in.queue.serial++
	tmp := fmt.Sprintf("%s/incoming/%d.%d", spool, in.qmgrPID(), in.queue.serial)
	if err := in.host.FS.WriteFile(tmp, m.encode(), 0o700, host.Root); err != nil {
		in.host.FS.Unlink(tmp, host.Root)
		return err
	}
	info, err := in.host.FS.Stat(tmp, host.Root)
	if err != nil {
		return err
	}
	m.id, m.dir = mail.QueueID(m.arrival, uint64(info.Ino)), "incoming"
	in.host.FS.Chown(tmp, int(in.owner.UID), int(in.owner.GID), host.Root)
	return in.host.FS.Rename(tmp, m.path("incoming"), host.Root)
}

// move brings a message to another queue directory, rewriting its file.
func (in *Instance) move(m *message, dir string) {
	old := m.path(m.dir)
	if m.dir != dir {
		in.host.FS.Rename(old, m.path(dir), host.Root)
		m.dir = dir
	}
	if dir == "deferred" || dir == "hold" {
		in.host.FS.WriteFile(m.path(dir), m.encode(), 0o700, host.Root)
	}
}

// remove deletes a message from the queue.
func (in *Instance) remove(m *message) {
	in.host.FS.Unlink(m.path(m.dir), host.Root)
	delete(in.queue.messages, m.id)
	if m.done != nil {
		m.done()
		m.done = nil
	}
}

func (in *Instance) emitQueue(m *message, out trace.Outcome, what string, refs ...trace.Ref) uint64 {
	return in.host.Log.Emit(trace.Event{Kind: trace.Queue, Node: in.host.Name, Outcome: out, Refs: refs,
		Data: trace.F(m.id+" "+what, "queue", m.dir, "from", m.sender, "recipients", fmt.Sprint(len(m.rcpts)))})
}

// activate moves a message to the active queue and has it delivered.
func (in *Instance) activate(m *message) {
	if in.queue.messages == nil {
		return
	}
	in.queue.messages[m.id] = m
	in.move(m, "active")
	outer := in.host.Clock.SetScope(m.scope)
	var refs []trace.Ref
	if m.last != 0 {
		refs = []trace.Ref{{Rel: trace.RetryOf, Seq: m.last}}
	}
	m.last = in.emitQueue(m, trace.Neutral, "active", refs...)
	in.logf(host.Info, "qmgr", in.qmgrPID(), "%s: from=<%s>, size=%d, nrcpt=%d (queue active)", m.id, m.sender, m.size, len(m.rcpts))
	m.done = in.host.Clock.Work()
	in.host.Clock.Go("qmgr "+m.id, func(t *vtime.Task) { in.deliver(t, m) })
	in.host.Clock.SetScope(outer)
}

// deferMessage puts a message with recipients left into the deferred queue.
//
// The next attempt comes after as much time as the message is old, but at
// least minimal_backoff_time and at most maximal_backoff_time from now (qmgr(8)).
func (in *Instance) deferMessage(cfg config, m *message) {
	now := in.host.Clock.Now()
	wait := min(max(now.Sub(m.arrival), cfg.Duration("minimal_backoff_time")), cfg.Duration("maximal_backoff_time"))
	m.next = now.Add(wait)
	in.move(m, "deferred")
	in.emitQueue(m, trace.TempFail, "deferred")
	if m.done != nil {
		m.done()
		m.done = nil
	}
	in.schedule()
}

// config is the part of postfix.Config that timing needs.
type config interface{ Duration(string) time.Duration }

// schedule arms the timer for the next scan that finds something due. qmgr
// scans the deferred queue every queue_run_delay; scans that would find nothing
// are left out.
func (in *Instance) schedule() {
	in.queue.scan.Stop()
	in.queue.scan = nil
	var due time.Time
	for _, m := range in.queue.sorted() {
		if m.dir == "deferred" && (due.IsZero() || m.next.Before(due)) {
			due = m.next
		}
	}
	if due.IsZero() {
		return
	}
	period := max(in.base.Duration("queue_run_delay"), time.Second)
	start := in.master.Started
	runs := (due.Sub(start) + period - 1) / period
	at := start.Add(runs * period)
	in.queue.scan = in.host.Clock.After(at.Sub(in.host.Clock.Now()), func() { in.runQueue(false, nil) })
}

// runQueue activates the deferred messages that are due, or, as postqueue -f
// asks, all, or those that match.
func (in *Instance) runQueue(all bool, match func(*message) bool) int {
	n := 0
	now := in.host.Clock.Now()
	for _, m := range in.queue.sorted() {
		if m.dir != "deferred" || !all && m.next.After(now) || match != nil && !match(m) {
			continue
		}
		in.activate(m)
		n++
	}
	in.schedule()
	return n
}

// noSpace reports whether an error means that the queue's disk is full.
func noSpace(err error) bool {
	switch vfs.ErrnoOf(err) {
	case vfs.ENOSPC, vfs.EDQUOT:
		return true
	}
	return false
}
