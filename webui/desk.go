package webui

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"mxlab/scenarios"
	"mxlab/sim"
)

// desk is what a student has in front of in one epoch: terminals with their
// transcripts, portals' answers, fetched mail. It is made of the results of
// the steps alone.
type desk struct {
	drawn   *scenarios.Drawn
	world   *sim.World
	terms   map[string]*terminal
	order   []string // IDs in the order of opening
	tickets []Ticket
	fetched map[string][]fetch // account -> what its mail program got, oldest first
	marks   []Mark
	watch   watcher
	off     []string // hosts without power
	begun   uint64   // events of the world's making
}

// terminal is an open terminal with its transcript.
type terminal struct {
	Terminal
	chunks []Chunk // N = Base+1, Base+2 ...
}

// keepChunks is how many chunks of a terminal are kept.
const keepChunks = 400

// maxTerms bounds the terminals of a host.
const maxTerms = 20

func newDesk(d *scenarios.Drawn, w *sim.World) *desk {
	k := &desk{drawn: d, world: w, terms: map[string]*terminal{}, fetched: map[string][]fetch{}, begun: uint64(w.Log().Len())}
	k.watch = newWatcher(d, w)
	k.watch.look(w.Log())
	return k
}

// play does a step in the world and takes in what it brought.
func (k *desk) play(st *step) (*sim.Result, *Problem) {
	if st.Open != nil {
		k.open(st)
		return nil, nil
	}
	res, err := k.world.Do(*st.Action)
	if err != nil {
		return nil, failed(err)
	}
	return &res, k.take(st, &res)
}

