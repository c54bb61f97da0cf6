package userland

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// traceroute models traceroute(8) 2.1 of Debian with UDP, ICMP and TCP probes.
// Probes of one hop are sent together, hops one after the other. It leaves out
// UDPLITE, DCCP, source routing and --mtu.
type traceroute struct {
	prober
	family  host.Family
	numeric bool
	fixed   bool // the port is the same for all probes
	direct  bool // -r
	asPath  bool // -A
	first   int
	hops    int
	probes  int
	length  int // of the IP packets
	device  string
	source  string
	target  string
}

// runTraceroute is the program, also as traceroute6.
func runTraceroute(p *host.Proc) int {
	t := &traceroute{prober: prober{p: p, wait: 5 * time.Second}, first: 1, hops: 30, probes: 3}
	if p.Name() == "traceroute6" {
		t.family = host.IPv6
	}
	if len(p.Args) == 1 {
		p.Print(tracerouteUsage)
		return 0
	}
	t.options(p.Args[1:])
	addrs, _, err := lookupHost(p, t.target, t.family)
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: %s\nCannot handle \"host\" cmdline arg `%s' on position 1 (argc %d)\n", t.target, gaiText(err), t.target, len(p.Args)-1)
		return 2
	}
	t.dst = addrs[0].Unmap()
	if t.method == probeTCP && p.Cred.UID != 0 {
		fmt.Fprint(p.Stderr, "You do not have enough privileges to use this traceroute method.\nsocket: Operation not permitted\n")
		return 1
	}
	t.shape()
	p.Printf("traceroute to %s (%s), %d hops max, %d byte packets\n", t.target, t.dst, t.hops, t.length)
	if text := t.prepare(); text != "" {
		fmt.Fprintln(p.Stderr, text)
		return 1
	}
	return t.run()
}

// shape settles port and sizes.
func (t *traceroute) shape() {
	header := 20
	if t.dst.Is6() {
		header = 40
	}
	least := header + 8
	if t.length == 0 {
		t.length = header + 40
	}
	if t.length = max(t.length, least); t.method == probeTCP {
		t.length = header + 40
	}
	t.size = t.length - least
	switch {
	case t.port != 0:
	case t.method == probeTCP:
		t.port = 80
	case t.fixed:
		t.port = 53
	default:
		t.port = 33434
	}
}

// prepare looks for a way; the text says why there is none.
func (t *traceroute) prepare() string {
	node := t.p.Host.Node
	if t.device != "" && node.Iface(t.device) == nil {
		return "setsockopt SO_BINDTODEVICE: No such device"
	}
	if t.source != "" {
		a, err := netip.ParseAddr(t.source)
		if err != nil || !node.Local(a) {
			return "bind: Cannot assign requested address"
		}
		t.src = a
	}
	r, err := node.RouteTo(t.dst)
	if err == nil && t.direct && r.Via.IsValid() {
		err = vnet.ENETUNREACH
	}
	if err == nil {
		_, err = node.SourceFor(t.dst)
	}
	if err != nil {
		return "connect: " + systemText(err)
	}
	return ""
}

// run goes hop by hop until a probe has reached its end.
func (t *traceroute) run() int {
	for ttl := t.first; ttl <= t.hops; ttl++ {
		t.p.Step(1)
		answers, err := t.hop(ttl)
		if err != nil {
			fmt.Fprintf(t.p.Stderr, "send: %s\n", systemText(err))
			return 1
		}
		if !t.print(ttl, answers) {
			return 2
		}
		for _, a := range answers {
			if a.final {
				return 0
			}
		}
	}
	return 0
}

// hop sends the probes of one hop and waits for their answers.
func (t *traceroute) hop(ttl int) (list []*probeAnswer, err error) {
	defer t.close()
	for range t.probes {
		a, err := t.send(ttl)
		if err != nil && err != vnet.EPERM { // a filter of this host: no answer
			return nil, err
		}
		list = append(list, a)
		if t.method == probeUDP && !t.fixed {
			t.port++
		}
	}
	t.await(list, t.wait)
	return list, nil
}

// print prints the line of a hop. It returns false where that cannot be done.
func (t *traceroute) print(ttl int, probes []*probeAnswer) bool {
	var b strings.Builder
	fmt.Fprintf(&b, "%2d ", ttl)
	var last netip.Addr
	for _, a := range probes {
		if !a.answered {
			b.WriteString(" *")
			continue
		}
		if a.from != last {
			b.WriteString(" " + t.name(a.from, t.numeric, true))
			last = a.from
			if t.asPath {
				t.p.Print(b.String())
				return t.lookUpAS()
			}
		}
		fmt.Fprintf(&b, "  %.3f ms", float64(a.took.Microseconds())/1000)
		if a.mark != "" {
			b.WriteString(" " + a.mark)
		}
	}
	t.p.Print(b.String() + "\n")
	return true
}

// lookUpAS fails as -A does where the registry of routes is not to be had.
func (t *traceroute) lookUpAS() bool {
	const registry = "whois.radb.net"
	text := "Connection refused"
	if _, _, err := lookupHost(t.p, registry, host.AnyFamily); err != nil {
		text = gaiText(err)
	}
	fmt.Fprintf(t.p.Stderr, "%s/nicname: %s\n", registry, text)
	return false
}
