package grader

import (
	"net/netip"
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
)

// shortcut is a way around the lesson: where it stands, and why it is one.
type shortcut struct {
	kind string // the word in NoShortcutSpec.Allow
	why  sim.Text
	host string
	file string // "" if it shows in behaviour only
	line int
	text string
}

// noShortcut looks for the usual ways around the lesson on the student's hosts.
func (p *probe) noShortcut(s *scenarios.NoShortcutSpec) {
	p.it.Expected = sim.Text{EN: "no shortcut", KO: "편법 없음"}
	before, err := p.untouched()
	if err != nil {
		p.it.fault(err)
		return
	}
	var found []shortcut
	for _, name := range p.studentHosts(s.Hosts) {
		h := p.w.Host(name)
		found = slices.Concat(found, hostsFile(h, s.Domains), p.wideTrust(h, s.Trusted), accessFile(h), p.staticRoutes(h, s.Domains), zoneShortcuts(h),
			p.weakerDMARC(before, name), p.fakeZones(before, name, s.Domains), p.openFirewall(before, name))
	}
	for _, name := range s.Receivers {
		found = append(found, allowed(p.w.Host(name), before.Host(name))...)
	}
	for _, sc := range found {
		if slices.Contains(s.Allow, sc.kind) {
			continue
		}
		p.it.Vantage, p.it.Actual = p.place(sc.host), plain(sc.text)
		p.it.Status, p.it.Rationale = Fail, sc.why
		if sc.file != "" {
			p.it.Evidence = append(p.it.Evidence, Evidence{Label: sc.text, Host: sc.host, File: sc.file, Line: sc.line})
		}
		return
	}
	p.it.say(Pass, "No shortcut was taken.", "편법을 쓰지 않았습니다.")
}

// studentHosts are the hosts named, or if none is those a student works on.
func (p *probe) studentHosts(named []string) []string {
	if len(named) > 0 {
		return named
	}
	var hosts []string
	for i := range p.subject.Drawn.Blueprint.Hosts {
		if h := &p.subject.Drawn.Blueprint.Hosts[i]; h.Mine || h.Terminal {
			hosts = append(hosts, h.Name)
		}
	}
	return hosts
}

// hostsFile finds entries for others' names in /etc/hosts.
func hostsFile(h *host.Host, domains []string) (list []shortcut) {
	own := addresses(h)
	lines(h, "/etc/hosts", func(n int, l string) {
		f := strings.Fields(l)
		if len(f) < 2 {
			return
		}
		a, err := netip.ParseAddr(f[0])
		if err != nil || slices.Contains(own, a) {
			return
		}
		if slices.ContainsFunc(f[1:], func(name string) bool { return inDomains(name, domains) }) {
			list = append(list, shortcut{"hosts-file", sim.Text{EN: "A name of the lesson stands in /etc/hosts: only this machine is cured.",
				KO: "/etc/hosts에 이름을 적어 두면 이 컴퓨터에서만 해결됩니다."}, h.Name, "/etc/hosts", n, l})
		}
	})
	return list
}

func inDomains(name string, domains []string) bool {
	name = plainName(name)
	return slices.ContainsFunc(domains, func(d string) bool {
		d = plainName(d)
		return name == d || strings.HasSuffix(name, "."+d)
	})
}

// lines calls fn for each line of a file that is not empty or a comment.
func lines(h *host.Host, file string, fn func(n int, line string)) {
	b, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return
	}
	n := 0
	for l := range strings.Lines(string(b)) {
		n++
		if t := strings.TrimSpace(l); t != "" && t[0] != '#' && t[0] != ';' {
			fn(n, strings.TrimRight(l, "\n"))
		}
	}
}
