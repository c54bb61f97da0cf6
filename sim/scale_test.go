package sim_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxlab/sim"
)

// many returns how often a test of scale does its work: few times by default,
// the full number with MXLAB_SCALE=full.
func many(few, full int) int {
	if os.Getenv("MXLAB_SCALE") == "full" {
		return full
	}
	return few
}

// heap returns the bytes that are in use after a thorough collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// resident returns the process's resident set (proc(5) statm) in bytes, with
// what the heap does not need given back; 0 where there is no /proc.
func resident() uint64 {
	debug.FreeOSMemory()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	pages, _ := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}

// visit is a short session: a command, a mail, some time.
func visit(p *sim.Plan) []sim.Action {
	box := p.Blueprint.Boxes
	return []sim.Action{
		{On: "mail1", Run: "mailq; tail -f /var/log/mail.log\n"}, // left running
		{Mail: &sim.Mail{From: box[1].Address, To: box[0].Address, Subject: "hello", Body: "hello"}},
		{On: "ns1", Run: "sleep 1000 &\n"},
		{Advance: sim.Duration(time.Minute)},
	}
}

// Worlds that are opened and closed leave nothing behind: neither goroutines
// nor memory. 10,000 of them with MXLAB_SCALE=full.
func TestClosedWorldsLeaveNothing(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "missing-ptr", 7)
	list := visit(p)
	cycle := func(n int) {
		t.Helper()
		for i := range n {
			w, err := p.World()
			if err != nil {
				t.Fatal(err)
			}
			if i%4 != 0 {
				act(t, w, list...)
			}
			w.Close()
		}
	}
	cycle(20) // fills what is shared by all worlds
	goroutines, before := runtime.NumGoroutine(), heap()
	n := many(200, 10_000)
	cycle(n)
	after := heap()
	t.Logf("%d worlds: heap %d KB before, %d KB after", n, before>>10, after>>10)
	if g := runtime.NumGoroutine(); g > goroutines {
		t.Errorf("%d goroutines, %d before", g, goroutines)
	}
	// A leak of one small object of each world would be more.
	if limit := before + 512<<10 + uint64(n)*64; after > limit {
		t.Errorf("heap of %d KB, %d KB before: %d bytes are left of each world", after>>10, before>>10, (after-before)/uint64(n))
	}
}

// BenchmarkWorlds holds many worlds at once (1,000 with -benchtime 1000x) and
// reports what one takes: resident memory (RSS) and heap per world, and
// goroutines.
func BenchmarkWorlds(b *testing.B) {
	p := plan(b, sim.NewLibrary(), "missing-ptr", 7)
	box := p.Blueprint.Boxes
	warm := world(b, p)
	act(b, warm, visit(p)...)
	for _, state := range []struct {
		name string
		list []sim.Action
	}{
		{"fresh", nil},
		{"mail", []sim.Action{{Mail: &sim.Mail{From: box[0].Address, To: box[1].Address, Subject: "hello", Body: "hello"}}}},
		{"terminal", []sim.Action{{On: "mail1", Run: "tail -3 /var/log/mail.log\n"}}},
	} {
		b.Run(state.name, func(b *testing.B) {
			rss, used, goroutines := resident(), heap(), runtime.NumGoroutine()
			worlds := make([]*sim.World, b.N)
			for i := range worlds {
				w, err := p.World()
				if err != nil {
					b.Fatal(err)
				}
				act(b, w, state.list...)
				worlds[i] = w
			}
			b.StopTimer()
			n := float64(b.N)
			b.ReportMetric(float64(int64(resident())-int64(rss))/n, "RSS-B/world")
			b.ReportMetric(float64(int64(heap())-int64(used))/n, "heap-B/world")
			b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/n, "goroutines/world")
			for _, w := range worlds {
				w.Close()
			}
		})
	}
}
