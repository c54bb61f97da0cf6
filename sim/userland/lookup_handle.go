package userland

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// handle decides what a message that arrived means for the lookup, in the order
// BIND's tools do: is it the reply at all, must the question be repeated in
// another way, does another server have to be asked; then it is shown, and
// referrals and search lists are followed.
func (e *lookups) handle(q *query, wire []byte, i int) lookupStep {
	l := q.l
	if n, ok := e.matches(q, wire); !ok {
		return n
	}
	m, err := parseReply(wire)
	if err != nil {
		e.badPacket(wire)
		return lookupDone
	}
	if n, ok := e.rightQuestion(l, m); !ok {
		return n
	}
	cookieDone := false
	if e.repeat(q, m, &cookieDone) {
		return lookupDone
	}
	if n, ok := e.elsewhere(q, m, i); !ok {
		return n
	}
	if e.key != nil {
		if text := e.verify(m); text != "" {
			e.front.warnf("Couldn't verify signature: %s", text)
			e.unverified = true
		}
	}
	if !cookieDone {
		if l.cookie != "" && m.IsEdns0() == nil {
			e.front.warnf("expected opt record in response")
		} else if l.cookie != "" || l.sendCookie {
			e.checkCookie(l, m)
		}
	}
	return e.conclude(q, m, i)
}

// matches checks the header.
func (e *lookups) matches(q *query, wire []byte) (lookupStep, bool) {
	l := q.l
	id, response, ok := messageHeader(wire)
	match := ok && id == l.request.Id
	if !match && l.tcp {
		if !ok {
			e.front.warnf("ERROR: short (< header size) message")
			return lookupDone, false
		}
		kind := "ERROR"
		if q.transfer.firstSOA {
			kind = "WARNING"
		}
		if !q.transfer.firstSOA || !q.transfer.warnedID {
			e.front.warnf("%s: ID mismatch: expected ID %d, got %d", kind, l.request.Id, id)
		}
		q.transfer.warnedID = true
		if !q.transfer.firstSOA {
			return lookupDone, false
		}
		match = true
	} else if !match && ok {
		e.front.warnf("Warning: ID mismatch: expected ID %d, got %d", l.request.Id, id)
	} else if !match {
		e.front.warnf("Warning: short (< header size) message received")
	}
	if ok && !response {
		e.front.warnf("Warning: query response not set")
	}
	if !match {
		return moreReply, false
	}
	return lookupDone, true
}

// badPacket shows a message that cannot be parsed.
func (e *lookups) badPacket(wire []byte) {
	e.p.Printf(";; Got bad packet: FORMERR\n%s", hexDump(wire))
}

