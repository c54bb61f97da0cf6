package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// tracepath models tracepath(8) of iputils 20221126: UDP probes as large as the
// path is known to carry, with a growing time to live, so that every narrower
// link reports itself.
type tracepath struct {
	prober
	family   host.Family
	numeric  bool
	both     bool // -b
	length   int  // -l; 0: found out
	hops     int
	mtu      int
	pending  []*probeAnswer
	resume   string
	finished bool
}

const tracepathUsage = `
Usage
  tracepath [options] <destination>

Options:
  -4             use IPv4
  -6             use IPv6
  -b             print both name and ip
  -l <length>    use packet <length>
  -m <hops>      use maximum <hops>
  -n             no dns name resolution
  -p <port>      use destination <port>
  -V             print version and exit
  <destination>  dns name or ip address

For more details see tracepath(8).
`

// runTracepath is the program.
func runTracepath(p *host.Proc) int {
	t := &tracepath{prober: prober{p: p, port: 44444, pathMTU: vnet.Probe}, hops: 30}
	target := t.options(p.Args[1:])
	addrs, _, err := lookupHost(p, target, t.family)
	if err != nil {
		fmt.Fprintf(p.Stderr, "tracepath: %s: %s\n", target, gaiText(err))
		return 1
	}
	t.dst = addrs[0].Unmap()
	r, err := p.Host.Node.RouteTo(t.dst)
	if err == nil {
		_, err = p.Host.Node.SourceFor(t.dst)
	}
	if err != nil {
		p.Printf(" 1:  send failed\n")
		fmt.Fprintf(p.Stderr, "tracepath: sendto: %s\n     Resume: pmtu 65535 \n", systemText(err))
		return 1
	}
	if t.mtu = t.length; t.mtu == 0 {
		t.mtu = 65535
		for _, i := range interfacesOf(p.Host) {
			if i.name == r.Dev {
				t.mtu = min(i.mtu, 65535)
			}
		}
	}
	defer t.close()
	return t.run()
}

func (t *tracepath) usage(format string, args ...any) {
	fmt.Fprintf(t.p.Stderr, format+tracepathUsage, args...)
	t.p.Exit(255)
}

// options takes the command line and returns the destination.
func (t *tracepath) options(args []string) (target string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if len(word) < 2 || word[0] != '-' {
			if target != "" {
				t.usage("")
			}
			target = word
			continue
		}
		switch word[1] {
		case 'n':
			t.numeric = true
		case 'b':
			t.both = true
		case '4':
			t.family = host.IPv4
		case '6':
			t.family = host.IPv6
		case 'V':
			t.p.Print("tracepath from iputils 20221126\nlibcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n")
			t.p.Exit(0)
		case 'm', 'l', 'p':
			value := word[2:]
			if value == "" {
				if i++; i >= len(args) {
					t.usage("tracepath: option requires an argument -- '%c'\n", word[1])
				}
				value = args[i]
			}
			t.number(word[1], value)
		default:
			t.usage("tracepath: invalid option -- '%c'\n", word[1])
		}
	}
	if target == "" {
		t.usage("")
	}
	return target
}

func (t *tracepath) number(c byte, value string) {
	n, err := strconv.Atoi(value)
	limits := map[byte][2]int{'m': {0, 255}, 'l': {28, 65535}, 'p': {0, 65535}}[c]
	switch {
	case err != nil:
		fmt.Fprintf(t.p.Stderr, "tracepath: invalid argument: '%s'\n", value)
		t.p.Exit(1)
	case n < limits[0] || n > limits[1]:
		fmt.Fprintf(t.p.Stderr, "tracepath: invalid argument: '%s': out of range: %d <= value <= %d\n", value, limits[0], limits[1])
		t.p.Exit(1)
	}
	switch c {
	case 'm':
		t.hops = n
	case 'l':
		t.length = n
	case 'p':
		t.port = uint16(n)
	}
}

// run asks hop by hop. A hop that reports a narrower link is asked again with
// packets that fit; one that is silent, three times. The first hop is asked
// once more after the own link's MTU was found, and so is shown twice.
func (t *tracepath) run() int {
	again := t.length == 0
	if again {
		t.p.Printf(" 1?: %-33s", "[LOCALHOST]")
		if t.dst.Is6() {
			t.p.Print("  0.015ms ")
		}
		t.p.Printf("pmtu %d\n", t.mtu)
	}
	for ttl := 1; ttl <= t.hops; ttl++ {
		for silent := 0; silent < 3; {
			t.p.Step(1)
			mtu := t.mtu
			answered, err := t.ask(ttl)
			switch {
			case err != nil:
				t.p.Printf("%2d:  send failed\n", ttl)
				return 1
			case t.finished:
				t.p.Printf("     Resume: pmtu %d %s\n", t.mtu, t.resume)
				return 0
			case mtu != t.mtu || again:
				again, silent = false, 0
				continue
			case answered:
				silent = 4
			default:
				silent++
			}
			if silent == 3 {
				t.p.Printf("%2d:  no reply\n", ttl)
			}
		}
	}
	t.p.Printf("     Too many hops: pmtu %d\n     Resume: pmtu %d \n", t.mtu, t.mtu)
	return 0
}

// ask sends one probe and shows what comes within a second, also late answers
// to earlier ones. It reports whether something came.
func (t *tracepath) ask(ttl int) (bool, error) {
	header := 28
	if t.dst.Is6() {
		header = 48
	}
	t.size = t.mtu - header
	a, err := t.send(ttl)
	if err != nil {
		return false, err
	}
	t.port++
	t.pending = append(t.pending, a)
	clock := t.p.Host.Clock
	for end := clock.Since() + time.Second; ; {
		for i, old := range t.pending {
			if old.answered {
				t.pending = append(t.pending[:i:i], t.pending[i+1:]...)
				t.show(old)
				return true, nil
			}
		}
		left := end - clock.Since()
		if left <= 0 || !t.changed.WaitFor(t.p.Task, left) {
			return false, nil
		}
	}
}

// show prints the line of an answer.
func (t *tracepath) show(a *probeAnswer) {
	us := a.took.Microseconds()
	t.p.Printf("%2d:  %-52s%3d.%03dms ", a.ttl, t.who(a.from), us/1000, us%1000)
	back := hopsBack(a.backTTL)
	if !a.final && back != a.ttl && a.mtu == 0 {
		t.p.Printf("asymm %2d ", back)
	}
	switch {
	case a.mtu > 0:
		t.mtu = min(t.mtu, a.mtu)
		t.p.Printf("pmtu %d\n", t.mtu)
		return
	case !a.final:
		t.p.Print("\n")
		return
	}
	t.finished = true
	if a.mark == "" {
		t.p.Print("reached\n")
		t.resume = fmt.Sprintf("hops %d back %d ", a.ttl, back)
		return
	}
	mark := a.mark
	if mark != "!H" && mark != "!N" && mark != "!P" {
		mark = "!A"
	}
	t.p.Print(mark + "\n")
}

// hopsBack is how many routers an answer has passed, by its time to live,
// which begins at 64, 128 or 255.
func hopsBack(ttl uint8) int {
	switch n := int(ttl); {
	case n <= 64:
		return 65 - n
	case n <= 128:
		return 129 - n
	default:
		return 256 - n
	}
}

func (t *tracepath) who(a netip.Addr) string { return t.name(a, t.numeric, t.both && !t.numeric) }
