package vtime_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxlab/sim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestTimeJumpsToTheNextEvent(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var log []string
	note := func(s string) { log = append(log, fmt.Sprintf("%v %s", k.Clock().Since(), s)) }
	err := k.Do(0, func(op *vtime.Task) {
		c := op.Clock()
		c.After(3*time.Second, func() { note("three") })
		c.After(time.Second, func() { note("one") })
		c.After(time.Second, func() { note("one again") })
		c.Go("sleeper", func(t *vtime.Task) {
			t.Sleep(2 * time.Second)
			note("slept")
		})
		stopped := c.After(time.Second, func() { note("never") })
		if !stopped.Stop() || stopped.Stop() {
			t.Error("Stop must succeed once")
		}
		op.Sleep(127 * time.Second)
		note("done")
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "1s one;1s one again;2s slept;3s three;2m7s done"
	if got := strings.Join(log, ";"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArmUsesATimerAgain(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var fired []time.Duration
	k.Do(0, func(op *vtime.Task) {
		c := op.Clock()
		note := func() { fired = append(fired, c.Since()) }
		var tm vtime.Timer
		c.Arm(&tm, time.Second, note)
		c.Arm(&tm, 3*time.Second, note) // replaces the first
		op.Sleep(4 * time.Second)
		c.Arm(&tm, time.Second, note)
		op.Sleep(4 * time.Second)
		c.Arm(&tm, time.Second, note)
		tm.Stop()
		op.Sleep(4 * time.Second)
	})
	if len(fired) != 2 || fired[0] != 3*time.Second || fired[1] != 5*time.Second {
		t.Errorf("fired at %v, want 3s and 5s", fired)
	}
}

func TestTimeStandsStillBetweenOperations(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	fired := false
	k.Do(0, func(op *vtime.Task) {
		op.Clock().After(time.Second, func() { fired = true })
	})
	if fired || k.Clock().Since() != 0 {
		t.Fatal("an event ran although no operation waited for it")
	}
	k.Do(0, func(op *vtime.Task) { op.Sleep(time.Second) })
	if !fired {
		t.Fatal("the event did not run in the next operation")
	}
}

func TestStuckOperationFails(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var never vtime.Signal
	if err := k.Do(0, func(op *vtime.Task) { never.Wait(op) }); !errors.Is(err, vtime.ErrStuck) {
		t.Fatalf("got %v, want ErrStuck", err)
	}
	if err := k.Do(0, func(op *vtime.Task) { op.Sleep(time.Hour) }); err != nil {
		t.Fatalf("the world did not survive: %v", err)
	}
}

func TestEventLimit(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	err := k.Do(100, func(op *vtime.Task) {
		for {
			op.Sleep(time.Millisecond)
		}
	})
	if !errors.Is(err, vtime.ErrEventLimit) {
		t.Fatalf("got %v, want ErrEventLimit", err)
	}
}

func TestPanicReleasesTheBaton(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var faults []any
	k.OnFault(func(v any) { faults = append(faults, v) })
	err := k.Do(0, func(op *vtime.Task) { panic("operation") })
	if pe := (*vtime.PanicError)(nil); !errors.As(err, &pe) || pe.Value != "operation" {
		t.Fatalf("got %v", err)
	}
	k.Do(0, func(op *vtime.Task) {
		op.Clock().Go("task", func(*vtime.Task) { panic("task") })
		op.Clock().After(1, func() { panic("callback") })
		op.Clock().After(2, func() { op.Clock().Current().Sleep(1) })
		op.Sleep(time.Second)
	})
	if len(faults) != 3 {
		t.Fatalf("faults: %v, want one each of task, callback, waiting in a callback", faults)
	}
}

func TestGoexitReleasesTheBaton(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	done := make(chan struct{})
	go func() { // as a test that calls t.Fatal
		defer close(done)
		k.Do(0, func(*vtime.Task) { runtime.Goexit() })
	}()
	<-done
	// In a task it ends the operation that carries the task out, as t.Fatal in a
	// task should end its test.
	var why error
	done = make(chan struct{})
	go func() {
		defer close(done)
		k.Do(0, func(op *vtime.Task) {
			op.Clock().Go("task", func(*vtime.Task) { runtime.Goexit() }).OnEnd(func(err error) { why = err })
			op.Sleep(time.Second)
			t.Error("the operation went on")
		})
	}()
	<-done
	if !errors.Is(why, vtime.ErrKilled) {
		t.Errorf("the task ended with %v", why)
	}
	if err := k.Do(0, func(op *vtime.Task) { op.Sleep(time.Second) }); err != nil {
		t.Errorf("the next operation: %v", err)
	}
}

func TestCloseUnwindsEverything(t *testing.T) {
	for cut := 0; cut < 30; cut++ {
		k := vtime.New(start, uint64(cut))
		var unwound, begun int
		var sig vtime.Signal
		err := k.Do(uint64(cut)+1, func(op *vtime.Task) {
			for i := range 5 {
				begun++
				op.Clock().Go("worker", func(w *vtime.Task) {
					defer func() { unwound++ }()
					for n := range 3 {
						w.Sleep(time.Duration(i+n) * time.Millisecond)
					}
					sig.Wait(w)
				})
			}
			op.Sleep(time.Second)
		})
		k.Close()
		k.Close()
		if unwound != begun {
			t.Fatalf("cut %d (%v): %d of %d tasks unwound", cut, err, unwound, begun)
		}
		if err := k.Do(0, func(*vtime.Task) {}); !errors.Is(err, vtime.ErrClosed) {
			t.Fatalf("Do after Close: %v", err)
		}
	}
}

func TestCloseWhileOperationsWait(t *testing.T) {
	k := vtime.New(start, 1)
	var sig vtime.Signal
	errs := make(chan error)
	for range 4 {
		go func() {
			errs <- k.Do(0, func(op *vtime.Task) {
				// An endless supply of events: without Close this never ends.
				var tick func()
				tick = func() { op.Clock().After(time.Second, tick) }
				tick()
				sig.Wait(op)
			})
		}()
	}
	time.Sleep(5 * time.Millisecond)
	k.Close()
	for range 4 {
		if err := <-errs; !errors.Is(err, vtime.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
}

func TestSettleWaitsForWork(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	k.Do(0, func(op *vtime.Task) {
		c := op.Clock()
		c.Go("delivery", func(w *vtime.Task) {
			done := c.Work()
			defer done()
			w.Sleep(30 * time.Second)
		})
		if !op.Settle(time.Minute) || c.Since() != 30*time.Second {
			t.Errorf("settled at %v", c.Since())
		}
		done := c.Work()
		c.AddWork(2)
		c.AddWork(-2)
		if op.Settle(time.Minute) || c.Since() != 90*time.Second {
			t.Errorf("endless work: gave up at %v", c.Since())
		}
		done()
	})
}

func TestKill(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var sig vtime.Signal
	var why error
	k.Do(0, func(op *vtime.Task) {
		w := op.Clock().Go("w", func(w *vtime.Task) { sig.Wait(w) })
		w.OnEnd(func(err error) { why = err })
		op.Sleep(1)
		w.Kill(nil)
		op.Sleep(1)
	})
	if !errors.Is(why, vtime.ErrKilled) || sig.Waiting() != 0 {
		t.Fatalf("got %v, %d still waiting", why, sig.Waiting())
	}
}

func BenchmarkTimerEvent(b *testing.B) {
	k := vtime.New(start, 1)
	defer k.Close()
	b.ReportAllocs()
	k.Do(0, func(op *vtime.Task) {
		n := b.N
		var tick func()
		tick = func() {
			if n--; n > 0 {
				op.Clock().After(time.Millisecond, tick)
			}
		}
		tick()
		b.ResetTimer()
		op.Sleep(time.Duration(b.N+1) * time.Millisecond)
	})
}

func BenchmarkHandOff(b *testing.B) {
	k := vtime.New(start, 1)
	defer k.Close()
	k.Do(0, func(op *vtime.Task) {
		done := false
		op.Clock().Go("other", func(o *vtime.Task) {
			for !done {
				o.Yield()
			}
		})
		b.ResetTimer()
		for range b.N {
			op.Yield()
		}
		done = true
	})
}

func BenchmarkConnectTimeout127s(b *testing.B) {
	k := vtime.New(start, 1)
	defer k.Close()
	k.Do(0, func(op *vtime.Task) {
		for range b.N {
			op.Sleep(127 * time.Second)
		}
	})
}

func TestTryGoesOnAfterAKill(t *testing.T) {
	k := vtime.New(start, 1)
	defer k.Close()
	var never vtime.Signal
	err := k.Do(0, func(op *vtime.Task) {
		if err := op.Try(func() { never.Wait(op) }); !errors.Is(err, vtime.ErrStuck) {
			t.Errorf("got %v, want ErrStuck", err)
		}
		op.Sleep(time.Second)
	})
	if err != nil || k.Clock().Since() != time.Second || never.Waiting() != 0 {
		t.Errorf("%v at %v", err, k.Clock().Since())
	}
}
