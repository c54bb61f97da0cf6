package netfilter

import (
	"time"

	"mxlab/sim/vnet"
)

// crossing is a packet at a hook point, with what the matches of rules want to
// know of it.
type crossing struct {
	fw       *Firewall
	at       vnet.Point
	p        *vnet.Packet
	fam      family
	in, out  string
	src, dst bits128
	now      time.Duration
	length   int   // of the IP packet in bytes
	flow     *flow // what connection tracking knows, nil if untracked
	state    ctState
	reply    bool // the packet goes against the flow's first
	untrack  bool
	steps    int // rules looked at
}

// reload takes the addresses from the packet again, after a translation.
func (x *crossing) reload() { x.src, x.dst = bitsOf(x.p.Src), bitsOf(x.p.Dst) }

// packetLength is the length of the IP packet in bytes.
func packetLength(p *vnet.Packet) int {
	n := 20 + max(len(p.Payload), p.Len)
	if p.Dst.Is6() {
		n += 20
	}
	switch p.Proto {
	case vnet.ProtoTCP:
		n += 20
		if p.Flags&vnet.SYN != 0 {
			n += 20 // MSS, SACK permitted, time stamps, window scale
		} else {
			n += 12 // time stamps
		}
	case vnet.ProtoICMP, vnet.ProtoICMPv6:
		n += 8
		if p.Inner != nil {
			n += packetLength(p.Inner)
		}
	default:
		n += 8
	}
	return n
}

// outcome is what a rule, a chain or a table decides.
type outcome uint8

const (
	goOn outcome = iota // the next rule
	pass                // leaves the table
	drop
	reject
	back // returns to the calling chain
)

// step is the result of a target.
type step struct {
	outcome outcome
	with    vnet.RejectWith
}

// holds reports whether all conditions of the rule are met.
func (r *rule) holds(x *crossing) bool {
	if r.proto != 0 && (r.proto == x.p.Proto) == r.protoInv {
		return false
	}
	if r.src.mask != (bits128{}) && !r.src.holds(x.src) || r.dst.mask != (bits128{}) && !r.dst.holds(x.dst) {
		return false
	}
	if r.in.name != "" && !r.in.holds(x.in) || r.out.name != "" && !r.out.holds(x.out) {
		return false
	}
	if r.frag && !r.fragInv { // there are no fragments
		return false
	}
	for _, m := range r.matches {
		if !m.match.holds(x) {
			return false
		}
	}
	return true
}

// maxSteps bounds the rules one packet is compared with: chains may call each
// other so often that the number grows without end.
const maxSteps = 200000

// walk runs the packet through a chain.
//
// Rule by rule: if all conditions hold, the counters go up and the target
// decides. ACCEPT, DROP and REJECT end the table; RETURN, or the end of the
// chain, goes back behind the jump; after a goto there is nothing to go back to
// but the caller's caller. At the end of a built-in chain the policy decides.
func (x *crossing) walk(ch *chain, t *table, depth int) (step, *chain, int) {
	for n, r := range ch.rules {
		if x.steps++; x.steps > maxSteps {
			return step{outcome: drop}, ch, n
		}
		if !r.holds(x) {
			continue
		}
		r.packets++
		r.bytes += uint64(x.length)
		var s step
		switch {
		case r.target != nil:
			s = r.target.act.act(x, r)
		case r.linked != nil:
			if depth >= maxDepth {
				return step{outcome: drop}, ch, n
			}
			inner, where, number := x.walk(r.linked, t, depth+1)
			if inner.outcome != back {
				return inner, where, number
			}
			if r.jumpTo {
				return step{outcome: back}, ch, n
			}
		default:
			s.outcome = verdictOf(r.jump)
		}
		if s.outcome != goOn {
			return s, ch, n
		}
	}
	return step{outcome: back}, ch, -1
}

func verdictOf(name string) outcome {
	switch name {
	case "ACCEPT":
		return pass
	case "DROP", "QUEUE":
		return drop
	case "RETURN":
		return back
	}
	return goOn
}

// run runs the packet through the chain of a table that belongs to the hook
// point, and returns the verdict. Its zero value passes.
func (x *crossing) run(t *table) vnet.Verdict {
	if t == nil {
		return vnet.Verdict{}
	}
	ch := t.chains[hookNames[x.at]]
	if ch == nil || len(ch.rules) == 0 && ch.policy == "ACCEPT" {
		return vnet.Verdict{}
	}
	s, where, number := x.walk(ch, t, 0)
	v := vnet.Verdict{}
	switch s.outcome {
	case pass:
		return v
	case back, goOn:
		if ch.policy != "DROP" {
			return v
		}
		v.Action, v.Rule = vnet.Drop, t.label(ch.name)+" policy DROP"
		return v
	case drop:
		v.Action = vnet.Drop
	case reject:
		v.Action, v.With = vnet.Reject, s.with
	}
	v.Rule = x.ruleLabel(t, where, number)
	return v
}

// label names a chain in a trace; the filter table goes without saying.
func (t *table) label(chain string) string {
	if t.index == filterTable {
		return chain
	}
	return t.kind().name + " " + chain
}
