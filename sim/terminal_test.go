package sim_test

import (
	"strings"
	"testing"
	"time"

	"mxlab/sim"
)

// A session by ssh stays open from action to action, also while it hangs, and
// replays to the byte.
func TestSessionsBySSHReplay(t *testing.T) {
	lib := sim.NewLibrary()
	p := plan(t, lib, "network:company", 3)
	w := world(t, p)
	for _, a := range []sim.Action{
		{On: "mail1", Via: "pc", Run: "x=5; cd /tmp\n"},
		{On: "mail1", Via: "pc", Run: "echo $x; pwd\n"},
		{On: "mail1", Via: "pc", Term: "2", Run: "tail -f /var/log/auth.log\n"},
		{On: "pc", Run: "ssh -o ServerAliveInterval=5 203.0.113.1 id; ssh-keygen -q -N '' -f k\n"},
		{On: "mail1", Via: "pc", Run: "iptables -P INPUT DROP\nls\n"},
		{Advance: sim.Duration(20 * time.Second)},
		{On: "mail1", Via: "pc", Run: "~.\n"},
		{On: "mail1", Run: "iptables -P INPUT ACCEPT; passwd root\nnew\nnew\n"},
		{On: "mail1", Power: "reset"},
		{On: "mail1", Via: "pc", Key: "open"},
		{On: "mail1", Via: "pc", Run: "reboot\n"},
		{On: "mail1", Via: "pc", Key: "hangup"},
	} {
		if res, err := w.Do(a); err != nil || res.Err != "" {
			t.Fatalf("%s: %v %s", a.String(), err, res.Err)
		}
	}
	again, err := p.Replay(w.Journal())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if a, b := traceText(t, w), traceText(t, again); a != b {
		t.Error("the replay's trace differs")
	}
	if f := w.Faults(); len(f) > 0 {
		t.Error(f)
	}
}

func TestTerminalsThatCannotBe(t *testing.T) {
	w := world(t, plan(t, sim.NewLibrary(), "network:company", 3))
	for _, c := range []struct {
		a    sim.Action
		want string
	}{
		{sim.Action{On: "mail1", Via: "moa-mx", Run: "id\n"}, "no terminal"},
		{sim.Action{On: "moa-mx", Via: "pc", Run: "id\n"}, "no terminal"},
		{sim.Action{On: "mail1", Via: "nosuch", Run: "id\n"}, "no such host"},
		{sim.Action{On: "pc", Via: "mail1", Run: "id\n"}, ""}, // the PC has no server: ssh itself says so
		{sim.Action{On: "ns1", Via: "mail1", Run: "id\n"}, "ssh asks something first"},
		{sim.Action{On: "moa-mx", Power: "off"}, "no terminal"},
		{sim.Action{On: "mail1", Power: "off"}, ""},
		{sim.Action{On: "mail1", Run: "id\n"}, "switched off"},
		{sim.Action{On: "mail1", Write: "/etc/motd", Text: "x"}, "switched off"},
		{sim.Action{On: "ns1", Via: "mail1", Term: "3", Run: "id\n"}, "switched off"},
		{sim.Action{On: "mail1", Key: "interrupt"}, "switched off"},
	} {
		res, err := w.Do(c.a)
		if err != nil || !strings.Contains(res.Err, c.want) || c.want == "" && res.Err != "" {
			t.Errorf("%s: %q %v, want %q", c.a.String(), res.Err, err, c.want)
		}
	}
	for _, bad := range []sim.Action{{On: "mail1", Via: "mail1", Run: "x"}, {Via: "pc", Advance: 1}, {On: "mail1", Power: "up"}, {Power: "on"},
		{On: "mail1", Via: "pc", Write: "/x"}} {
		if bad.Validate() == nil {
			t.Errorf("%s is taken", bad.String())
		}
	}
}
