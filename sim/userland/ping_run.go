package userland

import (
	"fmt"
	"math"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// pingStatistics are the figures of the last lines.
type pingStatistics struct {
	start, last time.Duration // virtual time of the first and the last request
	sent        int
	received    int
	errors      int
	pipe        int // most requests under way
	min, max    time.Duration
	sum, sum2   float64 // of microseconds and their squares
	results     []pingResult
	changed     vtime.Signal
	stopped     bool
}

// pingResult is what came of one request.
type pingResult struct {
	seq   int
	reply vnet.EchoReply
}

// run sends requests until the count, the deadline or Ctrl+C.
func (g *ping) run() {
	clock := g.p.Host.Clock
	g.p.OnSignal = func(s host.Signal) bool {
		if s != host.SIGINT {
			return false
		}
		g.stopped = true
		g.changed.Broadcast()
		return true
	}
	var tasks []*vtime.Task
	defer func() {
		for _, t := range tasks {
			t.Kill(nil)
		}
	}()
	g.start = clock.Since()
	g.last = g.start
	next := g.start
	for !g.stopped && !g.complete() && !g.late(clock.Since()) {
		g.p.Step(1)
		if g.more() && clock.Since() >= next {
			g.sent++
			g.last = clock.Since()
			next = g.last + g.interval
			tasks = append(tasks, g.request(g.sent))
			continue
		}
		g.await(next - clock.Since())
		g.report()
		if !g.more() && clock.Since() >= next-g.interval+g.patience() {
			break
		}
	}
	g.report()
}

// more reports whether another request is to be sent.
func (g *ping) more() bool {
	if g.count == 0 {
		return g.p.TTY != nil || g.sent < pingUnattended
	}
	return g.sent < g.count
}

// complete reports whether everything was answered.
func (g *ping) complete() bool { return !g.more() && g.received+g.errors >= g.sent && g.sent > 0 }

func (g *ping) late(now time.Duration) bool { return g.deadline > 0 && now-g.start >= g.deadline }

// patience is how long to wait after the last request: twice the longest round
// trip if there were replies, at least an interval, or else -W.
func (g *ping) patience() time.Duration {
	if g.received > 0 {
		return max(2*g.max, g.interval)
	}
	return g.wait
}

// request sends one request; a task of its own waits for what comes of it.
func (g *ping) request(seq int) *vtime.Task {
	return g.p.Host.Clock.Go("ping", func(t *vtime.Task) {
		r := g.p.Host.Node.Echo(t, g.addr, g.echoOptions(seq))
		g.results = append(g.results, pingResult{seq, r})
		g.changed.Broadcast()
	})
}

// await waits for the next result, but not past the next thing to do. After
// the first requests a terminal does not wait with it.
func (g *ping) await(untilNext time.Duration) {
	if len(g.results) > 0 {
		return
	}
	clock := g.p.Host.Clock
	wait := untilNext
	if !g.more() {
		wait = g.last + g.patience() - clock.Since()
	}
	if g.deadline > 0 {
		wait = min(wait, g.start+g.deadline-clock.Since())
	}
	if wait = max(wait, 0); g.count == 0 && g.deadline == 0 && g.p.TTY != nil && g.seen() {
		timer := clock.After(wait, g.changed.Broadcast)
		defer timer.Stop()
		g.p.TTY.Linger(g.p.Task, &g.changed)
		return
	}
	g.changed.WaitFor(g.p.Task, wait)
}

// seen reports that the user has seen what the first requests give.
func (g *ping) seen() bool {
	return g.sent > pingForeground || g.sent == pingForeground && g.received+g.errors >= g.sent
}

// report prints the results that have come.
func (g *ping) report() {
	for len(g.results) > 0 {
		r := g.results[0]
		g.results = g.results[1:]
		g.one(r)
	}
}

func (g *ping) one(r pingResult) {
	switch {
	case r.reply.Err == nil:
		g.count1(r)
		if !g.quiet {
			g.line("%d bytes from %s: icmp_seq=%d ttl=%d time=%s ms", r.reply.Size+8, g.name(r.reply.From), r.seq, r.reply.TTL, pingTime(r.reply.RTT))
		}
	case r.reply.Err == vnet.ErrDeadline:
		if g.pending {
			g.line("no answer yet for icmp_seq=%d", r.seq)
		}
	case r.reply.From.IsValid():
		g.errors++
		g.acknowledge(r.seq)
		if !g.quiet {
			g.line("From %s icmp_seq=%d %s", g.name(r.reply.From), r.seq, icmpText(r.reply, g.addr.Is6()))
		}
	case r.reply.Err == vnet.EHOSTUNREACH:
		g.errors++
		g.acknowledge(r.seq)
		if src, err := g.p.Host.Node.SourceFor(g.addr); err == nil && !g.quiet {
			g.line("From %s icmp_seq=%d Destination Host Unreachable", g.name(src), r.seq)
		}
	case r.reply.Err == vnet.EMSGSIZE:
		g.errors++
		g.acknowledge(r.seq)
		equals := "="
		if g.addr.Is6() {
			equals = ": "
		}
		fmt.Fprintf(g.p.Stderr, "ping: local error: message too long, mtu%s%d\n", equals, r.reply.MTU)
	default:
		fmt.Fprintf(g.p.Stderr, "ping: sendmsg: %s\n", systemText(r.reply.Err))
	}
}

func (g *ping) line(format string, args ...any) {
	if g.stamps {
		now := g.p.Host.Now()
		g.p.Printf("[%d.%06d] ", now.Unix(), now.Nanosecond()/1000)
	}
	g.p.Printf(format+"\n", args...)
}

func (g *ping) acknowledge(seq int) {
	g.pipe = max(g.pipe, g.sent-seq+1)
}

func (g *ping) count1(r pingResult) {
	g.acknowledge(r.seq)
	rtt := r.reply.RTT
	if g.received == 0 || rtt < g.min {
		g.min = rtt
	}
	g.received++
	g.max = max(g.max, rtt)
	us := float64(rtt.Microseconds())
	g.sum += us
	g.sum2 += us * us
}

// pingTime is a round trip in milliseconds with as many digits as it has.
func pingTime(d time.Duration) string {
	us := d.Microseconds()
	switch {
	case us >= 100000-50:
		return fmt.Sprintf("%d", (us+500)/1000)
	case us >= 10000-5:
		return fmt.Sprintf("%d.%01d", (us+50)/1000, (us+50)%1000/100)
	case us >= 1000:
		return fmt.Sprintf("%d.%02d", (us+5)/1000, (us+5)%1000/10)
	}
	return fmt.Sprintf("%d.%03d", us/1000, us%1000)
}

// finish prints the statistics and returns the status.
func (g *ping) finish() int {
	g.p.Printf("\n--- %s ping statistics ---\n%d packets transmitted, %d received", g.target, g.sent, g.received)
	if g.errors > 0 {
		g.p.Printf(", +%d errors", g.errors)
	}
	if g.sent > 0 {
		g.p.Printf(", %.6g%% packet loss, time %dms", float64(g.sent-g.received)*100/float64(g.sent), (g.last - g.start).Milliseconds())
	}
	g.p.Print("\n")
	comma := ""
	if g.received > 0 {
		n := float64(g.received)
		avg := math.Floor(g.sum / n)
		mdev := math.Floor(math.Sqrt(max(g.sum2/n-(g.sum/n)*(g.sum/n), 0)))
		ms := func(us float64) string { return fmt.Sprintf("%d.%03d", int(us)/1000, int(us)%1000) }
		g.p.Printf("rtt min/avg/max/mdev = %s/%s/%s/%s ms", ms(float64(g.min.Microseconds())), ms(avg), ms(float64(g.max.Microseconds())), ms(mdev))
		comma = ", "
	}
	if g.pipe > 1 {
		g.p.Printf("%spipe %d", comma, g.pipe)
	}
	g.p.Print("\n")
	if g.received == 0 || g.deadline > 0 && g.count > 0 && g.received < g.count {
		return 1
	}
	return 0
}
