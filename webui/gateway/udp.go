package gateway

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"mxlab/sim"
)

// peerTime is how long a silent UDP client keeps its port in the world.
const peerTime = time.Minute

// maxReplies bounds the datagrams of a port that wait for the socket.
const maxReplies = 1024

// reply is a datagram on its way out.
type reply struct {
	to   netip.AddrPort
	data []byte
}

// udpPort is the state of a UDP mapping. The peers belong to its reader.
type udpPort struct {
	p       *port
	conn    *net.UDPConn
	replies chan reply
	peers   map[netip.AddrPort]*udpPeer
}

// udpPeer is a client: an address and port that has sent something. In the
// world it has a port of its own.
type udpPeer struct {
	u    *udpPort
	id   uint64
	addr netip.AddrPort
	used time.Time
}

func (p *port) listenUDP() error {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(p.m.Listen))
	if err != nil {
		return err
	}
	p.addr = conn.LocalAddr()
	u := &udpPort{p: p, conn: conn, replies: make(chan reply, maxReplies), peers: map[netip.AddrPort]*udpPeer{}}
	over := make(chan struct{})
	p.stop = sync.OnceFunc(func() {
		conn.Close()
		close(over)
	})
	p.g.work.Add(2)
	go func() {
		defer p.g.work.Done()
		u.receive()
		u.forget(time.Time{})
	}()
	go func() {
		defer p.g.work.Done()
		for {
			select {
			case <-over:
				return
			case r := <-u.replies:
				conn.SetWriteDeadline(time.Now().Add(time.Second))
				n, err := conn.WriteToUDPAddrPort(r.data, r.to)
				if p.out.Add(int64(n)); err != nil {
					p.dropped.Add(1)
				}
			}
		}
	}()
	return nil
}

// receive carries datagrams into the world until the socket is closed.
func (u *udpPort) receive() {
	g := u.p.g
	buf := make([]byte, 64<<10)
	for {
		n, from, err := u.conn.ReadFromUDPAddrPort(buf)
		now := time.Now()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil || n == 0: // an ICMP error of an earlier answer, or nothing to carry
			u.p.dropped.Add(1)
			g.cfg.Changed()
			continue
		case !g.peers.take(now):
			u.p.refused.Add(1)
			g.cfg.Changed()
			continue
		}
		f := sim.Foreign{Data: buf[:n:n]}
		peer := u.peers[from]
		if peer == nil {
			if peer = u.meet(from, now); peer == nil {
				u.p.refused.Add(1)
				continue
			}
			f.Open = &u.p.m.Reach
		}
		f.Conn, peer.used = peer.id, now
		u.p.in.Add(int64(n))
		if err := g.world.Foreign(&f); err != nil {
			u.p.dropped.Add(1)
			u.part(peer)
		}
	}
}

// meet makes a client known. When there are too many, those not heard of for
// long, or else the one not heard of for longest, are forgotten.
func (u *udpPort) meet(from netip.AddrPort, now time.Time) *udpPeer {
	if len(u.peers) > 0 {
		u.forget(now.Add(-peerTime))
	}
	if len(u.peers) >= u.p.g.cfg.Peers {
		var oldest *udpPeer
		for _, p := range u.peers {
			if oldest == nil || p.used.Before(oldest.used) {
				oldest = p
			}
		}
		u.part(oldest)
	}
	p := &udpPeer{u: u, addr: from}
	if p.id = u.p.g.enter(p, false); p.id == 0 {
		return nil
	}
	u.peers[from] = p
	u.p.active.Add(1)
	u.p.total.Add(1)
	return p
}

// forget parts from the clients not heard of since a time, the zero time: all.
func (u *udpPort) forget(since time.Time) {
	for _, p := range u.peers {
		if since.IsZero() || p.used.Before(since) {
			u.part(p)
		}
	}
}

func (u *udpPort) part(p *udpPeer) {
	delete(u.peers, p.addr)
	u.p.g.world.Foreign(&sim.Foreign{Conn: p.id, End: "fin"})
	u.p.g.leave(p.id, false)
	u.p.active.Add(-1)
}

// answer queues a datagram for the client. As a network does, it loses what is
// too much.
func (p *udpPeer) answer(a sim.Answer) {
	if a.Err != nil {
		return
	}
	select {
	case p.u.replies <- reply{p.addr, a.Data}:
	default:
		p.u.p.dropped.Add(1)
	}
}
