package userland

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// psRow is what ps shows of a process. Kernel threads are left out; process 1
// is systemd, which no host.Proc stands for.
type psRow struct {
	pid, ppid int
	user      string
	uid       uint32
	tty       string
	started   time.Time
	name      string
	command   string
	stat      string
}

// processTable returns the processes of a host by PID.
func processTable(h *host.Host) []psRow {
	rows := []psRow{{pid: 1, user: "root", tty: "?", started: h.Booted(), name: "systemd", command: "/sbin/init", stat: "Ss"}}
	for _, p := range h.Procs() {
		r := psRow{pid: p.PID, ppid: p.PPID, user: h.UserName(p.Cred.UID), uid: p.Cred.UID, tty: "?", started: p.Started, name: p.Name(), command: p.Command(), stat: "S"}
		if p.TTY != nil {
			r.tty = p.TTY.Name
		}
		if p.PGID == p.PID || p.Task == nil {
			r.stat = "Ss"
		}
		if p.Stopped() {
			r.stat = strings.Replace(r.stat, "S", "T", 1)
		}
		rows = append(rows, r)
	}
	return rows
}

// runPs is ps(1) with the selections and formats administrators use.
func runPs(p *host.Proc) int {
	o, ok := psOptions(p)
	if !ok {
		return 1
	}
	var rows []psRow
	for _, r := range processTable(p.Host) {
		if o.selected(p, r) {
			if r.pid == p.PID {
				r.stat = "R+"
			} else if r.tty != "?" && r.ppid != p.PPID && !strings.Contains(r.stat, "s") {
				r.stat += "+"
			}
			rows = append(rows, r)
		}
	}
	switch {
	case len(o.columns) > 0:
		psColumns(p, o, rows)
	case o.bsd:
		psAux(p, rows)
	case o.full:
		psFull(p, rows)
	default:
		p.Print("    PID TTY          TIME CMD\n")
		for _, r := range rows {
			p.Printf("%7d %-8s %s %s\n", r.pid, r.tty, "00:00:00", r.name)
		}
	}
	if len(rows) == 0 && o.narrow() {
		return 1
	}
	return 0
}

type psSelection struct {
	all, full, bsd, own, x bool
	names, users           []string
	pids                   []int
	columns                []string
	noHeader               bool
}

func (o *psSelection) narrow() bool {
	return len(o.names)+len(o.users)+len(o.pids) > 0
}

func psOptions(p *host.Proc) (o psSelection, ok bool) {
	args := p.Args[1:]
	for i := 0; i < len(args); i++ {
		a := args[i]
		value := func(rest string) string {
			if rest != "" || i+1 >= len(args) {
				return rest
			}
			i++
			return args[i]
		}
		switch {
		case strings.HasPrefix(a, "--"):
			if a == "--no-headers" || a == "--no-heading" {
				o.noHeader = true
			}
		case strings.HasPrefix(a, "-"):
			for j := 1; j < len(a); j++ {
				c := a[j]
				switch c {
				case 'e', 'A':
					o.all = true
				case 'f', 'F', 'l':
					o.full = true
				case 'C':
					o.names = append(o.names, strings.Split(value(a[j+1:]), ",")...)
					j = len(a)
				case 'u', 'U':
					if rest := value(a[j+1:]); rest != "" && a != "-aux" {
						o.users = append(o.users, strings.Split(rest, ",")...)
						j = len(a)
					} else {
						o.bsd = true
					}
				case 'p':
					for n := range strings.SplitSeq(value(a[j+1:]), ",") {
						pid, err := strconv.Atoi(strings.TrimSpace(n))
						if err != nil {
							p.Stderr.Write([]byte("error: process ID list syntax error\n\nUsage:\n ps [options]\n"))
							return o, false
						}
						o.pids = append(o.pids, pid)
					}
					j = len(a)
				case 'o':
					o.columns = append(o.columns, strings.FieldsFunc(value(a[j+1:]), func(r rune) bool { return r == ',' || r == ' ' })...)
					j = len(a)
				case 'a', 'x', 'w', 'H', 'd', 'y':
					if a == "-aux" {
						o.bsd, o.x, o.all = true, true, true
						j = len(a)
					}
					o.all = o.all || c == 'a'
				default:
					fmt.Fprintf(p.Stderr, "error: unsupported SysV option\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n")
					return o, false
				}
			}
		default:
			o.bsdWord(a)
		}
	}
	return o, true
}

// bsdWord reads options without a dash: aux, ax, 123.
func (o *psSelection) bsdWord(a string) {
	if pid, err := strconv.Atoi(a); err == nil {
		o.pids = append(o.pids, pid)
		return
	}
	o.x = o.x || strings.Contains(a, "x")
	o.bsd = o.bsd || strings.Contains(a, "u")
	o.all = o.all || strings.Contains(a, "a") && strings.Contains(a, "x")
	o.own = o.own || strings.Contains(a, "x") && !strings.Contains(a, "a")
	if strings.Contains(a, "e") && strings.Contains(a, "f") {
		o.full = true
	}
}