// playLocked is play on a session that is being looked at: the lock is held
// only while the desk changes, not while the world works.
func (k *desk) playLocked(s *Session, st *step) (*sim.Result, *Problem) {
	if st.Open != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		k.open(st)
		return nil, nil
	}
	res, err := k.world.Do(*st.Action)
	if err != nil {
		return nil, failed(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &res, k.take(st, &res)
}

// take puts the result of an action on the desk. The caller holds the lock of
// the session, if there is one.
func (k *desk) take(st *step, res *sim.Result) *Problem {
	a := st.Action
	switch {
	case st.Term != "":
		k.transcribe(st, res)
	case a.Portal != "":
		k.ticket(a, res)
	case a.Fetch != "" && res.Err == "":
		k.fetch(a.Fetch, res)
	}
	for _, s := range res.Screens {
		k.screen(&s, res)
	}
	k.notePower(a)
	k.noteMarks(a, res)
	k.watch.look(k.world.Log())
	if res.Err != "" {
		return problemf(codeFailed, "할 수 없습니다: %s", "cannot be done: %s", res.Err)
	}
	return nil
}

// open makes a terminal known; its login happens with its first input.
func (k *desk) open(st *step) {
	if k.terms[st.Term] == nil {
		k.add(st.Term, st.Open.Via)
	}
}

func (k *desk) add(id, via string) *terminal {
	host, _, _ := strings.Cut(id, "/")
	user, prompt := k.greeting(host)
	if via == "" {
		via = waysOf(k.blueprint(host))[0]
	}
	t := &terminal{Terminal: Terminal{ID: id, Host: host, User: user, Via: via, Prompt: prompt}}
	if via == sshWay {
		t.From = k.blueprint(host).Via
	}
	k.terms[id] = t
	k.order = append(k.order, id)
	return t
}

// greeting returns the login of a new terminal and the prompt that a login
// shell of the distribution shows, until the real one is known.
func (k *desk) greeting(host string) (user, prompt string) {
	for _, h := range k.drawn.Blueprint.Hosts {
		if h.Name != host {
			continue
		}
		if user = h.Login; user == "" {
			user = "root"
		}
		name, _, _ := strings.Cut(hostnameOf(k.world, host), ".")
		sign := "$"
		if user == "root" {
			sign = "#"
		}
		if h.Flavour == "redhat" {
			return user, fmt.Sprintf("[%s@%s ~]%s ", user, name, sign)
		}
		return user, fmt.Sprintf("%s@%s:~%s ", user, name, sign)
	}
	return "", ""
}

func hostnameOf(w *sim.World, host string) string {
	for _, n := range w.View().Nodes {
		if n.Name == host {
			return n.Hostname
		}
	}
	return host
}

// transcribe adds what an input or key brought to the terminal's transcript.
func (k *desk) transcribe(st *step, res *sim.Result) {
	t := k.terms[st.Term]
	if t == nil {
		t = k.add(st.Term, wayOf(st.Action))
	}
	t.Closed = nil
	c := Chunk{At: int64(res.End), From: res.From + 1, To: res.To, Link: st.Cmd}
	if res.To <= res.From {
		c.From, c.To = 0, 0
	}
	if st.Action.Run != "" {
		c.Input = &Entry{Prompt: t.Prompt, Line: st.Line}
		if t.Secret {
			c.Input.Line = ""
		}
		if t.Running {
			c.Input.Prompt = ""
		}
	}
	out := res.Output
	if res.Err != "" {
		out += res.Err + "\n"
	}
	t.prompt(res.Prompt, res.Ended)
	if !t.Running {
		c.Status = &res.Status
	}
	c.Edit = editedFile(k.world.Log(), res, t.Host)
	t.write(c, out)
	t.Cut = res.Cut
	if res.Ended {
		t.end(t.over())
	}
}

// screen adds what a terminal showed beside.
func (k *desk) screen(s *sim.Screen, res *sim.Result) {
	id := s.On + "/" + s.Term
	if s.Term == "" {
		id = s.On + "/1"
	}
	t := k.terms[id]
	if t == nil {
		return
	}
	t.prompt(s.Prompt, s.Ended)
	if s.Output != "" {
		t.write(Chunk{At: int64(res.End)}, s.Output)
	}
	t.Cut = s.Cut
	if s.Ended {
		t.end(t.over())
	}
}

// prompt notes what the terminal waits with. Without a prompt a program of the
// foreground has the keyboard.
func (t *terminal) prompt(p string, ended bool) {
	t.Running = p == "" && !ended
	t.Secret = strings.HasSuffix(strings.ToLower(strings.TrimRight(p, " ")), "password:")
	if p != "" {
		t.Prompt = p
	}
}

func (t *terminal) end(why Text) {
	t.Closed, t.Running, t.Secret, t.Cut = &why, false, false, false
}

// clearing are the sequences by which clear(1) and reset(1) empty a screen.
var clearing = regexp.MustCompile(`\x1bc|\x1b\[[23]J`)

// write adds a chunk with output, cut to what a chunk may have.
func (t *terminal) write(c Chunk, out string) {
	out = strings.ToValidUTF8(out, "\uFFFD")
	if at := clearing.FindAllStringIndex(out, -1); at != nil {
		c.Clear = true
		out = out[at[len(at)-1][1]:]
	}
	out = strings.ReplaceAll(out, "\x1b[H", "")
	if len(out) > MaxChunk {
		out, c.Cut = cutMiddle(out, MaxChunk)
	}
	t.N++
	c.Term, c.N, c.Output = t.ID, t.N, out
	t.chunks = append(t.chunks, c)
	if extra := len(t.chunks) - keepChunks; extra > 0 {
		t.chunks = slices.Delete(t.chunks, 0, extra)
		t.Base += uint64(extra)
	}
}

// cutMiddle leaves out the middle of a text at line or character ends, so that
// at most limit bytes are left. cut is the number of bytes left out.
func cutMiddle(s string, limit int) (out string, cut int) {
	head, tail := s[:limit/2], s[len(s)-limit/2+32:]
	if i := strings.LastIndexByte(head, '\n'); i > 0 {
		head = head[:i+1]
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		tail = tail[i+1:]
	}
	for len(head) > 0 && !utf8.ValidString(head[max(0, len(head)-4):]) {
		head = head[:len(head)-1]
	}
	return head + tail, len(s) - len(head) - len(tail)
}

// after returns the chunks of a terminal with numbers above n.
func (t *terminal) after(n uint64) []Chunk {
	if n >= t.N {
		return nil
	}
	from := max(n, t.Base) - t.Base
	return slices.Clone(t.chunks[from:])
}

// terminals returns the terminals as the state shows them.
func (k *desk) terminals() []Terminal {
	list := []Terminal{}
	for _, id := range k.order {
		list = append(list, k.terms[id].Terminal)
	}
	return list
}

func (k *desk) ticket(a *sim.Action, res *sim.Result) {
	t := Ticket{ID: fmt.Sprint(len(k.tickets) + 1), Portal: a.Portal, Request: a.Request, State: "refused", At: int64(res.Start), Due: int64(res.End), Seq: res.To}
	if res.Message != nil {
		t.Reply = textOf(*res.Message)
		if answer := lastPortalAnswer(k.world.Log(), res); answer != nil {
			t.Seq = answer.Seq
			if answer.Outcome.String() == "ok" {
				t.State = "done"
			}
		}
	} else {
		t.Reply = textf("보낼 수 없었습니다: %s", "could not be sent: %s", res.Err)
	}
	k.tickets = append(k.tickets, t)
}

// unread counts what was fetched and not read.
func (k *desk) unread(read map[string]map[string]bool) (list []Unread) {
	for _, account := range slices.Sorted(maps.Keys(k.fetched)) {
		n := 0
		for _, m := range k.mails(account, 0) {
			if !read[account][m.summary.ID] {
				n++
			}
		}
		if n > 0 {
			list = append(list, Unread{account, n})
		}
	}
	return list
}
