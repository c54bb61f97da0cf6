package webui

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mxlab/grader"
)

// get makes a request with headers given as name, value pairs.
func (l *lab) request(method, path, body string, header ...string) (*http.Response, string) {
	l.t.Helper()
	req, err := http.NewRequest(method, l.http.URL+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := l.client.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp, string(b)
}

func TestPages(t *testing.T) {
	l := newLab(t, Config{})
	for _, path := range []string{"/", "/lab/0123456789abcdef0123456789abcdef", "/wall"} {
		resp, body := l.request("GET", path, "")
		if resp.StatusCode != 200 || !strings.Contains(body, `<div id="app">`) || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s %q", path, resp.Status, body)
		}
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", path, resp.Header)
		}
		_, rest, _ := strings.Cut(body, `src="/assets/`)
		script, _, _ := strings.Cut(rest, `"`)
		resp, body = l.request("GET", "/assets/"+script, "")
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/javascript") || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") || len(body) < 1000 {
			t.Errorf("script %s: %s %v", script, resp.Status, resp.Header)
		}
	}
}

func TestRefusals(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	json1 := []string{"Content-Type", "application/json"}
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code                     string
	}{
		{"unknown address", "GET", "/nowhere", "", nil, 404, "not-found"},
		{"path tricks", "GET", "/assets/..%2f..%2fgo.mod", "", nil, 404, "not-found"},
		{"unknown session", "GET", "/api/sessions/0123456789abcdef0123456789abcdef", "", nil, 404, "not-found"},
		{"bad session name", "GET", "/api/sessions/..%2f..%2fetc", "", nil, 404, "not-found"},
		{"wrong method", "DELETE", "/api/sessions/" + id, "", nil, 405, "bad-request"},
		{"post to a page", "POST", "/", "", json1, 405, "bad-request"},
		{"no websocket", "GET", "/api/sessions/" + id + "/ws", "", nil, 426, "bad-request"},
		{"other origin", "POST", "/api/sessions", `{"scenario":"x"}`, append([]string{"Origin", "http://evil.example"}, json1...), 403, "forbidden"},
		{"null origin", "POST", "/api/sessions", `{"scenario":"x"}`, append([]string{"Origin", "null"}, json1...), 403, "forbidden"},
		{"cross-site", "POST", "/api/sessions", `{"scenario":"x"}`, append([]string{"Sec-Fetch-Site", "cross-site"}, json1...), 403, "forbidden"},
		{"rebound name", "GET", "/api/scenarios", "", []string{"Host", "evil.example"}, 403, "forbidden"},
		{"form content", "POST", "/api/sessions", `{"scenario":"x"}`, []string{"Content-Type", "text/plain"}, 415, "bad-request"},
		{"no JSON", "POST", "/api/sessions", `{{{`, json1, 400, "bad-request"},
		{"unknown field", "POST", "/api/sessions", `{"scenario":"x","admin":true}`, json1, 400, "bad-request"},
		{"two objects", "POST", "/api/sessions", `{"scenario":"x"}{}`, json1, 400, "bad-request"},
		{"unknown scenario", "POST", "/api/sessions", `{"scenario":"/etc/passwd"}`, json1, 404, "not-found"},
		{"large body", "POST", "/api/sessions", `{"scenario":"` + strings.Repeat("x", 1<<20) + `"}`, json1, 413, "too-large"},
	} {
		resp, body := l.request(c.method, c.path, c.body, c.header...)
		var p Problem
		if err := json.Unmarshal([]byte(body), &p); err != nil || resp.StatusCode != c.status || p.Code != c.code || p.Text.Ko == "" || p.Text.En == "" {
			t.Errorf("%s: %s %q, want %d %s", c.name, resp.Status, body, c.status, c.code)
		}
	}
}

func TestHostNames(t *testing.T) {
	for _, c := range []struct {
		hosts  []string
		name   string
		status int
	}{
		{nil, "localhost:8053", 200},
		{nil, "[::1]:8053", 200},
		{nil, "lab.example.kr", 403},
		{[]string{"lab.example.kr"}, "LAB.example.kr", 200},
		{[]string{"lab.example.kr"}, "localhost", 403},
		{[]string{"*"}, "lab.example.kr", 200},
	} {
		l := newLab(t, Config{Hosts: c.hosts})
		if resp, _ := l.request("GET", "/api/scenarios", "", "Host", c.name); resp.StatusCode != c.status {
			t.Errorf("hosts %q, name %s: %s, want %d", c.hosts, c.name, resp.Status, c.status)
		}
	}
}

