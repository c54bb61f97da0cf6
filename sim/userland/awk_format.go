package userland

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sprintf formats by printf's rules.
func (a *awk) sprintf(layout string, args []awkValue) string {
	var b strings.Builder
	next := func() awkValue {
		if len(args) == 0 {
			return awkValue{}
		}
		v := args[0]
		args = args[1:]
		return v
	}
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			b.WriteByte(layout[i])
			continue
		}
		start := i
		i++
		for i < len(layout) && strings.IndexByte("-+ #0", layout[i]) >= 0 {
			i++
		}
		flags := layout[start+1 : i]
		number := func(none int) int {
			if i < len(layout) && layout[i] == '*' {
				i++
				return int(next().num())
			}
			from := i
			for i < len(layout) && layout[i] >= '0' && layout[i] <= '9' {
				i++
			}
			if from == i {
				return none
			}
			n, _ := strconv.Atoi(layout[from:i])
			return min(n, 100_000)
		}
		width, prec := number(0), -1
		if i < len(layout) && layout[i] == '.' {
			i++
			prec = number(0)
		}
		if i >= len(layout) {
			b.WriteString(layout[start:])
			break
		}
		if layout[i] == '%' {
			b.WriteByte('%')
			continue
		}
		text, ok := a.convert(layout[i], flags, prec, next)
		if !ok {
			b.WriteString(layout[start : i+1])
			continue
		}
		b.WriteString(padTo(text, width, flags, layout[i]))
		if int64(b.Len()) > a.p.Host.Limits.Memory/4 {
			a.fail("out of memory")
		}
	}
	return b.String()
}

func (a *awk) convert(c byte, flags string, prec int, next func() awkValue) (string, bool) {
	switch c {
	case 's':
		s := a.text(next())
		if prec >= 0 && prec < len(s) {
			s = s[:prec]
		}
		return s, true
	case 'c':
		v := next()
		if v.isNum {
			return string(rune(int(v.n))), true
		}
		_, n := utf8.DecodeRuneInString(v.s)
		return v.s[:n], true
	}
	x := next().num()
	sign := ""
	if x < 0 {
		sign, x = "-", -x
	} else if strings.Contains(flags, "+") {
		sign = "+"
	} else if strings.Contains(flags, " ") {
		sign = " "
	}
	switch c {
	case 'd', 'i':
		s := strconv.FormatFloat(math.Trunc(x), 'f', 0, 64)
		return sign + strings.Repeat("0", max(0, min(prec, 1000)-len(s))) + s, true
	case 'o', 'x', 'X', 'u':
		base := map[byte]int{'o': 8, 'x': 16, 'X': 16, 'u': 10}[c]
		s := strconv.FormatUint(uint64(min(x, 1e18)), base)
		if c == 'X' {
			s = strings.ToUpper(s)
		}
		return s, true
	case 'e', 'E', 'f', 'F', 'g', 'G':
		if prec < 0 {
			prec = 6
		}
		if c == 'g' || c == 'G' {
			prec = max(prec, 1)
		}
		s := strconv.FormatFloat(x, []byte{c | 0x20}[0], min(prec, 500), 64)
		if c < 'a' {
			s = strings.ToUpper(s)
		}
		return sign + s, true
	}
	return "", false
}

func padTo(s string, width int, flags string, c byte) string {
	left := strings.Contains(flags, "-") || width < 0
	if width < 0 {
		width = -width
	}
	n := min(width, 100_000) - utf8.RuneCountInString(s)
	switch {
	case n <= 0:
		return s
	case left:
		return s + strings.Repeat(" ", n)
	case strings.Contains(flags, "0") && c != 's' && c != 'c':
		if s != "" && (s[0] == '-' || s[0] == '+') {
			return s[:1] + strings.Repeat("0", n) + s[1:]
		}
		return strings.Repeat("0", n) + s
	}
	return strings.Repeat(" ", n) + s
}
