package named

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/host/vfs"
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
	case "null", "timerpoke":
		return commandResult{}
	case "scan":
		s.updateLocals()
		s.reopenListeners()
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
		return commandResult{text: text, after: func() {
			if name == "stop" {
				s.flushZones()
			}
			s.shutdown(how)
		}}
	case "flush":
		return s.flushCommand(args)
	case "flushname", "flushtree":
		return s.flushNameCommand(name, args)
	case "querylog":
		return s.querylogCommand(args)
	case "trace", "notrace":
		return s.traceCommand(name, args)
	case "stats":
		r := s.appendDump(s.conf.Options.StatisticsFile.Value, s.statisticsText())
		s.log.print(catGeneral, info, "dumpstats complete")
		return r
	case "recursing":
		r := s.writeDump(s.conf.Options.RecursingFile.Value, s.recursingText())
		s.log.print(catGeneral, info, "dumprecursing complete")
		return r
	case "dumpdb":
		return s.dumpCommand(args)
	case "testgen":
		return s.testgenCommand(args)
	}
	if c, ok := viewCommands[name]; ok {
		return c(s, args)
	}
	if c, ok := zoneCommands[name]; ok {
		return s.zoneCommand(name, args, c)
	}
	s.log.printf(catGeneral, failure, "unknown control channel command '%s'", line)
	return failed("unknown command", "")
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
		s.log.printf(catGeneral, failure, "flushing cache in view '%s' failed: view not found", args[0])
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
