package grader

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim"
)

// delegationItem judges one test case. It returns what is wrong, empty if
// nothing. Servers that do not answer at all are the business of CONNECTIVITY01
// alone.
func (p *probe) delegationItem(v *zoneView, id string, s *scenarios.DelegationSpec) sim.Text {
	switch id {
	case "CONNECTIVITY01":
		return v.servers.which(func(z *zoneServer) bool { return z.udp == nil }, "no answer", "응답 없음")
	case "CONNECTIVITY02":
		return v.servers.which(func(z *zoneServer) bool { return z.udp != nil && !z.tcp }, "no answer over TCP", "TCP 응답 없음")
	case "DELEGATION01":
		if least := max(s.Servers, 1); len(v.parent) < least {
			return textf("%d of at least %d", "%[2]d대 이상이어야 하는데 %[1]d대", len(v.parent), least)
		}
	case "DELEGATION02":
		return v.shared()
	case "DELEGATION04":
		return v.servers.which(func(z *zoneServer) bool { return z.udp != nil && !z.udp.Authoritative }, "not authoritative", "권한 없는 응답")
	case "DELEGATION05":
		return plain(strings.Join(v.alias, ", "))
	case "DELEGATION06":
		return v.servers.which(func(z *zoneServer) bool { return z.udp != nil && z.serial() == "" }, "no SOA", "SOA 없음")
	case "CONSISTENCY01":
		return v.differ(func(z *zoneServer) string { return z.serial() })
	case "CONSISTENCY04":
		return v.sets()
	case "CONSISTENCY05":
		return p.wrongGlue(v)
	case "NAMESERVER01":
		return v.servers.which(func(z *zoneServer) bool { return z.udp != nil && p.recurses(v, z.addr) }, "recursion offered", "재귀 조회 허용")
	case "NAMESERVER03":
		return v.servers.which(func(z *zoneServer) bool { return z.udp != nil && p.axfr(s.From, z.addr, v.zone).whole }, "gives the zone away", "영역 전체를 내줌")
	case "ZONE08":
		return p.mxAliases(v)
	}
	return sim.Text{}
}

// zoneServers are the servers of a zone.
type zoneServers []zoneServer

// which names the servers for which bad is true.
func (list zoneServers) which(bad func(*zoneServer) bool, en, ko string) sim.Text {
	var names []string
	for i := range list {
		if bad(&list[i]) {
			names = append(names, list[i].String())
		}
	}
	if len(names) == 0 {
		return sim.Text{}
	}
	return textf("%s: %s", "%s: %s", strings.Join(names, ", "), sim.Text{EN: en, KO: ko})
}

func (z *zoneServer) String() string {
	if !z.addr.IsValid() {
		return z.name
	}
	return z.name + "/" + z.addr.String()
}

// serial is the zone's serial number as the server says it, "" for none.
func (z *zoneServer) serial() string {
	if z.udp == nil {
		return ""
	}
	for _, rr := range z.udp.Answer {
		if soa, ok := rr.(*mdns.SOA); ok {
			return fmt.Sprint(soa.Serial)
		}
	}
	return ""
}

// differ words that servers say different things; those that say nothing do not
// count.
func (v *zoneView) differ(of func(*zoneServer) string) sim.Text {
	var said, all []string
	for i := range v.servers {
		if w := of(&v.servers[i]); w != "" {
			said, all = append(said, w), append(all, v.servers[i].name+" "+w)
		}
	}
	slices.Sort(said)
	if len(slices.Compact(said)) < 2 {
		return sim.Text{}
	}
	return plain(strings.Join(all, ", "))
}

// sets compares the NS sets of the parent and of every child server that has
// one.
func (v *zoneView) sets() sim.Text {
	for _, z := range v.servers {
		if len(z.ns) > 0 && !slices.Equal(z.ns, v.parent) {
			return textf("parent: %s; %s: %s", "상위: %s, %s: %s", strings.Join(v.parent, " "), z.name, strings.Join(z.ns, " "))
		}
	}
	return sim.Text{}
}

// shared words two names with one address.
func (v *zoneView) shared() sim.Text {
	owner := map[netip.Addr]string{}
	for _, z := range v.servers {
		if other, ok := owner[z.addr]; ok && z.addr.IsValid() && other != z.name {
			return textf("%s and %s share %s", "%s, %s: 같은 주소 %s", other, z.name, z.addr)
		}
		owner[z.addr] = z.name
	}
	return sim.Text{}
}

// wrongGlue compares the referral's addresses of names inside the zone with the
// zone's own.
func (p *probe) wrongGlue(v *zoneView) sim.Text {
	for _, name := range v.parent {
		glue := v.glue[name]
		if len(glue) == 0 || !mdns.IsSubDomain(v.zone, name) {
			continue
		}
		own, asked := p.ownAddresses(v, name)
		for _, a := range glue {
			if asked && !slices.Contains(own, a) {
				return textf("%s: glue %s, in the zone %s", "%s: 글루 %s, 영역 %s", name, a, addrList(own))
			}
		}
	}
	return sim.Text{}
}

// ownAddresses asks the zone's servers for the addresses of a name. It reports
// whether one answered.
func (p *probe) ownAddresses(v *zoneView, name string) (own []netip.Addr, asked bool) {
	for _, z := range v.servers {
		if z.udp == nil || !z.udp.Authoritative {
			continue
		}
		for _, qtype := range []uint16{mdns.TypeA, mdns.TypeAAAA} {
			m, err := v.h.Ask(p.t, z.addr, name, qtype, false, false)
			if err != nil {
				continue
			}
			asked = true
			for _, rr := range m.Answer {
				if a, ok := addrOf(rr); ok {
					own = append(own, a)
				}
			}
		}
		if asked {
			return own, true
		}
	}
	return nil, false
}

func addrList(list []netip.Addr) string {
	var s []string
	for _, a := range list {
		s = append(s, a.String())
	}
	if len(s) == 0 {
		return "-"
	}
	return strings.Join(s, " ")
}

// recurses reports whether a server offers recursion to the vantage.
func (p *probe) recurses(v *zoneView, addr netip.Addr) bool {
	m, err := v.h.Ask(p.t, addr, ".", mdns.TypeNS, true, false)
	return err == nil && m.RecursionAvailable
}

// mxAliases names mail exchangers that are aliases (RFC 5321 5.1, RFC 2181
// 10.3). The zone's own servers are asked, for what a resolver remembers is
// older; about names elsewhere the resolver.
func (p *probe) mxAliases(v *zoneView) sim.Text {
	i := slices.IndexFunc(v.servers, func(z zoneServer) bool { return z.udp != nil && z.udp.Authoritative })
	if i < 0 {
		return sim.Text{}
	}
	server := v.servers[i].addr
	m, err := v.h.Ask(p.t, server, v.zone, mdns.TypeMX, false, false)
	if err != nil {
		return sim.Text{}
	}
	var bad []string
	for _, rr := range m.Answer {
		mx, ok := rr.(*mdns.MX)
		if !ok || mx.Mx == "." {
			continue
		}
		r, err := v.h.Ask(p.t, server, mx.Mx, mdns.TypeA, false, false)
		if !mdns.IsSubDomain(v.zone, strings.ToLower(mx.Mx)) {
			r, err = v.h.Query(p.t, mx.Mx, mdns.TypeA)
		}
		if err == nil && slices.ContainsFunc(r.Answer, isAlias) {
			bad = append(bad, plainName(mx.Mx))
		}
	}
	return plain(strings.Join(bad, ", "))
}
