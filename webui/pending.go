package webui

import (
	"path"
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/trace"
)

// watcher follows the log for files that were saved and not yet loaded by their
// daemon, and for the marks of edits and reloads.
type watcher struct {
	units map[string][]string // host -> its units
	red   map[string]bool     // host -> Red Hat-like
	seen  uint64
	begun uint64
	known map[string]bool // "host:path" of zone files a name server has tried to load
	down  map[string]bool // "host:unit" of units that do not run
	wait  []Pending
	marks []Mark
}

func newWatcher(d *scenarios.Drawn, w *sim.World) watcher {
	x := watcher{units: map[string][]string{}, red: map[string]bool{}, known: map[string]bool{}, down: map[string]bool{}, begun: uint64(w.Log().Len())}
	for _, h := range d.Blueprint.Hosts {
		x.units[h.Name] = w.Units(h.Name)
		x.red[h.Name] = h.Flavour == "redhat"
	}
	return x
}

// look takes in the events that came since.
func (x *watcher) look(log *trace.Log) {
	log.After(x.seen, func(e *trace.Event) bool {
		x.seen = e.Seq
		switch e.Kind {
		case trace.FileWrite:
			x.wrote(e)
		case trace.Config, trace.Unit:
			x.loaded(e)
		}
		return true
	})
}

func (x *watcher) mark(e *trace.Event, kind, label string) {
	if e.Seq > x.begun {
		x.marks = append(x.marks, Mark{Seq: e.Seq, Kind: kind, Label: shorten(label, 60)})
	}
}

// wrote notes a change of a file that a daemon reads.
func (x *watcher) wrote(e *trace.Event) {
	file := field(e, "path")
	x.mark(e, "edit", path.Base(file))
	p, ok := x.reader(e.Node, file)
	if !ok {
		return
	}
	x.forget(func(q Pending) bool { return q.Host == e.Node && q.Path == file })
	x.wait = append(x.wait, p)
}

func (x *watcher) forget(which func(Pending) bool) {
	x.wait = slices.DeleteFunc(x.wait, which)
}

// reader says which unit reads a file, and by what command it reads it again.
// It reports false for files that no daemon keeps in memory.
func (x *watcher) reader(host, file string) (Pending, bool) {
	p := Pending{Host: host, Path: file}
	unit := func(name string) bool {
		if !slices.Contains(x.units[host], name) {
			return false
		}
		p.Unit, p.Command = name, x.command(host, name)
		return true
	}
	dir, base := path.Dir(file), path.Base(file)
	switch {
	case scratch(base):
		return p, false
	case dir == "/etc/postfix" && (base == "main.cf" || base == "master.cf"):
		return p, unit("postfix")
	case strings.HasPrefix(base, "named.conf") || langOf(file) == "zone" || x.known[host+":"+file]:
		return p, unit("named")
	case strings.HasPrefix(file, "/etc/dovecot/"):
		return p, unit("dovecot")
	case strings.HasPrefix(file, "/etc/mail/") && strings.HasSuffix(base, ".cf"):
		return p, unit("sendmail")
	}
	return p, false
}

// command is what makes a unit read its files: a reload, or a start if it does
// not run.
func (x *watcher) command(host, unit string) string {
	verb := "reload"
	if x.down[host+":"+unit] {
		verb = "start"
	}
	if x.red[host] {
		return "service " + unit + " " + verb
	}
	return "systemctl " + verb + " " + unit
}

// scratch reports whether a name is that of an editor's or person's copy.
func scratch(base string) bool {
	return strings.HasSuffix(base, "~") || strings.HasSuffix(base, ".bak") || strings.HasSuffix(base, ".swp") || strings.HasSuffix(base, ".orig") ||
		strings.HasSuffix(base, ".save") || strings.HasSuffix(base, ".db") || strings.HasPrefix(base, "#")
}

// loaded notes that a daemon has read its files, whatever it made of them.
func (x *watcher) loaded(e *trace.Event) {
	label := e.Label()
	if e.Kind == trace.Unit {
		verb, unit, _ := strings.Cut(label, " ")
		x.down[e.Node+":"+unit] = e.Outcome == trace.Fail && verb != "reload" || verb == "stop" || verb == "stopped"
		for i := range x.wait {
			if p := &x.wait[i]; p.Host == e.Node && p.Unit == unit {
				p.Command = x.command(p.Host, unit)
			}
		}
		if verb == "start" || verb == "reload" {
			x.mark(e, "reload", label)
			x.forget(func(p Pending) bool { return p.Host == e.Node && (p.Unit == unit && p.Unit != "named") })
		}
		return
	}
	file := field(e, "file")
	if zone := strings.Contains(label, " zone "); zone && file != "" {
		x.zoneLoaded(e, file)
		return
	}
	if e.Outcome == trace.OK || e.Outcome == trace.Neutral || e.Outcome == trace.Warn {
		x.mark(e, "reload", label)
	}
	unit, _, named := strings.Cut(label, ":")
	x.forget(func(p Pending) bool {
		if p.Host != e.Node {
			return false
		}
		if named && p.Unit == unit {
			return true
		}
		// A new configuration looks at every zone file that has changed.
		return p.Unit == "named" && strings.Contains(label, "named.conf")
	})
}

// zoneLoaded notes that a name server has read a zone file. The file may be
// named relative to the server's directory.
func (x *watcher) zoneLoaded(e *trace.Event, file string) {
	names := []string{file}
	if !strings.HasPrefix(file, "/") {
		names = names[:0]
		for _, dir := range []string{"/var/cache/bind", "/var/named", "/etc/bind"} {
			names = append(names, path.Join(dir, file))
		}
	}
	for _, n := range names {
		x.known[e.Node+":"+n] = true
	}
	x.forget(func(p Pending) bool { return p.Host == e.Node && slices.Contains(names, p.Path) })
}

func (x *watcher) pending() []Pending { return slices.Clone(x.wait) }
