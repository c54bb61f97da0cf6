package netfilter

import (
	"errors"
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
)

// plugin is a part of netfilter-persistent: the rules of one family.
type plugin struct {
	fam  family
	path string // of the plugin's script, as run-parts names it
	file string // with the saved rules
	warn string
}

var plugins = [...]plugin{
	{v4, "/usr/share/netfilter-persistent/plugins.d/15-ip4tables", "/etc/iptables/rules.v4", "Warning: skipping IPv4 (no rules to load)"},
	{v6, "/usr/share/netfilter-persistent/plugins.d/25-ip6tables", "/etc/iptables/rules.v6", "Warning: skipping IPv6 (no rules to load)"},
}

// load restores a file of saved rules. The status is that of iptables-restore,
// errs what it prints.
func (fw *Firewall) load(f family, file string) (status int, errs string, found bool) {
	text, err := fw.host.FS.ReadFile(file, host.Root)
	if err != nil {
		return 0, "", false
	}
	r := &restorer{fw: fw, fam: f, names: &names{host: fw.host, privileged: true}, name: f.command() + "-restore"}
	status = r.restore(string(text))
	out := trace.OK
	if status != 0 {
		out = trace.Fail
	}
	e := trace.Event{Kind: trace.Config, Outcome: out, Node: fw.host.Name, Data: trace.F("firewall "+file, "error", strings.TrimSpace(r.errs.String()))}
	if seq := fw.host.LastWrite(file); seq != 0 {
		e.Refs = append(e.Refs, trace.Ref{Rel: trace.CausedByEdit, Seq: seq})
	}
	fw.host.Log.Emit(e)
	return status, r.errs.String(), true
}

// flush empties all tables and sets all policies to ACCEPT.
func (fw *Firewall) flush(f family) {
	for index, t := range fw.tables[f] {
		if t != nil {
			fw.replace(newTable(f, index))
		}
	}
}

// save writes the rules to the file of the plugin.
func (fw *Firewall) save(g plugin) error {
	text := fw.saved(fw.host, g.fam, "", false)
	if err := fw.host.FS.MkdirAll("/etc/iptables", 0o755, host.Root); err != nil {
		return err
	}
	return fw.host.FS.WriteFile(g.file, []byte(text), 0o640, host.Root)
}

// startPlugins loads the saved rules, as `netfilter-persistent start` does; say
// gets its output line by line.
func (fw *Firewall) startPlugins(say func(string)) int {
	failed := 0
	for _, g := range plugins {
		say("run-parts: executing " + g.path + " start")
		status, errs, found := fw.load(g.fam, g.file)
		if !found {
			say(g.warn)
			continue
		}
		for line := range strings.Lines(errs) {
			say(strings.TrimSuffix(line, "\n"))
		}
		if status != 0 {
			say(fmt.Sprintf("run-parts: %s exited with return code %d", g.path, status))
			failed = 1
		}
	}
	return failed
}

// runPersistent is netfilter-persistent(8).
func runPersistent(p *host.Proc) int {
	fw := Of(p.Host)
	what := ""
	if len(p.Args) > 1 {
		what = p.Args[1]
	}
	if p.Cred.UID != 0 {
		p.Print("You must be root to use this utility\n")
	}
	switch what {
	case "start", "reload", "restart", "save", "flush":
	case "stop":
		p.Print("Automatic flush disabled; use '/usr/sbin/netfilter-persistent flush'\n")
		return 0
	default:
		p.Print("Usage: /usr/sbin/netfilter-persistent (start|stop|restart|reload|flush|save)\n")
		return 0
	}
	if p.Cred.UID != 0 {
		fmt.Fprint(p.Stderr, message("iptables", errNotRoot, 0))
		return 1
	}
	say := func(s string) { p.Print(s + "\n") }
	switch what {
	case "save":
		for _, g := range plugins {
			say("run-parts: executing " + g.path + " save")
			if err := fw.save(g); err != nil {
				say(fmt.Sprintf("run-parts: %s exited with return code 1", g.path))
				return 1
			}
			p.Wrote("write", g.file)
		}
	case "flush":
		for _, g := range plugins {
			say("run-parts: executing " + g.path + " flush")
			fw.flush(g.fam)
		}
		fw.changed("netfilter-persistent flush")
	default:
		return fw.startPlugins(say)
	}
	return 0
}

// persistentUnit is the unit of Debian that loads the saved rules.
func persistentUnit(fw *Firewall) *host.Unit {
	return &host.Unit{
		Name: "netfilter-persistent", Description: "netfilter persistent configuration", ExecStart: "/usr/sbin/netfilter-persistent start",
		Docs: "man:netfilter-persistent(8)", Tags: []string{"netfilter-persistent"}, Enabled: true,
		Start: func(*host.Unit) (*host.Proc, error) {
			status := fw.startPlugins(func(s string) {
				fw.host.Syslog(host.FacDaemon, host.Info, "netfilter-persistent", 0, s)
			})
			if status != 0 {
				return nil, &host.StartError{Status: status, Err: errors.New("the saved rules could not be loaded")}
			}
			return nil, nil
		},
		Stop: func(*host.Unit) {},
	}
}

// sysconfigUnit is the unit iptables or ip6tables of Red Hat, which loads
// /etc/sysconfig/iptables and flushes the rules when it stops.
func sysconfigUnit(fw *Firewall, f family) *host.Unit {
	name := f.command()
	file := "/etc/sysconfig/" + name
	start := func() error {
		status, errs, found := fw.load(f, file)
		log := func(sev host.Severity, s string) {
			fw.host.Syslog(host.FacDaemon, sev, name+".init", 0, s)
		}
		if !found {
			return &host.StartError{Status: 6, Err: errors.New("no rules to load")}
		}
		for line := range strings.Lines(errs) {
			log(host.Warning, strings.TrimSuffix(line, "\n"))
		}
		if status != 0 {
			log(host.Err, name+": Applying firewall rules: [FAILED]")
			return &host.StartError{Status: 1, Err: errors.New("the saved rules could not be loaded")}
		}
		log(host.Info, name+": Applying firewall rules: [  OK  ]")
		return nil
	}
	return &host.Unit{
		Name: name, Description: map[family]string{v4: "IPv4", v6: "IPv6"}[f] + " firewall with " + name,
		ExecStart: "/usr/libexec/iptables/" + name + ".init start", Tags: []string{name + ".init"}, Enabled: f == v4,
		Start:  func(*host.Unit) (*host.Proc, error) { return nil, start() },
		Stop:   func(*host.Unit) { fw.flush(f) },
		Reload: func(*host.Unit) error { return start() },
	}
}
