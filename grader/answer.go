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

// dnsAnswer asks one question, over UDP and if asked for over TCP too, as often
// as the spec says, and compares each answer.
func (p *probe) dnsAnswer(s *scenarios.DNSAnswerSpec) {
	p.it.Vantage = p.place(s.From)
	p.t.Sleep(duration(s.After, 0))
	h := p.w.Host(s.From)
	for n := range 2 * max(1, s.Times) {
		tcp := n%2 == 1
		if tcp && !s.TCP {
			continue
		}
		m, err := p.putQuestion(h, s, tcp)
		p.it.Expected = wanted(s)
		if err != nil {
			p.it.Actual = plain(err.Error())
			p.it.say(Fail, "%s %s over %s: no answer (%v).", "%s %s (%s): 응답이 없습니다(%v).", s.Name, s.Type, transport(tcp), err)
			if p.w.Host(s.Server) != nil {
				p.citeFailure(s.Server)
			}
			return
		}
		if !p.compareAnswer(s, m) {
			return
		}
	}
	p.it.say(Pass, "%s %s is answered correctly.", "%s %s에 대한 응답이 올바릅니다.", s.Name, s.Type)
}

func transport(tcp bool) string {
	if tcp {
		return "TCP"
	}
	return "UDP"
}

// putQuestion sends the question of a spec to its server: the one named, or the
// first of the vantage's resolv.conf. One that is to be answered many times is
// not asked again, so that a server which answers now and then is found out.
func (p *probe) putQuestion(h *host.Host, s *scenarios.DNSAnswerSpec, tcp bool) (*mdns.Msg, error) {
	server, err := p.asked(h, s.Server, s.Family)
	if err != nil {
		return nil, err
	}
	ask := h.Ask
	if s.Times > 0 {
		ask = h.AskOnce
	}
	return ask(p.t, server, s.Name, typeOf(s.Type), s.Server == "" || s.Ask == "recurse", tcp)
}

// asked is the address of the server a spec names, "" for the first one of the
// vantage's resolv.conf.
func (p *probe) asked(h *host.Host, server, family string) (netip.Addr, error) {
	if server != "" {
		return p.address(server, family)
	}
	servers := h.ReadResolvConf().Servers
	if len(servers) == 0 {
		return netip.Addr{}, host.ErrTryAgain
	}
	return servers[0], nil
}

func typeOf(name string) uint16 { return mdns.StringToType[strings.ToUpper(name)] }

func (p *probe) compareAnswer(s *scenarios.DNSAnswerSpec, m *mdns.Msg) bool {
	got, ttl := records(m, typeOf(s.Type))
	rcode := mdns.RcodeToString[m.Rcode]
	p.it.Actual = plain(strings.TrimSpace(rcode + " " + strings.Join(got, ", ")))
	wantCode := s.RCode
	if wantCode == "" {
		wantCode = "NOERROR"
	}
	switch {
	case rcode != wantCode:
		p.it.say(Fail, "%s %s gives %s.", "%s %s 조회 결과가 %s입니다.", s.Name, s.Type, rcode)
	case s.AA != nil && m.Authoritative != *s.AA:
		p.sayFlag(s, "AA", m.Authoritative)
	case s.AD != nil && m.AuthenticatedData != *s.AD:
		p.sayFlag(s, "AD", m.AuthenticatedData)
	case !matches(s.Match, wantedData(s.Want), got):
		p.it.say(Fail, "%s %s gives other records.", "%s %s 조회 결과의 레코드가 다릅니다.", s.Name, s.Type)
	case len(got) > 0 && (ttl < s.TTLMin || s.TTLMax > 0 && ttl > s.TTLMax):
		p.it.Actual = textf("TTL %d s", "TTL %d초", ttl)
		p.it.say(Fail, "The TTL of %s %s is %d seconds.", "%s %s 레코드의 TTL이 %d초입니다.", s.Name, s.Type, ttl)
	default:
		return true
	}
	return false
}

func (p *probe) sayFlag(s *scenarios.DNSAnswerSpec, flag string, on bool) {
	if on {
		p.it.say(Fail, "%s %s: the answer has the %s flag.", "%s %s: 응답에 %s 플래그가 있습니다.", s.Name, s.Type, flag)
		return
	}
	p.it.say(Fail, "%s %s: the answer lacks the %s flag.", "%s %s: 응답에 %s 플래그가 없습니다.", s.Name, s.Type, flag)
}

// wanted words what a question should give.
func wanted(s *scenarios.DNSAnswerSpec) sim.Text {
	rcode := s.RCode
	if rcode == "" {
		rcode = "NOERROR"
	}
	text := plain(strings.TrimSpace(rcode + " " + strings.Join(s.Want, ", ")))
	switch {
	case s.Match == "superset" && len(s.Want) > 0:
		return textf("%s, maybe with others", "%s (다른 것이 더 있어도 됨)", text)
	case s.Match == "any" && len(s.Want) > 1:
		return textf("one of %s", "다음 중 하나: %s", text)
	case s.Match == "any" && len(s.Want) == 0:
		return textf("%s with any record", "%s, 레코드가 하나 이상", text)
	}
	if s.TTLMin > 0 || s.TTLMax > 0 {
		return textf("%s, TTL %d to %d s", "%s, TTL %d~%d초", text, s.TTLMin, s.TTLMax)
	}
	return text
}

// records returns the data of an answer's records of a type, sorted, and the
// least TTL of them.
func records(m *mdns.Msg, qtype uint16) (data []string, ttl int) {
	for _, rr := range m.Answer {
		if rr.Header().Rrtype != qtype {
			continue
		}
		if n := int(rr.Header().Ttl); len(data) == 0 || n < ttl {
			ttl = n
		}
		data = append(data, rdata(rr))
	}
	slices.Sort(data)
	return data, ttl
}

func wantedData(list []string) (want []string) {
	for _, w := range list {
		want = append(want, canonicalData(w))
	}
	slices.Sort(want)
	return want
}

// matches compares record data: all the same, at least those wanted, or one of
// those wanted (any at all, if none is named).
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

// converged lets the time pass and then asks every resolver once. Asking
// earlier would change what the resolvers remember.
func (p *probe) converged(s *scenarios.ConvergedSpec) {
	within := duration(s.Within, 0)
	p.t.Sleep(within)
	p.it.Vantage = p.places(s.Resolvers)
	late := 0
	for _, from := range s.Resolvers {
		ask := scenarios.DNSAnswerSpec{From: from, Name: s.Name, Type: s.Type, Want: s.Want, Match: s.Match, RCode: s.RCode}
		it := p.sub(&ask)
		p.it.Expected = it.Expected
		p.it.add(p.place(from), it.Status, it.Actual)
		if it.Status != Pass {
			late++
			p.it.Actual, p.it.Evidence = it.Actual, append(p.it.Evidence, it.Evidence...)
		}
	}
	if late == 0 {
		p.it.say(Pass, "After %s all %d resolvers give the right answer.", "%s 뒤에는 모든 캐시 네임 서버(%d대)가 올바르게 답합니다.", span(within), len(s.Resolvers))
		return
	}
	p.it.say(Fail, "After %s %d of %d resolvers still give another answer.", "%s 뒤에도 캐시 네임 서버 %[3]d대 중 %[2]d대의 답이 다릅니다.", span(within), late, len(s.Resolvers))
}
