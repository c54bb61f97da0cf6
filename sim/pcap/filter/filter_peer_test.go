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

// expressions are written by hand; random ones are added.
var expressions = strings.Split(`tcp
udp or icmp
not tcp
port 25
tcp port 25
udp port 53 or tcp port 80
port 25 or 53
port (25 or 53)
src port 25
dst port 25 and not src port 25
src and dst port 25
src or dst port 25
portrange 20-60
portrange 60-20
portrange 25
host 10.0.0.1
src host 10.0.0.1 or 10.0.0.2
host 10.0.0.1 and (10.1.0.2 or 10.0.0.3)
not host 10.0.0.1 and tcp
not (host 10.0.0.1 and tcp)
net 10.1
net 10
net 10.0.0.0/30
net 10.0.0.0/31
net 10.1.0.0 mask 255.255.0.0
src net 10.0.0
host 10.1
ip
ip6
arp
arp host 10.0.0.1
arp src host 10.0.0.1
ip host 10.0.0.1
ip6 host 2001:db8::1
host 2001:db8::1
net 2001:db8::/32
net 2001:db8::1/128
net ::/0
src net 2001:db8::/127
ip proto 6
ip6 proto 17
proto 17
proto \tcp
proto tcp
ether proto 0x800
ether proto \ip
ether host 02:fc:00:00:00:01
ether src 02:fc:00:00:00:01
ether dst 2:fc:0:0:0:1
ether broadcast
broadcast
multicast
ether multicast
ip multicast
ip6 multicast
ip broadcast
icmp
icmp6
icmp[icmptype] = icmp-echo
icmp[icmptype] == 8
icmp6[icmp6type] = 0
tcp[13] = 2
tcp[tcpflags] & tcp-syn != 0
tcp[tcpflags] & (tcp-syn|tcp-ack) != 0
tcp[tcpflags] == tcp-syn|tcp-ack
tcp[13] & 16 != 0 and port 25
tcp[2:2] = 25
tcp[(tcp[12]>>2):4] = 0
(tcp[0:2] - 25) * 2 = 56
ip[0] & 0xf > 5
ip[0] & 0xf = 5 or tcp[0] = 0
ip[6:2] & 0x1fff = 0
ether[0] & 1 = 0
ether[12:2] = 0x806
len > 50
len <= 54 and tcp
less 50
greater 60
less 50 or greater 54
1 = 1
1 + 1 = 2
2 * 3 + 4 = 10
2 + 3 * 4 = 14
1 | 2 & 4 = 1
8 >> 1 + 1 = 2
10 - 4 - 3 = 3
- 1 = 0xffffffff
7 % 4 * 2 = 2
1 ^ 3 & 1 = 0
tcp or udp and port 25
tcp and udp or port 25
tcp && !port 25
tcp || udp
! tcp
not not tcp
not port 25 and 53
port 25 and not 53
inbound
outbound
sctp
igmp
ah or esp
rarp
vrrp
pim
tcp port
foo
port 99999
tcp[
(tcp
tcp)
tcp or
net 1.2.3.4/24
net 1.2.3.0/33
host 1.2.3.4/24
host 1.2.3.0/24
port foo
less
less x
1.2.3
10.0.0.1
25
port 25 25
tcp 25
tcp 10.0.0.1
ip 10.0.0.1
src 10.0.0.1
src 10.0.0.1 or 10.0.0.2
src port 25 or 10.0.0.1
tcp and 25
tcp and foo
tcp and 10.0.0.1
host 10.0.0.1 or tcp and 25
proto foo
ip proto foo
tcp proto 6
icmp proto 6
arp proto 6
ether proto foo
tcp host 1.2.3.4
udp host 1.1.1.1
tcp net 10
icmp host 1.2.3.4
icmp6 host ::1
ip6 host 1.2.3.4
ip host ::1
tcp host ::1
arp port 53
ip port 53
ip6 port 53
icmp port 53
portrange 1-
portrange x-5
portrange 1-70000
tcp[500000000000]=1
ip[0:3]=1
ip[0:0]=1
tcp[0]=1/0
tcp[0]=1%0
tcp[0]<<32=1
tcp =
"x
host 1.2.3.4 5
net 999.1.1.1
host 999.1.1.1
host 1.2.3.256
tcp[tcpflags] & foo
len >
len
len = tcp
$
port -1
portrange 5
host
not
and
or tcp
and tcp
()
( )
tcp ()
src port tcp
net x
host ether
less 5 greater
ip6[40]=1
icmp6[0]=1
ether
ether 02:fc:00:00:00:01
host 02:fc:00:00:00:01
ip host 02:fc:00:00:00:01
ether host 10.0.0.1
ether net 10
ether port 25
ether host foo
src src 10.0.0.1
src and src 10.0.0.1
src or dst 10.0.0.1
src dst 10.0.0.1
src proto 6
dst proto 6
port 25 and and
port 25 and or 53
port (25 or tcp)
port (25 and (53 or 80))
(port 25) or 53
(tcp or 25)
(25 or tcp)
(25) = 25
((25)) = 25
port ((25))
port (25
host (10.0.0.1 or 10.0.0.2
not 25
not (25)
tcp not
tcp not port 25
port 25,53
port 25;53
host 10.0.0.1,10.0.0.2
tcp[13]&2
tcp[13]&2=2
tcp[13]
13
port 25 =
port 0x19
port 031
port 08
host 0x0a000001
net 0
net 300
greater 10 and less 60
icmp[0]
icmp[0]=8 and icmp[1]=0
tcp-syn = 2
tcpflags = 13
icmptype = 0
ip[9] = 6 or ip6[6] = 6
tcp.port == 25
ip.addr == 10.0.0.1
src=10.0.0.1
dst-port 25
TCP
Port 25
tcp AND udp
port smtp
host -
proto 256
ether proto 65536
ip proto 300
tcp[-1] = 1
ip[1000] = 0 or tcp
tcp or ip[1000] = 0
not ip[1000] = 0
tcp src port 25
tcp src or dst port 25
udp src port 53 or 80
ip src 10.0.0.1
ip src or dst net 10.0.0.0/31
ip6 src 2001:db8::1
arp dst 10.0.0.1
arp net 10
icmp6 and ip6[40] = 0
gateway foo
ip broadcast or tcp
tcp broadcast
tcp multicast
host 1.2.3.4 mask 255.0.0.0
net 1.0.0.0 mask 255.0.0.0
net 1.1.0.0 mask 255.0.0.0
net 10.0.0.1
net 10/8
net 10.0/16
net ::1
net 2001:db8::1/32
host 2001:db8::1/128
host ::ffff:1.2.3.4
host :::1
port ::1`, "\n")

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
	for _, text := range append(expressions, random(200)...) {
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
		if refused == "expression rejects all packets" { // its optimizer has found out
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
