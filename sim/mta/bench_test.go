package mta_test

import (
	"testing"
	"time"

	"mxlab/sim/vtime"
)

// deliverOnce sends a mail from A to B and waits until it lies in the mailbox.
func deliverOnce(t *vtime.Task, w *world) {
	w.drop(t, "maila", "alice@example.com", "bob@example.net", "Subject: bench\n\nHello.\n")
	t.Settle(time.Minute)
}

func benchmarkDelivery(b *testing.B, pause time.Duration) {
	w := newWorld(b, "")
	w.do(func(t *vtime.Task) {
		deliverOnce(t, w)
		b.ReportAllocs()
		events := w.log.Len()
		for b.Loop() {
			t.Sleep(pause)
			deliverOnce(t, w)
		}
		b.ReportMetric(float64(w.log.Len()-events)/float64(b.N), "events/op")
	})
	b.StopTimer()
	if n := w.sh("mailb", "ls /home/bob/Maildir/new | wc -l"); n == "0\n" {
		b.Fatal("nothing arrived")
	}
}

// BenchmarkColdDelivery is a delivery with new processes on both sides and all
// look-ups: MX, A, PTR, forward A.
func BenchmarkColdDelivery(b *testing.B) { benchmarkDelivery(b, 10*time.Minute) }

// BenchmarkWarmDelivery is a delivery while all processes still run.
func BenchmarkWarmDelivery(b *testing.B) { benchmarkDelivery(b, time.Second) }
