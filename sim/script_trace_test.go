package sim_test

import (
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/trace"
)

// tracedKinds are the events a trace line shows, by its first word.
var tracedKinds = map[string][]trace.Kind{
	"dns":  {trace.DNSQuery, trace.DNSReply, trace.DNSCache, trace.Transfer},
	"smtp": {trace.SMTPCommand, trace.SMTPReply, trace.SMTPData, trace.Policy, trace.Deliver, trace.Bounce},
	"all": {trace.DNSQuery, trace.DNSReply, trace.DNSCache, trace.Transfer, trace.SMTPCommand, trace.SMTPReply, trace.SMTPData,
		trace.Policy, trace.Queue, trace.Deliver, trace.Bounce, trace.Config, trace.Unit, trace.Drop, trace.Portal},
}

// trace lists the events of some kinds since the last trace line, a line each:
// where, with whom, what, and how it went.
func (p *player) trace(words []string) string {
	kinds, ok := tracedKinds[words[0]]
	if !ok {
		p.t.Fatalf("trace %s: want dns, smtp or all", words[0])
	}
	var b strings.Builder
	p.w.Log().After(p.traced[words[0]], func(e *trace.Event) bool {
		p.traced[words[0]] = e.Seq
		if !slices.Contains(kinds, e.Kind) || len(words) > 1 && e.Node != words[1] {
			return true
		}
		place := e.Node
		if e.Peer != "" {
			place += " > " + e.Peer
		}
		fmt.Fprintf(&b, "%-24s %s", place, e.Label())
		if e.Outcome >= trace.Warn {
			fmt.Fprintf(&b, " [%s]", e.Outcome)
		}
		b.WriteByte('\n')
		return true
	})
	return b.String()
}
