package grader

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim/host"
)

// collateral checks that what worked in the untouched world still works.
func (p *probe) collateral(s *scenarios.CollateralSpec) {
	var specs []any
	for i := range s.Answers {
		specs = append(specs, &s.Answers[i])
	}
	for i := range s.Services {
		specs = append(specs, &s.Services[i])
	}
	for i := range s.Delivered {
		specs = append(specs, &s.Delivered[i])
	}
	var broken []*Item
	for _, spec := range specs {
		base, err := p.inPristine(spec)
		if err != nil {
			p.it.say(Error, "The comparison failed: %v", "비교 실패: %v", err)
			return
		}
		if base.Status != Pass {
			continue
		}
		if now := p.sub(spec); now.Status != Pass {
			broken = append(broken, now)
		}
	}
	p.it.Expected = "everything that worked still works"
	if len(broken) == 0 {
		p.it.say(Pass, "Nothing else was broken.", "다른 것은 고장 나지 않았습니다.")
		return
	}
	p.it.say(Fail, "Something that worked is broken now.", "전에는 되던 것이 지금은 되지 않습니다.")
	for _, b := range broken {
		p.it.Rationale.EN += " " + b.Rationale.EN
		p.it.Rationale.KO += " " + b.Rationale.KO
		p.it.Actual = b.Actual
		p.it.Evidence = append(p.it.Evidence, b.Evidence...)
	}
}

// unchanged compares files with those of the untouched world.
func (p *probe) unchanged(s *scenarios.UnchangedSpec) {
	p.it.Expected = "unchanged"
	if p.pristine == nil {
		w, err := p.subject.Plan.World()
		if err != nil {
			p.it.say(Error, "%v", "%v", err)
			return
		}
		p.pristine = w
	}
	for _, f := range s.Files {
		name, path, _ := strings.Cut(f, ":")
		now, was := p.w.Host(name), p.pristine.Host(name)
		if now == nil {
			p.it.say(Error, "No host %q.", "호스트 없음: %q", name)
			return
		}
		a, err1 := now.FS.Sum(path)
		b, err2 := was.FS.Sum(path)
		if a != b || (err1 == nil) != (err2 == nil) {
			p.it.Vantage, p.it.Actual = name, f+" was changed"
			p.it.say(Fail, "%s was changed; the cure is not there.", "%s 파일이 변경되었습니다. 고칠 곳은 그곳이 아닙니다.", f)
			p.it.Evidence = append(p.it.Evidence, Evidence{Label: f, Host: name, File: path})
			return
		}
	}
	p.it.say(Pass, "What had to stay unchanged is unchanged.", "변경하면 안 되는 것은 그대로입니다.")
}

// shortcut is a way around the lesson: a file and a line in it.
type shortcut struct {
	kind string // the word in NoShortcutSpec.Allow
	why  [2]string
	host string
	file string
	line int
	text string
}

// noShortcut looks for the usual ways around the lesson on the student's hosts.
func (p *probe) noShortcut(s *scenarios.NoShortcutSpec) {
	p.it.Expected = "no shortcut"
	hosts := s.Hosts
	if len(hosts) == 0 {
		for i := range p.subject.Drawn.Blueprint.Hosts {
			if h := &p.subject.Drawn.Blueprint.Hosts[i]; h.Mine || h.Terminal {
				hosts = append(hosts, h.Name)
			}
		}
	}
	for _, name := range hosts {
		h := p.w.Host(name)
		for _, sc := range slices.Concat(hostsFile(h, s.Domains), p.wideTrust(h, s.Trusted), p.staticRoutes(h, s.Domains), zoneShortcuts(h)) {
			if slices.Contains(s.Allow, sc.kind) {
				continue
			}
			p.it.Vantage, p.it.Actual = name, sc.text
			p.it.say(Fail, "%s", "%[2]s", sc.why[0], sc.why[1])
			p.it.Rationale.EN, p.it.Rationale.KO = sc.why[0], sc.why[1]
			p.it.Evidence = append(p.it.Evidence, Evidence{Label: sc.text, Host: name, File: sc.file, Line: sc.line})
			return
		}
	}
	p.it.say(Pass, "No shortcut was taken.", "편법을 쓰지 않았습니다.")
}

