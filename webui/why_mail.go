package webui

import (
	"regexp"
	"strings"
	"time"

	"mxlab/sim/trace"
)

var statusCode = regexp.MustCompile(`^[245]\d\d[ -]([245])\.(\d{1,3})\.(\d{1,3})`)

// reply explains a refusal; other replies need no explanation.
func (x *explainer) reply(e *trace.Event) *Why {
	if w := x.lostPacket(e); w != nil {
		return w
	}
	label := e.Label()
	switch {
	case e.Kind == trace.POPReply && strings.HasPrefix(label, "-ERR"):
		return verdict("%s{이가} 명령을 거부했습니다: %s", "%s refused the command: %s", x.node(e.Node), label).rule("RFC 1939 3", "-ERR은 실패를 뜻합니다.", "-ERR means failure.")
	case e.Kind == trace.IMAPReply && (strings.Contains(label, " NO ") || strings.Contains(label, " BAD ")):
		return verdict("%s{이가} 명령을 거부했습니다: %s", "%s refused the command: %s", x.node(e.Node), label).rule("RFC 9051 7.1", "NO는 실패, BAD는 잘못된 명령입니다.", "NO means failure, BAD a bad command.")
	case e.Kind != trace.SMTPReply || len(label) < 3 || label[0] != '4' && label[0] != '5':
		return nil
	}
	w := verdict("%s{이가} 영구히 거부했습니다: %s", "%s refused for good: %s", x.node(e.Node), label)
	if label[0] == '4' {
		w = verdict("%s{이가} 지금은 받지 않겠다고 했습니다. 나중에 다시 보냅니다: %s", "%s does not take it now; it will be tried again: %s", x.node(e.Node), label)
	}
	if m := statusCode.FindStringSubmatch(label); m != nil {
		t := statusTexts[m[2]]
		w.rule("RFC 5321 4.2.1, RFC 3463 "+m[1]+"."+m[2]+"."+m[3], "%s: %s", "%s: %s", label[:3], t.En)
		w.Rule.Text.Ko = label[:3] + ": " + t.Ko
	} else {
		w.rule("RFC 5321 4.2.1", "4로 시작하면 일시적, 5로 시작하면 영구적인 거부입니다.", "4yz is a refusal for now, 5yz one for good.")
	}
	if p := x.policyOf(e); p != nil {
		return x.because(w, p)
	}
	x.before(e.Seq, func(f *trace.Event) bool {
		if f.Seq <= e.Span {
			return false
		}
		if f.Span == e.Span && f.Kind == trace.SMTPReply && len(f.Label()) > 3 && (f.Label()[0] == '5' || f.Label()[0] == '4') {
			w.to(f, "앞선 거부: %s", "An earlier refusal: %s", shorten(f.Label(), 60))
			return false
		}
		return true
	})
	return w
}

// policyOf returns the verdict that a reply puts in words: the last refusal of
// the session whose text it is.
func (x *explainer) policyOf(e *trace.Event) (found *trace.Event) {
	label := strings.TrimSuffix(e.Label(), "...")
	x.before(e.Seq, func(p *trace.Event) bool {
		if p.Kind == trace.Policy && p.Span == e.Span && p.Outcome >= trace.TempFail {
			text := field(p, "text")
			if text != "" && (strings.HasPrefix(text, label) || strings.HasPrefix(label, text)) || p.Seq == e.Cause {
				found = p
			}
		}
		return found == nil && p.Seq > e.Span
	})
	return found
}

// because puts the rule that decided into an explanation.
func (x *explainer) because(w *Why, p *trace.Event) *Why {
	name := field(p, "rule")
	word, _, _ := strings.Cut(name, " ")
	t, known := restrictions[word]
	if !known {
		t = say("%s의 규칙", "A rule of %s", field(p, "list"))
	}
	if name != "" {
		w.Rule = &Rule{Name: name, Text: t}
	}
	w.to(p, "결정한 규칙: %s", "The rule that decided: %s", name)
	x.facts(w, p)
	if at := field(p, "file"); at != "" {
		x.file(w, p.Node, at)
	}
	return w
}

