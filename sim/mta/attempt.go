package mta

import (
	"fmt"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// attempt is one delivery of a message by a delivery agent.
type attempt struct {
	in *Instance
	t  *vtime.Task
	p  *process // the delivery agent
	m  *message
	*job
	active  time.Time // when qmgr took the message up
	began   time.Time // when the agent got it
	setUp   time.Time // when the connection was ready; zero: not a network delivery
	network bool
	relay   string // "name[addr]:port", "local", "none"
	out     *outcome

	worst  trace.Outcome
	reason string
}

// run delivers by the agent of the transport. It reports false when Postfix was
// stopped before the end.
func (a *attempt) run() bool {
	var refs []trace.Ref
	if a.m.last != 0 {
		refs = []trace.Ref{{Rel: trace.RetryOf, Seq: a.m.last}}
	}
	span := a.in.host.Log.Open(trace.Event{Kind: trace.Deliver, Node: a.in.host.Name, Refs: refs,
		Data: trace.F(fmt.Sprintf("deliver %s by %s", addresses(a.rcpts), a.res.Transport), "id", a.m.id, "transport", a.res.Transport,
			"nexthop", a.res.Nexthop, "class", a.res.Class.String(), "decided by", a.res.DecidedBy)})
	a.m.last, a.worst = span.ID(), trace.OK
	ended := false
	defer func() {
		if !ended && !a.in.host.Clock.Closed() {
			span.End(trace.Neutral, trace.Text("interrupted"))
		}
	}()
	a.p = a.agentProcess()
	if a.p == nil {
		return false
	}
	defer a.in.release(a.p)
	a.m.resume(a.in)
	a.p.proc.OnExit(func(*host.Proc) { a.in.interrupted(a.p, a.t) })
	a.began = a.in.host.Clock.Now()
	a.agent()
	ended = true
	var why trace.Data
	if a.reason != "" {
		why = trace.Text(a.reason)
	}
	span.End(a.worst, why)
	return true
}

// interrupted ends the work of a process that a signal has ended.
func (in *Instance) interrupted(p *process, t *vtime.Task) {
	if p.proc.Signalled() == 0 || p.task != t {
		return
	}
	if in.running {
		in.logf(host.Warning, "master", in.master.PID, "warning: process %s%s pid %d killed by signal %d", libexec, p.service.Program(), p.pid(), p.proc.Signalled())
	}
	t.Kill(nil)
}

// agentProcess finds the process of the transport: that of the error service
// for an address that cannot be resolved or a transport master.cf does not
// have.
func (a *attempt) agentProcess() *process {
	switch {
	case a.res.Invalid:
		return a.in.acquireOr(a.t, a.in.serviceOf("error", "error"), a.m.rest)
	case a.res.Failed:
		return a.in.acquireOr(a.t, a.in.serviceOf("retry", "error"), a.m.rest)
	}
	s, ok := a.in.base.Master.Find(a.res.Transport, "unix")
	if !ok {
		a.in.logf(host.Warning, "qmgr", pidOf(a.in.qmgr), "warning: connect to transport private/%s: No such file or directory", a.res.Transport)
		a.res.Failed = true
		a.reason = "mail transport unavailable"
		return a.in.acquireOr(a.t, a.in.serviceOf("retry", "error"), a.m.rest)
	}
	return a.in.acquireOr(a.t, s, a.m.rest)
}

func (a *attempt) agent() {
	switch {
	case a.res.Invalid:
		a.all(mail.Failure{Status: mail.Enhanced{5, 1, 3}, Text: "bad address syntax"})
		return
	case a.res.Failed && a.reason != "":
		a.all(mail.TransportUnavailable())
		return
	case a.res.Failed:
		a.all(mail.Failure{Status: mail.Enhanced{4, 3, 0}, Text: "address resolver failure"})
		return
	}
	switch a.p.service.Program() {
	case "smtp":
		a.network = true
		a.smtp()
	case "local":
		a.local()
	case "virtual":
		a.virtual()
	case "error":
		class := mail.Enhanced{5, 0, 0}
		if a.p.service.Name == "retry" {
			class[0] = 4
		}
		status, text := mail.SplitStatus(class, a.res.Nexthop)
		status[0] = class[0]
		a.all(mail.Failure{Status: status, Text: text})
	case "discard":
		for _, r := range a.rcpts {
			a.sent(r, mail.Enhanced{2, 0, 0}, a.res.Nexthop)
		}
	default:
		a.p.logf(host.Err, "fatal: this host does not have the service %s", a.p.service.Program())
		a.all(mail.Failure{Status: mail.Enhanced{4, 3, 0}, Text: "unknown mail transport error"})
	}
}

// log writes the delivery agent's line about one recipient.
//
// The four delays are: before qmgr took the message up; in qmgr; setting the
// connection up; transmission (postconf(5), delay_logging_resolution_limit).
func (a *attempt) log(r recipient, status mail.Enhanced, word, text string) {
	now := a.in.host.Clock.Now()
	orig := ""
	if r.Orig != "" && !strings.EqualFold(r.Orig, r.Addr) {
		orig = ", orig_to=<" + quoteIfNeeded(r.Orig) + ">"
	}
	var connect time.Duration
	begun := a.began
	if a.network {
		up := a.setUp
		if up.IsZero() {
			up = now
		}
		connect, begun = up.Sub(a.began), up
	}
	a.p.logf(host.Info, "%s: to=<%s>%s, relay=%s, delay=%s, delays=%s/%s/%s/%s, dsn=%s, status=%s (%s)", a.m.id, quoteIfNeeded(r.Addr), orig, a.relay,
		seconds(now.Sub(a.m.arrival)), seconds(a.active.Sub(a.m.arrival)), seconds(a.began.Sub(a.active)), seconds(connect), seconds(now.Sub(begun)),
		mail.EnhancedString(status), word, text)
}

// sent records a delivery.
func (a *attempt) sent(r recipient, status mail.Enhanced, text string) {
	a.log(r, status, "sent", text)
	if r.Notify&mail.NotifySuccess != 0 {
		action := "delivered"
		if a.network {
			action = "relayed"
		}
		a.out.delivered = append(a.out.delivered, mail.Recipient{Final: r.Addr, Original: r.Orig, ORcpt: r.ORcpt, Action: action, Status: status, Reason: "delivery via " + a.relay + ": " + text})
	}
}

// fail records that a recipient was not reached: deferred or bounced by the
// class of the status.
func (a *attempt) fail(r recipient, f mail.Failure) {
	a.reason = f.Text
	soft := a.p.cfg.Bool("soft_bounce")
	if f.Temporary() || soft {
		f.Status[0] = 4
		a.log(r, f.Status, map[bool]string{true: "SOFTBOUNCE", false: "deferred"}[soft && f.Reply != "" && f.Reply[0] == '5'], f.Text)
		if a.worst == trace.OK {
			a.worst = trace.TempFail
		}
		r.Reason, r.Status = f.Text, f.Status
		a.out.deferred = append(a.out.deferred, r)
		return
	}
	a.worst = trace.Fail
	a.log(r, f.Status, "bounced", f.Text)
	a.out.failed = append(a.out.failed, notice(r, f, "failed"))
}

// all records the same failure for every recipient.
func (a *attempt) all(f mail.Failure) {
	for _, r := range a.rcpts {
		a.fail(r, f)
	}
}

// notice is a recipient's entry in a notification.
func notice(r recipient, f mail.Failure, action string) mail.Recipient {
	n := f.Recipient(r.Addr, r.Orig, r.ORcpt)
	n.Action = action
	return n
}
