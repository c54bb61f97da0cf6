package userland

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// report prints what was found out.
func (m *mtr) report(start time.Time) {
	hops := m.shown()
	names := make([]string, len(hops))
	for i := range hops {
		if names[i] = "???"; hops[i].from.IsValid() {
			names[i] = m.name(hops[i].from, m.numeric, m.both)
			if m.both && names[i] == fmt.Sprintf("%s (%s)", hops[i].from, hops[i].from) {
				names[i] = hops[i].from.String()
			}
		}
	}
	switch {
	case m.json:
		m.reportJSON(hops, names)
		return
	case m.csv:
		m.reportCSV(start, hops, names)
		return
	}
	head, row := 27, 25
	if m.wide {
		longest := len(m.p.Host.Hostname())
		for _, n := range names {
			longest = max(longest, len(n))
		}
		head, row = longest, longest
	}
	m.p.Printf("Start: %s\n", start.Format("2006-01-02T15:04:05-0700"))
	m.p.Printf("HOST: %-*.*s Loss%%   Snt   Last   Avg  Best  Wrst StDev\n", head, head, m.p.Host.Hostname())
	for i := m.first - 1; i < len(hops); i++ {
		m.p.Printf("%3d.|-- %-*.*s%s\n", i+1, row, row, names[i], hops[i].figures())
	}
}

// figures are the columns of a hop. A number too long for its column loses its
// end, as in the real one.
func (h *mtrHop) figures() string {
	last, avg, best, worst, dev := h.statistics()
	var b strings.Builder
	cell := func(width int, text string) { b.WriteString(text[:min(width, len(text))]) }
	cell(6, fmt.Sprintf(" %4.1f%%", h.loss()))
	cell(6, fmt.Sprintf(" %5d", h.sent))
	cell(7, fmt.Sprintf("  %5.1f", last))
	for _, v := range []float64{avg, best, worst, dev} {
		cell(6, fmt.Sprintf(" %5.1f", v))
	}
	return b.String()
}

func (h *mtrHop) loss() float64 {
	return 100 * float64(h.sent-len(h.times)) / float64(max(h.sent, 1))
}

// statistics are last, average, best, worst and standard deviation in ms.
func (h *mtrHop) statistics() (last, avg, best, worst, dev float64) {
	n := float64(len(h.times))
	if n == 0 {
		return
	}
	var sum, sum2 float64
	for _, t := range h.times {
		sum += t
		sum2 += t * t
	}
	avg = sum / n
	return h.times[len(h.times)-1], avg, slices.Min(h.times), slices.Max(h.times), math.Sqrt(max(sum2/n-avg*avg, 0))
}

func (m *mtr) reportCSV(start time.Time, hops []mtrHop, names []string) {
	m.p.Print("Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt, ,Last,Avg,Best,Wrst,StDev,\n")
	for i := m.first - 1; i < len(hops); i++ {
		h := &hops[i]
		last, avg, best, worst, dev := h.statistics()
		m.p.Printf("MTR.0.95,%d,OK,%s,%d,%s,%.2f,%d,0,%.2f,%.2f,%.2f,%.2f,%.2f\n", start.Unix(), m.target, i+1, names[i], h.loss(), h.sent, last, avg, best, worst, dev)
	}
}

func (m *mtr) reportJSON(hops []mtrHop, names []string) {
	number := func(v float64) string {
		s := fmt.Sprintf("%.3f", v)
		for strings.HasSuffix(s, "0") && !strings.HasSuffix(s, ".0") {
			s = s[:len(s)-1]
		}
		return s
	}
	m.p.Printf("{\n    \"report\": {\n        \"mtr\": {\n            \"src\": %q,\n            \"dst\": %q,\n            \"tos\": 0,\n"+
		"            \"tests\": %d,\n            \"psize\": \"%d\",\n            \"bitpattern\": \"0x00\"\n        },\n        \"hubs\": [",
		m.p.Host.Hostname(), m.target, m.cycles, m.packet)
	for i := m.first - 1; i < len(hops); i++ {
		h := &hops[i]
		last, avg, best, worst, dev := h.statistics()
		if i >= m.first {
			m.p.Print(",")
		}
		m.p.Printf("\n            {\n                \"count\": %d,\n                \"host\": %q,\n                \"Loss%%\": %s,\n                \"Snt\": %d,\n"+
			"                \"Last\": %s,\n                \"Avg\": %s,\n                \"Best\": %s,\n                \"Wrst\": %s,\n                \"StDev\": %s\n            }",
			i+1, names[i], number(h.loss()), h.sent, number(last), number(avg), number(best), number(worst), number(dev))
	}
	m.p.Print("\n        ]\n    }\n}\n")
}
