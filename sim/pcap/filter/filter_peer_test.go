package filter_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxlab/sim/pcap"
	"mxlab/sim/pcap/filter"
)

// peer returns the path of tcpdump.
func peer(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("tcpdump")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("tcpdump is required but not installed")
		}
		t.Skip("tcpdump is not installed")
	}
	return path
}

// frames are packets of all kinds.
func frames() (list [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	ether := func(kind string) []byte { return []byte("\x02\xfc\x00\x00\x00\x01\x02\xfc\x00\x00\x00\x02" + kind) }
	ports := []byte{0, 25, 0, 53, 0, 80, 0, 110, 0, 0, 195, 80}
	port := func() []byte { i := 2 * r.IntN(6); return ports[i : i+2] }
	for range 300 {
		var b []byte
		body := append(append([]byte{}, port()...), port()...)
		body = append(body, 0, 0, 0, byte(r.IntN(4)), 0, 0, 0, 9, 0x50, byte(1<<r.IntN(8)|r.IntN(2)*16), 1, 0, 0, 0, 0, 0)
		proto := []byte{1, 6, 17, 58, 2, 44}[r.IntN(6)]
		switch r.IntN(4) {
		case 0:
			b = append(ether("\x08\x06"), 0, 1, 8, 0, 6, 4, 0, byte(1+r.IntN(2)), 2, 0xfc, 0, 0, 0, 2, 10, 0, 0, byte(r.IntN(4)), 0, 0, 0, 0, 0, 0, 10, 0, 0, byte(r.IntN(4)))
			if r.IntN(3) == 0 {
				copy(b, "\xff\xff\xff\xff\xff\xff")
			}
		case 1, 2:
			b = append(ether("\x08\x00"), 0x45, 0, 0, 40, 0, 1, byte(r.IntN(2)*0x40), byte(r.IntN(3)/2), 64, proto, 0, 0, 10, 0, 0, byte(r.IntN(4)), 10, byte(r.IntN(2)), 0, byte(r.IntN(4)))
			if r.IntN(4) == 0 {
				b[14] = 0x46
				body = append([]byte{1, 1, 1, 0}, body...)
			}
			b = append(b, body...)
		default:
			b = append(ether("\x86\xdd"), 0x60, 0, 0, 0, 0, 20, proto, 64)
			b = append(append(b, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), byte(r.IntN(3)))
			b = append(append(b, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), byte(r.IntN(3)))
			b = append(b, body...)
		}
		list = append(list, b)
	}
	return list
}

// Expressions are accepted and refused as libpcap does it, with its words, and
// the same packets pass.
func TestPeerFilter(t *testing.T) {
	tool := peer(t)
	file := filepath.Join(t.TempDir(), "f.pcap")
	var data bytes.Buffer
	list := frames()
	w, err := pcap.NewWriter(&data, pcap.Ethernet, pcap.MaxSnap)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range list {
		w.Write(&pcap.Packet{Time: time.Unix(int64(i), 0), Data: b, Len: len(b)})
	}
	if err := os.WriteFile(file, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	byHand, err := os.ReadFile("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(strings.Split(strings.TrimSpace(string(byHand)), "\n"), random(200)...) {
		out, err := exec.Command(tool, "-nqt", "-r", file, "-w", "-", "--", text).Output()
		refused := ""
		if ee, ok := err.(*exec.ExitError); ok {
			for _, l := range strings.Split(strings.TrimSpace(string(ee.Stderr)), "\n") {
				if rest, ok := strings.CutPrefix(l, "tcpdump: "); ok {
					refused = rest
				}
			}
		}
		x, ours := filter.Compile(text, filter.Options{Link: pcap.Ethernet, Names: filter.Names{Port: services}})
		if refused == "expression rejects all packets" && ours == nil { // its optimizer has found out
			refused = ""
		}
		if ours != nil || refused != "" {
			if ours == nil || ours.Error() != refused {
				t.Errorf("%s\n  libpcap: %q\n  ours:    %v", text, refused, ours)
			}
			continue
		}
		want := map[int]bool{}
		r, err := pcap.NewReader(bytes.NewReader(out))
		if err != nil {
			if strings.Contains(text, "1 = 1") {
				t.Fatal(err)
			}
			continue
		}
		for {
			p, err := r.Next()
			if err != nil {
				break
			}
			want[int(p.Time.Unix())] = true
		}
		for i, b := range list {
			if got := x.Match(&filter.Packet{Data: b, Len: len(b)}); got != want[i] {
				t.Errorf("%s\n  packet %d % x: %v, libpcap %v", text, i, b, got, want[i])
				break
			}
		}
	}
}

func services(name, proto string) (uint16, bool) {
	n, ok := map[string]uint16{"smtp/tcp": 25, "domain/tcp": 53, "domain/udp": 53}[name+"/"+proto]
	return n, ok
}

// random returns expressions made of the pieces of the language, most of them
// sound.
func random(n int) (list []string) {
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var expr func(depth int) string
	expr = func(depth int) string {
		if depth > 0 && r.IntN(3) > 0 {
			x := expr(depth-1) + pick(" and ", " or ", " && ", " || ") + expr(depth-1)
			if r.IntN(2) == 0 {
				x = "(" + x + ")"
			}
			return pick("", "", "not ", "! ") + x
		}
		switch r.IntN(7) {
		case 0:
			return pick("", "tcp ", "udp ", "ip6 ") + pick("", "src ", "dst ") + "port " + pick("25", "53", "(25 or 80)", "smtp")
		case 1:
			return pick("", "ip ", "arp ") + pick("src ", "dst ", "") + "host " + pick("10.0.0.1", "10.0.0.2", "(10.0.0.1 or 10.1.0.3)")
		case 2:
			return pick("tcp", "udp", "ip", "ip6", "icmp", "arp", "icmp6")
		case 3:
			return pick("tcp[13]", "tcp[0:2]", "udp[0:2]", "ip[9]", "ether[12:2]", "ip6[6]", "icmp[0]", "len") + pick(" = ", " & 2 != ", " > ", " <= ", " + 1 = ") + pick("0", "2", "6", "25", "0x800")
		case 4:
			return pick("net 10", "net 10.0.0.0/30", "net 2001:db8::/126", "src net 10.1")
		case 5:
			return pick("25", "10.0.0.1", "less 50", "greater 54")
		}
		return pick("portrange 20-60", "proto 6", "ip proto 17", "ether proto 0x86dd", "broadcast")
	}
	for range n {
		list = append(list, expr(3))
	}
	return list
}
