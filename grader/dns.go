package grader

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// dnsAnswer asks one question and compares the answer.
func (p *probe) dnsAnswer(s *scenarios.DNSAnswerSpec) {
	p.it.Vantage = s.From
	h := p.w.Host(s.From)
	qtype, ok := mdns.StringToType[strings.ToUpper(s.Type)]
	if !ok {
		p.it.say(Error, "Unknown record type %q.", "알 수 없는 레코드 종류: %q", s.Type)
		return
	}
	server, err := p.server(h, s.Server)
	if err != nil {
		p.it.say(Error, "%v", "%v", err)
		return
	}
	for _, tcp := range []bool{false, true} {
		if tcp && !s.TCP {
			break
		}
		m, err := h.Ask(p.t, server, s.Name, qtype, s.Server == "", tcp)
		p.it.Expected = wantText(s)
		if err != nil {
			p.it.Actual = err.Error()
			p.it.say(Fail, "%s %s: no answer: %v.", "%s %s: 응답이 없습니다(%v).", s.Name, s.Type, err)
			if p.w.Host(s.Server) != nil {
				p.citeFailure(s.Server)
			}
			return
		}
		if !p.compareAnswer(s, qtype, m) {
			return
		}
	}
	p.it.say(Pass, "%s %s is answered correctly.", "%s %s에 대한 응답이 올바릅니다.", s.Name, s.Type)
}

// server returns the address to ask: a host of the network, an address, or the
// first server of the vantage's resolv.conf.
func (p *probe) server(h *host.Host, name string) (netip.Addr, error) {
	if name == "" {
		return h.ReadResolvConf().Servers[0], nil
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a, nil
	}
	if t := p.w.Host(name); t != nil {
		for _, i := range t.Node.Ifaces() {
			for _, pre := range i.Addrs() {
				if !pre.Addr().IsLoopback() {
					return pre.Addr(), nil
				}
			}
		}
	}
	return netip.Addr{}, fmt.Errorf("no server %q", name)
}

func wantText(s *scenarios.DNSAnswerSpec) string {
	rcode := s.RCode
	if rcode == "" {
		rcode = "NOERROR"
	}
	return strings.TrimSpace(rcode + " " + strings.Join(s.Want, ", "))
}

func (p *probe) compareAnswer(s *scenarios.DNSAnswerSpec, qtype uint16, m *mdns.Msg) bool {
	var got []string
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == qtype {
			got = append(got, rdata(rr))
		}
	}
	slices.Sort(got)
	rcode := mdns.RcodeToString[m.Rcode]
	p.it.Actual = strings.TrimSpace(rcode + " " + strings.Join(got, ", "))
	wantCode := s.RCode
	if wantCode == "" {
		wantCode = "NOERROR"
	}
	var want []string
	for _, w := range s.Want {
		want = append(want, canonicalData(w))
	}
	slices.Sort(want)
	switch {
	case rcode != wantCode:
		p.it.say(Fail, "%s %s gives %s.", "%s %s 조회 결과가 %s입니다.", s.Name, s.Type, rcode)
	case s.AA != nil && m.Authoritative != *s.AA:
		p.it.say(Fail, "%s %s: the answer's AA flag is %t.", "%s %s: 응답의 AA 플래그가 %t입니다.", s.Name, s.Type, m.Authoritative)
	case !matches(s.Match, want, got):
		p.it.say(Fail, "%s %s gives other records.", "%s %s 조회 결과의 레코드가 다릅니다.", s.Name, s.Type)
	default:
		return true
	}
	return false
}

func matches(mode string, want, got []string) bool {
	has := func(w string) bool { return slices.Contains(got, w) }
	switch mode {
	case "superset":
		return !slices.ContainsFunc(want, func(w string) bool { return !has(w) })
	case "any":
		return len(want) == 0 && len(got) > 0 || slices.ContainsFunc(want, has)
	}
	return slices.Equal(want, got)
}

// rdata is a record's data in presentation form, names in lower case.
func rdata(rr mdns.RR) string {
	return canonicalData(strings.TrimPrefix(rr.String(), rr.Header().String()))
}

