package webui

import (
	"strings"
	"time"

	"mxlab/sim/trace"
)

// lostPacket explains a packet that did not arrive, nil for one that did.
func (x *explainer) lostPacket(e *trace.Event) *Why {
	switch e.Outcome {
	case trace.Lost, trace.Refused, trace.Timeout:
	default:
		return nil
	}
	if d := x.dropAfter(e); d != nil {
		w := x.drop(d)
		w.to(d, "버려진 곳", "Where it was discarded")
		return w
	}
	return verdict("이 패킷은 %s에 도착하지 못했습니다.", "This packet did not reach %s.", x.node(e.Peer))
}

// dropAfter returns the Drop event of a packet, which follows it.
func (x *explainer) dropAfter(e *trace.Event) *trace.Event {
	for seq := e.Seq + 1; seq <= e.Seq+8; seq++ {
		d := x.log.Get(seq)
		if d == nil {
			return nil
		}
		if d.Kind == trace.Drop && (d.Cause == e.Seq || field(d, "dst") == field(e, "dst")) {
			return d
		}
	}
	return nil
}

// drop explains where and why a packet was discarded.
func (x *explainer) drop(e *trace.Event) *Why {
	label, dst, where := e.Label(), field(e, "dst"), x.node(e.Node)
	var w *Why
	switch {
	case strings.HasPrefix(label, "lost on the link"):
		w = verdict("패킷이 회선에서 없어졌습니다.", "The packet was lost on the link.")
	case strings.HasPrefix(label, "node is down"):
		w = verdict("%s{이가} 꺼져 있습니다.", "%s is switched off.", where)
	case strings.HasPrefix(label, "no ARP reply"):
		w = verdict("%s{이가} %s의 이웃을 찾지 못했습니다(ARP 응답 없음).", "%s found no neighbour for %s (no ARP reply).", where, dst).
			rule("RFC 826", "같은 링크에 그 주소를 가진 기기가 없거나 꺼져 있습니다.", "No machine on the link has the address, or it is down.")
	case strings.HasPrefix(label, "no route"), strings.HasPrefix(label, "blackhole route"), strings.HasPrefix(label, "unreachable route"), strings.HasPrefix(label, "prohibit route"):
		w = verdict("%s{은는} %s{으로로} 가는 길을 모릅니다(%s).", "%s knows no way to %s (%s).", where, dst, label).
			rule("RFC 1812 5.2.7.1", "경로가 없으면 ICMP Destination Unreachable을 보냅니다.", "Without a route, ICMP destination unreachable is sent.")
	case strings.HasPrefix(label, "not forwarding"):
		w = verdict("%s{은는} 남의 패킷을 전달하지 않습니다.", "%s does not forward packets of others.", where).
			rule("net.ipv4.ip_forward", "커널의 전달 기능이 꺼져 있습니다.", "Forwarding is switched off in the kernel.")
	case strings.HasPrefix(label, "time to live exceeded"):
		w = verdict("패킷의 TTL이 %s에서 0이 되었습니다.", "The packet's TTL ran out at %s.", where).rule("RFC 1812 5.3.1", "길이 맴돌거나 너무 깁니다.", "The way is a loop or too long.")
	default:
		w = verdict("%s의 필터 '%s'{이가} %s{으로로} 가는 패킷을 버렸습니다.", "The filter '%[2]s' at %[1]s discarded the packet to %[3]s.", where, label, dst).
			rule(label, "필터에 걸린 패킷은 보낸 쪽에 알리지 않고 버리거나(DROP), 거절을 알립니다(REJECT).", "A filter discards without a word (DROP) or tells the sender (REJECT).")
		if e.Outcome == trace.Lost {
			w.compare("보낸 쪽에 알림", "sender told", "ICMP/RST", "-", false, e.Seq)
		}
	}
	return w
}

// connect explains how opening a TCP connection ended.
func (x *explainer) connect(e *trace.Event) *Why {
	end := x.end(e.Seq)
	if end == nil || end.Outcome == trace.OK || end.Outcome == trace.Neutral {
		return nil
	}
	var drop, rst *trace.Event
	tries := 0
	x.inside(e.Seq, func(in *trace.Event) {
		switch {
		case in.Kind == trace.Drop:
			drop = in
		case in.Kind == trace.Packet && strings.Contains(in.Label(), "SYN") && !strings.Contains(in.Label(), "ACK"):
			tries++
		case in.Kind == trace.Packet && (strings.Contains(in.Label(), "RST") || strings.Contains(in.Label(), "ICMP")):
			rst = in
		}
	})
	target := strings.TrimPrefix(e.Label(), "TCP ")
	var w *Why
	switch {
	case end.Outcome == trace.Timeout:
		w = verdict("%s에 연결하지 못했습니다: SYN을 %d번 보냈으나 %s 동안 답이 없었습니다.", "No connection to %s: %d SYN packets got no answer within %s.", target, max(tries, 1), age(e, end).Round(time.Second))
		w.rule("RFC 9293 3.8.3", "답이 없으면 시간을 늘려 가며 다시 보냅니다. 거절(RST)이 아니라 침묵이면 도중의 필터나 꺼진 기기를 의심합니다.",
			"Without an answer the packet is sent again at growing intervals. Silence, not refusal (RST), points to a filter or a dead machine.")
	case end.Label() == "Connection refused":
		w = verdict("%s{이가} 연결을 거절했습니다(RST): 그 포트에서 듣는 프로그램이 없습니다.", "%s refused the connection (RST): nothing listens on that port.", target)
		w.rule("RFC 9293 3.10.7.1", "듣는 프로그램이 없는 포트로 온 SYN에는 RST로 답합니다.", "A SYN for a port nobody listens on is answered with RST.")
		if drop != nil {
			w.Verdict = say("%s에 대한 연결을 %s의 필터가 거절했습니다.", "The connection to %s was refused by a filter at %s.", target, x.node(drop.Node))
		}
	default:
		w = verdict("%s에 연결하지 못했습니다: %s", "No connection to %s: %s", target, end.Label())
	}
	if drop != nil {
		inner := x.drop(drop)
		if end.Outcome == trace.Timeout {
			w.Verdict = Text{w.Verdict.Ko + " " + inner.Verdict.Ko, w.Verdict.En + " " + inner.Verdict.En}
		}
		w.to(drop, "버려진 곳: %s", "Discarded by: %s", drop.Label())
	}
	return w.to(rst, "거절한 패킷", "The packet that refused")
}
