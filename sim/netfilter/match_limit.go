package netfilter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rate is a number of packets per unit of time, kept as xt_limit does: the
// interval between two packets in units of 0.1 ms.
type rate uint32

const rateScale = 10000 // units per second

var rateUnits = [...]struct {
	name string
	mult uint32
}{{"day", rateScale * 24 * 60 * 60}, {"hour", rateScale * 60 * 60}, {"min", rateScale * 60}, {"sec", rateScale}}

// parseRate reads N, or N with the beginning of second, minute, hour or day
// behind a slash.
func parseRate(s string) (rate, *Error) {
	number, unit, has := strings.Cut(s, "/")
	mult := uint32(0)
	for _, u := range []string{"second", "minute", "hour", "day"} {
		if has && unit != "" && len(unit) <= len(u) && strings.EqualFold(u[:len(unit)], unit) {
			mult = map[string]uint32{"second": 1, "minute": 60, "hour": 3600, "day": 86400}[u]
			break
		}
	}
	if !has {
		mult = 1
	}
	digits := strings.TrimLeft(number, " ")
	negative := strings.HasPrefix(digits, "-")
	n, _ := leadingNumber(strings.TrimLeft(digits, "+-"))
	switch {
	case mult == 0 || n == 0:
		return 0, bad("bad rate \"%s\"'", s)
	case negative || n/uint64(mult) > rateScale:
		return 0, bad("Rate too fast \"%s\"", s)
	}
	r := uint64(rateScale) * uint64(mult) / n
	if r == 0 {
		return 0, bad("Rate too fast \"%s\"", s)
	}
	return rate(r), nil
}

// String returns the rate in the largest unit that has a whole number in it.
func (r rate) String() string {
	i := 1
	for ; i < len(rateUnits); i++ {
		m := rateUnits[i].mult
		if uint32(r) > m || m/uint32(r) < m%uint32(r) {
			break
		}
	}
	u := rateUnits[i-1]
	return strconv.Itoa(int(u.mult/uint32(r))) + "/" + u.name
}

func (r rate) interval() time.Duration { return time.Duration(r) * (time.Second / rateScale) }

// bucket is a token bucket: it holds at most burst packets' worth of credit and
// gains with time.
type bucket struct {
	credit time.Duration
	last   time.Duration
	used   bool
}

// take reports whether the packet is within the rate, and pays for it.
func (b *bucket) take(now, cost time.Duration, burst uint32) bool {
	limit := cost * time.Duration(burst)
	if !b.used {
		b.used, b.credit = true, limit
	} else {
		b.credit = min(b.credit+now-b.last, limit)
	}
	b.last = now
	if b.credit < cost {
		return false
	}
	b.credit -= cost
	return true
}

const defaultBurst = 5

// limitMatch is -m limit.
type limitMatch struct {
	rate  rate
	burst uint32
	state bucket
}

var limitOptions = []option{{name: "limit"}, {name: "limit-burst"}}

func newLimitMatch(family) module {
	return &limitMatch{rate: rateScale * 60 * 60 / 3, burst: defaultBurst}
}

func (m *limitMatch) set(_ *input, id, value string, _ bool) (err *Error) {
	if id == "limit" {
		m.rate, err = parseRate(value)
		return err
	}
	m.burst, err = parseBounded("limit", id, value, 0, 10000)
	if m.burst == 0 {
		m.burst = defaultBurst
	}
	return err
}

// parseBounded reads a number in C notation within bounds.
func parseBounded(ext, id, value string, low, high uint32) (uint32, *Error) {
	v, err := strconv.ParseUint(strings.TrimLeft(value, " \t"), 0, 32)
	if err != nil || uint32(v) < low || uint32(v) > high || strings.Contains(value, "_") {
		return 0, bad("%s: bad value for option \"--%s\", or out of range (%d-%d).\n", ext, id, low, high)
	}
	return uint32(v), nil
}

func (m *limitMatch) done(*input) *Error { return nil }

func (m *limitMatch) save(w *writer) {
	w.option(false, "--limit", m.rate.String())
	if m.burst != defaultBurst {
		w.option(false, "--limit-burst", strconv.Itoa(int(m.burst)))
	}
}

func (m *limitMatch) list(w *writer) {
	fmt.Fprintf(w, " limit: avg %v burst %d", m.rate, m.burst)
}

func (m *limitMatch) holds(x *crossing) bool { return m.state.take(x.now, m.rate.interval(), m.burst) }

// hashlimitMatch is -m hashlimit: a bucket for each source, destination or
// port. Rates in bytes are not modelled.
type hashlimitMatch struct {
	name      string
	rate      rate
	above     bool
	burst     uint32
	modes     []string
	srcBits   int
	dstBits   int
	fam       family
	buckets   map[string]*bucket
	rateGiven bool
	extra     []string // options that only matter to the table's memory
	srcSet    bool
	dstSet    bool
}

