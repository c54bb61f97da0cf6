package webui

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

func (l *lab) branch(id string, b BranchSession) (info SessionInfo, status int) {
	l.t.Helper()
	body, _ := json.Marshal(b)
	resp, err := l.client.Post(l.http.URL+"/api/sessions/"+id+"/branch", "application/json", bytes.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	json.NewDecoder(resp.Body).Decode(&info)
	return info, resp.StatusCode
}

func TestBranch(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, Config{Data: dir})
	id := l.create(CreateSession{Scenario: network, Seed: "5", Student: "kim"})
	p := l.page(id)
	p.note("a")
	p.do(Command{Open: &OpenAction{Host: "pc"}})
	c := p.note("b")
	p.note("c")
	p.do(Command{Answer: &AnswerAction{Question: "why", Given: "a"}})
	p.do(Command{Hint: &EmptyAction{}})
	p.sameLog(l.session(id))

	info, status := l.branch(id, BranchSession{Before: c})
	if status != http.StatusCreated || info.ID == id || info.Of != id {
		t.Fatal(status, info)
	}
	b := l.page(info.ID)
	if b.noted() != "a" || len(b.state.Terms) != 2 || len(b.state.Answers) != 1 || len(b.state.Hints) != len(p.state.Hints) {
		t.Errorf("the branch has %q, %+v", b.noted(), b.state)
	}
	b.note("other")
	if b.noted() != "a other" || p.noted() != "a b c" {
		t.Errorf("branch %q, original %q", b.noted(), p.noted())
	}
	if sub := l.session(info.ID).submission(); len(sub.Journal) != 2 || sub.Journal.Verify(l.session(info.ID).plan.Root()) != nil || sub.Student != "kim" {
		t.Errorf("submission of the branch: %+v", sub)
	}
	whole, _ := l.branch(id, BranchSession{})
	if w := l.page(whole.ID); w.noted() != "a b c" {
		t.Errorf("a branch of all has %q", w.noted())
	}
	p.sameLog(l.session(id))

	l.close()
	l = newLab(t, Config{Data: dir})
	if b := l.page(info.ID); b.noted() != "a other" {
		t.Errorf("%q after recovery", b.noted())
	}
	if _, status := l.branch("0123456789abcdef0123456789abcdef", BranchSession{}); status != http.StatusNotFound {
		t.Errorf("branch of nothing: %d", status)
	}
}
