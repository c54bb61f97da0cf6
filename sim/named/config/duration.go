package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// duration is a length of time: ISO 8601 (P1DT2H) or a TTL (1d2h, 3600), or without limit. parts are years, months,
// weeks, days, hours, minutes and seconds; a TTL has seconds only.
type duration struct {
	parts     [7]uint32
	iso       bool
	unlimited bool
}

// maxDurationText is the longest text that can be an ISO 8601 duration, maxTTLText the longest TTL.
const (
	maxDurationText = 63
	maxTTLText      = 63
)

// seconds adds the parts up; a month has 31 days and a year 365. The result stops at 2^32-1.
func (d duration) seconds() uint32 {
	scale := [7]uint64{365 * 86400, 31 * 86400, 7 * 86400, 86400, 3600, 60, 1}
	var sum uint64
	for i, v := range d.parts {
		sum += uint64(v) * scale[i]
	}
	return uint32(min(sum, math.MaxUint32))
}

func (d duration) time() time.Duration { return time.Duration(d.seconds()) * time.Second }

// parseDuration reads an ISO 8601 duration, otherwise a TTL. errRange means a TTL above 2^32-1.
func parseDuration(s string) (duration, error) {
	if d, ok := parseISODuration(s); ok {
		return d, nil
	}
	ttl, err := parseTTL(s)
	d := duration{}
	d.parts[6] = ttl
	return d, err
}

// parseISODuration reads P[n]Y[n]M[n]DT[n]H[n]M[n]S or P[n]W. Each unit is looked for in turn behind the one found
// before; a number must stand between the two. M counts months before the T and minutes after it.
func parseISODuration(s string) (duration, bool) {
	d := duration{iso: true}
	if s == "" || len(s) > maxDurationText || lower(s[0]) != 'p' {
		return d, false
	}
	at := 0
	timePart := indexFold(s, 't')
	take := func(part, unit int) bool {
		v, end, ok := signedAt(s, at+1)
		if !ok || end != unit && (end >= len(s) || s[end] != s[unit]) {
			return false
		}
		d.parts[part], at = v, unit
		return true
	}
	units := false
	for _, u := range []struct {
		part  int
		unit  byte
		clock bool
	}{{0, 'y', false}, {1, 'm', false}, {3, 'd', false}, {4, 'h', true}, {5, 'm', true}, {6, 's', true}} {
		if u.part == 4 && timePart >= 0 {
			at, units = timePart, true
		}
		i := indexFold(s[at:], u.unit)
		if i >= 0 {
			i += at
		}
		switch {
		case i < 0, u.clock && timePart < 0:
			continue
		case u.part == 1 && timePart >= 0 && i > timePart, u.part == 5 && i < timePart:
			continue
		}
		if !take(u.part, i) {
			return d, false
		}
		units = true
	}
	if w := indexFold(s, 'w'); w >= 0 && (units || !take(2, w)) {
		return d, false
	}
	return d, at+1 == len(s)
}

func indexFold(s string, c byte) int { return strings.IndexAny(s, string([]byte{c, c - 'a' + 'A'})) }

// signedAt reads a number that fits 32 bits from s[from:], as C's strtoll would; end is the index after it. Without
// digits the number is 0 and end is from.
func signedAt(s string, from int) (v uint32, end int, ok bool) {
	if from > len(s) {
		return 0, from, false
	}
	i := from
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	negative := i < len(s) && s[i] == '-'
	if i < len(s) && (negative || s[i] == '+') {
		i++
	}
	j := span(s, i)
	if i == j {
		return 0, from, true
	}
	n, err := strconv.ParseUint(s[i:j], 10, 32)
	return uint32(n), j, err == nil && (!negative || n == 0)
}