var hashlimitOptions = []option{
	{name: "hashlimit-upto", inv: true, not: []string{"hashlimit-above"}}, {name: "hashlimit", as: "hashlimit-upto", inv: true},
	{name: "hashlimit-above", inv: true, not: []string{"hashlimit-upto"}},
	{name: "hashlimit-burst"}, {name: "hashlimit-mode"}, {name: "hashlimit-name", must: true}, {name: "hashlimit-srcmask"}, {name: "hashlimit-dstmask"},
	{name: "hashlimit-htable-size"}, {name: "hashlimit-htable-max"}, {name: "hashlimit-htable-gcinterval"}, {name: "hashlimit-htable-expire"},
}

func newHashlimitMatch(f family) module {
	return &hashlimitMatch{fam: f, burst: defaultBurst, srcBits: f.bits(), dstBits: f.bits()}
}

func (m *hashlimitMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	var n uint32
	switch id {
	case "hashlimit-upto", "hashlimit-above":
		m.above, m.rateGiven = (id == "hashlimit-above") != inv, true
		m.rate, err = parseRate(value)
	case "hashlimit-burst":
		m.burst, err = parseBounded("hashlimit", id, value, 1, 10000)
	case "hashlimit-name":
		m.name = value
	case "hashlimit-srcmask":
		n, err = parseBounded("hashlimit", id, value, 0, uint32(m.fam.bits()))
		m.srcBits, m.srcSet = int(n), true
	case "hashlimit-dstmask":
		n, err = parseBounded("hashlimit", id, value, 0, uint32(m.fam.bits()))
		m.dstBits, m.dstSet = int(n), true
	case "hashlimit-mode":
		for mode := range strings.SplitSeq(value, ",") {
			if mode != "srcip" && mode != "srcport" && mode != "dstip" && mode != "dstport" {
				return bad("hashlimit: Bad value for \"--hashlimit-mode\" option: \"%s\"", value)
			}
			m.modes = append(m.modes, mode)
		}
	default:
		n, err = parseBounded("hashlimit", id, value, 0, 1<<32-1)
		m.extra = append(m.extra, "--"+id+" "+strconv.FormatUint(uint64(n), 10))
	}
	return err
}

func (m *hashlimitMatch) done(*input) *Error {
	if !m.rateGiven {
		return bad("You have to specify --hashlimit")
	}
	return nil
}

func (m *hashlimitMatch) save(w *writer) {
	flag := "--hashlimit-upto"
	if m.above {
		flag = "--hashlimit-above"
	}
	w.words(flag, m.rate.String(), "--hashlimit-burst", strconv.Itoa(int(m.burst)))
	if m.modes != nil {
		w.words("--hashlimit-mode", strings.Join(m.modes, ","))
	}
	w.words("--hashlimit-name", m.name)
	w.words(m.extra...)
	if m.srcSet && m.srcBits != m.fam.bits() {
		w.words("--hashlimit-srcmask", strconv.Itoa(m.srcBits))
	}
	if m.dstSet && m.dstBits != m.fam.bits() {
		w.words("--hashlimit-dstmask", strconv.Itoa(m.dstBits))
	}
}

func (m *hashlimitMatch) list(w *writer) {
	word := "up to"
	if m.above {
		word = "above"
	}
	fmt.Fprintf(w, " limit: %s %v burst %d", word, m.rate, m.burst)
	if m.modes != nil {
		w.words("mode", strings.Join(m.modes, "-"))
	}
	for _, e := range m.extra {
		w.words(strings.TrimPrefix(e, "--hashlimit-"))
	}
	if m.srcSet && m.srcBits != m.fam.bits() {
		w.words("srcmask", strconv.Itoa(m.srcBits))
	}
	if m.dstSet && m.dstBits != m.fam.bits() {
		w.words("dstmask", strconv.Itoa(m.dstBits))
	}
}

// maxBuckets bounds the memory of one table.
const maxBuckets = 10000

func (m *hashlimitMatch) holds(x *crossing) bool {
	key := ""
	for _, mode := range m.modes {
		switch mode {
		case "srcip":
			key += fmt.Sprintf("s%v", x.src.and(maskOf(m.srcBits)))
		case "dstip":
			key += fmt.Sprintf("d%v", x.dst.and(maskOf(m.dstBits)))
		case "srcport":
			key += fmt.Sprintf("p%d", x.p.SrcPort)
		case "dstport":
			key += fmt.Sprintf("q%d", x.p.DstPort)
		}
	}
	if m.buckets == nil || len(m.buckets) >= maxBuckets {
		m.buckets = map[string]*bucket{}
	}
	b := m.buckets[key]
	if b == nil {
		b = &bucket{}
		m.buckets[key] = b
	}
	return b.take(x.now, m.rate.interval(), m.burst) != m.above
}
