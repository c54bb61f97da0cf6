package userland

import (
	"math/rand/v2"
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
)

// The engine that dig, host and nslookup share: it works through a queue of
// lookups, asks the servers of each in turn, over UDP or TCP, repeats, follows
// referrals and search lists, and gives replies to the tool's front end.

// Default times of one attempt.
const (
	udpTimeout = 5 * time.Second
	tcpTimeout = 10 * time.Second
)

// maxLookups bounds the lookups one question may lead to.
const maxLookups = 64

// nameserver is a server to ask: an address and what the user called it.
type nameserver struct {
	addr netip.Addr
	arg  string
}

// lookup is one question and all options of how to ask it and show the answer.
type lookup struct {
	text             string // the name as the user gave it
	cmdline          string // dig's banner, until it was printed
	qtype, class     uint16
	traced           uint16 // +trace: the type asked for, while the root is being asked
	typeSet          bool
	classSet         bool
	servers          []nameserver
	name             string // what is asked: text, completed
	request          *mdns.Msg
	wire             []byte
	retries          int
	opcode           int
	recurse          bool
	aa, ad, cd, ra   bool
	tc, z            bool
	headerOnly       bool
	id               int // -1: random
	tcp, tcpSet      bool
	ignoreTC         bool
	servfailStops    bool
	bestEffort       bool
	edns             int // version, -1: none
	ednsNegotiation  bool
	udpSize          int // -1: default
	dnssec, compact  bool
	ednsFlags        uint16
	nsid, expire     bool
	keepalive        bool
	padding          int
	subnet           *netip.Prefix
	ednsOptions      []ednsOption
	sendCookie       bool
	cookie           string // hex; what to send, "" for a fresh client cookie
	badCookie        bool
	showBadCookie    bool
	seenBadCookie    bool
	serial           uint32 // IXFR
	transfer         bool
	trace, traceRoot bool
	nsSearch         bool
	nsFound          int
	nsReached        bool
	zone             string // +trace: the zone whose servers are asked
	identify         bool
	identifyLine     bool // host -C

	newSearch, asIs, needSearch bool
	origin                      int // index in the search list, -1: none

	show showOptions
}

// showOptions say what of a reply is printed.
type showOptions struct {
	comments, stats                         bool
	question, answer, authority, additional bool
	multiline, noTTL, noClass, ttlUnits     bool
	noCrypto, unknown, expandAAAA           bool
	oneSOA, query, usec                     bool
	rrComments                              int // 1 on, -1 off, 0 by style
}

type ednsOption struct {
	code uint16
	data []byte
}

func newLookup(tries int) *lookup {
	return &lookup{
		qtype: mdns.TypeA, traced: mdns.TypeA, class: mdns.ClassINET, servfailStops: true, bestEffort: true, badCookie: true,
		udpSize: -1, edns: -1, id: -1, recurse: true, retries: tries, ednsNegotiation: true, origin: -1,
		show: showOptions{comments: true, stats: true, question: true, answer: true, authority: true, additional: true},
	}
}

// clone copies a lookup; with its servers if servers is set.
func (l *lookup) clone(servers bool) *lookup {
	c := *l
	c.newSearch, c.request, c.wire, c.nsFound, c.nsReached = false, nil, nil, 0, false
	c.servers = nil
	if servers {
		c.servers = append([]nameserver(nil), l.servers...)
	}
	return &c
}

// query is one exchange with one server.
type query struct {
	l        *lookup
	server   nameserver
	addr     netip.AddrPort
	port     *dnsPort
	sent     time.Duration // virtual time since the world's start
	received time.Duration
	transfer transferState
}

// took returns the time between question and answer.
func (q *query) took() time.Duration { return q.received - q.sent }

// frontEnd is what a query tool does with the engine's results.
type frontEnd interface {
	// message shows a reply, or a query that is about to be sent.
	message(q *query, m *reply)
	// received shows the statistics of a reply.
	received(q *query, size int)
	// trying tells which name is asked for now.
	trying(name string)
	// errorf and warnf show a line about a failure; commentf only where
	// comments are wanted.
	errorf(format string, args ...any)
	warnf(format string, args ...any)
	commentf(l *lookup, format string, args ...any)
}

// lookups is the engine.
type lookups struct {
	p          *host.Proc
	front      frontEnd
	rand       *rand.Rand
	cookie     []byte // this run's client cookie (RFC 7873)
	queue      []*lookup
	count      int // lookups since the last one the user asked for
	servers    []nameserver
	search     []string
	ndots      int
	useSearch  bool
	showSearch bool
	timeout    time.Duration // 0: the defaults
	tries      int
	port       uint16
	source     netip.AddrPort // -b
	no4, no6   bool
	checkRA    bool // a server without recursion is passed over
	keepOpen   bool
	kept       *dnsPort
	key        *tsigKey
	unverified bool // a TSIG did not verify
	exit       int
	fatalExit  int
}

// newLookups returns an engine for the process. tries 0 means what resolv.conf
// says. A resolv.conf that BIND refuses ends the process.
func newLookups(p *host.Proc, front frontEnd, tries int, no4, no6 bool) *lookups {
	e := &lookups{p: p, front: front, rand: toolRand(p.Host, "dig"), port: 53, no4: no4, no6: no6, tries: tries, ndots: -1}
	e.cookie = make([]byte, 8)
	for i := range e.cookie {
		e.cookie[i] = byte(e.rand.Uint32())
	}
	return e
}

// run works until the queue is empty.
func (e *lookups) run() {
	for len(e.queue) > 0 {
		e.p.Step(1)
		l := e.queue[0]
		e.queue = e.queue[1:]
		if !e.setup(l) {
			e.nextOrigin(l)
			continue
		}
		span := openLookup(e.p, l.name, l.qtype)
		if l.tcp {
			e.askTCP(l)
		} else {
			e.askUDP(l)
		}
		span.Leave()
	}
	if e.kept != nil {
		e.kept.close()
		e.kept = nil
	}
}

// requeue puts a copy of l at the head of the queue.
func (e *lookups) requeue(l *lookup, servers bool) *lookup {
	e.count++
	if e.count > maxLookups {
		e.fatalf("too many lookups")
	}
	n := l.clone(servers)
	e.queue = append([]*lookup{n}, e.queue...)
	return n
}

// fatalf ends the process with a message, as dighost's fatal does.
func (e *lookups) fatalf(format string, args ...any) {
	e.p.Errorf(format, args...)
	status := e.fatalExit
	switch {
	case status != 0:
	case e.exit != 0:
		status = e.exit
	default:
		status = 1
	}
	e.p.Exit(status)
}
