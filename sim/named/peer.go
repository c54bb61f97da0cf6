package named

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"mxlab/sim/named/config"
)

// peer is what the resolver knows of another server's address: BIND's address
// database.
type peer struct {
	addr   netip.Addr
	port   uint16
	srtt   time.Duration // smoothed round trip time
	noEDNS bool          // it did not understand EDNS
	cookie []byte        // the server cookie it gave (RFC 7873 5.3)
	ok     int           // replies
	lost   int           // time-outs
}

func (p *peer) addrPort() netip.AddrPort { return netip.AddrPortFrom(p.addr, p.port) }

// peer returns the entry of a server at port 53. A new one gets a tiny random
// time, so that servers nothing is known of are tried in random order.
func (r *resolver) peer(a netip.Addr) *peer { return r.peerAt(netip.AddrPortFrom(a, 53)) }

func (r *resolver) peerAt(at netip.AddrPort) *peer {
	p := r.peers[at.Addr()]
	if p == nil || p.port != at.Port() {
		p = &peer{addr: at.Addr(), port: at.Port(), srtt: time.Duration(1+r.s.random().IntN(32)) * time.Microsecond}
		r.peers[at.Addr()] = p
	}
	return p
}

const longestRTT = 10 * time.Second

// answered takes the round trip time of a reply: 7 parts old, 3 parts new.
func (p *peer) answered(rtt time.Duration) {
	p.srtt = (p.srtt*7 + min(rtt, longestRTT)*3) / 10
	p.ok++
}

// silent notes that no reply came.
func (p *peer) silent() {
	p.srtt = min(p.srtt+200*time.Millisecond, longestRTT)
	p.lost++
}

// age makes the servers that are not asked look a little better, so that a slow
// one gets another chance some day.
func (r *resolver) age(servers []candidate, asked *peer) {
	for _, c := range servers {
		if c.peer != asked && !c.tried {
			c.peer.srtt = c.peer.srtt * 98 / 100
		}
	}
}

// clientCookie is the cookie for one server (RFC 7873 4.1): always the same for
// the same address.
func (r *resolver) clientCookie(p *peer) (c [8]byte) {
	h := r.s.secret ^ 0x5bd1e995
	b := p.addr.As16()
	for _, x := range b {
		h = (h ^ uint64(x)) * 1099511628211
	}
	binary.BigEndian.PutUint64(c[:], h^h>>31)
	return c
}

// serverRule is the server statement for an address, the most specific one.
func (v *view) serverRule(a netip.Addr) *config.ServerRule {
	var best *config.ServerRule
	for i := range v.conf.Servers {
		if r := &v.conf.Servers[i]; r.Prefix.Contains(a) && (best == nil || r.Prefix.Bits() > best.Prefix.Bits()) {
			best = r
		}
	}
	return best
}

// sortedPeers lists the servers known, by address.
func (r *resolver) sortedPeers() []*peer {
	list := make([]*peer, 0, len(r.peers))
	for _, p := range r.peers {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *peer) int { return a.addr.Compare(b.addr) })
	return list
}
