package webui

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// Sessions that leave memory and come back leave nothing behind: neither
// goroutines nor memory. 10,000 times with MXLAB_SCALE=full.
func TestClosedSessionsLeaveNothing(t *testing.T) {
	l := newLab(t, Config{Data: t.TempDir()})
	var ids []string
	for range 5 {
		ids = append(ids, l.create(CreateSession{Scenario: network, Seed: "1", Fresh: true}))
	}
	commands := 0
	cycle := func(n int) {
		t.Helper()
		for i := range n {
			p := l.visit(ids[i%len(ids)])
			if commands < 50 { // afterwards the records are only replayed
				commands++
				p.run("pc/1", "dig www.example.kr; sleep 5 &")
			}
			if p.ask(Ask{File: &AskFile{Host: "pc", Path: "/etc/hosts", At: p.state.Now}}).Error != nil {
				t.Fatal("the past cannot be looked at")
			}
			p.conn.Close()
			for l.server.evict(time.Now().Add(time.Hour), 0) > 0 { // until the server has noticed
				time.Sleep(100 * time.Microsecond)
			}
		}
	}
	measure := func() (heap uint64, goroutines int) {
		l.client.CloseIdleConnections()
		for range 100 { // connections end in their own time
			time.Sleep(5 * time.Millisecond)
			if n := runtime.NumGoroutine(); n == goroutines {
				break
			} else {
				goroutines = n
			}
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	cycle(60)
	before, goroutines := measure()
	n := 60
	if os.Getenv("MXLAB_SCALE") == "full" {
		n = 10_000
	}
	cycle(n)
	after, now := measure()
	t.Logf("%d sessions: heap %d KB before, %d KB after; goroutines %d, %d", n, before>>10, after>>10, goroutines, now)
	if now > goroutines+2 {
		t.Errorf("%d goroutines, %d before", now, goroutines)
	}
	if limit := before + 1<<20 + uint64(n)*64; after > limit {
		t.Errorf("heap of %d KB, %d KB before", after>>10, before>>10)
	}
}
