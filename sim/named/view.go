package named

import (
	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// view is a view at work: its zones and, once somebody has asked for recursion,
// its resolver.
type view struct {
	s            *Server
	conf         *config.View
	zones        map[string]*zone // by canonical name
	list         []*zone          // in the order of the configuration
	forwardZones map[string]bool  // names of zones that redirect the resolver: forward, stub, static-stub
	set          *dns.ZoneSet     // the zones that have data
	open         bool             // all zones have data and may be asked by anybody
	resolver     *resolver
	limiter      *rateLimiter // once a response was counted
}

// newView makes the view of a configuration, with the zones and the cache the
// same view had under the former one.
func (s *Server) newView(c *config.View, old []*view) *view {
	v := &view{s: s, conf: c, zones: make(map[string]*zone, len(c.Zones))}
	var before *view
	for _, o := range old {
		if o.conf.Name == c.Name && o.conf.Class == c.Class {
			before = o
		}
	}
	for _, zc := range c.Zones {
		z := newZone(v, zc)
		if before != nil {
			if was := before.zones[zc.Name]; was != nil && was.view == before && was.key() == z.key() {
				was.view, was.conf = v, zc
				z = was
			}
		}
		v.zones[zc.Name] = z
		v.list = append(v.list, z)
		switch zc.Type {
		case config.Forward, config.Stub, config.StaticStub:
			if v.forwardZones == nil {
				v.forwardZones = map[string]bool{}
			}
			v.forwardZones[zc.Name] = true
		}
	}
	if before != nil && before.resolver != nil {
		v.resolver = before.resolver
		v.resolver.adopt(v)
	}
	return v
}

// linkZones replaces in-view zones by those they name.
func (v *view) linkZones() {
	for i, z := range v.list {
		if z.conf.Type != config.InView {
			continue
		}
		if other := v.s.view(z.conf.InView); other != nil && other.zones[z.conf.Name] != nil {
			v.list[i] = other.zones[z.conf.Name]
			v.zones[z.conf.Name] = v.list[i]
		}
	}
}

// rebuild collects the zones that have data.
func (v *view) rebuild() {
	var data []*dns.Zone
	v.open = true
	for _, z := range v.list {
		switch {
		case !z.authoritative():
		case z.data != nil:
			data = append(data, z.data)
			v.open = v.open && z.conf.AllowQuery.IsAny() && z.conf.AllowQueryOn.IsAny()
		default:
			v.open = false
		}
	}
	v.set = dns.NewZoneSet(data...)
}

// rebuildViews is rebuild for all views that serve a zone.
func (s *Server) rebuildViews(z *zone) {
	for _, v := range s.views {
		if v.zones[z.conf.Name] == z {
			v.rebuild()
		}
	}
}

// find returns the configured zone closest to a canonical name that the server
// is authoritative for, whether it has data or not, or the automatic empty zone.
// For a DS question the parent's side of a cut counts (RFC 4035 3.1.4.1).
func (v *view) find(name string, qtype uint16) (*zone, *dns.Zone) {
	for off, end := 0, false; !end; off, end = mdns.NextLabel(name, off) {
		z := v.zones[name[off:]]
		if z == nil || !z.authoritative() {
			continue
		}
		if qtype == mdns.TypeDS && off == 0 && name != "." {
			if parent, data := v.find(dns.Parent(name), 0); parent != nil && (data != nil || z.data == nil) {
				return parent, parent.data
			}
		}
		return z, z.data
	}
	if z := v.zones["."]; z != nil && z.authoritative() {
		return z, z.data
	}
	return nil, v.findEmptyZone(name)
}

// stop ends the view's activity.
func (v *view) stop() {
	for _, z := range v.list {
		if z.view == v {
			z.stop()
		}
	}
	if v.resolver != nil && v.resolver.v == v {
		v.resolver.stop()
	}
}

// suffix is how log lines name the view: nothing for the only one.
func (v *view) suffix() string {
	if v.conf.Name == "_default" {
		return ""
	}
	return ": view " + v.conf.Name
}
