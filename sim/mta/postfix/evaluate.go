package postfix

import (
	"fmt"
	"strings"

	"mxlab/sim/mail"
)

// Checker evaluates the restriction lists along one SMTP session. It keeps what
// Postfix keeps between commands: deferrals that wait for a later permit or
// reject. Log lines about refusals go to the System's log.
type Checker struct {
	p *SMTPD

	ifPermit, ifReject                                    deferral
	permitAfterClient, permitAfterHelo, permitAfterSender bool
	senderChecked, recipientChecked                       bool
	effects                                               Effects
}

// deferral is a temporary refusal kept for later; the first one stays.
type deferral struct {
	active bool
	code   int
	status string
	text   string
	by     Restriction
}

// NewChecker starts a session.
func (p *SMTPD) NewChecker() *Checker { return &Checker{p: p} }

// Reset forgets what the lists asked for during a mail transaction (RSET, new
// MAIL, HELO).
func (c *Checker) Reset() { c.effects = Effects{} }

// DelayReject reports whether refusals of client, HELO and sender wait for RCPT
// (smtpd_delay_reject).
func (c *Checker) DelayReject() bool { return c.p.cfg.Bool("smtpd_delay_reject") }

// evaluation is the state during one stage.
type evaluation struct {
	*Checker
	s     Session
	stage Stage
	steps []Step
	depth int
	warn  int // recursion level at which warn_if_reject was seen; 0: none
	reply mail.Reply
	by    Restriction
	facts []Fact
	cur   Restriction
}

func (c *Checker) begin(stage Stage, s Session) *evaluation {
	return &evaluation{Checker: c, s: s, stage: stage}
}

func (e *evaluation) decision(v Verdict) Decision {
	d := Decision{Verdict: v, By: e.by, Steps: e.steps, Effects: e.effects}
	if v == Reject {
		d.Reply = e.reply
	}
	return d
}

// fresh clears what one list must not hand to the next.
func (e *evaluation) fresh() {
	e.depth, e.warn, e.ifReject.active = 0, 0, false
}

// subject is what a list talks about in replies: <name>: Class rejected: ...
type subject struct {
	name, class string
	table       string // restriction a bare type:table stands for; empty: none
}

// list evaluates restrictions in order until one decides. It is Postfix's
// generic_checks.
func (e *evaluation) list(rs []Restriction, sub subject) Verdict {
	if e.depth == 0 {
		e.by = Restriction{}
	}
	e.depth++
	defer func() { e.depth-- }()
	for i, r := range rs {
		if e.effects.Discard {
			break
		}
		if r.key() == "warn_if_reject" {
			if e.warn == 0 {
				e.warn = e.depth
			}
			continue
		}
		v := e.one(r, sub)
		if v != Dunno && i+1 < len(rs) && (r.key() == "permit" || (r.key() == "reject" || r.key() == "defer") && e.warn == 0) {
			e.p.sys.log(warnf("restriction `%s' after `%s' is ignored", firstWord(rs[i+1]), r.Name))
		}
		if e.warn >= e.depth {
			e.warn = 0
		}
		if v != Dunno {
			return v
		}
		if e.ifPermit.active && e.ifReject.active {
			break
		}
	}
	return Dunno
}

func firstWord(r Restriction) string {
	if r.Name != "" {
		return r.Name
	}
	return r.Arg
}

// one evaluates a restriction and records the step.
func (e *evaluation) one(r Restriction, sub subject) Verdict {
	saved, savedCur := e.facts, e.cur
	e.facts, e.cur = nil, r
	at := len(e.steps)
	e.steps = append(e.steps, Step{Restriction: r, Depth: e.depth - 1})
	v := e.dispatch(r, sub)
	step := &e.steps[at]
	step.Verdict, step.Facts = v, e.facts
	if v == Reject {
		step.Text = e.reply.String()
	}
	if v != Dunno && e.by == (Restriction{}) {
		e.by = r
	}
	e.facts, e.cur = saved, savedCur
	return v
}

func (e *evaluation) fact(k FactKind, subject, object, result string) {
	e.facts = append(e.facts, Fact{k, subject, object, result})
}

// dispatch finds the meaning of a name: built-in restriction, bare table,
// restriction class, or a mistake.
func (e *evaluation) dispatch(r Restriction, sub subject) Verdict {
	if r.Name == "" {
		if sub.table == "" {
			e.p.sys.log(warnf("specify one of (check_client_access, check_reverse_client_hostname_access, check_helo_access, "+
				"check_sender_access, check_recipient_access, check_etrn_access) before %s restriction \"%s\"", sub.class, r.Arg))
			return e.serverError()
		}
		r.Name = sub.table
	}
	if f, ok := e.p.builtin[r.key()]; ok {
		return e.builtin(f, r, sub)
	}
	if class, ok := e.p.classes[r.Name]; ok {
		if e.depth > maxRecursion {
			e.p.sys.log(warnf("restriction class %s causes unreasonable recursion", r.Name))
			return e.serverError()
		}
		return e.list(class, sub)
	}
	e.p.sys.log(warnf("unknown smtpd restriction: \"%s\"", r.Name))
	return e.serverError()
}

