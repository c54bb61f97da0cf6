package webui

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
)

// Config says what a Server serves. The zero value of a field but Lib is good.
type Config struct {
	Lib       *sim.Library
	Data      string       // folder of the sessions' records; "" keeps them in memory only
	Assets    fs.FS        // the page; nil: the built-in one
	Log       *slog.Logger // nil: nothing is logged
	Scenarios []string     // what scenarios.Open takes, in the order of learning; nil: the built-in ones
	Title     Text         // of the course
	Teacher   string       // key of the class wall, at least 8 bytes: /wall?key=KEY; "": there is none
	Hosts     []string     // names by which the server may be called, "*" for any; see hostAllowed for none
	MaxWorlds int          // worlds held in memory; 0: 200
	Gateway   bool         // real clients of this machine may be let into sessions
	Idle      time.Duration
	// Idle is how long a session nobody looks at stays in memory; 0: 30 min. It
	// comes back by replay.
}

// Server serves the lab. Its methods may be called from several goroutines.
type Server struct {
	cfg     Config
	list    []offered
	store   *store
	handler http.Handler
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	work    sync.WaitGroup
	gate    chan struct{} // bounds worlds being built and graded at once

	mu       sync.Mutex
	closed   bool
	sessions map[string]*holder
	known    map[string]*summary
}

// offered is a scenario of the list.
type offered struct {
	name string // for scenarios.Open
	set  *scenarios.Set
}

// holder is a session in memory, or being brought there.
type holder struct {
	ready   chan struct{} // closed when the fields below are set
	session *Session
	problem *Problem
}

// New returns a server. Close it.
func New(c Config) (*Server, error) {
	if c.Lib == nil {
		c.Lib = sim.NewLibrary()
	}
	if c.Assets == nil {
		c.Assets = Dist()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Scenarios == nil {
		c.Scenarios = scenarios.Builtin()
	}
	if c.MaxWorlds == 0 {
		c.MaxWorlds = 200
	}
	if c.Idle == 0 {
		c.Idle = 30 * time.Minute
	}
	if n := len(c.Teacher); n > 0 && n < leastKey {
		return nil, fmt.Errorf("the teacher's key has %d bytes, at least %d are needed", n, leastKey)
	}
	s := &Server{cfg: c, sessions: map[string]*holder{}, gate: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))}
	for _, name := range c.Scenarios {
		set, err := scenarios.Open(name)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", name, err)
		}
		s.list = append(s.list, offered{name, set})
	}
	var err error
	if s.store, err = newStore(c.Data); err != nil {
		return nil, err
	}
	if s.known, err = s.store.heads(); err != nil {
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.handler = s.guard(s.routes())
	s.work.Add(1)
	go s.janitor()
	return s, nil
}

// Handler returns the handler of all requests.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTP returns a server for the handler with bounds on what a client may take.
func (s *Server) HTTP(addr string) *http.Server {
	return &http.Server{Addr: addr, Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn)}
}

// Close ends all connections and worlds. Records stay.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	list := make([]*holder, 0, len(s.sessions))
	for _, h := range s.sessions {
		list = append(list, h)
	}
	s.mu.Unlock()
	s.stop()
	for _, h := range list {
		<-h.ready
		if h.session != nil {
			h.session.close()
		}
	}
	s.work.Wait()
}

// routes are the addresses of package documentation.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /lab/{session}", s.page)
	mux.HandleFunc("GET /wall", s.wallPage)
	mux.HandleFunc("GET /api/wall/ws", s.wallSocket)
	mux.HandleFunc("GET /assets/", s.assets)
	mux.HandleFunc("GET /api/scenarios", s.getScenarios)
	mux.HandleFunc("POST /api/sessions", s.postSession)
	mux.HandleFunc("GET /api/sessions/{session}", s.getSession)
	mux.HandleFunc("POST /api/sessions/{session}/branch", s.postBranch)
	mux.HandleFunc("GET /api/sessions/{session}/submission", s.getSubmission)
	mux.HandleFunc("GET /api/sessions/{session}/pcapng", s.getCapture)
	mux.HandleFunc("GET /api/sessions/{session}/ws", s.socket)
	return s.withProblems(mux)
}

// withProblems gives the multiplexer's own refusals the form of a Problem.
func (s *Server) withProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		rec := &statusOnly{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			s.problem(w, rec.status, problemf(codeBadRequest, "%s 요청은 받지 않는 주소입니다.", "this address does not take %s", r.Method))
			return
		}
		s.problem(w, http.StatusNotFound, notFound("없는 주소입니다: "+r.URL.Path, "no such address: "+r.URL.Path))
	})
}

// statusOnly takes an answer for its status.
type statusOnly struct {
	header http.Header
	status int
}

func (w *statusOnly) Header() http.Header         { return w.header }
func (w *statusOnly) WriteHeader(status int)      { w.status = status }
func (w *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

// janitor removes sessions that nobody uses from memory.
func (s *Server) janitor() {
	defer s.work.Done()
	tick := time.NewTicker(min(time.Minute, s.cfg.Idle))
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			s.evict(time.Now().Add(-s.cfg.Idle), 0)
			s.forgetPasts(time.Now().Add(-keepPast), 0)
		}
	}
}

// enter waits for a place among the worlds being built or graded.
func (s *Server) enter(ctx context.Context) error {
	select {
	case s.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) leave() { <-s.gate }
