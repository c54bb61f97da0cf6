package scenarios_test

import (
	"regexp"
	"slices"
	"testing"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// each draws every scenario for some students and gives its fresh world.
func each(t *testing.T, fn func(t *testing.T, d *scenarios.Drawn, w *sim.World)) {
	t.Helper()
	lib := sim.NewLibrary()
	for _, id := range scenarios.Builtin() {
		set, err := scenarios.Open(id)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(4) {
			d, err := set.Draw(seed)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := lib.Compile(d.Blueprint)
			if err != nil {
				t.Fatal(err)
			}
			w, err := plan.World()
			if err != nil {
				t.Fatal(err)
			}
			t.Run(id, func(t *testing.T) { fn(t, d, w) })
			w.Close()
		}
	}
}

// unseen are kinds of events at which playback does not stop, unless they fail
// (isVisible in webui/ui/src/core/kinds.ts).
var unseen = []string{"end", "host.log", "host.proc", "host.login", "net.accept", "net.connect", "net.packet", "dns.lookup"}

// The playback stops at a prediction only if its event happens, whatever the
// student's parameters are, and is one that is shown.
func TestPredictionsAreMadeBeforeSomethingThatHappens(t *testing.T) {
	each(t, func(t *testing.T, d *scenarios.Drawn, w *sim.World) {
		for _, q := range d.Scenario.Questions {
			if q.Before == nil {
				continue
			}
			seq := q.Before.Find(w.Log())
			if seq == 0 || slices.Contains(unseen, q.Before.Kind) && w.Log().Get(seq).Outcome < trace.TempFail {
				t.Errorf("seed %d: question %s: playback shows no event %+v", d.Blueprint.Seed, q.ID, *q.Before)
			}
		}
	})
}

var notThere = regexp.MustCompile(`(?m): not found$|No such file`)

// What the guide suggests to try can be tried.
func TestSuggestedCommandsExist(t *testing.T) {
	each(t, func(t *testing.T, d *scenarios.Drawn, w *sim.World) {
		for _, task := range d.Scenario.Tasks {
			for _, try := range task.Try {
				if h := w.Host(try.On); h == nil {
					t.Errorf("task %s: no host %q", task.ID, try.On)
					continue
				}
				res, err := w.Do(sim.Action{On: try.On, Run: try.Run})
				if err != nil || notThere.MatchString(res.Output) {
					t.Errorf("seed %d: task %s: %s$ %s: %v\n%s", d.Blueprint.Seed, task.ID, try.On, try.Run, err, res.Output)
				}
			}
		}
	})
}