func TestSessionsOfABrowser(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "5"})
	if again := l.create(CreateSession{Scenario: network}); again != id {
		t.Error("a second session instead of the open one")
	}
	if fresh := l.create(CreateSession{Scenario: network, Fresh: true}); fresh == id {
		t.Error("the old session instead of a fresh one")
	}
	resp, body := l.request("GET", "/api/scenarios", "")
	var list ScenarioList
	if err := json.Unmarshal([]byte(body), &list); err != nil || resp.StatusCode != 200 || len(list.Scenarios) != 1 || list.Scenarios[0].Session == "" || list.Scenarios[0].Title.Ko != "작은 이야기" {
		t.Errorf("list %s", body)
	}
	l.client.Jar = nil
	if other := l.create(CreateSession{Scenario: network}); other == id {
		t.Error("another browser got the session")
	}
}

func TestSubmission(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "5", Student: "김 철수"})
	p := l.page(id)
	p.run("pc/1", "echo 1")
	resp, body := l.request("GET", "/api/sessions/"+id+"/submission", "")
	if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment; filename=") {
		t.Error(resp.Header)
	}
	sub, err := grader.ReadSubmission(strings.NewReader(body))
	if err != nil || sub.Student != "김 철수" || len(sub.Journal) != 1 || sub.Seed != 5 {
		t.Fatalf("%v %s", err, body)
	}
	if _, err := sub.Subject(library); err != nil {
		t.Error(err)
	}
}

func TestCapture(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "5"})
	resp, body := l.request("GET", "/api/sessions/"+id+"/pcapng", "")
	if resp.StatusCode != 200 || !strings.HasPrefix(body, "\n\r\r\n") || !strings.Contains(body, "pc:eth0") {
		t.Errorf("%s %q", resp.Status, body[:min(len(body), 200)])
	}
	_, part := l.request("GET", "/api/sessions/"+id+"/pcapng?host=pc", "")
	if !strings.Contains(part, "pc:eth0") || strings.Contains(part, "office-gw") {
		t.Errorf("host: %q", part[:min(len(part), 200)])
	}
	for _, query := range []string{"?host=nohost", "?span=x", "?span=99999999"} {
		if resp, body := l.request("GET", "/api/sessions/"+id+"/pcapng"+query, ""); resp.StatusCode != 404 || !strings.Contains(body, "not-found") {
			t.Errorf("%s: %s %s", query, resp.Status, body)
		}
	}
}

func TestWebsocketOrigin(t *testing.T) {
	l := newLab(t, Config{})
	url := "ws" + strings.TrimPrefix(l.http.URL, "http") + "/api/sessions/" + l.create(CreateSession{Scenario: network, Seed: "1"}) + "/ws"
	_, resp, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {"http://evil.example"}})
	if err == nil || resp == nil || resp.StatusCode != 403 {
		t.Errorf("%v %v", err, resp)
	}
	conn, _, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {l.http.URL}})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestLargeMessage(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p, other := l.page(id), l.page(id)
	p.conn.WriteMessage(websocket.TextMessage, []byte(`{"cmd":{"id":"`+strings.Repeat("x", 10<<20)+`"}}`))
	p.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		_, _, err := p.conn.ReadMessage()
		if err == nil {
			continue
		}
		if ce, ok := err.(*websocket.CloseError); ok && ce.Code != websocket.CloseMessageTooBig {
			t.Errorf("closed with %v", err)
		}
		break
	}
	if out := other.run("pc/1", "echo alive"); out != "alive\n" {
		t.Errorf("other page: %q", out)
	}
}

