package webui

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestCrashChild is the server that TestKilledServer kills.
func TestCrashChild(t *testing.T) {
	dir, addr := os.Getenv("MXLAB_CRASH_DIR"), os.Getenv("MXLAB_CRASH_ADDR")
	if dir == "" {
		t.Skip("only for TestKilledServer")
	}
	s, err := New(Config{Lib: library, Data: dir, Scenarios: []string{network}})
	if err != nil {
		t.Fatal(err)
	}
	t.Fatal(http.ListenAndServe(addr, s.Handler()))
}

// A server killed with SIGKILL in the midst of work loses nothing it has
// acknowledged: each command whose result a page has seen was done, once, and
// one whose result was not seen is done at most once when it is sent again.
func TestKilledServer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	l := &lab{t: t, client: &http.Client{Transport: &http.Transport{}}}
	defer l.client.CloseIdleConnections()
	var child *exec.Cmd
	start := func() {
		t.Helper()
		child = exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
		child.Env = append(os.Environ(), "MXLAB_CRASH_DIR="+dir, "MXLAB_CRASH_ADDR="+addr)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if c, err := net.Dial("tcp", addr); err == nil {
				c.Close()
				return
			}
		}
		t.Fatal("the server does not start")
	}
	kill := func() {
		child.Process.Kill()
		child.Wait()
	}
	start()
	defer func() { kill() }()
	id := l.createAt("http://"+addr, CreateSession{Scenario: network, Seed: "1"})
	p := &page{t: t, url: "ws://" + addr + "/api/sessions/" + id + "/ws", chunks: map[string][]Chunk{}, results: map[string]*Result{}, answers: map[string]*Answer{}}
	p.connect()
	defer func() { p.conn.Close() }()
	want := ""
	for round := range 6 {
		var open []Command
		for i := range 8 {
			word := fmt.Sprintf("w%d-%d", round, i)
			c := Command{ID: p.id(), Input: &InputAction{Term: "pc/1", Lines: []string{"echo " + word + " >> /tmp/n"}}}
			want += word + " "
			p.send(ClientMessage{Cmd: &c})
			open = append(open, c)
		}
		// Some results are seen, then the power of the process is gone.
		p.until("some results", func() bool { return p.results[open[round].ID] != nil })
		kill()
		p.conn.Close()
		start()
		p.connect() // fails the test if the server's log is not a continuation of the page's
		for i := range open {
			if p.results[open[i].ID] == nil {
				p.send(ClientMessage{Cmd: &open[i]})
			}
		}
		p.until("all results", func() bool {
			for i := range open {
				if p.results[open[i].ID] == nil {
					return false
				}
			}
			return true
		})
		if got := p.noted(); got != strings.TrimSpace(want) {
			t.Fatalf("round %d: the file has\n%s\nwant\n%s", round, got, want)
		}
	}
}
