package netfilter

import (
	"fmt"
	"testing"

	"mxlab/sim/vnet"
)

// BenchmarkRules passes a packet through a chain of 100 rules of which the last
// matches.
func BenchmarkRules(b *testing.B) {
	for _, c := range []struct{ name, rule string }{
		{"ports", "iptables -A INPUT -p tcp --dport %d -j DROP"},
		{"addresses", "iptables -A INPUT -s 10.0.%d.0/24 -p tcp -j DROP"},
		{"states", "iptables -A INPUT -p tcp --dport %d -m conntrack --ctstate NEW -j DROP"},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b)
			for i := range 99 {
				w.sh(w.server, fmt.Sprintf(c.rule, 100+i))
			}
			w.sh(w.server, "iptables -A INPUT -p tcp --dport 25 -j ACCEPT")
			fw, eth := Of(w.server), w.server.Node.Iface("eth0")
			src, dst := ap("192.0.2.10:40000"), ap(serverAddr+":25")
			p := vnet.Packet{Src: src.Addr(), Dst: dst.Addr(), SrcPort: src.Port(), DstPort: dst.Port(), Proto: vnet.ProtoTCP, TTL: 64, Flags: vnet.SYN}
			b.ReportAllocs()
			for b.Loop() {
				fw.decide(vnet.Prerouting, &p, eth, nil)
				if v := fw.decide(vnet.Input, &p, eth, nil); v.Action != vnet.Accept {
					b.Fatal(v)
				}
			}
		})
	}
}
