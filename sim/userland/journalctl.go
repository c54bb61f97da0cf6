package userland

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// ofUnit tells whether a line belongs to a unit: its daemon's tags, or systemd
// speaking of it.
func ofUnit(l host.JournalLine, u *host.Unit) bool {
	if l.Tag == "systemd" {
		return strings.Contains(l.Text, u.Name+".service")
	}
	if slices.Contains(u.Tags, l.Tag) {
		return true
	}
	main := u.Main()
	return main != nil && l.PID == main.PID
}

// journalText is journalctl's short format; further lines of a message are
// indented.
func journalText(h *host.Host, l host.JournalLine) string {
	lead := l.Time.In(h.Zone).Format("Jan 02 15:04:05 ") + h.ShortName() + " " + l.Ident + ": "
	return lead + strings.ReplaceAll(strings.TrimRight(l.Text, "\n"), "\n", "\n"+strings.Repeat(" ", len(lead))) + "\n"
}

// journalQuery is what journalctl was asked for.
type journalQuery struct {
	p        *host.Proc
	f        *flags
	units    []*host.Unit
	priority host.Severity
	since    time.Time
	until    time.Time
}

// runJournalctl is journalctl(1) of systemd 252.
func runJournalctl(p *host.Proc) int {
	f, ok := readFlags(p, "u:xefn:p:rbkt:o:qaS:U:g:mlN", "unit=u:", "catalog=x", "pager-end=e", "follow=f", "lines=n:", "priority=p:", "reverse=r",
		"boot=b", "dmesg=k", "identifier=t:", "output=o:", "quiet=q", "since=S:", "until=U:", "grep=g:", "no-pager", "no-full", "full=l", "all=a", "utc", "disk-usage", "no-hostname")
	if !ok {
		return 1
	}
	q := &journalQuery{p: p, f: f, priority: host.Debug}
	for _, name := range f.values("u") {
		if u := p.Host.Unit(unitName(name)); u != nil {
			q.units = append(q.units, u)
		}
	}
	if f.has("u") && len(q.units) == 0 {
		p.Print("-- No entries --\n")
		return 0
	}
	if !q.options() {
		return 1
	}
	if !p.Cred.IsRoot() && !slices.ContainsFunc(p.Host.Groups(), func(g host.Group) bool {
		return (g.Name == "adm" || g.Name == "systemd-journal") && p.Cred.InGroup(g.GID)
	}) {
		io.WriteString(p.Stderr, "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm', 'systemd-journal' can see all messages.\n      Pass -q to turn off this notice.\n")
		p.Print("-- No entries --\n")
		return 0
	}
	list := q.selectFrom(0)
	n := len(list)
	if text, ok := f.given["n"]; ok {
		k, err := strconv.Atoi(text)
		if err != nil && text != "all" {
			fmt.Fprintf(p.Stderr, "Failed to parse lines '%s'\n", text)
			return 1
		}
		if err == nil {
			n = max(k, 0)
		}
	} else if f.has("f") {
		n = 10
	} else if f.has("e") {
		n = 1000
	}
	list = list[max(0, len(list)-n):]
	if f.has("r") {
		slices.Reverse(list)
	}
	if len(list) == 0 && !f.has("f") {
		p.Print("-- No entries --\n")
	}
	for _, l := range list {
		q.print(l)
	}
	if f.has("f") {
		return q.follow()
	}
	return 0
}

func (q *journalQuery) options() bool {
	p, f := q.p, q.f
	if text, ok := f.given["p"]; ok {
		names := []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
		i := slices.Index(names, text)
		if n, err := strconv.Atoi(text); err == nil {
			i = n
		}
		if i < 0 || i > 7 {
			fmt.Fprintf(p.Stderr, "Unknown log level %s\n", text)
			return false
		}
		q.priority = host.Severity(i)
	}
	for name, to := range map[string]*time.Time{"S": &q.since, "U": &q.until} {
		if text, ok := f.given[name]; ok {
			t, good := parseDate(strings.TrimPrefix(text, "-"), p.Host.Now())
			if strings.HasPrefix(text, "-") {
				t, good = parseDate(strings.TrimPrefix(text, "-")+" ago", p.Host.Now())
			}
			if text == "today" {
				now := p.Host.Now()
				t = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
			}
			if !good {
				fmt.Fprintf(p.Stderr, "Failed to parse timestamp: %s\n", text)
				return false
			}
			*to = t
		}
	}
	return true
}

