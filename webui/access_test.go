package webui

import (
	"strings"
	"testing"
)

// A terminal by ssh hangs when its packets stop, and says so; its console goes
// on; the power switch ends the console.
func TestTerminalsBySSHAndConsole(t *testing.T) {
	l := newLab(t, Config{Scenarios: []string{"missing-ptr"}})
	p := l.page(l.create(CreateSession{Scenario: "missing-ptr", Seed: "1"}))
	terminal := func(id string) Terminal {
		t.Helper()
		for _, term := range p.state.Terms {
			if term.ID == id {
				return term
			}
		}
		t.Fatalf("no terminal %s", id)
		return Terminal{}
	}
	id := p.do(Command{Open: &OpenAction{Host: "mail1", Via: "ssh"}}).Term
	if term := terminal(id); term.Via != "ssh" || term.From != "pc" || term.Closed != nil || term.Prompt != "root@mail:~# " {
		t.Fatalf("opened: %+v", term)
	}
	if out := p.run(id, "echo $SSH_TTY"); !strings.HasPrefix(out, "/dev/pts/") {
		t.Errorf("over ssh: %q", out)
	}
	p.run(id, "iptables -P INPUT DROP")
	p.run(id, "ls")
	if term := terminal(id); !term.Cut || !term.Running {
		t.Errorf("after the firewall: %+v", term)
	}
	console := p.do(Command{Open: &OpenAction{Host: "mail1", Via: "console"}}).Term
	if out := p.run(console, "iptables -P INPUT ACCEPT; hostname"); !strings.Contains(out, "mail") {
		t.Errorf("console: %q", out)
	}
	p.run(id, "~.")
	if term := terminal(id); term.Cut || term.Closed == nil {
		t.Errorf("after ~.: %+v", term)
	}
	p.do(Command{Key: &KeyAction{Term: id, Key: "open"}})
	if term := terminal(id); term.Closed != nil {
		t.Errorf("opened again: %+v", term)
	}
	p.do(Command{Power: &PowerAction{Host: "mail1", To: "off"}})
	if terminal(console).Closed == nil || terminal(id).Closed == nil || len(p.state.Down) != 1 {
		t.Errorf("switched off: %+v, down %v", p.state.Terms, p.state.Down)
	}
	p.do(Command{Power: &PowerAction{Host: "mail1", To: "on"}})
	if out := p.run(console, "uptime"); !strings.Contains(out, "up 0 min") {
		t.Errorf("after power on: %q", out)
	}
}
