package sim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mxlab/sim"
	"mxlab/sim/trace"
)

// twoHours is what a diligent student does in a session of two hours: 400
// actions, of which every tenth lets minutes pass.
func twoHours(p *sim.Plan) (list []sim.Action) {
	box := p.Blueprint.Boxes
	for n := 0; len(list) < 400; n++ {
		from, to := box[n%2].Address, box[(n+1)%2].Address
		list = append(list,
			sim.Action{On: "pc", Run: fmt.Sprintf("dig mail%d.example +short; ping -c 1 ns1\n", n)},
			sim.Action{On: "ns1", Run: "named-checkconf && rndc reload && rndc status\n"},
			sim.Action{On: "mail1", Write: "/etc/aliases", Text: fmt.Sprintf("postmaster: root\nlist%d: kim\n", n)},
			sim.Action{On: "mail1", Run: "newaliases; postfix reload; mailq; tail -3 /var/log/mail.log\n"},
			sim.Action{Mail: &sim.Mail{From: from, To: to, Subject: "again", Body: fmt.Sprintf("number %d\n", n)}},
			sim.Action{Advance: sim.Duration(time.Duration(n%5+1) * time.Minute)},
			sim.Action{On: "mail1", Run: "grep -c status= /var/log/mail.log | cat; ls -l /etc/postfix\n"},
			sim.Action{On: "ns1", Run: "dig @localhost example.com MX; cat /etc/resolv.conf\n"},
			sim.Action{Fetch: from},
			sim.Action{On: "pc", Run: "dig +trace www.example.com | tail -5\n"},
		)
	}
	return list
}

func act(t testing.TB, w *sim.World, list ...sim.Action) {
	t.Helper()
	for _, a := range list {
		if _, err := w.Do(a); err != nil {
			t.Fatalf("%s: %v", a.String(), err)
		}
	}
}

// until is the trace of what happened up to a moment.
func until(w *sim.World, moment time.Duration) string {
	var b strings.Builder
	w.Log().After(0, func(e *trace.Event) bool {
		if e.At > moment {
			return false
		}
		b.WriteString(e.String() + "\n")
		return true
	})
	return b.String()
}

