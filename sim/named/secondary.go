package named

import (
	"time"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// secondary keeps a secondary zone up to date (RFC 1034 4.3.5): every refresh
// interval the primaries are asked for their serial, after a failure every retry
// interval; a newer serial is transferred; without contact for the expire interval
// the data is given up.
type secondary struct {
	z         *zone
	refreshAt time.Duration // since the world's start
	expireAt  time.Duration
	timer     vtime.Timer // the earlier of the two
	busy      bool        // a check or transfer is under way
	again     bool        // and another was asked for meanwhile
	force     bool        // transfer whatever the serial (rndc retransfer)
	failures  uint        // since the last contact
	primary   int         // index of the primary being asked
	done      func()      // ends the unit of work
	span      *trace.Span

	// The SOA query.
	id    uint16
	tries int
	mac   string // of the question, if it was signed
	sock  *vnet.UDPSocket
	wait  vtime.Timer
	task  *vtime.Task // the transfer
}

const (
	soaTries     = 3 // with EDNS, and as often without
	soaWait      = 5 * time.Second
	defaultRetry = time.Minute // of a zone whose own is not known
	longestRetry = 6 * time.Hour
)

// secondaryState returns the zone's secondary, made when first needed.
func (z *zone) secondaryState() *secondary {
	if z.sec == nil {
		z.sec = &secondary{z: z}
	}
	return z.sec
}

// care schedules the first check after a start or reload. A zone without data is
// fetched at once.
func (z *zone) care() {
	d := z.secondaryState()
	if d.busy || z.data != nil && d.refreshAt != 0 || len(z.conf.Primaries.Servers) == 0 {
		return
	}
	if z.data == nil {
		d.refresh()
		return
	}
	soa, now := z.data.SOA(), z.server().clock.Since()
	expire := time.Duration(soa.Expire) * time.Second
	if z.server().boot {
		d.expireAt = now + expire
		d.schedule(d.jitter(z.refreshInterval()))
		return
	}
	d.expireAt = max(z.modified.Add(expire).Sub(z.server().clock.Start()), now+time.Second)
	retry := z.retryInterval()
	d.schedule(retry - time.Duration(z.server().random().Int64N(int64(retry*3/4)+1)))
}

func (z *zone) refreshInterval() time.Duration {
	soa := z.data.SOA()
	return clamp(time.Duration(soa.Refresh)*time.Second, z.conf.MinRefresh.Value, z.conf.MaxRefresh.Value)
}

func (z *zone) retryInterval() time.Duration {
	if z.data == nil {
		d := defaultRetry << min(z.secondaryState().failures, 9)
		return min(d, longestRetry)
	}
	return clamp(time.Duration(z.data.SOA().Retry)*time.Second, z.conf.MinRetry.Value, z.conf.MaxRetry.Value)
}

func clamp(d, low, high time.Duration) time.Duration { return min(max(d, low), high) }

// jitter takes up to a quarter off, so that zones do not refresh all at once.
func (d *secondary) jitter(t time.Duration) time.Duration {
	return t - time.Duration(d.z.server().random().Int64N(int64(t/4)+1))
}

// schedule sets the next check.
func (d *secondary) schedule(in time.Duration) {
	s := d.z.server()
	d.refreshAt = s.clock.Since() + in
	d.arm()
}

func (d *secondary) arm() {
	s := d.z.server()
	at := d.refreshAt
	if d.z.data != nil {
		at = min(at, d.expireAt)
	}
	old := s.clock.SetScope(vtime.Scope{})
	s.clock.Arm(&d.timer, at-s.clock.Since(), d.due)
	s.clock.SetScope(old)
}

func (d *secondary) due() {
	s := d.z.server()
	if d.z.data != nil && s.clock.Since() >= d.expireAt {
		d.expire()
	}
	if s.clock.Since() >= d.refreshAt {
		d.refresh()
		return
	}
	d.arm()
}

// expire gives the data up: questions get SERVFAIL from now on.
func (d *secondary) expire() {
	z := d.z
	z.logf(catGeneral, warning, "expired")
	z.server().trace.Emit(trace.Event{Kind: trace.Config, Outcome: trace.Fail, Node: z.server().host.Name,
		Data: trace.F("zone " + dns.Display(z.conf.Name) + " expired")})
	z.data = nil
	z.server().rebuildViews(z)
}

// refresh asks the primaries, one after the other, for their serial.
func (d *secondary) refresh() {
	if d.busy {
		d.again = true
		return
	}
	if len(d.z.conf.Primaries.Servers) == 0 || d.z.gone {
		return
	}
	s := d.z.server()
	d.timer.Stop()
	d.busy, d.again, d.primary = true, false, 0
	d.done = s.clock.Work()
	s.questions++
	d.span = s.trace.Open(trace.Event{Kind: trace.Transfer, Node: s.host.Name, Data: trace.F("refresh of " + dns.Display(d.z.conf.Name))})
	d.ask()
	if d.span != nil {
		d.span.Leave()
	}
}

// upToDate ends a check that found nothing new.
func (d *secondary) upToDate() {
	s := d.z.server()
	d.expireAt = s.clock.Since() + time.Duration(d.z.data.SOA().Expire)*time.Second
	d.failures = 0
	d.finish(trace.OK, "up to date", d.jitter(d.z.refreshInterval()))
}

// nextPrimary goes on with the next primary, or gives up until the retry time.
func (d *secondary) nextPrimary() {
	d.closeQuery()
	if d.primary+1 < len(d.z.conf.Primaries.Servers) {
		d.primary++
		d.ask()
		return
	}
	retry := d.jitter(d.z.retryInterval())
	d.failures++
	d.finish(trace.TempFail, "no primary could be used", retry)
}

// finish ends a round of checks and schedules the next.
func (d *secondary) finish(out trace.Outcome, what string, next time.Duration) {
	s := d.z.server()
	d.closeQuery()
	d.busy, d.force, d.task = false, false, nil
	s.questions--
	if d.span != nil {
		d.span.End(out, trace.Text(what))
		d.span = nil
	}
	d.done()
	if d.z.gone || s.stopped {
		return
	}
	d.schedule(next)
	if d.again {
		d.refresh()
	}
}

// stop ends all activity: the zone or the server is gone.
func (d *secondary) stop() {
	d.timer.Stop()
	d.closeQuery()
	if !d.busy {
		return
	}
	if t := d.task; t != nil {
		d.task = nil
		d.z.server().transfers--
		t.Kill(nil)
	}
	d.again = false
	d.busy = false
	d.z.server().questions--
	d.done()
}
