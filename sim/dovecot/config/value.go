package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// check returns what is wrong with a value of a setting, "" if nothing is.
func (s setting) check(value string) string {
	switch s.kind {
	case kindBool:
		if _, ok := parseBool(value); !ok {
			return fmt.Sprintf("Invalid boolean value: %s (use yes or no)", value)
		}
	case kindEnum:
		if !slices.Contains(s.words, value) {
			return "Invalid value: " + value
		}
	case kindUint:
		return checkUint(value)
	case kindOctal:
		if strings.HasPrefix(value, "0") {
			if _, err := strconv.ParseUint(value, 8, 32); err != nil {
				return "Invalid number: " + value
			}
			return ""
		}
		return checkUint(value)
	case kindPort:
		if _, err := strconv.ParseUint(value, 10, 16); err != nil {
			return "Invalid port number " + value
		}
	case kindTime:
		_, fault := parseTime(value)
		return fault
	case kindSize:
		if _, ok := parseSize(value); !ok {
			return "Invalid size: " + value
		}
	}
	return ""
}

func checkUint(value string) string {
	digits := strings.TrimPrefix(value, "-")
	switch _, err := strconv.ParseUint(digits, 10, 32); {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		return fmt.Sprintf("Invalid number %s: Not a valid number", value)
	case digits != value:
		return fmt.Sprintf("Invalid number %s: Number too small", value)
	case err != nil:
		return fmt.Sprintf("Invalid number %s: Number too large", value)
	}
	return ""
}

func parseBool(v string) (yes, ok bool) {
	switch strings.ToLower(v) {
	case "yes", "y", "1":
		return true, true
	case "no", "n", "0":
		return false, true
	}
	return false, false
}

// splitUnit cuts a value into its number and its unit in lower case.
func splitUnit(v string) (n uint64, unit string, ok bool) {
	digits := v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, strings.ToLower(strings.TrimLeft(v[len(digits):], " \t")), err == nil
}

// timeUnits are the units of time; any beginning of a word means it. The order
// decides what "m" is.
var timeUnits = []struct {
	word    string
	seconds uint64
}{
	{"secs", 1}, {"seconds", 1}, {"mins", 60}, {"minutes", 60}, {"hours", 3600}, {"days", 86400}, {"weeks", 604800},
}

// parseTime reads a time interval in seconds, or says what is wrong.
func parseTime(v string) (uint64, string) {
	n, unit, ok := splitUnit(v)
	switch {
	case !ok:
		return 0, "Invalid time interval: " + v
	case unit == "" && n == 0:
		return 0, ""
	case unit == "":
		return 0, fmt.Sprintf("Time interval '%s' is missing units (add e.g. 's' for seconds)", v)
	}
	for _, u := range timeUnits {
		if strings.HasPrefix(u.word, unit) {
			return n * u.seconds, ""
		}
	}
	if strings.HasPrefix("msecs", unit) || strings.HasPrefix("milliseconds", unit) {
		return 0, "Milliseconds not supported for this setting: " + v
	}
	return 0, "Invalid time interval: " + v
}

// sizeUnits are the units of size, smallest first.
const sizeUnits = "bkmgt"

func parseSize(v string) (uint64, bool) {
	n, unit, ok := splitUnit(v)
	if !ok || len(unit) > 2 || len(unit) == 2 && (unit[1] != 'b' || unit[0] == 'b') {
		return 0, false
	}
	power := 0
	if unit != "" {
		power = strings.IndexByte(sizeUnits, unit[0])
	}
	if power < 0 || n > math.MaxUint64>>(10*power) {
		return 0, false
	}
	return n << (10 * power), true
}

// number is the numeric value of a setting that was checked.
func number(k kind, v string) uint64 {
	switch k {
	case kindTime:
		n, _ := parseTime(v)
		return n
	case kindSize:
		n, _ := parseSize(v)
		return n
	case kindOctal:
		if strings.HasPrefix(v, "0") {
			n, _ := strconv.ParseUint(v, 8, 32)
			return n
		}
	}
	n, _ := strconv.ParseUint(v, 10, 64)
	return n
}

// canonical is a value as doveconf prints it, without quotes.
func (s setting) canonical(v string) string {
	switch s.kind {
	case kindBool:
		if yes, _ := parseBool(v); yes {
			return "yes"
		}
		return "no"
	case kindOctal:
		return fmt.Sprintf("0%o", number(kindOctal, v))
	case kindUint, kindPort:
		return strconv.FormatUint(number(s.kind, v), 10)
	case kindTime:
		n := number(kindTime, v)
		for _, u := range []struct {
			name    string
			seconds uint64
		}{{"weeks", 604800}, {"days", 86400}, {"hours", 3600}, {"mins", 60}, {"secs", 1}} {
			if n != 0 && n%u.seconds == 0 {
				return fmt.Sprintf("%d %s", n/u.seconds, u.name)
			}
		}
		return "0"
	case kindSize:
		n := number(kindSize, v)
		for power := len(sizeUnits) - 1; power >= 0; power-- {
			if unit := uint64(1) << (10 * power); n != 0 && n%unit == 0 {
				return fmt.Sprintf("%d %c", n/unit, "BkMGT"[power])
			}
		}
		return "0"
	}
	return v
}
