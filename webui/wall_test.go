package webui

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const wallKey = "open sesame"

// teacher opens the wall with a key; the client has the cookie then, if the key
// was right.
func (l *lab) teacher(key string) (client *http.Client, status int) {
	l.t.Helper()
	jar, _ := cookiejar.New(nil)
	client = &http.Client{Jar: jar, Transport: l.client.Transport}
	resp, err := client.Get(l.http.URL + "/wall?key=" + strings.ReplaceAll(key, " ", "+"))
	if err != nil {
		l.t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return client, resp.StatusCode
}

func (l *lab) dialAs(client *http.Client, path string) *websocket.Conn {
	l.t.Helper()
	d := websocket.Dialer{Jar: client.Jar}
	conn, _, err := d.Dial("ws"+strings.TrimPrefix(l.http.URL, "http")+path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { conn.Close() })
	return conn
}

func TestClassWall(t *testing.T) {
	l := newLab(t, Config{Teacher: wallKey})
	var ids []string
	for i := range 40 {
		ids = append(ids, l.create(CreateSession{Scenario: network, Seed: "1", Student: fmt.Sprintf("student %02d", i), Fresh: true}))
	}
	client, status := l.teacher(wallKey)
	if status != http.StatusOK {
		t.Fatal(status)
	}
	conn := l.dialAs(client, "/api/wall/ws")
	var wall *Wall
	until := func(what string, good func() bool) {
		t.Helper()
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		for wall == nil || !good() {
			var m ServerMessage
			if err := conn.ReadJSON(&m); err != nil || m.Wall == nil {
				t.Fatal(what, err, m.Bye)
			}
			wall = m.Wall
		}
	}
	until("all are there", func() bool { return len(wall.Students) == 40 })
	if len(wall.Tasks) != 1 || wall.Students[7].Name != "student 07" || wall.Students[7].State != "working" {
		t.Errorf("%+v", wall.Students[7])
	}
	p := l.page(ids[7])
	p.run("pc/1", "dig www.example.kr")
	until("the action is shown", func() bool { return wall.Students[7].Last == "pc$ dig www.example.kr" })
	p.do(Command{Hand: &HandAction{Up: true}})
	until("the hand is shown", func() bool { return wall.Students[7].State == "hand" })
	p.do(Command{Hand: &HandAction{}})
	for range 3 {
		p.do(Command{Check: &EmptyAction{}})
	}
	until("the failure is counted, who is stuck is shown", func() bool {
		return len(wall.Failures) == 1 && wall.Failures[0].Count == 1 && wall.Students[7].State == "stuck"
	})
	p.do(Command{Hint: &EmptyAction{}})
	until("the hint is counted", func() bool { return wall.Students[7].Hints == 1 })
	if !p.welcome.Snapshot.Class {
		t.Error("no hand is offered")
	}

	// The teacher looks, and only that.
	look := &page{t: t, url: p.url, conn: l.dialAs(client, "/api/sessions/"+ids[7]+"/ws"), chunks: map[string][]Chunk{}, results: map[string]*Result{}, answers: map[string]*Answer{}}
	look.send(ClientMessage{Hello: &Hello{Protocol: Protocol}})
	look.until("welcome", func() bool { return look.welcome != nil })
	if !look.welcome.Snapshot.Session.ReadOnly || p.welcome.Snapshot.Session.ReadOnly {
		t.Error("who may do what is told wrongly")
	}
	if r := look.do(Command{Input: &InputAction{Term: "pc/1", Lines: []string{"touch /tmp/x"}}}); r.Error == nil || r.Error.Code != codeForbidden {
		t.Errorf("the teacher's command: %+v", r)
	}
	look.sameLog(l.session(ids[7]))
}

func TestWallNeedsTheKey(t *testing.T) {
	for _, c := range []Config{{}, {Teacher: wallKey}} {
		l := newLab(t, c)
		id := l.create(CreateSession{Scenario: network, Seed: "1"})
		client, status := l.teacher("wrong wrong")
		if status != http.StatusForbidden {
			t.Errorf("a wrong key: %d", status)
		}
		var m ServerMessage
		if err := l.dialAs(client, "/api/wall/ws").ReadJSON(&m); err != nil || m.Bye == nil || m.Wall != nil {
			t.Errorf("%+v, %v", m, err)
		}
		if p := l.page(id); p.run("pc/1", "echo a") != "a\n" {
			t.Error("students need no key")
		}
	}
	if _, err := New(Config{Lib: library, Scenarios: []string{network}, Teacher: "short"}); err == nil {
		t.Error("a short key was taken")
	}
}
