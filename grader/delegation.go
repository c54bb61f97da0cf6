package grader

import (
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
)

// maxServers bounds the name servers of a zone that are asked.
const maxServers = 13

// zoneServer is one address of one name server, and what it said about the
// zone.
type zoneServer struct {
	name string
	addr netip.Addr
	udp  *mdns.Msg // answer to SOA over UDP, nil for none
	tcp  bool      // answered over TCP
	ns   []string  // the zone's NS set as it says
}

// zoneView is a zone as parent and child show it.
type zoneView struct {
	zone    string
	h       *host.Host
	parent  []string                // NS set in the parent's referral, sorted
	glue    map[string][]netip.Addr // of the referral
	alias   []string                // name servers whose name is a CNAME
	servers zoneServers
}

// delegation looks at parent and child of a zone and judges the test cases that
// Zonemaster gives these names.
func (p *probe) delegation(s *scenarios.DelegationSpec) {
	p.it.Vantage = p.place(s.From)
	before := uint64(p.w.Log().Len())
	p.it.Expected = textf("parent and child of %s agree", "상위 영역과 %s 영역이 일치", s.Zone)
	v := &zoneView{zone: mdns.Fqdn(strings.ToLower(s.Zone)), h: p.w.Host(s.From), glue: map[string][]netip.Addr{}}
	if found := p.referral(v); found.EN != "" {
		p.it.Actual = found
		p.it.say(Fail, "The parent does not delegate %s: %s.", "상위 영역이 %s 영역을 위임하지 않습니다(%s).", s.Zone, found)
		p.it.citeTrouble(p.w.Log(), before)
		return
	}
	p.visit(v)
	bad := 0
	for _, id := range wantedItems(s) {
		found := p.delegationItem(v, id, s)
		status := Pass
		if found.EN != "" {
			status = Fail
			bad++
		}
		p.it.add(textf("%s: %s", "%s: %s", id, itemNames[id]), status, found)
	}
	if bad == 0 {
		p.it.say(Pass, "The delegation of %s is in order.", "%s 영역의 위임에 문제가 없습니다.", s.Zone)
		return
	}
	p.it.Actual = p.it.failing()
	p.it.say(Fail, "The delegation of %s has faults.", "%s 영역의 위임에 잘못이 있습니다.", s.Zone)
	p.it.citeTrouble(p.w.Log(), before)
}

func wantedItems(s *scenarios.DelegationSpec) (list []string) {
	for _, id := range scenarios.DelegationItems() {
		named := slices.Contains(s.Items, id) || len(s.Items) == 0 && id != "NAMESERVER03"
		if named && !slices.Contains(s.Except, id) {
			list = append(list, id)
		}
	}
	return list
}

// itemNames say what the test cases are about.
var itemNames = map[string]sim.Text{
	"CONNECTIVITY01": {EN: "answers over UDP", KO: "UDP 응답"},
	"CONNECTIVITY02": {EN: "answers over TCP", KO: "TCP 응답"},
	"DELEGATION01":   {EN: "enough name servers", KO: "네임 서버 수"},
	"DELEGATION02":   {EN: "name servers with addresses of their own", KO: "네임 서버마다 다른 주소"},
	"DELEGATION04":   {EN: "authoritative answers", KO: "권한 있는 응답"},
	"DELEGATION05":   {EN: "no name server is an alias", KO: "별칭이 아닌 네임 서버 이름"},
	"DELEGATION06":   {EN: "a SOA record", KO: "SOA 레코드"},
	"CONSISTENCY01":  {EN: "one serial number", KO: "같은 일련번호"},
	"CONSISTENCY04":  {EN: "one NS set in parent and child", KO: "상위와 하위의 같은 NS 목록"},
	"CONSISTENCY05":  {EN: "glue as in the zone", KO: "영역과 같은 글루 주소"},
	"NAMESERVER01":   {EN: "no recursion", KO: "재귀 조회 거절"},
	"NAMESERVER03":   {EN: "no transfer to strangers", KO: "외부인에 대한 영역 전송 거절"},
	"ZONE08":         {EN: "the MX is no alias", KO: "별칭이 아닌 MX"},
}

