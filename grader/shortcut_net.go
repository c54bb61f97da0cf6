package grader

import (
	"slices"
	"strings"

	"mxlab/sim"
	"mxlab/sim/vtime"
)

// openFirewall finds a host that filtered packets and does so no more.
func (p *probe) openFirewall(before *sim.World, name string) (list []shortcut) {
	filtered := false
	before.Probe(func(t *vtime.Task) { filtered = filters(before, t, name) })
	if !filtered || filters(p.w, p.t, name) {
		return nil
	}
	return []shortcut{{"open-firewall", sim.Text{EN: "The firewall that was there accepts everything now.", KO: "있던 방화벽이 이제 모든 것을 받아들입니다."}, name, "", 0, "iptables -P INPUT ACCEPT"}}
}

// filters reports whether a host's filter table discards anything that comes
// in.
func filters(w *sim.World, t *vtime.Task, name string) bool {
	out, _, status, err := w.Run(t, name, []string{"iptables", "-S"})
	if err != nil || status != 0 {
		return false
	}
	for l := range strings.Lines(string(out)) {
		f := strings.Fields(l)
		if len(f) == 3 && f[0] == "-P" && f[1] == "INPUT" && f[2] == "DROP" ||
			len(f) > 3 && f[0] == "-A" && f[1] != "OUTPUT" && (slices.Contains(f, "DROP") || slices.Contains(f, "REJECT")) {
			return true
		}
	}
	return false
}
