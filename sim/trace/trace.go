// Package trace is the one log of a world: every packet, look-up, SMTP line,
// policy verdict, queue change, configuration load and log line is one typed
// event with a cause. Tools, the grader, the story, captures and the browser's
// animation are projections of it; nothing is logged twice.
//
// An [Event] belongs to a span (an operation such as one recursion, one SMTP
// session) and names the event that caused it. Both are taken from the causal
// scope that travels with the baton (package vtime), so the code that emits an
// event does not have to know whom it works for.
//
// Events are immutable once emitted, and readers outside the world may read
// them while the world goes on.
package trace

import (
	"sync/atomic"
	"time"

	"mxlab/sim/vtime"
)

// Field is one named value of an event's detail.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Data is the typed payload of an event. It is rendered only when somebody
// looks at it.
type Data interface {
	// Label is one to a few words for a mark or a list row.
	Label() string
	// Fields are the details, in a fixed order.
	Fields() []Field
}

// Wire is implemented by payloads that carry the bytes that were sent.
type Wire interface{ WireBytes() []byte }

// Rel says how an event refers to an earlier one.
type Rel string

const (
	RetryOf      Rel = "retry-of"      // a new attempt after a temporary failure
	BounceOf     Rel = "bounce-of"     // a DSN about an earlier message
	AnsweredFrom Rel = "answered-from" // a cache hit: the event that filled the entry
	CausedByEdit Rel = "caused-by-edit"
	ReplyTo      Rel = "reply-to" // a reply packet: the request it answers
)

// Ref is a cross-link to an earlier event.
type Ref struct {
	Rel Rel    `json:"rel"`
	Seq uint64 `json:"seq"`
}

// Event is one thing that happened.
type Event struct {
	Seq     uint64        // 1, 2, 3 ... in the order of happening
	At      time.Duration // virtual time since the world's start
	Took    time.Duration // for packets: the time on the wire; otherwise 0
	Span    uint64        // the span it belongs to: Seq of its opening event, 0 for none
	Cause   uint64        // Seq of the event that caused it, 0 for none
	Kind    Kind
	Outcome Outcome
	Node    string // host at which it happened
	Peer    string // the other host or service, if any
	Link    string // for packets: the links passed, comma separated; for losses the last one is where it was lost
	Data    Data   // nil if Kind says everything
	Refs    []Ref
}

// Label returns a short text for the event.
func (e *Event) Label() string {
	if e.Data == nil {
		return e.Kind.String()
	}
	return e.Data.Label()
}

// Text is a payload that is only a text: a log line, an SMTP line.
type Text string

func (t Text) Label() string   { return string(t) }
func (t Text) Fields() []Field { return nil }

// Detail is a general payload: a label and fields.
type Detail struct {
	Name string
	List []Field
}

func (d *Detail) Label() string   { return d.Name }
func (d *Detail) Fields() []Field { return d.List }

// F makes a Detail from a label and name, value pairs.
func F(label string, pairs ...string) *Detail {
	d := &Detail{Name: label}
	for i := 0; i+1 < len(pairs); i += 2 {
		d.List = append(d.List, Field{pairs[i], pairs[i+1]})
	}
	return d
}

const chunkSize = 32

type chunk [chunkSize]Event

// Log is the event log of one world. Emit, Open and End need the baton; the
// reading methods may be called from anywhere.
type Log struct {
	clock  *vtime.Clock
	list   []*chunk // the writer's; chunks publishes its header
	last   *chunk   // the chunk being filled
	chunks atomic.Pointer[[]*chunk]
	n      atomic.Uint64
	limit  uint64
	muted  bool
}

// NewLog returns an empty log that stamps events with clock. limit bounds the
// number of events kept (0: no bound); see Emit.
func NewLog(clock *vtime.Clock, limit uint64) *Log {
	return &Log{clock: clock, limit: limit}
}

// Mute switches the recording of events that are no trouble (outcome below
// TempFail) off or on. It is for the boot of a world, which stands for a boot
// long ago.
func (l *Log) Mute(on bool) { l.muted = on }

// Emit appends e, filling Seq and At, and Span and Cause where they are zero
// from the causal scope. The event becomes the cause of what follows in the
// same activity. It returns Seq, or 0 when the log is full or muted: then the
// event is dropped, the world goes on.
func (l *Log) Emit(e Event) uint64 {
	n := l.n.Load()
	if l.limit > 0 && n >= l.limit || l.muted && e.Outcome < TempFail {
		return 0
	}
	scope := l.clock.Scope()
	e.Seq = n + 1
	if e.At == 0 {
		e.At = l.clock.Since()
	}
	if e.Span == 0 {
		e.Span = scope.Span
	}
	if e.Cause == 0 {
		e.Cause = scope.Cause
	}
	l.append(n, &e)
	scope.Cause = e.Seq
	l.clock.SetScope(scope)
	return e.Seq
}

func (l *Log) append(n uint64, e *Event) {
	if n%chunkSize == 0 {
		// Readers may hold the old header; append writes only behind its end.
		l.last = new(chunk)
		l.list = append(l.list, l.last)
		header := l.list
		l.chunks.Store(&header)
	}
	l.last[n%chunkSize] = *e
	l.n.Store(n + 1) // publishes the event
}

// Span is an open span.
type Span struct {
	log   *Log
	id    uint64
	outer vtime.Scope
	node  string
	kind  Kind
}

// Open emits e as the opening event of a new span, a child of the current one,
// and makes it the current span. Close it with End on every path.
func (l *Log) Open(e Event) *Span {
	outer := l.clock.Scope()
	id := l.Emit(e)
	l.clock.SetScope(vtime.Scope{Span: id, Cause: id})
	return &Span{log: l, id: id, outer: outer, node: e.Node, kind: e.Kind}
}

// ID returns the span's id: the Seq of its opening event.
func (s *Span) ID() uint64 { return s.id }

// Scope returns the scope of code that works for this span.
func (s *Span) Scope() vtime.Scope { return vtime.Scope{Span: s.id, Cause: s.id} }

// End emits the closing event of the span (kind End) and returns to the scope
// that was current at Open.
func (s *Span) End(out Outcome, d Data) uint64 {
	scope := s.log.clock.Scope()
	seq := s.log.Emit(Event{Span: s.id, Cause: scope.Cause, Kind: End, Outcome: out, Node: s.node, Data: d})
	outer := s.outer
	outer.Cause = seq
	s.log.clock.SetScope(outer)
	return seq
}

// Leave returns to the scope that was current at Open without closing the span,
// for spans that other activities will end.
func (s *Span) Leave() { s.log.clock.SetScope(s.outer) }

// Len returns how many events there are.
func (l *Log) Len() int { return int(l.n.Load()) }

// Get returns the event with the given Seq, or nil.
func (l *Log) Get(seq uint64) *Event {
	if seq == 0 || seq > l.n.Load() {
		return nil
	}
	return &(*l.chunks.Load())[(seq-1)/chunkSize][(seq-1)%chunkSize]
}

// After calls fn for each event with a Seq greater than seq, in order, until fn
// returns false.
func (l *Log) After(seq uint64, fn func(*Event) bool) {
	for n := l.n.Load(); seq < n; seq++ {
		if !fn(l.Get(seq + 1)) {
			return
		}
	}
}