func TestRubbish(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	for _, c := range []struct{ message, id, code string }{
		{`{{{`, "", "bad-request"},
		{`[]`, "", "bad-request"},
		{`null`, "", "bad-request"},
		{`{}`, "", "bad-request"},
		{`{"ping":{"n":1},"ask":{"id":"two-fields"}}`, "two-fields", "bad-request"},
		{`{"ask":{"id":"ask-unknown","fly":{}}}`, "ask-unknown", "bad-request"},
		{`{"ask":{"id":"ask-nothing"}}`, "ask-nothing", "bad-request"},
		{`{"ask":{"id":"ask-event","event":{"epoch":1,"seq":99999999}}}`, "ask-event", "not-found"},
		{`{"ask":{"id":"ask-epoch","event":{"epoch":77,"seq":1}}}`, "ask-epoch", "gone"},
		{`{"ask":{"id":"ask-far","file":{"host":"far","path":"/etc/shadow"}}}`, "ask-far", "forbidden"},
		{`{"ask":{"id":"ask-rel","file":{"host":"pc","path":"etc"}}}`, "ask-rel", "bad-request"},
		{`{"ask":{"id":"ask-box","mailbox":{"account":"nobody"}}}`, "ask-box", "not-found"},
		{strings.Repeat("[", 100000), "", "bad-request"},
	} {
		delete(p.answers, c.id)
		p.conn.WriteMessage(websocket.TextMessage, []byte(c.message))
		p.until("an answer to "+c.message[:min(len(c.message), 40)], func() bool { return p.answers[c.id] != nil })
		if a := p.answers[c.id]; a.Error == nil || a.Error.Code != c.code {
			t.Errorf("%.60s: %+v", c.message, a.Error)
		}
	}
	for _, c := range []struct {
		c    Command
		code string
	}{
		{Command{ID: "short"}, "bad-request"},
		{Command{ID: "nothing-to-do"}, "bad-request"},
		{Command{ID: "two-things", Check: &EmptyAction{}, Undo: &UndoAction{}}, "bad-request"},
		{Command{ID: "bad-terminal", Input: &InputAction{Term: "pc", Lines: []string{"ls"}}}, "bad-request"},
		{Command{ID: "bad-number", Input: &InputAction{Term: "pc/01", Lines: []string{"ls"}}}, "bad-request"},
		{Command{ID: "no-host00", Input: &InputAction{Term: "moon/1", Lines: []string{"ls"}}}, "not-found"},
		{Command{ID: "not-mine", Input: &InputAction{Term: "far/1", Lines: []string{"ls"}}}, "forbidden"},
		{Command{ID: "no-lines", Input: &InputAction{Term: "pc/1"}}, "limit"},
		{Command{ID: "long-line", Input: &InputAction{Term: "pc/1", Lines: []string{strings.Repeat("x", 100<<10)}}}, "bad-request"},
		{Command{ID: "bad-key0", Key: &KeyAction{Term: "pc/1", Key: "escape"}}, "bad-request"},
		{Command{ID: "past0000", Advance: &AdvanceAction{For: -5}}, "limit"},
		{Command{ID: "no-portal", Portal: &PortalAction{Portal: "moon", Request: "x"}}, "failed"},
		{Command{ID: "no-sender", Mail: &MailAction{From: "a@b", To: "c@d"}}, "failed"},
		{Command{ID: "no-question", Answer: &AnswerAction{Question: "?", Given: "x"}}, "not-found"},
	} {
		if r := p.do(c.c); r.Error == nil || r.Error.Code != c.code {
			t.Errorf("%s: %+v, want %s", c.c.ID, r.Error, c.code)
		}
	}
	if out := p.run("pc/1", "echo alive"); out != "alive\n" {
		t.Errorf("afterwards: %q", out)
	}
}

func TestFlood(t *testing.T) {
	l := newLab(t, Config{})
	id := l.create(CreateSession{Scenario: network, Seed: "1"})
	p, other := l.page(id), l.page(l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true}))
	var ids []string
	for range 1000 {
		c := Command{ID: p.id(), Input: &InputAction{Term: "pc/1", Lines: []string{"true"}}}
		ids = append(ids, c.ID)
		p.send(ClientMessage{Cmd: &c})
	}
	if out := other.run("pc/1", "echo alive"); out != "alive\n" {
		t.Errorf("other session: %q", out)
	}
	limited := 0
	p.until("all results", func() bool { return len(p.results) == 1000 })
	for _, id := range ids {
		if e := p.results[id].Error; e != nil {
			if e.Code != codeLimit {
				t.Errorf("%v", e)
			}
			limited++
		}
	}
	if limited == 0 {
		t.Error("nothing was limited")
	}
}
