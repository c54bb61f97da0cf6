package grader

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
)

// relayWait is how long a relayed message may take to reach its victim.
const relayWait = 15 * time.Minute

// noRelay tries the classic tricks from each vantage and judges by what arrives
// at the victim; then the controls: mail that must get through still does.
func (p *probe) noRelay(s *scenarios.NoRelaySpec) {
	p.it.Vantage = p.places(s.From)
	before, token := uint64(p.w.Log().Len()), p.token()
	p.it.Expected = textf("no message at %s", "%s 편지함에 메일 없음", s.Victim)
	tries := p.tries(s, token)
	if got := p.await(s.Victim, token, p.w.Now()+relayWait); len(got) > 0 {
		p.it.Actual = textf("%s arrived", "%s 도착", messages(len(got)))
		p.it.Parts = p.grouped(tries)
		p.it.say(Fail, "The server passes on mail of strangers.", "서버가 외부인의 메일을 중계합니다.")
		p.citeRelayed(before, append([]string{s.Server}, s.Also...))
		return
	}
	p.it.Actual = sim.Text{EN: "no message arrived", KO: "도착한 메일 없음"}
	for _, control := range slices.Concat([]scenarios.DeliveredSpec{s.Delivered, s.Inbound}, s.Controls) {
		it := p.sub(&control)
		p.it.add(textf("%s to %s", "%s -> %s", control.Sender, control.Recipient), it.Status, it.Actual)
		if it.Status != Pass {
			p.it.Expected, p.it.Actual, p.it.Evidence = it.Expected, it.Actual, it.Evidence
			p.it.say(Fail, "Strangers are kept out, but legitimate mail is too.", "외부인은 막았으나 정상적인 메일까지 막혔습니다.")
			p.it.Rationale = sentences(p.it.Rationale, it.Rationale)
			return
		}
	}
	p.it.say(Pass, "Strangers cannot relay; customers' and incoming mail still works.", "외부인은 중계할 수 없고 내부 발송과 수신은 정상입니다.")
}

// relayVantage is where tricks were tried from, and which were accepted there.
type relayVantage struct {
	name     sim.Text
	accepted []sim.Text
}

// tries makes all tries from all vantages to all servers, ports and address
// families that both ends have.
func (p *probe) tries(s *scenarios.NoRelaySpec, token string) (list []relayVantage) {
	for _, from := range s.From {
		v := relayVantage{name: p.place(from)}
		for _, name := range append([]string{s.Server}, s.Also...) {
			ports := p.mailPorts(s, name)
			for _, addr := range addresses(p.w.Host(name)) {
				if !speaks(p.w.Host(from), addr) {
					continue
				}
				for _, port := range ports {
					for _, trick := range p.tricks(from, netip.AddrPortFrom(addr, uint16(port)), s, token) {
						if !slices.Contains(v.accepted, trick) {
							v.accepted = append(v.accepted, trick)
						}
					}
				}
			}
		}
		list = append(list, v)
	}
	return list
}

// mailPorts returns the ports of a spec or, if it names none, 25 and whatever
// else the mail server of a host listens on.
func (p *probe) mailPorts(s *scenarios.NoRelaySpec, name string) []int {
	if len(s.Ports) > 0 {
		return s.Ports
	}
	ports := []int{25}
	out, _, _, err := p.w.Run(p.t, name, []string{"ss", "-Hlntp"})
	if err != nil {
		return ports
	}
	for l := range strings.Lines(string(out)) {
		f := strings.Fields(l)
		if len(f) < 6 || !strings.Contains(l, `(("master",`) && !strings.Contains(l, `(("sendmail`) {
			continue
		}
		at, err := netip.ParseAddrPort(f[3])
		if err == nil && !at.Addr().IsLoopback() && !slices.Contains(ports, int(at.Port())) {
			ports = append(ports, int(at.Port()))
		}
	}
	return ports
}

// tricks makes all tries at one server and returns those it accepted.
func (p *probe) tricks(from string, server netip.AddrPort, s *scenarios.NoRelaySpec, token string) (accepted []sim.Text) {
	for _, try := range sim.RelayTries(s.Domain, server.Addr(), s.Victim) {
		res := sim.TryRelay(p.t, p.w.Host(from), server, try, token)
		if res.Accepted {
			accepted = append(accepted, try.Name)
		}
		if res.Err != nil && res.Stage == "" {
			return accepted // nobody there: the other tries would wait in vain
		}
	}
	return accepted
}

// grouped words what was accepted, vantages with the same result together.
func (p *probe) grouped(list []relayVantage) (parts []Part) {
	for i, v := range list {
		if slices.ContainsFunc(list[:i], func(w relayVantage) bool { return slices.Equal(w.accepted, v.accepted) }) {
			continue
		}
		var names []sim.Text
		for _, w := range list[i:] {
			if slices.Equal(w.accepted, v.accepted) {
				names = append(names, w.name)
			}
		}
		part := Part{Name: joined(names), Status: Fail, Text: textf("accepted: %s", "받아들인 방법: %s", joined(v.accepted))}
		if len(v.accepted) == 0 {
			part.Status, part.Text = Pass, sim.Text{EN: "nothing accepted", KO: "받아들인 것 없음"}
		}
		parts = append(parts, part)
	}
	return parts
}

// citeRelayed cites the replies of the servers that accepted a recipient.
func (p *probe) citeRelayed(from uint64, servers []string) {
	var seqs []uint64
	log := p.w.Log()
	for seq := from + 1; seq <= uint64(log.Len()) && len(seqs) < maxEvidence/2; seq++ {
		if e := log.Get(seq); slices.Contains(servers, e.Node) && strings.HasPrefix(e.Label(), "250 2.1.5") {
			seqs = append(seqs, seq)
		}
	}
	p.it.cite(log, seqs...)
}
