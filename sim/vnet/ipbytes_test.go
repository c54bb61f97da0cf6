package vnet_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// Every packet of a busy world becomes bytes whose lengths and checksums are
// right (RFC 1071: the sum over everything, checksum included, is all ones).
func TestPacketsAsBytes(t *testing.T) {
	l := newLab(t, 1)
	l.do(t, func(op *vtime.Task) {
		traffic(t, l, op)
		s, _ := l.pc.ListenUDP(netip.AddrPort{}, vnet.Owner{}, nil)
		s.SendTo(ap(srv4+":99"), []byte("odd"))
		l.pc.Echo(op, addr(srv6), vnet.EchoOptions{TTL: 1, Timeout: time.Second})
	})
	sum := func(sum uint32, b []byte) uint32 {
		for i := range b {
			sum += uint32(b[i]) << (8 * (1 - i%2))
		}
		for sum > 0xffff {
			sum = sum>>16 + sum&0xffff
		}
		return sum
	}
	seen := map[uint8]int{}
	l.log.After(0, func(e *trace.Event) bool {
		p := vnet.PacketOf(e.Data)
		if p == nil {
			return true
		}
		b := p.AppendIP(nil)
		var body []byte
		var total int
		var pseudo uint32
		if p.Src.Is4() {
			h, err := ipv4.ParseHeader(b)
			if err != nil || h.Protocol != int(p.Proto) || h.TTL != int(p.TTL) || sum(0, b[:20]) != 0xffff {
				t.Fatalf("%v: %v %v", e, h, err)
			}
			total, body, pseudo = int(binary.BigEndian.Uint16(b[2:])), b[20:], sum(0, b[12:20])
		} else {
			h, err := ipv6.ParseHeader(b)
			if err != nil || h.NextHeader != int(p.Proto) {
				t.Fatalf("%v: %v %v", e, h, err)
			}
			total, body, pseudo = h.PayloadLen+40, b[40:], sum(0, b[8:40])
		}
		if p.Proto == vnet.ProtoICMP {
			pseudo = 0
		} else {
			pseudo += uint32(p.Proto) + uint32(len(body))
		}
		if total != len(b) || sum(pseudo, body) != 0xffff {
			t.Fatalf("%v: length %d of %d, sum %x", e, total, len(b), sum(pseudo, body))
		}
		seen[p.Proto]++
		return true
	})
	for _, proto := range []uint8{vnet.ProtoTCP, vnet.ProtoUDP, vnet.ProtoICMP, vnet.ProtoICMPv6} {
		if seen[proto] == 0 {
			t.Errorf("no packet of protocol %d was seen", proto)
		}
	}
}
