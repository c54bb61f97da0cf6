package grader

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
)

// delivered sends a probe from one mailbox to another and waits for it.
func (p *probe) delivered(s *scenarios.DeliveredSpec) {
	p.it.Vantage = s.Sender
	within := duration(s.Within, 10*time.Minute)
	p.t.Sleep(duration(s.After, 0))
	from := uint64(p.w.Log().Len())
	token := p.token()
	start := p.w.Now()
	p.it.Expected = fmt.Sprintf("1 message at %s within %v", s.Recipient, within)
	if _, err := p.w.Submit(p.t, &sim.Mail{From: s.Sender, To: s.Recipient, Subject: token, Body: "probe"}); err != nil {
		p.it.Actual = err.Error()
		p.it.say(Fail, "The mail client of %s could not hand the message in: %v.", "%s의 메일 프로그램이 메일을 보내지 못했습니다(%v).", s.Sender, err)
		p.it.citeTrouble(p.w.Log(), from)
		return
	}
	msgs := p.await(s.Recipient, token, start+within)
	took := p.w.Now() - start
	p.it.Actual = fmt.Sprintf("%d message(s) after %v", len(msgs), took.Round(time.Second))
	switch {
	case len(msgs) == 0:
		p.it.say(Fail, "A mail from %s to %s did not arrive within %v.", "%s에서 %s 앞으로 보낸 메일이 %v 안에 도착하지 않았습니다.", s.Sender, s.Recipient, within)
		p.it.citeTrouble(p.w.Log(), from)
	case len(msgs) > 1:
		p.it.say(Fail, "The mail arrived %d times.", "메일이 %d번 도착했습니다.", len(msgs))
	case s.Via != "" && !passed(msgs[0], p.w.Host(s.Via)):
		p.it.say(Fail, "The mail arrived, but not through %s.", "메일이 도착했으나 %s 서버를 거치지 않았습니다.", s.Via)
	case s.NotVia != "" && passed(msgs[0], p.w.Host(s.NotVia)):
		p.it.say(Fail, "The mail went through %s.", "메일이 %s 서버를 거쳐 갔습니다.", s.NotVia)
	default:
		p.it.say(Pass, "A mail from %s to %s arrived after %v.", "%s에서 %s 앞으로 보낸 메일이 %v 만에 도착했습니다.", s.Sender, s.Recipient, took.Round(time.Second))
	}
}

// await lets time pass until a message with the token is in the mailbox, at
// most until the given time; then a little more, so that a second copy is seen.
func (p *probe) await(box, token string, until time.Duration) [][]byte {
	for {
		p.t.Settle(until - p.w.Now())
		if found := p.find(box, token); len(found) > 0 {
			p.t.Settle(time.Minute)
			return p.find(box, token)
		}
		left := until - p.w.Now()
		if left <= 0 {
			return nil
		}
		p.t.Sleep(min(left, 30*time.Second))
	}
}

// find returns the messages with the token in the files of the mailbox's owner
// on the server that keeps the mailbox: whatever form the mailbox has.
func (p *probe) find(address, token string) (found [][]byte) {
	box, h := p.store(address)
	if h == nil {
		return nil
	}
	u, ok := h.User(box.User)
	if !ok {
		return nil
	}
	look := func(path string) {
		h.FS.Walk(path, host.Root, func(file string, st vfs.Info, err error) error {
			if err != nil || !st.Mode().IsRegular() || strings.Contains(file, "/tmp/") {
				return nil
			}
			b, err := h.FS.ReadFile(file, host.Root)
			if err != nil {
				return nil
			}
			for n := bytes.Count(b, []byte("Subject: "+token+"\n")) + bytes.Count(b, []byte("Subject: "+token+"\r\n")); n > 0; n-- {
				found = append(found, b)
			}
			return nil
		})
	}
	look(u.Home)
	look("/var/mail/" + u.Name)
	return found
}

// store returns a mailbox and the host that keeps it.
func (p *probe) store(address string) (*sim.Mailbox, *host.Host) {
	boxes := p.w.Mailboxes()
	i := slices.IndexFunc(boxes, func(b sim.Mailbox) bool { return b.Address == address })
	if i < 0 {
		return nil, nil
	}
	return &boxes[i], p.w.Host(boxes[i].Store)
}

// passed reports whether a Received field of the message was written by the
// host.
func passed(msg []byte, h *host.Host) bool {
	m := mail.ParseMessage(msg)
	return slices.ContainsFunc(m.All("Received"), func(v string) bool {
		return strings.EqualFold(mail.ParseReceived(v).By, h.Hostname())
	})
}

