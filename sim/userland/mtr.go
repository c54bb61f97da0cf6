package userland

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// mtr models mtr(8) 0.95 in report mode, in which it always works here: rounds
// of probes to all hops of a path, and statistics of each. It leaves out the
// screen that is redrawn, AS numbers and the XML, raw and split outputs.
type mtr struct {
	prober
	family         host.Family
	numeric, both  bool
	wide           bool
	csv, json      bool
	first, most    int
	unknown        int // hops in a row that may be silent
	cycles         int
	interval       time.Duration
	target         string
	packet         int
	hops           []mtrHop
	destinationHop int // 0: not reached yet
}

// mtrHop is what is known of one hop.
type mtrHop struct {
	from  netip.Addr
	sent  int
	times []float64 // ms
}

// runMtr is the program.
func runMtr(p *host.Proc) int {
	m := &mtr{prober: prober{p: p, method: probeICMP, wait: 5 * time.Second}, first: 1, most: 30, unknown: 12, cycles: 10, interval: time.Second, packet: 64}
	if !m.options(p.Args[1:]) {
		return 1
	}
	if m.target == "" {
		m.target = "localhost"
	}
	addrs, _, err := lookupHost(p, m.target, m.family)
	if err != nil {
		fmt.Fprintf(p.Stderr, "mtr: Failed to resolve host: %s: %s\n", m.target, gaiText(err))
		return 0
	}
	m.dst = addrs[0].Unmap()
	header := 28
	if m.dst.Is6() {
		header = 48
	}
	if m.size = max(m.packet-header, 0); m.port == 0 {
		m.port = map[probeMethod]uint16{probeTCP: 80, probeUDP: 33000}[m.method]
	}
	start := p.Host.Now()
	for range m.cycles {
		if err := m.round(); err != nil {
			fmt.Fprintf(p.Stderr, "mtr: sendto: %s\n", systemText(err))
			return 1
		}
	}
	m.report(start)
	return 0
}

// options takes the command line.
func (m *mtr) options(args []string) bool {
	long := map[string]byte{"udp": 'u', "tcp": 'T', "interface": 'I', "address": 'a', "first-ttl": 'f', "max-ttl": 'm', "max-unknown": 'U', "port": 'P',
		"psize": 's', "interval": 'i', "report": 'r', "report-wide": 'w', "report-cycles": 'c', "json": 'j', "csv": 'C', "no-dns": 'n', "show-ips": 'b',
		"help": 'h', "version": 'v', "gracetime": 'G', "timeout": 'Z', "tos": 'Q', "curses": 't', "mpls": 'e'}
	for i := 0; i < len(args); i++ {
		word := args[i]
		letters, value, has := strings.TrimPrefix(word, "-"), "", false
		if name, ok := strings.CutPrefix(word, "--"); ok {
			name, value, has = strings.Cut(name, "=")
			c, known := long[name]
			if !known {
				fmt.Fprintf(m.p.Stderr, "mtr: unrecognized option '--%s'\n", name)
				return false
			}
			letters = string(c)
		} else if word == letters || letters == "" {
			m.target = word
			continue
		}
		for j := 0; j < len(letters); j++ {
			c := letters[j]
			if strings.IndexByte("IafmUPsicGZQLBMyoF", c) < 0 {
				if !m.flag(c) {
					return false
				}
				continue
			}
			if !has {
				if value = letters[j+1:]; value == "" {
					if i++; i >= len(args) {
						fmt.Fprintf(m.p.Stderr, "mtr: option requires an argument -- '%c'\n", c)
						return false
					}
					value = args[i]
				}
			}
			if !m.value(c, value) {
				return false
			}
			break
		}
	}
	return true
}

func (m *mtr) flag(c byte) bool {
	switch c {
	case '4':
		m.family = host.IPv4
	case '6':
		m.family = host.IPv6
	case 'u':
		m.method = probeUDP
	case 'T':
		m.method = probeTCP
	case 'w':
		m.wide = true
	case 'n':
		m.numeric = true
	case 'b':
		m.both = true
	case 'C':
		m.csv = true
	case 'j':
		m.json = true
	case 'r', 't', 'e', 'z', 'g':
	case 'v':
		m.p.Print("mtr 0.95\n")
		m.p.Exit(0)
	case 'h':
		m.p.Print(mtrUsage)
		m.p.Exit(0)
	default:
		fmt.Fprintf(m.p.Stderr, "mtr: invalid option -- '%c'\n", c)
		return false
	}
	return true
}

