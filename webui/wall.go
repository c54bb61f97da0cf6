package webui

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"mxlab/sim"
)

// The class wall shows the sessions in memory of the scenario that most of them
// are of. A session leaves it when it leaves memory, that is Config.Idle after
// the student has gone.
const (
	wallEvery = time.Second     // between two looks
	idleAfter = 5 * time.Minute // without a command
	stuckFor  = 2               // checks in a row that brought nothing new
)

// wall gathers what the class wall shows.
func (s *Server) wall(now time.Time) *Wall {
	out := &Wall{Title: s.cfg.Title, Tasks: []Task{}, Students: []WallStudent{}}
	list := mostUsed(s.present())
	failures := map[string]map[string]*WallFailure{} // task -> item -> how often
	for i, sess := range list {
		sess.mu.Lock()
		if i == 0 {
			out.Tasks = sess.snapshot.Tasks
		}
		out.Students = append(out.Students, sess.wallStudent(now))
		sess.countFailures(failures)
		sess.mu.Unlock()
	}
	for _, t := range out.Tasks {
		var most *WallFailure
		for _, f := range failures[t.ID] {
			if most == nil || f.Count > most.Count || f.Count == most.Count && f.Text.En < most.Text.En {
				most = f
			}
		}
		if most != nil {
			out.Failures = append(out.Failures, *most)
		}
	}
	slices.SortFunc(out.Students, func(a, b WallStudent) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Session, b.Session))
	})
	return out
}

// mostUsed returns the sessions of the scenario that most are of.
func mostUsed(list []*Session) (of []*Session) {
	count := map[string]int{}
	best := ""
	for _, s := range list {
		name := s.head.Scenario
		count[name]++
		if best == "" || count[name] > count[best] || count[name] == count[best] && name < best {
			best = name
		}
	}
	for _, s := range list {
		if s.head.Scenario == best {
			of = append(of, s)
		}
	}
	slices.SortFunc(of, func(a, b *Session) int { return cmp.Compare(a.head.ID, b.head.ID) })
	return of
}

// wallStudent is the session on the wall. The caller holds the lock.
func (s *Session) wallStudent(now time.Time) WallStudent {
	w := WallStudent{Session: s.head.ID, Name: s.head.Student, State: "working", Tasks: s.state.Tasks, Hints: len(s.hints), Ago: int(now.Sub(s.acted).Seconds())}
	if w.Name == "" {
		w.Name = "#" + s.head.ID[:4]
	}
	for i := len(s.steps) - 1; i >= 0 && w.Last == ""; i-- {
		if a := s.steps[i].Action; a != nil {
			w.Last = wallLine(a)
		}
	}
	switch n := len(s.checks); {
	case s.hand:
		w.State = "hand"
	case n > 0 && s.checks[n-1].Report.Passed == s.checks[n-1].Report.Total:
		w.State = "done"
	case s.stuck():
		w.State = "stuck"
	case now.Sub(s.acted) > idleAfter:
		w.State = "idle"
	}
	return w
}

// stuck reports whether the last checks brought nothing new.
func (s *Session) stuck() bool {
	n := len(s.checks)
	if n <= stuckFor {
		return false
	}
	for i := n - stuckFor; i < n; i++ {
		if s.checks[i].Report.Passed > s.checks[n-stuckFor-1].Report.Passed {
			return false
		}
	}
	return true
}

// wallLine is an action in a line that needs no language.
func wallLine(a *sim.Action) string {
	switch {
	case a.Run != "":
		return a.On + "$ " + shorten(strings.TrimSpace(a.Run), 60)
	case a.Write != "":
		return a.On + ":" + a.Write
	case a.Portal != "":
		return a.Portal + "/" + a.Request
	case a.Mail != nil:
		return "mail > " + shorten(a.Mail.To, 60)
	case a.Fetch != "":
		return "mail < " + a.Fetch
	case a.Advance != 0:
		return "+" + time.Duration(a.Advance).String()
	}
	return shorten(a.String(), 60)
}

// countFailures adds the failed items of the last check. The caller holds the lock.
func (s *Session) countFailures(to map[string]map[string]*WallFailure) {
	if len(s.checks) == 0 {
		return
	}
	for _, it := range s.checks[len(s.checks)-1].Report.Items {
		task := s.taskOf(it.ID)
		if task == "" || it.Status != "fail" && it.Status != "partial" {
			continue
		}
		if to[task] == nil {
			to[task] = map[string]*WallFailure{}
		}
		if to[task][it.ID] == nil {
			to[task][it.ID] = &WallFailure{Task: task, Text: it.Title}
		}
		to[task][it.ID].Count++
	}
}

// wallSocket serves the class wall to the teacher: the whole of it whenever it has
// changed, at most once a second.
func (s *Server) wallSocket(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		s.problem(w, http.StatusUpgradeRequired, problemf(codeBadRequest, "웹소켓으로 접속하는 주소입니다.", "this address takes a websocket"))
		return
	}
	teacher := s.isTeacher(r)
	conn, err := upgrader().Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	if !teacher {
		conn.SetWriteDeadline(time.Now().Add(time.Second))
		conn.WriteJSON(ServerMessage{Bye: problemf(codeForbidden, "수업 현황판은 강사용 주소(열쇠 포함)로 열어야 합니다.", "open the class wall by the teacher's address, which has the key")})
		conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		return
	}
	gone := make(chan struct{})
	go func() { // reads to notice the end; the teacher's page says nothing
		defer close(gone)
		conn.SetReadLimit(1 << 10)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	s.showWall(conn, gone)
	conn.Close()
	<-gone
}

func (s *Server) showWall(conn *websocket.Conn, gone <-chan struct{}) {
	tick := time.NewTicker(wallEvery)
	defer tick.Stop()
	var last []byte
	for {
		b, err := json.Marshal(ServerMessage{Wall: s.wall(time.Now())})
		if err != nil {
			return
		}
		if !bytes.Equal(b, last) {
			conn.SetWriteDeadline(time.Now().Add(writeTime))
			if conn.WriteMessage(websocket.TextMessage, b) != nil {
				return
			}
			last = b
		}
		select {
		case <-gone:
			return
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
	}
}
