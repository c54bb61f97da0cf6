package vnet

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// The file is read back block by block as draft-ietf-opsawg-pcapng 3.1 says.
func TestWriteCapture(t *testing.T) {
	k := vtime.New(time.Unix(0, 0), 1)
	defer k.Close()
	log := trace.NewLog(k.Clock(), 0)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	if err := k.Do(0, func(*vtime.Task) {
		log.Emit(trace.Event{Kind: trace.Packet, Link: "lan,wan", Data: &Packet{Src: a, Dst: b, Proto: ProtoTCP, SrcPort: 1, DstPort: 25, Flags: SYN, TTL: 64}})
		log.Emit(trace.Event{Kind: trace.Note, Data: trace.Text("no packet")})
		log.Emit(trace.Event{Kind: trace.Packet, Data: &Packet{Src: a, Dst: b, Proto: ProtoUDP, SrcPort: 1, DstPort: 53, TTL: 64, Payload: []byte("abc"), Len: 3}})
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteCapture(&out, log, time.Unix(1_700_000_000, 5)); err != nil {
		t.Fatal(err)
	}
	var kinds []uint32
	for data := out.Bytes(); len(data) > 0; {
		kind, size := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
		if size%4 != 0 || int(size) > len(data) || binary.LittleEndian.Uint32(data[size-4:]) != size {
			t.Fatalf("block %#x of %d bytes in %d", kind, size, len(data))
		}
		if kind == blockPacket {
			at := uint64(binary.LittleEndian.Uint32(data[12:]))<<32 | uint64(binary.LittleEndian.Uint32(data[16:]))
			if at != 1_700_000_000_000_000_005 || data[28]>>4 != 4 {
				t.Errorf("packet at %d, version %d", at, data[28]>>4)
			}
		}
		kinds = append(kinds, kind)
		data = data[size:]
	}
	want := []uint32{blockSection, blockInterface, blockPacket, blockInterface, blockPacket}
	if len(kinds) != len(want) {
		t.Fatalf("blocks %#x", kinds)
	}
	for i := range want {
		if kinds[i] != want[i] {
			t.Errorf("blocks %#x, want %#x", kinds, want)
		}
	}
}
