package sim_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plan compiles a scenario or network for a seed.
func plan(t testing.TB, lib *sim.Library, name string, seed uint64) *sim.Plan {
	t.Helper()
	set, err := scenarios.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(seed)
	if err != nil {
		t.Fatal(err)
	}
	p, err := lib.Compile(d.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func world(t testing.TB, p *sim.Plan) *sim.World {
	t.Helper()
	w, err := p.World()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func traceText(t testing.TB, w *sim.World) string {
	t.Helper()
	var b bytes.Buffer
	if err := w.Log().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// session is a mixture of everything a student does.
func session(p *sim.Plan) []sim.Action {
	box := p.Blueprint.Boxes
	return []sim.Action{
		{On: "pc", Run: "dig +short " + box[0].Incoming + " && ping -c 2 ns1"},
		{Mail: &sim.Mail{From: box[0].Address, To: box[1].Address, Subject: "안녕", Body: "hello"}},
		{On: "mail1", Run: "mailq; tail -3 /var/log/mail.log"},
		{On: "ns1", Run: "named-checkconf && rndc reload && rndc status"},
		{On: "ns1", Write: "/tmp/x", Text: "x\n"},
		{On: "mail1", Run: "telnet localhost 25"},
		{On: "mail1", Run: "HELO x\nQUIT"},
		{Advance: sim.Duration(2 * time.Hour)},
		{Mail: &sim.Mail{From: box[1].Address, To: box[0].Address, Subject: "re", Body: "hello"}},
		{Fetch: box[0].Address},
	}
}

func TestReplayGivesTheSameTrace(t *testing.T) {
	lib := sim.NewLibrary()
	p := plan(t, lib, "missing-ptr", 7)
	w := world(t, p)
	for _, a := range session(p) {
		res, err := w.Do(a)
		if err != nil {
			t.Fatalf("%s: %v", a.String(), err)
		}
		if res.Err != "" {
			t.Errorf("%s: %s", a.String(), res.Err)
		}
	}
	if f := w.Faults(); len(f) > 0 {
		t.Fatal(f[0])
	}
	want := traceText(t, w)
	for _, procs := range []int{1, 8} {
		old := runtime.GOMAXPROCS(procs)
		again, err := plan(t, sim.NewLibrary(), "missing-ptr", 7).Replay(w.Journal())
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		got := traceText(t, again)
		again.Close()
		if got != want {
			t.Fatalf("GOMAXPROCS=%d: the traces differ at %s", procs, firstDifference(want, got))
		}
	}
}

func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return "\n" + la[i] + "\n" + lb[i]
		}
	}
	return "the end"
}

func TestDamagedJournalIsRefused(t *testing.T) {
	lib := sim.NewLibrary()
	p := plan(t, lib, "network:company", 1)
	w := world(t, p)
	for _, run := range []string{"echo one", "echo two", "echo three"} {
		if _, err := w.Do(sim.Action{On: "pc", Run: run}); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(sim.Journal) sim.Journal{
		"changed action": func(j sim.Journal) sim.Journal { j[1].Action.Run = "echo 2"; return j },
		"changed time":   func(j sim.Journal) sim.Journal { j[1].At++; return j },
		"removed entry":  func(j sim.Journal) sim.Journal { return append(j[:1], j[2:]...) },
		"bad form":       func(j sim.Journal) sim.Journal { j[1].Action.On = ""; return j },
	} {
		j := append(sim.Journal(nil), w.Journal()...)
		if again, err := p.Replay(damage(j)); err == nil {
			again.Close()
			t.Errorf("%s: not refused", name)
		} else if !strings.Contains(err.Error(), "journal entry 2") {
			t.Errorf("%s: the error does not name the entry: %v", name, err)
		}
	}
	if again, err := plan(t, lib, "network:company", 2).Replay(w.Journal()); err == nil {
		again.Close()
		t.Error("a journal of another seed was not refused")
	}
}

func TestBlockedPort25DefersAtOnceAndBouncesAfterFiveDays(t *testing.T) {
	w := world(t, plan(t, sim.NewLibrary(), "port25-blocked", 1))
	res, err := w.Do(sim.Action{On: "mail1", Run: "mailq"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(res.Output, "25: Connection timed out)") {
		t.Errorf("mailq does not say why the mail waits:\n%s", res.Output)
	}
	if _, err := w.Do(sim.Action{Advance: sim.Duration(5*24*time.Hour + 2*time.Hour)}); err != nil {
		t.Fatal(err)
	}
	res, err = w.Do(sim.Action{On: "mail1", Run: "mailq; grep -c 'status=expired' /var/log/mail.log"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Output != "Mail queue is empty\n1\n" {
		t.Errorf("after five days: %s", res.Output)
	}
}

func TestHostileCommandsEndAndTheWorldLives(t *testing.T) {
	lib := sim.NewLibrary()
	p := plan(t, lib, "network:empty", 1)
	other := world(t, p)
	for _, c := range []struct{ run, want string }{
		{`:(){ :|:& };:`, "Resource temporarily unavailable"},
		{`while :; do :; done`, "Killed"},
		{`yes | cat`, ""},
		{`a=aaaaaaaaaaaaaaaa; while :; do a=$a$a; done`, ""},
		{strings.Repeat("(", 1<<15) + "t" + strings.Repeat(")", 1<<14), ""},
		{`f() { f; }; f`, ""},
		{`cat /dev/zero | grep x`, ""},
		{`head -c 300000000 /dev/zero > /tmp/big`, ""},
		{`printf '%1000000000d' 1`, ""},
		{`sleep 100000000000000`, ""},
		{`nc -l 9`, ""},
		{`while true; do nc -l -p 25 -c x; done &`, ""},
	} {
		w := world(t, p)
		res, err := w.Do(sim.Action{On: "pc", Run: c.run})
		if err != nil {
			t.Fatalf("%.40s: %v", c.run, err)
		}
		if !strings.Contains(res.Output, c.want) {
			t.Errorf("%.40s: output %.300q, want it to contain %q", c.run, res.Output, c.want)
		}
		w.Do(sim.Action{On: "pc", Key: "interrupt"})
		res, err = w.Do(sim.Action{On: "pc", Term: "2", Run: "echo alive"})
		if err != nil || res.Output != "alive\n" {
			t.Errorf("%.40s: the world is dead: %q %v", c.run, res.Output, err)
		}
		if f := w.Faults(); len(f) > 0 {
			t.Errorf("%.40s: %s", c.run, f[0])
		}
	}
	if res, err := other.Do(sim.Action{On: "pc", Run: "echo alive"}); err != nil || res.Output != "alive\n" {
		t.Errorf("another world was affected: %q %v", res.Output, err)
	}
}

func BenchmarkFreshWorld(b *testing.B) {
	p := plan(b, sim.NewLibrary(), "network:company", 1)
	first, err := p.World()
	if err != nil {
		b.Fatal(err)
	}
	first.Close()
	b.ReportAllocs()
	for b.Loop() {
		w, err := p.World()
		if err != nil {
			b.Fatal(err)
		}
		w.Close()
	}
}

// BenchmarkIdleWorldMemory reports the heap and goroutines an idle world holds.
func BenchmarkIdleWorldMemory(b *testing.B) {
	p := plan(b, sim.NewLibrary(), "network:company", 1)
	first, err := p.World()
	if err != nil {
		b.Fatal(err)
	}
	defer first.Close()
	var before, after runtime.MemStats
	goroutines := runtime.NumGoroutine()
	for b.Loop() {
		const n = 50
		runtime.GC()
		runtime.ReadMemStats(&before)
		list := make([]*sim.World, n)
		for i := range list {
			if list[i], err = p.World(); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/world")
		b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/n, "goroutines/world")
		for _, w := range list {
			w.Close()
		}
	}
}

// BenchmarkCompile measures building a network from its files.
func BenchmarkCompile(b *testing.B) {
	lib := sim.NewLibrary()
	set, err := scenarios.Open("network:company")
	if err != nil {
		b.Fatal(err)
	}
	seed := uint64(0)
	for b.Loop() {
		seed++
		d, err := set.Draw(seed)
		if err != nil {
			b.Fatal(err)
		}
		p, err := lib.Compile(d.Blueprint)
		if err != nil {
			b.Fatal(err)
		}
		w, err := p.World()
		if err != nil {
			b.Fatal(err)
		}
		w.Close()
	}
}

// BenchmarkDelivery measures a mail from a PC through its company's server to
// another provider: three SMTP dialogues' worth of work with all look-ups. In
// "fresh" the world has just been built, so hosts boot and configurations are
// read; in "cold" the resolvers' caches are empty; in "warm" they are full.
func BenchmarkDelivery(b *testing.B) {
	p := plan(b, sim.NewLibrary(), "network:company", 1)
	send := func(w *sim.World) {
		err := w.Probe(func(t *vtime.Task) {
			if _, err := w.Submit(t, &sim.Mail{From: p.Blueprint.Boxes[0].Address, To: p.Blueprint.Boxes[1].Address, Subject: "x", Body: "x"}); err != nil {
				b.Error(err)
			}
			t.Settle(time.Hour)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("fresh", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			w, err := p.World()
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			send(w)
			b.StopTimer()
			w.Close()
			b.StartTimer()
		}
	})
	b.Run("cold", func(b *testing.B) {
		w := world(b, p)
		send(w)
		var spent time.Duration // without the flushes; StopTimer would stop the process for longer
		for b.Loop() {
			for _, resolver := range []string{"isp-dns", "moa-dns"} {
				if _, stderr, status, err := w.Exec(resolver, []string{"rndc", "flush"}); err != nil || status != 0 {
					b.Fatalf("%s: %s %v", resolver, stderr, err)
				}
			}
			start := time.Now()
			send(w)
			spent += time.Since(start)
		}
		b.ReportMetric(float64(spent)/float64(b.N), "ns/delivery")
	})
	b.Run("warm", func(b *testing.B) {
		w := world(b, p)
		send(w)
		for b.Loop() {
			send(w)
		}
	})
}
