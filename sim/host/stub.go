package host

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// Errors of a look-up, as netdb.h tells them apart (resolver(3)).
var (
	ErrHostNotFound = errors.New("Host not found")            // NXDOMAIN
	ErrTryAgain     = errors.New("Host not found, try again") // SERVFAIL, or no server answered
	ErrNoRecovery   = errors.New("Non-recoverable error")     // REFUSED, FORMERR ...
	ErrNoData       = errors.New("Host found but no data record of requested type")
)

// Query asks the servers of /etc/resolv.conf for one name and type, the way
// res_query(3) does, and returns a NOERROR reply with at least one record of
// that type behind a possible CNAME chain. name is taken as fully qualified.
//
// Each server is asked in turn, Attempts times over; the wait grows as glibc's
// does. SERVFAIL, NOTIMP, REFUSED and ICMP errors send it to the next server at
// once. A truncated reply is asked for again over TCP.
//
// Errors: ErrHostNotFound, ErrTryAgain, ErrNoRecovery, ErrNoData; the reply is
// returned beside them if there was one.
func (h *Host) Query(t *vtime.Task, name string, qtype uint16) (*mdns.Msg, error) {
	name = mdns.Fqdn(name)
	span := h.Log.Open(trace.Event{Kind: trace.DNSLookup, Node: h.Name, Data: &Question{name, qtype}})
	reply, err := h.query(t, name, qtype)
	switch {
	case err == nil:
		span.End(trace.OK, &Answer{reply})
	case errors.Is(err, ErrTryAgain):
		span.End(trace.TempFail, trace.Text(err.Error()))
	default:
		span.End(trace.Fail, trace.Text(err.Error()))
	}
	return reply, err
}

// Question is the payload of a DNSLookup span.
type Question struct {
	Name string
	Type uint16
}

// Label returns the question in the form "MX example.kr".
func (q *Question) Label() string {
	return mdns.Type(q.Type).String() + " " + strings.TrimSuffix(q.Name, ".")
}

// Fields returns name and type.
func (q *Question) Fields() []trace.Field {
	return []trace.Field{{Name: "name", Value: q.Name}, {Name: "type", Value: mdns.Type(q.Type).String()}}
}

// Answer is the payload that ends a successful look-up.
type Answer struct{ Msg *mdns.Msg }

// Label returns the data of the answer records of the type asked for.
func (a *Answer) Label() string {
	var list []string
	for _, rr := range a.Msg.Answer {
		if rr.Header().Rrtype == a.Msg.Question[0].Qtype {
			list = append(list, strings.TrimPrefix(rr.String(), rr.Header().String()))
		}
	}
	return strings.Join(list, ", ")
}

// Fields returns nothing: the reply's packet has the details.
func (a *Answer) Fields() []trace.Field { return nil }

func (h *Host) query(t *vtime.Task, name string, qtype uint16) (*mdns.Msg, error) {
	conf := h.ReadResolvConf()
	q := new(mdns.Msg)
	q.Question = []mdns.Question{{Name: name, Qtype: qtype, Qclass: mdns.ClassINET}}
	q.RecursionDesired = true
	servers := conf.Servers
	if conf.Rotate { // each process of glibc begins anywhere
		first := int(h.queryID()) % len(servers)
		servers = slices.Concat(servers[first:], servers[:first])
	}
	var failed *mdns.Msg
	for try := range conf.Attempts {
		wait := conf.Timeout << try
		if try > 0 {
			wait /= time.Duration(len(servers))
		}
		wait = max(wait, time.Second)
		for _, server := range servers {
			q.Id = h.queryID()
			reply := h.exchange(t, q, netip.AddrPortFrom(server, 53), wait, conf.UseTCP)
			if reply == nil {
				continue
			}
			switch reply.Rcode {
			case mdns.RcodeServerFailure, mdns.RcodeNotImplemented, mdns.RcodeRefused:
				failed = reply
				continue
			}
			return reply, judge(reply)
		}
		if failed != nil { // glibc does not repeat a question every server has refused
			break
		}
	}
	return failed, ErrTryAgain
}

func judge(reply *mdns.Msg) error {
	switch reply.Rcode {
	case mdns.RcodeSuccess:
		for _, rr := range reply.Answer {
			if qt := reply.Question[0].Qtype; rr.Header().Rrtype == qt || qt == mdns.TypeANY {
				return nil
			}
		}
		return ErrNoData
	case mdns.RcodeNameError:
		return ErrHostNotFound
	}
	return ErrNoRecovery
}