// parseTTL reads numbers with units w d h m s in any order, or a plain number of seconds.
func parseTTL(s string) (uint32, error) {
	if s == "" || len(s) > maxTTLText {
		return 0, errUnexpectedToken
	}
	var sum uint64
	for i := 0; i < len(s); {
		j := span(s, i)
		n, err := strconv.ParseUint(s[i:j], 10, 32)
		if err != nil {
			return 0, errUnexpectedToken
		}
		if j == len(s) {
			if sum != 0 {
				return 0, errUnexpectedToken
			}
			return uint32(n), nil
		}
		scale, ok := ttlUnit(s[j])
		if !ok {
			return 0, errUnexpectedToken
		}
		sum += n * scale
		i = j + 1
	}
	if sum > math.MaxUint32 {
		return 0, errRange
	}
	return uint32(sum), nil
}

func ttlUnit(c byte) (uint64, bool) {
	switch lower(c) {
	case 'w':
		return 7 * 86400, true
	case 'd':
		return 86400, true
	case 'h':
		return 3600, true
	case 'm':
		return 60, true
	case 's':
		return 1, true
	}
	return 0, false
}

// String prints a TTL as its seconds and an ISO 8601 duration in full, zero as PT0S.
func (d duration) String() string {
	if d.unlimited {
		return "unlimited"
	}
	if !d.iso {
		return strconv.FormatUint(uint64(d.parts[6]), 10)
	}
	var b strings.Builder
	b.WriteByte('P')
	clock := false
	none := d.parts == [7]uint32{} || d.parts == [7]uint32{2: d.parts[2]} && d.parts[2] == 0
	for i, v := range d.parts {
		if v == 0 && !(i == 6 && none) {
			continue
		}
		if i >= 4 && !clock {
			b.WriteByte('T')
			clock = true
		}
		b.WriteString(strconv.FormatUint(uint64(v), 10))
		b.WriteByte("YMWDHMS"[i])
	}
	return b.String()
}

// duration reads a duration; kindDurationOrUnlimited also takes the word unlimited.
func (p *parser) duration(t *valueType) (*node, error) {
	expected := "expected ISO 8601 duration or TTL value"
	wide := t.kind == kindDurationOrUnlimited
	if err := p.get(0); err != nil || p.tok.kind != tokenString {
		if wide {
			expected = "expected ISO 8601 duration, TTL value, or unlimited"
		}
		p.complain(whereNear, "%s", expected)
		return nil, errUnexpectedToken
	}
	var d duration
	var err error
	if wide && p.tok.text == "unlimited" {
		d.unlimited = true
	} else if d, err = parseDuration(p.tok.text); err == errRange {
		p.complain(whereNear, "duration or TTL out of range")
		return nil, err
	} else if err != nil {
		p.complain(whereNear, "%s", expected)
		return nil, errBadTTL
	}
	n := p.newNode(nodeDuration, t)
	n.dur = d
	return n, nil
}

// size reads a number with an optional unit k, m or g; kindSizeOrPercent also takes a percentage.
func (p *parser) size(t *valueType) (*node, error) {
	expected := "expected integer and optional unit"
	if t.kind == kindSizeOrPercent {
		expected += " or percent"
	}
	if err := p.get(0); err != nil || p.tok.kind != tokenString {
		p.complain(whereNear, "%s", expected)
		return nil, errUnexpectedToken
	}
	v, rest := leadingUint(p.tok.text)
	if rest == "%" && t.kind == kindSizeOrPercent {
		n := p.newNode(nodePercent, percentage)
		n.num = uint64(uint32(v))
		return n, nil
	}
	unit := uint64(1)
	switch {
	case rest == "":
	case len(rest) == 1 && len(p.tok.text) > 1 && strings.ContainsAny(rest, "kKmMgG"):
		unit = 1 << (10 * (1 + strings.IndexByte("kmg", lower(rest[0]))))
	default:
		p.complain(whereNear, "%s", expected)
		return nil, errFailure
	}
	if v > math.MaxUint64/unit {
		p.complain(whereNear, "%s", expected)
		return nil, errFailure
	}
	n := p.newNode(nodeSize, sizeValue)
	n.num = v * unit
	return n, nil
}
