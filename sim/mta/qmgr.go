package mta

import (
	"slices"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vtime"
)

// job is the recipients of a message that one delivery agent gets at once: they
// share transport and next hop.
type job struct {
	res   postfix.Resolution
	rcpts []recipient
}

// outcome collects what became of a message's recipients.
type outcome struct {
	failed    []mail.Recipient // to be returned
	delivered []mail.Recipient // whose delivery the sender wants to know
	deferred  []recipient
}

// deliver is qmgr's handling of one active message: its recipients are
// resolved, grouped by transport and next hop, and given to the delivery
// agents one group after the other. Then what failed is bounced, what has to
// wait is deferred, and a message without recipients is removed.
func (in *Instance) deliver(t *vtime.Task, m *message) {
	in.logf(host.Info, "qmgr", pidOf(in.qmgr), "%s: from=<%s>, size=%d, nrcpt=%d (queue active)", m.id, quoteIfNeeded(m.sender), m.size, len(m.rcpts))
	t.Yield() // qmgr goes on with what it is at
	active := in.host.Clock.Now()
	rewrite := in.acquireOr(t, in.serviceOf("rewrite", "trivial-rewrite"), m.rest)
	if rewrite == nil {
		return
	}
	jobs := in.resolve(rewrite.router(), m)
	in.release(rewrite)
	var out outcome
	for _, j := range jobs {
		a := &attempt{in: in, t: t, m: m, job: j, relay: "none", active: active, out: &out}
		if !a.run() {
			return
		}
	}
	if in.queue.messages[m.id] != m || m.dir != "active" { // removed or held by postsuper, or Postfix was stopped
		m.finished()
		return
	}
	m.resume(in)
	in.settle(t, m, &out)
}

// resolve groups the recipients.
func (in *Instance) resolve(router *postfix.Router, m *message) (jobs []*job) {
	limit := max(int(in.base.Int("default_destination_recipient_limit")), 1)
	for _, r := range m.rcpts {
		res := router.Resolve(m.sender, r.Addr)
		i := slices.IndexFunc(jobs, func(j *job) bool {
			return res.Transport != "local" && j.res.Transport == res.Transport && j.res.Nexthop == res.Nexthop && !res.Invalid && !res.Failed && len(j.rcpts) < limit
		})
		if i < 0 {
			i = len(jobs)
			jobs = append(jobs, &job{res: res})
		}
		jobs[i].rcpts = append(jobs[i].rcpts, r)
	}
	return jobs
}

// settle acts on the outcome for all recipients.
func (in *Instance) settle(t *vtime.Task, m *message, out *outcome) {
	cfg := in.base
	lifetime := cfg.Duration("maximal_queue_lifetime")
	if m.sender == "" {
		lifetime = min(lifetime, cfg.Duration("bounce_queue_lifetime"))
	}
	age := in.host.Clock.Now().Sub(m.arrival)
	if len(out.deferred) > 0 && (age >= lifetime || m.flags == 'e') {
		how := "expired"
		if m.flags == 'e' {
			how = "force-expired"
		}
		in.logf(host.Info, "qmgr", pidOf(in.qmgr), "%s: from=<%s>, status=%s, returned to sender", m.id, quoteIfNeeded(m.sender), how)
		for _, r := range out.deferred {
			out.failed = append(out.failed, notice(r, mail.Failure{Status: r.Status, Text: r.Reason}, "failed"))
		}
		out.deferred = nil
	}
	if list := wanted(out.failed, m, mail.NotifyFailure); len(list) > 0 {
		in.bounce(t, m, mail.DSNFailure, list)
	}
	if len(out.delivered) > 0 {
		in.bounce(t, m, mail.DSNSuccess, out.delivered)
	}
	t.Yield() // to a notification that has just come in
	m.rcpts = out.deferred
	if len(m.rcpts) == 0 {
		in.logf(host.Info, "qmgr", pidOf(in.qmgr), "%s: removed", m.id)
		in.remove(m)
		return
	}
	in.warnDelay(t, m, age, out.deferred)
	in.postpone(m, cfg.Duration("minimal_backoff_time"), cfg.Duration("maximal_backoff_time"))
}

// warnDelay tells the sender once that the message is late, after
// delay_warning_time.
func (in *Instance) warnDelay(t *vtime.Task, m *message, age time.Duration, late []recipient) {
	after := in.base.Duration("delay_warning_time")
	if after <= 0 || m.warned || age < after || m.sender == "" {
		return
	}
	m.warned = true
	var list []mail.Recipient
	for _, r := range late {
		if r.Notify.Wants(mail.NotifyDelay) {
			list = append(list, notice(r, mail.Failure{Status: r.Status, Text: r.Reason}, "delayed"))
		}
	}
	if len(list) > 0 {
		in.bounce(t, m, mail.DSNDelay, list)
	}
}

// wanted leaves out the recipients about which the sender does not want to know
// (RFC 3461 4.1, NOTIFY=NEVER).
func wanted(list []mail.Recipient, m *message, event mail.Notify) []mail.Recipient {
	return slices.DeleteFunc(list, func(r mail.Recipient) bool {
		i := slices.IndexFunc(m.rcpts, func(x recipient) bool { return x.Addr == r.Final || x.Orig == r.Original })
		return i >= 0 && !m.rcpts[i].Notify.Wants(event)
	})
}