// A world moved to a moment has done exactly what the recorded one had done
// then, wherever the moment lies, and whatever way led there.
func TestPastIsWhatWas(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "missing-ptr", 7)
	w := world(t, p)
	begun := w.Now()
	act(t, w, session(p)...)
	act(t, w,
		sim.Action{On: "mail1", Run: "(sleep 30; echo late >> /tmp/late) & tail -f /var/log/mail.log\n"}, // left running
		sim.Action{Mail: &sim.Mail{From: p.Blueprint.Boxes[0].Address, To: "nobody@nowhere.example", Subject: "x", Body: "x"}},
		sim.Action{On: "ns1", Run: "sleep 100; date\n"},
		sim.Action{Reboot: "mail1"},
		sim.Action{Until: "quiet"},
		sim.Action{On: "mail1", Run: "uptime; mailq\n"})
	h := p.NewHistory(w.Journal())
	defer h.Close()
	random := rand.New(rand.NewPCG(1, 2))
	look := func(moment time.Duration) {
		t.Helper()
		want := until(w, moment)
		err := h.Look(moment, func(past *sim.World) error {
			if now := past.Now(); now > moment+1 {
				return fmt.Errorf("it is %v already", now)
			}
			if got := traceText(t, past); got != want {
				return fmt.Errorf("trace of %d bytes, want %d", len(got), len(want))
			}
			return nil
		})
		if err != nil {
			t.Fatalf("at %v: %v", moment, err)
		}
	}
	look(w.Now())
	for moment := begun; moment < w.Now(); moment += time.Duration(random.Int64N(int64(w.Now()-begun) / 20)) { // forward
		look(moment)
	}
	w.Log().After(0, func(e *trace.Event) bool {
		if e.At >= begun && e.Seq%97 == 0 {
			look(e.At)
		}
		return true
	})
	for range 30 { // anywhere
		look(begun + time.Duration(random.Int64N(int64(w.Now()-begun))))
		if random.IntN(3) == 0 {
			if _, err := h.Fill(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPastShowsFilesAsTheyWere(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "missing-ptr", 7)
	w := world(t, p)
	begun := w.Now()
	h := p.NewHistory(nil)
	defer h.Close()
	var at []time.Duration
	for i := range 5 {
		act(t, w, sim.Action{On: "mail1", Write: "/tmp/n", Text: fmt.Sprint(i)}, sim.Action{Advance: sim.Duration(time.Hour)})
		at = append(at, w.Now()-time.Minute)
	}
	if err := h.Extend(w.Journal()); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{4, 0, 3, 2, 2, 1} {
		err := h.Look(at[i], func(past *sim.World) error {
			b, err := past.ReadFile("mail1", "/tmp/n")
			if err == nil && string(b) != fmt.Sprint(i) {
				err = fmt.Errorf("the file says %s", b)
			}
			return err
		})
		if err != nil {
			t.Errorf("moment %d: %v", i, err)
		}
	}
	// Before the world there is its beginning.
	if err := h.Look(0, func(past *sim.World) error {
		if past.Now() != begun {
			return fmt.Errorf("it is %v", past.Now())
		}
		_, err := past.ReadFile("mail1", "/tmp/n")
		if err == nil {
			return fmt.Errorf("the file is there")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	// What is tried leaves nothing behind.
	if err := h.Try(at[0], func(past *sim.World) error {
		_, _, _, err := past.Exec("mail1", []string{"rm", "/tmp/n"})
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := h.Look(at[0], func(past *sim.World) error {
		_, err := past.ReadFile("mail1", "/tmp/n")
		return err
	}); err != nil {
		t.Error("after a try: ", err)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "missing-ptr", 7)
	w := world(t, p)
	for i := range 120 {
		act(t, w, sim.Action{On: "mail1", Write: "/tmp/n", Text: fmt.Sprint(i)})
	}
	h := p.NewHistory(w.Journal())
	random := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		if err := h.Look(time.Duration(random.Int64N(int64(w.Now()))), func(*sim.World) error { return nil }); err != nil {
			t.Fatal(err)
		}
		fill(t, h)
		if n := h.Worlds(); n > 3+2 {
			t.Fatalf("%d worlds are kept", n)
		}
	}
	other := world(t, p)
	act(t, other, sim.Action{Advance: sim.Duration(time.Hour)})
	if h.Extend(other.Journal()) == nil {
		t.Error("a journal of another world was taken")
	}
	h.Close()
	if h.Worlds() != 0 || h.Look(0, func(*sim.World) error { return nil }) == nil {
		t.Error("closed and yet open")
	}
}

// fill makes all checkpoints that are missing.
func fill(t testing.TB, h *sim.History) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.Fill(); err != nil {
			t.Fatal(err)
		}
	}
}

// A history that is told of the actions as they are done has a world near every
// moment: no look has to make one.
func TestHistoryGrowsWithTheSession(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "missing-ptr", 7)
	w := world(t, p)
	h := p.NewHistory(nil)
	defer h.Close()
	var at []time.Duration
	for i := range 130 {
		act(t, w, sim.Action{On: "mail1", Write: "/tmp/n", Text: fmt.Sprint(i)}, sim.Action{Advance: sim.Duration(time.Minute)})
		at = append(at, w.Now()-time.Second)
		if err := h.Extend(w.Journal()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Fill(); err != nil { // one step after each action is enough
			t.Fatal(err)
		}
	}
	for _, n := range []int{129, 100, 70, 30, 0} {
		before := h.Worlds()
		err := h.Look(at[n], func(past *sim.World) error {
			b, err := past.ReadFile("mail1", "/tmp/n")
			if err == nil && string(b) != fmt.Sprint(n) {
				err = fmt.Errorf("the file says %s", b)
			}
			return err
		})
		if err != nil {
			t.Errorf("moment %d: %v", n, err)
		}
		if after := h.Worlds(); after > before {
			t.Errorf("moment %d: %d worlds, %d before the look", n, after, before)
		}
	}
}

// BenchmarkSeek looks at random moments of a session of two hours: for the first
// time, with checkpoints made while the session went on (first), again and again
// (warm), step by step backwards (step), and without any checkpoint (cold).
// worst-ms is the longest look, heap-B what the worlds of the history take.
func BenchmarkSeek(b *testing.B) {
	p := plan(b, sim.NewLibrary(), "missing-ptr", 7)
	w := world(b, p)
	act(b, w, twoHours(p)...)
	b.Logf("%d actions, %v, %d events", len(w.Journal()), w.Now(), w.Log().Len())
	nothing := func(*sim.World) error { return nil }
	for _, mode := range []string{"first", "warm", "step", "cold"} {
		b.Run(mode, func(b *testing.B) {
			used := heap()
			h := p.NewHistory(w.Journal())
			defer func() { h.Close() }()
			random := rand.New(rand.NewPCG(1, 2))
			var worst time.Duration
			seq := w.Log().Len()
			for range b.N {
				b.StopTimer()
				if mode == "cold" || mode == "first" {
					h.Close()
					h = p.NewHistory(w.Journal())
				}
				if mode != "cold" {
					fill(b, h)
				}
				moment := w.Log().Get(uint64(random.IntN(w.Log().Len()) + 1)).At
				if seq--; mode == "step" {
					moment = w.Log().Get(uint64(seq%w.Log().Len() + 1)).At
				}
				begin := time.Now()
				b.StartTimer()
				if err := h.Look(moment, nothing); err != nil {
					b.Fatal(err)
				}
				worst = max(worst, time.Since(begin))
			}
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			b.ReportMetric(float64(int64(heap())-int64(used)), "heap-B")
		})
	}
}
