package filter_test

import (
	"testing"

	"mxlab/sim/pcap"
	"mxlab/sim/pcap/filter"
)

// What no packet can be is refused.
func TestRejectsAll(t *testing.T) {
	for text, refused := range map[string]bool{"tcp and udp": true, "tcp and udp port 53": true, "icmp and port 25": true, "arp and tcp": true,
		"ip and ip6": true, "not ip and host 10.0.0.1 and tcp": true, "1 = 2": true, "not (tcp or not tcp)": true, "tcp port 25 or tcp and udp": true, "tcp port 25 or (tcp and udp)": false,
		"tcp or udp": false, "not tcp": false, "ip6 and icmp6": false, "less 10": false, "len > 5 and tcp": false, "ether proto 0x88cc": false,
		"arp and host 10.0.0.1": false, "icmp or port 25": false, "ip proto 47": false, "host 10.0.0.1 and ip6": true} {
		_, err := filter.Compile(text, filter.Options{Link: pcap.Ethernet})
		if got := err != nil && err.Error() == "expression rejects all packets"; got != refused {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"tcp port 25 and (host 10.0.0.1 or ::1)", "tcp[tcpflags] & (tcp-syn|tcp-ack) != 0", "ether[0:4] = 0x1", "not (src or dst) net 10/8",
		"portrange 1-5 or ether host 02:00:00:00:00:01", "((((1+2)))) < len"} {
		f.Add(s, []byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00E\x00\x00\x1c"))
	}
	f.Fuzz(func(t *testing.T, text string, packet []byte) {
		for _, link := range []pcap.Link{pcap.Ethernet, pcap.LinuxSLL2, pcap.Raw} {
			x, err := filter.Compile(text, filter.Options{Link: link})
			if err == nil {
				x.Match(&filter.Packet{Data: packet, Len: len(packet)})
			}
		}
	})
}
