package userland

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// runLast is last(1), and lastb(1), which reads the failed logins.
func runLast(p *host.Proc) int {
	args := p.Args
	for i, a := range args[1:] { // last -5
		if n := strings.TrimPrefix(a, "-"); n != a && n != "" && strings.Trim(n, "0123456789") == "" {
			p.Args = slices.Clone(args)
			p.Args[i+1] = "-n" + n
		}
	}
	f, ok := readFlags(p, "adFf:hin:Rp:s:t:wx", "limit=n:", "file=f:", "hostlast=a", "dns=d", "fulltimes=F", "ip=i", "nohostname=R", "fullnames=w", "system=x", "help=h")
	if !ok {
		return 1
	}
	file := "/var/log/wtmp"
	if p.Name() == "lastb" {
		file = "/var/log/btmp"
	}
	if f.has("f") {
		file = p.Path(f.given["f"])
	}
	limit := -1
	if f.has("n") {
		n, err := strconv.Atoi(f.given["n"])
		if err != nil {
			p.Errorf("failed to parse number: '%s'", f.given["n"])
			return 1
		}
		limit = n
	}
	data, err := p.Host.FS.ReadFile(file, p.Cred)
	if err != nil {
		p.Errorf("cannot open %s: %s", file, reason(err))
		return 1
	}
	records := host.ParseLoginRecords(data)
	for _, line := range lastLines(p.Host, records, f, p.Name() == "lastb") {
		if limit == 0 {
			break
		}
		limit--
		p.Print(line + "\n")
	}
	begins := p.Host.Now()
	if len(records) > 0 {
		begins = records[0].Time.In(p.Host.Zone)
	} else if info, err := p.Host.FS.Stat(file, p.Cred); err == nil {
		begins = info.ModTime().In(p.Host.Zone)
	}
	p.Printf("\n%s begins %s\n", file[strings.LastIndexByte(file, '/')+1:], begins.Format("Mon Jan _2 15:04:05 2006"))
	return 0
}

// lastLines returns the lines of last, newest first. Reading backwards, the end
// of a login is the logout of its line, or the shutdown or boot, that was seen
// last.
func lastLines(h *host.Host, records []host.LoginRecord, f *flags, failed bool) (lines []string) {
	type ending struct {
		at  time.Time
		how string
	}
	ends := map[string]ending{}
	var down ending
	wanted := func(r host.LoginRecord) bool {
		return len(f.operands) == 0 || slices.Contains(f.operands, r.User) || slices.Contains(f.operands, r.Line) ||
			slices.Contains(f.operands, strings.TrimPrefix(r.Line, "pts/"))
	}
	for i := len(records) - 1; i >= 0; i-- {
		r := records[i]
		switch r.Type {
		case host.BootTime:
			line := fmt.Sprintf("%-8.8s %-12.12s %-16.16s", "reboot", "system boot", r.From)
			end := ending{how: "  still running"}
			if !down.at.IsZero() {
				end = ending{down.at, ""}
			}
			if wanted(host.LoginRecord{User: "reboot", Line: "~"}) {
				lines = append(lines, line+" "+lastTimes(h, r.Time, end.at, end.how, f))
			}
			ends, down = map[string]ending{}, ending{r.Time, "crash"}
		case host.RunLevel:
			ends, down = map[string]ending{}, ending{r.Time, "down"}
			if f.has("x") && wanted(r) {
				lines = append(lines, fmt.Sprintf("%-8.8s %-12.12s %-16.16s %s", "shutdown", "system down", "", lastTimes(h, r.Time, time.Time{}, "", f)))
			}
		case host.DeadProcess:
			ends[r.Line] = ending{at: r.Time}
		default:
			end, over := ends[r.Line]
			switch {
			case failed:
				end = ending{at: r.Time}
			case over:
			case !down.at.IsZero():
				end = down
			case h.Proc(r.PID) == nil:
				end.how = "   gone - no logout"
			default:
				end.how = "  still logged in"
			}
			if !failed {
				ends[r.Line] = ending{at: r.Time}
			}
			if wanted(r) {
				lines = append(lines, fmt.Sprintf("%-8.8s %-12.12s %-16.16s %s", r.User, r.Line, r.From, lastTimes(h, r.Time, end.at, end.how, f)))
			}
		}
	}
	return lines
}

// lastTimes is the right part of a line of last.
func lastTimes(h *host.Host, from, to time.Time, how string, f *flags) string {
	layout, short := "Mon Jan _2 15:04", "15:04"
	if f.has("F") {
		layout, short = "Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 2006"
	}
	text := from.In(h.Zone).Format(layout)
	if to.IsZero() {
		return text + " " + how
	}
	d := to.Sub(from)
	took := fmt.Sprintf(" (%02d:%02d)", int(d.Hours())%24, int(d.Minutes())%60)
	if days := int(d.Hours()) / 24; days > 0 {
		took = fmt.Sprintf("(%d+%02d:%02d)", days, int(d.Hours())%24, int(d.Minutes())%60)
	}
	end := to.In(h.Zone).Format(short)
	if how != "" {
		end = fmt.Sprintf("%-5s", how)
	}
	return text + " - " + end + " " + took
}

// runLastlog is lastlog(8).
func runLastlog(p *host.Proc) int {
	f, ok := readFlags(p, "u:b:t:", "user=u:")
	if !ok {
		return 2
	}
	p.Printf("%-16s %-8s %-42s %s\n", "Username", "Port", "From", "Latest")
	for _, u := range p.Host.Users() {
		if f.has("u") && f.given["u"] != u.Name {
			continue
		}
		if r, ok := p.Host.LastLogin(u.Name); ok {
			p.Printf("%-16s %-8s %-42s %s\n", u.Name, r.Line, r.From, r.Time.In(p.Host.Zone).Format("Mon Jan _2 15:04:05 -0700 2006"))
		} else {
			p.Printf("%-16s %-8s %-42s **Never logged in**\n", u.Name, "", "")
		}
	}
	return 0
}
