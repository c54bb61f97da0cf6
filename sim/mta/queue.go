package mta

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// queue is qmgr's view of the queue directories: which messages there are and
// when the deferred ones are due. The queue files are the truth; a start of
// qmgr reads them again.
type queue struct {
	messages map[string]*message
	scan     *vtime.Timer // next scan of the deferred queue that finds something
	started  time.Time    // of qmgr: it scans every queue_run_delay from then
	serial   int          // numbers temporary file names
}

// queueDirs are the directories that hold messages, in the order mailq lists
// them.
func queueDirs() []string { return []string{"maildrop", "hold", "incoming", "active", "deferred"} }

// readQueue calls fn for every message file of a queue directory in the order
// of arrival. Files that are not complete are left out; damaged ones are given
// to broken.
func (in *Instance) readQueue(dir string, fn func(*message), broken func(path string, err error)) {
	fs := in.host.FS
	var list []*message
	var walk func(path string)
	walk = func(path string) {
		entries, err := fs.ReadDir(path, host.Root)
		if err != nil {
			return
		}
		for _, e := range entries {
			name := path + "/" + e.Name
			info, err := fs.Stat(name, host.Root)
			switch {
			case err != nil:
			case info.IsDir():
				walk(name)
			case info.Mode().Perm()&0o100 != 0:
				b, err := fs.ReadFile(name, host.Root)
				if err != nil {
					continue
				}
				m, err := decode(e.Name, b)
				if err != nil {
					broken(name, err)
					continue
				}
				m.dir = dir
				list = append(list, m)
			}
		}
	}
	walk(spool + "/" + dir)
	slices.SortStableFunc(list, byArrival)
	for _, m := range list {
		fn(m)
	}
}

func byArrival(a, b *message) int {
	return cmp.Or(a.arrival.Compare(b.arrival), strings.Compare(a.id, b.id))
}

// load reads the queue directories, as qmgr does at its start: what was being
// delivered is delivered again, the deferred messages wait for their time.
// What the present qmgr is working on goes on.
func (q *queue) load(in *Instance) {
	q.started = in.host.Clock.Now()
	old := q.messages
	q.messages = map[string]*message{}
	for _, m := range old {
		if m.busy {
			q.messages[m.id] = m
		}
	}
	var ready []*message
	for _, dir := range []string{"incoming", "active", "deferred"} {
		in.readQueue(dir, func(m *message) {
			if q.messages[m.id] != nil {
				return
			}
			if o := old[m.id]; o != nil {
				m.span, m.last = o.span, o.last
			}
			m.data = nil
			q.messages[m.id] = m
			if dir != "deferred" {
				ready = append(ready, m)
			}
		}, func(path string, err error) {
			in.logf(host.Warning, "qmgr", pidOf(in.qmgr), "warning: %s: damaged message: %v", path[strings.LastIndexByte(path, '/')+1:], err)
			in.host.FS.Rename(path, spool+"/corrupt"+path[strings.LastIndexByte(path, '/'):], host.Root)
		})
	}
	for _, m := range ready {
		in.activate(m)
	}
	in.schedule()
}

func (q *queue) halt(in *Instance) {
	q.scan.Stop()
	q.scan = nil
	for _, m := range q.sorted() {
		m.finished()
	}
	q.messages = nil
}

// finished ends an attempt.
func (m *message) finished() {
	m.busy = false
	m.rest()
}

// rest says that the attempt waits for something that may never come.
func (m *message) rest() {
	if m.done != nil {
		m.done()
		m.done = nil
	}
}

// resume says that the attempt goes on.
func (m *message) resume(in *Instance) {
	if m.busy && m.done == nil {
		m.done = in.host.Clock.Work()
	}
}

// sorted returns qmgr's messages by arrival, then id.
func (q *queue) sorted() []*message {
	list := make([]*message, 0, len(q.messages))
	for _, m := range q.messages {
		list = append(list, m)
	}
	slices.SortFunc(list, byArrival)
	return list
}

// move brings a message to another queue directory.
func (in *Instance) move(m *message, dir string) {
	if m.dir == dir {
		return
	}
	to := m.path(dir)
	if dir == "deferred" {
		in.hashDir(to)
	}
	in.host.FS.Rename(m.path(m.dir), to, host.Root)
	m.dir = dir
}

// hashDir makes the subdirectory of a hashed queue directory.
func (in *Instance) hashDir(file string) {
	dir := file[:strings.LastIndexByte(file, '/')]
	if in.host.FS.Mkdir(dir, 0o700, host.Root) == nil {
		in.host.FS.Chown(dir, int(in.owner.UID), int(in.owner.GID), host.Root)
	}
}

// rewrite brings the message's file up to date.
func (in *Instance) rewrite(m *message) {
	in.host.FS.WriteFile(m.path(m.dir), m.encode(), 0o700, host.Root)
}

