package named

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/dns"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// zone is one zone of a view.
type zone struct {
	view *view
	conf *config.Zone
	data *dns.Zone // nil: not loaded, or expired
	// What the data came from.
	modified time.Time     // of the file when it was loaded
	loaded   time.Duration // since the world's start, when the data was taken
	changed  bool          // loaded since the last afterLoad

	gone bool

	base *dns.Zone // the file's data, before the journal
	hist *history  // of a zone that changes while the server runs

	sec *secondary // of a secondary, once it is cared for
	out *notifier  // once a NOTIFY was sent
}

func newZone(v *view, c *config.Zone) *zone { return &zone{view: v, conf: c} }

func (z *zone) server() *Server { return z.view.s }

// key tells whether a zone of a new configuration is the same as a former one.
func (z *zone) key() string {
	return z.conf.Name + " " + z.conf.Class + " " + string(z.conf.Type) + " " + z.conf.File.Value
}

// authoritative reports whether the server answers for the zone from its own data.
func (z *zone) authoritative() bool {
	switch z.conf.Type {
	case config.Primary, config.Secondary, config.Mirror:
		return z.conf.Class == "IN"
	}
	return false
}

func (z *zone) secondary() bool {
	return z.conf.Type == config.Secondary || z.conf.Type == config.Mirror
}

// label is the zone's name in log lines, example.com/IN or example.com/IN/view.
func (z *zone) label() string {
	label := dns.Display(z.conf.Name) + "/" + z.conf.Class
	if z.view.conf.Name != "_default" {
		label += "/" + z.view.conf.Name
	}
	return label
}

func (z *zone) logf(category string, lv level, format string, args ...any) {
	if log := &z.server().log; log.wants(category, lv) {
		log.print(category, lv, "zone "+z.label()+": "+fmt.Sprintf(format, args...))
	}
}

// dropped reports whether the zone was taken out of the configuration.
func (z *zone) dropped() bool { return z.gone }

// stop ends the zone's timers and transfers.
func (z *zone) stop() {
	z.gone = true
	if z.hist != nil {
		z.hist.timer.Stop()
	}
	if z.sec != nil {
		z.sec.stop()
	}
	if z.out != nil {
		z.out.stop()
	}
}

// file is the name of the zone's file as it stands in the configuration.
func (z *zone) file() string { return z.conf.File.Value }

// load reads the zone's file unless it is unchanged since the last time. A file
// with an error leaves the data as it is, and so does one that is updated
// dynamically: the data are newer than the file then.
func (z *zone) load() (upToDate bool) {
	if !z.authoritative() || z.file() == "" || z.data != nil && z.dynamic() {
		return false
	}
	s := z.server()
	opts := z.loadOptions()
	var modified time.Time
	if st, err := s.disk().stat(z.file()); err == nil {
		modified = st.ModTime()
	} else if z.secondary() && vfs.ErrnoOf(err) == vfs.ENOENT {
		return false
	}
	base, messages, err := s.cache.Load(opts)
	if err == nil && base == z.base && z.data != nil && modified.Equal(z.modified) {
		return true
	}
	if z.secondary() && err == nil && z.data != nil { // its own file
		return true
	}
	data := base
	if err == nil {
		data, messages, err = z.history(base, messages)
	}
	z.logLoad(data, messages)
	if err != nil {
		z.logf(catZoneload, failure, "not loaded due to errors.")
		z.traceLoad(trace.Fail, messages)
		return false
	}
	if !s.boot {
		z.traceLoad(loadOutcome(messages), messages)
	}
	if z.secondary() {
		if expires := modified.Add(time.Duration(data.SOA().Expire) * time.Second); !s.boot && !expires.After(s.clock.Now()) {
			z.logf(catZoneload, warning, "expired")
			return false
		}
	}
	z.data, z.modified, z.loaded, z.changed = data, modified, s.clock.Since(), true
	z.base = base
	return false
}

// history joins data read from the file with the zone's journal: what the journal
// has is done again, or, with ixfr-from-differences, what has changed goes there.
func (z *zone) history(base *dns.Zone, messages []dns.Message) (*dns.Zone, []dns.Message, error) {
	data, err := base, error(nil)
	switch {
	case z.data == nil:
		data, err = z.rollForward(base)
	case z.frozen():
		z.checkJournal(base)
	case z.conf.IXFRFromDifferences.Value:
		err = z.difference(base)
	}
	last := len(messages) - 1
	switch {
	case err != nil:
		text := "zone " + dns.Display(z.conf.Name) + "/" + z.conf.Class + ": " + err.Error()
		messages = append(messages[:last:last], dns.Message{Severity: dns.Error, Text: text, File: z.file()})
		return nil, messages, err
	case data != base:
		m := messages[last]
		m.Text = strings.Replace(m.Text, fmt.Sprintf("loaded serial %d", base.Serial()), fmt.Sprintf("loaded serial %d", data.Serial()), 1)
		messages = append(messages[:last:last], m)
	}
	return data, messages, nil
}

