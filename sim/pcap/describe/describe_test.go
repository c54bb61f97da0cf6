package describe_test

import (
	"bytes"
	"testing"
	"time"

	"mxlab/sim/pcap"
	"mxlab/sim/pcap/describe"
)

// Whatever a packet holds, it is printed.
func FuzzPacket(f *testing.F) {
	ether := "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
	f.Add([]byte(ether+"\x08\x00E\x00\x00\x3c\x00\x01@\x00@\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x00\x35\x80\x00\x00\x28\x00\x00\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x00\x00\x01"), 2)
	f.Add([]byte(ether+"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"), 1)
	f.Add([]byte(ether+"\x86\xdd\x60\x00\x00\x00\x00\x20\x3a\xff"+"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x87\x00"), 3)
	f.Add([]byte(ether+"\x08\x00E\x00\x00\x3c\x00\x01@\x00@\x06\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x00\x19\x80\x00\x00\x00\x00\x01\x00\x00\x00\x02\x80\x18\x01\xf6\x00\x00\x00\x00\x01\x01\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02220 a\r\n"), 1)
	f.Fuzz(func(t *testing.T, data []byte, verbose int) {
		for _, link := range []pcap.Link{pcap.Ethernet, pcap.LinuxSLL2, pcap.Raw} {
			p := describe.New(describe.Options{Verbose: verbose & 3, HexASCII: 1, LinkHeader: verbose&4 != 0})
			out := p.Packet(&pcap.Packet{Time: time.Unix(0, 0), Data: data, Len: len(data) + verbose&8, Link: link})
			if len(out) > 200*len(data)+4096 {
				t.Errorf("%d bytes are printed as %d", len(data), len(out))
			}
		}
	})
}

// lines prints a file the way tcpdump -r does.
func lines(t *testing.T, file []byte, o describe.Options) string {
	t.Helper()
	r, err := pcap.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	p := describe.New(o)
	var b bytes.Buffer
	for {
		pkt, err := r.Next()
		if err != nil {
			return b.String()
		}
		b.WriteString(p.Packet(pkt))
	}
}
