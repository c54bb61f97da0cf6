package sim_test

import (
	"testing"
	"testing/synctest"

	"mxlab/sim"
)

// TestAuditor runs a whole session with synctest.Wait before each step of the
// clock: it returns only when every other goroutine of the world is blocked, so
// no goroutine, of a library or our own, was still running when time moved.
func TestAuditor(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "network:company", 3)
	actions := session(p)
	plain := world(t, p)
	for _, a := range actions {
		plain.Do(a)
	}
	want := traceText(t, plain)
	synctest.Test(t, func(t *testing.T) {
		w, err := p.World()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		steps := 0
		w.Audit(func() {
			steps++
			synctest.Wait()
		})
		for _, a := range actions {
			if _, err := w.Do(a); err != nil {
				t.Fatal(err)
			}
		}
		if steps < 200 {
			t.Errorf("only %d steps were audited", steps)
		}
		if got := traceText(t, w); got != want {
			t.Errorf("the audited trace differs at %s", firstDifference(want, got))
		}
	})
}
