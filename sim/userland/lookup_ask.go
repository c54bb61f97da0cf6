package userland

import (
	"fmt"
	"net/netip"
	"time"
)

// next says how a lookup goes on after an exchange.
type lookupStep uint8

const (
	lookupDone lookupStep = iota // the lookup is over
	sameServer                   // the same server once more
	nextServer                   // the next server of the list
	moreReply                    // wait for another message
)

// newQuery prepares an exchange with a server.
func (e *lookups) newQuery(l *lookup, s nameserver) *query {
	return &query{l: l, server: s, addr: netip.AddrPortFrom(s.addr, e.port)}
}

func (e *lookups) localFor(a netip.Addr) netip.AddrPort {
	if e.source.Addr().IsValid() {
		return e.source
	}
	return netip.AddrPortFrom(anyAddr(a), 0)
}

// sockText is BIND's text of an address and port.
func sockText(a netip.AddrPort) string { return fmt.Sprintf("%s#%d", a.Addr(), a.Port()) }

// askUDP asks the servers of a lookup over UDP. All repetitions go to the first
// server; what is left of them, one, goes to each of the others.
func (e *lookups) askUDP(l *lookup) {
	if e.hasty(l) {
		return
	}
	for i := 0; i < len(l.servers); {
		e.p.Step(1)
		switch e.exchangeUDP(l, i) {
		case sameServer:
		case nextServer:
			i++
		default:
			return
		}
	}
}

// hasty sends the question of +nssearch to a zone's only server and gives up at
// once. BIND 9.18 does so: when the last query is on its way and none was
// answered yet, it takes the search for failed, which with one server is always.
func (e *lookups) hasty(l *lookup) bool {
	if !l.nsSearch || l.traceRoot || len(l.servers) != 1 {
		return false
	}
	q := e.newQuery(l, l.servers[0])
	if port, err := openUDP(e.p, e.localFor(q.server.addr), q.addr); err == nil {
		port.send(l.wire)
		port.close()
	}
	e.front.errorf("NS servers could not be reached")
	e.exit = max(e.exit, 9)
	return true
}

// mapped passes over an IPv4 server where only IPv6 is to be used.
func (e *lookups) mapped(l *lookup, i int) (step lookupStep, skip bool) {
	if a := l.servers[i].addr; !e.no4 || a.Is6() {
		return lookupDone, false
	}
	e.front.warnf("Skipping mapped address '::ffff:%s'", l.servers[i].addr)
	if i+1 < len(l.servers) {
		return nextServer, true
	}
	e.front.warnf("No acceptable nameservers")
	return lookupDone, true
}

func (e *lookups) exchangeUDP(l *lookup, i int) lookupStep {
	if step, skip := e.mapped(l, i); skip {
		return step
	}
	q := e.newQuery(l, l.servers[i])
	port, err := openUDP(e.p, e.localFor(q.server.addr), q.addr)
	if err != nil {
		return e.setupFailed(q, i, "UDP setup with %s(%s) for %s failed: %s.", err)
	}
	defer port.close()
	q.port = port
	e.exit = 0
	q.sent = e.p.Host.Clock.Since()
	port.send(l.wire) // BIND's tools wait for a reply even if this fails (a filter of the host itself)
	e.showQuery(q)
	return e.read(q, i)
}

func (e *lookups) showQuery(q *query) {
	if q.l.show.query {
		e.front.message(q, sentReply(q.l))
		if q.l.show.stats {
			e.p.Printf(";; QUERY SIZE: %d\n\n", len(q.l.wire))
		}
	}
}

func (e *lookups) wait(tcp bool) time.Duration {
	switch {
	case e.timeout != 0:
		return e.timeout
	case tcp:
		return tcpTimeout
	}
	return udpTimeout
}

// read waits for messages until one ends the exchange.
func (e *lookups) read(q *query, i int) lookupStep {
	for {
		e.p.Step(1)
		wire, err := q.port.receive(e.wait(q.l.tcp))
		q.received = e.p.Host.Clock.Since()
		if err != nil {
			return e.readFailed(q, i, err)
		}
		if n := e.handle(q, wire, i); n != moreReply {
			return n
		}
	}
}

// setupFailed handles a query that could not be sent at all.
func (e *lookups) setupFailed(q *query, i int, format string, err error) lookupStep {
	l := q.l
	e.front.warnf(format, sockText(q.addr), q.server.addr, l.text, resultText(err))
	if l.nsSearch && !l.traceRoot {
		return e.searchGoesOn(l, i)
	}
	e.exit = max(e.exit, 9)
	if l.retries > 1 {
		l.retries--
		e.requeue(l, true)
	} else if i+1 < len(l.servers) {
		return nextServer
	}
	e.front.errorf("no servers could be reached")
	return lookupDone
}

// readFailed handles a query that was not answered.
func (e *lookups) readFailed(q *query, i int, err error) lookupStep {
	l := q.l
	e.front.warnf("communications error to %s: %s", sockText(q.addr), resultText(err))
	if l.nsSearch && !l.traceRoot {
		return e.searchGoesOn(l, i)
	}
	switch {
	case l.retries > 1 && !l.tcp:
		l.retries--
		return sameServer
	case l.retries > 1:
		l.retries--
		e.requeue(l, true)
		e.dropKept()
		return lookupDone
	case i+1 < len(l.servers):
		return nextServer
	}
	e.p.Print(l.cmdline)
	e.front.errorf("no servers could be reached")
	e.exit = max(e.exit, 9)
	e.dropKept()
	return lookupDone
}

// searchGoesOn goes on to the next of the servers +nssearch compares.
func (e *lookups) searchGoesOn(l *lookup, i int) lookupStep {
	if i+1 < len(l.servers) {
		return nextServer
	}
	if !l.nsReached {
		e.front.errorf("NS servers could not be reached")
		e.exit = max(e.exit, 9)
	}
	return lookupDone
}

func (e *lookups) dropKept() {
	if e.kept != nil {
		e.kept.close()
		e.kept = nil
	}
}

// askTCP asks the servers of a lookup over TCP.
func (e *lookups) askTCP(l *lookup) {
	for i := 0; i < len(l.servers); {
		e.p.Step(1)
		if e.exchangeTCP(l, i) != nextServer {
			return
		}
		i++
	}
}

func (e *lookups) exchangeTCP(l *lookup, i int) lookupStep {
	if step, skip := e.mapped(l, i); skip {
		return step
	}
	q := e.newQuery(l, l.servers[i])
	if e.kept != nil && e.kept.remote == q.addr {
		q.port = e.kept
	} else {
		e.dropKept()
		port, err := openTCP(e.p, e.localFor(q.server.addr), q.addr, e.wait(true))
		if err != nil {
			return e.setupFailed(q, i, "Connection to %s(%s) for %s failed: %s.", err)
		}
		q.port = port
		if e.keepOpen {
			e.kept = port
		} else {
			defer port.close()
		}
		e.exit = 0
	}
	q.sent = e.p.Host.Clock.Since()
	if err := q.port.send(l.wire); err != nil {
		return e.readFailed(q, i, err)
	}
	e.showQuery(q)
	return e.read(q, i)
}
