package webui

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// viewer is one page that looks at a session. It keeps only how far it has
// been served; what it has not got yet it fetches from the session when its
// socket can take more. So a slow page delays nobody.
type viewer struct {
	session *Session
	looksOn bool // may only look
	conn    *websocket.Conn
	ctx     context.Context
	cancel  context.CancelFunc
	wake    chan struct{}      // capacity 1
	out     chan ServerMessage // pongs, answers, refusals
	asks    chan *Ask

	mu   sync.Mutex
	want []string // commands whose result is to be sent

	// Of the writer alone, once it runs.
	welcome ServerMessage
	epoch   uint64
	seq     uint64
	terms   map[string]uint64
	stateN  uint64
	rowsAt  time.Time // of the last Rows
	stAt    time.Time // of the last State
	moreAt  time.Time // when to look again without being woken
}

// frame is the least time between two Rows or two States.
const frame = FrameEvery * time.Millisecond

// Times of a connection.
const (
	writeTime = 30 * time.Second
	readTime  = 90 * time.Second // pings of either side keep it open
	pingEvery = 30 * time.Second
)

func (v *viewer) stop() { v.cancel() }

// poke wakes the writer.
func (v *viewer) poke() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// say queues a message. When the page does not read, the reader waits here and
// so takes no more from it.
func (v *viewer) say(m ServerMessage) {
	select {
	case v.out <- m:
	case <-v.ctx.Done():
	}
}

// write serves the page until the connection ends.
func (v *viewer) write() {
	defer v.cancel()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	timer := time.NewTimer(frame)
	defer timer.Stop()
	if err := v.send(v.welcome); err != nil {
		return
	}
	for {
		if err := v.serve(); err != nil {
			return
		}
		wait := time.Hour
		if !v.moreAt.IsZero() {
			wait = max(time.Until(v.moreAt), time.Millisecond)
		}
		timer.Reset(wait)
		select {
		case <-v.ctx.Done():
			return
		case <-v.wake:
		case <-timer.C:
		case m := <-v.out:
			if err := v.send(m); err != nil {
				return
			}
		case <-ping.C:
			if err := v.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)); err != nil {
				return
			}
		}
	}
}

func (v *viewer) send(m ServerMessage) error {
	b, err := json.Marshal(m)
	if err != nil {
		v.session.srv.cfg.Log.Error("message cannot be encoded", "error", err)
		return err
	}
	v.conn.SetWriteDeadline(time.Now().Add(writeTime))
	return v.conn.WriteMessage(websocket.TextMessage, b)
}

// serve sends what the page lacks, in this order: a new epoch, chunks, the
// state, results, and at most one batch of rows.
func (v *viewer) serve() error {
	now := time.Now()
	v.moreAt = time.Time{}
	batch, again := v.collect(now)
	for _, m := range batch {
		if err := v.send(m); err != nil {
			return err
		}
	}
	v.moreAt = again
	return nil
}

// collect takes from the session what is to be sent now. again is when to look
// without being woken, zero for never.
func (v *viewer) collect(now time.Time) (batch []ServerMessage, again time.Time) {
	s := v.session
	s.mu.Lock()
	defer s.mu.Unlock()
	later := func(t time.Time) {
		if again.IsZero() || t.Before(again) {
			again = t
		}
	}
	if v.epoch != s.epoch {
		batch = append(batch, v.enter(v.epoch, v.seq))
	}
	for _, id := range s.desk.order {
		for _, c := range s.desk.terms[id].after(v.terms[id]) {
			c.Epoch = s.epoch
			batch = append(batch, ServerMessage{Chunk: &c})
			v.terms[id] = c.N
		}
	}
	results := v.results()
	if v.stateN != s.stateN {
		if next := v.stAt.Add(frame); now.Before(next) && len(results) == 0 {
			later(next)
		} else {
			state := s.state
			batch = append(batch, ServerMessage{State: &state})
			v.stateN, v.stAt = s.stateN, now
		}
	}
	batch = append(batch, results...)
	if s.state.Busy != "" {
		later(now.Add(frame))
	}
	last := uint64(s.world.Log().Len())
	if v.seq >= last {
		return batch, again
	}
	if next := v.rowsAt.Add(frame); now.Before(next) {
		later(next)
		return batch, again
	}
	batch = append(batch, v.rows(last))
	v.rowsAt = now
	if v.seq < last {
		later(now.Add(frame))
	}
	return batch, again
}

