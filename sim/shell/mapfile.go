package shell

import (
	"fmt"
	"strings"
	"time"
)

// mapfile reads lines into an array.
func mapfile(s *Shell, args []string) int {
	name, trim := "MAPFILE", false
	for _, a := range args[1:] {
		switch {
		case a == "-t":
			trim = true
		case strings.HasPrefix(a, "-"):
			s.say("%s: %s: not supported", args[0], a)
			return 2
		default:
			name = a
		}
	}
	v := s.vars.declare(name, false)
	s.vars.change(v, 0, func() { v.value, v.indexed, v.assoc, v.set = "", map[int]string{}, nil, true })
	for i := 0; ; i++ {
		s.p.Step(1)
		line, ok, err := s.readLine(0, '\n', 0)
		if err != nil || !ok && len(line) == 0 {
			return 0
		}
		text := string(line)
		if ok && !trim {
			text += "\n"
		}
		if err := s.vars.setElement(v, itoa(i), text); err != nil {
			s.expansionFailed(s.assignError(name, err))
			return 1
		}
	}
}

// strftime formats a time for printf's %(...)T and history.
func strftime(layout string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			b.WriteByte(layout[i])
			continue
		}
		i++
		forms := map[byte]string{'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'F': "2006-01-02", 'T': "15:04:05",
			'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'e': "_2", 'y': "06", 'Z': "MST", 'z': "-0700", 'D': "01/02/06", 'R': "15:04"}
		switch c := layout[i]; {
		case c == 's':
			fmt.Fprint(&b, t.Unix())
		case c == '%':
			b.WriteByte('%')
		case forms[c] != "":
			b.WriteString(t.Format(forms[c]))
		default:
			b.WriteByte('%')
			b.WriteByte(c)
		}
	}
	return b.String()
}
