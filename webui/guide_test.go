package webui

import (
	"strings"
	"testing"
)

func TestStoryIsSanitised(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	story := p.welcome.Snapshot.Story.En
	for _, bad := range []string{"<script", "javascript:"} {
		if strings.Contains(story, bad) {
			t.Errorf("story holds %s: %s", bad, story)
		}
	}
	for _, good := range []string{"<strong>www</strong>", "&lt;script&gt;", `<a href="file:srv/etc/bind/db.example.kr:5">the zone</a>`} {
		if !strings.Contains(story, good) {
			t.Errorf("story lacks %s: %s", good, story)
		}
	}
	if inc := p.welcome.Snapshot.Incident; inc == nil || inc.To < inc.From {
		t.Errorf("incident %+v", inc)
	}
}

func TestGuide(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, Config{Data: dir})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p := l.page(id)
	if o := p.state.HintNext; o == nil || o.Cost != 5 {
		t.Errorf("offer %+v before a check", o)
	}
	if r := p.do(Command{Check: &EmptyAction{}}); r.Error != nil {
		t.Fatal(r.Error)
	}
	rep := p.state.Report
	if rep == nil || rep.Score != 0 || rep.Max != 100 || rep.Passed != 0 || len(rep.Items) != 1 || rep.Items[0].Status != "fail" || len(rep.Items[0].Evidence) == 0 {
		t.Fatalf("report %+v", rep)
	}
	ev := rep.Items[0].Evidence[0]
	if ev.Epoch == 0 || ev.Epoch == p.epoch {
		t.Errorf("evidence %+v", ev)
	}
	detail := func() *Answer { return p.ask(Ask{Event: &AskEvent{Epoch: ev.Epoch, Seq: ev.Seq}}) }
	first := detail()
	if first.Error != nil || first.Event.Row.Seq != ev.Seq {
		t.Errorf("evidence's event: %+v", first.Error)
	}
	if o := p.state.HintNext; o == nil || o.Cost != 0 {
		t.Errorf("offer %+v after a failed check", o)
	}
	p.do(Command{Hint: &EmptyAction{}})
	if h := p.state.Hints; len(h) != 1 || h[0].Task != "name" || !strings.Contains(h[0].Text.Ko, "영역 파일") {
		t.Errorf("hints %+v", h)
	}
	if r := p.do(Command{Answer: &AnswerAction{Question: "why", Given: "c"}}); r.Error == nil {
		t.Error("an answer beside the choices was taken")
	}
	p.do(Command{Answer: &AnswerAction{Question: "why", Given: "b"}})
	p.do(Command{Answer: &AnswerAction{Question: "why", Given: "a"}})
	if a := p.state.Answers; len(a) != 1 || a[0].Right == nil || !*a[0].Right || a[0].Explain.En == "" {
		t.Errorf("answers %+v", a)
	}
	fix := "printf 'www\\tIN\\tA\\t203.0.113.1\\n' >> /etc/bind/db.example.kr; sed -i 's/ 1 3600/ 2 3600/' /etc/bind/db.example.kr"
	p.run("srv/1", fix)
	if w := p.state.Pending; len(w) != 1 || w[0].Path != "/etc/bind/db.example.kr" || w[0].Command != "systemctl reload named" {
		t.Errorf("pending %+v", w)
	}
	p.run("srv/1", "rndc reload")
	if w := p.state.Pending; len(w) != 0 {
		t.Errorf("pending after the reload %+v", w)
	}
	p.do(Command{Check: &EmptyAction{}})
	if rep := p.state.Report; rep.Score != 100 || p.state.Tasks[0].State != "done" {
		t.Errorf("report %+v, tasks %+v", rep, p.state.Tasks)
	}
	p.run("srv/1", "sed -i /www/d /etc/bind/db.example.kr; sed -i 's/ 2 3600/ 3 3600/' /etc/bind/db.example.kr; rndc reload")
	p.do(Command{Check: &EmptyAction{}})
	if p.state.Tasks[0].State != "failed" {
		t.Errorf("tasks %+v", p.state.Tasks)
	}
	state := p.state
	l.close()

	l2 := newLab(t, Config{Data: dir})
	p.url = strings.Replace(p.url, strings.TrimPrefix(l.http.URL, "http://"), strings.TrimPrefix(l2.http.URL, "http://"), 1)
	p.connect()
	if len(p.state.Hints) != 1 || len(p.state.Answers) != 1 || p.state.Report == nil || p.state.Tasks[0].State != "failed" {
		t.Errorf("after recovery: %+v", p.state)
	}
	ev = state.Report.Items[0].Evidence[0]
	again := detail()
	if again.Error != nil || again.Event.Row.Seq != ev.Seq || !strings.Contains(ev.Label.En, again.Event.Label) {
		t.Errorf("evidence after recovery: %+v", again)
	}
}

func TestFiles(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	f := p.ask(Ask{File: &AskFile{Host: "srv", Path: "/etc/bind/db.example.kr"}}).File
	if f == nil || !strings.Contains(f.Text, "hostmaster") || f.Lang != "zone" || f.Mode != "-rw-r--r--" || f.Owner != "root" || f.Version == "" {
		t.Fatalf("file %+v", f)
	}
	if r := p.do(Command{Write: &WriteAction{Host: "srv", Path: f.Path, Text: f.Text + "a IN A 203.0.113.2\n", Base: f.Version}}); r.Error != nil {
		t.Fatal(r.Error)
	}
	if r := p.do(Command{Write: &WriteAction{Host: "srv", Path: f.Path, Text: "x", Base: f.Version}}); r.Error == nil || r.Error.Code != codeConflict {
		t.Errorf("a changed file was overwritten: %+v", r)
	}
	if r := p.do(Command{Write: &WriteAction{Host: "far", Path: "/etc/passwd", Text: "x"}}); r.Error == nil {
		t.Error("a file of a stranger's host was written")
	}
	if w := p.state.Pending; len(w) != 1 || w[0].Unit != "named" {
		t.Errorf("pending %+v", w)
	}
	missing := p.ask(Ask{File: &AskFile{Host: "pc", Path: "/tmp/new"}}).File
	if missing == nil || !missing.Missing {
		t.Errorf("missing file %+v", missing)
	}
	d := p.ask(Ask{Dir: &AskFile{Host: "srv", Path: "/etc/bind"}}).Dir
	if d == nil || len(d.Entries) == 0 {
		t.Errorf("directory %+v", d)
	}
	c := p.ask(Ask{Complete: &AskComplete{Term: "srv/1", Line: "한글 cat /etc/bind/db.ex", Pos: 22}}).Complete
	if c == nil || len(c.Words) != 1 || c.Words[0] != "/etc/bind/db.example.kr" || c.From != 7 {
		t.Errorf("completions %+v", c)
	}
	lint := p.ask(Ask{Lint: &AskLint{Host: "srv", Path: "/etc/postfix/main.cf", Text: "myhostname = srv.example.kr\nrubbish\n"}}).Lint
	if lint == nil || lint.Command != "postfix check" || len(lint.Issues) == 0 || lint.Issues[0].Line != 2 {
		t.Errorf("lint %+v", lint)
	}
	p.run("pc/1", "vi /tmp/new")
	if list := p.chunks["pc/1"]; list[len(list)-1].Edit != "/tmp/new" {
		t.Errorf("chunk %+v", list[len(list)-1])
	}
}