// logLoad logs the messages of a load. What named says of the serial stands
// before the line that tells of the success.
func (z *zone) logLoad(data *dns.Zone, messages []dns.Message) {
	s := z.server()
	plain := "zone " + dns.Display(z.conf.Name) + "/" + z.conf.Class + ": "
	for i, m := range messages {
		if rest, ok := strings.CutPrefix(m.Text, plain); ok {
			if data != nil && i == len(messages)-1 && z.data != nil {
				z.logSerial(z.data.Serial(), data.Serial())
			}
			z.logf(catZoneload, levelOfZone(m.Severity), "%s", rest)
			continue
		}
		s.log.print(catGeneral, levelOfZone(m.Severity), m.Text)
	}
}

func (z *zone) logSerial(old, now uint32) {
	switch {
	case z.secondary():
	case old == now:
		z.logf(catZoneload, failure, "zone serial (%d) unchanged. zone may fail to transfer to secondaries.", now)
	case !dns.SerialNewer(now, old):
		z.logf(catZoneload, failure, "zone serial (%d/%d) has gone backwards", now, old)
	}
}

func levelOfZone(s dns.Severity) level {
	switch s {
	case dns.Error:
		return failure
	case dns.Warning:
		return warning
	}
	return info
}

func loadOutcome(messages []dns.Message) trace.Outcome {
	if slices.ContainsFunc(messages, func(m dns.Message) bool { return m.Severity == dns.Warning }) {
		return trace.Warn
	}
	return trace.OK
}

// traceLoad emits that the zone was loaded or refused, with the place of the
// first error or warning.
func (z *zone) traceLoad(out trace.Outcome, messages []dns.Message) {
	s := z.server()
	label := "loaded zone " + dns.Display(z.conf.Name)
	if out == trace.Fail {
		label = "refused zone " + dns.Display(z.conf.Name)
	}
	d := trace.F(label, "file", z.file())
	for _, m := range messages {
		if m.Severity == dns.Info {
			continue
		}
		if m.Line > 0 {
			d.List = append(d.List, trace.Field{Name: "at", Value: fmt.Sprintf("%s:%d", m.File, m.Line)})
		}
		d.List = append(d.List, trace.Field{Name: "message", Value: m.Text})
		break
	}
	s.trace.Emit(trace.Event{Kind: trace.Config, Outcome: out, Node: s.host.Name, Data: d, Refs: s.editRefs(z.file())})
}

// loadOptions are the options of the load as the configuration has them.
func (z *zone) loadOptions() dns.LoadOptions {
	kind := dns.Primary
	if z.secondary() {
		kind = dns.Secondary
	}
	return zoneLoadOptions(z.conf, kind, z.server().disk())
}

func zoneLoadOptions(c *config.Zone, kind dns.ZoneKind, d disk) dns.LoadOptions {
	o := dns.NamedOptions(kind)
	o.Origin, o.File, o.Read = c.Name, c.File.Value, d.readZone
	o.CheckNames = policyOf(c.Checks.Names.Value)
	o.CheckMX = policyOf(c.Checks.MX.Value)
	o.MXCNAME = policyOf(c.Checks.MXCname.Value)
	o.SRVCNAME = policyOf(c.Checks.SRVCname.Value)
	o.CheckSPF = c.Checks.SPF.Value == "warn"
	o.CheckIntegrity, o.CheckSibling, o.CheckWildcard = c.Checks.Integrity.Value, c.Checks.Sibling.Value, c.Checks.Wildcard.Value
	o.MaxTTL = uint32(min(c.MaxZoneTTL.Value/time.Second, 1<<31-1))
	return o
}

func policyOf(word string) dns.Policy {
	switch word {
	case "fail":
		return dns.Fail
	case "warn":
		return dns.Warn
	}
	return dns.Ignore
}

// afterLoad does what follows a load: NOTIFY for new data, care for secondaries.
func (z *zone) afterLoad() {
	changed := z.changed
	z.changed = false
	if z.secondary() {
		z.care()
		return
	}
	if changed && z.data != nil && !z.server().boot {
		z.sendNotifies()
	}
}
