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
	"mxlab/sim"
	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// fcrdns follows PTR and back (RFC 1912 2.1), and compares the name a mail
// server greets with.
func (p *probe) fcrdns(s *scenarios.FCrDNSSpec) {
	p.it.Vantage = p.place(s.From)
	h := p.w.Host(s.From)
	addr, err := netip.ParseAddr(s.Address)
	if err != nil {
		p.it.fault(err)
		return
	}
	p.t.Sleep(duration(s.After, 0))
	want := plainName(s.Name)
	p.it.Expected = textf("%s -> a name -> %[1]s", "%s -> 이름 -> %[1]s", addr)
	if want != "" {
		p.it.Expected = plain(fmt.Sprintf("%s -> %s -> %s", addr, want, addr))
	}
	names, err := pointers(p, h, addr)
	if err != nil {
		p.it.Actual = plain(fmt.Sprintf("%s -> %v", addr, err))
		p.it.say(Fail, "Seen from %s, %s has no reverse name: %v.", "%s에서 보면 %s 주소의 역방향 이름이 없습니다(%v).", p.place(s.From), addr, err)
		return
	}
	all := strings.Join(names, ", ")
	p.it.Actual = plain(fmt.Sprintf("%s -> %s", addr, all))
	if want != "" && !slices.Contains(names, want) {
		p.it.say(Fail, "The reverse name of %s is %s.", "%s 주소의 역방향 이름이 %s입니다.", addr, all)
		return
	}
	i := slices.IndexFunc(names, func(n string) bool {
		if want != "" && n != want {
			return false
		}
		addrs, _, err := h.LookupAddrs(p.t, n+".", family(addr))
		return err == nil && slices.Contains(addrs, addr)
	})
	if i < 0 {
		p.it.say(Fail, "The reverse name of %s does not lead back to it.", "%s 주소의 역방향 이름이 그 주소로 돌아오지 않습니다.", addr)
		return
	}
	p.it.Actual = plain(fmt.Sprintf("%s -> %s -> %s", addr, names[i], addr))
	if s.Helo != nil && !p.greets(s.Helo, addr, names) {
		return
	}
	p.it.say(Pass, "Reverse and forward names of %s agree.", "%s 주소의 역방향 이름과 정방향 이름이 일치합니다.", addr)
}

// pointers returns the names of an address, in lower case without the final
// dot.
func pointers(p *probe, h *host.Host, addr netip.Addr) (names []string, err error) {
	m, err := h.Query(p.t, dns.ReverseName(addr), mdns.TypePTR)
	if err != nil {
		return nil, err
	}
	for _, rr := range m.Answer {
		if ptr, ok := rr.(*mdns.PTR); ok {
			names = append(names, plainName(ptr.Ptr))
		}
	}
	return names, nil
}

func plainName(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// greets sends a mail and reads at its receiver which name the address greeted
// with; it must be one of the address's names.
func (p *probe) greets(s *scenarios.DeliveredSpec, addr netip.Addr, names []string) bool {
	msgs, it := p.send(s)
	if it.Status != Pass {
		p.it.Status, p.it.Rationale, p.it.Expected, p.it.Actual, p.it.Evidence = it.Status, it.Rationale, it.Expected, it.Actual, it.Evidence
		return false
	}
	for _, v := range mail.ParseMessage(msgs[0]).All("Received") {
		r := mail.ParseReceived(v)
		if !strings.Contains(r.FromComment, "["+addr.String()+"]") && !strings.Contains(r.FromComment, "[IPv6:"+addr.String()+"]") {
			continue
		}
		if slices.Contains(names, plainName(r.From)) {
			return true
		}
		p.it.Expected, p.it.Actual = plain("HELO "+strings.Join(names, ", ")), plain("HELO "+r.From)
		p.it.say(Fail, "%s greets as %s, which is not its reverse name.", "%s 서버가 역방향 이름이 아닌 %s{으로로} 인사합니다.", addr, r.From)
		return false
	}
	p.it.say(Fail, "The mail did not come from %s.", "메일이 %s 주소에서 오지 않았습니다.", addr)
	return false
}

// listed asks a block list about an address after caches have expired.
func (p *probe) listed(s *scenarios.ListedSpec) {
	p.it.Vantage = p.place(s.From)
	addr, err := netip.ParseAddr(s.Address)
	if err != nil {
		p.it.fault(err)
		return
	}
	p.t.Sleep(time.Hour)
	_, err = p.w.Host(s.From).Query(p.t, mail.DNSBLName(addr, s.Zone), mdns.TypeA)
	on := err == nil
	p.it.Expected, p.it.Actual = onList(s.Listed), onList(on)
	status := Fail
	if on == s.Listed {
		status = Pass
	}
	switch {
	case err != nil && !errors.Is(err, host.ErrHostNotFound) && !errors.Is(err, host.ErrNoData):
		p.it.Actual = plain(err.Error())
		p.it.say(Fail, "The list %s does not answer: %v.", "차단 목록 %s에서 응답이 없습니다(%v).", s.Zone, err)
	case on:
		p.it.say(status, "%s is listed on %s.", "%s 주소는 %s에 등재되어 있습니다.", addr, s.Zone)
	default:
		p.it.say(status, "%s is not listed on %s.", "%s 주소는 %s에 등재되어 있지 않습니다.", addr, s.Zone)
	}
}

func onList(on bool) sim.Text {
	if on {
		return sim.Text{EN: "listed", KO: "등재됨"}
	}
	return sim.Text{EN: "not listed", KO: "등재되지 않음"}
}
