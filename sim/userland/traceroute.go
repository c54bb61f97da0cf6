package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// traceroute models traceroute(8) 2.1 of Debian with UDP probes, or ICMP echo
// with -I. Probes of one hop are sent together.
type traceroute struct {
	p       *host.Proc
	family  host.Family
	numeric bool
	icmp    bool
	first   int
	hops    int
	probes  int
	wait    time.Duration
	port    uint16
	target  string
	addr    netip.Addr
	sock    *vnet.UDPSocket
	waiting map[uint16]*traceProbe
	changed vtime.Signal
}

// traceProbe is one probe and what came back.
type traceProbe struct {
	sent, took time.Duration
	from       netip.Addr
	mark       string // "!H" ...
	final      bool   // the way ends here
	answered   bool
}

// runTraceroute is the program, also as traceroute6.
func runTraceroute(p *host.Proc) int {
	t := &traceroute{p: p, first: 1, hops: 30, probes: 3, wait: 5 * time.Second, port: 33434}
	if p.Name() == "traceroute6" {
		t.family = host.IPv6
	}
	t.options(p.Args[1:])
	addrs, _, err := lookupHost(p, t.target, t.family)
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: %s\nCannot handle \"host\" cmdline arg `%s' on position 1 (argc %d)\n", t.target, gaiText(err), t.target, len(p.Args)-1)
		return 2
	}
	t.addr = addrs[0]
	size := 60
	if t.addr.Is6() {
		size = 80
	}
	p.Printf("traceroute to %s (%s), %d hops max, %d byte packets\n", t.target, t.addr, t.hops, size)
	if _, err := p.Host.Node.SourceFor(t.addr); err != nil {
		fmt.Fprintf(p.Stderr, "connect: %s\n", systemText(err))
		return 1
	}
	return t.run()
}

func (t *traceroute) options(args []string) {
	fail := func(format string, args ...any) {
		fmt.Fprintf(t.p.Stderr, format+"\n", args...)
		t.p.Exit(2)
	}
	for i := 0; i < len(args); i++ {
		word := args[i]
		if len(word) < 2 || word[0] != '-' {
			if t.target == "" {
				t.target = word
			}
			continue
		}
		for j := 1; j < len(word); j++ {
			c := word[j]
			if !strings.ContainsRune("fmqwpsitNzg", rune(c)) {
				t.flag(c, fail)
				continue
			}
			value := word[j+1:]
			if value == "" {
				if i++; i >= len(args) {
					fail("Option `-%c' (argc %d) requires an argument: `-%c'", c, i, c)
				}
				value = args[i]
			}
			n, err := strconv.ParseFloat(value, 64)
			if err != nil && strings.ContainsRune("fmqwp", rune(c)) {
				fail("Cannot handle `-%c' option with arg `%s' (argc %d)", c, value, i+1)
			}
			t.number(c, n, fail)
			break
		}
	}
	if t.target == "" {
		fail("Specify \"host\" missing argument.")
	}
}

func (t *traceroute) flag(c byte, fail func(string, ...any)) {
	switch c {
	case 'n':
		t.numeric = true
	case 'I':
		t.icmp = true
	case '4':
		t.family = host.IPv4
	case '6':
		t.family = host.IPv6
	case 'F', 'd', 'e': // do not fragment, socket debugging, MPLS extensions: nothing to see here
	case 'T', 'U', 'r', 'A':
		// Going on with ordinary UDP probes would show a path that TCP to that
		// port does not have.
		fail("method `-%c' is not available in the lab; try nc -vz HOST PORT", c)
	default:
		fail("Bad option `-%c' (argc 1)", c)
	}
}

func (t *traceroute) number(c byte, n float64, fail func(string, ...any)) {
	switch c {
	case 'f':
		t.first = int(n)
	case 'm':
		if n < 1 || n > 255 {
			fail("max hops cannot be more than 255")
		}
		t.hops = int(n)
	case 'q':
		if n < 1 || n > 10 {
			fail("no more than 10 probes per hop")
		}
		t.probes = int(n)
	case 'w':
		t.wait = time.Duration(min(max(n, 0), 3600) * float64(time.Second))
	case 'p':
		t.port = uint16(n)
	}
	if t.first < 1 || t.first > t.hops {
		fail("first hop out of range")
	}
}

