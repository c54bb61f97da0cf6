package grader

import (
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
)

// collateral checks that what worked in the untouched world still works.
func (p *probe) collateral(s *scenarios.CollateralSpec) {
	var broken []*Item
	for _, spec := range p.baseline(s) {
		base, err := p.inPristine(spec)
		if err != nil {
			p.it.fault(err)
			return
		}
		if base.Status != Pass {
			continue
		}
		if now := p.sub(spec); now.Status != Pass {
			broken = append(broken, now)
		}
	}
	p.it.Expected = sim.Text{EN: "everything that worked still works", KO: "전에 되던 것이 모두 그대로 동작함"}
	if len(broken) == 0 {
		p.it.say(Pass, "Nothing else was broken.", "다른 것은 고장 나지 않았습니다.")
		return
	}
	var why []sim.Text
	for _, b := range broken {
		why = append(why, b.Rationale)
		p.it.add(b.Vantage, Fail, b.Rationale)
		p.it.Actual = b.Actual
		p.it.Evidence = append(p.it.Evidence, b.Evidence...)
	}
	if len(p.it.Evidence) > maxEvidence {
		p.it.Evidence = p.it.Evidence[:maxEvidence]
	}
	p.it.say(Fail, "Something that worked is broken now. %s", "전에는 되던 것이 지금은 되지 않습니다. %s", sentences(why...))
}

// baseline is everything that is compared.
func (p *probe) baseline(s *scenarios.CollateralSpec) (specs []scenarios.Spec) {
	for i := range s.Answers {
		specs = append(specs, &s.Answers[i])
	}
	for i := range s.Services {
		specs = append(specs, &s.Services[i])
	}
	for i := range s.Flows {
		specs = append(specs, &scenarios.FlowSpec{Flows: s.Flows[i : i+1]})
	}
	for i := range s.Delivered {
		specs = append(specs, &s.Delivered[i])
	}
	for i := range s.Mailboxes {
		specs = append(specs, &s.Mailboxes[i])
	}
	if s.Auto {
		specs = append(specs, p.visible(s.Except)...)
	}
	return specs
}

// visible is what can be seen of the network without being told: each mail
// domain's MX and web name from each person's machine, mail between all
// mailboxes, and reading each. A record may change as long as there is one.
func (p *probe) visible(except []string) (specs []scenarios.Spec) {
	boxes := slices.DeleteFunc(slices.Clone(p.w.Mailboxes()), func(b sim.Mailbox) bool { return slices.Contains(except, b.Address) })
	var domains, hosts []string
	for _, b := range boxes {
		_, domain, _ := strings.Cut(b.Address, "@")
		if !slices.Contains(domains, domain) && !slices.Contains(except, domain) {
			domains = append(domains, domain)
		}
		if !slices.Contains(hosts, b.Host) {
			hosts = append(hosts, b.Host)
		}
	}
	for _, d := range domains {
		for _, h := range hosts {
			specs = append(specs, &scenarios.DNSAnswerSpec{From: h, Name: d, Type: "MX", Match: "any"},
				&scenarios.DNSAnswerSpec{From: h, Name: "www." + d, Type: "A", Match: "any"})
		}
	}
	for _, from := range boxes {
		for _, to := range boxes {
			if from.Address != to.Address {
				specs = append(specs, &scenarios.DeliveredSpec{Sender: from.Address, Recipient: to.Address})
			}
		}
		specs = append(specs, &scenarios.MailboxSpec{Box: from.Address})
	}
	return specs
}
