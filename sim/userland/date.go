package userland

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// runDate is date(1) of the virtual clock, which cannot be set.
func runDate(p *host.Proc) int {
	f, ok := readFlags(p, "uRd:I:s:r:", "utc=u", "universal=u", "rfc-email=R", "rfc-2822=R", "date=d:", "iso-8601=I", "iso-8601:=I", "set=s:", "reference=r:", "rfc-3339:")
	if len(p.Args) > 1 && p.Args[1] == "-I" {
		p.Print(p.Host.Now().Format("2006-01-02") + "\n")
		return 0
	}
	if !ok {
		return 1
	}
	t := p.Host.Now()
	if f.has("u") {
		t = t.UTC()
	}
	switch f.last("d", "r", "s") {
	case "s":
		p.Errorf("cannot set date: Operation not permitted")
		return 1
	case "r":
		info, err := p.Host.FS.Stat(p.Path(f.given["r"]), p.Cred)
		if err != nil {
			p.Errorf("%s: %s", f.given["r"], reason(err))
			return 1
		}
		t = info.ModTime().In(t.Location())
	case "d":
		d, good := parseDate(f.given["d"], t)
		if !good {
			p.Errorf("invalid date ‘%s’", f.given["d"])
			return 1
		}
		t = d.In(t.Location())
	}
	layout := "%a %b %e %I:%M:%S %p %Z %Y"
	if locale := p.Env.Get("LC_ALL") + p.Env.Get("LC_TIME") + p.Env.Get("LANG"); locale == "" || strings.HasPrefix(locale, "C") || locale == "POSIX" {
		layout = "%a %b %e %H:%M:%S %Z %Y"
	}
	switch {
	case f.has("R"):
		layout = "%a, %d %b %Y %H:%M:%S %z"
	case f.has("I"):
		layout = map[string]string{"seconds": "%Y-%m-%dT%H:%M:%S%:z", "s": "%Y-%m-%dT%H:%M:%S%:z", "minutes": "%Y-%m-%dT%H:%M%:z"}[f.given["I"]]
		if layout == "" {
			layout = "%Y-%m-%d"
		}
	case f.has("rfc-3339"):
		layout = "%Y-%m-%d %H:%M:%S%:z"
	}
	for _, a := range f.operands {
		text, plus := strings.CutPrefix(a, "+")
		if !plus {
			p.Errorf("invalid date ‘%s’", a)
			return 1
		}
		layout = text
	}
	p.Print(dateFormat(layout, t) + "\n")
	return 0
}

// dateFormat is strftime(3) with GNU's %:z, %-d and %N.
func dateFormat(layout string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			b.WriteByte(layout[i])
			continue
		}
		i++
		padding := byte(0)
		if strings.IndexByte("-_0^", layout[i]) >= 0 && i+1 < len(layout) {
			padding = layout[i]
			i++
		}
		if layout[i] == ':' && i+1 < len(layout) && layout[i+1] == 'z' {
			i++
			b.WriteString(t.Format("-07:00"))
			continue
		}
		text := dateField(layout[i], t)
		switch padding {
		case '-':
			if trimmed := strings.TrimLeft(text, "0 "); trimmed != "" {
				text = trimmed
			} else {
				text = "0"
			}
		case '_':
			trimmed := strings.TrimLeft(text, "0")
			text = strings.Repeat(" ", len(text)-len(trimmed)) + trimmed
		case '^':
			text = strings.ToUpper(text)
		}
		b.WriteString(text)
	}
	return b.String()
}

func dateField(c byte, t time.Time) string {
	forms := map[byte]string{'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'D': "01/02/06", 'F': "2006-01-02",
		'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm", 'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'X': "15:04:05",
		'x': "01/02/06", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST", 'c': "Mon Jan _2 15:04:05 2006"}
	if form, ok := forms[c]; ok {
		return t.Format(form)
	}
	_, week := t.ISOWeek()
	switch c {
	case 's':
		return strconv.FormatInt(t.Unix(), 10)
	case 'N':
		return fmt.Sprintf("%09d", t.Nanosecond())
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay())
	case 'u':
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1)
	case 'w':
		return strconv.Itoa(int(t.Weekday()))
	case 'V':
		return fmt.Sprintf("%02d", week)
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7)
	case 'k':
		return fmt.Sprintf("%2d", t.Hour())
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1)
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100)
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '%':
		return "%"
	}
	return "%" + string(c)
}

// parseDate reads what date -d and touch -d are given most: a date and time, an
// offset such as "2 days ago" or "+1 hour", @seconds, now, today, tomorrow.
func parseDate(text string, now time.Time) (time.Time, bool) {
	text = strings.TrimSpace(strings.ToLower(text))
	if rest, ok := strings.CutPrefix(text, "@"); ok {
		n, err := strconv.ParseInt(rest, 10, 40)
		return time.Unix(n, 0), err == nil
	}
	upper := strings.ToUpper(text[:min(len(text), 1)]) + text[min(len(text), 1):]
	for _, layout := range []string{"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02t15:04:05", "2006-01-02", "20060102", "2006/01/02",
		"Jan 2 15:04:05 2006", "Jan 2 2006", "2 jan 2006", "Mon, 2 Jan 2006 15:04:05 -0700"} {
		for _, s := range []string{text, upper} {
			if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
				return t, true
			}
		}
	}
	if t, err := time.ParseInLocation("15:04", text, now.Location()); err == nil {
		return time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location()), true
	}
	// A date or time may be followed by an offset.
	words := strings.Fields(text)
	for k := len(words) - 1; k > 0; k-- {
		if t, ok := parseDate(strings.Join(words[:k], " "), now); ok {
			if words[k] == "+" || words[k] == "-" {
				continue
			}
			return relativeDate(words[k:], t)
		}
	}
	return relativeDate(words, now)
}

func relativeDate(words []string, t time.Time) (time.Time, bool) {
	for i := 0; i < len(words); i++ {
		n := 1
		w := words[i]
		switch w {
		case "now", "today":
			continue
		case "tomorrow":
			t = t.AddDate(0, 0, 1)
			continue
		case "yesterday":
			t = t.AddDate(0, 0, -1)
			continue
		case "next", "last":
			if w == "last" {
				n = -1
			}
			i++
		default:
			k, err := strconv.Atoi(w)
			if err == nil {
				n = k
				i++
			} else if j := strings.IndexFunc(w, func(r rune) bool { return r >= 'a' }); j > 0 {
				if n, err = strconv.Atoi(w[:j]); err != nil {
					return t, false
				}
				words[i] = w[j:]
			}
		}
		if i >= len(words) || n > 1e6 || n < -1e6 {
			return t, false
		}
		if i+1 < len(words) && words[i+1] == "ago" {
			n = -n
		}
		switch strings.TrimSuffix(words[i], "s") {
		case "sec", "second":
			t = t.Add(time.Duration(n) * time.Second)
		case "min", "minute":
			t = t.Add(time.Duration(n) * time.Minute)
		case "hour":
			t = t.Add(time.Duration(n) * time.Hour)
		case "day":
			t = t.AddDate(0, 0, n)
		case "week":
			t = t.AddDate(0, 0, 7*n)
		case "month":
			t = t.AddDate(0, n, 0)
		case "year":
			t = t.AddDate(n, 0, 0)
		default:
			return t, false
		}
		if i+1 < len(words) && words[i+1] == "ago" {
			i++
		}
	}
	return t, len(words) > 0
}
