package mta

import (
	"slices"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// doubleBounce is the sender of mail to the postmaster about mail; it is never
// bounced itself (double_bounce_sender).
func (in *Instance) doubleBounce() string {
	return in.base.Str("double_bounce_sender") + "@" + in.base.Str("myhostname")
}

// bounce sends a notification about recipients of m to its sender.
//
// Mail from the null sender is a notification itself and is not bounced
// (RFC 5321 4.5.5): the postmaster is told if notify_classes says 2bounce. A
// notification for the postmaster is thrown away.
func (in *Instance) bounce(t *vtime.Task, m *message, kind mail.DSNKind, list []mail.Recipient) {
	p := in.acquire(t, in.serviceOf(bounceService(kind), "bounce"))
	if p == nil {
		return
	}
	defer in.release(p)
	to, sender, what := m.sender, "", notificationName(kind)
	switch {
	case m.sender == in.doubleBounce():
		p.logf(host.Warning, "warning: %s: undeliverable postmaster notification discarded", m.id)
		return
	case m.sender == "":
		if !slices.Contains(in.base.List("notify_classes"), "2bounce") {
			return
		}
		to, sender, what = in.base.Str("2bounce_notice_recipient"), in.doubleBounce(), "postmaster non-delivery notification"
	}
	span := in.host.Log.Open(trace.Event{Kind: trace.Bounce, Node: in.host.Name, Outcome: trace.Warn, Refs: bounceOf(m), Data: trace.F("notification to <"+to+">", "id", m.id, "reason", list[0].Reason)})
	defer span.End(trace.Neutral, nil)
	e, refusal := in.enter(t, "bounce", in.host.Clock.Now())
	if refusal != nil {
		p.logf(host.Warning, "warning: %s: cannot queue notification: %s", m.id, refusal)
		return
	}
	e.m.sender, e.m.rcpts, e.refs = sender, []recipient{{Addr: to, Orig: to}}, bounceOf(m)
	dsn := in.notification(p, m, kind, list)
	dsn.QueueID = e.m.id
	if m.sender == "" {
		dsn.Postmaster = to
	}
	id := e.m.id
	if refusal := e.finish(t, dsn.Message()); refusal != nil {
		p.logf(host.Warning, "warning: %s: cannot queue notification: %s", m.id, refusal)
		return
	}
	p.logf(host.Info, "%s: %s: %s", m.id, what, id)
}

// notification describes what happened to bounce(8)'s templates.
func (in *Instance) notification(p *process, m *message, kind mail.DSNKind, list []mail.Recipient) mail.DSN {
	cfg := p.cfg
	return mail.DSN{
		Kind: kind, Hostname: cfg.Str("myhostname"), Domain: cfg.Origin(), MailName: cfg.Str("mail_name"), OriginalID: m.id, Sender: m.sender, EnvelopeID: m.envID,
		Arrival: m.arrival.In(in.host.Zone), Now: in.host.Now(), DelayWarning: cfg.Duration("delay_warning_time"), Lifetime: cfg.Duration("maximal_queue_lifetime"),
		HeadersOnly: m.ret == mail.ReturnHeaders || kind != mail.DSNFailure || int64(len(m.data)) > cfg.Int("bounce_size_limit"),
		Recipients:  list, Original: mail.ParseMessage(m.data),
	}
}

func bounceOf(m *message) []trace.Ref {
	if m.span == nil {
		return nil
	}
	return []trace.Ref{{Rel: trace.BounceOf, Seq: m.span.ID()}}
}

func bounceService(kind mail.DSNKind) string {
	switch kind {
	case mail.DSNDelay:
		return "defer"
	case mail.DSNSuccess:
		return "trace"
	}
	return "bounce"
}

func notificationName(kind mail.DSNKind) string {
	switch kind {
	case mail.DSNDelay:
		return "sender delay notification"
	case mail.DSNSuccess:
		return "sender delivery status notification"
	}
	return "sender non-delivery notification"
}
