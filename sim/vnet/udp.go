package vnet

import (
	"net"
	"net/netip"

	"mxlab/sim/trace"
)

// Datagram is a UDP datagram as its receiver sees it. It may be kept; its
// payload must not be changed.
type Datagram struct {
	Src, Dst netip.AddrPort
	Payload  []byte
	Seq      uint64 // trace event of the packet
	TTL      uint8  // on arrival
}

// UDPSocket is a bound UDP socket.
type UDPSocket struct {
	bound
	remote  netip.AddrPort // invalid unless connected
	recv    func(*Datagram)
	onError func(dst netip.AddrPort, err error)
	onICMP  func(ICMPError)
	ttl     uint8
	mtu     Discovery
	held    int // datagrams not read yet
	closed  bool
}

// ListenUDP binds a UDP socket. An unspecified address is the wildcard of its
// family; the IPv6 wildcard, and the zero address, take IPv4 too unless V6Only.
// Port 0 draws an
// ephemeral port. recv runs as a callback in the causal scope of the packet;
// with nil, datagrams are swallowed. Errors: EADDRINUSE, EADDRNOTAVAIL,
// EACCES.
func (nd *Node) ListenUDP(local netip.AddrPort, o Owner, recv func(*Datagram), opts ...Option) (*UDPSocket, error) {
	all := combine(opts)
	local, err := nd.bind(local, o, all)
	if err != nil {
		return nil, err
	}
	s := &UDPSocket{bound: bound{node: nd, local: local, owner: o, opts: all}, recv: recv}
	if local.Port() == 0 {
		p := nd.ephemeral(func(p uint16) bool { return len(nd.udp[p]) == 0 })
		s.local = netip.AddrPortFrom(local.Addr(), p)
		if p == 0 {
			return nil, EADDRINUSE
		}
	}
	for _, other := range nd.udp[s.local.Port()] {
		if s.overlaps(&other.bound) && !s.shares(&other.bound) {
			return nil, EADDRINUSE
		}
	}
	s.id = nd.net.nextID()
	if nd.udp == nil {
		nd.udp = make(map[uint16][]*UDPSocket)
	}
	nd.udp[s.local.Port()] = append(nd.udp[s.local.Port()], s)
	return s, nil
}

// Local returns the address the socket is bound to.
func (s *UDPSocket) Local() netip.AddrPort { return s.local }

// SetTTL sets the time to live of the following datagrams (0: the default).
func (s *UDPSocket) SetTTL(ttl uint8) { s.ttl = ttl }

// SetPathMTU sets how large datagrams are treated (IP_MTU_DISCOVER). Name
// servers use Dont, so that nobody can make them fragment.
func (s *UDPSocket) SetPathMTU(d Discovery) { s.mtu = d }

// OnError sets the callback for ICMP errors about datagrams of this socket,
// as IP_RECVERR: it gets all of them. A connected socket without OnICMP is
// told as well.
func (s *UDPSocket) OnError(fn func(dst netip.AddrPort, err error)) { s.onError = fn }

// OnICMP sets the callback for ICMP errors with all that is known of them, as
// traceroute needs.
func (s *UDPSocket) OnICMP(fn func(ICMPError)) { s.onICMP = fn }

// heldSize is what Linux counts for a small datagram in a socket's buffer.
const heldSize = 832

// Hold counts a datagram that the owner does not read for the time being, and
// Release one that it reads at last: ss shows them as Recv-Q.
func (s *UDPSocket) Hold() { s.held++ }

// Release is the end of a Hold.
func (s *UDPSocket) Release() { s.held-- }

// Connect fixes the peer: datagrams of others are not received any more. The
// local address becomes the one the route to the peer asks for.
func (s *UDPSocket) Connect(remote netip.AddrPort) error {
	remote = canonical(remote)
	if s.local.Addr().IsUnspecified() {
		src, err := s.node.SourceFor(remote.Addr())
		if err != nil {
			return err
		}
		s.local = netip.AddrPortFrom(src, s.local.Port())
	}
	s.remote = remote
	return nil
}

