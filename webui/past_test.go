package webui

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLookBack(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	var at []int64
	for i := range 6 {
		p.run("pc/1", fmt.Sprintf("echo %d > /tmp/n; mkdir /tmp/d%d", i, i))
		p.do(Command{Advance: &AdvanceAction{For: int64(time.Hour)}})
		at = append(at, p.state.Now-int64(time.Minute))
	}
	look := func(i int) {
		t.Helper()
		a := p.ask(Ask{File: &AskFile{Host: "pc", Path: "/tmp/n", At: at[i]}})
		if a.Error != nil || a.File.Text != fmt.Sprintf("%d\n", i) {
			t.Errorf("moment %d: %+v %v", i, a.File, a.Error)
		}
		d := p.ask(Ask{Dir: &AskFile{Host: "pc", Path: "/tmp", At: at[i]}})
		if d.Error != nil || len(d.Dir.Entries) != i+2 {
			t.Errorf("moment %d: %+v %v", i, d.Dir, d.Error)
		}
	}
	for _, i := range []int{5, 0, 3, 3, 4, 1} {
		look(i)
	}
	before := len(l.session(id).submission().Journal)
	p.run("pc/1", "echo more > /tmp/n")
	look(2)
	if f := p.ask(Ask{File: &AskFile{Host: "pc", Path: "/tmp/n"}}).File; f.Text != "more\n" {
		t.Errorf("now: %q", f.Text)
	}
	if n := len(l.session(id).submission().Journal); n != before+1 {
		t.Errorf("looking made %d actions", n-before-1)
	}
	a := p.ask(Ask{File: &AskFile{Host: "srv", Path: "../x", At: at[0]}})
	b := p.ask(Ask{File: &AskFile{Host: "nowhere", Path: "/x", At: at[0]}})
	if a.Error == nil || b.Error == nil {
		t.Error("bad questions were answered")
	}

	// After an undo the moments behind it are those of the new epoch.
	p.epochOf(Command{Undo: &UndoAction{From: p.results[p.do(Command{Input: &InputAction{Term: "pc/1", Lines: []string{"true"}}}).ID].From}})
	look(5)
	s := l.session(id)
	l.server.forgetPasts(time.Now().Add(time.Second), 0)
	s.mu.Lock()
	kept := s.history
	s.mu.Unlock()
	if kept != nil {
		t.Error("the history is kept")
	}
	look(0)
	p.sameLog(s)
}

// A long session has worlds of its past before anybody looks, a short one has
// none, nor one beyond the bound.
func TestPastIsPrepared(t *testing.T) {
	l := newLab(t, Config{})
	work := func() *Session {
		id := l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true})
		p := l.page(id)
		for range prepareAfter/10 + 1 {
			if s := l.session(id); s.prepared() {
				t.Fatal("a short session has a history")
			}
			p.do(Command{Input: &InputAction{Term: "pc/1", Lines: strings.Split("echo x >> /tmp/n"+strings.Repeat("\ntrue", 8), "\n")}})
		}
		return l.session(id)
	}
	for range maxPasts {
		if s := work(); !s.prepared() {
			t.Error("a long session has no history")
		}
	}
	if work().prepared() {
		t.Error("one history more than there may be")
	}
}

func (s *Session) prepared() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history != nil
}

func TestHistoriesAreBounded(t *testing.T) {
	l := newLab(t, Config{})
	for range maxPasts + 3 {
		p := l.page(l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true}))
		p.run("pc/1", "echo 1 > /tmp/n")
		if a := p.ask(Ask{File: &AskFile{Host: "pc", Path: "/tmp/n", At: p.state.Now}}); a.Error != nil {
			t.Fatal(a.Error)
		}
	}
	n := 0
	for _, s := range l.server.present() {
		s.mu.Lock()
		if s.history != nil {
			n++
		}
		s.mu.Unlock()
	}
	if n == 0 || n > maxPasts {
		t.Errorf("%d histories", n)
	}
}

func TestMailAndQueueOfThePast(t *testing.T) {
	l := newLab(t, Config{Scenarios: []string{"port25-blocked"}})
	p := l.page(l.create(CreateSession{Scenario: "port25-blocked", Seed: "1"}))
	box := p.welcome.Snapshot.Accounts
	mail := func(from, to int) {
		t.Helper()
		if r := p.do(Command{Mail: &MailAction{From: box[from].From, To: box[to].From, Via: box[from].Via, Subject: "hello", Body: "text"}}); r.Error != nil {
			t.Fatal(r.Error)
		}
	}
	count := func(at int64) int {
		t.Helper()
		a := p.ask(Ask{Mailbox: &AskMailbox{Account: box[0].ID, At: at}})
		if a.Error != nil {
			t.Fatal(a.Error)
		}
		return len(a.Mailbox.Messages)
	}
	p.do(Command{Fetch: &FetchAction{Account: box[0].ID}})
	had, early := count(0), p.state.Now
	mail(0, 0)
	p.do(Command{Advance: &AdvanceAction{For: int64(time.Minute)}})
	p.do(Command{Fetch: &FetchAction{Account: box[0].ID}})
	if n := count(0); n != had+1 || count(early) != had || count(p.state.Now) != had+1 {
		t.Errorf("%d messages now, %d before (want %d)", n, count(early), had)
	}
	id := p.ask(Ask{Mailbox: &AskMailbox{Account: box[0].ID}}).Mailbox.Messages[0].ID
	if a := p.ask(Ask{Message: &AskMessage{Account: box[0].ID, ID: id, At: p.state.Now}}); a.Error != nil || !a.Message.MailSummary.Unread {
		t.Errorf("looking back reads a message: %v", a.Error)
	}
	if a := p.ask(Ask{Message: &AskMessage{Account: box[0].ID, ID: id, At: early}}); a.Error == nil {
		t.Error("a message was there before it came")
	}

	var host string
	for _, h := range p.welcome.Snapshot.Hosts {
		if h.Queue {
			host = h.ID
		}
	}
	now := p.state.Now
	for _, at := range []int64{0, now, 1} {
		q := p.ask(Ask{Queue: &AskQueue{Host: host, At: at}})
		if q.Error != nil || !strings.Contains(q.Queue.Text, "Queue") && !strings.Contains(q.Queue.Text, "queue") {
			t.Errorf("at %d: %+v %v", at, q.Queue, q.Error)
		}
	}
	if p.ask(Ask{Queue: &AskQueue{Host: "nowhere"}}).Error == nil {
		t.Error("a host that is none has a queue")
	}
}
