package userland

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
)

// runSystemctl is systemctl(1) of systemd 252 for services.
func runSystemctl(p *host.Proc) int {
	f, ok := readFlags(p, "alqn:t:fHM:or", "all=a", "full=l", "quiet=q", "lines=n:", "type=t:", "failed", "state:", "now", "no-pager", "no-legend",
		"plain", "no-ask-password", "system", "user", "property:=P", "value", "force=f")
	if !ok {
		return 1
	}
	s := &systemctl{p: p, f: f}
	if len(f.operands) == 0 {
		return s.listUnits()
	}
	verb, names := f.operands[0], f.operands[1:]
	switch verb {
	case "list-units":
		return s.listUnits()
	case "list-unit-files":
		return s.listUnitFiles()
	case "daemon-reload", "daemon-reexec", "reset-failed":
		return 0
	case "reboot", "poweroff", "halt":
		if !s.p.Cred.IsRoot() {
			return notAllowed(s.p, verb)
		}
		return goDown(s.p, verb, "")
	case "is-system-running":
		return s.isSystemRunning()
	case "status":
		return s.statusAll(names)
	case "start", "stop", "restart", "reload", "try-restart", "condrestart", "reload-or-restart", "force-reload", "enable", "disable", "is-active",
		"is-enabled", "is-failed", "mask", "unmask", "kill", "cat", "show":
	default:
		p.Stderr.Write([]byte("Unknown command verb " + verb + ".\n"))
		return 1
	}
	if len(names) == 0 {
		p.Stderr.Write([]byte("Too few arguments.\n"))
		return 1
	}
	status := 0
	for i, name := range names {
		st := s.unit(verb, name)
		if strings.HasPrefix(verb, "is-") { // one that is as asked is enough
			if i == 0 || st == 0 {
				status = st
			}
			continue
		}
		status = max(status, st)
	}
	return status
}

type systemctl struct {
	p *host.Proc
	f *flags
}

func (s *systemctl) errorf(format string, args ...any) {
	fmt.Fprintf(s.p.Stderr, format+"\n", args...)
}

// unitName adds the suffix a user may leave out.
func unitName(name string) string {
	if strings.Contains(name, ".") && !strings.HasSuffix(name, ".service") || strings.HasSuffix(name, ".service") {
		return name
	}
	return name + ".service"
}

func (s *systemctl) unit(verb, name string) int {
	full := unitName(name)
	u := s.p.Host.Unit(full)
	switch verb {
	case "is-active", "is-failed":
		state := host.Inactive
		if u != nil {
			state, _ = u.State()
		}
		if !s.f.has("q") {
			s.p.Print(string(state) + "\n")
		}
		switch {
		case verb == "is-failed" && state == host.Failed || verb == "is-active" && state == host.Active:
			return 0
		case verb == "is-failed":
			return 1
		case u == nil:
			return 4
		}
		return 3
	case "is-enabled":
		return s.isEnabled(u, full)
	case "cat", "show":
		return s.show(verb, u, full)
	}
	if !s.p.Cred.IsRoot() {
		action := verb
		if verb == "enable" || verb == "disable" {
			action += " unit"
		}
		s.errorf("Failed to %s %s: Interactive authentication required.", action, full)
		if verb != "enable" && verb != "disable" {
			s.errorf("See system logs and 'systemctl status %s' for details.", full)
		}
		return 1
	}
	if u == nil {
		return s.missing(verb, full)
	}
	full = u.Name + ".service"
	switch verb {
	case "enable", "disable":
		return s.enable(u, verb == "enable")
	case "mask", "unmask":
		s.errorf("Failed to %s unit: not supported in the lab.", verb)
		return 1
	case "kill":
		if m := u.Main(); m != nil {
			m.Signal(host.SIGTERM)
		}
		return 0
	}
	return s.job(verb, u, full)
}

func (s *systemctl) missing(verb, full string) int {
	switch verb {
	case "enable", "disable":
		s.errorf("Failed to %s unit: Unit file %s does not exist.", verb, full)
		return 1
	case "stop", "kill":
		s.errorf("Failed to %s %s: Unit %s not loaded.", verb, full, full)
	default:
		s.errorf("Failed to %s %s: Unit %s not found.", verb, full, full)
	}
	return 5
}

// job starts, stops, restarts or reloads a unit.
func (s *systemctl) job(verb string, u *host.Unit, full string) int {
	state, _ := u.State()
	var err error
	switch verb {
	case "start":
		err = u.DoStart()
	case "stop":
		u.DoStop()
	case "restart":
		err = u.DoRestart()
	case "try-restart", "condrestart":
		if state == host.Active {
			err = u.DoRestart()
		}
	case "reload-or-restart", "force-reload":
		if u.Reload != nil && state == host.Active {
			err = u.DoReload()
		} else {
			err = u.DoRestart()
		}
	case "reload":
		err = u.DoReload()
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, host.ErrNoReload):
		s.errorf("Failed to reload %s: Job type reload is not applicable for unit %s.", full, full)
		s.errorf("See system logs and 'systemctl status %s' for details.", full)
	case errors.Is(err, host.ErrNotActive):
		s.errorf("%s is not active, cannot reload.", full)
	default:
		s.errorf("Job for %s failed because the control process exited with error code.", full)
		s.errorf("See \"systemctl status %s\" and \"journalctl -xeu %s\" for details.", full, full)
	}
	return 1
}

