package userland

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// runMtr models mtr(8) in report mode (-r), which it always uses here.
func runMtr(p *host.Proc) int {
	numeric, cycles, target := false, 10, ""
	for i := 1; i < len(p.Args); i++ {
		word := p.Args[i]
		switch {
		case word == "-c" || word == "--report-cycles":
			if i++; i < len(p.Args) {
				n, err := strconv.Atoi(p.Args[i])
				if err != nil || n < 1 {
					fmt.Fprintf(p.Stderr, "mtr: invalid argument: '%s'\n", p.Args[i])
					return 1
				}
				cycles = min(n, 1000)
			}
		case strings.HasPrefix(word, "-"):
			numeric = numeric || word == "--no-dns" || !strings.HasPrefix(word, "--") && strings.Contains(word, "n")
		default:
			target = word
		}
	}
	if target == "" {
		target = "localhost"
	}
	addrs, _, err := lookupHost(p, target, host.AnyFamily)
	if err != nil {
		fmt.Fprintf(p.Stderr, "mtr: Failed to resolve host: %s: %s\n", target, gaiText(err))
		return 1
	}
	p.Printf("Start: %s\n", p.Host.Now().Format("2006-01-02T15:04:05-0700"))
	p.Printf("HOST: %-28.28s  Loss%%   Snt   Last   Avg  Best  Wrst StDev\n", p.Host.Hostname())
	for ttl := 1; ttl <= 30; ttl++ {
		p.Step(1)
		hop, reached := mtrHop(p, addrs[0], ttl, cycles)
		name := "???"
		if hop.from.IsValid() {
			name = hop.from.String()
			if !numeric {
				if n, err := p.Host.LookupName(p.Task, hop.from); err == nil {
					name = n
				}
			}
		}
		p.Print(hop.line(ttl, name))
		if reached || !hop.from.IsValid() && ttl > 5 {
			break
		}
	}
	return 0
}

// mtrLine are the figures of one hop.
type mtrLine struct {
	from  netip.Addr
	sent  int
	times []float64 // ms
}

// mtrHop asks one hop so many times.
func mtrHop(p *host.Proc, dst netip.Addr, ttl, cycles int) (l mtrLine, reached bool) {
	for range cycles {
		r := p.Host.Node.Echo(p.Task, dst, vnet.EchoOptions{TTL: uint8(ttl), Timeout: time.Second})
		l.sent++
		if r.From.IsValid() {
			l.from = r.From
			l.times = append(l.times, float64(r.RTT.Microseconds())/1000)
			reached = reached || r.Err == nil || r.From == dst
		}
		p.Step(1)
	}
	return l, reached
}

func (l *mtrLine) line(ttl int, name string) string {
	var last, sum, sum2, best, worst float64
	for i, t := range l.times {
		last = t
		sum += t
		sum2 += t * t
		if i == 0 || t < best {
			best = t
		}
		worst = max(worst, t)
	}
	n := float64(max(len(l.times), 1))
	dev := math.Sqrt(max(sum2/n-(sum/n)*(sum/n), 0))
	loss := 100 * float64(l.sent-len(l.times)) / float64(max(l.sent, 1))
	return fmt.Sprintf("%3d.|-- %-26.26s %5.1f%% %5d %6.1f %5.1f %5.1f %5.1f %5.1f\n", ttl, name, loss, l.sent, last, sum/n, best, worst, dev)
}
