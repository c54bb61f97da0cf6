package mta

import (
	"io"
	"slices"
	"strings"

	"mxlab/sim/host"
)

const postsuperUsage = "usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (force-expire, un-hold)] " +
	"[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] [-S (redundant structure fix)] [-v (verbose)] [queue...]"

// superAction is one of the things postsuper does to messages.
type superAction struct {
	flag    byte
	one     string   // logged for a message named by its id
	all     string   // heads the count
	queues  []string // where it applies
	perform func(*Instance, *message)
}

func superActions() []superAction {
	everywhere := []string{"maildrop", "incoming", "active", "deferred", "hold"}
	return []superAction{
		{'d', "removed", "Deleted", everywhere, (*Instance).superDelete},
		{'r', "requeued", "Requeued", everywhere, (*Instance).superRequeue},
		{'h', "placed on hold", "Placed on hold", []string{"maildrop", "incoming", "active", "deferred"}, (*Instance).superHold},
		{'H', "released from hold", "Released from hold", []string{"hold"}, (*Instance).superRelease},
		{'e', "expired", "Expired", []string{"incoming", "active", "deferred", "hold"}, (*Instance).superExpire},
		{'f', "expired", "Expired", []string{"incoming", "active", "deferred", "hold"}, (*Instance).superForce},
	}
}

// postsuper is postsuper(1). Without -d, -r, -h, -H, -e, -f it finds nothing to
// repair.
func postsuper(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	if begin(p, "postsuper", "postsuper") == nil {
		return 1
	}
	if !p.Cred.IsRoot() {
		p.Errorf("fatal: use of this command is reserved for the superuser")
		return 1
	}
	say := func(format string, args ...any) {
		p.Errorf(format, args...)
		in.logf(host.Info, "postsuper", p.PID, format, args...)
	}
	actions := superActions()
	args := p.Args[1:]
	for i := 0; i < len(args); i++ {
		word := args[i]
		if len(word) < 2 || word[0] != '-' {
			continue
		}
		if strings.Trim(word, "-psSv") == "" {
			continue
		}
		k := slices.IndexFunc(actions, func(a superAction) bool { return a.flag == word[1] })
		id := word[2:]
		if id == "" && i+1 < len(args) {
			i++
			id = args[i]
		}
		if k < 0 || id == "" {
			say("fatal: %s", postsuperUsage)
			return 1
		}
		in.super(p, actions[k], id, say)
	}
	return 0
}

// super does one action to a message, to the messages whose ids stand on
// standard input ("-"), or to all.
func (in *Instance) super(p *host.Proc, a superAction, id string, say func(string, ...any)) {
	ids := []string{id}
	if id == "-" {
		b, err := io.ReadAll(io.LimitReader(p.Stdin, 1<<20))
		if err != nil {
			return
		}
		ids = strings.Fields(string(b))
	}
	n := 0
	for _, dir := range a.queues {
		in.readQueue(dir, func(m *message) {
			p.Step(1)
			if id != "ALL" && !slices.Contains(ids, m.id) {
				return
			}
			if live := in.queue.messages[m.id]; live != nil && live.dir == dir {
				live.data, live.rcpts = m.data, m.rcpts
				m = live
			}
			a.perform(in, m)
			if n++; id != "ALL" {
				say("%s: %s", m.id, a.one)
			}
		}, func(string, error) {})
	}
	s := "s"
	if n == 1 {
		s = ""
	}
	say("%s: %d message%s", a.all, n, s)
	if in.up() {
		in.schedule()
		in.collect()
	}
}

func (in *Instance) superDelete(m *message) { in.remove(m) }

// superHold sets a message aside until it is released.
func (in *Instance) superHold(m *message) {
	in.move(m, "hold")
	in.emitQueue(m, 0, "held", "")
	in.forget(m)
}

// superRelease gives a message back to the deferred queue; it is due at once.
func (in *Instance) superRelease(m *message) {
	in.move(m, "deferred")
	m.next = in.host.Clock.Now()
	in.rewrite(m)
	m.data = nil
	in.emitQueue(m, 0, "released", "")
	if in.up() {
		in.queue.messages[m.id] = m
	}
}

// superRequeue moves a message to maildrop, from where it comes back under
// another id, addresses rewritten anew.
func (in *Instance) superRequeue(m *message) {
	in.move(m, "maildrop")
	for i := range m.rcpts {
		m.rcpts[i].Addr, m.rcpts[i].Reason = m.rcpts[i].Orig, ""
	}
	in.rewrite(m)
	in.host.FS.Chown(m.path("maildrop"), int(in.host.CredOf("postfix").UID), -1, host.Root)
	in.emitQueue(m, 0, "requeued", "")
	in.forget(m)
}

// superExpire has a message returned to its sender at the next attempt.
func (in *Instance) superExpire(m *message) {
	m.flags = 'e'
	in.rewrite(m)
	if m.dir == "deferred" {
		m.data = nil
	}
}

func (in *Instance) superForce(m *message) {
	if m.dir == "hold" {
		in.superRelease(m)
		in.refill(m)
	}
	in.superExpire(m)
}
