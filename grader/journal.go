package grader

import (
	"regexp"
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// deed is an entry of the journal with the events it had.
type deed struct {
	action   *sim.Action
	from, to uint64 // events of the student's log: from <= Seq < to
}

// deeds pairs the journal with the log of its replay: each entry has opened one
// Action event; those of the incident came before.
func (r *run) deeds() []deed {
	var opened []uint64
	r.world.Log().After(0, func(e *trace.Event) bool {
		if e.Kind == trace.Action && e.Seq <= r.last {
			opened = append(opened, e.Seq)
		}
		return e.Seq <= r.last
	})
	j := r.subject.Journal
	if len(opened) < len(j) {
		return nil
	}
	opened = append(opened[len(opened)-len(j):], r.last+1)
	var list []deed
	for i := range j {
		list = append(list, deed{&j[i].Action, opened[i], opened[i+1]})
	}
	return list
}

// separators end one simple command of a line typed.
var separators = regexp.MustCompile(`&&|\|\||[;|\n&]`)

// commands returns the first words of the simple commands typed, in order.
func (d *deed) commands() (words []string) {
	for _, part := range separators.Split(d.action.Run, -1) {
		f := strings.Fields(part)
		for len(f) > 0 && (f[0] == "sudo" || strings.Contains(f[0], "=")) {
			f = f[1:]
		}
		if len(f) > 0 {
			words = append(words, f[0])
		}
	}
	return words
}

// changes reports whether the deed changed something: a file that is not
// scratch, a service, a configuration in use, the network, or what a portal
// answers for.
func (r *run) changes(d *deed) bool {
	a := d.action
	if a.Write != "" || a.Reboot != "" || a.Portal != "" && a.Request != "lookup" {
		return true
	}
	if a.Run == "" {
		return false
	}
	found := false
	r.world.Log().After(d.from-1, func(e *trace.Event) bool {
		if e.Seq >= d.to || found {
			return false
		}
		switch e.Kind {
		case trace.Unit, trace.Config:
			found = e.Node == a.On
		case trace.FileWrite:
			found = e.Node == a.On && !scratch(e)
		}
		return !found
	})
	return found || slices.ContainsFunc(d.commands(), func(w string) bool { return w == "kill" || w == "killall" || w == "pkill" })
}

// scratch reports a write to a place that changes nothing of a system.
func scratch(e *trace.Event) bool {
	words := strings.Fields(e.Label())
	for _, f := range e.Data.Fields() {
		words = append(words, f.Value)
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.ContainsFunc([]string{"/tmp/", "/var/tmp/", "/root/", "/home/", "/dev/"}, func(dir string) bool { return strings.HasPrefix(w, dir) })
	})
}

// lookers are the commands that ask a network or read what a system says.
var lookers = []string{"dig", "nslookup", "host", "ping", "traceroute", "tracepath", "telnet", "nc", "swaks", "openssl", "curl", "whois", "getent",
	"tail", "cat", "less", "grep", "journalctl", "mailq", "postqueue", "systemctl", "ss", "netstat", "tcpdump", "mail", "named-checkconf", "named-checkzone", "iptables"}

// isLook reports whether a command of the deed counts as a look.
func isLook(d *deed, k *scenarios.Looks, word string) bool {
	tools := k.Tools
	if len(tools) == 0 {
		tools = lookers
	}
	return (len(k.On) == 0 || slices.Contains(k.On, d.action.On)) && slices.Contains(tools, word)
}

// looks reports whether the deed as a whole counts as a look.
func looks(d *deed, k *scenarios.Looks) bool {
	if d.action.Mail != nil || d.action.Fetch != "" {
		return true
	}
	return slices.ContainsFunc(d.commands(), func(w string) bool { return isLook(d, k, w) })
}