func (m *mtr) value(c byte, value string) bool {
	if c == 'a' || c == 'I' {
		return m.from(c, value)
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n != n || n < 0 && c != 's' {
		fmt.Fprintf(m.p.Stderr, "mtr: invalid argument: '%s'\n", value)
		return false
	}
	n = min(max(n, -65000), 65535)
	switch c {
	case 'c':
		m.cycles = int(min(n, 1000))
	case 'f':
		m.first = int(max(n, 1))
	case 'm':
		m.most = int(min(max(n, 1), 255))
	case 'U':
		m.unknown = int(max(n, 1))
	case 'P':
		m.port = uint16(n)
	case 's':
		m.packet = int(math.Abs(n))
	case 'i':
		m.interval = max(time.Duration(n*float64(time.Second)), 10*time.Millisecond)
	}
	return true
}

// from takes -a ADDRESS and -I INTERFACE.
func (m *mtr) from(c byte, value string) bool {
	if c == 'I' {
		if m.p.Host.Node.Iface(value) == nil {
			fmt.Fprintf(m.p.Stderr, "mtr: Failure to find interface: %s: No such device\n", value)
			return false
		}
		return true
	}
	a, err := netip.ParseAddr(value)
	if err != nil || !m.p.Host.Node.Local(a) {
		fmt.Fprintf(m.p.Stderr, "mtr: Failed to resolve host: %s: Cannot assign requested address\n", value)
		return false
	}
	m.src = a
	return true
}

// round asks every hop once, up to the destination or where nobody answers
// any more, and takes at least the interval.
func (m *mtr) round() error {
	clock := m.p.Host.Clock
	began := clock.Since()
	last := m.most
	if m.destinationHop > 0 {
		last = min(last, m.destinationHop)
	}
	defer m.close()
	var all []*probeAnswer
	for ttl, silent := m.first, 0; ttl <= last && silent < m.unknown; ttl++ {
		m.p.Step(1)
		a, err := m.send(ttl)
		if err != nil {
			return err
		}
		all = append(all, a)
		if m.destinationHop == 0 { // where the way ends is not known yet
			m.await(all[len(all)-1:], time.Second)
			if silent++; a.answered {
				silent = 0
			}
			if a.final {
				break
			}
		}
	}
	m.await(all, m.wait)
	for _, a := range all {
		m.note(a)
	}
	m.p.Task.Sleep(max(m.interval-(clock.Since()-began), 0))
	return nil
}

// note adds an answer, or its lack, to the statistics.
func (m *mtr) note(a *probeAnswer) {
	for len(m.hops) < a.ttl {
		m.hops = append(m.hops, mtrHop{})
	}
	h := &m.hops[a.ttl-1]
	h.sent++
	if !a.answered {
		return
	}
	h.from = a.from
	h.times = append(h.times, float64(a.took.Microseconds())/1000)
	if a.final && m.destinationHop == 0 {
		m.destinationHop = a.ttl
	}
}

// shown returns the hops of the report: all up to the destination, or one more
// than have answered.
func (m *mtr) shown() []mtrHop {
	last := 0
	for i := range m.hops {
		if m.hops[i].from.IsValid() {
			last = i + 2
		}
	}
	if m.destinationHop > 0 {
		last = m.destinationHop
	}
	return m.hops[:min(max(last, m.first), len(m.hops))]
}

// mtrUsage is shortened to what the lab has.
const mtrUsage = `
Usage:
 mtr [options] hostname

 -4                         use IPv4 only
 -6                         use IPv6 only
 -u, --udp                  use UDP instead of ICMP echo
 -T, --tcp                  use TCP instead of ICMP echo
 -I, --interface NAME       use named network interface
 -a, --address ADDRESS      bind the outgoing socket to ADDRESS
 -f, --first-ttl NUMBER     set what TTL to start
 -m, --max-ttl NUMBER       maximum number of hops
 -U, --max-unknown NUMBER   maximum unknown host
 -P, --port PORT            target port number for TCP, SCTP, or UDP
 -s, --psize PACKETSIZE     set the packet size used for probing
 -i, --interval SECONDS     ICMP echo request interval
 -r, --report               output using report mode
 -w, --report-wide          output wide report
 -c, --report-cycles COUNT  set the number of pings sent
 -j, --json                 output json
 -C, --csv                  output comma separated values
 -n, --no-dns               do not resolve host names
 -b, --show-ips             show IP numbers and host names
 -h, --help                 display this help and exit
 -v, --version              output version information and exit

See the 'man 8 mtr' for details.
`
