package webui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCommandAndTranscript(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	if out := p.run("pc/1", "echo 안녕 $((6*7))"); out != "안녕 42\n" {
		t.Errorf("output %q", out)
	}
	c := p.chunks["pc/1"][0]
	if c.Input == nil || !strings.Contains(c.Input.Prompt, "pc") || c.Status == nil || *c.Status != 0 || c.From == 0 || c.To < c.From {
		t.Errorf("chunk %+v, input %+v", c, c.Input)
	}
	p.run("pc/1", "false")
	if c := p.chunks["pc/1"][1]; c.Status == nil || *c.Status != 1 {
		t.Errorf("status %v (%d), want 1", c.Status, *c.Status)
	}
	r := p.do(Command{Open: &OpenAction{Host: "pc"}})
	if r.Term != "pc/2" {
		t.Errorf("opened %q", r.Term)
	}
	p.run("pc/2", "cd /tmp")
	if out := p.run("pc/2", "pwd"); out != "/tmp\n" {
		t.Errorf("second terminal: %q", out)
	}
	if out := p.run("pc/1", "pwd"); out == "/tmp\n" {
		t.Error("the terminals share a directory")
	}
	p.sameLog(l.session(id))
}

func TestSeveralLines(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	r := p.do(Command{Input: &InputAction{Term: "pc/1", Lines: []string{"cat <<E", "x y", "E", "echo done"}}})
	var out string
	for _, c := range p.chunks["pc/1"] {
		out += c.Input.Prompt + c.Input.Line + "\n" + c.Output
	}
	if r.Error != nil || !strings.Contains(out, "> x y\n") || !strings.Contains(out, "> E\nx y\n") || !strings.HasSuffix(out, "done\n") {
		t.Errorf("%v %q", r.Error, out)
	}
}

func TestExactlyOnce(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	c := Command{ID: "once-0001", Input: &InputAction{Term: "pc/1", Lines: []string{"echo x >> /tmp/n"}}}
	p.do(c)
	first := p.results["once-0001"]
	for range 3 {
		delete(p.results, "once-0001")
		if again := p.do(c); again.From != first.From || again.To != first.To {
			t.Errorf("repeated result %+v, first %+v", again, first)
		}
	}
	// Lost before its result was seen: sent again on a new connection.
	lost := Command{ID: "once-0002", Input: &InputAction{Term: "pc/1", Lines: []string{"echo x >> /tmp/n"}}}
	p.send(ClientMessage{Cmd: &lost})
	p.conn.Close()
	p.connect()
	p.do(lost)
	if out := p.run("pc/1", "wc -l < /tmp/n"); strings.TrimSpace(out) != "2" {
		t.Errorf("ran %s times, want 2", strings.TrimSpace(out))
	}
}

func TestSocketKills(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	r := rand.New(rand.NewPCG(1, 2))
	sent := 0
	for range 20 {
		for range 1 + r.IntN(4) {
			sent++
			c := Command{ID: fmt.Sprintf("kill-%05d", sent), Input: &InputAction{Term: "pc/1", Lines: []string{"echo x >> /tmp/n; ping -c 3 203.0.113.1"}}}
			p.send(ClientMessage{Cmd: &c})
			if r.IntN(3) == 0 {
				p.until("a result", func() bool { return p.results[c.ID] != nil })
			}
		}
		for n := r.IntN(6); n > 0 && len(p.results) < sent; n-- {
			if err := p.receive(); err != nil {
				t.Fatal(err)
			}
		}
		p.conn.Close()
		p.connect()
		// As the page does: commands without result are sent again, in order.
		for n := 1; n <= sent; n++ {
			c := Command{ID: fmt.Sprintf("kill-%05d", n), Input: &InputAction{Term: "pc/1", Lines: []string{"echo x >> /tmp/n; ping -c 3 203.0.113.1"}}}
			if p.results[c.ID] == nil {
				p.send(ClientMessage{Cmd: &c})
			}
		}
	}
	p.until("all results", func() bool { return len(p.results) == sent })
	if out := p.run("pc/1", "wc -l < /tmp/n"); strings.TrimSpace(out) != fmt.Sprint(sent) {
		t.Errorf("%s commands ran, %d were sent", strings.TrimSpace(out), sent)
	}
	p.sameLog(l.session(id))
}

