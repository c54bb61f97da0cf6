package vnet

import (
	"net/netip"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// EchoOptions are the parameters of one echo request. The zero value asks as
// `ping` does, and waits a second.
type EchoOptions struct {
	Src     netip.Addr    // zero: chosen by the route
	TTL     uint8         // 0: 64
	Size    int           // bytes of data; 0: 56, negative: none
	Timeout time.Duration // 0: 1 s
	PathMTU Discovery     // -M of ping
	ID, Seq uint16        // identifier (0: the next of the node) and sequence number
}

// EchoReply is what came of an echo request.
type EchoReply struct {
	From       netip.Addr // who replied or reported the error
	TTL        uint8      // of the reply on arrival
	Size       int        // bytes of data in the reply
	RTT        time.Duration
	Type, Code uint8 // of the ICMP error, if From reported one
	Err        error // nil: a reply; ErrDeadline: silence; else an Errno
	MTU        int   // what the path carries, if the request was too large
}

// echoWait is a task that waits for an echo reply.
type echoWait struct {
	seq    uint16
	done   bool
	reply  EchoReply
	signal vtime.Signal
}

// Echo sends one ICMP echo request and waits for the reply, an ICMP error
// about it, or the time-out.
func (nd *Node) Echo(t *vtime.Task, dst netip.Addr, o EchoOptions) EchoReply {
	dst = dst.Unmap()
	if nd.down {
		return EchoReply{Err: ENETDOWN}
	}
	src, err := o.Src, error(nil)
	if !src.IsValid() {
		if src, err = nd.SourceFor(dst); err != nil {
			return EchoReply{Err: err}
		}
	} else if !nd.Local(src) {
		return EchoReply{Err: EADDRNOTAVAIL}
	}
	switch {
	case o.Size == 0:
		o.Size = 56
	case o.Size < 0:
		o.Size = 0
	case o.Size > 65507:
		return EchoReply{Err: EMSGSIZE}
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Second
	}
	for o.ID == 0 || nd.echoes[o.ID] != nil {
		nd.echoID++
		o.ID = nd.echoID
	}
	return nd.echo(t, src, dst, o)
}

func (nd *Node) echo(t *vtime.Task, src, dst netip.Addr, o EchoOptions) EchoReply {
	n := nd.net
	w := &echoWait{seq: o.Seq}
	if nd.echoes == nil {
		nd.echoes = make(map[uint16]*echoWait)
	}
	nd.echoes[o.ID] = w
	defer delete(nd.echoes, o.ID)
	f := n.newFlight()
	f.Src, f.Dst, f.TTL, f.Payload = src, dst, o.TTL, make([]byte, o.Size)
	f.Proto, f.Type = ProtoICMP, icmpEcho
	if dst.Is6() {
		f.Proto, f.Type = ProtoICMPv6, icmp6Echo
	}
	f.SrcPort, f.DstPort, f.EchoSeq, f.discovery = o.ID, o.ID, o.Seq, o.PathMTU
	for i := range f.Payload {
		f.Payload[i] = byte(i)
	}
	sent := n.clock.Since()
	if _, err := n.launch(nd, f, trace.Event{}); err != "" {
		reply := EchoReply{Err: err}
		if err == EMSGSIZE {
			reply.MTU, _ = nd.PathMTU(dst)
		}
		return reply
	}
	if !w.done && !w.signal.WaitFor(t, o.Timeout) {
		return EchoReply{RTT: n.clock.Since() - sent, Err: ErrDeadline}
	}
	w.reply.RTT = n.clock.Since() - sent
	return w.reply
}

func (nd *Node) sendEchoReply(p *Packet) {
	f := nd.net.newFlight()
	f.Src, f.Dst, f.Proto, f.Type, f.discovery = p.Dst, p.Src, p.Proto, icmpEchoReply, Dont
	if p.Proto == ProtoICMPv6 {
		f.Type, f.discovery = icmp6EchoReply, Want
	}
	f.SrcPort, f.DstPort, f.EchoSeq, f.Payload = p.SrcPort, p.DstPort, p.EchoSeq, p.Payload
	nd.net.launch(nd, f, trace.Event{})
}

func (nd *Node) echoReply(p *Packet) {
	nd.echoDone(p.SrcPort, p.EchoSeq, EchoReply{From: p.Src, TTL: p.TTL, Size: len(p.Payload)})
}

func (nd *Node) echoFailed(in *Packet, e ICMPError) {
	nd.echoDone(in.SrcPort, in.EchoSeq, EchoReply{From: e.From, Type: e.Type, Code: e.Code, Err: e.Err, MTU: e.MTU})
}

func (nd *Node) echoDone(id, seq uint16, r EchoReply) {
	if w := nd.echoes[id]; w != nil && w.seq == seq && !w.done {
		w.done, w.reply = true, r
		w.signal.Broadcast()
	}
}
