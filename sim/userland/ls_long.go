package userland

import (
	"fmt"
	"io/fs"
	"time"
)

func (l *lister) printLong(list []lsEntry, total bool) {
	rows := make([][]string, len(list))
	blocks := int64(0)
	width := make([]int, 4)
	for i, e := range list {
		blocks += e.info.Blocks
		user, group := l.p.Host.UserName(e.info.UID), l.p.Host.GroupName(e.info.GID)
		if l.f.has("n") {
			user, group = fmt.Sprint(e.info.UID), fmt.Sprint(e.info.GID)
		}
		size := fmt.Sprint(e.info.Size())
		if l.f.has("h") {
			size = humanSize(e.info.Size())
		}
		if e.info.Mode()&fs.ModeDevice != 0 {
			size = fmt.Sprintf("%d, %3d", e.info.Rdev.Major, e.info.Rdev.Minor)
		}
		rows[i] = []string{fmt.Sprint(e.info.Nlink), user, group, size}
		for k, c := range rows[i] {
			width[k] = max(width[k], len(c))
		}
	}
	if total {
		shown := fmt.Sprint(blocks / 2)
		if l.f.has("h") {
			shown = humanSize(blocks * 512)
		}
		l.out.WriteString("total " + shown + "\n")
	}
	for i, e := range list {
		r := rows[i]
		name := e.name + l.suffix(e)
		if e.info.Mode()&fs.ModeSymlink != 0 {
			name += " -> " + e.info.Target
		}
		owner := fmt.Sprintf("%-*s ", width[1], r[1])
		if l.f.has("g") {
			owner = ""
		}
		group := fmt.Sprintf("%-*s ", width[2], r[2])
		if l.f.has("G") {
			group = ""
		}
		fmt.Fprintf(l.out, "%s%s %*s %s%s%*s %s %s\n", l.lead(e), modeString(e.info.Mode()), width[0], r[0], owner, group, width[3], r[3], l.date(e.info.ModTime()), name)
	}
}

// date is the time with the year instead of the hour for files older than half
// a year or in the future.
func (l *lister) date(t time.Time) string {
	now := l.p.Host.Now()
	t = t.In(now.Location())
	switch {
	case l.f.has("full-time") || l.f.given["time-style"] == "full-iso":
		return t.Format("2006-01-02 15:04:05.000000000 -0700")
	case l.f.given["time-style"] == "long-iso":
		return t.Format("2006-01-02 15:04")
	case t.After(now) || now.Sub(t) > 365*24*time.Hour/2:
		return t.Format("Jan _2  2006")
	}
	return t.Format("Jan _2 15:04")
}

// modeString is the mode as ls -l and stat print it.
func modeString(m fs.FileMode) string {
	kind := "-"
	switch {
	case m&fs.ModeDir != 0:
		kind = "d"
	case m&fs.ModeSymlink != 0:
		kind = "l"
	case m&fs.ModeNamedPipe != 0:
		kind = "p"
	case m&fs.ModeSocket != 0:
		kind = "s"
	case m&fs.ModeCharDevice != 0:
		kind = "c"
	case m&fs.ModeDevice != 0:
		kind = "b"
	}
	b := []byte(kind + "rwxrwxrwx")
	for i := range 9 {
		if m&(1<<(8-i)) == 0 {
			b[i+1] = '-'
		}
	}
	special := func(set bool, at int, with, without byte) {
		if set && b[at] == 'x' {
			b[at] = with
		} else if set {
			b[at] = without
		}
	}
	special(m&fs.ModeSetuid != 0, 3, 's', 'S')
	special(m&fs.ModeSetgid != 0, 6, 's', 'S')
	special(m&fs.ModeSticky != 0, 9, 't', 'T')
	return string(b)
}

// humanSize is GNU's -h: powers of 1024, rounded up.
func humanSize(n int64) string {
	if n < 1024 {
		return fmt.Sprint(n)
	}
	x, unit := float64(n), 0
	for x >= 1024 && unit < 6 {
		x /= 1024
		unit++
	}
	if x < 10 {
		up := float64(int64(x*10)) / 10
		if up < x {
			up += 0.1
		}
		if up < 10 {
			return fmt.Sprintf("%.1f%c", up, " KMGTPE"[unit])
		}
		x = up
	}
	whole := int64(x)
	if float64(whole) < x {
		whole++
	}
	if whole >= 1024 && unit < 6 {
		return fmt.Sprintf("1.0%c", " KMGTPE"[unit+1])
	}
	return fmt.Sprintf("%d%c", whole, " KMGTPE"[unit])
}