const wantsDir = "/etc/systemd/system/multi-user.target.wants/"

func (s *systemctl) enable(u *host.Unit, on bool) int {
	file := u.Name + ".service"
	switch {
	case on && !u.Enabled:
		for _, alias := range u.Aliases {
			s.errorf("Created symlink /etc/systemd/system/%s.service → %s/%s.", alias, unitDir(s.p.Host), file)
		}
		s.errorf("Created symlink %s%s → %s/%s.", wantsDir, file, unitDir(s.p.Host), file)
	case !on && u.Enabled:
		s.errorf("Removed \"%s%s\".", wantsDir, file)
		for _, alias := range u.Aliases {
			s.errorf("Removed \"/etc/systemd/system/%s.service\".", alias)
		}
	}
	u.Enabled = on
	if !s.f.has("now") {
		return 0
	}
	if on {
		return s.job("start", u, file)
	}
	return s.job("stop", u, file)
}

func (s *systemctl) isEnabled(u *host.Unit, full string) int {
	if u == nil {
		s.errorf("Failed to get unit file state for %s: No such file or directory", full)
		return 1
	}
	text, status := "disabled", 1
	if u.Enabled {
		text, status = "enabled", 0
	}
	if status == 0 && slices.Contains(u.Aliases, strings.TrimSuffix(full, ".service")) {
		text = "alias"
	}
	if !s.f.has("q") {
		s.p.Print(text + "\n")
	}
	return status
}

func (s *systemctl) show(verb string, u *host.Unit, full string) int {
	if u == nil {
		s.errorf("No files found for %s.", full)
		return 1
	}
	if verb == "cat" {
		s.p.Printf("# %s/%s.service\n[Unit]\nDescription=%s\nDocumentation=%s\n\n[Service]\nExecStart=%s\n\n[Install]\nWantedBy=multi-user.target\n", unitDir(s.p.Host), u.Name, u.Description, u.Docs, u.ExecStart)
		return 0
	}
	state, _ := u.State()
	pid := 0
	if m := u.Main(); m != nil {
		pid = m.PID
	}
	s.p.Printf("Id=%s.service\nDescription=%s\nLoadState=loaded\nActiveState=%s\nSubState=%s\nMainPID=%d\nResult=%s\n", u.Name, u.Description, state, subState(u), pid, u.Result)
	return 0
}

// subState is the low-level state.
func subState(u *host.Unit) string {
	switch state, _ := u.State(); state {
	case host.Active:
		if u.Main() == nil {
			return "exited"
		}
		return "running"
	case host.Failed:
		return "failed"
	}
	return "dead"
}

func (s *systemctl) isSystemRunning() int {
	for _, u := range s.p.Host.Units() {
		if st, _ := u.State(); st == host.Failed {
			s.p.Print("degraded\n")
			return 1
		}
	}
	s.p.Print("running\n")
	return 0
}

func (s *systemctl) listUnits() int {
	only := s.f.given["state"]
	if s.f.has("failed") {
		only = "failed"
	}
	rows := [][]string{{"UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"}}
	units := slices.Clone(s.p.Host.Units())
	slices.SortFunc(units, func(a, b *host.Unit) int { return strings.Compare(a.Name, b.Name) })
	for _, u := range units {
		state, _ := u.State()
		if only != "" && string(state) != only && subState(u) != only || state == host.Inactive && only == "" && !s.f.has("a") {
			continue
		}
		rows = append(rows, []string{u.Name + ".service", "loaded", string(state), subState(u), u.Description})
	}
	width := make([]int, 5)
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], len(c))
		}
	}
	for i, r := range rows {
		if i == 0 && s.f.has("no-legend") {
			continue
		}
		mark := "  "
		if i > 0 && r[2] == "failed" {
			mark = "● "
		}
		s.p.Printf("%s%-*s %-*s %-*s %-*s %s\n", mark, width[0], r[0], width[1], r[1], width[2], r[2], width[3], r[3], r[4])
	}
	if s.f.has("no-legend") {
		return 0
	}
	if len(rows) > 1 {
		s.p.Print("\nLOAD   = Reflects whether the unit definition was properly loaded.\nACTIVE = The high-level unit activation state, i.e. generalization of SUB.\nSUB    = The low-level unit activation state, values depend on unit type.\n")
	} else {
		s.p.Print("\n")
	}
	s.p.Printf("%d loaded units listed.", len(rows)-1)
	if only == "" && !s.f.has("a") {
		s.p.Print(" Pass --all to see loaded but inactive units, too.\nTo show all installed unit files use 'systemctl list-unit-files'.")
	}
	s.p.Print("\n")
	return 0
}

func (s *systemctl) listUnitFiles() int {
	units := slices.Clone(s.p.Host.Units())
	slices.SortFunc(units, func(a, b *host.Unit) int { return strings.Compare(a.Name, b.Name) })
	width := len("UNIT FILE")
	for _, u := range units {
		width = max(width, len(u.Name)+8)
	}
	s.p.Printf("%-*s STATE    PRESET\n", width, "UNIT FILE")
	for _, u := range units {
		state := "disabled"
		if u.Enabled {
			state = "enabled "
		}
		s.p.Printf("%-*s %s enabled\n", width, u.Name+".service", state)
	}
	s.p.Printf("\n%d unit files listed.\n", len(units))
	return 0
}
