package named

import (
	"fmt"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// gmt writes a date as rndc does.
func gmt(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") }

// statusText is the answer to rndc status.
func (s *Server) statusText() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("version: %s", versionLine)
	line("running on %s: %s", s.host.Hostname(), kernelLine)
	line("boot time: %s", gmt(s.started))
	line("last configured: %s", gmt(s.configured))
	line("configuration file: %s", s.opts.config)
	line("CPUs found: 2\nworker threads: 2\nUDP listeners per interface: 2")
	empty := s.hasEmptyZones()
	zones := empty + 1 // managed-keys
	for _, v := range s.views {
		for _, z := range v.list {
			if z.conf.Type != config.Hint && z.conf.Type != config.Forward {
				zones++
			}
		}
	}
	line("number of zones: %d (%d automatic)", zones, empty)
	line("debug level: %d", s.debugLevel)
	line("xfers running: %d", s.transfers)
	line("xfers deferred: 0")
	line("soa queries in progress: %d", s.questions)
	line("query logging is %s", onOff(s.queryLog, "ON", "OFF"))
	limit := s.conf.Options.RecursiveClients.Value
	soft := limit * 9 / 10
	if limit <= 1000 && limit > 100 {
		soft = limit - 100
	}
	line("recursive clients: %d/%d/%d", len(s.recursing), soft, limit)
	line("tcp clients: %d/%d", len(s.tcp), s.conf.Options.TCPClients.Value)
	line("TCP high-water: %d", s.tcpHigh)
	line("server is up and running")
	return b.String()
}

// zoneStatus is the answer to rndc zonestatus.
func (s *Server) zoneStatus(z *zone) commandResult {
	if !z.authoritative() {
		return failed("not found", "")
	}
	if z.data == nil {
		return failed("zone not loaded", "")
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("name: %s", dns.Display(z.conf.Name))
	line("type: %s", z.conf.Type)
	if z.file() != "" {
		line("files: %s", z.file())
	}
	line("serial: %d", z.data.Serial())
	nodes := map[string]bool{}
	z.data.Sets(func(name string, _ dns.RRset) bool {
		nodes[name] = true
		return true
	})
	line("nodes: %d", len(nodes))
	line("last loaded: %s", gmt(s.clock.Start().Add(z.loaded)))
	if z.secondary() && z.sec != nil {
		line("next refresh: %s", gmt(s.clock.Start().Add(z.sec.refreshAt)))
		line("expires: %s", gmt(s.clock.Start().Add(z.sec.expireAt)))
	}
	line("secure: %s", onOff(z.data.Signed(), "yes", "no"))
	line("dynamic: %s", onOff(z.updatable(), "yes", "no"))
	if z.updatable() {
		line("frozen: %s", onOff(z.frozen(), "yes", "no"))
	}
	line("reconfigurable via modzone: no")
	return commandResult{text: b.String()}
}

// recursingText is the file rndc recursing writes.
func (s *Server) recursingText() string {
	var b strings.Builder
	b.WriteString(";\n; Recursing Queries\n;\n")
	for _, q := range s.recursing {
		fmt.Fprintf(&b, "; client %s%s: id %d '%s' requesttime %d\n", hashPort(q.peer), q.view.suffix(), q.req.id, q.questionText("/"),
			s.clock.Start().Add(q.since).Unix())
	}
	for _, v := range s.views {
		fmt.Fprintf(&b, ";\n; Active fetch domains [view: %s]\n;\n", v.conf.Name)
		if v.resolver == nil {
			continue
		}
		var zones []string
		count := map[string]int{}
		for _, f := range v.resolver.order {
			if count[f.zone]++; count[f.zone] == 1 {
				zones = append(zones, f.zone)
			}
		}
		for _, name := range zones {
			fmt.Fprintf(&b, "%s: %d active (0 spilled, %d allowed)\n", name, count[name], count[name]+1)
		}
	}
	b.WriteString(";\n; Active fetch domains [view: _bind]\n;\n; Dump complete\n")
	return b.String()
}

// dumpCommand is "dumpdb [-all|-cache|-zones|-adb|-bad|-expired|-fail] [VIEW ...]".
func (s *Server) dumpCommand(args []string) commandResult {
	what, views := "-cache", args
	if len(args) > 0 {
		switch args[0] {
		case "-all", "-cache", "-zones", "-adb", "-bad", "-expired", "-fail":
			what, views = args[0], args[1:]
		}
	}
	s.log.printf(catGeneral, info, "dumpdb started%s", dumpArgs(args))
	var b strings.Builder
	for _, name := range views {
		if s.view(name) == nil {
			s.log.print(catGeneral, failure, "dumpdb failed: not found")
			return commandResult{text: "view '" + name + "' not found"}
		}
	}
	for _, v := range s.views {
		if len(views) > 0 && !slices.Contains(views, v.conf.Name) {
			continue
		}
		v.dump(&b, what)
	}
	b.WriteString("; Dump complete\n")
	r := s.writeDump(s.conf.Options.DumpFile.Value, b.String())
	if r.err == "" {
		s.log.print(catGeneral, info, "dumpdb complete")
	} else {
		s.log.printf(catGeneral, failure, "dumpdb failed: %s", r.err)
	}
	return r
}

func dumpArgs(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return ": " + strings.Join(args, " ")
}

// dump writes the parts of a view that were asked for.
func (v *view) dump(b *strings.Builder, what string) {
	now := v.s.clock.Since()
	if what != "-zones" {
		r := v.resolverFor()
		if what == "-all" || what == "-cache" {
			b.WriteString(r.cache.Dump(now, v.s.clock.Now(), v.conf.Name))
		} else {
			b.WriteString(";\n; Start view " + v.conf.Name + "\n;\n")
		}
		b.WriteString(";\n; Address database dump\n;\n; [edns success/timeout]\n; [plain success/timeout]\n;\n")
		r.dumpPeers(b)
		b.WriteString(";\n; Unassociated entries\n;\n;\n; Bad cache\n;\n;\n; SERVFAIL cache\n;\n")
		r.dumpFailures(b)
	}
	if what == "-zones" || what == "-all" {
		for _, z := range v.list {
			if z.authoritative() && z.data != nil {
				fmt.Fprintf(b, ";\n; Zone dump of '%s'\n;\n%s", z.label(), z.data.Text(dns.FullStyle))
			}
		}
	}
}

func (r *resolver) dumpPeers(b *strings.Builder) {
	for _, p := range r.sortedPeers() {
		fmt.Fprintf(b, ";\t%s [srtt %d] [flags 00000000] [edns %d/%d] [plain 0/0] [udpsize 512]", p.addr, p.srtt.Microseconds(), p.ok, p.lost)
		if p.cookie != nil {
			c := r.clientCookie(p)
			fmt.Fprintf(b, " [cookie=%s%s]", cookieText(c[:]), cookieText(p.cookie))
		}
		b.WriteString(" [ttl 1800]\n")
	}
}

func (r *resolver) dumpFailures(b *strings.Builder) {
	now := r.s.clock.Since()
	for _, k := range r.sortedFailures() {
		if left := r.failed[k] - now; left > 0 {
			fmt.Fprintf(b, "; %s/%s [ttl %d]\n", dns.Display(k.name), mdns.TypeToString[k.rrtype], left.Milliseconds())
		}
	}
}
