package shell

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// formatter is printf(1): the format is used again as long as arguments are
// left. The output is bounded.
type formatter struct {
	max      int
	step     func(int)
	now      time.Time
	complain func(text string)
	status   int
	out      strings.Builder
	args     []string
	stopped  bool // by \c
}

func (f *formatter) format(layout string, args []string) string {
	f.args = args
	for {
		before := len(f.args)
		f.once(layout)
		f.step(1)
		if len(f.args) == 0 || len(f.args) == before || f.stopped || f.out.Len() >= f.max {
			break
		}
	}
	return f.out.String()
}

func (f *formatter) fail(format string, args ...any) {
	f.complain(fmt.Sprintf(format, args...))
	f.status = 1
}

func (f *formatter) next() string {
	if len(f.args) == 0 {
		return ""
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

func (f *formatter) write(s string) {
	if f.out.Len()+len(s) > f.max {
		f.stopped = true
		f.fail("write error: Cannot allocate memory")
		return
	}
	f.out.WriteString(s)
}

func (f *formatter) once(layout string) {
	for i := 0; i < len(layout) && !f.stopped; {
		switch c := layout[i]; {
		case c == '\\':
			j := i + 1
			for j < len(layout) && j < i+11 && layout[j] != '%' && (j == i+1 || layout[j] != '\\') {
				j++
			}
			j = i + escapeLength(layout[i:j])
			text, stopped := unescape(layout[i:j], formatEscapes)
			f.write(text)
			f.stopped = f.stopped || stopped
			i = j
		case c != '%':
			f.write(layout[i : i+1])
			i++
		case strings.HasPrefix(layout[i:], "%%"):
			f.write("%")
			i += 2
		default:
			n := f.directive(layout[i:])
			if n == 0 {
				f.stopped = true
				return
			}
			i += n
		}
	}
}

// escapeLength is how many bytes of s the escape at its start takes.
func escapeLength(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch c := s[1]; {
	case c >= '0' && c <= '7':
		_, n := digits(s[1:], 3, 8)
		return 1 + n
	case c == 'x':
		_, n := digits(s[2:], 2, 16)
		return 2 + n
	case c == 'u':
		_, n := digits(s[2:], 4, 16)
		return 2 + n
	case c == 'U':
		_, n := digits(s[2:], 8, 16)
		return 2 + n
	}
	return 2
}

// spec is the flags, width and precision of a directive.
type spec struct {
	flags string
	width int
	prec  int // -1: none
}

// directive formats one % directive and returns its length, 0 if it is wrong.
func (f *formatter) directive(s string) int {
	i := 1
	sp := spec{prec: -1}
	for i < len(s) && strings.IndexByte("-+ #0'", s[i]) >= 0 {
		sp.flags += s[i : i+1]
		i++
	}
	number := func() int {
		if i < len(s) && s[i] == '*' {
			i++
			n, _ := strconv.Atoi(f.next())
			return n
		}
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi("0" + s[start:i])
		if err != nil {
			n = 1 << 30
		}
		return n
	}
	sp.width = number()
	if sp.width < 0 {
		sp.flags, sp.width = sp.flags+"-", -sp.width
	}
	if i < len(s) && s[i] == '.' {
		i++
		sp.prec = number()
	}
	if sp.width > f.max || sp.prec > f.max {
		f.fail("write error: Cannot allocate memory")
		return 0
	}
	if i < len(s) && s[i] == '(' {
		end := strings.Index(s[i:], ")T")
		if end < 0 {
			f.fail("`%s': missing format character", s)
			return 0
		}
		f.next()
		f.write(sp.text(strftime(orDefault(s[i+1:i+end], "%H:%M:%S"), f.now)))
		return i + end + 2
	}
	for i < len(s) && strings.IndexByte("hlLjzt", s[i]) >= 0 {
		i++
	}
	if i >= len(s) {
		f.fail("`%s': missing format character", s)
		return 0
	}
	if !f.convert(s[i], sp) {
		f.fail("`%c': invalid format character", s[i])
		return 0
	}
	return i + 1
}

func (f *formatter) convert(c byte, sp spec) bool {
	switch c {
	case 's':
		f.write(sp.text(f.next()))
	case 'b':
		text, stopped := unescape(f.next(), bArgEscapes)
		f.write(sp.text(text))
		f.stopped = f.stopped || stopped
	case 'q':
		f.write(sp.text(quoteBackslash(f.next())))
	case 'c':
		a := f.next()
		if len(a) > 1 {
			a = a[:1]
		}
		sp.prec = -1
		f.write(sp.text(a))
	case 'd', 'i':
		n := f.integer()
		sign := ""
		switch {
		case n < 0:
			sign = "-"
		case strings.Contains(sp.flags, "+"):
			sign = "+"
		case strings.Contains(sp.flags, " "):
			sign = " "
		}
		f.write(sp.number(sign, strings.TrimPrefix(strconv.FormatInt(n, 10), "-")))
	case 'u', 'o', 'x', 'X':
		n := uint64(f.integer())
		base := map[byte]int{'u': 10, 'o': 8, 'x': 16, 'X': 16}[c]
		text, lead := strconv.FormatUint(n, base), ""
		if strings.Contains(sp.flags, "#") && n != 0 {
			lead = map[byte]string{'o': "0", 'x': "0x", 'X': "0X"}[c]
		}
		if c == 'X' {
			text = strings.ToUpper(text)
		}
		f.write(sp.number(lead, text))
	case 'e', 'E', 'f', 'F', 'g', 'G':
		f.write(sp.float(c, f.float()))
	default:
		return false
	}
	return true
}

func (f *formatter) integer() int64 {
	if len(f.args) == 0 {
		return 0
	}
	a := strings.TrimLeft(f.next(), " \t")
	if a == "" {
		return 0
	}
	if a[0] == '\'' || a[0] == '"' {
		r, _ := utf8.DecodeRuneInString(a[1:])
		if len(a) == 1 {
			return 0
		}
		return int64(r)
	}
	n, err := parseNumber(a)
	if err == nil && !strings.Contains(a, "#") {
		return n
	}
	end := 0
	for end < len(a) && (a[end] >= '0' && a[end] <= '9' || end == 0 && (a[end] == '-' || a[end] == '+')) {
		end++
	}
	f.fail("%s: invalid number", a)
	n, _ = strconv.ParseInt(a[:end], 10, 64)
	return n
}

func (f *formatter) float() float64 {
	a := strings.TrimSpace(f.next())
	if a == "" {
		return 0
	}
	x, err := strconv.ParseFloat(a, 64)
	if err != nil {
		f.fail("%s: invalid number", a)
	}
	return x
}

// text pads a string; the precision cuts it.
func (sp spec) text(s string) string {
	if sp.prec >= 0 && sp.prec < len(s) {
		s = s[:sp.prec]
	}
	return sp.pad(s)
}

func (sp spec) pad(s string) string {
	n := sp.width - len(s)
	if n <= 0 {
		return s
	}
	if strings.Contains(sp.flags, "-") {
		return s + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + s
}

func (sp spec) number(lead, digits string) string {
	if n := sp.prec - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	if strings.Contains(sp.flags, "0") && !strings.Contains(sp.flags, "-") && sp.prec < 0 {
		if n := sp.width - len(lead) - len(digits); n > 0 {
			digits = strings.Repeat("0", n) + digits
		}
	}
	return sp.pad(lead + digits)
}

func (sp spec) float(c byte, x float64) string {
	prec := sp.prec
	if prec < 0 {
		prec = 6
	}
	prec = min(prec, 1000)
	text := fmt.Sprintf("%"+"."+strconv.Itoa(prec)+string(c), x)
	sign := ""
	switch {
	case strings.HasPrefix(text, "-"):
		sign, text = "-", text[1:]
	case strings.Contains(sp.flags, "+"):
		sign = "+"
	case strings.Contains(sp.flags, " "):
		sign = " "
	}
	sp.prec = -1
	return sp.number(sign, text)
}
