package named

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// notifier sends the NOTIFY messages of one zone (RFC 1996).
type notifier struct {
	z     *zone
	last  time.Duration // when the last round was sent
	timer vtime.Timer   // the next round, delayed by notify-delay
	sent  []*notify     // not acknowledged yet
}

// notify is one NOTIFY on its way to one server.
type notify struct {
	n     *notifier
	to    netip.AddrPort
	key   string
	id    uint16
	tries int
	sock  *vnet.UDPSocket
	timer vtime.Timer
	span  *trace.Span
	done  func() // ends the unit of work
}

// Notify is sent up to five times, 15 seconds apart at first (BIND ARM "notify").
const (
	notifyTries = 3
	notifyWait  = 15 * time.Second
)

// sendNotifies tells the zone's other servers of new data, unless it was done less
// than notify-delay ago: then later.
func (z *zone) sendNotifies() {
	if z.conf.Notify.Value == "no" || z.data == nil {
		return
	}
	if z.conf.Notify.Value == "primary-only" && z.secondary() {
		return
	}
	s := z.server()
	now := s.clock.Since()
	if z.out == nil {
		z.out = &notifier{z: z, last: -time.Hour}
	}
	if due := z.out.last + z.conf.NotifyDelay.Value; due > now {
		s.clock.Arm(&z.out.timer, due-now, z.sendNotifies)
		return
	}
	names, servers := z.notifyTargets()
	if len(names)+len(servers) == 0 {
		return
	}
	z.out.last = now
	z.logf(catNotify, info, "sending notifies (serial %d)", z.data.Serial())
	for _, t := range servers {
		z.out.start(t.Addr, t.Key)
	}
	for _, name := range names {
		z.out.resolve(name)
	}
}

// notifyTarget is a server with the key to sign with.
type notifyTarget struct {
	Addr netip.AddrPort
	Key  string
}

// notifyTargets are the NS names besides the primary's own (RFC 1996 2.1), and
// also-notify.
func (z *zone) notifyTargets() (names []string, servers []notifyTarget) {
	for _, a := range z.conf.AlsoNotify.Servers {
		servers = append(servers, notifyTarget{a.Addr, a.Key})
	}
	if z.conf.Notify.Value == "explicit" {
		return nil, servers
	}
	set, _ := z.data.Get(z.conf.Name, mdns.TypeNS)
	for _, rr := range set.RRs {
		ns := rr.(*mdns.NS).Ns
		if !z.conf.NotifyToSOA.Value && equalNames(ns, z.data.SOA().Ns) {
			continue
		}
		names = append(names, ns)
	}
	return names, servers
}

// resolve finds the addresses of a server's name, by recursion if need be.
func (n *notifier) resolve(name string) {
	r := n.z.view.resolverFor()
	known := r.addresses(name, nil)
	for _, a := range known {
		n.start(netip.AddrPortFrom(a, 53), "")
	}
	if len(known) > 0 || !n.z.view.conf.Recursion.Value && !n.canResolve(name) {
		return
	}
	log := n.z.server().trace
	span := log.Open(trace.Event{Kind: trace.DNSLookup, Node: n.z.server().host.Name,
		Data: &lookupEvent{name: name, rrtype: mdns.TypeA, reason: "server to notify"}})
	defer span.Leave()
	r.fetch(fetchKey{dns.Canonical(name), mdns.TypeA}, name, nil, func(o *outcome) {
		span.End(outcomeOfFetch(o), &lookupResult{rcode: rcodeOf(o), answers: len(o.RRs), why: o.why})
		if n.z.gone || o.why != "" || o.Result != dns.CacheHit {
			return
		}
		for _, rr := range o.RRs {
			for _, a := range r.appendAddress(nil, rr) {
				n.start(netip.AddrPortFrom(a, 53), "")
			}
		}
	})
}

// canResolve reports whether the name may exist outside the view's own zones; the
// resolver works for the server itself also where clients may not recurse.
func (n *notifier) canResolve(name string) bool {
	z, _ := n.z.view.find(dns.Canonical(name), mdns.TypeA)
	return z == nil
}

// start sends NOTIFY to one address, not to the server itself.
func (n *notifier) start(to netip.AddrPort, key string) {
	s := n.z.server()
	if s.portAt(to) != nil || slices.ContainsFunc(n.sent, func(o *notify) bool { return o.to == to }) {
		return
	}
	if r := n.z.view.serverRule(to.Addr()); key == "" && r != nil {
		key = r.Key
	}
	out := &notify{n: n, to: to, key: key, id: uint16(s.random().Uint32())}
	source := n.z.conf.NotifySource.Value
	if to.Addr().Is6() {
		source = n.z.conf.NotifySourceV6.Value
	}
	sock, err := s.host.Node.ListenUDP(netip.AddrPortFrom(source.Addr(), 0), s.owner(), out.receive)
	if err != nil {
		return
	}
	out.sock = sock
	if err := sock.Connect(to); err != nil {
		n.z.logf(catNotify, info, "notify to %s failed: %s", hashPort(to), socketResult(err))
		sock.Close()
		return
	}
	sock.OnError(func(_ netip.AddrPort, err error) { out.failed(socketResult(err)) })
	n.sent = append(n.sent, out)
	out.span = s.trace.Open(trace.Event{Kind: trace.Transfer, Node: s.host.Name,
		Data: trace.F("NOTIFY " + dns.Display(n.z.conf.Name) + " to " + to.Addr().String())})
	out.done = s.clock.Work()
	defer out.span.Leave()
	out.send()
}

