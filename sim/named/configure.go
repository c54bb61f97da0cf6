package named

import (
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// use makes a configuration the effective one. Zones that were already served
// keep their data if they are still of the same kind (BIND ARM "rndc reconfig").
func (s *Server) use(conf *config.Config, first bool) {
	old := s.views
	s.conf = conf
	if dir := conf.Options.Directory.Value; dir != "" {
		s.dir = dir
	}
	s.configured = s.clock.Now()
	if first || !conf.Options.QueryLog.Default() {
		s.queryLog = conf.Options.QueryLog.Value
	}
	s.updateLocals()
	s.views = make([]*view, 0, len(conf.Views))
	for _, c := range conf.Views {
		s.views = append(s.views, s.newView(c, old))
	}
	for _, v := range s.views {
		v.linkZones()
		v.rebuild()
	}
	s.logConfigLines(first)
	if !first {
		s.removeZones(old)
	}
	s.traceConfig(conf)
}

// logConfigLines are logged while a configuration is taken.
func (s *Server) logConfigLines(first bool) {
	keys := s.conf.Options.BindKeysFile.Value
	if st, err := s.disk().stat(keys); err == nil && !st.IsDir() {
		s.log.printf(catGeneral, info, "reading built-in trust anchors from file '%s'", keys)
	} else {
		s.log.printf(catGeneral, info, "unable to open '%s'; using built-in keys instead", keys)
	}
	s.log.print(catGeneral, info, "looking for GeoIP2 databases in '/usr/share/GeoIP'")
	if !s.opts.only6 {
		s.log.print(catGeneral, info, "using default UDP/IPv4 port range: [32768, 60999]")
	}
	if !s.opts.only4 {
		s.log.print(catGeneral, info, "using default UDP/IPv6 port range: [32768, 60999]")
	}
}

// removeZones drops the zones that no view has any more.
func (s *Server) removeZones(old []*view) {
	for _, ov := range old {
		nv := s.view(ov.conf.Name)
		for _, z := range ov.list {
			if z.dropped() || nv != nil && nv.zones[z.conf.Name] != nil && nv.zones[z.conf.Name].key() == z.key() {
				continue
			}
			z.stop()
			if nv == nil || nv.zones[z.conf.Name] == nil {
				s.log.printf(catGeneral, info, "zone %s: (%s) removed", z.label(), z.conf.Type)
			}
		}
		if nv == nil && ov.resolver != nil {
			ov.resolver.giveUp()
		}
	}
}

func (s *Server) view(name string) *view {
	for _, v := range s.views {
		if v.conf.Name == name {
			return v
		}
	}
	return nil
}

// reload reads the configuration again and takes it if it is good; with zones,
// changed zone files are read too ("rndc reload"), without, only those of new
// zones ("rndc reconfig"). It returns the text of a failure.
func (s *Server) reload(zones bool) string {
	conf, result := s.readConfig()
	if conf == nil {
		s.log.printf(catGeneral, failure, "reloading configuration failed: %s", result)
		return result
	}
	if file, result := s.hintsLoadable(conf); result != "" {
		s.log.printf(catGeneral, failure, "could not configure root hints from '%s': %s", file, result)
		s.log.printf(catGeneral, failure, "reloading configuration failed: %s", result)
		return result
	}
	s.use(conf, false)
	s.announceZones(false)
	s.reopenListeners()
	s.reopenControl()
	if err := s.startLogging(); err != nil {
		s.log.printf(catGeneral, failure, "reloading configuration failed: %s", resultText(err))
		return resultText(err)
	}
	s.log.print(catGeneral, info, "reloading configuration succeeded")
	if zones {
		s.log.print(catGeneral, info, "reloading zones succeeded")
		s.loadZones(false)
		s.log.print(catGeneral, notice, "all zones loaded")
	} else {
		s.log.print(catGeneral, info, "scheduled loading new zones")
		s.loadZones(true)
		s.log.print(catGeneral, notice, "any newly configured zones are now loaded")
	}
	s.log.print(catGeneral, notice, "running")
	s.afterLoad()
	return ""
}

// loadZones loads all zones whose file has changed, or those that have no data
// yet, in the order of their names.
func (s *Server) loadZones(onlyNew bool) {
	for _, v := range s.views {
		for _, i := range s.orders[v.conf] {
			if z := v.list[i]; z.view == v && !(onlyNew && z.data != nil) {
				z.load()
			}
		}
		v.rebuild()
	}
}

// afterLoad starts what follows the loading: NOTIFY and the care for secondaries.
func (s *Server) afterLoad() {
	for _, v := range s.views {
		for _, i := range s.orders[v.conf] {
			if z := v.list[i]; z.view == v {
				z.afterLoad()
			}
		}
	}
	s.boot = false
}

// traceConfig and traceRefusal emit what became of a configuration.
func (s *Server) traceConfig(conf *config.Config) {
	s.trace.Emit(trace.Event{Kind: trace.Config, Outcome: trace.OK, Node: s.host.Name,
		Data: &configEvent{conf: conf, file: s.opts.config}, Refs: s.editRefs(s.opts.config)})
}

func (s *Server) traceRefusal(messages []config.Message) {
	where, text := "", "cannot be read"
	for _, m := range messages {
		if m.Severity == config.Error {
			where, text = "", m.Text
			if m.Pos.File != "" {
				where = m.Pos.String()
			}
			break
		}
	}
	file, _, _ := strings.Cut(where, ":")
	if file == "" {
		file = s.opts.config
	}
	s.trace.Emit(trace.Event{Kind: trace.Config, Outcome: trace.Fail, Node: s.host.Name,
		Data: trace.F("refused "+s.opts.config, "at", where, "error", text), Refs: s.editRefs(file)})
}

// editRefs links to the last change of a file by a person.
func (s *Server) editRefs(file string) []trace.Ref {
	if seq := s.host.LastWrite(s.disk().path(file)); seq != 0 {
		return []trace.Ref{{Rel: trace.CausedByEdit, Seq: seq}}
	}
	return nil
}

// configEvent is the payload of a configuration that was taken.
type configEvent struct {
	conf *config.Config
	file string
}

func (e *configEvent) Label() string { return "loaded " + e.file }

func (e *configEvent) Fields() []trace.Field {
	var list []trace.Field
	for _, v := range e.conf.Views {
		for _, z := range v.Zones {
			list = append(list, trace.Field{Name: "zone", Value: dns.Display(z.Name) + " " + string(z.Type)})
		}
	}
	return list
}
