package webui

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"mxlab/grader"
	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
	"mxlab/webui/gateway"
)

// Session is one student's world with everything the page shows beside it. One
// goroutine does its commands in order; viewers only read, each at its own
// pace.
type Session struct {
	srv   *Server
	head  head
	set   *scenarios.Set
	drawn *scenarios.Drawn
	plan  *sim.Plan

	queue   chan *Command
	foreign chan foreignWork
	counted chan struct{}   // has an item when the gateway's numbers are not shown yet
	ctx     context.Context // ends when the session leaves memory
	stop    context.CancelFunc
	work    sync.WaitGroup

	mu       sync.Mutex // guards what follows
	record   *record
	world    *sim.World
	epoch    uint64
	last     uint64            // highest number given to an epoch or a fork
	keeps    map[uint64]uint64 // former epoch -> events that are the same as now
	reason   *Text             // of the present epoch
	steps    []step            // done in the present epoch
	undone   undone            // what redo can do
	history  *sim.History      // of the present epoch, nil if nobody looks at it
	looked   time.Time         // when somebody did last
	filling  bool              // worlds of the history are being made
	desk     *desk
	snapshot Snapshot
	state    State
	stateN   uint64 // counts states
	results  results
	hints    []hintFact
	answers  []AnswerAction
	checks   []checkFact
	fork     *trace.Log // of the last check, if at hand
	checking string     // ID of the check being made
	hand     bool       // raised
	read     map[string]map[string]bool
	viewers  map[*viewer]struct{}
	used     time.Time
	acted    time.Time // when the last command was done
	closed   bool
	gateway  *gateway.Gateway // made when the first port is opened
	toReal   func(sim.Answer) // takes what the world sends to real clients
}

// errBusy is returned when the machine holds as many worlds as it may.
var errBusy = errors.New("too many sessions are open at present")

// maxSessions bounds the sessions a server keeps records of.
const maxSessions = 20_000

// newSession makes a session of a scenario.
func (s *Server) newSession(r *http.Request, user string, c *CreateSession) (*Session, int, *Problem) {
	var set *scenarios.Set
	for _, o := range s.list {
		if o.name == c.Scenario {
			set = o.set
		}
	}
	if set == nil {
		return nil, http.StatusNotFound, notFound("없는 시나리오입니다: "+c.Scenario, "no such scenario: "+c.Scenario)
	}
	h := head{ID: newID(), Scenario: c.Scenario, Seed: seedOf(c.Seed), Student: c.Student, User: user, Hash: set.Hash, Engine: sim.Version, Created: time.Now()}
	return s.add(&h, []fact{{Head: &h}}, func() (*Session, error) { return s.build(r.Context(), h, set, nil) })
}

// session returns a session, bringing it back to memory by replay if needed.
func (s *Server) session(id string) (*Session, *Problem) {
	if !sessionID.MatchString(id) {
		return nil, notFound("없는 실습입니다.", "no such session")
	}
	return s.bring(id, func() (*Session, error) { return s.recover(id) })
}

// bring returns the session from memory, or what make gives; of several callers
// one makes it.
func (s *Server) bring(id string, make func() (*Session, error)) (*Session, *Problem) {
	s.mu.Lock()
	if h := s.sessions[id]; h != nil {
		s.mu.Unlock()
		<-h.ready
		return h.session, h.problem
	}
	if s.closed {
		s.mu.Unlock()
		return nil, problemf(codeBusy, "서버를 끝내는 중입니다.", "the server is shutting down")
	}
	h := &holder{ready: newSignal()}
	s.sessions[id] = h
	full := len(s.sessions) > s.cfg.MaxWorlds
	s.mu.Unlock()
	if full {
		full = s.evict(time.Now(), s.cfg.MaxWorlds) > s.cfg.MaxWorlds
	}
	var err error = errBusy
	if !full {
		h.session, err = make()
	}
	if err != nil {
		h.session, h.problem = nil, s.openProblem(id, err)
		s.mu.Lock()
		delete(s.sessions, id)
		s.mu.Unlock()
	} else {
		h.session.start()
	}
	close(h.ready)
	return h.session, h.problem
}

func newSignal() chan struct{} { return make(chan struct{}) }

// openProblem words why a session cannot be opened.
func (s *Server) openProblem(id string, err error) *Problem {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, errNoSession):
		return notFound("없는 실습입니다.", "no such session")
	case errors.Is(err, errBusy):
		return problemf(codeBusy, "지금은 열려 있는 실습이 너무 많습니다. 잠시 뒤에 다시 시도하십시오.", "too many sessions are open at present; try again in a while")
	}
	s.cfg.Log.Error("session cannot be opened", "session", id, "error", err)
	return problemf(codeInternal, "실습을 열 수 없습니다: %v", "the session cannot be opened: %v", err)
}