// reproduced finds a look before the first change. A line typed that does both
// counts by its first command.
func (p *probe) reproduced(s *scenarios.ReproducedSpec) {
	p.it.Expected = sim.Text{EN: "a look at the fault before the first change", KO: "처음 변경하기 전에 고장 확인"}
	for _, d := range p.deeds() {
		changed := p.changes(&d)
		words := d.commands()
		if looks(&d, &s.Looks) && (!changed || len(words) > 0 && isLook(&d, &s.Looks, words[0])) {
			p.it.Actual = plain(briefly(&d))
			p.it.cite(p.world.Log(), d.from)
			p.it.say(Pass, "The fault was looked at before anything was changed.", "변경하기 전에 고장을 먼저 확인했습니다.")
			return
		}
		if changed {
			p.it.Actual = plain(briefly(&d))
			p.it.cite(p.world.Log(), d.from)
			p.it.say(Fail, "Something was changed before the fault had been looked at.", "고장을 확인하기 전에 먼저 변경했습니다.")
			return
		}
	}
	p.it.Actual = sim.Text{EN: "no such look", KO: "확인한 기록 없음"}
	p.it.say(Fail, "The fault was not looked at.", "고장을 확인하지 않았습니다.")
}

// verified finds a look after the last change.
func (p *probe) verified(s *scenarios.VerifiedSpec) {
	p.it.Expected = sim.Text{EN: "a look after the last change", KO: "마지막 변경 뒤의 확인"}
	list := p.deeds()
	last := -1
	for i := range list {
		if p.changes(&list[i]) {
			last = i
		}
	}
	if last < 0 {
		p.it.Actual = sim.Text{EN: "nothing was changed", KO: "변경한 것 없음"}
		p.it.say(Fail, "Nothing was changed, so there was nothing to verify.", "변경한 것이 없어 확인할 것도 없습니다.")
		return
	}
	for i := last; i < len(list); i++ {
		d := &list[i]
		words := d.commands()
		if i > last && looks(d, &s.Looks) || i == last && len(words) > 1 && isLook(d, &s.Looks, words[len(words)-1]) {
			p.it.Actual = plain(briefly(d))
			p.it.cite(p.world.Log(), d.from)
			p.it.say(Pass, "The repair was verified.", "고친 뒤에 확인했습니다.")
			return
		}
	}
	p.it.Actual = textf("last: %s", "마지막: %s", briefly(&list[last]))
	p.it.cite(p.world.Log(), list[last].from)
	p.it.say(Fail, "After the last change nobody looked whether it helped.", "마지막으로 변경한 뒤 효과를 확인하지 않았습니다.")
}

// leftAlone checks that hosts and portals were left alone.
func (p *probe) leftAlone(s *scenarios.UntouchedSpec) {
	p.it.Expected = textf("no change on %s", "%s 변경 없음", p.places(slices.Concat(s.Hosts, s.Portals)))
	for _, d := range p.deeds() {
		a := d.action
		where := a.On + a.Reboot
		asked := a.Portal != "" && slices.Contains(s.Portals, a.Portal)
		if !asked && !(slices.Contains(s.Hosts, where) && p.changes(&d)) {
			continue
		}
		p.it.Actual = plain(briefly(&d))
		p.it.cite(p.world.Log(), d.from)
		p.it.say(Fail, "This was not the place to act: %s", "손댈 곳이 아니었습니다: %s", p.place(where+a.Portal))
		return
	}
	p.it.say(Pass, "What had to be left alone was left alone.", "손대지 말아야 할 곳은 그대로 두었습니다.")
}

// briefly is a deed in a line.
func briefly(d *deed) string {
	a := d.action
	text := a.On + "$ " + strings.TrimSpace(a.Run)
	switch {
	case a.Write != "":
		text = a.On + ":" + a.Write
	case a.Portal != "":
		text = a.Portal + ": " + a.Request
	case a.Mail != nil:
		text = a.Mail.From + " -> " + a.Mail.To
	case a.Fetch != "":
		text = a.Fetch
	case a.Reboot != "":
		text = "reboot " + a.Reboot
	}
	if r := []rune(text); len(r) > 120 {
		text = string(r[:119]) + "…"
	}
	return text
}
