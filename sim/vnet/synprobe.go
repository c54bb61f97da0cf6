package vnet

import (
	"net/netip"

	"mxlab/sim/trace"
)

// SYNReply is what came of a SYN that was sent to see who answers.
type SYNReply struct {
	From       netip.Addr // who answered
	TTL        uint8      // of a segment on arrival
	Flags      Flags      // of a segment: SYN ACK from an open port, RST ACK from a closed one
	Type, Code uint8      // of an ICMP error
	MTU        int        // what the path carries, if the probe was too large
	Err        error      // of an ICMP error, as a socket call would return it; nil: a segment
}

// SYNProbe is a TCP SYN with a time to live of choice, sent without a
// connection, as traceroute -T and mtr --tcp do over a raw socket.
type SYNProbe struct {
	nd  *Node
	key connKey
}

// ProbeSYN sends a SYN from a free port and calls done, as a callback, for what
// comes back: a segment of the peer, which the stack answers with RST if it
// opened a connection, or an ICMP error. Close the probe to stop waiting.
// Errors are those of the host itself: ENETUNREACH, EPERM ...
func (nd *Node) ProbeSYN(src netip.Addr, dst netip.AddrPort, ttl uint8, done func(SYNReply)) (*SYNProbe, error) {
	dst = canonical(dst)
	if nd.down {
		return nil, ENETDOWN
	}
	if !src.IsValid() {
		var err error
		if src, err = nd.SourceFor(dst.Addr()); err != nil {
			return nil, err
		}
	} else if !nd.Local(src) {
		return nil, EADDRNOTAVAIL
	}
	port := nd.ephemeral(func(p uint16) bool {
		at := connKey{netip.AddrPortFrom(src, p), dst}
		return nd.conns[at] == nil && nd.probes[at] == nil && len(nd.tcp[p]) == 0
	})
	if port == 0 {
		return nil, EADDRNOTAVAIL
	}
	p := &SYNProbe{nd, connKey{netip.AddrPortFrom(src, port), dst}}
	if nd.probes == nil {
		nd.probes = make(map[connKey]func(SYNReply))
	}
	nd.probes[p.key] = done
	f := nd.net.newFlight()
	f.Proto, f.Flags, f.Window, f.TTL = ProtoTCP, SYN, synWindow, ttl
	f.Src, f.SrcPort, f.Dst, f.DstPort = src, port, dst.Addr(), dst.Port()
	if _, err := nd.net.launch(nd, f, trace.Event{}); err != "" {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close stops waiting for an answer.
func (p *SYNProbe) Close() { delete(p.nd.probes, p.key) }

// probed handles a segment that answers a probe.
func (nd *Node) probed(f *flight, key connKey) {
	fn := nd.probes[key]
	delete(nd.probes, key)
	if f.Flags&RST == 0 {
		nd.sendReset(&f.Packet)
	}
	fn(SYNReply{From: f.Src, TTL: f.TTL, Flags: f.Flags})
}
