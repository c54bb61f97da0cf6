package webui

import (
	"path"
	"slices"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// makeSnapshot gathers what does not change within an epoch.
func makeSnapshot(info SessionInfo, d *scenarios.Drawn, w *sim.World, k *desk) Snapshot {
	sc := &d.Scenario
	top := newTopology(w.View())
	snap := Snapshot{Session: info, Start: d.Blueprint.Start.Format(time.RFC3339), Story: htmlOf(sc.Story), Incident: incident(w.Log(), k.begun), Begun: k.begun,
		Nodes: top.nodes, Links: top.links, Networks: top.zones, Hosts: hosts(d, w), Tasks: []Task{}, Glossary: glossary()}
	if m := sc.Again; m != nil {
		snap.Again = &MailAction{From: m.From, To: m.To, Via: m.Via, Subject: m.Subject, Body: m.Body}
	}
	for _, t := range sc.Tasks {
		task := Task{ID: t.ID, Title: prose(t.Title), Body: htmlOf(t.Text)}
		for _, try := range t.Try {
			task.Try = append(task.Try, Try{Host: try.On, Line: try.Run})
		}
		snap.Tasks = append(snap.Tasks, task)
	}
	for _, q := range sc.Questions {
		question := Question{ID: q.ID, Kind: q.Kind, Task: q.Task, Cite: q.Cite, Text: prose(q.Text)}
		if q.Before != nil {
			question.Before = q.Before.Find(w.Log())
		}
		for _, c := range q.Choices {
			question.Choices = append(question.Choices, Choice{ID: c.ID, Text: prose(c.Text)})
		}
		snap.Questions = append(snap.Questions, question)
	}
	for _, p := range w.Portals() {
		snap.Portals = append(snap.Portals, portalInfo(p))
	}
	for _, b := range w.Mailboxes() {
		snap.Accounts = append(snap.Accounts, Account{ID: b.Address, Label: Text{b.Name + " <" + b.Address + ">", b.Name + " <" + b.Address + ">"}, From: b.Address, Via: b.Host})
	}
	return snap
}

func portalInfo(p sim.PortalView) PortalInfo {
	info := PortalInfo{ID: p.Name, Title: textOf(p.Label), About: textOf(p.Intro), Requests: []PortalForm{}}
	for _, r := range p.Requests {
		form := PortalForm{ID: r.Name, Title: textOf(r.Label), Fields: []FormField{}}
		for _, f := range r.Fields {
			form.Fields = append(form.Fields, FormField{Name: f.Name, Label: textOf(f.Label), Hint: f.Example})
		}
		info.Requests = append(info.Requests, form)
	}
	return info
}

// incident is the run of events in which the story's failure happened: from the
// first that a person caused to the last before the student came.
func incident(log *trace.Log, begun uint64) *SeqRange {
	first := uint64(0)
	log.After(0, func(e *trace.Event) bool {
		switch e.Kind {
		case trace.Action, trace.MailSubmit, trace.Connect, trace.Exec:
			if e.Span == 0 && e.Seq <= begun {
				first = e.Seq
				return false
			}
		}
		return e.Seq < begun
	})
	if first == 0 {
		return nil
	}
	return &SeqRange{From: first, To: begun}
}

// hosts are those the student has a terminal on.
func hosts(d *scenarios.Drawn, w *sim.World) []Host {
	list := []Host{}
	for i := range d.Blueprint.Hosts {
		h := &d.Blueprint.Hosts[i]
		if !h.Terminal {
			continue
		}
		login := h.Login
		if login == "" {
			login = "root"
		}
		list = append(list, Host{ID: h.Name, Users: []string{login}, Via: waysOf(h), Files: worthOpening(w, h), Distro: string(h.Flavour),
			Queue: slices.ContainsFunc(h.Packages, hasQueue)})
	}
	slices.SortStableFunc(list, func(a, b Host) int { return len(b.Files) - len(a.Files) })
	return list
}

// hasQueue reports whether a package keeps a mail queue.
func hasQueue(pkg string) bool { return pkg == "postfix" || pkg == "sendmail" }

// usualFiles are the files worth opening on a host by its packages. A pattern
// that ends in "*" stands for the files the scenario's author put there.
var usualFiles = []struct {
	pkg   string
	files []string
}{
	{"bind9", []string{"/etc/bind/named.conf", "/etc/bind/named.conf.options", "/etc/bind/named.conf.local", "/etc/named.conf", "/etc/bind/*", "/var/named/*", "/var/lib/bind/*"}},
	{"postfix", []string{"/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/postfix/*", "/etc/aliases"}},
	{"sendmail", []string{"/etc/mail/sendmail.mc", "/etc/mail/sendmail.cf", "/etc/mail/access", "/etc/mail/local-host-names", "/etc/mail/*", "/etc/aliases"}},
	{"dovecot", []string{"/etc/dovecot/dovecot.conf", "/etc/dovecot/*"}},
	{"iptables", []string{"/etc/iptables/rules.v4", "/etc/sysconfig/iptables"}},
	{"", []string{"/etc/resolv.conf", "/etc/hosts"}},
}

func worthOpening(w *sim.World, h *sim.Host) (list []string) {
	add := func(name string) {
		if _, err := w.ReadFile(h.Name, name); err == nil && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, u := range usualFiles {
		if u.pkg != "" && !slices.Contains(h.Packages, u.pkg) {
			continue
		}
		for _, name := range u.files {
			dir, every := strings.CutSuffix(name, "/*")
			if !every {
				add(name)
				continue
			}
			for _, f := range h.Files {
				if path.Dir(f.Path) == dir && !f.Delete {
					add(f.Path)
				}
			}
		}
	}
	return list
}