func (q *journalQuery) selectFrom(start int) (list []host.JournalLine) {
	lines := q.p.Host.Journal()
	for _, l := range lines[min(start, len(lines)):] {
		q.p.Step(1)
		switch {
		case l.Severity > q.priority,
			q.f.has("k") && l.Tag != "kernel",
			q.f.has("t") && l.Tag != q.f.given["t"],
			!q.since.IsZero() && l.Time.Before(q.since),
			!q.until.IsZero() && l.Time.After(q.until),
			q.f.has("g") && !strings.Contains(l.Text, q.f.given["g"]),
			len(q.units) > 0 && !slices.ContainsFunc(q.units, func(u *host.Unit) bool { return ofUnit(l, u) }):
			continue
		}
		list = append(list, l)
	}
	return list
}

func (q *journalQuery) print(l host.JournalLine) {
	if q.f.given["o"] == "cat" {
		q.p.Print(l.Text + "\n")
		return
	}
	q.p.Print(journalText(q.p.Host, l))
	if !q.f.has("x") || l.Tag != "systemd" {
		return
	}
	// The message catalogue's explanations of a unit's start.
	unit := l.Text
	for _, w := range strings.Fields(l.Text) {
		if strings.HasSuffix(strings.TrimRight(w, ":"), ".service") {
			unit = strings.TrimRight(w, ":")
		}
	}
	explain := func(subject, body string) {
		q.p.Printf("░░ Subject: %s\n░░ Defined-By: systemd\n░░ Support: https://www.debian.org/support\n░░ \n░░ %s\n", subject, body)
	}
	switch {
	case strings.HasPrefix(l.Text, "Failed to start"):
		explain("A start job for unit "+unit+" has failed", "A start job for unit "+unit+" has finished with a failure.")
	case strings.Contains(l.Text, "Failed with result"):
		explain("Unit failed", "The unit "+unit+" has entered the 'failed' state with result 'exit-code'.")
	case strings.HasPrefix(l.Text, "Started "):
		explain("A start job for unit "+unit+" has finished successfully", "A start job for unit "+unit+" has finished successfully.")
	case strings.HasPrefix(l.Text, "Stopped "):
		explain("A stop job for unit "+unit+" has finished", "A stop job for unit "+unit+" has finished.")
	}
}

// follow shows new lines until it is interrupted. The journal is written when
// the log files are, so these are watched.
func (q *journalQuery) follow() int {
	var changed vtime.Signal
	for _, file := range []string{"/var/log/syslog", "/var/log/messages", "/var/log/mail.log", "/var/log/maillog"} {
		cancel := q.p.Host.FS.Watch(file, changed.Broadcast)
		defer cancel()
	}
	last := lastOf(q.p.Host.Journal())
	for {
		lines := q.p.Host.Journal()
		from := len(lines)
		for from > 0 && lines[from-1] != last {
			from--
		}
		for _, l := range q.selectFrom(from) {
			q.print(l)
		}
		last = lastOf(lines)
		if tty := q.p.TTY; tty != nil {
			tty.Linger(q.p.Task, &changed)
		} else {
			changed.Wait(q.p.Task)
		}
	}
}

func lastOf(lines []host.JournalLine) host.JournalLine {
	if len(lines) == 0 {
		return host.JournalLine{}
	}
	return lines[len(lines)-1]
}

// runLogger is logger(1).
func runLogger(p *host.Proc) int {
	f, ok := readFlags(p, "+p:t:isf:", "priority=p:", "tag=t:", "id=i", "stderr=s", "file=f:")
	if !ok {
		return 1
	}
	facility, severity := host.FacUser, host.Notice
	if text, ok := f.given["p"]; ok {
		fac, sev, dot := strings.Cut(text, ".")
		if !dot {
			sev = fac
		} else {
			facility = host.Facility(strings.TrimSuffix(fac, "priv"))
		}
		levels := map[string]host.Severity{"err": host.Err, "error": host.Err, "crit": host.Err, "alert": host.Err, "emerg": host.Err, "warning": host.Warning,
			"warn": host.Warning, "notice": host.Notice, "info": host.Info, "debug": host.Debug}
		if severity, ok = levels[sev]; !ok {
			p.Errorf("unknown priority name: %s", text)
			return 1
		}
	}
	tag := f.given["t"]
	if tag == "" {
		tag = p.Host.UserName(p.Cred.UID)
	}
	pid := 0
	if f.has("i") {
		pid = p.PID
	}
	log := func(text string) {
		p.Host.Syslog(facility, severity, tag, pid, text)
		if f.has("s") {
			fmt.Fprintf(p.Stderr, "%s: %s\n", tag, text)
		}
	}
	if len(f.operands) > 0 {
		log(strings.Join(f.operands, " "))
		return 0
	}
	var in []string
	if f.has("f") {
		in = []string{f.given["f"]}
	}
	return eachInput(p, in, func(name string, r io.Reader) error {
		return eachLine(p, r, func(line string, ended bool) bool {
			log(line)
			return true
		})
	})
}
