package dns

import (
	"strconv"
	"strings"
)

// parseCounter reads a time in BIND's units: a plain number of seconds, or
// numbers with w, d, h, m, s ("1h30m"). A number without unit may not follow
// one with unit.
func parseCounter(text []byte) (uint32, Result) {
	if len(text) > 63 {
		return 0, ErrSyntax
	}
	var total uint64
	for i := 0; ; {
		start := i
		for i < len(text) && isDigit(int(text[i])) {
			i++
		}
		n, res := parseUint32(text[start:i])
		if res != resultOK {
			return 0, ErrSyntax
		}
		if i == len(text) {
			if total != 0 {
				return 0, ErrSyntax
			}
			total = uint64(n)
			break
		}
		unit := unitSeconds(text[i])
		if unit == 0 {
			return 0, ErrSyntax
		}
		total += uint64(n) * unit
		if i++; i == len(text) {
			break
		}
	}
	if total > 0xffffffff {
		return 0, ErrRange
	}
	return uint32(total), resultOK
}

func unitSeconds(c byte) uint64 {
	switch lower(c) {
	case 'w':
		return 7 * 24 * 3600
	case 'd':
		return 24 * 3600
	case 'h':
		return 3600
	case 'm':
		return 60
	case 's':
		return 1
	}
	return 0
}

// parseTTL is parseCounter with the result texts of a TTL.
func parseTTL(text []byte) (uint32, Result) {
	n, res := parseCounter(text)
	if res != resultOK && res != ErrRange {
		res = ErrBadTTL
	}
	return n, res
}

// TTLWords spells seconds as BIND comments them in files: "1 hour 30 minutes".
func TTLWords(seconds uint32) string {
	units := []struct {
		size uint32
		name string
	}{{7 * 24 * 3600, "week"}, {24 * 3600, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}
	var words []string
	for _, u := range units {
		n := seconds / u.size
		seconds %= u.size
		if n == 0 && !(u.size == 1 && len(words) == 0) {
			continue
		}
		word := strconv.FormatUint(uint64(n), 10) + " " + u.name
		if n != 1 {
			word += "s"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
