package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/vtime"
)

// postdrop puts a message of a local user into the maildrop directory. It waits
// there until pickup takes it, at once while Postfix runs.
func (in *Instance) postdrop(p *host.Proc, m *message) error {
	m.arrival, m.local, m.dir = in.host.Clock.Now(), true, "maildrop"
	m.size = dropSize(m)
	in.queue.serial++
	tmp := fmt.Sprintf("%s/maildrop/%d.%d", spool, p.PID, in.queue.serial)
	fs := in.host.FS
	err := fs.WriteFile(tmp, nil, 0o600, host.Root)
	if err == nil {
		var info vfs.Info
		if info, err = fs.Stat(tmp, host.Root); err == nil {
			m.id = mail.QueueID(m.arrival, uint64(info.Ino))
			err = fs.Rename(tmp, m.path("maildrop"), host.Root)
		}
	}
	if err != nil {
		fs.Unlink(tmp, host.Root)
		return err
	}
	fs.Chown(m.path("maildrop"), int(p.Cred.UID), int(p.Cred.GID), host.Root)
	if err = fs.WriteFile(m.path("maildrop"), m.encode(), 0o744, host.Root); err == nil {
		err = fs.Chmod(m.path("maildrop"), 0o744, host.Root)
	}
	if err != nil {
		fs.Unlink(m.path("maildrop"), host.Root)
		return err
	}
	in.collect()
	return nil
}

// dropSize is the size mailq shows of a message in maildrop: that of the file,
// with its records for time, context, full name, sender and recipients.
func dropSize(m *message) int64 {
	record := func(s string) int64 { return int64(len(s)) + 2 }
	size := record("1795301812 123456") + record("rewrite_context=local") + record(m.fullName) + record(m.sender) + 3*record("")
	for _, r := range m.rcpts {
		size += record(r.Addr)
	}
	return size + mail.QueueSizeOf(m.data)
}

// collect has pickup take everything from maildrop.
func (in *Instance) collect() {
	if !in.up() || in.collecting {
		return
	}
	if entries, err := in.host.FS.ReadDir(spool+"/maildrop", host.Root); err != nil || len(entries) == 0 {
		return
	}
	in.collecting = true
	done := in.host.Clock.Work()
	in.host.Clock.Go("pickup", func(t *vtime.Task) {
		defer func() { done() }()
		if p := in.acquireOr(t, in.serviceOf("cleanup", "cleanup"), func() { done() }); p != nil { // wait until there can be one
			in.release(p)
		}
		defer func() { in.collecting = false }()
		for again := true; again && in.running; {
			again = false
			var list []*message
			in.readQueue("maildrop", func(m *message) { list = append(list, m) }, func(path string, err error) {
				in.logf(host.Warning, "pickup", pidOf(in.pickup), "warning: %s: malformed file; %v", path[strings.LastIndexByte(path, '/')+1:], err)
				in.host.FS.Rename(path, spool+"/corrupt"+path[strings.LastIndexByte(path, '/'):], host.Root)
			})
			for _, m := range list {
				if !in.running {
					return
				}
				if in.pickUp(t, m) {
					again = true
				}
			}
		}
	})
}

// pickUp brings one message from maildrop into the queue; it reports false when
// the message has to stay.
func (in *Instance) pickUp(t *vtime.Task, m *message) bool {
	path := m.path("maildrop")
	info, err := in.host.FS.Stat(path, host.Root)
	if err != nil {
		return false
	}
	e, refusal := in.enter(t, "pickup", m.arrival)
	if refusal != nil {
		return false
	}
	pid, uid := pidOf(in.pickup), info.UID
	msg := mail.ParseMessage(m.data)
	if uid == in.owner.UID { // requeued by postsuper -r
		in.logf(host.Info, "pickup", pid, "%s: uid=%d from=<%s> orig_id=%s", e.m.id, uid, quoteIfNeeded(m.sender), m.id)
	} else {
		in.logf(host.Info, "pickup", pid, "%s: uid=%d from=<%s>", e.m.id, uid, quoteIfNeeded(m.sender))
		msg.Delete("Bcc")
	}
	msg.Prepend(mail.LocalReceived(in.base.Str("myhostname"), in.base.Str("mail_name"), int(uid), e.m.id, in.host.Now()))
	e.m.sender, e.m.rcpts, e.m.fullName, e.m.local = m.sender, m.rcpts, m.fullName, m.local
	e.m.envID, e.m.ret = m.envID, m.ret
	if refusal := e.finish(t, msg); refusal != nil && refusal.Class() != 5 {
		return false
	}
	in.host.FS.Unlink(path, host.Root)
	return true
}