func TestUndoAndRestart(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	p.run("pc/1", "echo one > /tmp/a")
	p.catchUp(l.session(id))
	before := slices.Clone(p.rows)
	epoch := p.epoch
	p.run("pc/1", "echo two > /tmp/a")
	if r := p.do(Command{Undo: &UndoAction{}}); r.Error != nil {
		t.Fatal(r.Error)
	}
	p.until("the new epoch", func() bool { return p.epoch != epoch })
	if p.welcome.Keep != uint64(len(before)) || p.welcome.Reason == nil || !strings.Contains(p.welcome.Reason.En, "echo two") {
		t.Errorf("keep %d, want %d; reason %+v", p.welcome.Keep, len(before), p.welcome.Reason)
	}
	if out := p.run("pc/1", "cat /tmp/a"); out != "one\n" {
		t.Errorf("after undo: %q", out)
	}
	p.sameLog(l.session(id))
	// A page that was away meanwhile is told what it may keep.
	away := &page{t: t, url: p.url, chunks: map[string][]Chunk{}, results: map[string]*Result{}, answers: map[string]*Answer{}, epoch: epoch, rows: slices.Clone(before)}
	away.connect()
	defer away.conn.Close()
	if away.welcome.Keep != uint64(len(before)) {
		t.Errorf("keep %d for the page that was away, want %d", away.welcome.Keep, len(before))
	}
	away.sameLog(l.session(id))
	p.do(Command{Restart: &EmptyAction{}})
	if out := p.run("pc/1", "cat /tmp/a"); !strings.Contains(out, "No such file") {
		t.Errorf("after restart: %q", out)
	}
	if r := p.do(Command{ID: "undo-0001", Undo: &UndoAction{}}); r.Error != nil {
		t.Error(r.Error)
	}
	if r := p.do(Command{ID: "undo-0002", Undo: &UndoAction{}}); r.Error == nil {
		t.Error("undo in a new world succeeded")
	}
	p.sameLog(l.session(id))
}

func TestRecoveryAfterRestart(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, Config{Data: dir})
	id := l.create(CreateSession{Scenario: network, Seed: "7", Student: "kim"})
	p := l.page(id)
	p.run("pc/1", "echo kept > /tmp/a")
	p.run("pc/1", "echo undone > /tmp/a")
	p.do(Command{Undo: &UndoAction{}})
	p.do(Command{ID: "last-0001", Input: &InputAction{Term: "pc/1", Lines: []string{"cat /tmp/a"}}})
	p.catchUp(l.session(id))
	chunks := slices.Clone(p.chunks["pc/1"])
	l.close()

	l2 := newLab(t, Config{Data: dir})
	p.url = strings.Replace(p.url, strings.TrimPrefix(l.http.URL, "http://"), strings.TrimPrefix(l2.http.URL, "http://"), 1)
	epoch, rows := p.epoch, len(p.rows)
	p.connect()
	if p.epoch != epoch || p.welcome.Keep != uint64(rows) || p.welcome.Last != uint64(rows) {
		t.Fatalf("epoch %d keep %d last %d; want %d, %d rows", p.epoch, p.welcome.Keep, p.welcome.Last, epoch, rows)
	}
	delete(p.results, "last-0001")
	p.do(Command{ID: "last-0001", Input: &InputAction{Term: "pc/1", Lines: []string{"cat /tmp/a"}}})
	if out := p.run("pc/1", "cat /tmp/a"); out != "kept\n" {
		t.Errorf("after recovery: %q", out)
	}
	p.sameLog(l2.session(id))
	fresh := l2.page(id)
	fresh.until("transcript", func() bool { return len(fresh.chunks["pc/1"]) == len(chunks)+1 })
	for i, c := range chunks {
		if got := fresh.chunks["pc/1"][i]; got.Output != c.Output || got.Input.Line != c.Input.Line || got.N != c.N {
			t.Errorf("chunk %d: %+v, want %+v", i, got, c)
		}
	}
}

