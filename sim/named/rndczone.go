package named

import (
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// zoneCommand is a command of rndc about one zone; with all it also works without a
// name, on all zones.
type zoneCommand struct {
	all bool
	do  func(*Server, *zone) commandResult
}

// zoneCommands are the commands about zones.
var zoneCommands = map[string]zoneCommand{
	"zonestatus": {do: (*Server).zoneStatus},
	"refresh":    {do: (*Server).refreshZone},
	"retransfer": {do: (*Server).retransferZone},
	"notify":     {do: (*Server).notifyZone},
	"freeze":     {all: true, do: (*Server).freezeZone},
	"thaw":       {all: true, do: (*Server).thawZone},
	"sync":       {all: true, do: func(s *Server, z *zone) commandResult { return s.syncZone(z, false) }},
}

func (s *Server) zoneCommand(name string, args []string, c zoneCommand) commandResult {
	clean := name == "sync" && slices.Contains(args, "-clean")
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "-clean" })
	if len(args) == 0 {
		if !c.all {
			return failed("unexpected end of input", "")
		}
		return s.allZones(name, clean)
	}
	z, miss := s.findZone(args)
	if z == nil {
		return miss
	}
	if clean {
		return s.syncZone(z, true)
	}
	return c.do(s, z)
}

// allZones does freeze, thaw or sync for every zone. The first failure is the
// result, but does not stop the rest.
func (s *Server) allZones(name string, clean bool) commandResult {
	result := "success"
	for _, v := range s.views {
		for _, i := range s.orders[v.conf] {
			z := v.list[i]
			if z.view != v || !z.authoritative() {
				continue
			}
			var r commandResult
			switch {
			case name == "sync":
				z.sync(clean)
			case !z.updatable():
			case name == "freeze":
				r = s.freezeZone(z)
			case z.frozen():
				z.thaw()
			}
			if r.err != "" && result == "success" {
				result = r.err
			}
		}
	}
	switch {
	case name == "freeze":
		s.log.printf(catGeneral, info, "freezing all zones: %s", result)
	case name == "thaw":
		s.log.printf(catGeneral, info, "thawing all zones: %s", result)
	default:
		s.log.printf(catGeneral, info, "dumping all zones%s: %s", onOff(clean, ", removing journal files", ""), result)
	}
	if result != "success" {
		return failed(result, "")
	}
	return commandResult{}
}

// findZone finds the zone a command names: NAME [CLASS [VIEW]].
func (s *Server) findZone(args []string) (*zone, commandResult) {
	name := dns.Canonical(args[0])
	view := ""
	switch {
	case len(args) > 2:
		view = args[2]
	case len(args) == 2 && !strings.EqualFold(args[1], "IN"):
		return nil, s.unknownClass(args)
	}
	if view != "" && s.view(view) == nil {
		return nil, failed("not found", fmt.Sprintf("no matching view '%s'", view))
	}
	var found []*zone
	for _, v := range s.views {
		if view != "" && v.conf.Name != view {
			continue
		}
		if z := v.zones[name]; z != nil && !slices.Contains(found, z) {
			found = append(found, z)
		}
	}
	switch {
	case len(found) == 0 && view != "":
		return nil, failed("not found", fmt.Sprintf("no matching zone '%s' in view '%s'", args[0], view))
	case len(found) == 0:
		return nil, failed("not found", fmt.Sprintf("no matching zone '%s' in any view", args[0]))
	case len(found) > 1:
		return nil, failed("multiple", fmt.Sprintf("zone '%s' was found in multiple views", args[0]))
	}
	return found[0], commandResult{}
}

// reloadCommand is "reload": everything, or one zone.
func (s *Server) reloadCommand(args []string) commandResult {
	if len(args) == 0 {
		if why := s.reload(true); why != "" {
			return failed(why, "")
		}
		return commandResult{text: "server reload successful"}
	}
	z, miss := s.findZone(args)
	if z == nil {
		return miss
	}
	if z.secondary() {
		return s.refreshZone(z)
	}
	switch {
	case !z.authoritative():
		return failed("failure", "")
	case z.dynamic():
		return failed("dynamic zone", "")
	}
	text := "zone reload queued"
	if z.load() {
		text = "zone reload up-to-date"
	}
	s.rebuildViews(z)
	z.afterLoad()
	return commandResult{text: text}
}

func (s *Server) refreshZone(z *zone) commandResult {
	if !z.secondary() && z.conf.Type != config.Stub {
		return failed("failure", "not a secondary, mirror, or stub zone")
	}
	if z.secondary() {
		z.secondaryState().refresh()
	}
	return commandResult{text: "zone refresh queued"}
}

func (s *Server) retransferZone(z *zone) commandResult {
	if !z.secondary() {
		return failed("failure", "retransfer: inappropriate zone type: "+string(z.conf.Type))
	}
	d := z.secondaryState()
	d.force = true
	d.refresh()
	return commandResult{}
}

func (s *Server) notifyZone(z *zone) commandResult {
	if z.out != nil {
		z.out.last = -z.conf.NotifyDelay.Value
	}
	if z.authoritative() {
		z.sendNotifies()
	}
	return commandResult{text: "zone notify queued"}
}

const frozenText = "WARNING: The zone was already frozen.\nSomeone else may be editing it or it may still be re-loading."

// freezeZone stops dynamic updates and writes the zone's file, so that it can be
// edited.
func (s *Server) freezeZone(z *zone) commandResult {
	switch {
	case z.conf.Type != config.Primary:
		return failed("not primary", "")
	case !z.updatable():
		return failed("not dynamic", "")
	case z.frozen():
		s.log.printf(catGeneral, info, "freezing zone '%s': already frozen", z.label())
		return failed("already frozen", frozenText)
	}
	z.flush()
	z.changes().frozen = true
	s.log.printf(catGeneral, info, "freezing zone '%s': success", z.label())
	return commandResult{}
}

// thawZone reads the zone's file and allows updates again.
func (s *Server) thawZone(z *zone) commandResult {
	r := commandResult{}
	switch {
	case z.conf.Type != config.Primary:
		return failed("not primary", "")
	case z.frozen():
		r.text = "A zone reload and thaw was started.\nCheck the logs to see the result."
		if z.thaw() {
			r.text = "The zone reload and thaw was successful."
		}
	}
	s.log.printf(catGeneral, info, "thawing zone '%s': success", z.label())
	return r
}

// thaw reads the file and ends the freeze, unless the file has an error. A journal
// that knows nothing of the file's version is removed.
func (z *zone) thaw() (upToDate bool) {
	before := z.data
	upToDate = z.load()
	if !upToDate && z.data == before {
		return false
	}
	z.hist.frozen = false
	z.server().rebuildViews(z)
	z.afterLoad()
	return upToDate
}

func (s *Server) syncZone(z *zone, clean bool) commandResult {
	z.sync(clean)
	s.log.printf(catGeneral, info, "sync: dumping zone '%s'%s: success", z.label(), onOff(clean, ", removing journal file", ""))
	return commandResult{}
}

// sync writes the zone's file now. Its journal is only removed when the file could
// be written.
func (z *zone) sync(clean bool) {
	z.flush()
	if clean && (z.hist == nil || !z.hist.dirty) {
		z.removeJournal()
	}
}
