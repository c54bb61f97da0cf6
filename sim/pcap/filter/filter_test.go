package filter_test

import (
	"testing"

	"mxlab/sim/pcap"
	"mxlab/sim/pcap/filter"
)

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