// hexDump is dig's form of a message it could not read.
func hexDump(wire []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d bytes\n", len(wire))
	for start := 0; start < len(wire); start += 16 {
		row := wire[start:min(start+16, len(wire))]
		for _, c := range row {
			fmt.Fprintf(&b, "%02x ", c)
		}
		b.WriteString(strings.Repeat("   ", 16-len(row)) + "         ")
		for _, c := range row {
			if c < ' ' || c > '~' {
				c = '.'
			}
			b.WriteByte(c)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// rightQuestion compares opcode and question with what was sent.
func (e *lookups) rightQuestion(l *lookup, m *reply) (lookupStep, bool) {
	if m.Opcode != l.opcode {
		e.front.warnf("Warning: Opcode mismatch: expected %s, got %s", opcodeText(l.opcode), opcodeText(m.Opcode))
		return moreReply, false
	}
	for _, q := range m.Question {
		if q.Qtype == l.qtype && q.Qclass == l.class && sameName(q.Name, l.name) {
			continue
		}
		e.front.warnf(";; Question section mismatch: got %s/%s/%s", shownName(q.Name), dns.TypeName(q.Qtype), dns.ClassName(q.Qclass))
		if l.tcp {
			return lookupDone, false
		}
		return moreReply, false
	}
	return lookupDone, true
}

// repeat queues the lookup again where the reply asks for another form of the
// question: an older EDNS version, TCP, or a server cookie.
func (e *lookups) repeat(q *query, m *reply, cookieDone *bool) bool {
	l := q.l
	opt := m.IsEdns0()
	restore := func(n *lookup) {
		if l.trace && l.traceRoot {
			n.qtype = l.traced
		}
	}
	if m.Rcode == mdns.RcodeBadVers && opt != nil && int(opt.Version()) < l.edns && l.ednsNegotiation {
		e.front.commentf(l, "BADVERS, retrying with EDNS version %d.", opt.Version())
		l.edns = int(opt.Version())
		restore(e.requeue(l, true))
		return true
	}
	if m.Truncated && !l.ignoreTC && !l.tcp {
		if l.cookie == "" && l.sendCookie && opt != nil {
			e.checkCookie(l, m)
		}
		e.front.commentf(l, "Truncated, retrying in TCP mode.")
		n := e.requeue(l, true)
		n.tcp = true
		restore(n)
		return true
	}
	if m.Rcode != mdns.RcodeBadCookie || l.tcp || !l.sendCookie || !l.badCookie {
		return false
	}
	e.checkCookie(l, m)
	*cookieDone = true
	if m.cookie != goodCookie {
		return false
	}
	if l.showBadCookie {
		e.front.message(q, m)
		e.front.received(q, len(m.wire))
	}
	how := ""
	if l.seenBadCookie {
		how = " in TCP mode"
	}
	e.front.commentf(l, "BADCOOKIE, retrying%s.", how)
	n := e.requeue(l, true)
	n.tcp, n.seenBadCookie = l.seenBadCookie, true
	restore(n)
	return true
}

// elsewhere passes over a server that failed or does not recurse, where the
// tool wants that.
func (e *lookups) elsewhere(q *query, m *reply, i int) (lookupStep, bool) {
	l := q.l
	failed := m.Rcode == mdns.RcodeServerFailure && !l.servfailStops
	if !failed && !(e.checkRA && !m.RecursionAvailable && l.recurse) {
		return lookupDone, true
	}
	text := "recursion not available"
	if failed {
		text = "SERVFAIL reply"
	}
	if i+1 < len(l.servers) && (!l.nsSearch || l.traceRoot) {
		e.front.commentf(l, "Got %s from %s, trying next server", text, q.server.addr)
		return nextServer, false
	}
	e.front.commentf(l, "Got %s from %s", text, q.server.addr)
	return lookupDone, true
}

// conclude shows the reply and follows it.
func (e *lookups) conclude(q *query, m *reply, i int) lookupStep {
	l := q.l
	cancel := false
	switch {
	case m.Rcode == mdns.RcodeNameError && (l.origin >= 0 || l.needSearch):
		if !e.nextOrigin(l) || e.showSearch {
			e.front.message(q, m)
			e.front.received(q, len(m.wire))
		}
	case !l.trace && !l.nsSearch:
		e.front.message(q, m)
	case l.trace:
		cancel = e.followTrace(q, m) == 0
	case l.traceRoot:
		l.qtype = mdns.TypeSOA
		e.follow(q, m, true)
		l.traceRoot = false
		e.useSearch = false
		e.front.received(q, len(m.wire))
		return lookupDone
	default:
		l.nsReached = true
		e.front.message(q, m)
		e.front.received(q, len(m.wire))
		return e.searchGoesOn(l, i)
	}
	if l.transfer {
		if !cancel {
			return e.moreTransfer(q, m)
		}
		return lookupDone
	}
	if m.Rcode == mdns.RcodeSuccess || l.origin < 0 {
		e.front.received(q, len(m.wire))
	}
	return lookupDone
}

func opcodeText(op int) string {
	names := [...]string{"QUERY", "IQUERY", "STATUS", "RESERVED3", "NOTIFY", "UPDATE", "RESERVED6", "RESERVED7", "RESERVED8",
		"RESERVED9", "RESERVED10", "RESERVED11", "RESERVED12", "RESERVED13", "RESERVED14", "RESERVED15"}
	return names[op&15]
}