// builtin checks the argument, then evaluates.
func (e *evaluation) builtin(f restrictionFunc, r Restriction, sub subject) Verdict {
	switch argumentOf(r.key()) {
	case argTable:
		if !strings.Contains(r.Arg, ":") {
			arg := r.Arg
			if arg == "" {
				arg = r.Name // the real program prints what it has: the name
			}
			e.p.sys.log(warnf("restriction %s: bad argument \"%s\": need maptype:mapname", r.Name, arg))
			return e.serverError()
		}
	case argServer:
		if !strings.Contains(r.Arg, ":") {
			e.p.sys.log(warnf("restriction check_policy_service must be followed by transport:server"))
			return e.serverError()
		}
	case argNumber:
		if strings.Trim(r.Arg, "0123456789") != "" || r.Arg == "" {
			e.p.sys.log(warnf("restriction sleep must be followed by number"))
			return e.serverError()
		}
	case argDomain:
		if r.Arg == "" {
			e.p.sys.log(warnf("restriction %s requires domain name argument", r.Name))
			return Dunno
		}
	}
	return f(e, r, sub)
}

// refuse makes a reply and, unless only a warning is asked for, ends the list.
// trouble marks errors of the configuration, which warn_if_reject cannot soften.
func (e *evaluation) refuse(code int, status, text string, trouble bool) Verdict {
	reply, ok := buildReply(code, status, text)
	if !ok {
		e.p.sys.log(warnf("SMTP reply code configuration error: %d %s %s", code, status, text))
	}
	warnOnly := e.warn > 0 && !trouble
	if !warnOnly && e.ifReject.active && reply.Class() == 5 {
		d := e.ifReject
		e.warn, e.ifReject.active = 0, false
		return e.refuse(d.code, d.status, d.text, trouble)
	}
	if reply.Class() == 5 && e.p.cfg.Bool("soft_bounce") {
		reply.Code -= 100
		reply.Enhanced[0] = 4
	}
	what := "reject"
	if warnOnly {
		what = "reject_warning"
		e.fact(FactWarn, "", "", reply.String())
	}
	e.logWhat(what, reply.String())
	if warnOnly {
		return Dunno
	}
	e.reply = reply
	return Reject
}

// buildReply makes reply code and status agree, the code having precedence.
func buildReply(code int, status, text string) (mail.Reply, bool) {
	enh, _, ok := mail.ParseEnhanced(status)
	if code < 400 || code > 599 || !ok {
		return mail.Reply{Code: 450, Enhanced: mail.Enhanced{4, 7, 1}, Lines: []string{"Service unavailable"}}, false
	}
	enh[0] = code / 100
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if limit := 510 - 10; len(text) > limit {
		text = text[:limit]
	}
	return mail.Reply{Code: code, Enhanced: enh, Lines: []string{text}}, true
}

// logWhat writes smtpd's line about a decision.
func (e *evaluation) logWhat(what, text string) {
	id := e.s.QueueID
	if id == "" {
		id = "NOQUEUE"
	}
	e.p.sys.log(Diagnostic{Info, fmt.Sprintf("%s: %s: %s from %s: %s;%s", id, what, e.stage, e.s.Client, text, e.s.logContext())})
}

// rejectf is refuse for policy decisions.
func (e *evaluation) rejectf(code int, status, format string, args ...any) Verdict {
	return e.refuse(code, status, fmt.Sprintf(format, args...), false)
}

func (e *evaluation) serverError() Verdict {
	return e.refuse(451, "4.3.5", "Server configuration error", true)
}

func (e *evaluation) lookupFailure(name string) Verdict {
	return e.refuse(451, "4.3.0", fmt.Sprintf("<%s>: Temporary lookup failure", name), true)
}

// deferIfPermit keeps a temporary refusal in case the mail would be accepted.
// With plain set, or under warn_if_reject, it refuses at once.
func (e *evaluation) deferIfPermit(plain bool, code int, status, format string, args ...any) Verdict {
	if plain || e.warn > 0 {
		return e.rejectf(code, status, format, args...)
	}
	e.ifPermit.set(code, status, fmt.Sprintf(format, args...), e.cur)
	e.fact(FactDefer, "permit", "", e.ifPermit.text)
	return Dunno
}

func (e *evaluation) deferIfReject(code int, status, format string, args ...any) Verdict {
	e.ifReject.set(code, status, fmt.Sprintf(format, args...), e.cur)
	e.fact(FactDefer, "reject", "", e.ifReject.text)
	return Dunno
}

func (d *deferral) set(code int, status, text string, by Restriction) {
	if !d.active {
		*d = deferral{true, code, status, text, by}
	}
}

// settle turns an acceptance into the deferral kept earlier.
func (e *evaluation) settle(v Verdict) Verdict {
	if v == Reject || !e.ifPermit.active {
		return v
	}
	d := e.ifPermit
	if e.refuse(d.code, d.status, d.text, false) == Reject {
		e.by = d.by
		return Reject
	}
	return v
}