// rows is the next batch of rows. The caller holds the session's lock.
func (v *viewer) rows(last uint64) ServerMessage {
	log := v.session.world.Log()
	m := &Rows{Epoch: v.epoch, From: v.seq + 1, Last: last}
	for v.seq < last && len(m.Rows) < MaxRows {
		v.seq++
		m.Rows = append(m.Rows, rowOf(log.Get(v.seq)))
	}
	return ServerMessage{Rows: m}
}

// results are those wanted that are there. The caller holds the session's lock.
func (v *viewer) results() (list []ServerMessage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.want = slices.DeleteFunc(v.want, func(id string) bool {
		r := v.session.results.get(id)
		if r != nil {
			list = append(list, ServerMessage{Result: r})
		}
		return r != nil
	})
	return list
}

// wantResult asks for the result of a command.
func (v *viewer) wantResult(id string) {
	v.mu.Lock()
	if !slices.Contains(v.want, id) {
		v.want = append(v.want, id)
	}
	v.mu.Unlock()
	v.poke()
}

// enter makes the Welcome for a page that has the events up to seq of an epoch,
// and begins to serve it from there. The caller holds the session's lock.
func (v *viewer) enter(epoch, seq uint64) ServerMessage {
	s := v.session
	last := uint64(s.world.Log().Len())
	keep, known := s.keeps[epoch]
	switch {
	case epoch == s.epoch:
		keep = seq
	case !known:
		keep = 0
	}
	keep = min(keep, seq, last)
	if epoch != s.epoch {
		v.terms = map[string]uint64{}
	}
	w := &Welcome{Protocol: Protocol, Epoch: s.epoch, Keep: keep, Last: last, Snapshot: s.snapshot, State: s.state}
	w.Snapshot.Session.ReadOnly, w.Snapshot.Class = v.looksOn, s.srv.cfg.Teacher != ""
	if epoch != 0 && epoch != s.epoch {
		w.Reason = s.reason
	}
	v.epoch, v.seq, v.stateN = s.epoch, keep, s.stateN
	return ServerMessage{Welcome: w}
}

// hello begins to serve the page.
func (v *viewer) hello(h *Hello) *Problem {
	if h.Protocol != Protocol {
		return problemf(codeGone, "페이지가 오래되었습니다. 새로 고치십시오.", "the page is of another version of the lab; reload it")
	}
	s := v.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return problemf(codeBusy, "실습이 닫히는 중입니다.", "the session is being closed")
	}
	if h.Epoch == s.epoch && h.Seq > uint64(s.world.Log().Len()) && s.state.Busy == "" {
		// The page has seen more than the record holds: what was lost was lost with
		// the machine's power.
		s.last++
		if p := s.note(fact{Anew: &epochFact{Epoch: s.last}}); p != nil {
			return p
		}
		s.keeps[s.epoch] = 0
		s.epoch, s.reason = s.last, &Text{"서버에 남은 기록에서 이어 갑니다.", "Going on from what the server has recorded."}
	}
	v.terms = map[string]uint64{}
	for id, n := range h.Terms {
		if t := s.desk.terms[id]; t != nil && h.Epoch == s.epoch {
			v.terms[id] = min(n, t.N)
		}
	}
	m := v.enter(h.Epoch, h.Seq)
	s.viewers[v] = struct{}{}
	s.used = time.Now()
	v.welcome = m
	return nil
}

func (v *viewer) gone() {
	s := v.session
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, v)
	s.used = time.Now()
}

// decode reads one message of the page.
func decode(data []byte) (*ClientMessage, *Problem) {
	var m ClientMessage
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, badRequest(err)
	}
	if dec.More() {
		return nil, problemf(codeBadRequest, "메시지 뒤에 다른 내용이 있습니다.", "there is something behind the message")
	}
	n := 0
	for _, set := range []bool{m.Hello != nil, m.Cmd != nil, m.Ask != nil, m.Ping != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		return nil, problemf(codeBadRequest, "메시지에는 한 가지 내용이 있어야 하는데 %d가지입니다.", "a message has one field, this one has %d", n)
	}
	return &m, nil
}
