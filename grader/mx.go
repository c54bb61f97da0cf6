package grader

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim/host"
)

// mx asks where mail for a domain goes. As for a sender, names and preferences
// do not matter, but where the best of them lead (RFC 5321 5.1).
func (p *probe) mx(s *scenarios.MXSpec) {
	p.it.Vantage = p.place(s.From)
	p.it.Expected = textf("MX -> %s", "MX -> %s", p.place(s.Host))
	h := p.w.Host(s.From)
	server, err := p.asked(h, s.Server, "")
	if err != nil {
		p.it.unreached(err)
		return
	}
	m, err := h.Ask(p.t, server, s.Domain, mdns.TypeMX, s.Server == "", false)
	if err != nil {
		p.it.Actual = plain(err.Error())
		p.it.say(Fail, "%s MX: no answer (%v).", "%s MX: 응답이 없습니다(%v).", s.Domain, err)
		if p.w.Host(s.Server) != nil {
			p.citeFailure(s.Server)
		}
		return
	}
	p.it.Actual = plain(mdns.RcodeToString[m.Rcode])
	best := bestMX(m)
	switch {
	case s.Server != "" && !m.Authoritative:
		p.it.say(Fail, "%s does not answer for %s with authority.", "%s 서버가 %s에 대해 권한 있는 응답을 하지 않습니다.", p.place(s.Server), s.Domain)
		return
	case len(best) == 0:
		p.it.say(Fail, "%s has no MX record.", "%s 이름에 MX 레코드가 없습니다.", s.Domain)
		return
	}
	for _, name := range best {
		if !p.leadsTo(h, server, s, name) {
			return
		}
	}
	p.it.say(Pass, "Mail for %s is directed to %s.", "%s 앞으로 온 메일은 %s 쪽으로 안내됩니다.", s.Domain, p.place(s.Host))
}

// bestMX returns the names of the MX records with the lowest preference.
func bestMX(m *mdns.Msg) (names []string) {
	least := uint16(0)
	for _, rr := range m.Answer {
		mx, ok := rr.(*mdns.MX)
		if !ok || len(names) > 0 && mx.Preference > least {
			continue
		}
		if mx.Preference < least {
			names = nil
		}
		least = mx.Preference
		names = append(names, mx.Mx)
	}
	return names
}

// leadsTo reports whether a name of an MX record is that of the host, and says
// what else it is. What the server does not have itself is looked up.
func (p *probe) leadsTo(h *host.Host, server netip.Addr, s *scenarios.MXSpec, name string) bool {
	p.it.Actual = plain("MX " + name)
	m, err := h.Ask(p.t, server, name, mdns.TypeA, s.Server == "", false)
	if err == nil && s.Server != "" && !m.Authoritative {
		m, err = h.Query(p.t, name, mdns.TypeA)
	}
	if err != nil {
		p.it.Actual = plain(fmt.Sprintf("MX %s -> %v", name, err))
		p.it.say(Fail, "The MX record names %s, whose address cannot be found (%v).", "MX 레코드가 가리키는 %s 이름의 주소를 찾을 수 없습니다(%v).", name, err)
		return false
	}
	var found []string
	right := false
	for _, rr := range m.Answer {
		switch rr := rr.(type) {
		case *mdns.CNAME:
			p.it.say(Fail, "The MX record names %s, which is an alias; mail servers may refuse that (RFC 2181 10.3).",
				"MX 레코드가 별명인 %s 이름을 가리킵니다. 메일 서버가 거부할 수 있습니다(RFC 2181 10.3).", name)
			return false
		case *mdns.A:
			a, _ := netip.AddrFromSlice(rr.A.To4())
			found = append(found, a.String())
			right = right || slices.Contains(addresses(p.w.Host(s.Host)), a)
		}
	}
	if len(found) > 0 {
		p.it.Actual = plain(fmt.Sprintf("MX %s -> %s", name, strings.Join(found, ", ")))
	}
	switch {
	case len(found) == 0:
		p.it.say(Fail, "The MX record names %s, which has no address.", "MX 레코드가 가리키는 %s 이름에 주소가 없습니다.", name)
	case !right:
		p.it.say(Fail, "The MX record leads to another machine than %s.", "MX 레코드를 따라가면 %s 대신 다른 컴퓨터가 나옵니다.", p.place(s.Host))
	}
	return right
}