func canonical(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// SendTo sends a datagram. The payload is not copied: it must not be changed
// afterwards. Errors: ENETUNREACH and the like when there is no route, EPERM
// when the node's own filter discards it, EMSGSIZE.
func (s *UDPSocket) SendTo(dst netip.AddrPort, payload []byte) error {
	return s.SendFrom(netip.Addr{}, dst, payload)
}

// SendFrom is SendTo with a chosen source address (IP_PKTINFO), for servers on
// a wildcard address, which reply from the address they were asked at.
func (s *UDPSocket) SendFrom(src netip.Addr, dst netip.AddrPort, payload []byte) error {
	nd := s.node
	switch {
	case nd.down:
		return ENETDOWN
	case s.closed:
		return net.ErrClosed
	case len(payload) > 65507:
		return EMSGSIZE
	}
	dst = canonical(dst)
	if !src.IsValid() {
		src = s.local.Addr()
	}
	if !s.speaks(dst.Addr()) || !src.IsUnspecified() && src.Is4() != dst.Addr().Is4() {
		return EAFNOSUPPORT
	}
	if src = src.Unmap(); src.IsUnspecified() {
		var err error
		if src, err = nd.SourceFor(dst.Addr()); err != nil {
			return err
		}
	} else if s.opts&FreeBind == 0 && !nd.Local(src) { // the address was taken from the host
		return ENETUNREACH
	}
	f := nd.net.newFlight()
	f.Proto, f.TTL, f.Payload, f.discovery = ProtoUDP, s.ttl, payload, s.mtu
	f.Src, f.SrcPort, f.Dst, f.DstPort = src, s.local.Port(), dst.Addr(), dst.Port()
	if _, err := nd.net.launch(nd, f, trace.Event{}); err != "" {
		return err
	}
	return nil
}

// speaks reports whether the socket can send to an address of this family.
func (s *UDPSocket) speaks(dst netip.Addr) bool {
	a := s.local.Addr()
	return a.Is4() == dst.Is4() || a.IsUnspecified() && s.covers(dst)
}

// Close releases the port. Datagrams on their way find it closed.
func (s *UDPSocket) Close() {
	if s.closed {
		return
	}
	s.closed = true
	port := s.local.Port()
	if list := without(s.node.udp[port], s); len(list) > 0 {
		s.node.udp[port] = list
	} else {
		delete(s.node.udp, port)
	}
}

// findUDP returns the socket for a datagram: a connected one before one bound
// to the address before a wildcard of the family before a dual-stack one. Sockets
// that share the port take turns by the peer's port, whether their owners read
// what they get or not (SO_REUSEPORT, socket(7)).
func (nd *Node) findUDP(local, remote netip.AddrPort) *UDPSocket {
	var best *UDPSocket
	score, equal := 0, 0
	for _, s := range nd.udp[local.Port()] {
		switch n := s.score(local, remote); {
		case n > score:
			best, score, equal = s, n, 1
		case n == score && n > 0:
			equal++
		}
	}
	if equal < 2 {
		return best
	}
	turn := int(remote.Port()) % equal
	for _, s := range nd.udp[local.Port()] {
		if s.score(local, remote) != score {
			continue
		}
		if turn == 0 {
			return s
		}
		turn--
	}
	return best
}

// score says how well a socket fits a datagram, 0 for not at all.
func (s *UDPSocket) score(local, remote netip.AddrPort) int {
	switch {
	case s.remote.IsValid():
		if s.remote == remote && s.local.Addr() == local.Addr() {
			return 4
		}
	case s.local.Addr() == local.Addr():
		return 3
	case s.covers(local.Addr()) && s.local.Addr().Is4() == local.Addr().Is4():
		return 2
	case s.covers(local.Addr()):
		return 1
	}
	return 0
}

func (nd *Node) deliverUDP(f *flight) {
	d := &Datagram{Src: netip.AddrPortFrom(f.Src, f.SrcPort), Dst: netip.AddrPortFrom(f.Dst, f.DstPort),
		Payload: f.Payload, Seq: f.Event, TTL: f.TTL}
	s := nd.findUDP(d.Dst, d.Src)
	if s == nil { // RFC 1122 4.1.3.1
		f.with = PortUnreachable
		nd.answer(f)
		return
	}
	if s.recv != nil {
		s.recv(d)
	}
}

func (s *UDPSocket) failed(e ICMPError) {
	if s.onICMP != nil {
		s.onICMP(e)
	}
	if s.onError != nil {
		s.onError(e.Dst, e.Err)
	}
}
