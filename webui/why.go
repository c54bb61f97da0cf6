package webui

import (
	"fmt"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/scenarios/josa"
	"mxlab/sim/trace"
)

// explainer turns events into explanations: a verdict in a sentence, the rule
// that decided, the values it compared, and where to look next. It knows kinds
// of events and their fields, never a scenario.
type explainer struct {
	log   *trace.Log
	drawn *scenarios.Drawn
}

// why explains an event, nil where there is nothing to explain.
func (x *explainer) why(e *trace.Event) *Why {
	if e.Kind == trace.End {
		if opener := x.log.Get(e.Span); opener != nil {
			return x.why(opener)
		}
		return nil
	}
	switch e.Kind {
	case trace.SMTPReply, trace.POPReply, trace.IMAPReply:
		return x.reply(e)
	case trace.Policy:
		return x.policy(e)
	case trace.DNSReply:
		return x.dnsReply(e)
	case trace.DNSVerdict:
		return x.dnsVerdict(e)
	case trace.DNSCache:
		return x.cacheHit(e)
	case trace.DNSLookup:
		return x.lookup(e)
	case trace.DNSQuery, trace.Packet, trace.SMTPCommand:
		return x.lostPacket(e)
	case trace.Connect:
		return x.connect(e)
	case trace.Drop:
		return x.drop(e)
	case trace.Config:
		return x.config(e)
	case trace.Unit:
		return x.unit(e)
	case trace.Queue:
		return x.queue(e)
	case trace.Deliver:
		return x.deliver(e)
	case trace.Bounce:
		return x.bounce(e)
	case trace.Portal:
		return x.portal(e)
	case trace.FileWrite:
		return x.fileWrite(e)
	}
	return nil
}

// say makes a text; in the Korean one {은는} and the like become the particle
// that fits the word before.
func say(ko, en string, args ...any) Text {
	return Text{Ko: josa.Fill(fmt.Sprintf(ko, args...)), En: fmt.Sprintf(en, args...)}
}

func verdict(ko, en string, args ...any) *Why { return &Why{Verdict: say(ko, en, args...)} }

func (w *Why) rule(name, ko, en string, args ...any) *Why {
	w.Rule = &Rule{Name: name, Text: say(ko, en, args...)}
	return w
}

// to adds a link to an event.
func (w *Why) to(e *trace.Event, ko, en string, args ...any) *Why {
	if e != nil {
		for _, l := range w.Links {
			if l.Seq == e.Seq {
				return w
			}
		}
		w.Links = append(w.Links, WhyLink{Label: say(ko, en, args...), Seq: e.Seq})
	}
	return w
}

// skip adds a link that lets time pass.
func (w *Why) skip(d time.Duration) *Why {
	if d > 0 {
		s := int64((d + time.Second - 1) / time.Second)
		w.Links = append(w.Links, WhyLink{Label: say("%s초 건너뛰기", "Skip %s s", group(s)), Advance: s * int64(time.Second)})
	}
	return w
}

// group writes a number with commas between thousands.
func group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// compare adds a pair of values.
func (w *Why) compare(ko, en, want, got string, same bool, seq uint64) *Why {
	w.Compared = append(w.Compared, Compared{Name: Text{ko, en}, Want: want, Got: got, Same: same, Seq: seq})
	return w
}

// file adds a link to a line of a file, given as PATH:LINE, if the student can
// open it.
func (x *explainer) file(w *Why, host, at string) *Why {
	path, line := splitPlace(at)
	if !strings.HasPrefix(path, "/") || !x.openable(host) {
		return w
	}
	label := path
	if line > 0 {
		label = fmt.Sprintf("%s:%d", path, line)
	}
	w.Links = append(w.Links, WhyLink{Label: Text{label, label}, Host: host, Path: path, Line: line})
	return w
}

// splitPlace splits "PATH:LINE" or "PATH:LINE:COL".
func splitPlace(at string) (path string, line int) {
	path, rest, _ := strings.Cut(at, ":")
	fmt.Sscan(strings.SplitN(rest, ":", 2)[0], &line)
	return path, line
}

func (x *explainer) openable(host string) bool {
	for i := range x.drawn.Blueprint.Hosts {
		if h := &x.drawn.Blueprint.Hosts[i]; h.Name == host {
			return h.Terminal
		}
	}
	return false
}

// node names a node or address as the story calls it.
func (x *explainer) node(name string) string {
	if name == "" {
		return "?"
	}
	return name
}

// end returns the event that closed a span, nil while it is open. A span's end
// is looked for up to a bound.
func (x *explainer) end(span uint64) (end *trace.Event) {
	x.log.After(span, func(e *trace.Event) bool {
		if e.Kind == trace.End && e.Span == span {
			end = e
		}
		return end == nil && e.Seq < span+maxSearch
	})
	return end
}

// maxSearch bounds how many events an explanation looks at.
const maxSearch = 20_000

// before calls fn for the events before seq, newest first, until it returns
// false.
func (x *explainer) before(seq uint64, fn func(*trace.Event) bool) {
	for n := 0; seq > 1 && n < maxSearch; n++ {
		seq--
		if !fn(x.log.Get(seq)) {
			return
		}
	}
}

// inside calls fn for the events of a span and of the spans inside it, up to
// its end.
func (x *explainer) inside(span uint64, fn func(*trace.Event)) {
	within := map[uint64]bool{span: true}
	x.log.After(span, func(e *trace.Event) bool {
		if within[e.Span] {
			within[e.Seq] = true
			fn(e)
			if e.Kind == trace.End && e.Span == span {
				return false
			}
		}
		return e.Seq < span+maxSearch
	})
}

// ref returns the event a reference leads to, nil if there is none.
func (x *explainer) ref(e *trace.Event, rel trace.Rel) *trace.Event {
	for _, r := range e.Refs {
		if r.Rel == rel {
			return x.log.Get(r.Seq)
		}
	}
	return nil
}

// age is the time between two events.
func age(from, to *trace.Event) time.Duration { return to.At - from.At }