func canonicalData(s string) string {
	if strings.Contains(s, `"`) {
		return s
	}
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// fcrdns follows PTR and back (RFC 1912 2.1).
func (p *probe) fcrdns(s *scenarios.FCrDNSSpec) {
	p.it.Vantage = s.From
	h := p.w.Host(s.From)
	addr, err := netip.ParseAddr(s.Address)
	if err != nil {
		p.it.say(Error, "%v", "%v", err)
		return
	}
	p.t.Sleep(duration(s.After, 0))
	p.it.Expected = fmt.Sprintf("%s -> %s -> %s", addr, orAny(s.Name), addr)
	m, err := h.Query(p.t, dns.ReverseName(addr), mdns.TypePTR)
	if err != nil {
		p.it.Actual = fmt.Sprintf("%s -> %v", addr, err)
		p.it.say(Fail, "Seen from %s, %s has no reverse name: %v.", "%s에서 보면 %s의 역방향 이름이 없습니다(%v).", s.From, addr, err)
		return
	}
	var names []string
	for _, rr := range m.Answer {
		if ptr, ok := rr.(*mdns.PTR); ok {
			names = append(names, strings.TrimSuffix(strings.ToLower(ptr.Ptr), "."))
		}
	}
	p.it.Actual = fmt.Sprintf("%s -> %s", addr, strings.Join(names, ", "))
	want := strings.TrimSuffix(strings.ToLower(s.Name), ".")
	if want != "" && !slices.Contains(names, want) {
		p.it.say(Fail, "The reverse name of %s is %s.", "%s의 역방향 이름이 %s입니다.", addr, strings.Join(names, ", "))
		return
	}
	for _, n := range names {
		if want != "" && n != want {
			continue
		}
		addrs, _, err := h.LookupAddrs(p.t, n+".", family(addr))
		if err == nil && slices.Contains(addrs, addr) {
			p.it.Actual += fmt.Sprintf(" -> %s", addr)
			p.it.say(Pass, "Reverse and forward names of %s agree.", "%s의 역방향 이름과 정방향 이름이 일치합니다.", addr)
			return
		}
	}
	p.it.say(Fail, "The reverse name of %s does not lead back to it.", "%s의 역방향 이름이 그 주소로 돌아오지 않습니다.", addr)
}

func orAny(name string) string {
	if name == "" {
		return "name"
	}
	return name
}

func family(a netip.Addr) host.Family {
	if a.Is6() {
		return host.IPv6
	}
	return host.IPv4
}

// listed asks a block list about an address after caches have expired.
func (p *probe) listed(s *scenarios.ListedSpec) {
	p.it.Vantage = s.From
	addr, err := netip.ParseAddr(s.Address)
	if err != nil {
		p.it.say(Error, "%v", "%v", err)
		return
	}
	p.t.Sleep(time.Hour)
	_, err = p.w.Host(s.From).Query(p.t, mail.DNSBLName(addr, s.Zone), mdns.TypeA)
	listed := err == nil
	p.it.Expected, p.it.Actual = listedText(s.Listed), listedText(listed)
	switch {
	case err != nil && !errors.Is(err, host.ErrHostNotFound) && !errors.Is(err, host.ErrNoData):
		p.it.Actual = err.Error()
		p.it.say(Fail, "The list %s does not answer: %v.", "차단 목록 %s에서 응답이 없습니다(%v).", s.Zone, err)
	case listed == s.Listed:
		p.sayListed(Pass, addr, listed, s.Zone)
	default:
		p.sayListed(Fail, addr, listed, s.Zone)
	}
}

func (p *probe) sayListed(st Status, addr netip.Addr, listed bool, zone string) {
	if listed {
		p.it.say(st, "%s is listed on %s.", "%s 주소는 %s에 등재되어 있습니다.", addr, zone)
		return
	}
	p.it.say(st, "%s is not listed on %s.", "%s 주소는 %s에 등재되어 있지 않습니다.", addr, zone)
}

func listedText(b bool) string {
	if b {
		return "listed"
	}
	return "not listed"
}