type queryIDs struct{}

func (h *Host) queryID() uint16 {
	next, _ := h.Value(queryIDs{}).(func() uint16)
	if next == nil {
		r := h.Clock.Rand("stub " + h.Name)
		next = func() uint16 { return uint16(r.Uint32()) }
		h.SetValue(queryIDs{}, next)
	}
	return next()
}

// exchange sends one query to one server and returns its reply, or nil when
// none came in time or an ICMP error did.
func (h *Host) exchange(t *vtime.Task, q *mdns.Msg, server netip.AddrPort, wait time.Duration, tcp bool) *mdns.Msg {
	wire, err := q.Pack()
	if err != nil {
		return nil
	}
	if tcp {
		return h.exchangeTCP(t, q, wire, server, wait)
	}
	local := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if server.Addr().Is6() {
		local = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	}
	var reply *mdns.Msg
	var cause uint64
	failed := false
	var arrived vtime.Signal
	sock, err := h.Node.ListenUDP(local, vnet.Owner{}, func(d *vnet.Datagram) {
		m := new(mdns.Msg)
		if d.Src != server || m.Unpack(d.Payload) != nil || !answers(m, q) {
			return
		}
		reply, cause = m, d.Seq
		arrived.Broadcast()
	})
	if err != nil {
		return nil
	}
	defer sock.Close()
	sock.OnError(func(netip.AddrPort, error) {
		failed = true
		arrived.Broadcast()
	})
	if sock.SendTo(server, wire) != nil {
		return nil
	}
	end := h.Clock.Since() + wait
	for reply == nil && !failed {
		if left := end - h.Clock.Since(); left <= 0 || !arrived.WaitFor(t, left) {
			return nil
		}
	}
	if cause != 0 {
		s := h.Clock.Scope()
		s.Cause = cause
		h.Clock.SetScope(s)
	}
	if reply != nil && reply.Truncated {
		return h.exchangeTCP(t, q, wire, server, wait)
	}
	return reply
}

// answers reports whether m is a reply to q.
func answers(m, q *mdns.Msg) bool {
	return m.Response && m.Id == q.Id && len(m.Question) == 1 &&
		m.Question[0].Qtype == q.Question[0].Qtype && strings.EqualFold(m.Question[0].Name, q.Question[0].Name)
}

func (h *Host) exchangeTCP(t *vtime.Task, q *mdns.Msg, wire []byte, server netip.AddrPort, wait time.Duration) *mdns.Msg {
	c, err := h.Node.DialTCP(t, netip.AddrPort{}, server, vnet.Owner{}, wait)
	if err != nil {
		return nil
	}
	defer c.Close()
	c.SetReadTimeout(wait)
	c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...))
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return nil
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, buf); err != nil {
		return nil
	}
	m := new(mdns.Msg)
	if m.Unpack(buf) != nil || !answers(m, q) {
		return nil
	}
	return m
}

// Ask sends one question to one server, like dig @server, and returns its reply
// whatever its code. It tries three times, five seconds each. The error is a
// time-out or what the network said.
func (h *Host) Ask(t *vtime.Task, server netip.Addr, name string, qtype uint16, recurse, tcp bool) (*mdns.Msg, error) {
	for range 3 {
		if m, err := h.AskOnce(t, server, name, qtype, recurse, tcp); err == nil {
			return m, nil
		}
	}
	return nil, vnet.ETIMEDOUT
}

// AskOnce is Ask without a second try.
func (h *Host) AskOnce(t *vtime.Task, server netip.Addr, name string, qtype uint16, recurse, tcp bool) (*mdns.Msg, error) {
	q := new(mdns.Msg)
	q.Question = []mdns.Question{{Name: mdns.Fqdn(name), Qtype: qtype, Qclass: mdns.ClassINET}}
	q.RecursionDesired, q.AuthenticatedData = recurse, recurse // RFC 6840 5.7: tell me whether you validated
	q.Id = h.queryID()
	if m := h.exchange(t, q, netip.AddrPortFrom(server, 53), 5*time.Second, tcp); m != nil {
		return m, nil
	}
	return nil, vnet.ETIMEDOUT
}