// evict removes from memory the sessions without viewers that were last used
// before a time, the longest unused first, until at most keep are left (0: all
// of them). It returns how many there are then.
func (s *Server) evict(before time.Time, keep int) int {
	for {
		s.mu.Lock()
		n, oldest := len(s.sessions), (*Session)(nil)
		var since time.Time
		for _, h := range s.sessions {
			select {
			case <-h.ready:
			default:
				continue
			}
			if used, idle := h.session.idle(); idle && used.Before(before) && (oldest == nil || used.Before(since)) {
				oldest, since = h.session, used
			}
		}
		if oldest != nil && n > keep {
			delete(s.sessions, oldest.head.ID)
		}
		s.mu.Unlock()
		if oldest == nil || n <= keep {
			return n
		}
		oldest.close()
	}
}

// idle reports since when nobody has used the session, and whether nobody does.
func (s *Session) idle() (since time.Time, idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used, len(s.viewers) == 0 && s.state.Busy == "" && s.checking == "" && len(s.queue) == 0
}

// build makes a session and its world, with steps done again.
func (s *Server) build(ctx context.Context, h head, set *scenarios.Set, steps []step) (*Session, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	drawn, err := set.Draw(h.Seed)
	if err != nil {
		return nil, err
	}
	plan, err := s.cfg.Lib.Compile(drawn.Blueprint)
	if err != nil {
		return nil, err
	}
	sess := &Session{srv: s, head: h, set: set, drawn: drawn, plan: plan, epoch: 1, last: 1, keeps: map[uint64]uint64{},
		queue: make(chan *Command, maxQueue), foreign: make(chan foreignWork), counted: make(chan struct{}, 1), results: newResults(), read: map[string]map[string]bool{}, viewers: map[*viewer]struct{}{}, used: time.Now(), acted: time.Now()}
	sess.ctx, sess.stop = context.WithCancel(s.ctx)
	if err := sess.renew(steps); err != nil {
		sess.stop()
		return nil, err
	}
	return sess, nil
}

// renew gives the session a new world in which steps are done. The caller
// holds no lock and is the only one that acts on the session.
func (s *Session) renew(steps []step) error {
	w, err := s.plan.World()
	if err != nil {
		return err
	}
	d := newDesk(s.drawn, w)
	steps = slices.Clone(steps) // of which others hold copies too
	done := map[string]*Result{}
	for i := range steps {
		res, p := d.play(&steps[i])
		steps[i].last = uint64(w.Log().Len())
		addResult(done, &steps[i], res, p)
	}
	s.dropClients()
	if s.toReal != nil {
		w.OnAnswer(s.toReal)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.world; old != nil {
		old.Close()
	}
	s.world, s.desk, s.steps = w, d, steps
	s.forget()
	for _, st := range steps {
		if r := done[st.Cmd]; r != nil {
			s.results.put(r)
		}
	}
	s.snapshot = makeSnapshot(s.info(), s.drawn, w, d)
	s.refresh("")
	return nil
}

// start begins to do commands.
func (s *Session) start() {
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		s.prepare()
		var recount <-chan time.Time
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-s.counted:
				if recount == nil {
					recount = time.After(countTime)
				}
			case <-recount:
				recount = nil
				s.mu.Lock()
				s.refresh("")
				s.mu.Unlock()
			case c := <-s.queue:
				s.perform(c)
			case work := <-s.foreign:
				work.done <- s.actForeign(work.f)
			}
		}
	}()
}

// close takes the session out of memory.
func (s *Session) close() {
	s.mu.Lock()
	s.closed = true
	for v := range s.viewers {
		v.stop()
	}
	w := s.world
	s.mu.Unlock()
	s.stop()
	w.Close() // also ends a command that is being done
	s.work.Wait()
	if s.gateway != nil {
		s.gateway.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Close() // it may be another one by now
	s.forget()
	s.record.close()
}

func (s *Session) info() SessionInfo {
	title := prose(s.drawn.Scenario.Title)
	if title == (Text{}) {
		title = Text{s.head.Scenario, s.head.Scenario}
	}
	return SessionInfo{ID: s.head.ID, Scenario: s.head.Scenario, Title: title, Of: s.head.Of}
}

// note appends a fact to the record. A record that cannot be written stops the
// session from going on, for what happened then would be lost.
func (s *Session) note(f fact) *Problem {
	if err := s.record.add(f); err != nil {
		s.srv.cfg.Log.Error("session record cannot be written", "session", s.head.ID, "error", err)
		return problemf(codeInternal, "기록을 저장할 수 없습니다: %v", "the record cannot be saved: %v", err)
	}
	return nil
}

// wake tells the viewers that something changed. The caller holds the lock.
func (s *Session) wake() {
	for v := range s.viewers {
		v.poke()
	}
}

// subject is what the grader needs.
func (s *Session) subject(j sim.Journal) *grader.Subject {
	return &grader.Subject{Drawn: s.drawn, Plan: s.plan, Journal: j, Answers: s.given(), Student: s.head.Student}
}
