package vnet

import (
	"cmp"
	"net/netip"
	"slices"
)

// SocketInfo is a socket as ss and netstat list it.
type SocketInfo struct {
	Proto  string         // "udp" or "tcp"
	State  string         // as ss prints it: UNCONN, LISTEN, ESTAB, SYN-SENT, TIME-WAIT ...
	RecvQ  int            // bytes not read by the application
	SendQ  int            // bytes not acknowledged by the peer
	Local  netip.AddrPort // an unspecified address is the wildcard
	Peer   netip.AddrPort // invalid if there is none
	V6Only bool
	Owner  Owner // zero for TIME-WAIT, which belongs to nobody
}

// Sockets returns all sockets of the node, each protocol in the order they
// were made, listeners before connections.
func (nd *Node) Sockets() []SocketInfo {
	nd.sweep()
	var list []SocketInfo
	for _, s := range sorted(nd.udp, func(s *UDPSocket) uint64 { return s.id }) {
		info := s.info("udp", "UNCONN")
		info.RecvQ = s.held * heldSize
		if s.remote.IsValid() {
			info.State, info.Peer = "ESTAB", s.remote
		}
		list = append(list, info)
	}
	for _, l := range sorted(nd.tcp, func(l *Listener) uint64 { return l.id }) {
		list = append(list, l.info("tcp", "LISTEN"))
	}
	for _, c := range nd.sortedConns() {
		info := SocketInfo{Proto: "tcp", State: c.state.String(), RecvQ: c.in.bytes, SendQ: c.unacked.bytes, Local: c.local, Peer: c.remote}
		if !c.released {
			info.Owner = c.owner
		}
		list = append(list, info)
	}
	return list
}

func (b *bound) info(proto, state string) SocketInfo {
	return SocketInfo{Proto: proto, State: state, Local: b.local, V6Only: b.opts&V6Only != 0, Owner: b.owner}
}

func sorted[T any](byPort map[uint16][]T, id func(T) uint64) []T {
	var list []T
	for _, at := range byPort {
		list = append(list, at...)
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	return list
}
