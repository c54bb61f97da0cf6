package named

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// emptyZoneNames lists the zones a recursive server is authoritative for although
// nobody configured them, so that queries about private and documentation
// addresses do not leave the site (RFC 6303, BIND ARM "Built-in Empty Zones"), in
// BIND's order.
func emptyZoneNames() []string {
	names := []string{"10.IN-ADDR.ARPA"}
	for i := 16; i < 32; i++ {
		names = append(names, fmt.Sprintf("%d.172.IN-ADDR.ARPA", i))
	}
	names = append(names, "168.192.IN-ADDR.ARPA")
	for i := 64; i < 128; i++ {
		names = append(names, fmt.Sprintf("%d.100.IN-ADDR.ARPA", i))
	}
	return append(names, "0.IN-ADDR.ARPA", "127.IN-ADDR.ARPA", "254.169.IN-ADDR.ARPA", "2.0.192.IN-ADDR.ARPA",
		"100.51.198.IN-ADDR.ARPA", "113.0.203.IN-ADDR.ARPA", "255.255.255.255.IN-ADDR.ARPA",
		strings.Repeat("0.", 32)+"IP6.ARPA", "1."+strings.Repeat("0.", 31)+"IP6.ARPA", "D.F.IP6.ARPA", "8.E.F.IP6.ARPA",
		"9.E.F.IP6.ARPA", "A.E.F.IP6.ARPA", "B.E.F.IP6.ARPA", "8.B.D.0.1.0.0.2.IP6.ARPA", "EMPTY.AS112.ARPA", "HOME.ARPA", "RESOLVER.ARPA")
}

// emptyZones are the automatic empty zones of a process of the lab, by canonical
// name; made once and shared.
func (c *ZoneCache) emptyZones() map[string]*dns.Zone {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.empties != nil {
		return c.empties
	}
	c.empties = map[string]*dns.Zone{}
	for _, name := range emptyZoneNames() {
		origin := name + "."
		if zone, err := emptyZone(origin, origin, "."); err == nil {
			c.empties[dns.Canonical(origin)] = zone
		}
	}
	return c.empties
}

func emptyZone(origin, server, contact string) (*dns.Zone, error) {
	header := func(rrtype uint16) mdns.RR_Header {
		return mdns.RR_Header{Name: origin, Rrtype: rrtype, Class: mdns.ClassINET, Ttl: 86400}
	}
	return dns.NewZone(origin, []mdns.RR{
		&mdns.SOA{Hdr: header(mdns.TypeSOA), Ns: server, Mbox: contact, Refresh: 28800, Retry: 7200, Expire: 604800, Minttl: 86400},
		&mdns.NS{Hdr: header(mdns.TypeNS), Ns: server},
	})
}

// emptyZoneAllowed reports whether the view makes the empty zone: not if the zone
// is configured, switched off, or forwarded without falling back.
func (v *view) emptyZoneAllowed(name string) bool {
	if v.zones[name] != nil {
		return false
	}
	for _, off := range v.conf.DisabledEmptyZones {
		if off == name {
			return false
		}
	}
	for z := range v.forwardZones {
		if dns.IsWithin(name, z) && v.zones[z].conf.Forward.Value == "only" {
			return false
		}
	}
	return v.conf.Forward.Value != "only"
}

// findEmptyZone finds the automatic empty zone a canonical name belongs to.
func (v *view) findEmptyZone(name string) *dns.Zone {
	if !v.conf.EmptyZones.Value || !strings.HasSuffix(name, "arpa.") {
		return nil
	}
	zones := v.s.cache.emptyZones()
	for off, end := 0, false; !end; off, end = mdns.NextLabel(name, off) {
		z := zones[name[off:]]
		if z == nil {
			continue
		}
		if !v.emptyZoneAllowed(name[off:]) {
			return nil
		}
		return v.ownEmptyZone(z)
	}
	return nil
}

// ownEmptyZone is the zone with the names empty-server and empty-contact give.
func (v *view) ownEmptyZone(z *dns.Zone) *dns.Zone {
	server, contact := v.conf.EmptyServer.Value, v.conf.EmptyContact.Value
	if server == "" && contact == "" {
		return z
	}
	soa := z.SOA()
	if server == "" {
		server = soa.Ns
	}
	if contact == "" {
		contact = soa.Mbox
	}
	if own, err := emptyZone(soa.Hdr.Name, mdns.Fqdn(server), mdns.Fqdn(contact)); err == nil {
		return own
	}
	return z
}

// announceEmptyZones logs the automatic empty zones.
func (v *view) announceEmptyZones() {
	if !v.conf.EmptyZones.Value || !v.s.log.wants(catZoneload, info) {
		return
	}
	suffix := ""
	if v.conf.Name != "_default" {
		suffix = ": view " + v.conf.Name
	}
	for _, name := range emptyZoneNames() {
		if v.emptyZoneAllowed(dns.Canonical(name + ".")) {
			text := "automatic empty zone: " + name
			if suffix != "" {
				text = "automatic empty zone" + suffix + ": " + name
			}
			v.s.log.print(catZoneload, info, text)
		}
	}
}

// hasEmptyZones counts the automatic zones of all views, for rndc status.
func (s *Server) hasEmptyZones() (n int) {
	for _, v := range s.views {
		if !v.conf.EmptyZones.Value {
			continue
		}
		for _, name := range emptyZoneNames() {
			if v.emptyZoneAllowed(dns.Canonical(name + ".")) {
				n++
			}
		}
	}
	return n
}
