package mta

import (
	"fmt"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// attempt is one delivery of a message to recipients that share transport and
// next hop.
type attempt struct {
	in       *Instance
	t        *vtime.Task
	d        *daemon // the delivery agent
	m        *message
	res      postfix.Resolution
	rcpts    []recipient
	began    time.Time // agent started
	conn     time.Duration
	relay    string // "name[addr]:port", "local", "none"
	failed   []mail.Recipient
	deferred []recipient
}

// deliver is qmgr's handling of one active message: its recipients are
// resolved, grouped by transport and next hop, and given to the delivery
// agents one group after the other. Then what failed is bounced, what has to
// wait is deferred, and a message without recipients is removed.
func (in *Instance) deliver(t *vtime.Task, m *message) {
	qm := in.acquire(t, service("trivial-rewrite"))
	if qm.fatal != "" {
		in.release(qm)
		in.throttle(m)
		return
	}
	type group struct {
		res   postfix.Resolution
		rcpts []recipient
	}
	var groups []*group
	for _, r := range m.rcpts {
		res := qm.router.Resolve(m.sender, r.Addr)
		var g *group
		for _, have := range groups {
			if have.res.Transport == res.Transport && have.res.Nexthop == res.Nexthop && res.Transport != "local" {
				g = have
			}
		}
		if g == nil {
			g = &group{res: res}
			groups = append(groups, g)
		}
		g.rcpts = append(g.rcpts, r)
	}
	cfg := qm.cfg
	in.release(qm)
	var failed []mail.Recipient
	var deferred []recipient
	for _, g := range groups {
		a := &attempt{in: in, t: t, m: m, res: g.res, rcpts: g.rcpts, relay: "none", began: in.host.Clock.Now()}
		a.run()
		failed = append(failed, a.failed...)
		deferred = append(deferred, a.deferred...)
	}
	if in.queue.messages[m.id] != m { // removed by postsuper, or Postfix was stopped
		return
	}
	in.finishAttempt(t, cfg, m, failed, deferred)
}

// throttle puts a message back because a service cannot start; qmgr tries again
// after a minute.
func (in *Instance) throttle(m *message) {
	m.next = in.host.Clock.Now().Add(time.Minute)
	in.move(m, "deferred")
	if m.done != nil {
		m.done()
		m.done = nil
	}
	in.schedule()
}

// finishAttempt acts on the outcome for all recipients.
func (in *Instance) finishAttempt(t *vtime.Task, cfg *postfix.Config, m *message, failed []mail.Recipient, deferred []recipient) {
	lifetime := cfg.Duration("maximal_queue_lifetime")
	if m.sender == "" {
		lifetime = cfg.Duration("bounce_queue_lifetime")
	}
	age := in.host.Clock.Now().Sub(m.arrival)
	if len(deferred) > 0 && age >= lifetime {
		in.logf(host.Info, "qmgr", in.qmgrPID(), "%s: from=<%s>, status=expired, returned to sender", m.id, m.sender)
		for _, r := range deferred {
			failed = append(failed, bounceRecipient(r, "failed", r.Status, r.Reason))
		}
		deferred = nil
	}
	if len(failed) > 0 {
		in.bounce(t, cfg, m, mail.DSNFailure, failed)
	}
	m.rcpts = deferred
	if len(deferred) == 0 {
		in.emitQueue(m, trace.Neutral, "removed")
		in.remove(m)
		in.logf(host.Info, "qmgr", in.qmgrPID(), "%s: removed", m.id)
		return
	}
	if warn := cfg.Duration("delay_warning_time"); warn > 0 && !m.warned && age >= warn && m.sender != "" {
		m.warned = true
		var list []mail.Recipient
		for _, r := range deferred {
			list = append(list, bounceRecipient(r, "delayed", r.Status, r.Reason))
		}
		in.bounce(t, cfg, m, mail.DSNDelay, list)
	}
	in.deferMessage(cfg, m)
}

// run delivers by the agent of the transport.
func (a *attempt) run() {
	span := a.in.host.Log.Open(trace.Event{Kind: trace.Deliver, Node: a.in.host.Name,
		Data: trace.F(fmt.Sprintf("deliver %s by %s", addresses(a.rcpts), a.res.Transport), "nexthop", a.res.Nexthop, "class", a.res.Class.String())})
	defer func() {
		out := trace.OK
		switch {
		case len(a.failed) > 0:
			out = trace.Fail
		case len(a.deferred) > 0:
			out = trace.TempFail
		}
		span.End(out, nil)
	}()
	svc, ok := postfix.Service{}, false
	if a.in.base.Master != nil {
		svc, ok = a.in.base.Master.Find(a.res.Transport, "unix")
	}
	switch {
	case a.res.Invalid:
		a.d = a.in.acquire(a.t, service("error"))
		a.bounceAll(mail.Enhanced{5, 1, 3}, "bad address syntax")
	case a.res.Failed:
		a.d = a.in.acquire(a.t, service("error"))
		a.deferAll(mail.Enhanced{4, 3, 0}, "address resolver failure")
	case !ok:
		a.in.logf(host.Warning, "qmgr", a.in.qmgrPID(), "warning: connect to transport private/%s: No such file or directory", a.res.Transport)
		a.d = a.in.acquire(a.t, service("error"))
		a.deferAll(mail.Enhanced{4, 3, 0}, "mail transport unavailable")
	default:
		a.d = a.in.acquire(a.t, svc)
		a.agent()
	}
	a.in.release(a.d)
}

func (a *attempt) agent() {
	if a.d.fatal != "" {
		a.in.logf(host.Warning, "master", a.in.master.PID, "warning: process /usr/lib/postfix/sbin/%s pid %d exit status 1", a.d.service.Program(), a.d.pid())
		a.in.logf(host.Warning, "master", a.in.master.PID, "warning: /usr/lib/postfix/sbin/%s: bad command startup -- throttling", a.d.service.Program())
		a.deferAll(mail.Enhanced{4, 3, 0}, "unknown mail transport error")
		return
	}
	switch a.d.service.Program() {
	case "smtp", "relay":
		a.smtp()
	case "local":
		for _, r := range a.rcpts {
			a.local(r)
		}
	case "virtual":
		for _, r := range a.rcpts {
			a.virtual(r)
		}
	case "error", "retry":
		status, text := mail.SplitStatus(mail.Enhanced{5, 0, 0}, a.res.Nexthop)
		if a.res.Transport == "retry" || status[0] == 4 {
			a.deferAll(status, text)
		} else {
			a.bounceAll(status, text)
		}
	case "discard":
		for _, r := range a.rcpts {
			a.sent(r, mail.Enhanced{2, 0, 0}, a.res.Nexthop)
		}
	default:
		a.deferAll(mail.Enhanced{4, 3, 0}, "mail transport unavailable")
	}
}

// log writes the delivery agent's line about one recipient.
func (a *attempt) log(r recipient, status mail.Enhanced, word, text string) {
	now := a.in.host.Clock.Now()
	orig := ""
	if r.Orig != "" && !strings.EqualFold(r.Orig, r.Addr) {
		orig = ", orig_to=<" + r.Orig + ">"
	}
	before := a.began.Sub(a.m.arrival)
	inAgent := now.Sub(a.began) - a.conn
	a.d.logf(host.Info, "%s: to=<%s>%s, relay=%s, delay=%s, delays=%s/0/%s/%s, dsn=%s, status=%s (%s)", a.m.id, r.Addr, orig, a.relay,
		seconds(now.Sub(a.m.arrival)), seconds(before), seconds(a.conn), seconds(inAgent), mail.EnhancedString(status), word, text)
}

// seconds formats a delay as Postfix does with delay_logging_resolution_limit 2:
// at least two significant digits, no more than two decimals.
func seconds(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s >= 9.95:
		return fmt.Sprintf("%.0f", s)
	case s >= 0.995:
		return trimZeros(fmt.Sprintf("%.1f", s))
	}
	return trimZeros(fmt.Sprintf("%.2f", s))
}

