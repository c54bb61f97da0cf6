package grader

import (
	"errors"
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mail/spf"
)

// auth sends a probe and decides, where it arrived, whether the address it came
// from may send for its domain (SPF, RFC 7208). Then the same for the addresses
// of strangers: a record that lets everybody in does not pass.
func (p *probe) auth(s *scenarios.AuthSpec) {
	msgs, it := p.send(&scenarios.DeliveredSpec{Sender: s.Sender, Recipient: s.Recipient, After: s.After, Within: s.Within})
	p.it.Vantage = it.Vantage
	p.it.Expected = plain("spf=" + s.SPF)
	if it.Status != Pass {
		p.it.Status, p.it.Rationale, p.it.Actual, p.it.Evidence = it.Status, it.Rationale, it.Actual, it.Evidence
		return
	}
	_, at := p.store(s.Recipient)
	before := uint64(p.w.Log().Len())
	q := spf.Query{Receiver: at.Hostname(), MailFrom: s.Sender, Now: p.w.Date()}
	client, helo := clientOf(msgs[0])
	if !client.IsValid() {
		p.it.say(Fail, "The message does not say where it came from.", "메일이 어디에서 왔는지 알 수 없습니다.")
		return
	}
	q.IP, q.Helo = client, helo
	out := spf.Check(q, p.lookup(at))
	p.it.Actual = plain("spf=" + string(out.Result) + " (" + out.Summary(q) + ")")
	p.it.add(plain(client.String()), statusIf(string(out.Result) == s.SPF), plain(string(out.Result)))
	if string(out.Result) != s.SPF {
		p.it.say(Fail, "SPF says %s for %s, which sent the mail.", "메일을 보낸 %[2]s 주소의 SPF 결과가 %[1]s입니다.", string(out.Result), client)
		p.it.citeTrouble(p.w.Log(), before)
		return
	}
	for _, name := range s.Forged {
		for _, q.IP = range addresses(p.w.Host(name)) {
			out := spf.Check(q, p.lookup(at))
			p.it.add(p.place(name), statusIf(out.Result != spf.Pass), plain(string(out.Result)))
			if out.Result == spf.Pass {
				p.it.Actual = plain("spf=pass (" + out.Summary(q) + ")")
				p.it.say(Fail, "SPF lets a stranger send for the domain: %s.", "SPF가 외부인에게도 이 도메인의 메일 발송을 허용합니다: %s", p.place(name))
				return
			}
		}
	}
	p.it.say(Pass, "SPF says %s for the mail.", "메일의 SPF 결과는 %s입니다.", s.SPF)
}

func statusIf(ok bool) Status {
	if ok {
		return Pass
	}
	return Fail
}

// clientOf returns the address and the greeting of the host the message was
// received from last, apart from the receiver itself.
func clientOf(msg []byte) (netip.Addr, string) {
	m := mail.ParseMessage(msg)
	for _, v := range m.All("Received") {
		r := mail.ParseReceived(v)
		_, rest, ok := strings.Cut(r.FromComment, "[")
		text, _, closed := strings.Cut(rest, "]")
		a, err := netip.ParseAddr(strings.TrimPrefix(text, "IPv6:"))
		if ok && closed && err == nil && !a.IsLoopback() {
			return a, r.From
		}
	}
	return netip.Addr{}, ""
}

// lookup asks the resolver of a host for package spf.
func (p *probe) lookup(h *host.Host) mail.LookupFunc {
	return func(name string, t mail.RRType) mail.DNSAnswer {
		m, err := h.Query(p.t, name+".", mdns.StringToType[string(t)])
		switch {
		case errors.Is(err, host.ErrHostNotFound):
			return mail.DNSAnswer{Outcome: mail.DNSNotFound}
		case errors.Is(err, host.ErrNoData):
			return mail.DNSAnswer{Outcome: mail.DNSNoData}
		case err != nil:
			return mail.DNSAnswer{Outcome: mail.DNSTempFail}
		}
		out := mail.DNSAnswer{}
		for _, rr := range m.Answer {
			if rec, ok := mail.RecordOf(rr); ok && rr.Header().Rrtype == mdns.StringToType[string(t)] {
				out.Records = append(out.Records, rec)
			}
		}
		return out
	}
}