// hostsFile finds entries for others' names in /etc/hosts.
func hostsFile(h *host.Host, domains []string) (list []shortcut) {
	own := map[netip.Addr]bool{}
	for _, i := range h.Node.Ifaces() {
		for _, pre := range i.Addrs() {
			own[pre.Addr()] = true
		}
	}
	lines(h, "/etc/hosts", func(n int, l string) {
		f := strings.Fields(l)
		if len(f) < 2 {
			return
		}
		a, err := netip.ParseAddr(f[0])
		if err != nil || own[a] {
			return
		}
		for _, name := range f[1:] {
			if slices.ContainsFunc(domains, func(d string) bool {
				return strings.EqualFold(name, d) || strings.HasSuffix(strings.ToLower(name), "."+d)
			}) {
				list = append(list, shortcut{"hosts-file", [2]string{
					"A name of the lesson stands in /etc/hosts: only this machine is cured.", "/etc/hosts에 이름을 적어 두면 이 컴퓨터에서만 해결됩니다."}, h.Name, "/etc/hosts", n, l})
			}
		}
	})
	return list
}

const mainCf = "/etc/postfix/main.cf"

// setting returns the words of a main.cf parameter as Postfix itself reads it.
func (p *probe) setting(h *host.Host, name string) []string {
	if h.Unit("postfix") == nil {
		return nil
	}
	out, _, status, err := p.w.Run(p.t, h.Name, []string{"postconf", "-h", name})
	if err != nil || status != 0 {
		return nil
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
}

// wideTrust finds networks in mynetworks that nobody should trust, or, if it is
// said who may be trusted, any other.
func (p *probe) wideTrust(h *host.Host, trusted []string) (list []shortcut) {
	for _, word := range p.setting(h, "mynetworks") {
		bare := strings.NewReplacer("[", "", "]", "").Replace(word)
		pre, err := netip.ParsePrefix(bare)
		if a, e := netip.ParseAddr(bare); e == nil {
			pre, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		switch {
		case err != nil:
		case tooWide(pre):
			list = append(list, shortcut{"wide-mynetworks", [2]string{"mynetworks trusts far too much of the Internet: " + word,
				"mynetworks가 인터넷의 너무 넓은 대역을 신뢰합니다: " + word}, h.Name, mainCf, lineOf(h, mainCf, "mynetworks"), "mynetworks: " + word})
		case len(trusted) > 0 && !pre.Addr().IsLoopback() && !slices.ContainsFunc(trusted, func(t string) bool { return within(pre, t) }):
			list = append(list, shortcut{"wide-mynetworks", [2]string{"mynetworks trusts addresses of strangers: " + word,
				"mynetworks가 다른 사람의 주소까지 신뢰합니다: " + word}, h.Name, mainCf, lineOf(h, mainCf, "mynetworks"), "mynetworks: " + word})
		}
	}
	return list
}

// within reports whether all addresses of pre belong to the prefix outer.
func within(pre netip.Prefix, outer string) bool {
	o, err := netip.ParsePrefix(outer)
	return err == nil && o.Bits() <= pre.Bits() && o.Contains(pre.Addr())
}

// staticRoutes finds entries for others' domains in the transport maps.
func (p *probe) staticRoutes(h *host.Host, domains []string) (list []shortcut) {
	for _, spec := range p.setting(h, "transport_maps") {
		_, file, _ := strings.Cut(spec, ":")
		lines(h, file, func(n int, l string) {
			f := strings.Fields(l)
			if len(f) > 1 && slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(f[0], d) }) {
				list = append(list, shortcut{"transport", [2]string{"A static transport leads around DNS.", "정적 transport 설정으로 DNS를 우회했습니다."}, h.Name, file, n, l})
			}
		})
	}
	return list
}

// tooWide reports whether a trusted network is larger than any customer's.
func tooWide(p netip.Prefix) bool {
	a := p.Addr()
	if a.IsLoopback() || a.Is4In6() {
		return false
	}
	if a.Is4() {
		return p.Bits() < 16
	}
	return p.Bits() < 32
}

var spfAll = regexp.MustCompile(`(?i)"v=spf1[^"]*\s[+]?all"`)

// zoneShortcuts finds SPF records that allow everybody.
func zoneShortcuts(h *host.Host) (list []shortcut) {
	if h.Unit("named") == nil {
		return nil
	}
	entries, _ := h.FS.ReadDir("/etc/bind", host.Root)
	for _, e := range entries {
		file := "/etc/bind/" + e.Name
		lines(h, file, func(n int, l string) {
			if spfAll.MatchString(l) {
				list = append(list, shortcut{"spf-all", [2]string{"The SPF record allows the whole world to send.", "SPF 레코드가 누구나 보낼 수 있게 허용합니다."}, h.Name, file, n, strings.TrimSpace(l)})
			}
		})
	}
	return list
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

// lineOf returns the line at which a parameter is set, 0 if nowhere.
func lineOf(h *host.Host, file, param string) (line int) {
	lines(h, file, func(n int, l string) {
		if name, _, ok := strings.Cut(l, "="); ok && strings.TrimSpace(name) == param {
			line = n
		}
	})
	return line
}
