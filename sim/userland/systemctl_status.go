package userland

import (
	"fmt"
	"strings"
	"time"

	"mxlab/sim/host"
)

func (s *systemctl) statusAll(names []string) int {
	if len(names) == 0 {
		s.p.Printf("● %s\n    State: running\n    Units: %d loaded\n", s.p.Host.ShortName(), len(s.p.Host.Units()))
		return 0
	}
	status := 0
	for i, name := range names {
		u := s.p.Host.Unit(unitName(name))
		if u == nil {
			s.errorf("Unit %s could not be found.", unitName(name))
			status = 4
			continue
		}
		if i > 0 {
			s.p.Print("\n")
		}
		status = max(status, s.status(u))
	}
	return status
}

// status prints the block of systemctl status, then the newest lines of the
// unit's journal.
func (s *systemctl) status(u *host.Unit) int {
	p := s.p
	state, since := u.State()
	glyph, enabled := "○", "disabled"
	if u.Enabled {
		enabled = "enabled"
	}
	switch state {
	case host.Active:
		glyph = "●"
	case host.Failed:
		glyph = "×"
	}
	p.Printf("%s %s.service - %s\n     Loaded: loaded (%s/%s.service; %s; preset: %s)\n", glyph, u.Name, u.Description,
		unitDir(p.Host), u.Name, enabled, preset(p.Host))
	when := fmt.Sprintf("since %s; %s ago", since.In(p.Host.Zone).Format("Mon 2006-01-02 15:04:05 MST"), timeSpan(p.Host.Clock.Now().Sub(since)))
	exit := fmt.Sprintf("(code=exited, status=%d/%s)", u.ExitStatus, exitName(u.ExitStatus))
	if u.Result == "signal" {
		exit = fmt.Sprintf("(code=killed, signal=%s)", host.SignalName(host.Signal(u.ExitStatus)))
	}
	switch state {
	case host.Active:
		p.Printf("     Active: active (%s) %s\n", subState(u), when)
	case host.Failed:
		p.Printf("     Active: failed (Result: %s) %s\n", u.Result, when)
	default:
		p.Print("     Active: inactive (dead)")
		if u.LastPID > 0 {
			p.Print(" " + when)
		}
		p.Print("\n")
	}
	if u.Docs != "" {
		p.Printf("       Docs: %s\n", u.Docs)
	}
	main := u.Main()
	switch {
	case state == host.Active && main != nil:
		p.Printf("   Main PID: %d (%s)\n      Tasks: 1 (limit: 2306)\n     Memory: 5.1M\n        CPU: 36ms\n     CGroup: /system.slice/%s.service\n             └─%d %s\n", main.PID, main.Name(), u.Name, main.PID, main.Command())
	case state == host.Failed:
		pid := ""
		if u.LastPID > 0 {
			pid = fmt.Sprintf("%d ", u.LastPID)
		}
		p.Printf("    Process: %sExecStart=%s %s\n   Main PID: %s%s\n        CPU: 21ms\n", pid, u.ExecStart, exit, pid, exit)
	case u.LastPID > 0:
		p.Printf("    Process: %d ExecStart=%s (code=exited, status=0/SUCCESS)\n   Main PID: %d (code=exited, status=0/SUCCESS)\n        CPU: 21ms\n", u.LastPID, u.ExecStart, u.LastPID)
	}
	s.tail(u)
	if state == host.Active {
		return 0
	}
	return 3
}

func (s *systemctl) tail(u *host.Unit) {
	n := 10
	if text, ok := s.f.given["n"]; ok {
		fmt.Sscan(text, &n)
	}
	var lines []host.JournalLine
	for _, l := range s.p.Host.Journal() {
		if ofUnit(l, u) {
			lines = append(lines, l)
		}
	}
	lines = lines[max(0, len(lines)-max(n, 0)):]
	if len(lines) > 0 {
		s.p.Print("\n")
	}
	for _, l := range lines {
		s.p.Print(journalText(s.p.Host, l))
	}
}

func exitName(status int) string {
	switch status {
	case 0:
		return "SUCCESS"
	case 1:
		return "FAILURE"
	case 2:
		return "INVALIDARGUMENT"
	case 203:
		return "EXEC"
	}
	return "n/a"
}

// timeSpan is systemd's wording of a duration, two units at most.
func timeSpan(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"month", 30 * 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"day", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}
	var parts []string
	for _, u := range units {
		if n := d / u.size; n > 0 && len(parts) < 2 {
			d -= n * u.size
			text := fmt.Sprintf("%d%s", n, u.name)
			if len(u.name) > 3 {
				text = fmt.Sprintf("%d %s", n, u.name)
				if n > 1 {
					text += "s"
				}
			}
			parts = append(parts, text)
			if u.name == "min" && n >= 2 && len(parts) == 1 {
				break
			}
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return strings.Join(parts, " ")
}

// unitDir is where the packages of the distribution put their units.
func unitDir(h *host.Host) string {
	if h.Flavour == host.RedHat {
		return "/usr/lib/systemd/system"
	}
	return "/lib/systemd/system"
}

// preset is whether the distribution wants a new service to start at boot
// (systemd.preset(5)).
func preset(h *host.Host) string {
	if h.Flavour == host.RedHat {
		return "disabled"
	}
	return "enabled"
}
