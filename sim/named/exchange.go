package named

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// exchange is one question sent to one server. Each has a socket of its own with a
// random port (RFC 5452 9.2).
type exchange struct {
	f     *fetch
	peer  *peer
	id    uint16
	edns  bool
	tcp   bool
	sent  time.Duration
	timer vtime.Timer
	sock  *vnet.UDPSocket
	task  *vtime.Task
	over  bool
}

// send asks a server.
func (r *resolver) send(f *fetch, p *peer, tcp bool) {
	rule := r.v.serverRule(p.addr)
	x := &exchange{f: f, peer: p, id: uint16(r.s.random().Uint32()), tcp: tcp, sent: r.s.clock.Since(), edns: !p.noEDNS}
	if rule != nil {
		x.edns = x.edns && rule.EDNS.Value
		x.tcp = x.tcp || rule.TCPOnly.Value
	}
	f.current = x
	if r.sent == nil {
		r.sent = map[uint16]uint64{}
	}
	r.sent[f.key.rrtype]++
	wire := r.packQuery(x)
	if wire == nil {
		x.end()
		f.bad(p, f.unusable("FORMERR"))
		return
	}
	wait := f.interval(p)
	if x.tcp {
		r.s.clock.Arm(&x.timer, wait+10*time.Second, x.timeout)
		x.overTCP(wire)
		return
	}
	r.s.clock.Arm(&x.timer, wait, x.timeout)
	if err := x.overUDP(wire); err != nil {
		x.unreachable(err)
	}
}

// packQuery builds the message: header, question, OPT with a cookie. RD is set
// only for forwarders.
func (r *resolver) packQuery(x *exchange) []byte {
	f := x.f
	b := make([]byte, 12+len(f.name)+2+4+11+4+24)
	binary.BigEndian.PutUint16(b, x.id)
	if f.forwarding {
		b[2] = 1
	}
	b[5] = 1
	off, err := mdns.PackDomainName(f.name, b, 12, nil, false)
	if err != nil {
		return nil
	}
	binary.BigEndian.PutUint16(b[off:], f.key.rrtype)
	binary.BigEndian.PutUint16(b[off+2:], mdns.ClassINET)
	b = b[:off+4]
	if !x.edns {
		return b
	}
	b[11] = 1
	size := r.v.conf.EDNSUDPSize.Value
	start := len(b)
	b = append(b, 0, 0, byte(mdns.TypeOPT), byte(size>>8), byte(size), 0, 0, 0, 0, 0, 0)
	if r.v.validates() { // RFC 4035 4.1
		b[start+7] = 0x80
	}
	if r.v.conf.SendCookie.Value {
		client := r.clientCookie(x.peer)
		b = appendOption(b, optionCookie, client[:], x.peer.cookie)
	}
	binary.BigEndian.PutUint16(b[start+9:], uint16(len(b)-start-11))
	return b
}

// overUDP sends the question from a fresh socket.
func (x *exchange) overUDP(wire []byte) error {
	s := x.f.r.s
	sock, err := s.host.Node.ListenUDP(x.source(), s.owner(), x.receive)
	if err != nil {
		return err
	}
	x.sock = sock
	if err := sock.Connect(x.peer.addrPort()); err != nil {
		return err
	}
	sock.OnError(func(_ netip.AddrPort, err error) { x.unreachable(err) })
	return sock.SendTo(x.peer.addrPort(), wire)
}

// source is query-source, or the wildcard of the server's family.
func (x *exchange) source() netip.AddrPort {
	if x.peer.addr.Is6() {
		return x.f.r.v.conf.QuerySourceV6.Value
	}
	return x.f.r.v.conf.QuerySource.Value
}

// receive takes a datagram from the server asked. What does not fit the question
// is ignored (RFC 5452 9.1).
func (x *exchange) receive(d *vnet.Datagram) {
	if x.over || len(d.Payload) < 12 || binary.BigEndian.Uint16(d.Payload) != x.id || d.Payload[2]&0x80 == 0 {
		return
	}
	var m mdns.Msg
	if err := m.Unpack(d.Payload); err != nil {
		x.end()
		x.f.bad(x.peer, x.f.unusable("FORMERR"))
		return
	}
	x.take(&m, d.Seq)
}

// take ends the exchange with a reply.
func (x *exchange) take(m *mdns.Msg, event uint64) {
	f := x.f
	if len(m.Question) == 1 && (m.Question[0].Qtype != f.key.rrtype || !equalNames(m.Question[0].Name, f.name)) {
		return
	}
	x.end()
	x.peer.answered(f.r.s.clock.Since() - x.sent)
	x.learnCookie(m)
	if m.Truncated && !x.tcp {
		if c := f.candidateOf(x.peer); c != nil {
			f.ask(c, true)
			return
		}
	}
	f.reply(x, m, event)
}

// learnCookie keeps the server's part of the cookie.
func (x *exchange) learnCookie(m *mdns.Msg) {
	if !x.edns || x.peer.cookie != nil {
		return
	}
	opt := m.IsEdns0()
	if opt == nil {
		return
	}
	for _, o := range opt.Option {
		if c, ok := o.(*mdns.EDNS0_COOKIE); ok && len(c.Cookie) > 16 {
			if b, err := hex.DecodeString(c.Cookie[16:]); err == nil && len(b) <= serverCookieSize {
				x.peer.cookie = b
			}
		}
	}
}

// timeout goes on with another server when no reply has come.
func (x *exchange) timeout() {
	x.stop()
	x.peer.silent()
	x.f.timedOut = true
	x.f.r.s.stats.timeouts++
	x.f.next()
}

// unreachable takes an error of the socket or from the network.
func (x *exchange) unreachable(err error) {
	if x.over {
		return
	}
	x.end()
	x.peer.silent()
	x.f.bad(x.peer, x.f.unusable(socketResult(err)))
}

// overTCP asks over a connection, in a task because opening one waits.
func (x *exchange) overTCP(wire []byte) {
	s := x.f.r.s
	x.task = s.clock.Go("named: query over TCP", func(t *vtime.Task) {
		local := netip.AddrPortFrom(x.source().Addr(), 0)
		conn, err := s.host.Node.DialTCP(t, local, x.peer.addrPort(), s.owner(), 10*time.Second)
		if err != nil {
			x.task = nil
			x.unreachable(err)
			return
		}
		defer conn.Close()
		framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...)
		conn.Write(framed)
		reply, err := readMessage(conn)
		x.task = nil
		if x.over {
			return
		}
		var m mdns.Msg
		if err != nil || m.Unpack(reply) != nil || m.Id != x.id {
			x.end()
			x.f.bad(x.peer, x.f.unusable("end of file"))
			return
		}
		x.take(&m, s.clock.Scope().Cause)
	})
}

// readMessage reads one message behind its length.
func readMessage(conn *vnet.Conn) ([]byte, error) {
	var size [2]byte
	if err := readFull(conn, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(size[:]))
	return b, readFull(conn, b)
}

func readFull(conn *vnet.Conn, b []byte) error {
	for len(b) > 0 {
		n, err := conn.Read(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// end releases the socket and the timer.
func (x *exchange) end() {
	x.over = true
	x.timer.Stop()
	if x.sock != nil {
		x.sock.Close()
	}
	if x.f.current == x {
		x.f.current = nil
	}
}

// stop ends the exchange because nobody wants its reply any more.
func (x *exchange) stop() {
	x.end()
	if t := x.task; t != nil {
		x.task = nil
		t.Kill(nil)
	}
}

func equalNames(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}
