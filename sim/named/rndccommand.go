package named

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
)

// commandResult is the answer to a command of rndc.
type commandResult struct {
	text  string
	err   string // BIND's result, empty for success
	after func() // to be done when the answer was sent
}

func failed(err, text string) commandResult { return commandResult{err: err, text: text} }

// command does what rndc asks for (rndc(8)).
func (s *Server) command(line string, readOnly bool) commandResult {
	words := strings.Fields(line)
	if len(words) == 0 {
		return failed("unexpected end of input", "")
	}
	name, args := strings.ToLower(words[0]), words[1:]
	if name != "null" && name != "status" {
		s.log.printf(catGeneral, info, "received control channel command '%s'", line)
	}
	if readOnly && !slices.Contains([]string{"nta", "null", "status", "showzone", "testgen", "zonestatus"}, name) {
		return failed("permission denied", "")
	}
	switch name {
	case "null", "scan", "managed-keys", "nta", "timerpoke":
		if name == "scan" {
			s.updateLocals()
			s.reopenListeners()
		}
		return commandResult{}
	case "status":
		return commandResult{text: s.statusText()}
	case "reload":
		return s.reloadCommand(args)
	case "reconfig":
		if why := s.reload(false); why != "" {
			return failed(why, "")
		}
		return commandResult{}
	case "stop", "halt":
		how := "shutting down: flushing changes"
		if name == "halt" {
			how = "shutting down"
		}
		text := ""
		if slices.Contains(args, "-p") {
			text = fmt.Sprintf("pid: %d", s.pid())
		}
		return commandResult{text: text, after: func() { s.shutdown(how) }}
	case "flush":
		return s.flushCommand(args)
	case "flushname", "flushtree":
		return s.flushNameCommand(name, args)
	case "querylog":
		return s.querylogCommand(args)
	case "trace", "notrace":
		return s.traceCommand(name, args)
	case "stats":
		return s.appendDump(s.conf.Options.StatisticsFile.Value, s.statisticsText())
	case "recursing":
		r := s.writeDump(s.conf.Options.RecursingFile.Value, s.recursingText())
		s.log.print(catGeneral, info, "dumprecursing complete")
		return r
	case "dumpdb":
		return s.dumpCommand(args)
	case "secroots":
		s.log.print(catGeneral, info, "dumpsecroots complete")
		return s.writeDump(s.conf.Options.SecrootsFile.Value, s.clock.Now().UTC().Format("02-Jan-2006 15:04:05.000")+"\n\nView _default\n\n")
	}
	if c, ok := zoneCommands[name]; ok {
		return s.zoneCommand(name, args, c)
	}
	s.log.printf(catGeneral, failure, "unknown control channel command '%s'", line)
	return failed("unknown command", "")
}

// zoneCommands are the commands about one zone; those with all set also work
// without a name, on all zones.
var zoneCommands = map[string]struct {
	all bool
	do  func(*Server, *zone) commandResult
}{
	"zonestatus": {do: (*Server).zoneStatus},
	"refresh":    {do: (*Server).refreshZone},
	"retransfer": {do: (*Server).retransferZone},
	"notify":     {do: (*Server).notifyZone},
	"freeze":     {all: true, do: (*Server).freezeZone},
	"thaw":       {all: true, do: (*Server).thawZone},
	"sync":       {all: true, do: (*Server).syncZone},
}

func (s *Server) zoneCommand(name string, args []string, c struct {
	all bool
	do  func(*Server, *zone) commandResult
}) commandResult {
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "-clean" })
	if len(args) == 0 {
		switch {
		case !c.all:
			return failed("unexpected end of input", "")
		case name == "freeze":
			s.log.print(catGeneral, info, "freezing all zones: success")
		case name == "thaw":
			s.log.print(catGeneral, info, "thawing all zones: success")
		default:
			s.log.print(catGeneral, info, "dumping all zones: success")
		}
		return commandResult{}
	}
	z, miss := s.findZone(args)
	if z == nil {
		return miss
	}
	return c.do(s, z)
}

