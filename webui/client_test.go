package webui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"mxlab/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab is a server under test with a browser's cookies.
type lab struct {
	t      *testing.T
	server *Server
	http   *httptest.Server
	client *http.Client
}

var library = sim.NewLibrary()

const network = "testdata/tiny.yaml"

func newLab(t *testing.T, c Config) *lab {
	t.Helper()
	c.Lib = library
	if c.Scenarios == nil {
		c.Scenarios = []string{network}
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, server: s, http: httptest.NewServer(s.Handler())}
	jar, _ := cookiejar.New(nil)
	l.client = &http.Client{Jar: jar, Transport: &http.Transport{}}
	t.Cleanup(l.close)
	return l
}

func (l *lab) close() {
	l.server.Close()
	l.http.Close()
	l.client.CloseIdleConnections()
}

// create makes a session and returns its ID.
func (l *lab) create(c CreateSession) string {
	l.t.Helper()
	return l.createAt(l.http.URL, c)
}

func (l *lab) createAt(url string, c CreateSession) string {
	l.t.Helper()
	body, _ := json.Marshal(c)
	resp, err := l.client.Post(url+"/api/sessions", "application/json", bytes.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	var info struct {
		SessionInfo
		Problem
	}
	if err := json.NewDecoder(resp.Body).Decode(&info); err != nil || resp.StatusCode >= 300 || info.ID == "" {
		l.t.Fatalf("create %+v: %s %v %s", c, resp.Status, err, info.Text.En)
	}
	return info.ID
}

// page is a browser's page: it keeps the log and the transcripts as the page
// does and fails the test on a gap.
type page struct {
	t       *testing.T
	url     string
	conn    *websocket.Conn
	epoch   uint64
	rows    []Row
	chunks  map[string][]Chunk
	state   State
	welcome *Welcome
	results map[string]*Result
	answers map[string]*Answer
	pongs   int
	bye     *Problem
	most    int // rows of the largest batch
	serial  int
}

func (l *lab) page(id string) *page {
	l.t.Helper()
	p := l.visit(id)
	l.t.Cleanup(func() { p.conn.Close() })
	return p
}

// visit is a page that the caller closes.
func (l *lab) visit(id string) *page {
	l.t.Helper()
	p := &page{t: l.t, url: "ws" + strings.TrimPrefix(l.http.URL, "http") + "/api/sessions/" + id + "/ws",
		chunks: map[string][]Chunk{}, results: map[string]*Result{}, answers: map[string]*Answer{}}
	p.connect()
	return p
}

// connect opens a socket and resumes.
func (p *page) connect() {
	p.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(p.url, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.conn, p.welcome = conn, nil
	terms := map[string]uint64{}
	for id, list := range p.chunks {
		terms[id] = list[len(list)-1].N
	}
	p.send(ClientMessage{Hello: &Hello{Protocol: Protocol, Epoch: p.epoch, Seq: uint64(len(p.rows)), Terms: terms}})
	p.until("welcome", func() bool { return p.welcome != nil || p.bye != nil })
}

func (p *page) send(m ClientMessage) {
	p.t.Helper()
	if err := p.conn.WriteJSON(m); err != nil {
		p.t.Fatal(err)
	}
}

// until reads messages until a condition holds.
func (p *page) until(what string, done func() bool) {
	p.t.Helper()
	p.conn.SetReadDeadline(time.Now().Add(60 * time.Second))
	for !done() {
		if err := p.receive(); err != nil {
			p.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

func (p *page) receive() error {
	var m ServerMessage
	if err := p.conn.ReadJSON(&m); err != nil {
		return err
	}
	switch {
	case m.Welcome != nil:
		p.welcome, p.state = m.Welcome, m.Welcome.State
		if m.Welcome.Keep > uint64(len(p.rows)) {
			p.t.Fatalf("keep %d of %d rows", m.Welcome.Keep, len(p.rows))
		}
		if m.Welcome.Epoch != p.epoch {
			p.rows, p.chunks, p.epoch = p.rows[:m.Welcome.Keep], map[string][]Chunk{}, m.Welcome.Epoch
		}
	case m.Rows != nil:
		r := m.Rows
		if r.Epoch != p.epoch || r.From != uint64(len(p.rows)+1) || len(r.Rows) > MaxRows {
			p.t.Fatalf("rows epoch %d from %d, %d rows; have epoch %d, %d rows", r.Epoch, r.From, len(r.Rows), p.epoch, len(p.rows))
		}
		p.rows, p.most = append(p.rows, r.Rows...), max(p.most, len(r.Rows))
	case m.State != nil:
		p.state = *m.State
	case m.Chunk != nil:
		c := *m.Chunk
		if n := len(p.chunks[c.Term]); n > 0 && p.chunks[c.Term][n-1].N+1 != c.N {
			p.t.Fatalf("chunk %d of %s after %d", c.N, c.Term, p.chunks[c.Term][n-1].N)
		}
		p.chunks[c.Term] = append(p.chunks[c.Term], c)
	case m.Result != nil:
		p.results[m.Result.ID] = m.Result
	case m.Answer != nil:
		p.answers[m.Answer.ID] = m.Answer
	case m.Pong != nil:
		p.pongs++
	case m.Bye != nil:
		p.bye = m.Bye
	}
	return nil
}

func (p *page) id() string {
	p.serial++
	return fmt.Sprintf("command-%p-%d", p, p.serial)
}

// do runs a command and waits for its result.
func (p *page) do(c Command) *Result {
	p.t.Helper()
	if c.ID == "" {
		c.ID = p.id()
	}
	p.send(ClientMessage{Cmd: &c})
	p.until("result of "+c.ID, func() bool { return p.results[c.ID] != nil })
	return p.results[c.ID]
}

// run enters a line and returns what the terminal showed.
func (p *page) run(term, line string) string {
	p.t.Helper()
	r := p.do(Command{Input: &InputAction{Term: term, Lines: []string{line}}})
	if r.Error != nil {
		p.t.Fatalf("%s: %v", line, r.Error)
	}
	out := ""
	for _, c := range p.chunks[term] {
		if c.Link == r.ID {
			out += c.Output
		}
	}
	return out
}

func (p *page) ask(a Ask) *Answer {
	p.t.Helper()
	a.ID = p.id()
	p.send(ClientMessage{Ask: &a})
	p.until("answer", func() bool { return p.answers[a.ID] != nil })
	return p.answers[a.ID]
}

// catchUp waits until the page has the whole log of the session.
func (p *page) catchUp(s *Session) {
	p.t.Helper()
	p.until("rows", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return p.epoch == s.epoch && len(p.rows) == s.world.Log().Len()
	})
}

// sameLog compares the page's log with the server's.
func (p *page) sameLog(s *Session) {
	p.t.Helper()
	p.catchUp(s)
	for i, row := range p.rows {
		want, _ := json.Marshal(rowOf(s.world.Log().Get(uint64(i + 1))))
		got, _ := json.Marshal(row)
		if string(want) != string(got) {
			p.t.Fatalf("row %d is %s, want %s", i+1, got, want)
		}
	}
}

func (l *lab) session(id string) *Session {
	l.t.Helper()
	s, p := l.server.session(id)
	if p != nil {
		l.t.Fatal(p)
	}
	return s
}
