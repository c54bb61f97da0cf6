package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// ping models ping(8) of iputils 20221126: echo requests at an interval, each
// reply or ICMP error on a line, statistics at the end. It leaves out flooding,
// broadcast, record route and preloading.
type ping struct {
	p        *host.Proc
	family   host.Family
	count    int // 0: until Ctrl+C
	wait     time.Duration
	deadline time.Duration
	interval time.Duration
	size     int
	ttl      int
	pathMTU  vnet.Discovery // -M
	numeric  bool
	quiet    bool
	stamps   bool // -D
	pending  bool // -O
	source   string
	target   string
	addr     netip.Addr
	src      netip.Addr
	pingStatistics
}

// Patience: packets shown before a terminal is free again, and packets sent
// where nobody can press Ctrl+C.
const (
	pingForeground = 4
	pingUnattended = 10
)

// runPing is the program, also as ping4 and ping6.
func runPing(p *host.Proc) int {
	g := &ping{p: p, wait: 10 * time.Second, interval: time.Second, size: 56}
	switch p.Name() {
	case "ping4":
		g.family = host.IPv4
	case "ping6":
		g.family = host.IPv6
	}
	g.options(p.Args[1:])
	if !g.resolve() {
		return 2
	}
	g.banner()
	g.run()
	return g.finish()
}

func (g *ping) fail(status int, format string, args ...any) {
	fmt.Fprintf(g.p.Stderr, "ping: "+format+"\n", args...)
	g.p.Exit(status)
}

// options takes the command line.
func (g *ping) options(args []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if len(word) < 2 || word[0] != '-' {
			g.target = word
			continue
		}
		for j := 1; j < len(word); j++ {
			c := word[j]
			if !strings.ContainsRune("cWwistIlmMpQTSeFN", rune(c)) {
				g.flag(c)
				continue
			}
			value := word[j+1:]
			if value == "" {
				if i++; i >= len(args) {
					fmt.Fprintf(g.p.Stderr, "ping: option requires an argument -- '%c'\n%s", c, pingUsage)
					g.p.Exit(2)
				}
				value = args[i]
			}
			g.valued(c, value)
			break
		}
	}
	if g.target == "" {
		g.fail(1, "usage error: Destination address required")
	}
}

func (g *ping) flag(c byte) {
	switch c {
	case '4':
		g.family = host.IPv4
	case '6':
		g.family = host.IPv6
	case 'n':
		g.numeric = true
	case 'q':
		g.quiet = true
	case 'D':
		g.stamps = true
	case 'O':
		g.pending = true
	case 'a', 'A', 'b', 'B', 'd', 'f', 'L', 'r', 'R', 'U', 'v':
	case 'V':
		g.p.Print("ping from iputils 20221126\n")
		g.p.Exit(0)
	case 'h':
		g.p.Print(pingUsage)
		g.p.Exit(2)
	default:
		fmt.Fprintf(g.p.Stderr, "ping: invalid option -- '%c'\n%s", c, pingUsage)
		g.p.Exit(2)
	}
}

func (g *ping) valued(c byte, value string) {
	switch c {
	case 'c':
		g.count = int(g.integer(value, 1, 1<<63-1))
	case 'w':
		g.deadline = time.Duration(g.integer(value, 0, 1<<31-1)) * time.Second
	case 's':
		g.size = int(g.integer(value, 0, 1<<31-1))
		if g.size > 65507 {
			g.fail(1, "invalid -s value: '%s': out of range: 0 <= value <= 65507", value)
		}
	case 't':
		g.ttl = int(g.integer(value, 0, 255))
	case 'I':
		g.source = value
	case 'M':
		switch value {
		case "do":
			g.pathMTU = vnet.Do
		case "dont":
			g.pathMTU = vnet.Dont
		case "want":
			g.pathMTU = vnet.Want
		case "probe":
			g.pathMTU = vnet.Probe
		default:
			g.fail(2, "invalid -M argument: %s", value)
		}
	case 'W':
		g.wait = g.seconds(value)
	case 'i':
		g.interval = g.seconds(value)
		if g.interval < 2*time.Millisecond {
			g.interval = 2 * time.Millisecond
		}
	}
}