func (o *notify) send() {
	s := o.n.z.server()
	o.tries++
	s.stats.notifiesOut++
	m := new(mdns.Msg)
	m.Id, m.Opcode, m.Authoritative = o.id, mdns.OpcodeNotify, true
	m.Question = []mdns.Question{{Name: o.n.z.conf.Name, Qtype: mdns.TypeSOA, Qclass: mdns.ClassINET}}
	if o.n.z.data != nil {
		m.Answer = []mdns.RR{o.n.z.data.SOA()}
	}
	wire, err := m.Pack()
	if o.key != "" {
		wire, _, err = s.signed(m, o.key, "", false)
	}
	if err == nil {
		err = o.sock.SendTo(o.to, wire)
	}
	if err != nil {
		o.failed(socketResult(err))
		return
	}
	s.clock.Arm(&o.timer, notifyWait, o.timeout)
}

func (o *notify) timeout() {
	o.done() // further tries are not waited for
	if o.tries < notifyTries {
		o.send()
		return
	}
	o.failed("timed out")
}

func (o *notify) failed(why string) {
	o.n.z.logf(catNotify, info, "notify to %s failed: %s", hashPort(o.to), why)
	o.end(trace.TempFail, why)
}

func (o *notify) receive(d *vnet.Datagram) {
	if len(d.Payload) < 12 || binary.BigEndian.Uint16(d.Payload) != o.id || d.Payload[2]&0x80 == 0 {
		return
	}
	rcode, result := int(d.Payload[3]&15), trace.OK
	if rcode != 0 {
		result = trace.Refused
		o.n.z.logf(catNotify, notice, "notify response from %s: %s", hashPort(o.to), dns.RcodeName(rcode))
	}
	o.end(result, dns.RcodeName(rcode))
}

func (o *notify) end(result trace.Outcome, what string) {
	o.span.End(result, trace.Text(what))
	o.stop()
	if i := slices.Index(o.n.sent, o); i >= 0 {
		o.n.sent = slices.Delete(o.n.sent, i, i+1)
	}
}

func (o *notify) stop() {
	o.timer.Stop()
	o.sock.Close()
	o.done()
}

func (n *notifier) stop() {
	n.timer.Stop()
	for _, o := range n.sent {
		o.stop()
	}
	n.sent = nil
}

// receiveNotify takes a NOTIFY: only from the zone's primaries and allow-notify is
// it acted upon (RFC 1996 3.10).
func (q *query) receiveNotify() {
	s := q.s
	s.stats.notifiesIn++
	if !q.req.asked || q.req.qtype != mdns.TypeSOA {
		what := onOff(q.req.asked, "contains no SOA", "empty")
		q.bareLogf(catNotify, notice, "notify question section %s", what)
		q.send(&response{rcode: mdns.RcodeFormatError})
		return
	}
	if !q.selectView() {
		return
	}
	name := dns.Canonical(q.req.name)
	z := q.view.zones[name]
	if z == nil || !z.authoritative() {
		q.bareLogf(catNotify, info, "received notify for zone '%s': not authoritative", dns.Display(q.req.name))
		q.send(&response{rcode: mdns.RcodeNotAuth})
		return
	}
	q.bareLogf(catNotify, info, "received notify for zone '%s'%s", dns.Display(q.req.name), q.quotedKey())
	if !z.secondary() {
		q.send(&response{aa: true})
		return
	}
	if !z.notifyAllowed(q.peer.Addr(), q.key) {
		z.logf(catNotify, info, "refused notify from non-primary: %s", hashPort(q.peer))
		q.verdict(trace.Refused, &verdict{zone: name, why: "NOTIFY from a host that is no primary of the zone"})
		q.send(&response{rcode: mdns.RcodeRefused})
		return
	}
	q.send(&response{aa: true})
	z.notified(q)
}

func (z *zone) notifyAllowed(from netip.Addr, key string) bool {
	for _, p := range z.conf.Primaries.Servers {
		if p.Addr.Addr() == from {
			return true
		}
	}
	return z.conf.AllowNotify.Allows(from, key, &z.server().locals)
}

// notified compares the serial in a NOTIFY with the own one and checks the primary
// if it is newer or unknown.
func (z *zone) notified(q *query) {
	serial, known := uint32(0), false
	if m, err := q.req.message(); err == nil && len(m.Answer) > 0 {
		if soa, ok := m.Answer[0].(*mdns.SOA); ok {
			serial, known = soa.Serial, true
		}
	}
	switch {
	case known && z.data != nil && !dns.SerialNewer(serial, z.data.Serial()):
		z.logf(catNotify, info, "notify from %s: zone is up to date", hashPort(q.peer))
		return
	case known:
		z.logf(catNotify, info, "notify from %s: serial %d", hashPort(q.peer), serial)
	default:
		z.logf(catNotify, info, "notify from %s: no serial", hashPort(q.peer))
	}
	z.secondaryState().refresh()
}
