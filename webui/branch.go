package webui

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

// branch makes a new session that begins with the actions of this one up to the
// one that made an event, 0 for all. What the student has learned and said comes
// along: hints opened stay paid for. Checks stay behind.
func (s *Session) branch(b *BranchSession) (*Session, int, *Problem) {
	s.mu.Lock()
	steps := s.steps
	if b.Before != 0 {
		n, _ := actionsBefore(steps, b.Before)
		steps = withoutFrom(steps, n)
	}
	h := s.head
	h.ID, h.Of, h.Created = newID(), s.head.ID, time.Now()
	facts := []fact{{Head: &h}}
	for _, hint := range s.hints {
		facts = append(facts, fact{Hint: &hint})
	}
	for _, a := range s.answers {
		facts = append(facts, fact{Answer: &answerFact{Given: a}})
	}
	facts = append(facts, commands(steps)...)
	s.mu.Unlock()
	return s.srv.add(&h, facts, func() (*Session, error) { return s.srv.replay(facts) })
}

// commands are the facts of steps: one for each command.
func commands(steps []step) (list []fact) {
	for _, st := range steps {
		if n := len(list); n > 0 && list[n-1].Do.Cmd == st.Cmd {
			list[n-1].Do.Steps = append(list[n-1].Do.Steps, st)
			continue
		}
		list = append(list, fact{Do: &doFact{Cmd: st.Cmd, Steps: []step{st}}})
	}
	return list
}

func (s *Server) postBranch(w http.ResponseWriter, r *http.Request) {
	var b BranchSession
	if status, p := readRequest(r, &b); p != nil {
		s.problem(w, status, p)
		return
	}
	of := s.requested(w, r)
	if of == nil {
		return
	}
	sess, status, p := of.branch(&b)
	if p != nil {
		s.problem(w, status, p)
		return
	}
	writeJSON(w, http.StatusCreated, sess.info())
}

// add makes a session known and records how it begins.
func (s *Server) add(h *head, facts []fact, make func() (*Session, error)) (*Session, int, *Problem) {
	s.mu.Lock()
	full := len(s.known) >= maxSessions
	s.mu.Unlock()
	if full {
		return nil, http.StatusServiceUnavailable, s.openProblem(h.ID, errBusy)
	}
	sess, p := s.bring(h.ID, func() (*Session, error) {
		sess, err := make()
		if err != nil {
			return nil, err
		}
		if sess.record, err = s.store.create(h.ID); err == nil {
			err = sess.record.add(facts...)
		}
		if err != nil {
			sess.world.Close()
			return nil, err
		}
		return sess, nil
	})
	switch {
	case p != nil && p.Code == codeBusy:
		return nil, http.StatusServiceUnavailable, p
	case p != nil:
		return nil, http.StatusInternalServerError, p
	}
	s.mu.Lock()
	s.known[h.ID] = &summary{head: *h, used: h.Created}
	s.mu.Unlock()
	return sess, http.StatusCreated, nil
}

// readRequest reads the JSON body of a request.
func readRequest(r *http.Request, to any) (status int, p *Problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType, problemf(codeBadRequest, "application/json 형식이어야 합니다.", "the body must be application/json")
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(to)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("data after the JSON object")
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, problemf(codeTooLarge, "요청이 %d바이트보다 큽니다.", "the body is larger than %d bytes", large.Limit)
	case err != nil:
		return http.StatusBadRequest, badRequest(err)
	}
	return 0, nil
}
