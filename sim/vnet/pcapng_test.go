package vnet_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"mxlab/sim/pcap"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// captured returns the packets of a capture file.
func captured(t *testing.T, l *lab, o vnet.CaptureOptions) (list []*pcap.Packet) {
	t.Helper()
	var out bytes.Buffer
	if err := l.net.WriteCapture(&out, start, o); err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(&out)
	for err == nil {
		var p *pcap.Packet
		if p, err = r.Next(); err == nil {
			list = append(list, p)
		}
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return list
}

// A packet that a router drops is seen on the interfaces before it, with ARP
// before the first packet, and not behind it.
func TestCaptureShowsWherePacketsWent(t *testing.T) {
	l := newLab(t, 1)
	l.r2.AddPortFilter(vnet.PortFilter{Name: "no dns", Port: 53, Inbound: true, Outbound: true, Action: vnet.Drop})
	l.do(t, func(op *vtime.Task) {
		s, _ := l.pc.ListenUDP(ap("0.0.0.0:0"), vnet.Owner{}, nil)
		s.SendTo(ap(srv4+":53"), []byte("lost"))
		op.Sleep(time.Second)
	})
	seen := map[string]int{}
	for _, p := range captured(t, l, vnet.CaptureOptions{Everywhere: true}) {
		kind := "ip "
		if p.Data[12] == 8 && p.Data[13] == 6 {
			kind = "arp "
		}
		seen[kind+p.Iface]++
		if kind == "ip " && p.Data[14+8] != map[string]byte{"pc:eth0": 64, "r1:eth0": 64, "r1:eth1": 63, "r2:eth1": 63}[p.Iface] {
			t.Errorf("%s: TTL %d", p.Iface, p.Data[14+8])
		}
	}
	want := map[string]int{"arp pc:eth0": 2, "arp r1:eth0": 2, "arp r1:eth1": 2, "arp r2:eth1": 2,
		"ip pc:eth0": 1, "ip r1:eth0": 1, "ip r1:eth1": 1, "ip r2:eth1": 1}
	for k, n := range want {
		if seen[k] != n {
			t.Errorf("%s: %d, want %d", k, seen[k], n)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("seen %v", seen)
	}
	if n := len(captured(t, l, vnet.CaptureOptions{})); n != 5 {
		t.Errorf("the session has %d packets, want ARP and UDP of pc, ARP of r1", n)
	}
}