// remove deletes a message from the queue.
func (in *Instance) remove(m *message) {
	in.emitQueue(m, trace.Neutral, "removed", "")
	in.host.FS.Unlink(m.path(m.dir), host.Root)
	in.forget(m)
	if m.span != nil {
		outer := in.host.Clock.Scope()
		m.span.End(trace.Neutral, nil)
		in.host.Clock.SetScope(outer)
		m.span = nil
	}
}

func (in *Instance) forget(m *message) {
	if in.queue.messages[m.id] == m {
		delete(in.queue.messages, m.id)
	}
	m.finished()
}

// emitQueue records a change of a message's state; why is the reason of a
// deferral.
func (in *Instance) emitQueue(m *message, out trace.Outcome, what, why string, refs ...trace.Ref) uint64 {
	fields := []string{"id", m.id, "queue", m.dir, "from", m.sender, "recipients", strconv.Itoa(len(m.rcpts))}
	if why != "" {
		fields = append(fields, "next", m.next.In(in.host.Zone).Format(time.DateTime), "reason", why)
	}
	return in.host.Log.Emit(trace.Event{Kind: trace.Queue, Node: in.host.Name, Outcome: out, Refs: refs, Data: trace.F(m.id+" "+what, fields...)})
}

// activate moves a message to the active queue and has it delivered.
func (in *Instance) activate(m *message) {
	if !in.up() || in.queue.messages == nil || m.busy {
		return
	}
	in.queue.messages[m.id] = m
	if m.data == nil && !in.refill(m) {
		delete(in.queue.messages, m.id)
		return
	}
	in.move(m, "active")
	clock := in.host.Clock
	outer := clock.Scope()
	if m.span != nil {
		clock.SetScope(m.span.Scope())
	}
	var refs []trace.Ref
	if m.last != 0 {
		refs = []trace.Ref{{Rel: trace.RetryOf, Seq: m.last}}
	}
	m.busy = true
	m.resume(in)
	in.emitQueue(m, trace.Neutral, "active", "", refs...)
	clock.Go("qmgr "+m.id, func(t *vtime.Task) { in.deliver(t, m) })
	clock.SetScope(outer)
}

// refill reads the content of a message again. It reports false when the file
// is gone.
func (in *Instance) refill(m *message) bool {
	b, err := in.host.FS.ReadFile(m.path(m.dir), host.Root)
	if err != nil {
		return false
	}
	fresh, err := decode(m.id, b)
	if err != nil {
		in.logf(host.Warning, "qmgr", pidOf(in.qmgr), "warning: %s: damaged message: %v", m.id, err)
		in.host.FS.Rename(m.path(m.dir), spool+"/corrupt/"+m.id, host.Root)
		return false
	}
	m.data, m.rcpts, m.sender, m.flags = fresh.data, fresh.rcpts, fresh.sender, fresh.flags
	return true
}

// postpone puts a message with recipients left into the deferred queue.
//
// The next attempt comes after as much time as the message is old, but at
// least minimal_backoff_time and at most maximal_backoff_time from now (qmgr(8)).
func (in *Instance) postpone(m *message, least, most time.Duration) {
	now := in.host.Clock.Now()
	m.next = now.Add(min(max(now.Sub(m.arrival), least), most))
	in.move(m, "deferred")
	in.rewrite(m)
	m.data = nil
	why := ""
	if len(m.rcpts) > 0 {
		why = m.rcpts[0].Reason
	}
	in.emitQueue(m, trace.TempFail, "deferred", why)
	m.finished()
	in.schedule()
}

// schedule arms the timer for the next scan that finds something due. qmgr
// scans the deferred queue every queue_run_delay; scans that would find nothing
// are left out.
func (in *Instance) schedule() {
	in.queue.scan.Stop()
	in.queue.scan = nil
	var due time.Time
	for _, m := range in.queue.messages {
		if m.dir == "deferred" && (due.IsZero() || m.next.Before(due)) {
			due = m.next
		}
	}
	if due.IsZero() || !in.running {
		return
	}
	period := max(in.base.Duration("queue_run_delay"), time.Second)
	runs := max((due.Sub(in.queue.started)+period-1)/period, 0)
	at := in.queue.started.Add(runs * period)
	if now := in.host.Clock.Now(); at.Before(now) {
		at = now
	}
	in.queue.scan = in.host.Clock.After(at.Sub(in.host.Clock.Now()), func() { in.runQueue(false, nil) })
}

// runQueue activates the deferred messages that are due, or, as postqueue -f
// asks, all, or those that match.
func (in *Instance) runQueue(all bool, match func(*message) bool) {
	now := in.host.Clock.Now()
	for _, m := range in.queue.sorted() {
		if m.dir != "deferred" || !all && m.next.After(now) || match != nil && !match(m) {
			continue
		}
		in.activate(m)
	}
	in.schedule()
}
