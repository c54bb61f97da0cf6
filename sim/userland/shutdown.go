package userland

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// powerWords is how systemd speaks of what shutdown(8) and its like do.
var powerWords = map[string]struct{ call, noun, wall string }{
	"reboot":   {"Reboot", "Reboot", "reboot"},
	"poweroff": {"PowerOff", "Shutdown", "power off"},
	"halt":     {"Halt", "Halt", "halt"},
}

// runShutdown is shutdown(8).
func runShutdown(p *host.Proc) int {
	f, ok := readFlags(p, "HPrhkcf", "halt=H", "poweroff=P", "reboot=r", "no-wall", "show", "help")
	if !ok {
		return 1
	}
	what := "poweroff"
	switch f.last("H", "P", "r", "h") {
	case "H":
		what = "halt"
	case "r":
		what = "reboot"
	}
	if f.has("show") {
		return showPlan(p)
	}
	if !p.Cred.IsRoot() {
		return notAllowed(p, what)
	}
	h := p.Host
	if f.has("c") {
		if h.CancelShutdown() {
			wall(p, "The system shutdown has been cancelled")
		}
		return 0
	}
	when, message := "+1", ""
	if len(f.operands) > 0 {
		when, message = f.operands[0], strings.Join(f.operands[1:], " ")
	}
	d, ok := shutdownTime(when, h.Now())
	if !ok {
		fmt.Fprintf(p.Stderr, "Failed to parse time specification: %s\n", when)
		return 1
	}
	if message != "" {
		message += "\n"
	}
	words := powerWords[what]
	if f.has("k") || d > 0 {
		at := h.Now().Add(d).Format("Mon 2006-01-02 15:04:05 MST")
		if !f.has("k") {
			h.ScheduleShutdown(what, d)
			fmt.Fprintf(p.Stderr, "%s scheduled for %s, use 'shutdown -c' to cancel.\n", words.noun, at)
		}
		if !f.has("no-wall") {
			wallOthers(p, message+"The system will "+words.wall+" at "+at+"!")
		}
		return 0
	}
	return goDown(p, what, message)
}

// goDown does it now.
func goDown(p *host.Proc, what, message string) int {
	wallOthers(p, message+"The system will "+powerWords[what].wall+" now!")
	p.Host.ScheduleShutdown(what, 0)
	return 0
}

func showPlan(p *host.Proc) int {
	plan := p.Host.Plan()
	if plan == nil {
		fmt.Fprintln(p.Stderr, "No scheduled shutdown.")
		return 1
	}
	p.Printf("%s scheduled for %s, use 'shutdown -c' to cancel.\n", powerWords[plan.Word].noun, plan.At.In(p.Host.Zone).Format("Mon 2006-01-02 15:04:05 MST"))
	return 0
}

func notAllowed(p *host.Proc, what string) int {
	fmt.Fprintln(p.Stderr, "Failed to set wall message, ignoring: Interactive authentication required.")
	fmt.Fprintf(p.Stderr, "Call to %s failed: Interactive authentication required.\n", powerWords[what].call)
	return 1
}

// shutdownTime reads "now", "+MINUTES" or "HH:MM" as a span from now on.
func shutdownTime(s string, now time.Time) (time.Duration, bool) {
	if s == "now" {
		return 0, true
	}
	if rest, ok := strings.CutPrefix(s, "+"); ok || !strings.Contains(s, ":") {
		n, err := strconv.ParseUint(rest, 10, 32)
		return time.Duration(n) * time.Minute, err == nil && n < 60*24*365
	}
	hour, minute, _ := strings.Cut(s, ":")
	hh, err1 := strconv.ParseUint(hour, 10, 8)
	mm, err2 := strconv.ParseUint(minute, 10, 8)
	if err1 != nil || err2 != nil || hh > 23 || mm > 59 {
		return 0, false
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), int(hh), int(mm), 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at.Sub(now), true
}

// runPower is reboot(8), poweroff(8) and halt(8): at once.
func runPower(p *host.Proc) int {
	f, ok := readFlags(p, "fpwdn", "force=f", "poweroff=p", "halt", "reboot", "wtmp-only=w", "no-wtmp=d", "no-wall")
	if !ok {
		return 1
	}
	what := p.Name()
	switch {
	case f.has("p"):
		what = "poweroff"
	case f.has("halt"):
		what = "halt"
	case f.has("reboot"):
		what = "reboot"
	}
	if !p.Cred.IsRoot() {
		return notAllowed(p, what)
	}
	return goDown(p, what, "")
}

// caller is who sends a wall message, in its form.
func caller(p *host.Proc) string {
	from := p.Host.UserName(p.Cred.UID) + "@" + p.Host.ShortName()
	if p.TTY != nil {
		from += " on " + p.TTY.Name
	}
	return from
}

func wall(p *host.Proc, text string) { p.Host.Wall(caller(p), text, nil) }

// wallOthers is wall without the caller's own terminal, as logind does it.
func wallOthers(p *host.Proc, text string) { p.Host.Wall(caller(p), text, p.TTY) }
