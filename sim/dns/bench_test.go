package dns

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// loadText loads a zone from text with named's defaults.
func loadText(tb testing.TB, origin, text string) *Zone {
	tb.Helper()
	return loadBytes(tb, origin, []byte(text))
}

func loadBytes(tb testing.TB, origin string, text []byte) *Zone {
	tb.Helper()
	opts := NamedOptions(Primary)
	opts.Origin, opts.File = origin, "db."+origin
	opts.Read = func(string) ([]byte, error) { return text, nil }
	zone, messages, err := Load(opts)
	if err != nil {
		tb.Fatalf("zone %s: %v %v", origin, err, messages)
	}
	return zone
}

func bigZone(records int) string {
	var b strings.Builder
	b.WriteString("$TTL 3600\n@ IN SOA ns1 hostmaster 1 3600 900 1209600 300\n@ IN NS ns1\nns1 IN A 192.0.2.1\n")
	for i := range records {
		fmt.Fprintf(&b, "host%d IN A 198.18.%d.%d\n", i, i/256, i%256)
	}
	return b.String()
}

func BenchmarkLoad10000(b *testing.B) {
	text := []byte(bigZone(10_000))
	b.ReportAllocs()
	for b.Loop() {
		loadBytes(b, "example.com", text)
	}
}

func BenchmarkRespondMX(b *testing.B) { benchmarkRespond(b, "example.com.", mdns.TypeMX) }
func BenchmarkRespondA(b *testing.B)  { benchmarkRespond(b, "www.example.com.", mdns.TypeA) }
func BenchmarkRespondNX(b *testing.B) { benchmarkRespond(b, "nosuch.example.com.", mdns.TypeA) }
func BenchmarkRespondReferral(b *testing.B) {
	benchmarkRespond(b, "www.sub.example.com.", mdns.TypeA)
}

func benchmarkRespond(b *testing.B, name string, qtype uint16) {
	zones := NewZoneSet(loadText(b, "example.com", baseZones()[0].text+"sub NS ns.sub\nns.sub A 192.0.2.7\n"))
	q := new(mdns.Msg)
	q.Question = []mdns.Question{{Name: name, Qtype: qtype, Qclass: mdns.ClassINET}}
	q.RecursionDesired = true
	q.SetEdns0(1232, false)
	buf := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		resp, _ := zones.Respond(q, RespondOptions{UDP: true})
		if _, err := resp.PackBuffer(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLoadIsCheap guards the budget of a large zone: 60 ms and 5 MB for 10,000
// records, with room for a busy machine in the time.
func TestLoadIsCheap(t *testing.T) {
	text := []byte(bigZone(10_000))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	zone := loadBytes(t, "example.com", text)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	taken := after.TotalAlloc - before.TotalAlloc
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := after.HeapAlloc - before.HeapAlloc
	t.Logf("%d records: %v, %d KB taken, %d KB held", zone.Len(), took, taken/1024, held/1024)
	if taken > 5<<20 {
		t.Errorf("loading took %d bytes", taken)
	}
	if took > 600*time.Millisecond {
		t.Errorf("loading took %v", took)
	}
}