// referral asks the parent zone's servers, found through the vantage's resolver,
// for the zone's NS set and glue. It returns what is wrong, empty if nothing.
func (p *probe) referral(v *zoneView) sim.Text {
	for parent := v.zone; parent != "."; {
		_, rest, _ := strings.Cut(parent, ".")
		if parent = rest; parent == "" {
			parent = "."
		}
		m, err := v.h.Query(p.t, parent, mdns.TypeNS)
		if err != nil {
			continue
		}
		names := nsNames(m.Answer, parent)
		for _, name := range names {
			addrs, _, _ := v.h.LookupAddrs(p.t, name, host.AnyFamily)
			for _, a := range addrs {
				if r, err := v.h.Ask(p.t, a, v.zone, mdns.TypeNS, false, false); err == nil {
					return v.take(r)
				}
			}
		}
		if len(names) > 0 {
			return sim.Text{EN: "no server of the parent answers", KO: "상위 영역의 서버가 응답하지 않음"}
		}
	}
	return sim.Text{EN: "no parent zone is found", KO: "상위 영역을 찾을 수 없음"}
}

// take reads a referral, or the answer of a server that has both zones.
func (v *zoneView) take(r *mdns.Msg) sim.Text {
	v.parent = nsNames(slices.Concat(r.Answer, r.Ns), v.zone)
	for _, rr := range r.Extra {
		name := strings.ToLower(rr.Header().Name)
		if a, ok := addrOf(rr); ok {
			v.glue[name] = append(v.glue[name], a)
		}
	}
	if len(v.parent) == 0 {
		return plain(mdns.RcodeToString[r.Rcode])
	}
	return sim.Text{}
}

func nsNames(list []mdns.RR, owner string) (names []string) {
	for _, rr := range list {
		if ns, ok := rr.(*mdns.NS); ok && strings.EqualFold(rr.Header().Name, owner) {
			names = append(names, strings.ToLower(ns.Ns))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func addrOf(rr mdns.RR) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *mdns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return a, ok
	case *mdns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA.To16())
		return a, ok
	}
	return netip.Addr{}, false
}

// visit asks every name server of the referral about the zone. A server whose
// address nobody knows is kept without one.
func (p *probe) visit(v *zoneView) {
	for _, name := range v.parent[:min(len(v.parent), maxServers)] {
		addrs := v.glue[name]
		if len(addrs) == 0 {
			addrs, _, _ = v.h.LookupAddrs(p.t, name, host.AnyFamily)
		}
		if m, err := v.h.Query(p.t, name, mdns.TypeCNAME); err == nil && slices.ContainsFunc(m.Answer, isAlias) {
			v.alias = append(v.alias, name)
		}
		known := false
		for _, a := range addrs {
			if !speaks(v.h, a) {
				continue
			}
			known = true
			srv := zoneServer{name: name, addr: a}
			srv.udp, _ = v.h.Ask(p.t, a, v.zone, mdns.TypeSOA, false, false)
			m, err := v.h.Ask(p.t, a, v.zone, mdns.TypeNS, false, true)
			if srv.tcp = err == nil; srv.tcp {
				srv.ns = nsNames(m.Answer, v.zone)
			} else if m, err := v.h.Ask(p.t, a, v.zone, mdns.TypeNS, false, false); err == nil {
				srv.ns = nsNames(m.Answer, v.zone)
			}
			v.servers = append(v.servers, srv)
		}
		if !known {
			v.servers = append(v.servers, zoneServer{name: name})
		}
	}
}

func isAlias(rr mdns.RR) bool { return rr.Header().Rrtype == mdns.TypeCNAME }
