package webui

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"mxlab/grader"
	"mxlab/scenarios"
	"mxlab/sim"
)

// userCookie tells one browser from another, for "your open session".
const userCookie = "mxlab"

// user returns the browser's name, giving it one if it has none.
func (s *Server) user(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(userCookie); err == nil && sessionID.MatchString(c.Value) {
		return c.Value
	}
	id := newID()
	http.SetCookie(w, &http.Cookie{Name: userCookie, Value: id, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	return id
}

func textOf(t sim.Text) Text      { return Text{Ko: t.KO, En: t.EN} }
func prose(t scenarios.Text) Text { return Text{Ko: t.KO, En: t.EN} }
func texts(l []scenarios.Text) (out []Text) {
	for _, t := range l {
		out = append(out, prose(t))
	}
	return out
}

func (s *Server) getScenarios(w http.ResponseWriter, r *http.Request) {
	user := s.user(w, r)
	out := ScenarioList{Title: s.cfg.Title, Scenarios: []ScenarioCard{}, Wall: s.isTeacher(r)}
	for _, o := range s.list {
		h := &o.set.Head
		card := ScenarioCard{ID: o.name, Title: prose(h.Title), Summary: prose(h.Summary), Group: prose(h.Group), Level: h.Level, Minutes: h.Minutes, Topics: texts(h.Topics)}
		if card.Title == (Text{}) {
			card.Title = Text{o.name, o.name}
		}
		card.Session, card.BestScore = s.ofUser(user, o.name)
		out.Scenarios = append(out.Scenarios, card)
	}
	writeJSON(w, http.StatusOK, out)
}

// ofUser returns the user's newest session of a scenario and the best score of
// all of them in percent.
func (s *Server) ofUser(user, scenario string) (session string, best *int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest time.Time
	for id, sum := range s.known {
		if sum.head.User != user || sum.head.Scenario != scenario {
			continue
		}
		if session == "" || sum.head.Created.After(newest) {
			session, newest = id, sum.head.Created
		}
		if sum.best != nil && (best == nil || *sum.best > *best) {
			best = sum.best
		}
	}
	return session, best
}

// maxStudent bounds the name of a student.
const maxStudent = 200

func (s *Server) postSession(w http.ResponseWriter, r *http.Request) {
	var c CreateSession
	if status, p := readRequest(r, &c); p != nil {
		s.problem(w, status, p)
		return
	}
	if len(c.Student) > maxStudent || len(c.Seed) > maxStudent {
		s.problem(w, http.StatusBadRequest, problemf(codeBadRequest, "이름과 시드는 %d바이트까지 쓸 수 있습니다.", "name and seed may have at most %d bytes", maxStudent))
		return
	}
	user := s.user(w, r)
	if !c.Fresh {
		if id, _ := s.ofUser(user, c.Scenario); id != "" {
			if sess, p := s.session(id); p == nil {
				writeJSON(w, http.StatusOK, sess.info())
				return
			}
		}
	}
	sess, status, p := s.newSession(r, user, &c)
	if p != nil {
		s.problem(w, status, p)
		return
	}
	writeJSON(w, http.StatusCreated, sess.info())
}

func (s *Server) getSession(w http.ResponseWriter, r *http.Request) {
	if sess := s.requested(w, r); sess != nil {
		writeJSON(w, http.StatusOK, sess.info())
	}
}

// requested returns the session named in the address, or answers with what is
// wrong.
func (s *Server) requested(w http.ResponseWriter, r *http.Request) *Session {
	sess, p := s.session(r.PathValue("session"))
	if p == nil {
		return sess
	}
	status := http.StatusNotFound
	switch p.Code {
	case codeGone:
		status = http.StatusGone
	case codeBusy:
		status = http.StatusServiceUnavailable
	case codeInternal:
		status = http.StatusInternalServerError
	}
	s.problem(w, status, p)
	return nil
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (s *Server) getSubmission(w http.ResponseWriter, r *http.Request) {
	sess := s.requested(w, r)
	if sess == nil {
		return
	}
	sub := sess.submission()
	name := unsafeName.ReplaceAllString(sub.Scenario, "-")
	if who := unsafeName.ReplaceAllString(sub.Student, "-"); who != "" && who != "-" {
		name += "-" + who
	}
	attachment(w, name+".mxlab.json", "application/json")
	sub.Write(w)
}

func attachment(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	w.Header().Set("Cache-Control", "no-store")
}

// submission is the file a student hands in.
func (s *Session) submission() *grader.Submission {
	s.mu.Lock()
	w := s.world
	s.mu.Unlock()
	sub := grader.NewSubmission(s.head.Scenario, s.drawn, s.head.Student, w.Journal())
	sub.Answers = s.given()
	return sub
}

// seedOf turns what a teacher gave as seed into a number: a number is itself,
// any other text its hash, none a new one.
func seedOf(text string) uint64 {
	if text == "" {
		return rand.Uint64N(1 << 48)
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n
	}
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:])
}