// integer reads a number as strtol_or_err does.
func (g *ping) integer(text string, least, most int64) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && !strings.Contains(err.Error(), "range"):
		g.fail(1, "invalid argument: '%s'", text)
	case err != nil || n < least || n > most:
		g.fail(1, "invalid argument: '%s': out of range: %d <= value <= %d", text, least, most)
	}
	return n
}

func (g *ping) seconds(text string) time.Duration {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != f {
		g.fail(1, "option argument contains garbage: %s", text)
	}
	if f < 0 || f > 2147483 {
		g.fail(1, "bad timing interval: %s", text)
	}
	return time.Duration(f * float64(time.Second))
}

// resolve finds the address to ask and the one to ask from.
func (g *ping) resolve() bool {
	report := func(text string) bool {
		fmt.Fprintf(g.p.Stderr, "ping: %s: %s\n", g.target, text)
		return false
	}
	if _, err := netip.ParseAddr(g.target); err == nil {
		g.numeric = true
	}
	addrs, canonical, err := lookupHost(g.p, g.target, g.family)
	if err != nil {
		return report(gaiText(err))
	}
	g.addr = addrs[0].Unmap()
	if g.addr.String() != g.target {
		g.target = canonical
	}
	if g.source != "" && !g.from() {
		return false
	}
	if _, err := g.p.Host.Node.SourceFor(g.addr); err == vnet.EACCES && g.addr.Is4() { // as for a broadcast address
		fmt.Fprint(g.p.Stderr, "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n")
		return false
	} else if err != nil {
		fmt.Fprintf(g.p.Stderr, "ping: connect: %s\n", systemText(err))
		return false
	}
	return true
}

// from takes -I: an address or an interface.
func (g *ping) from() bool {
	if a, err := netip.ParseAddr(g.source); err == nil {
		if !g.p.Host.Node.Local(a) {
			fmt.Fprint(g.p.Stderr, "ping: bind: Cannot assign requested address\n")
			return false
		}
		g.src = a
		return true
	}
	iface := g.p.Host.Node.Iface(g.source)
	if iface == nil {
		fmt.Fprintf(g.p.Stderr, "ping: SO_BINDTODEVICE %s: No such device\n", g.source)
		return false
	}
	for _, a := range iface.Addrs() {
		if a.Addr().Is4() == g.addr.Is4() {
			g.src = a.Addr()
			break
		}
	}
	return true
}

func (g *ping) banner() {
	from := ""
	if g.source != "" {
		from = fmt.Sprintf("from %s %s: ", g.src, g.source)
		if g.src.String() == g.source {
			from = fmt.Sprintf("from %s : ", g.src)
		}
	}
	if g.addr.Is4() {
		g.p.Printf("PING %s (%s) %s%d(%d) bytes of data.\n", g.target, g.addr, from, g.size, g.size+28)
		return
	}
	g.p.Printf("PING %s(%s) %s%d data bytes\n", g.target, g.name(g.addr), from, g.size)
}

// name is an address as lines show it: with its name unless -n or a numeric
// target.
func (g *ping) name(a netip.Addr) string {
	if !g.numeric {
		if name, err := g.p.Host.LookupName(g.p.Task, a); err == nil {
			return fmt.Sprintf("%s (%s)", name, a)
		}
	}
	return a.String()
}

// echoOptions are those of one request.
func (g *ping) echoOptions(seq int) vnet.EchoOptions {
	o := vnet.EchoOptions{TTL: uint8(g.ttl), Size: g.size, Src: g.src, Seq: uint16(seq), Timeout: max(g.wait, 10*time.Second),
		PathMTU: g.pathMTU}
	if o.Size == 0 {
		o.Size = -1
	}
	return o
}
