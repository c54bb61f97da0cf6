package grader

import (
	"slices"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim"
)

// rotation asks the same question many times and notes which record comes first
// each time (RFC 1794: load balancing by the order of answers).
func (p *probe) rotation(s *scenarios.RotationSpec) {
	p.it.Vantage = p.place(s.From)
	want := wantedData(s.Want)
	p.it.Expected = p.wantedRotation(s.Cyclic, want)
	h := p.w.Host(s.From)
	server, err := p.asked(h, s.Server, "")
	if err != nil {
		p.it.unreached(err)
		return
	}
	var first []string
	for range rotationTimes(s) {
		m, err := h.AskOnce(p.t, server, s.Name, typeOf(s.Type), s.Server == "", false)
		if err != nil {
			p.it.Actual = plain(err.Error())
			p.it.say(Fail, "%s %s: no answer (%v).", "%s %s: 응답이 없습니다(%v).", s.Name, s.Type, err)
			return
		}
		inOrder := answered(m, typeOf(s.Type))
		if sorted := slices.Sorted(slices.Values(inOrder)); !slices.Equal(sorted, want) {
			p.it.Actual = joined(plains(inOrder))
			p.it.say(Fail, "%s %s gives other records.", "%s %s 조회 결과의 레코드가 다릅니다.", s.Name, s.Type)
			return
		}
		first = append(first, inOrder[0])
	}
	p.it.Actual = textf("first: %s", "맨 앞: %s", joined(plains(first)))
	p.judgeRotation(s, want, first)
}

// judgeRotation looks at which record came first each time.
func (p *probe) judgeRotation(s *scenarios.RotationSpec, want, first []string) {
	for _, w := range want {
		if !slices.Contains(first, w) {
			p.it.say(Fail, "Of %d answers none begins with %s.", "응답 %d개 중 %s{으로로} 시작하는 것이 없습니다.", len(first), w)
			return
		}
	}
	if s.Cyclic && !inTurn(first, len(want)) {
		p.it.say(Fail, "The records do not come first in turn.", "레코드가 차례로 돌아가며 맨 앞에 오지 않습니다.")
		return
	}
	p.it.say(Pass, "The order of the records changes as it should.", "레코드의 순서가 올바르게 바뀝니다.")
}

// inTurn reports whether any n elements in a row are different ones.
func inTurn(list []string, n int) bool {
	for from := 0; from+n <= len(list); from++ {
		if row := slices.Sorted(slices.Values(list[from : from+n])); len(slices.Compact(row)) < n {
			return false
		}
	}
	return true
}

func rotationTimes(s *scenarios.RotationSpec) int {
	if s.Times > 0 {
		return s.Times
	}
	return 12
}

func (p *probe) wantedRotation(cyclic bool, want []string) sim.Text {
	if cyclic {
		return textf("each in turn: %s", "차례로 돌아가며: %s", joined(plains(want)))
	}
	return textf("each sometimes first: %s", "저마다 가끔 맨 앞에: %s", joined(plains(want)))
}

// answered returns the data of an answer's records of a type, as they come.
func answered(m *mdns.Msg, qtype uint16) (data []string) {
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == qtype {
			data = append(data, rdata(rr))
		}
	}
	return data
}

func plains(words []string) (list []sim.Text) {
	for _, w := range words {
		list = append(list, plain(w))
	}
	return list
}