// A record whose last line was cut off by a crash is read up to the line
// before.
func TestRecordCutOff(t *testing.T) {
	facts, good, err := parseFacts([]byte(`{"head":{"id":"x","scenario":"s","seed":1,"hash":"","engine":"","created":"2026-01-01T00:00:00Z"}}` + "\n" + `{"do":{"cm`))
	if err != nil || len(facts) != 1 || good == 0 {
		t.Fatal(facts, good, err)
	}
	if _, _, err := parseFacts([]byte("{\"do\":3}\n")); err == nil {
		t.Error("a damaged line was taken")
	}
}

func TestTwoSessionsAreIndependent(t *testing.T) {
	l := newLab(t, Config{})
	a := l.page(l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true}))
	b := l.page(l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true}))
	if a.url == b.url {
		t.Fatal("one session for two")
	}
	a.run("pc/1", "echo a > /tmp/f")
	if out := b.run("pc/1", "cat /tmp/f"); !strings.Contains(out, "No such file") {
		t.Errorf("the other session's file: %q", out)
	}
}

func TestTwoPagesSeeTheSame(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	a, b := l.page(id), l.page(id)
	a.run("pc/1", "echo both")
	b.until("the chunk", func() bool { return len(b.chunks["pc/1"]) == 1 })
	b.sameLog(l.session(id))
	if len(b.results) != 0 {
		t.Error("a result came to a page that did not ask for it")
	}
}

// A page that does not read delays neither the world nor other pages.
func TestSlowPage(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	slow, quick := l.page(id), l.page(id)
	for range 5 {
		if r := quick.do(Command{Input: &InputAction{Term: "pc/1", Lines: []string{"ping -c 400 203.0.113.1 | tail -1"}}}); r.Error != nil {
			t.Fatal(r.Error)
		}
	}
	quick.sameLog(l.session(id))
	slow.sameLog(l.session(id))
	if slow.most > MaxRows || quick.most > MaxRows {
		t.Errorf("batches of %d and %d rows", slow.most, quick.most)
	}
}

func TestPingDuringLongCommand(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	c := Command{ID: "long-0001", Input: &InputAction{Term: "pc/1", Lines: []string{"ping -c 20000 127.0.0.1 > /dev/null"}}}
	p.send(ClientMessage{Cmd: &c})
	p.send(ClientMessage{Ping: &Ping{N: 1}})
	p.until("pong", func() bool { return p.pongs == 1 })
	p.until("result", func() bool { return p.results["long-0001"] != nil })
}

func TestEviction(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	p.run("pc/1", "echo here > /tmp/f")
	old := l.session(id)
	if n := l.server.evict(time.Now().Add(time.Hour), 0); n != 1 {
		t.Errorf("a session with a viewer was evicted, %d left", n)
	}
	p.conn.Close()
	for { // the server notices the end of the socket in its own time
		if _, idle := old.idle(); idle {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n := l.server.evict(time.Now().Add(time.Hour), 0); n != 0 {
		t.Fatalf("%d sessions left", n)
	}
	p.connect()
	if l.session(id) == old {
		t.Error("the session was not made anew")
	}
	if out := p.run("pc/1", "cat /tmp/f"); out != "here\n" {
		t.Errorf("after eviction: %q", out)
	}
}

func TestTooManyWorlds(t *testing.T) {
	l := newLab(t, Config{MaxWorlds: 1})
	id := l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true})
	l.page(id)
	s := l.server
	if _, p := s.bring(newID(), func() (*Session, error) { t.Error("made"); return nil, errBusy }); p == nil || p.Code != codeBusy {
		t.Errorf("problem %v", p)
	}
}
