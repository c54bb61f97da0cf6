package webui

import (
	"errors"
	"time"

	"mxlab/sim"
)

// Looking back. A session whose past is looked at has a sim.History: worlds
// standing at moments of its journal. In a long session they are made in
// advance, so that the first look is quick too. They cost memory, at most 14 worlds a
// session (some 30 MB when it is two hours long), so few sessions have them, and
// only while somebody works or looks.
const (
	keepPast     = 10 * time.Minute // how long after the last action or look
	maxPasts     = 8                // sessions of a server that have one
	prepareAfter = 40               // actions after which worlds are made in advance
	prepareEvery = 10               // actions between two times when they are
)

// asOf calls fn with the world as it was at a virtual time, 0 for now. fn only
// reads.
func (s *Session) asOf(at int64, fn func(*sim.World) *Problem) *Problem {
	if at == 0 {
		s.mu.Lock()
		w := s.world
		s.mu.Unlock()
		return fn(w)
	}
	h, err := s.openHistory()
	if err != nil {
		return s.lookProblem(nil, err)
	}
	var p *Problem
	err = s.gated(func() error {
		return h.Look(time.Duration(at), func(w *sim.World) error { p = fn(w); return nil })
	})
	s.fillHistory(h)
	return s.lookProblem(p, err)
}

// queueOf tells what mailq printed on a host at a moment. It runs in a copy of
// the world, for a command takes time.
func (s *Session) queueOf(a *AskQueue) (*Queue, *Problem) {
	if p := s.hasTerminal(a.Host); p != nil {
		return nil, p
	}
	h, err := s.openHistory()
	if err != nil {
		return nil, s.lookProblem(nil, err)
	}
	at := time.Duration(a.At)
	if at == 0 {
		at = s.now()
	}
	out := &Queue{Host: a.Host}
	err = s.gated(func() error {
		return h.Try(at, func(w *sim.World) error {
			stdout, stderr, _, err := w.Exec(a.Host, []string{"mailq"})
			out.Text = string(stdout) + string(stderr)
			return err
		})
	})
	s.fillHistory(h)
	return out, s.lookProblem(nil, err)
}

func (s *Session) now() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.Now()
}

// lookProblem words why a moment cannot be looked at.
func (s *Session) lookProblem(p *Problem, err error) *Problem {
	switch {
	case err == nil:
		return p
	case errors.Is(err, sim.ErrClosed): // undone, or closed for others that look
		return problemf(codeGone, "그 시점은 더 이상 볼 수 없습니다.", "that moment can no longer be looked at")
	}
	s.srv.cfg.Log.Error("the past cannot be made", "session", s.head.ID, "error", err)
	return problemf(codeInternal, "그 시점의 상태를 만들 수 없습니다: %v", "the state of that moment cannot be made: %v", err)
}

// gated runs fn among the bounded number of those that make worlds.
func (s *Session) gated(fn func() error) error {
	if err := s.srv.enter(s.ctx); err != nil {
		return err
	}
	defer s.srv.leave()
	return fn()
}

// openHistory returns the history of the present epoch up to now.
func (s *Session) openHistory() (*sim.History, error) {
	s.mu.Lock()
	w, first := s.world, s.history == nil
	s.mu.Unlock()
	if first {
		s.srv.forgetPasts(time.Now(), maxPasts-1)
	}
	journal := w.Journal() // waits for an action that is being done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || w != s.world {
		return nil, sim.ErrClosed
	}
	if s.history == nil {
		s.history = s.plan.NewHistory(journal)
	}
	s.looked = time.Now()
	return s.history, s.history.Extend(journal)
}

// prepare makes worlds of the past in advance, in the background, if the session
// is long and there is room for one more history. It is for the session's
// goroutine, which it does not keep waiting.
func (s *Session) prepare() {
	s.mu.Lock()
	n, first := actions(s.steps), s.history == nil
	s.mu.Unlock()
	if n < prepareAfter || first && s.srv.pasts() >= maxPasts {
		return
	}
	if h, err := s.openHistory(); err == nil {
		s.fillHistory(h)
	}
}

// fillHistory makes, in the background, the worlds that make the next look quick.
// The caller does not hold the lock.
func (s *Session) fillHistory(h *sim.History) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.filling || s.history != h {
		return
	}
	s.filling = true
	s.work.Go(func() {
		for made := true; made; {
			err := s.gated(func() (err error) { made, err = h.Fill(); return err })
			if err != nil {
				break
			}
		}
		s.mu.Lock()
		s.filling = false
		s.mu.Unlock()
	})
}

// forget closes the history, which nobody looks at any more. The caller holds
// the lock.
func (s *Session) forget() {
	if s.history != nil {
		s.srv.work.Go(s.history.Close) // waits for a look that is going on
		s.history = nil
	}
}

// pasts returns how many sessions have a history.
func (s *Server) pasts() (n int) {
	for _, sess := range s.present() {
		sess.mu.Lock()
		if sess.history != nil {
			n++
		}
		sess.mu.Unlock()
	}
	return n
}

// forgetPasts closes the histories that were last looked at before a time, the
// longest unused first, until at most keep are left.
func (s *Server) forgetPasts(before time.Time, keep int) {
	for {
		var oldest *Session
		var since time.Time
		n := 0
		for _, sess := range s.present() {
			sess.mu.Lock()
			if sess.history != nil {
				n++
				if sess.looked.Before(before) && (oldest == nil || sess.looked.Before(since)) {
					oldest, since = sess, sess.looked
				}
			}
			sess.mu.Unlock()
		}
		if oldest == nil || n <= keep {
			return
		}
		oldest.mu.Lock()
		oldest.forget()
		oldest.mu.Unlock()
	}
}

// present returns the sessions in memory.
func (s *Server) present() (list []*Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.sessions {
		select {
		case <-h.ready:
			if h.session != nil {
				list = append(list, h.session)
			}
		default:
		}
	}
	return list
}
