package userland

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
)

// The tools behind a router whose next link carries 1400 bytes, as the real
// ones in a network like it (iputils 20221126, traceroute 2.1.2).
func TestNarrowPath(t *testing.T) {
	w := newWorld(t)
	w.withRouter()
	w.net.Links()[1].Change(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond, MTU: 1400})
	far := w.net.Node("far")
	if _, err := far.ListenTCP(netip.MustParseAddrPort("198.51.100.25:25"), vnet.Owner{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, out string }{
		{"ip route get 198.51.100.25", "198.51.100.25 via 192.0.2.1 dev eth0 src 192.0.2.10 uid 0 \n    cache \n"},
		{"traceroute -n -F 198.51.100.25 1472", `traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 1472 byte packets
 1  192.0.2.1  2.000 ms  2.000 ms  2.000 ms
 2  192.0.2.1  2.000 ms !F-1400  2.000 ms !F-1400  2.000 ms !F-1400
`},
		{"ip route flush cache", ""},
		{"ping -c 2 -M do -s 1472 198.51.100.25", `PING 198.51.100.25 (198.51.100.25) 1472(1500) bytes of data.
From 192.0.2.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)

--- 198.51.100.25 ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms

ping: local error: message too long, mtu=1400
[1]
`},
		{"ip route get 198.51.100.25", "198.51.100.25 via 192.0.2.1 dev eth0 src 192.0.2.10 uid 0 \n    cache expires 599sec mtu 1400 \n"},
		{"ping -c 1 -s 3000 198.51.100.25", `PING 198.51.100.25 (198.51.100.25) 3000(3028) bytes of data.
3008 bytes from 198.51.100.25: icmp_seq=1 ttl=63 time=22.0 ms

--- 198.51.100.25 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 22.000/22.000/22.000/0.000 ms
`},
		{"ping -c 1 -M bad 198.51.100.25", "ping: invalid -M argument: bad\n[2]\n"},
		{"tracepath -n 198.51.100.25", ` 1?: [LOCALHOST]                      pmtu 1500
 1:  192.0.2.1                                             2.000ms 
 1:  192.0.2.1                                             2.000ms 
 2:  192.0.2.1                                             2.000ms pmtu 1400
 2:  198.51.100.25                                        22.000ms reached
     Resume: pmtu 1400 hops 2 back 2 
`},
		{"tracepath -n -l 1400 198.51.100.25", ` 1:  192.0.2.1                                             2.000ms 
 2:  198.51.100.25                                        22.000ms reached
     Resume: pmtu 1400 hops 2 back 2 
`},
		{"tracepath -n 198.51.100.99", ` 1?: [LOCALHOST]                      pmtu 1500
 1:  192.0.2.1                                             2.000ms 
 1:  192.0.2.1                                             2.000ms 
 2:  192.0.2.1                                             2.000ms pmtu 1400
 2:  no reply
 2:  192.0.2.1                                           3002.000ms !H
     Resume: pmtu 1400 
`},
		{"tracepath -m 1 -n 198.51.100.25", ` 1?: [LOCALHOST]                      pmtu 1500
 1:  192.0.2.1                                             2.000ms 
 1:  192.0.2.1                                             2.000ms 
     Too many hops: pmtu 1500
     Resume: pmtu 1500 
`},
		{"traceroute -T -n -p 25 198.51.100.25", `traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets
 1  192.0.2.1  2.000 ms  2.000 ms  2.000 ms
 2  198.51.100.25  22.000 ms  22.000 ms  22.000 ms
`},
		{"traceroute --tcp --max-hops=1 -nq1 198.51.100.25", `traceroute to 198.51.100.25 (198.51.100.25), 1 hops max, 60 byte packets
 1  192.0.2.1  2.000 ms
`},
		{"traceroute -r -n 198.51.100.25", "traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets\nconnect: Network is unreachable\n[1]\n"},
		{"traceroute -s 192.0.2.77 -n 198.51.100.25", "traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets\nbind: Cannot assign requested address\n[1]\n"},
		{"traceroute -i nope -n 198.51.100.25", "traceroute to 198.51.100.25 (198.51.100.25), 30 hops max, 60 byte packets\nsetsockopt SO_BINDTODEVICE: No such device\n[1]\n"},
		{"traceroute -n -q 11 198.51.100.25", "no more than 10 probes per hop\n[2]\n"},
		{"traceroute -n -m 256 198.51.100.25", "max hops cannot be more than 255\n[2]\n"},
		{"traceroute -n -w -1 198.51.100.25", "bad wait specifications `-1,0,0' used\n[2]\n"},
		{"traceroute -n -f 9 -m 5 198.51.100.25", "first hop out of range\n[2]\n"},
		{"traceroute -Z 198.51.100.25", "Bad option `-Z' (argc 1)\n[2]\n"},
		{"traceroute -n -m", "Option `-m' (argc 2) requires an argument: `-m max_ttl'\n[2]\n"},
		{"traceroute -n -m x 198.51.100.25", "Cannot handle `-m' option with arg `x' (argc 3)\n[2]\n"},
		{"traceroute -n 198.51.100.25 abc", "Cannot handle \"packetlen\" cmdline arg `abc' on position 2 (argc 3)\n[2]\n"},
		{"traceroute -n 198.51.100.25 70000", "too big packetlen 70000 specified\n[2]\n"},
		{"mtr -c x 198.51.100.25", "mtr: invalid argument: 'x'\n[1]\n"},
	} {
		r := w.run("", strings.Fields(tt.args)...)
		got := r.out + r.err
		if r.status != 0 {
			got += fmt.Sprintf("[%d]\n", r.status)
		}
		if got != tt.out {
			t.Errorf("%s:\n got:\n%s\nwant:\n%s", tt.args, got, tt.out)
		}
	}
}

func FuzzPathTools(f *testing.F) {
	for _, seed := range []string{"traceroute -T -p 0 192.0.2.53 60", "mtr -rwbc1 --tcp 192.0.2.53", "tracepath -l 28 -m 3 192.0.2.53", "traceroute --wait=1,2,3 -q1 ::1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Fields(line)
		if len(args) == 0 || args[0] != "traceroute" && args[0] != "mtr" && args[0] != "tracepath" {
			return
		}
		newWorld(t).tryRun("", args...)
	})
}