// facts adds what a rule looked at: the values compared and the look-ups made.
func (x *explainer) facts(w *Why, p *trace.Event) {
	if p.Data == nil {
		return
	}
	client := false
	for _, f := range p.Data.Fields() {
		words := strings.Fields(f.Value)
		if len(words) == 0 {
			continue
		}
		rest := strings.Join(words[1:], " ")
		switch f.Name {
		case "dns":
			w.compare("DNS 조회", "DNS look-up", words[0], rest, false, 0)
			x.lookupOf(w, p, words[0])
		case "match":
			w.compare("목록 비교", "list compared", words[0], rest, p.Outcome == trace.OK, 0)
		case "class":
			w.compare("주소의 종류", "address class", words[0], rest, p.Outcome == trace.OK, 0)
		case "table":
			w.compare("표에서 찾은 값", "value in the table", words[0], rest, p.Outcome == trace.OK, 0)
		case "state":
			client = client || strings.HasPrefix(words[0], "client_name") || strings.HasPrefix(words[0], "reverse_client_name")
			if rest != "" {
				w.compare("살펴본 값", "value looked at", words[0], rest, p.Outcome == trace.OK, 0)
			}
		}
	}
	if !client {
		return
	}
	x.before(p.Seq, func(q *trace.Event) bool {
		if q.Kind == trace.Policy && q.Span == p.Span && field(q, "rule") == "FCrDNS" {
			w.to(q, "접속한 주소의 이름 확인: %s", "The check of the client's name: %s", q.Label())
			x.names(w, q)
			return false
		}
		return q.Seq > p.Span
	})
}

// lookupOf links the look-up of a name made for a session before an event.
func (x *explainer) lookupOf(w *Why, p *trace.Event, name string) {
	x.before(p.Seq, func(q *trace.Event) bool {
		if q.Kind == trace.DNSLookup && q.Span == p.Span && strings.EqualFold(bare(field(q, "name")), bare(name)) {
			w.to(q, "조회: %s", "The look-up: %s", q.Label())
			x.trail(w, q)
			return false
		}
		return q.Seq > p.Span
	})
}

// names adds the comparison of address, name and address, and its look-ups.
func (x *explainer) names(w *Why, q *trace.Event) {
	addr, ptr, name := field(q, "address"), field(q, "ptr"), field(q, "name")
	w.compare("주소의 이름(PTR)", "name of the address (PTR)", addr, ptr, ptr != "unknown" && ptr != "", q.Seq)
	if ptr != "unknown" && ptr != "" {
		w.compare("이름의 주소가 같은가", "the name leads back", ptr, name, name == ptr, q.Seq)
	}
	from := q.Seq
	x.before(q.Seq, func(l *trace.Event) bool {
		if l.Kind == trace.Policy && l.Span == q.Span || l.Seq <= q.Span {
			return false
		}
		if l.Kind == trace.DNSLookup && l.Span == q.Span {
			from = l.Seq
			if end := x.end(l.Seq); end != nil && end.Outcome >= trace.TempFail {
				w.to(l, "실패한 조회: %s", "The look-up that failed: %s", l.Label())
				x.trail(w, l)
			}
		}
		return from > q.Span
	})
}

