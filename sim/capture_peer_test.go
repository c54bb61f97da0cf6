package sim_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/pcap"
	"mxlab/sim/pcap/describe"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// capturePeer returns the path of a tool that reads captures.
func capturePeer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatalf("%s is required but not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// recorded is a session with a bit of everything: deliveries in both
// directions, POP3 and IMAP, DNS over UDP and TCP, a refused connection, ports
// that are not reached, SYNs that get lost, NAT on the host itself.
func recorded(t *testing.T) *sim.World {
	t.Helper()
	set, err := scenarios.Open("network:company")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(1)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := sim.NewLibrary().Compile(d.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	w := world(t, plan)
	for _, a := range []sim.Action{
		{On: "mail1", Run: "iptables -A INPUT -p tcp --dport 26 -j DROP; iptables -A INPUT -p tcp --dport 27 -j REJECT --reject-with tcp-reset; " +
			"iptables -A INPUT -p tcp --dport 28 -j REJECT; iptables -t nat -A PREROUTING -p tcp --dport 2525 -j REDIRECT --to-ports 25"},
		{On: "pc", Run: "nc -zv mail 26; nc -zv mail 27; nc -zv mail 28; nc -zv mail 81; nc -u -w1 mail 99 </etc/hostname"},
		{On: "pc", Run: "telnet mail 2525\nEHLO x\nQUIT"},
		{On: "pc", Run: "dig +tcp narae-trade.kr MX; dig AXFR narae-trade.kr @203.0.113.162; dig . NS @198.18.0.10; dig ch txt version.bind @203.0.113.162; dig nosuch.narae-trade.kr SRV"},
		{On: "pc", Run: "telnet mail 143\na LOGIN lee hosu-88\nb SELECT INBOX\nc LOGOUT"},
		{On: "pc", Run: "telnet mail 110\nUSER lee\nPASS hosu-88\nSTAT\nQUIT"},
		{On: "pc", Run: "traceroute -n 192.0.2.2; ping -c1 -s 3000 mail; ping -c 1 2001:db8:20::2; ping -c 1 -s 3000 2001:db8:20::2; head -c 2000 /dev/zero | nc -u -w1 2001:db8:20::2 99; head -c 2000 /dev/zero | nc -u -w1 mail 99; nc -zv 2001:db8:20::2 81; nc -u -w1 2001:db8:20::2 99 </etc/hostname"},
		{Mail: &sim.Mail{From: "yoon@moa-mail.com", To: "lee@narae-trade.kr", Subject: "주문", Body: "안녕하세요\n"}},
		{Mail: &sim.Mail{From: "lee@narae-trade.kr", To: "yoon@moa-mail.com", Subject: "Order", Body: "Hello\n"}},
		{Advance: sim.Duration(10e9)},
		{Fetch: "lee@narae-trade.kr"},
	} {
		if res, err := w.Do(a); err != nil || res.Err != "" {
			t.Fatal(a.String(), err, res.Err)
		}
	}
	return w
}

// captureFile writes a capture of the world and returns its path.
func captureFile(t *testing.T, w *sim.World, o vnet.CaptureOptions) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "c.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteCapture(f, o); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// expected are the remarks of tshark's expert that are true: of what students
// do, not of the file.
var expected = regexp.MustCompile(`Connection reset \(RST\)|suspected\) retransmission|connection closing|"Time To Live" only`)

// Wireshark finds nothing wrong in a capture, and in it what the trace tells.
func TestPeerCapture(t *testing.T) {
	tool := capturePeer(t, "tshark")
	w := recorded(t)
	checks := []string{"-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"}
	for _, host := range []string{"", "pc", "mail1", "isp-dns", "moa-mx"} {
		file := captureFile(t, w, vnet.CaptureOptions{Node: host})
		out, err := exec.Command(tool, append(checks, "-r", file, "-q", "-z", "expert")...).Output()
		if err != nil {
			t.Fatal(err)
		}
		bad := false
		for l := range strings.Lines(string(out)) {
			if kind, _, ok := strings.Cut(l, " ("); ok && !strings.HasPrefix(l, " ") {
				bad = kind == "Errors" || kind == "Warns" || kind == "Notes"
			}
			if f := strings.Fields(l); bad && len(f) > 3 && f[0] != "Frequency" && !expected.MatchString(l) {
				t.Errorf("%s: %s", host, strings.TrimSpace(l))
			}
		}
	}
	file := captureFile(t, w, vnet.CaptureOptions{})
	for what, want := range traced(w) {
		out, err := exec.Command(tool, "-r", file, "-Y", what).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(out, []byte("\n")); got != want || want == 0 {
			t.Errorf("tshark -Y %q: %d packets, the trace has %d", what, got, want)
		}
	}
	info := capturePeer(t, "capinfos")
	if out, err := exec.Command(info, "-o", file).Output(); err != nil || !strings.Contains(string(out), "True") {
		t.Errorf("capinfos: %v, the packets are not in the order of time: %s", err, out)
	}
}

// traced counts packets of the trace by what tshark calls them.
func traced(w *sim.World) map[string]int {
	n := map[string]int{}
	w.Log().After(0, func(e *trace.Event) bool {
		p := vnet.PacketOf(e.Data)
		if p == nil || e.Outcome == trace.Lost && e.Link == "" {
			return true
		}
		for _, r := range e.Refs {
			if r.Rel == trace.RetryOf && p.Proto == vnet.ProtoTCP {
				n["tcp.analysis.retransmission"]++
			}
		}
		if p.Proto == vnet.ProtoTCP && p.Flags&vnet.RST != 0 {
			n["tcp.flags.reset == 1"]++
		}
		if p.Proto == vnet.ProtoTCP && p.Flags&vnet.SYN != 0 {
			n["!icmp && tcp.flags.syn == 1 && tcp.flags.ack == "+strconv.Itoa(int(p.Flags>>4&1))]++
		}
		if p.Inner != nil {
			n["icmp.type == 3 || icmp.type == 11 || icmpv6.type == 1"]++
		}
		if p.Len == 0 || p.Inner != nil || len(p.NAT) > 0 {
			return true
		}
		for port, name := range map[uint16]string{53: "dns && !icmp && !icmpv6", 25: "smtp && tcp.len > 0", 110: "pop", 143: "imap"} {
			if p.SrcPort == port || p.DstPort == port {
				n[name]++
			}
		}
		return true
	})
	return n
}

// The lab's tcpdump prints captures as the real one does.
func TestPeerTcpdump(t *testing.T) {
	tool := capturePeer(t, "tcpdump")
	w := recorded(t)
	file := captureFile(t, w, vnet.CaptureOptions{Everywhere: true})
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags string
		o     describe.Options
	}{
		{"-n", describe.Options{}}, {"-nv", describe.Options{Verbose: 1}}, {"-nvv", describe.Options{Verbose: 2}}, {"-nvvv", describe.Options{Verbose: 3}},
		{"-ne", describe.Options{LinkHeader: true}}, {"-nq", describe.Options{Quiet: true}}, {"-nqev", describe.Options{Quiet: true, LinkHeader: true, Verbose: 1}},
		{"-nX", describe.Options{HexASCII: 1}}, {"-nxx", describe.Options{Hex: 2}}, {"-nA", describe.Options{ASCII: 1}}, {"-ntttt", describe.Options{Time: 4}},
		{"-nttt", describe.Options{Time: 3}}, {"-nS#", describe.Options{Absolute: true, Number: true}}, {"-nKv", describe.Options{NoChecksum: true, Verbose: 1}},
	} {
		cmd := exec.Command(tool, c.flags, "-r", file)
		cmd.Env = append(os.Environ(), "TZ=UTC")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		c.o.Numeric = true
		printer := describe.New(c.o)
		r, err := pcap.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		var ours strings.Builder
		for pkt, err := r.Next(); err == nil; pkt, err = r.Next() {
			ours.WriteString(printer.Packet(pkt))
		}
		want, got := strings.Split(string(out), "\n"), strings.Split(ours.String(), "\n")
		if len(want) < 400 {
			t.Errorf("%s: only %d lines", c.flags, len(want))
		}
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("tcpdump %s, line %d\n  tcpdump: %s\n  ours:    %s", c.flags, i+1, want[i], strings.Join(got[i:min(i+1, len(got))], ""))
				break
			}
		}
	}
}
