package netfilter

import (
	"net/netip"
	"strconv"

	"mxlab/sim/vnet"
)

// ownerMatch is -m owner: whose socket sends the packet.
type ownerMatch struct {
	uid, gid          *uint32
	uidInv, gidInv    bool
	socket, socketInv bool
}

var ownerOptions = []option{{name: "uid-owner", inv: true}, {name: "gid-owner", inv: true}, {name: "socket-exists", flag: true, inv: true}}

func (m *ownerMatch) set(in *input, id, value string, inv bool) *Error {
	if id == "socket-exists" {
		m.socket, m.socketInv = true, inv
		return nil
	}
	n, err := strconv.ParseUint(value, 0, 32)
	number := uint32(n)
	if err != nil {
		var ok bool
		if number, ok = in.names.account(id, value); !ok {
			return bad("owner: Bad value for \"--%s\" option: \"%s\"", id, value)
		}
	}
	if id == "uid-owner" {
		m.uid, m.uidInv = &number, inv
	} else {
		m.gid, m.gidInv = &number, inv
	}
	return nil
}

// account returns the number of a user or group.
func (n *names) account(kind, name string) (uint32, bool) {
	if n.host == nil {
		return 0, false
	}
	if kind == "uid-owner" {
		u, ok := n.host.User(name)
		return u.UID, ok
	}
	for _, g := range n.host.Groups() {
		if g.Name == name {
			return g.GID, true
		}
	}
	return 0, false
}

func (m *ownerMatch) done(*input) *Error {
	if m.uid == nil && m.gid == nil && !m.socket {
		return bad("owner: At least one of --uid-owner, --gid-owner or --socket-exists is required")
	}
	return nil
}

func (m *ownerMatch) save(w *writer) {
	if m.socket {
		w.flag(m.socketInv, "--socket-exists")
	}
	if m.uid != nil {
		w.option(m.uidInv, "--uid-owner", strconv.FormatUint(uint64(*m.uid), 10))
	}
	if m.gid != nil {
		w.option(m.gidInv, "--gid-owner", strconv.FormatUint(uint64(*m.gid), 10))
	}
}

func (m *ownerMatch) list(w *writer) {
	word := func(inv bool, kind, name string) {
		if inv {
			w.words("!")
		}
		w.words("owner", kind, "match", name)
	}
	if m.socket {
		if m.socketInv {
			w.words("!")
		}
		w.words("owner socket exists")
	}
	if m.uid != nil {
		name := strconv.FormatUint(uint64(*m.uid), 10)
		if !w.numeric && w.names.host != nil {
			name = w.names.host.UserName(*m.uid)
		}
		word(m.uidInv, "UID", name)
	}
	if m.gid != nil {
		name := strconv.FormatUint(uint64(*m.gid), 10)
		if !w.numeric && w.names.host != nil {
			name = w.names.host.GroupName(*m.gid)
		}
		word(m.gidInv, "GID", name)
	}
}

func (m *ownerMatch) holds(x *crossing) bool {
	uid, ok := x.owner()
	if !ok {
		return m.socket && m.socketInv && m.uid == nil && m.gid == nil
	}
	if m.socket && m.socketInv || m.uid != nil && (uid == *m.uid) == m.uidInv {
		return false
	}
	if m.gid == nil {
		return true
	}
	gid := uid
	for _, u := range x.fw.host.Users() {
		if u.UID == uid {
			gid = u.GID
			break
		}
	}
	return (gid == *m.gid) != m.gidInv
}

// owner returns the user whose socket sends the packet.
func (x *crossing) owner() (uint32, bool) {
	proto := "tcp"
	if x.p.Proto == vnet.ProtoUDP {
		proto = "udp"
	} else if x.p.Proto != vnet.ProtoTCP {
		return 0, false
	}
	local, remote := netip.AddrPortFrom(x.p.Src, x.p.SrcPort), netip.AddrPortFrom(x.p.Dst, x.p.DstPort)
	for _, s := range x.fw.host.Node.Sockets() {
		here := s.Local == local || s.Local.Port() == local.Port() && s.Local.Addr().IsUnspecified()
		if s.Proto == proto && here && (!s.Peer.IsValid() && proto == "udp" || s.Peer == remote) {
			return uint32(s.Owner.UID), true
		}
	}
	return 0, false
}