// run goes hop by hop until a probe has reached its end.
func (t *traceroute) run() int {
	t.waiting = map[uint16]*traceProbe{}
	if !t.icmp {
		sock, err := t.p.Host.Node.ListenUDP(netip.AddrPortFrom(anyAddr(t.addr), 0), socketOwner(t.p), func(*vnet.Datagram) {})
		if err != nil {
			fmt.Fprintf(t.p.Stderr, "bind: %s\n", systemText(err))
			return 1
		}
		t.sock = sock
		defer sock.Close()
		sock.OnICMP(t.arrived)
	}
	for ttl := t.first; ttl <= t.hops; ttl++ {
		t.p.Step(1)
		probes := t.hop(ttl)
		t.print(ttl, probes)
		for _, pr := range probes {
			if pr.final {
				return 0
			}
		}
	}
	return 0
}

func (t *traceroute) arrived(e vnet.ICMPError) {
	pr := t.waiting[e.Dst.Port()]
	if pr == nil {
		return
	}
	delete(t.waiting, e.Dst.Port())
	pr.took, pr.from, pr.answered = t.p.Host.Clock.Since()-pr.sent, e.From, true
	pr.mark, pr.final = traceMark(e.Type, e.Code, t.addr.Is6())
	t.changed.Broadcast()
}

// traceMark is the note behind a time, and whether the way ends there.
func traceMark(kind, code uint8, v6 bool) (string, bool) {
	if v6 {
		switch {
		case kind == 3:
			return "", false
		case code == 4:
			return "", true
		case code == 0:
			return "!N", true
		case code == 1:
			return "!X", true
		}
		return "!H", true
	}
	switch {
	case kind == 11:
		return "", false
	case code == 3:
		return "", true
	}
	names := map[uint8]string{0: "!N", 1: "!H", 2: "!P", 4: "!F", 5: "!S", 9: "!X", 10: "!X", 13: "!X", 14: "!V", 15: "!C"}
	if m, ok := names[code]; ok {
		return m, true
	}
	return fmt.Sprintf("!<%d>", code), true
}

// hop sends the probes of one hop and waits for their answers.
func (t *traceroute) hop(ttl int) []*traceProbe {
	clock := t.p.Host.Clock
	var probes []*traceProbe
	for range t.probes {
		pr := &traceProbe{sent: clock.Since()}
		probes = append(probes, pr)
		if t.icmp {
			t.echo(pr, ttl)
			continue
		}
		t.waiting[t.port] = pr
		t.sock.SetTTL(uint8(ttl))
		if err := t.sock.SendTo(netip.AddrPortFrom(t.addr, t.port), make([]byte, 32)); err != nil {
			fmt.Fprintf(t.p.Stderr, "send: %s\n", systemText(err))
			t.p.Exit(1)
		}
		t.port++
	}
	for end := clock.Since() + t.wait; ; {
		open := 0
		for _, pr := range probes {
			if !pr.answered {
				open++
			}
		}
		left := end - clock.Since()
		if open == 0 || left <= 0 || !t.changed.WaitFor(t.p.Task, left) {
			break
		}
	}
	clear(t.waiting)
	return probes
}

// echo sends an ICMP probe.
func (t *traceroute) echo(pr *traceProbe, ttl int) {
	t.p.Host.Clock.Go("traceroute", func(task *vtime.Task) {
		r := t.p.Host.Node.Echo(task, t.addr, vnet.EchoOptions{TTL: uint8(ttl), Size: 32, Timeout: t.wait})
		if r.From.IsValid() {
			pr.answered, pr.from, pr.took = true, r.From, r.RTT
			if pr.final = r.Err == nil; r.Err != nil {
				pr.mark, pr.final = traceMark(r.Type, r.Code, t.addr.Is6())
			}
		}
		t.changed.Broadcast()
	})
}

func (t *traceroute) print(ttl int, probes []*traceProbe) {
	var b strings.Builder
	fmt.Fprintf(&b, "%2d ", ttl)
	var last netip.Addr
	for _, pr := range probes {
		if !pr.answered {
			b.WriteString(" *")
			continue
		}
		if pr.from != last {
			b.WriteString(" " + t.name(pr.from))
			last = pr.from
		}
		fmt.Fprintf(&b, "  %.3f ms", float64(pr.took.Microseconds())/1000)
		if pr.mark != "" {
			b.WriteString(" " + pr.mark)
		}
	}
	t.p.Print(b.String() + "\n")
}

func (t *traceroute) name(a netip.Addr) string {
	if t.numeric {
		return a.String()
	}
	name, err := t.p.Host.LookupName(t.p.Task, a)
	if err != nil {
		name = a.String()
	}
	return fmt.Sprintf("%s (%s)", name, a)
}
