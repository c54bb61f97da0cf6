package host

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
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
	var failed *mdns.Msg
	for try := range conf.Attempts {
		wait := conf.Timeout << try
		if try > 0 {
			wait /= time.Duration(len(conf.Servers))
		}
		wait = max(wait, time.Second)
		for _, server := range conf.Servers {
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

// Family selects address families in LookupAddrs.
type Family uint8

const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// LookupAddrs translates a host name into addresses, the way getaddrinfo(3)
// does: an address literal is itself; otherwise the sources of nsswitch.conf are
// asked in order, and DNS with the search list of resolv.conf. IPv6 addresses
// come first, when the host has an IPv6 address itself. It also returns the
// canonical name.
//
// Errors are those of Query.
func (h *Host) LookupAddrs(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, name, nil
	}
	err = ErrHostNotFound
	for _, source := range h.hostsSources() {
		switch source {
		case "files":
			if addrs, canonical = h.lookupHosts(name, f); len(addrs) > 0 {
				return addrs, canonical, nil
			}
		case "dns":
			if addrs, canonical, err = h.lookupDNS(t, name, f); err == nil {
				return addrs, canonical, nil
			}
		}
	}
	return nil, "", err
}

func (h *Host) lookupHosts(name string, f Family) (addrs []netip.Addr, canonical string) {
	for _, e := range h.ReadHosts() {
		if e.Addr.Is4() && f == IPv6 || e.Addr.Is6() && f == IPv4 {
			continue
		}
		for _, n := range e.Names {
			if strings.EqualFold(n, strings.TrimSuffix(name, ".")) {
				addrs = append(addrs, e.Addr)
				if canonical == "" {
					canonical = e.Names[0]
				}
				break
			}
		}
	}
	return addrs, canonical
}

// candidates returns the names to ask for, in order (resolv.conf(5), search and
// ndots).
func candidates(name string, c ResolvConf) []string {
	if strings.HasSuffix(name, ".") {
		return []string{name}
	}
	var list []string
	if strings.Count(name, ".") >= c.NDots {
		list = append(list, name)
	}
	for _, s := range c.Search {
		list = append(list, name+"."+strings.TrimSuffix(s, "."))
	}
	if len(list) == 0 || list[0] != name {
		list = append(list, name)
	}
	return list
}

func (h *Host) lookupDNS(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	first := error(nil)
	for _, n := range candidates(name, h.ReadResolvConf()) {
		addrs, canonical, err = h.lookupExact(t, n, f)
		if err == nil {
			return addrs, canonical, nil
		}
		if errors.Is(err, ErrTryAgain) {
			return nil, "", err
		}
		if first == nil {
			first = err
		}
	}
	return nil, "", first
}

func (h *Host) lookupExact(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	types := []uint16{mdns.TypeA, mdns.TypeAAAA}
	switch {
	case f == IPv4 || f == AnyFamily && !h.HasIPv6():
		types = types[:1]
	case f == IPv6:
		types = types[1:]
	}
	canonical = strings.TrimSuffix(name, ".")
	for _, qt := range types {
		m, qerr := h.Query(t, name, qt)
		if qerr != nil {
			if err == nil || errors.Is(qerr, ErrTryAgain) {
				err = qerr
			}
			if errors.Is(qerr, ErrHostNotFound) {
				break
			}
			continue
		}
		for _, rr := range m.Answer {
			switch rr := rr.(type) {
			case *mdns.A:
				if a, ok := netip.AddrFromSlice(rr.A.To4()); ok {
					addrs = append(addrs, a)
					canonical = strings.TrimSuffix(rr.Hdr.Name, ".")
				}
			case *mdns.AAAA:
				if a, ok := netip.AddrFromSlice(rr.AAAA); ok {
					addrs = append([]netip.Addr{a}, addrs...)
					canonical = strings.TrimSuffix(rr.Hdr.Name, ".")
				}
			}
		}
	}
	if len(addrs) > 0 {
		return addrs, canonical, nil
	}
	if err == nil {
		err = ErrNoData
	}
	return nil, "", err
}

// HasIPv6 reports whether an interface other than lo has an IPv6 address that
// is not link-local: the test of getaddrinfo's AI_ADDRCONFIG.
func (h *Host) HasIPv6() bool {
	for _, i := range h.Node.Ifaces() {
		for _, p := range i.Addrs() {
			if a := p.Addr(); a.Is6() && !a.IsLoopback() && !a.IsLinkLocalUnicast() {
				return true
			}
		}
	}
	return false
}

// LookupName translates an address into a host name, the way getnameinfo(3)
// does with NI_NAMEREQD. Errors are those of Query.
func (h *Host) LookupName(t *vtime.Task, a netip.Addr) (string, error) {
	err := ErrHostNotFound
	for _, source := range h.hostsSources() {
		switch source {
		case "files":
			for _, e := range h.ReadHosts() {
				if e.Addr == a {
					return e.Names[0], nil
				}
			}
		case "dns":
			name, rerr := mdns.ReverseAddr(a.String())
			if rerr != nil {
				return "", ErrHostNotFound
			}
			m, qerr := h.Query(t, name, mdns.TypePTR)
			if qerr != nil {
				err = qerr
				continue
			}
			for _, rr := range m.Answer {
				if ptr, ok := rr.(*mdns.PTR); ok {
					return strings.TrimSuffix(ptr.Ptr, "."), nil
				}
			}
		}
	}
	return "", err
}

// Ask sends one question to one server, like dig @server, and returns its reply
// whatever its code. It tries three times, five seconds each. The error is a
// time-out or what the network said.
func (h *Host) Ask(t *vtime.Task, server netip.Addr, name string, qtype uint16, recurse, tcp bool) (*mdns.Msg, error) {
	q := new(mdns.Msg)
	q.Question = []mdns.Question{{Name: mdns.Fqdn(name), Qtype: qtype, Qclass: mdns.ClassINET}}
	q.RecursionDesired = recurse
	for range 3 {
		q.Id = h.queryID()
		if m := h.exchange(t, q, netip.AddrPortFrom(server, 53), 5*time.Second, tcp); m != nil {
			return m, nil
		}
	}
	return nil, vnet.ETIMEDOUT
}
