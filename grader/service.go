package grader

import (
	"fmt"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// running checks that a unit is active.
func (p *probe) running(s *scenarios.RunningSpec) {
	p.it.Vantage = p.place(s.Host)
	p.it.Expected, p.it.Actual = plain("active"), plain("not-found")
	up := false
	if u := p.w.Host(s.Host).Unit(s.Unit); u != nil {
		state, _ := u.State()
		p.it.Actual, up = plain(string(state)), state == host.Active
	}
	if up {
		p.it.say(Pass, "%s runs on %s.", "%[2]s에서 %[1]s 서비스가 동작하고 있습니다.", s.Unit, p.place(s.Host))
		return
	}
	p.it.say(Fail, "%s does not run on %s.", "%[2]s에서 %[1]s 서비스가 동작하지 않습니다.", s.Unit, p.place(s.Host))
	p.citeFailure(s.Host)
}

// survives reboots a host or restarts a unit on a fork and repeats checks there.
func (p *probe) survives(s *scenarios.SurvivesSpec) {
	p.it.Vantage = p.place(s.Host)
	d := scenarios.Disturbance{Reboot: s.Host}
	if s.Unit != "" {
		d = scenarios.Disturbance{Restart: s.Host + ": " + s.Unit}
	}
	p.afterwards([]scenarios.Disturbance{d}, s.Checks)
}

// perturb lets disturbances happen on a fork and repeats checks there.
func (p *probe) perturb(s *scenarios.PerturbSpec) { p.afterwards(s.Do, s.Checks) }

// afterwards repeats checks on a fork of the student's world in which something
// has happened.
func (p *probe) afterwards(do []scenarios.Disturbance, checks []string) {
	fork, err := p.subject.Plan.Replay(p.subject.Journal)
	if err != nil {
		p.it.fault(err)
		return
	}
	defer fork.Close()
	var what []sim.Text
	for i := range do {
		what = append(what, p.disturbanceName(&do[i]))
		if err := p.disturb(fork, &do[i]); err != nil {
			p.it.Actual = plain(err.Error())
			p.it.say(Fail, "This could not be done: %s.", "다음을 할 수 없었습니다: %s.", what[i])
			return
		}
	}
	failed := 0
	for _, id := range checks {
		c, err := p.checkByID(id)
		if err != nil {
			p.it.fault(err)
			return
		}
		it := &Item{ID: c.ID}
		p.run.evaluate(fork, c, it)
		p.it.add(c.Title.Sim(), it.Status, it.Rationale)
		if it.Status == Pass {
			continue
		}
		if failed++; failed == 1 {
			p.it.Expected, p.it.Actual = it.Expected, it.Actual
			p.it.say(Fail, "After this: %s. %s", "다음 일이 있은 뒤: %s. %s", joined(what), it.Rationale)
			p.citeFork(it)
		}
		if it.Status == Error {
			p.it.Status = Error
			return
		}
	}
	if failed == 0 {
		p.it.say(Pass, "Everything still works after this: %s.", "다음 일이 있은 뒤에도 모두 동작합니다: %s.", joined(what))
	}
}

// citeFork cites what a fork showed. Its events have no place in the graded
// world's trace, so only their text is given, unless they are older than the
// fork.
func (p *probe) citeFork(it *Item) {
	for _, e := range it.Evidence {
		if e.Seq > p.last {
			e.Seq = 0
		}
		p.it.Evidence = append(p.it.Evidence, e)
	}
}

// disturb does one disturbance.
func (p *probe) disturb(w *sim.World, d *scenarios.Disturbance) (err error) {
	fail := w.Probe(func(t *vtime.Task) {
		switch {
		case d.Reboot != "":
			err = w.Host(d.Reboot).Reboot(t)
		case d.Restart != "":
			name, unit, _ := strings.Cut(d.Restart, ":")
			w.Run(t, name, []string{"systemctl", "restart", strings.TrimSpace(unit)}) // a unit that fails to start is for the checks to find
		case d.Advance != "":
			t.Sleep(duration(d.Advance, 0))
		case d.Run != "":
			name, line, _ := strings.Cut(d.Run, ":")
			err = runOK(t, w, name, []string{"sh", "-c", strings.TrimSpace(line)})
		case len(d.Flush) > 0:
			for _, name := range d.Flush {
				w.Run(t, name, []string{"rndc", "flush"}) // a server that does not run is for the checks to find
			}
		default:
			disturbNet(w, d)
		}
	})
	if err == nil {
		err = fail
	}
	return err
}

// runOK runs a command that must work.
func runOK(t *vtime.Task, w *sim.World, name string, args []string) error {
	_, stderr, status, err := w.Run(t, name, args)
	if err == nil && status != 0 {
		err = fmt.Errorf("%s: exit status %d: %s", name, status, strings.TrimSpace(string(stderr)))
	}
	return err
}

// disturbNet disturbs hosts and links from outside.
func disturbNet(w *sim.World, d *scenarios.Disturbance) {
	if d.Kill != "" {
		w.Host(d.Kill).Node.Down()
	}
	for _, l := range w.Net().Links() {
		if l.Name() == d.Cut {
			l.SetDown(true)
		}
		if d.Loss != nil && l.Name() == d.Loss.Link {
			spec := l.Spec()
			spec.Loss = d.Loss.Rate
			l.Change(spec)
		}
	}
	if !d.IPv6Only {
		return
	}
	for _, node := range w.Net().Nodes() {
		for _, i := range node.Ifaces() {
			for _, pre := range i.Addrs() {
				if a := pre.Addr(); a.Is4() && !a.IsLoopback() {
					i.DelAddr(pre)
				}
			}
		}
	}
}

// disturbanceName words a disturbance.
func (r *run) disturbanceName(d *scenarios.Disturbance) sim.Text {
	switch {
	case d.Reboot != "":
		return textf("a reboot of %s", "%s 재부팅", r.place(d.Reboot))
	case d.Restart != "":
		name, unit, _ := strings.Cut(d.Restart, ":")
		return textf("a restart of %s on %s", "%[2]s의 %[1]s 재시작", strings.TrimSpace(unit), r.place(name))
	case d.Advance != "":
		return textf("%s later", "%s 경과", span(duration(d.Advance, 0)))
	case len(d.Flush) > 0:
		return textf("emptied caches of %s", "%s 캐시 비우기", r.places(d.Flush))
	case d.Kill != "":
		return textf("%s switched off", "%s 전원 꺼짐", r.place(d.Kill))
	case d.Cut != "":
		return textf("the link %s cut", "%s 회선 끊김", r.linkName(d.Cut))
	case d.Loss != nil:
		return textf("%.0f %% loss on %s", "%[2]s 회선의 패킷 손실 %.0[1]f%%", d.Loss.Rate*100, r.linkName(d.Loss.Link))
	case d.IPv6Only:
		return sim.Text{EN: "a network without IPv4", KO: "IPv4 없는 네트워크"}
	case d.Title.EN != "":
		return d.Title.Sim()
	}
	name, line, _ := strings.Cut(d.Run, ":")
	return textf("on %s: %s", "%s에서 실행: %s", r.place(name), strings.TrimSpace(line))
}

func (r *run) linkName(name string) sim.Text {
	for _, l := range r.subject.Drawn.Blueprint.Links {
		if l.Name == name && l.Label.EN != "" {
			return l.Label
		}
	}
	return plain(name)
}

// citeFailure cites the newest configuration that a daemon of the host refused,
// or start that failed.
func (p *probe) citeFailure(hostName string) {
	var last []uint64
	p.w.Log().After(0, func(e *trace.Event) bool {
		if e.Node == hostName && (e.Kind == trace.Unit || e.Kind == trace.Config) && e.Outcome == trace.Fail {
			last = append(last, e.Seq)
		}
		return true
	})
	if len(last) > 2 {
		last = last[len(last)-2:]
	}
	p.it.cite(p.w.Log(), last...)
}