// findZone finds the zone a command names: NAME [CLASS [VIEW]].
func (s *Server) findZone(args []string) (*zone, commandResult) {
	name := dns.Canonical(args[0])
	view := ""
	switch {
	case len(args) > 2:
		view = args[2]
	case len(args) == 2 && !strings.EqualFold(args[1], "IN"):
		return nil, failed("unknown class/type", fmt.Sprintf("unknown class '%s'", args[1]))
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
	if !z.authoritative() {
		return failed("failure", "")
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

func (s *Server) freezeZone(z *zone) commandResult { return failed("not dynamic", "") }

func (s *Server) thawZone(z *zone) commandResult {
	s.log.printf(catGeneral, info, "thawing zone '%s': success", z.label())
	return commandResult{}
}

func (s *Server) syncZone(z *zone) commandResult {
	s.log.printf(catGeneral, info, "sync: dumping zone '%s': success", z.label())
	return commandResult{}
}

// flushCommand is "flush [VIEW]".
func (s *Server) flushCommand(args []string) commandResult {
	found := false
	for _, v := range s.views {
		if len(args) > 0 && v.conf.Name != args[0] {
			continue
		}
		found = true
		if v.resolver != nil {
			v.resolver.flush()
		}
	}
	if !found {
		s.log.printf(catGeneral, failure, "flushing cache in view '%s' failed: not found", args[0])
		return failed("not found", "")
	}
	if len(args) > 0 {
		s.log.printf(catGeneral, info, "flushing cache in view '%s' succeeded", args[0])
	} else {
		s.log.print(catGeneral, info, "flushing caches in all views succeeded")
	}
	return commandResult{}
}

// flushNameCommand is "flushname NAME [VIEW]" or "flushtree NAME [VIEW]".
func (s *Server) flushNameCommand(command string, args []string) commandResult {
	if len(args) == 0 {
		return failed("unexpected end of input", "")
	}
	name, what := dns.Canonical(args[0]), "name"
	if command == "flushtree" {
		what = "tree"
	}
	for _, v := range s.views {
		if len(args) > 1 && v.conf.Name != args[1] || v.resolver == nil {
			continue
		}
		if what == "tree" {
			v.resolver.cache.FlushTree(name)
		} else {
			v.resolver.cache.FlushName(name)
		}
		for key := range v.resolver.failed {
			if key.name == name || what == "tree" && dns.IsWithin(key.name, name) {
				delete(v.resolver.failed, key)
			}
		}
	}
	s.log.printf(catGeneral, info, "flushing %s '%s' in all cache views succeeded", what, args[0])
	return commandResult{}
}

// querylogCommand is "querylog [on|off]".
func (s *Server) querylogCommand(args []string) commandResult {
	on := !s.queryLog
	if len(args) > 0 {
		switch strings.ToLower(args[0]) {
		case "on", "yes", "enable", "true":
			on = true
		case "off", "no", "disable", "false":
			on = false
		default:
			return failed("syntax error", "")
		}
	}
	if s.queryLog != on {
		s.queryLog = on
		s.log.printf(catGeneral, info, "query logging is now %s", onOff(on, "on", "off"))
	}
	return commandResult{}
}

func onOff(b bool, on, off string) string {
	if b {
		return on
	}
	return off
}

// traceCommand is "trace [LEVEL]" and "notrace".
func (s *Server) traceCommand(name string, args []string) commandResult {
	switch {
	case name == "notrace":
		s.debugLevel = 0
		return commandResult{}
	case len(args) == 0:
		s.debugLevel++
	default:
		n := 0
		if _, err := fmt.Sscanf(args[0], "%d", &n); err != nil || n < 0 {
			return failed("not a valid number", "")
		}
		s.debugLevel = n
	}
	s.log.printf(catGeneral, info, "debug level is now %d", s.debugLevel)
	return commandResult{}
}

// writeDump writes one of the files rndc makes named write; appendDump adds to it.
func (s *Server) writeDump(name, text string) commandResult {
	return s.dumpResult(name, s.host.FS.WriteFile(s.disk().path(name), []byte(text), 0o644, s.cred))
}

func (s *Server) appendDump(name, text string) commandResult {
	return s.dumpResult(name, s.host.FS.AppendFile(s.disk().path(name), []byte(text), 0o644, s.cred))
}

func (s *Server) dumpResult(name string, err error) commandResult {
	if err == nil {
		return commandResult{}
	}
	if vfs.ErrnoOf(err) == vfs.EACCES {
		return failed("permission denied", fmt.Sprintf("could not open dump file '%s'", path.Base(name)))
	}
	return failed(resultText(err), fmt.Sprintf("could not open dump file '%s'", path.Base(name)))
}
