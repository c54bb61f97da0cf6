package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"mxlab/sim/pcap"
)

// packetsOf returns the interfaces of a capture file with the number of their
// packets.
func packetsOf(t *testing.T, name string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(bytes.NewReader(data))
	seen := map[string]int{}
	for err == nil {
		var p *pcap.Packet
		if p, err = r.Next(); err == nil {
			seen[p.Iface]++
		}
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return seen
}

func TestTraceAsCapture(t *testing.T) {
	t.Chdir(t.TempDir())
	os.WriteFile("a.yaml", []byte("- {on: pc, run: \"dig www.narae-trade.kr; dig +tcp narae-trade.kr MX\"}\n- {advance: 1m}\n- {on: pc, run: ping -c 1 mail}\n"), 0o600)
	if _, stderr, code := mxlab(t, "play", "network:company", "a.yaml", "-o", "s.json"); code != 0 {
		t.Fatal(stderr)
	}
	total := func(m map[string]int) (n int) {
		for _, k := range m {
			n += k
		}
		return n
	}
	capture := func(args ...string) map[string]int {
		t.Helper()
		if _, stderr, code := mxlab(t, append([]string{"trace", "s.json", "--format", "pcapng", "-o", "c"}, args...)...); code != 0 {
			t.Fatal(args, stderr)
		}
		return packetsOf(t, "c")
	}
	all, pc, everywhere := capture(), capture("--host", "pc"), capture("--everywhere")
	early, late := capture("--to", "30s"), capture("--from", "30s")
	switch {
	case len(pc) != 1 || pc["pc:eth0"] < 15:
		t.Errorf("host: %v", pc)
	case total(all) <= total(pc) || total(everywhere) <= 2*total(all) || len(everywhere) < 8:
		t.Errorf("session: %v, everywhere: %v", all, everywhere)
	case total(early)+total(late) != total(all) || total(early) == 0 || total(late) == 0:
		t.Errorf("parts: %v and %v of %v", early, late, all)
	}
	text, _, _ := mxlab(t, "trace", "s.json")
	for l := range strings.Lines(text) {
		if f := strings.Fields(l); len(f) > 6 && f[4] == "net.connect" {
			if span := capture("--span", strings.TrimLeft(f[0], "0")); total(span) < 6 || total(span) >= total(all) {
				t.Errorf("span %s: %v", f[0], span)
			}
		}
	}
	for _, args := range [][]string{{"--format", "pcapng", "--host", "nohost"}, {"--format", "pcapng", "--from", "soon"}, {"--format", "pcapng", "--span", "999999"}, {"--host", "pc"}} {
		if _, stderr, code := mxlab(t, append([]string{"trace", "s.json"}, args...)...); code != exitUsage || !strings.HasPrefix(stderr, "mxlab: trace: ") {
			t.Errorf("%q: status %d, %q", args, code, stderr)
		}
	}
}