// rejected sends a message the server must refuse.
func (p *probe) rejected(s *scenarios.RejectedSpec) {
	p.it.Vantage = s.From
	server, err := p.server(p.w.Host(s.From), s.Server)
	if err != nil {
		p.it.say(Error, "%v", "%v", err)
		return
	}
	port := s.Port
	if port == 0 {
		port = 25
	}
	res := sim.TryRelay(p.t, p.w.Host(s.From), netip.AddrPortFrom(server, uint16(port)), sim.RelayTry{From: s.Sender, To: s.To}, p.token())
	p.it.Expected, p.it.Actual = "refused with "+s.Code+"xx", res.Reply.String()
	switch {
	case res.Err != nil:
		p.it.Actual = res.Err.Error()
		p.it.say(Fail, "%s does not answer: %v.", "%s 서버가 응답하지 않습니다(%v).", s.Server, res.Err)
	case res.Accepted:
		p.it.say(Fail, "%s accepts a mail it must refuse.", "%s 서버가 거부해야 할 메일을 받아들입니다.", s.Server)
	case !strings.HasPrefix(fmt.Sprint(res.Reply.Code), s.Code):
		p.it.say(Fail, "%s refuses with another code.", "%s 서버가 다른 코드로 거부합니다.", s.Server)
	default:
		p.it.say(Pass, "%s refuses it: %s", "%s 서버가 거부합니다: %s", s.Server, res.Reply)
	}
}

// noRelay tries the classic tricks from each vantage and judges by what arrives
// at the victim; then the controls: mail that must get through still does.
func (p *probe) noRelay(s *scenarios.NoRelaySpec) {
	p.it.Vantage = strings.Join(s.From, ", ")
	server, err := p.server(nil, s.Server)
	if err != nil {
		p.it.say(Error, "%v", "%v", err)
		return
	}
	ports := s.Ports
	if len(ports) == 0 {
		ports = []int{25}
	}
	before := uint64(p.w.Log().Len())
	token := p.token()
	p.it.Expected = "no message at " + s.Victim
	var accepted []string
	for _, from := range s.From {
		for _, port := range ports {
			for _, try := range sim.RelayTries(s.Domain, server, s.Victim) {
				res := sim.TryRelay(p.t, p.w.Host(from), netip.AddrPortFrom(server, uint16(port)), try, token)
				if res.Accepted {
					accepted = append(accepted, try.Name)
				}
			}
		}
	}
	if got := p.await(s.Victim, token, p.w.Now()+duration("15m", 0)); len(got) > 0 {
		p.it.Actual = fmt.Sprintf("%d message(s) arrived", len(got))
		p.it.say(Fail, "The server passes on mail of strangers (accepted: %s).", "서버가 외부인의 메일을 중계합니다(수락된 방법: %s).", strings.Join(accepted, ", "))
		p.citeRelayed(before)
		return
	}
	p.it.Actual = "no message arrived"
	for _, control := range []scenarios.DeliveredSpec{s.Delivered, s.Inbound} {
		if it := p.sub(&control); it.Status != Pass {
			p.it.Actual, p.it.Evidence = it.Actual, it.Evidence
			p.it.say(Fail, "Strangers are kept out, but legitimate mail is too.", "외부인은 막았으나 정상적인 메일까지 막혔습니다.")
			p.it.Rationale.EN += " " + it.Rationale.EN
			p.it.Rationale.KO += " " + it.Rationale.KO
			return
		}
	}
	p.it.say(Pass, "Strangers cannot relay; customers' and incoming mail still works.", "외부인은 중계할 수 없고 내부 발송과 수신은 정상입니다.")
}

// citeRelayed cites the replies that accepted a stranger's recipient.
func (p *probe) citeRelayed(from uint64) {
	var seqs []uint64
	log := p.w.Log()
	for seq := from + 1; seq <= uint64(log.Len()) && len(seqs) < maxEvidence; seq++ {
		if e := log.Get(seq); strings.HasPrefix(e.Label(), "250 2.1.5") {
			seqs = append(seqs, seq)
		}
	}
	p.it.cite(log, seqs...)
}

// mailbox reads a mailbox with its owner's mail client.
func (p *probe) mailbox(s *scenarios.MailboxSpec) {
	p.it.Vantage = s.Box
	before := uint64(p.w.Log().Len())
	p.it.Expected = "mailbox can be read"
	list, _, err := p.w.Fetch(p.t, s.Box)
	if err != nil {
		p.it.Actual = err.Error()
		p.it.say(Fail, "The mail client cannot read the mailbox of %s: %v.", "메일 프로그램이 %s의 편지함을 읽지 못합니다(%v).", s.Box, err)
		p.it.citeTrouble(p.w.Log(), before)
		return
	}
	p.it.Actual = fmt.Sprintf("%d message(s)", len(list))
	p.it.say(Pass, "The mailbox of %s can be read.", "%s의 편지함을 읽을 수 있습니다.", s.Box)
}
