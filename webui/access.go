package webui

import (
	"slices"
	"strings"

	"mxlab/sim"
)

// The ways into a host: its console, which is there as long as it has power, and
// ssh from another host, which is as good as the network between them.
const (
	consoleWay = "console"
	sshWay     = "ssh"
)

// waysOf returns the ways into a host, the usual one first.
func waysOf(h *sim.Host) []string {
	switch {
	case h == nil || h.Via == "":
		return []string{consoleWay}
	case h.SSHFirst:
		return []string{sshWay, consoleWay}
	}
	return []string{consoleWay, sshWay}
}

// wayOf returns the way an action's terminal came into its host.
func wayOf(a *sim.Action) string {
	if a.Via != "" {
		return sshWay
	}
	return consoleWay
}

// blueprint returns the description of a host, nil if there is none.
func (k *desk) blueprint(host string) *sim.Host {
	for i := range k.drawn.Blueprint.Hosts {
		if h := &k.drawn.Blueprint.Hosts[i]; h.Name == host {
			return h
		}
	}
	return nil
}

// from returns the host from which a terminal's ssh comes, "" for a console. A
// terminal that is not open yet comes by the usual way.
func (k *desk) from(id string) string {
	if t := k.terms[id]; t != nil {
		return t.From
	}
	host, _, _ := strings.Cut(id, "/")
	if h := k.blueprint(host); waysOf(h)[0] == sshWay {
		return h.Via
	}
	return ""
}

// opening returns the steps that open a terminal: the desk learns of it, and ssh
// connects, which is an action of the journal. The login at a console happens
// with the first input.
func (k *desk) opening(id string, o *OpenAction) []step {
	h := k.blueprint(o.Host)
	way := o.Via
	if way == "" {
		way = waysOf(h)[0]
	}
	steps := []step{{Term: id, Open: &OpenAction{Host: o.Host, User: o.User, Via: way}}}
	if way == sshWay {
		term := ""
		if _, n, _ := strings.Cut(id, "/"); n != "1" {
			term = n
		}
		steps = append(steps, step{Term: id, Action: &sim.Action{On: o.Host, Term: term, Via: h.Via, Key: "open"}})
	}
	return steps
}

// notePower closes the consoles of hosts that went off. A session by ssh learns
// nothing of it: it ends, or hangs, as its packets tell.
func (k *desk) notePower(a *sim.Action) {
	k.off = k.world.Off()
	for _, id := range k.order {
		t := k.terms[id]
		switch {
		case t.Via != consoleWay:
		case slices.Contains(k.off, t.Host):
			t.end(Text{"호스트의 전원이 꺼져 있습니다.", "the host is switched off"})
		case a.Reboot == t.Host, a.Power == "reset" && a.On == t.Host:
			t.end(Text{"호스트가 다시 시작되어 연결이 끊어졌습니다.", "the host was rebooted"})
		}
	}
}

// over says how a terminal's session has ended.
func (t *terminal) over() Text {
	if t.Via == sshWay {
		return textf("%s에서 연 ssh 접속이 끝났습니다.", "the ssh session from %s is over", t.From)
	}
	return Text{"셸이 끝났습니다.", "the shell has ended"}
}

// powerText names what was done with a power switch.
func powerText(host, to string) Text {
	switch to {
	case "on":
		return textf("%s 전원 켜기", "%s switched on", host)
	case "off":
		return textf("%s 전원 끄기", "%s switched off", host)
	}
	return textf("%s 강제 재시작", "hard reset of %s", host)
}
