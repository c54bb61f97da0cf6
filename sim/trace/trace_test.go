package trace_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

func record(t *testing.T, fn func(*vtime.Task, *trace.Log)) *trace.Log {
	t.Helper()
	k := vtime.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1)
	t.Cleanup(k.Close)
	log := trace.NewLog(k.Clock(), 0)
	if err := k.Do(0, func(op *vtime.Task) { fn(op, log) }); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestScopeGivesSpanAndCause(t *testing.T) {
	log := record(t, func(op *vtime.Task, log *trace.Log) {
		s := log.Open(trace.Event{Kind: trace.DNSLookup, Node: "pc", Data: trace.F("A www.example.kr")})
		op.Clock().After(time.Second, func() {
			log.Emit(trace.Event{Kind: trace.DNSReply, Node: "pc", Peer: "ns1", Outcome: trace.OK})
		})
		log.Emit(trace.Event{Kind: trace.DNSQuery, Node: "pc", Peer: "ns1", Link: "lan", Took: time.Millisecond})
		op.Sleep(2 * time.Second)
		s.End(trace.OK, nil)
		log.Emit(trace.Event{Kind: trace.LogLine, Node: "pc", Data: trace.Text("two\nlines \"x\"")})
	})
	var b bytes.Buffer
	if err := log.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `000001 0.000000000 0 0 dns.lookup - pc "A www.example.kr"
000002 0.000000000 1 1 dns.query - pc>ns1 via lan took 0.001000000 "dns.query"
000003 1.000000000 1 1 dns.reply ok pc>ns1 "dns.reply"
000004 2.000000000 1 2 end ok pc "end"
000005 2.000000000 0 4 host.log - pc "two\nlines \"x\""
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	b.Reset()
	if err := log.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(b.Bytes(), &list); err != nil || len(list) != 5 || list[1]["peer"] != "ns1" {
		t.Errorf("JSON: %v %v", err, list)
	}
}

func TestLimitDropsEvents(t *testing.T) {
	k := vtime.New(time.Unix(0, 0), 1)
	defer k.Close()
	log := trace.NewLog(k.Clock(), 100)
	k.Do(0, func(*vtime.Task) {
		for i := range 200 {
			if seq := log.Emit(trace.Event{Kind: trace.Note}); (seq != 0) != (i < 100) {
				t.Fatalf("event %d: seq %d", i, seq)
			}
		}
	})
	if log.Len() != 100 || log.Get(100) == nil || log.Get(101) != nil {
		t.Error("wrong number of events kept")
	}
}

func TestReadersRunBesideTheWriter(t *testing.T) {
	k := vtime.New(time.Unix(0, 0), 1)
	defer k.Close()
	log := trace.NewLog(k.Clock(), 0)
	const events = 5000
	done := make(chan uint64)
	go func() {
		var seen uint64
		for seen < events {
			log.After(seen, func(e *trace.Event) bool {
				if e.Seq != seen+1 || e.Node != "n" {
					t.Errorf("after %d came %d of %q", seen, e.Seq, e.Node)
				}
				seen = e.Seq
				return true
			})
		}
		done <- seen
	}()
	k.Do(0, func(*vtime.Task) {
		for range events {
			log.Emit(trace.Event{Kind: trace.Note, Node: "n"})
		}
	})
	<-done
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for k := trace.None + 1; !strings.HasPrefix(k.String(), "kind-"); k++ {
		s := k.String()
		if s == "" || seen[s] {
			t.Errorf("kind %d: bad or repeated name %q", k, s)
		}
		seen[s] = true
	}
	if len(seen) < 2 {
		t.Errorf("only %d kinds", len(seen))
	}
}

func BenchmarkEmit(b *testing.B) {
	k := vtime.New(time.Unix(0, 0), 1)
	defer k.Close()
	b.ReportAllocs()
	k.Do(0, func(*vtime.Task) {
		log := trace.NewLog(k.Clock(), 0)
		for range b.N {
			log.Emit(trace.Event{Kind: trace.SMTPReply, Node: "mail1", Data: trace.Text("250 2.1.0 Ok")})
		}
	})
}