func trimZeros(s string) string {
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func (a *attempt) sent(r recipient, status mail.Enhanced, text string) {
	a.log(r, status, "sent", text)
}

func (a *attempt) bounced(r recipient, status mail.Enhanced, text string) {
	a.log(r, status, "bounced", text)
	a.failed = append(a.failed, bounceRecipient(r, "failed", status, text))
}

// refused records what a remote server said about a recipient.
func (a *attempt) refused(r recipient, status mail.Enhanced, text, server, reply string) {
	if status[0] != 5 {
		a.postponed(r, status, text)
		return
	}
	a.log(r, status, "bounced", text)
	b := bounceRecipient(r, "failed", status, text)
	b.RemoteMTA, b.Reply = server, reply
	a.failed = append(a.failed, b)
}

func (a *attempt) postponed(r recipient, status mail.Enhanced, text string) {
	a.log(r, status, "deferred", text)
	r.Reason, r.Status = text, status
	a.deferred = append(a.deferred, r)
}

func (a *attempt) bounceAll(status mail.Enhanced, text string) {
	for _, r := range a.rcpts {
		a.bounced(r, status, text)
	}
}

func (a *attempt) deferAll(status mail.Enhanced, text string) {
	for _, r := range a.rcpts {
		a.postponed(r, status, text)
	}
}

func bounceRecipient(r recipient, action string, status mail.Enhanced, reason string) mail.Recipient {
	return mail.Recipient{Final: r.Addr, Original: r.Orig, ORcpt: r.ORcpt, Action: action, Status: status, Reason: reason}
}

// bounce sends a notification about recipients of m to its sender. Mail from
// the null sender is not bounced (RFC 5321 4.5.5): it is a double bounce.
func (in *Instance) bounce(t *vtime.Task, cfg *postfix.Config, m *message, kind mail.DSNKind, list []mail.Recipient) {
	if m.sender == "" {
		in.logf(host.Info, "bounce", in.master.PID, "%s: undeliverable postmaster notification discarded", m.id)
		return
	}
	span := in.host.Log.Open(trace.Event{Kind: trace.Bounce, Node: in.host.Name, Outcome: trace.Warn, Data: trace.F("notification to <" + m.sender + ">")})
	defer span.End(trace.Neutral, nil)
	d := in.acquire(t, service("bounce"))
	defer in.release(d)
	dsn := mail.DSN{
		Kind: kind, Hostname: cfg.Str("myhostname"), Domain: cfg.Origin(), OriginalID: m.id, Sender: m.sender, EnvelopeID: m.envID,
		Arrival: m.arrival.In(in.host.Zone), Now: in.host.Now(), DelayWarning: cfg.Duration("delay_warning_time"), Lifetime: cfg.Duration("maximal_queue_lifetime"),
		HeadersOnly: m.ret == mail.ReturnHeaders || kind == mail.DSNDelay || int64(len(m.data)) > cfg.Int("bounce_size_limit"), Recipients: list, Original: mail.ParseMessage(m.data),
	}
	s := &submission{rcpts: []recipient{{Addr: m.sender, Orig: m.sender}}, local: true, origin: "bounce", refs: []trace.Ref{{Rel: trace.BounceOf, Seq: m.scope.Span}},
		msg: dsn.Message()}
	s.begun = func(id string) {
		dsn.QueueID = id
		s.msg = dsn.Message()
	}
	id, refusal := in.cleanup(t, s)
	if refusal != nil {
		d.logf(host.Warning, "warning: %s: cannot queue notification: %s", m.id, refusal)
		return
	}
	what := "sender non-delivery notification"
	if kind == mail.DSNDelay {
		what = "sender delay notification"
	}
	d.logf(host.Info, "%s: %s: %s", m.id, what, id)
}
