package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// runTracepath models tracepath(8) of iputils: UDP probes with a growing time to
// live. The path's MTU is that of the first link, for packets are not
// fragmented in this network.
func runTracepath(p *host.Proc) int {
	t := &traceroute{p: p, hops: 30, probes: 1, wait: time.Second, port: 44444, waiting: map[uint16]*traceProbe{}}
	for i := 1; i < len(p.Args); i++ {
		switch word := p.Args[i]; word {
		case "-n":
			t.numeric = true
		case "-b":
		case "-4":
			t.family = host.IPv4
		case "-6":
			t.family = host.IPv6
		case "-m", "-l", "-p":
			i++
			if n, err := strconv.Atoi(p.Args[min(i, len(p.Args)-1)]); err == nil && word == "-m" && n > 0 && n < 256 {
				t.hops = n
			}
		default:
			t.target = word
		}
	}
	if t.target == "" {
		fmt.Fprint(p.Stderr, "tracepath: usage error: Destination required\n")
		return 1
	}
	addrs, _, err := lookupHost(p, t.target, t.family)
	if err != nil {
		fmt.Fprintf(p.Stderr, "tracepath: %s: %s\n", t.target, gaiText(err))
		return 1
	}
	t.addr = addrs[0]
	sock, err := p.Host.Node.ListenUDP(netip.AddrPortFrom(anyAddr(t.addr), 0), socketOwner(p), func(*vnet.Datagram) {})
	if err != nil {
		fmt.Fprintf(p.Stderr, "tracepath: socket: %s\n", systemText(err))
		return 1
	}
	defer sock.Close()
	t.sock = sock
	sock.OnICMP(t.arrived)
	return t.path()
}

// path prints a line for each hop until the way ends.
func (t *traceroute) path() int {
	mtu := 1500
	if r, err := t.p.Host.Node.RouteTo(t.addr); err == nil {
		for _, i := range interfacesOf(t.p.Host) {
			if i.name == r.Dev {
				mtu = i.mtu
			}
		}
	}
	t.p.Printf(" 1?: %-32s pmtu %d\n", "[LOCALHOST]", mtu)
	for ttl := 1; ttl <= t.hops; ttl++ {
		t.p.Step(1)
		pr := t.hop(ttl)[0]
		if !pr.answered {
			t.p.Printf("%2d:  no reply\n", ttl)
			continue
		}
		name := pr.from.String()
		if !t.numeric {
			if n, err := t.p.Host.LookupName(t.p.Task, pr.from); err == nil {
				name = n
			}
		}
		us := pr.took.Microseconds()
		t.p.Printf("%2d:  %-52s%3d.%03dms ", ttl, name, us/1000, us%1000)
		switch {
		case !pr.final:
			t.p.Print("\n")
		case pr.mark == "":
			t.p.Printf("reached\n     Resume: pmtu %d hops %d back %d \n", mtu, ttl, ttl)
			return 0
		default:
			t.p.Printf("%s\n     Resume: pmtu %d \n", pr.mark, mtu)
			return 0
		}
	}
	t.p.Printf("     Too many hops: pmtu %d\n     Resume: pmtu %d \n", mtu, mtu)
	return 0
}