// policy explains a verdict of one rule.
func (x *explainer) policy(e *trace.Event) *Why {
	name, peer := field(e, "rule"), x.node(e.Peer)
	if name == "FCrDNS" {
		var w *Why
		switch e.Outcome {
		case trace.OK:
			w = verdict("%s의 이름과 주소가 서로 맞습니다: %s", "Name and address of %s agree: %s", peer, field(e, "name"))
		case trace.TempFail:
			w = verdict("%s의 이름을 지금은 알아낼 수 없습니다.", "The name of %s cannot be found out at present.", peer)
		default:
			w = verdict("%s의 이름을 확인할 수 없습니다: %s", "The name of %s is not confirmed: %s", peer, e.Label())
		}
		w.rule("RFC 1912 2.1", "주소의 PTR 이름을 다시 찾으면 그 주소가 나와야 합니다(FCrDNS).", "The name in the PTR record must lead back to the address (FCrDNS).")
		x.names(w, e)
		return w
	}
	var w *Why
	switch e.Outcome {
	case trace.Fail:
		w = verdict("%s 규칙이 %s{을를} 거부했습니다.", "The rule %s refuses %s.", name, peer)
	case trace.TempFail:
		w = verdict("%s 규칙이 %s{을를} 지금은 거부했습니다.", "The rule %s refuses %s for now.", name, peer)
	case trace.OK:
		w = verdict("%s 규칙이 %s{을를} 허용했습니다. 이 목록의 나머지 규칙은 보지 않습니다.", "The rule %s lets %s pass; the rest of the list is not looked at.", name, peer)
	default:
		w = verdict("%s 규칙은 결정하지 않았습니다. 다음 규칙을 봅니다.", "The rule %s does not decide; the next one is looked at.", name)
	}
	if text := field(e, "text"); text != "" {
		w.compare("서버의 대답", "reply", name, text, false, 0)
	}
	if name == "" {
		return verdict("%s", "%s", e.Label())
	}
	links := w.Links
	x.because(w, e)
	w.Links = append(links, without(w.Links, e.Seq)...)
	return w
}

// without removes the links to an event.
func without(list []WhyLink, seq uint64) (out []WhyLink) {
	for _, l := range list {
		if l.Seq != seq {
			out = append(out, l)
		}
	}
	return out
}

var logged = regexp.MustCompile(`to=<([^>]*)>.*status=(\w+) \((.*)\)$`)

// outcome returns the log line of a delivery in a span: its recipient, status
// and reason.
func (x *explainer) outcome(span uint64) (line *trace.Event, rcpt, status, reason string) {
	x.inside(span, func(e *trace.Event) {
		if e.Kind != trace.LogLine {
			return
		}
		if m := logged.FindStringSubmatch(e.Label()); m != nil {
			line, rcpt, status, reason = e, m[1], m[2], m[3]
		}
	})
	return line, rcpt, status, reason
}

// deliver explains a delivery attempt by what was logged about it.
func (x *explainer) deliver(e *trace.Event) *Why {
	line, rcpt, status, reason := x.outcome(e.Seq)
	if line == nil {
		return nil
	}
	var w *Why
	switch status {
	case "sent":
		w = verdict("%s에게 갈 메일을 넘겼습니다: %s", "The mail for %s was handed over: %s", rcpt, reason)
	case "deferred":
		w = verdict("%s에게 갈 메일을 지금은 배달하지 못했습니다: %s", "The mail for %s could not be delivered for now: %s", rcpt, reason)
		w.rule("RFC 5321 4.5.4.1", "일시적인 실패면 큐에 두고 다시 시도합니다.", "After a failure that may pass the mail stays in the queue and is tried again.")
	default:
		w = verdict("%s에게 갈 메일을 배달할 수 없습니다: %s", "The mail for %s cannot be delivered: %s", rcpt, reason)
		w.rule("RFC 5321 6.1", "영구적인 실패면 보낸 사람에게 알립니다.", "After a failure for good the sender is told.")
	}
	if status != "sent" {
		x.trouble(w, e.Seq)
	}
	return w.to(line, "로그", "The log line")
}

