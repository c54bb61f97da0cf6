package postfix

import (
	"math"
	"strconv"
	"strings"
)

func parseBool(name, value string) (bool, *Diagnostic) {
	switch {
	case strings.EqualFold(value, "yes"):
		return true, nil
	case strings.EqualFold(value, "no"):
		return false, nil
	}
	d := fatalf("bad boolean configuration: %s = %s", name, value)
	return false, &d
}

// parseNumber reads int, nint and long parameters. Postfix accepts leading
// white space and a sign, as C's strtol does.
func parseNumber(kind Kind, name, value string) (int64, *Diagnostic) {
	n, err := parseLong(value)
	if err == nil && kind != KindLong && (n > math.MaxInt32 || n < math.MinInt32) {
		err = strconv.ErrRange
	}
	if err != nil {
		d := fatalf("bad numerical configuration: %s = %s", name, value)
		return 0, &d
	}
	return n, nil
}

func parseLong(s string) (int64, error) {
	s = strings.TrimLeft(s, spaces)
	if strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "+-") {
		s = s[1:]
	}
	return strconv.ParseInt(s, 10, 64)
}

// parseSeconds reads a time: a number and a unit letter; what follows the letter
// is ignored, as in the real program. unit is used when there is no letter.
func parseSeconds(name, value string, unit byte) (int64, *Diagnostic) {
	bad := func() (int64, *Diagnostic) {
		d := fatalf("parameter %s: bad time value or unit: %s", name, value)
		return 0, &d
	}
	s := strings.TrimLeft(value, spaces)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && s[end] == '+') {
		end++
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s[:end], "+"), 10, 32)
	if err != nil {
		return bad()
	}
	if end < len(s) {
		unit = s[end]
	}
	scale := map[byte]int64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 604800}[unit]
	if scale == 0 || n >= math.MaxInt32/scale && scale > 1 {
		return bad()
	}
	return n * scale, nil
}

// defaultUnit is the unit letter in a parameter's default value.
func (c *Config) defaultUnit(name string) byte {
	raw, _ := c.Default(name)
	v, _ := c.Expand(raw)
	for i := 0; i < len(v); i++ {
		if v[i] >= 'a' && v[i] <= 'z' || v[i] >= 'A' && v[i] <= 'Z' {
			return v[i]
		}
	}
	return 's'
}

// checkParameter reads one parameter as the program's start does and returns the
// message with which the program would end.
func (c *Config) checkParameter(p Parameter) *Diagnostic {
	raw, set, _ := c.Raw(p.Name)
	value := raw
	if p.Kind != KindRaw {
		var diags []Diagnostic
		value, diags = c.Expand(raw)
		if d, bad := FirstFatal(diags); bad {
			return &d
		}
	}
	var n int64
	var d *Diagnostic
	switch p.Kind {
	case KindString, KindRaw:
		return checkLength(p, value)
	case KindBool, KindNBool:
		_, d = parseBool(p.Name, value)
		return d
	case KindTime:
		if n, d = parseSeconds(p.Name, value, c.defaultUnit(p.Name)); d != nil {
			return d
		}
		return checkRange(p, n, "invalid %s: %d (min %d)", "invalid %s: %d (max %d)")
	}
	if !set && p.Kind == KindInt { // defaults of plain numbers are compiled in
		value = p.Default
	}
	if n, d = parseNumber(p.Kind, p.Name, value); d != nil {
		return d
	}
	return checkRange(p, n, "invalid %s parameter value %d < %d", "invalid %s parameter value %d > %d")
}

func checkRange(p Parameter, n int64, low, high string) *Diagnostic {
	if p.Min != 0 && n < p.Min {
		d := fatalf(low, p.Name, n, p.Min)
		return &d
	}
	if p.Max != 0 && n > p.Max {
		d := fatalf(high, p.Name, n, p.Max)
		return &d
	}
	return nil
}

func checkLength(p Parameter, value string) *Diagnostic {
	n := int64(len(value))
	low, high := "bad string length %d < %d: %s = %s", "bad string length %d > %d: %s = %s"
	if p.Kind == KindRaw {
		low, high = "bad string length (%d < %d): %s = %s", "bad string length (%d > %d): %s = %s"
	}
	if p.Min != 0 && n < p.Min {
		d := fatalf(low, n, p.Min, p.Name, value)
		return &d
	}
	if p.Max != 0 && n > p.Max {
		d := fatalf(high, n, p.Max, p.Name, value)
		return &d
	}
	return nil
}
