package pcap_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxlab/sim/pcap"
)

// packets are what the tests write.
func packets() []*pcap.Packet {
	at := time.Unix(1_700_000_000, 123_456_000).UTC()
	return []*pcap.Packet{
		{Time: at, Data: []byte("0123456789abcdefg"), Len: 17, Link: pcap.Ethernet, Iface: "pc:eth0", Comment: "event 1"},
		{Time: at.Add(time.Second), Data: []byte("0123456789abcd"), Len: 1400, Link: pcap.Ethernet, Iface: "pc:lo"},
	}
}

func classic(t testing.TB) []byte {
	var b bytes.Buffer
	w, err := pcap.NewWriter(&b, pcap.Ethernet, pcap.MaxSnap)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets() {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func nextGeneration(t testing.TB) []byte {
	var b bytes.Buffer
	w, err := pcap.NewNGWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets() {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// read returns the packets of a file and the error that ended it.
func read(file []byte) (list []*pcap.Packet, err error) {
	r, err := pcap.NewReader(bytes.NewReader(file))
	for err == nil {
		var p *pcap.Packet
		if p, err = r.Next(); err == nil {
			list = append(list, p)
		}
	}
	return list, err
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for name, file := range map[string][]byte{"pcap": classic(t), "pcapng": nextGeneration(t)} {
		list, err := read(file)
		if err != io.EOF || len(list) != 2 {
			t.Fatalf("%s: %d packets, %v", name, len(list), err)
		}
		for i, want := range packets() {
			got := list[i]
			if name == "pcap" {
				want.Iface, want.Comment = "", ""
			}
			if !got.Time.Equal(want.Time) || !bytes.Equal(got.Data, want.Data) || got.Len != want.Len || got.Link != want.Link || got.Iface != want.Iface || got.Comment != want.Comment {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		}
	}
}

// Files of machines with the other byte order are read as well.
func TestBigEndian(t *testing.T) {
	b := binary.BigEndian.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	b = append(b, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 101)
	b = append(b, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 9, 'h', 'i')
	list, err := read(b)
	if err != io.EOF || len(list) != 1 || list[0].Link != pcap.Raw || list[0].Len != 9 || string(list[0].Data) != "hi" || !list[0].Time.Equal(time.Unix(1, 7)) {
		t.Errorf("%v %+v", err, list)
	}
}

// broken are files with a fault each.
func broken(t testing.TB) map[string][]byte {
	change := func(b []byte, at int, with ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], with)
		return b
	}
	c, n := classic(t), nextGeneration(t)
	return map[string][]byte{
		"empty": {}, "text": []byte("root:x:0:0:root:/root:/bin/bash\n"), "two bytes": c[:2], "half a header": c[:20], "no packets": c[:24],
		"half a packet header": c[:30], "half a packet": c[:45], "half the last packet": c[:len(c)-3],
		"old version": change(c, 4, 1), "new version": change(c, 4, 3), "huge packet": change(c, 32, 0xff, 0xff, 0xff, 0x7f),
		"pcapng: cut in the section": n[:10], "pcapng: cut in a block": n[:50], "pcapng: cut in a packet": n[:len(n)-5],
		"pcapng: no interface": n[:28], "pcapng: bad magic": change(n, 8, 1), "pcapng: short section": change(n, 4, 20),
		"pcapng: version 2": change(n, 12, 2), "pcapng: odd block": change(n, 32, 61), "pcapng: huge block": change(n, 32, 0, 0, 0, 0x7f),
	}
}

// A bad file is refused with libpcap's words.
func TestPeerBrokenFiles(t *testing.T) {
	tool, err := exec.LookPath("tcpdump")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("tcpdump is required but not installed")
		}
		t.Skip("tcpdump is not installed")
	}
	for name, data := range broken(t) {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		want := "EOF"
		cmd := exec.Command(tool, "-nr", file)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if cmd.Run() != nil {
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			want = strings.TrimPrefix(strings.TrimPrefix(lines[len(lines)-1], "tcpdump: "), "pcap_loop: ")
		}
		if _, err := read(data); err.Error() != want {
			t.Errorf("%s:\n  tcpdump: %s\n  ours:    %v", name, want, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(classic(f))
	f.Add(nextGeneration(f))
	for _, b := range broken(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := read(file)
		if err == nil || len(list) > len(file)/12+1 {
			t.Errorf("%d packets of %d bytes, %v", len(list), len(file), err)
		}
	})
}