// trouble links what went wrong inside a span: the refusing reply, the failed
// connection or look-up.
func (x *explainer) trouble(w *Why, span uint64) {
	var reply, conn, lookup *trace.Event
	x.inside(span, func(e *trace.Event) {
		switch e.Kind {
		case trace.SMTPReply:
			if l := e.Label(); l != "" && (l[0] == '4' || l[0] == '5') && reply == nil {
				reply = e
			}
		case trace.End:
			opener := x.log.Get(e.Span)
			if opener == nil || e.Outcome < trace.TempFail {
				return
			}
			if opener.Kind == trace.Connect {
				conn = opener
			} else if opener.Kind == trace.DNSLookup && lookup == nil {
				lookup = opener
			}
		}
	})
	if reply != nil {
		w.to(reply, "거부한 응답: %s", "The reply that refused: %s", shorten(reply.Label(), 60))
		return
	}
	if conn != nil {
		w.to(conn, "실패한 연결: %s", "The connection that failed: %s", conn.Label())
		return
	}
	if lookup != nil {
		w.to(lookup, "실패한 조회: %s", "The look-up that failed: %s", lookup.Label())
		x.trail(w, lookup)
	}
}

// queue explains why a message waits, and when it was tried again.
func (x *explainer) queue(e *trace.Event) *Why {
	if !strings.Contains(e.Label(), "deferred") {
		return nil
	}
	id, _, _ := strings.Cut(e.Label(), " ")
	var line *trace.Event
	reason := ""
	x.before(e.Seq, func(l *trace.Event) bool {
		if l.Kind == trace.LogLine && l.Node == e.Node && strings.Contains(l.Label(), id+": ") {
			if m := logged.FindStringSubmatch(l.Label()); m != nil && m[2] == "deferred" {
				line, reason = l, m[3]
			}
		}
		return line == nil && l.Seq > e.Span
	})
	w := verdict("메일 %s{이가} 큐에서 다음 시도를 기다립니다.", "The mail %s waits in the queue for the next try.", id)
	if reason != "" {
		w = verdict("메일 %s{이가} 큐에서 다음 시도를 기다립니다: %s", "The mail %s waits in the queue for the next try: %s", id, reason)
	}
	w.rule("RFC 5321 4.5.4.1", "다시 시도하는 간격은 점점 길어지고, 수명이 지나면 되돌려 보냅니다.", "The tries become rarer; when its lifetime has passed the mail is returned.")
	w.to(line, "배달하지 못한 까닭", "Why it could not be delivered")
	if line != nil {
		if span := x.log.Get(line.Span); span != nil && span.Kind == trace.Deliver {
			x.trouble(w, span.Seq)
		}
	}
	x.log.After(e.Seq, func(n *trace.Event) bool {
		if n.Kind == trace.Queue && n.Node == e.Node && strings.HasPrefix(n.Label(), id+" ") {
			w.to(n, "%s 뒤의 다음 시도", "The next try, %s later", age(e, n).Round(time.Second))
			return false
		}
		return n.Seq < e.Seq+maxSearch
	})
	return w
}

// bounce explains why a notification was sent.
func (x *explainer) bounce(e *trace.Event) *Why {
	w := verdict("메일을 배달할 수 없어 보낸 사람에게 알렸습니다.", "The mail could not be delivered, and its sender is told.").
		rule("RFC 5321 6.1, RFC 3464", "맡은 메일을 배달하지 못하면 봉투의 보낸 사람에게 알립니다.", "Whoever has taken a mail and cannot deliver it tells the sender on the envelope.")
	x.before(e.Seq, func(l *trace.Event) bool {
		m := []string(nil)
		if l.Kind == trace.LogLine && l.Node == e.Node {
			m = logged.FindStringSubmatch(l.Label())
		}
		if m == nil || m[2] != "bounced" {
			return l.Seq > e.Span
		}
		w.Verdict = say("%s에게 갈 메일을 배달할 수 없어 보낸 사람에게 알렸습니다: %s", "The mail for %s could not be delivered, and its sender is told: %s", m[1], m[3])
		return false
	})
	if e.Span != 0 {
		x.trouble(w, e.Span)
	}
	return w
}
