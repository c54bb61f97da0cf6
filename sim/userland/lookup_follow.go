package userland

import (
	mdns "github.com/miekg/dns"
)

// maxRootServers bounds how many of the root's servers +trace takes.
const maxRootServers = 20

// followTrace shows a reply of +trace and queues the question to the servers it
// refers to. It returns how many servers these are.
func (e *lookups) followTrace(q *query, m *reply) int {
	l := q.l
	e.front.message(q, m)
	l.qtype = l.traced
	switch {
	case l.traceRoot:
		n := e.follow(q, m, true)
		l.traceRoot = false
		return n
	case m.counts[1] == 0:
		return e.follow(q, m, false)
	}
	return 0
}

// follow queues a lookup that asks the servers named by the NS records of the
// answer (or else the authority) section.
func (e *lookups) follow(q *query, m *reply, answer bool) int {
	section := m.Ns
	if answer {
		section = m.Answer
	}
	l := q.l
	var n *lookup
	var horizontal, bad bool
	var failure, badName string
	for _, rr := range section {
		if rr.Header().Rrtype == mdns.TypeSOA && !answer {
			return 0
		}
		ns, ok := rr.(*mdns.NS)
		if !ok || !e.acceptable(l, ns.Hdr.Name, &horizontal, &bad) {
			continue
		}
		if l.traceRoot && l.nsFound >= maxRootServers {
			break
		}
		l.nsFound++
		if n == nil {
			n = e.followUp(l, answer)
		}
		n.zone = ns.Hdr.Name
		name := shownName(ns.Ns)
		list, text := e.addresses(name)
		if text != "" {
			e.p.Printf("couldn't get address for '%s': %s\n", name, text)
			if failure == "" {
				failure, badName = text, name
			}
		}
		n.servers = append(n.servers, list...)
	}
	if n == nil && answer {
		return e.follow(q, m, false)
	}
	if n == nil {
		return 0
	}
	if len(n.servers) == 0 && failure != "" {
		e.fatalf("couldn't get address for '%s': %s", badName, "no more")
	}
	e.rand.Shuffle(len(n.servers), func(i, j int) { n.servers[i], n.servers[j] = n.servers[j], n.servers[i] })
	return len(n.servers)
}

// followUp queues the lookup for the servers of a referral.
func (e *lookups) followUp(l *lookup, answer bool) *lookup {
	n := e.requeue(l, false)
	n.transfer = false
	n.trace = l.trace && (l.traceRoot || !answer)
	n.traceRoot = false
	if n.nsSearch {
		n.recurse = false
	}
	return n
}

// acceptable warns of referrals that lead nowhere: to the zone itself
// (horizontal) or out of it.
func (e *lookups) acceptable(l *lookup, zone string, horizontal, bad *bool) bool {
	if !l.trace || l.traceRoot {
		return true
	}
	switch {
	case sameName(zone, l.zone):
		if !*horizontal {
			e.front.warnf("BAD (HORIZONTAL) REFERRAL")
		}
		*horizontal = true
	case !isWithin(zone, l.zone):
		if !*bad {
			e.front.warnf("BAD REFERRAL")
		}
		*bad = true
		return false
	}
	return true
}