func (o *psSelection) selected(p *host.Proc, r psRow) bool {
	if o.narrow() {
		return slices.Contains(o.names, r.name) || slices.Contains(o.pids, r.pid) || slices.Contains(o.users, r.user) || slices.Contains(o.users, fmt.Sprint(r.uid))
	}
	switch {
	case o.all:
		return true
	case o.own:
		return r.uid == p.Cred.UID
	case p.TTY == nil:
		return r.pid == p.PID || r.pid == p.PPID
	}
	return r.tty == p.TTY.Name
}

func psStart(p *host.Proc, t time.Time) string {
	now := p.Host.Now()
	t = t.In(now.Location())
	if now.Sub(t) < 24*time.Hour && now.Day() == t.Day() {
		return t.Format("15:04")
	}
	return t.Format("Jan02")
}

func psFull(p *host.Proc, rows []psRow) {
	p.Print("UID          PID    PPID  C STIME TTY          TIME CMD\n")
	for _, r := range rows {
		p.Printf("%-8s %7d %7d  0 %-5s %-8s 00:00:00 %s\n", shortUser(r.user), r.pid, r.ppid, psStart(p, r.started), r.tty, r.command)
	}
}

func psAux(p *host.Proc, rows []psRow) {
	p.Print("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
	for _, r := range rows {
		size := 6000 + 40*len(r.command)
		p.Printf("%-8s %7d  0.0  0.2 %6d %5d %-8s %-4s %-5s   0:00 %s\n", shortUser(r.user), r.pid, size, size/2, r.tty, r.stat, psStart(p, r.started), r.command)
	}
}

// shortUser cuts a long name the way ps does.
func shortUser(name string) string {
	if len(name) > 8 {
		return name[:7] + "+"
	}
	return name
}

func psColumns(p *host.Proc, o psSelection, rows []psRow) {
	titles := map[string]string{"pid": "PID", "ppid": "PPID", "user": "USER", "uid": "UID", "tty": "TT", "comm": "COMMAND", "cmd": "CMD", "args": "COMMAND",
		"command": "COMMAND", "stat": "STAT", "etime": "ELAPSED", "start": "STARTED", "lstart": "STARTED", "time": "TIME", "pcpu": "%CPU", "pmem": "%MEM", "ucmd": "CMD"}
	value := func(r psRow, col string) string {
		switch col {
		case "pid":
			return fmt.Sprintf("%7d", r.pid)
		case "ppid":
			return fmt.Sprintf("%7d", r.ppid)
		case "user":
			return fmt.Sprintf("%-8s", shortUser(r.user))
		case "uid":
			return fmt.Sprintf("%5d", r.uid)
		case "tty":
			return fmt.Sprintf("%-8s", r.tty)
		case "comm", "ucmd":
			return fmt.Sprintf("%-15s", r.name)
		case "stat":
			return fmt.Sprintf("%-4s", r.stat)
		case "etime":
			d := p.Host.Clock.Now().Sub(r.started)
			return fmt.Sprintf("%8d:%02d", int(d.Minutes()), int(d.Seconds())%60)
		case "start":
			return fmt.Sprintf("%8s", r.started.In(p.Host.Zone).Format("15:04:05"))
		case "lstart":
			return r.started.In(p.Host.Zone).Format("Mon Jan _2 15:04:05 2006")
		case "time":
			return "00:00:00"
		case "pcpu", "pmem":
			return " 0.0"
		}
		return r.command
	}
	header, show := "", !o.noHeader
	blank := true
	for i, col := range o.columns {
		name, title, own := strings.Cut(col, "=")
		o.columns[i] = name
		if !own {
			title = titles[name]
		}
		blank = blank && own && title == ""
		if len(rows) > 0 {
			title = fmt.Sprintf("%*s", len(value(rows[0], name)), title)
			if name == "user" || name == "comm" || name == "tty" || name == "args" || name == "cmd" || name == "command" || name == "stat" {
				title = fmt.Sprintf("%-*s", len(title), strings.TrimSpace(title))
			}
		}
		header += title + " "
	}
	if show && !blank {
		p.Print(strings.TrimRight(header, " ") + "\n")
	}
	for _, r := range rows {
		line := ""
		for _, col := range o.columns {
			line += value(r, col) + " "
		}
		p.Print(strings.TrimRight(line, " ") + "\n")
	}
}

// runTop is top(1), of which one picture is shown.
func runTop(p *host.Proc) int {
	rows := processTable(p.Host)
	now := p.Host.Now()
	p.Printf("top - %s %s\nTasks: %3d total,   1 running, %3d sleeping,   0 stopped,   0 zombie\n", now.Format("15:04:05"), uptimeText(p.Host), len(rows), len(rows)-1)
	p.Print("%Cpu(s):  0.3 us,  0.3 sy,  0.0 ni, 99.3 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\nMiB Mem :   1967.5 total,   1211.0 free,    301.2 used,    455.3 buff/cache\nMiB Swap:      0.0 total,      0.0 free,      0.0 used.   1511.4 avail Mem\n\n")
	p.Print("    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n")
	for _, r := range rows {
		size := 6000 + 40*len(r.command)
		p.Printf("%7d %-8s  20   0 %7d %6d %6d S   0.0   0.2   0:00.01 %s\n", r.pid, shortUser(r.user), size, size/2, size/3, r.name)
	}
	return 0
}
