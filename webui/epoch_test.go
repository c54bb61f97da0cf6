package webui

import (
	"fmt"
	"strings"
	"testing"
)

// note has the terminal write a line into a file and returns the first event it
// made.
func (p *page) note(word string) uint64 {
	p.t.Helper()
	r := p.do(Command{Input: &InputAction{Term: "pc/1", Lines: []string{"echo " + word + " >> /tmp/n"}}})
	if r.Error != nil || r.From == 0 {
		p.t.Fatal(word, r.Error)
	}
	return r.From
}

// noted returns the words of the file.
func (p *page) noted() string {
	p.t.Helper()
	f := p.ask(Ask{File: &AskFile{Host: "pc", Path: "/tmp/n"}}).File
	if f == nil {
		p.t.Fatal("no answer")
	}
	return strings.Join(strings.Fields(f.Text), " ")
}

// epochOf does a command that begins an epoch and waits for it.
func (p *page) epochOf(c Command) *Result {
	p.t.Helper()
	before := p.epoch
	r := p.do(c)
	if r.Error == nil {
		p.until("a new epoch", func() bool { return p.epoch != before })
	}
	return r
}

func TestUndoToAndRedo(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, Config{Data: dir})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	from := map[string]uint64{}
	for _, word := range []string{"a", "b", "c", "d", "e"} {
		from[word] = p.note(word)
	}
	if p.state.Redo != nil {
		t.Error("there is a redo already: ", p.state.Redo)
	}
	if r := p.epochOf(Command{Undo: &UndoAction{From: from["d"] + 1}}); r.Error != nil { // the middle of what d made
		t.Fatal(r.Error)
	}
	if got := p.noted(); got != "a b c" || !strings.Contains(p.welcome.Reason.En, "echo d") || !strings.Contains(p.welcome.Reason.En, "1 more") {
		t.Errorf("%q after the undo; %s", got, p.welcome.Reason.En)
	}
	if s := l.session(id); len(s.submission().Journal) != 3 {
		t.Errorf("the submission has %d actions, want 3", len(s.submission().Journal))
	}
	p.epochOf(Command{Undo: &UndoAction{From: from["b"]}})
	if got := p.noted(); got != "a" {
		t.Errorf("%q after two undos", got)
	}
	p.do(Command{Open: &OpenAction{Host: "pc"}}) // no action: it stays, and so does what can be done again
	if r := p.state.Redo; r == nil || !strings.Contains(r.En, "echo b") {
		t.Errorf("redo offers %v", r)
	}
	p.epochOf(Command{Redo: &EmptyAction{}})
	if got := p.noted(); got != "a b c" || len(p.state.Terms) != 2 {
		t.Errorf("%q after a redo, %d terminals", got, len(p.state.Terms))
	}

	// All of it outlives the server.
	p.sameLog(l.session(id))
	l.close()
	l = newLab(t, Config{Data: dir})
	p = l.page(id)
	if got := p.noted(); got != "a b c" || p.state.Redo == nil {
		t.Fatalf("%q after recovery, redo %v", got, p.state.Redo)
	}
	p.epochOf(Command{Redo: &EmptyAction{}})
	if got := p.noted(); got != "a b c d e" || p.state.Redo != nil {
		t.Errorf("%q after both redos, redo %v", got, p.state.Redo)
	}
	if r := p.do(Command{Redo: &EmptyAction{}}); r.Error == nil {
		t.Error("there was something to redo")
	}

	// Something else done ends it.
	p.epochOf(Command{Undo: &UndoAction{}})
	p.note("x")
	if p.state.Redo != nil || p.noted() != "a b c d x" {
		t.Errorf("redo %v, %q", p.state.Redo, p.noted())
	}
	for _, seq := range []uint64{1, 1 << 40} {
		if r := p.do(Command{Undo: &UndoAction{From: seq}}); r.Error == nil {
			t.Errorf("event %d was undone", seq)
		}
	}
	p.sameLog(l.session(id))
}

func TestUndoIsBounded(t *testing.T) {
	var u undone
	var steps []step
	for range maxUndone + 20 {
		u.push(steps)
	}
	if len(u) != maxUndone {
		t.Errorf("%d are kept", len(u))
	}
}

// Whatever is undone, redone and done, the session is what its record says.
func TestEpochsAgreeWithTheRecord(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	word := 0
	for i, what := range "dddud ruuddudr dduurr" {
		switch what {
		case 'd':
			word++
			p.note(fmt.Sprint(word))
		case 'u':
			p.epochOf(Command{Undo: &UndoAction{}})
		case 'r':
			p.epochOf(Command{Redo: &EmptyAction{}})
		case ' ':
			p.do(Command{Open: &OpenAction{Host: "pc"}})
		}
		facts, _, err := l.server.store.open(id)
		if err != nil {
			t.Fatal(err)
		}
		past := fold(facts[1:])
		s := l.session(id)
		s.mu.Lock()
		now, again := fmt.Sprint(words(s.steps)), fmt.Sprint(len(s.undone))
		s.mu.Unlock()
		if want := fmt.Sprint(words(past.steps)); now != want || again != fmt.Sprint(len(past.undone)) {
			t.Fatalf("after %d: %s and %s redos, recorded %s and %d", i, now, again, want, len(past.undone))
		}
	}
	p.sameLog(l.session(id))
}

func words(steps []step) (list []string) {
	for _, st := range steps {
		if st.Action != nil {
			list = append(list, st.Line)
		} else {
			list = append(list, st.Term)
		}
	}
	return list
}
