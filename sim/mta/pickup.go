package mta

import (
	"fmt"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vtime"
)

// maildrop is where the sendmail command leaves a message while Postfix is
// down; pickup takes it from there at the next start.
func (in *Instance) maildrop(p *host.Proc, s *submission) int {
	m := &message{sender: s.sender, arrival: in.host.Clock.Now(), rcpts: s.rcpts, local: true, data: s.msg.Bytes()}
	m.size = s.msg.QueueSize()
	in.queue.serial++
	tmp := fmt.Sprintf("%s/maildrop/%d.%d", spool, p.PID, in.queue.serial)
	err := in.host.FS.WriteFile(tmp, m.encode(), 0o744, host.Root)
	if err == nil {
		if info, serr := in.host.FS.Stat(tmp, host.Root); serr == nil {
			m.id = mail.QueueID(m.arrival, uint64(info.Ino))
		}
		err = in.host.FS.Rename(tmp, m.path("maildrop"), host.Root)
	}
	if err != nil {
		p.Errorf("fatal: %s(%d): queue file write error", p.Host.UserName(p.Cred.UID), p.Cred.UID)
		return 75
	}
	fmt.Fprintf(p.Stderr, "postdrop: warning: unable to look up public/pickup: No such file or directory\n")
	return 0
}

// collect brings everything in maildrop into the queue, as pickup does when it
// starts.
func (in *Instance) collect(cfg *postfix.Config) {
	entries, err := in.host.FS.ReadDir(spool+"/maildrop", host.Root)
	if err != nil || len(entries) == 0 {
		return
	}
	in.host.Clock.Go("pickup", func(t *vtime.Task) {
		for _, e := range entries {
			path := spool + "/maildrop/" + e.Name
			b, err := in.host.FS.ReadFile(path, host.Root)
			if err != nil {
				continue
			}
			m, err := decode(e.Name, b)
			if err != nil {
				in.logf(host.Warning, "pickup", in.pickupPID(), "warning: %s: damaged maildrop file: %v", e.Name, err)
				continue
			}
			s := &submission{sender: m.sender, rcpts: m.rcpts, msg: mail.ParseMessage(m.data), local: true, origin: "pickup"}
			in.stampLocal(s, cfg, 0)
			if _, refusal := in.cleanup(t, s); refusal == nil {
				in.host.FS.Unlink(path, host.Root)
			}
		}
	})
}

// stampLocal gives a submission the trace field and log line of pickup.
func (in *Instance) stampLocal(s *submission, cfg *postfix.Config, uid int) {
	s.trace = func(id string) mail.Field {
		return mail.LocalReceived(cfg.Str("myhostname"), "", uid, id, in.host.Now())
	}
	s.begun = func(id string) {
		in.logf(host.Info, "pickup", in.pickupPID(), "%s: uid=%d from=<%s>", id, uid, s.sender)
	}
}

func (in *Instance) pickupPID() int { return in.pidOf("pickup") }
func (in *Instance) qmgrPID() int   { return in.pidOf("qmgr") }

// pidOf returns the process id of a long-lived daemon, 0 while it is not there.
func (in *Instance) pidOf(name string) int {
	for _, p := range in.procs {
		if p.Name() == name {
			return p.PID
		}
	}
	return 0
}
