package grader

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
)

// stages names the steps of an SMTP transaction (RFC 5321 3).
var stages = map[string]sim.Text{
	"connect": {EN: "the greeting", KO: "접속"}, "ehlo": {EN: "EHLO", KO: "EHLO"}, "mail": {EN: "MAIL FROM", KO: "MAIL FROM"},
	"rcpt": {EN: "RCPT TO", KO: "RCPT TO"}, "data": {EN: "DATA", KO: "DATA"}, "message": {EN: "the end of the message", KO: "본문 전송 끝"},
}

// bounceWait is how long a bounce of a message may take to come.
const bounceWait = 15 * time.Minute

// rejected sends a message the server must refuse. What it refuses it must not
// deliver, nor bounce to somebody who never sent it.
func (p *probe) rejected(s *scenarios.RejectedSpec) {
	p.it.Vantage = p.place(s.From)
	server, err := p.address(s.Server, "")
	if err != nil {
		p.it.unreached(err)
		return
	}
	port := s.Port
	if port == 0 {
		port = 25
	}
	token, bounces := p.token(), 0
	if s.NoBounce != "" {
		bounces = len(p.search(s.NoBounce, "Return-Path: <>"))
	}
	res := sim.TryRelay(p.t, p.w.Host(s.From), netip.AddrPortFrom(server, uint16(port)), sim.RelayTry{From: s.Sender, To: s.To}, token)
	p.it.Expected, p.it.Actual = refusal(s), plain(res.Reply.String())
	refused := res.Err == nil && !res.Reply.OK()
	if res.Err != nil {
		p.it.Actual = plain(res.Err.Error())
	}
	switch {
	case res.Err != nil:
		p.it.say(Fail, "%s does not answer: %v.", "%s 서버가 응답하지 않습니다(%v).", p.place(s.Server), res.Err)
	case !refused:
		p.it.say(Fail, "%s accepts a mail it must refuse.", "%s 서버가 거부해야 할 메일을 받아들입니다.", p.place(s.Server))
	case !strings.HasPrefix(fmt.Sprint(res.Reply.Code), s.Code):
		p.it.say(Fail, "%s refuses with another code.", "%s 서버가 다른 코드로 거부합니다.", p.place(s.Server))
	case s.Stage != "" && s.Stage != res.Stage:
		p.it.say(Fail, "%s refuses only at %s.", "%s 서버가 다른 단계(%s)에서 거부합니다.", p.place(s.Server), stages[res.Stage])
	case s.NotAt != "" && len(p.await(s.NotAt, token, p.w.Now()+bounceWait)) > 0:
		p.it.say(Fail, "The mail was refused and yet delivered.", "메일을 거부했는데도 배달되었습니다.")
	case s.NoBounce != "" && p.bounced(s.NoBounce, bounces):
		p.it.say(Fail, "%s got a bounce about a mail it never sent.", "%s 앞으로 보낸 적 없는 메일의 반송 통지가 왔습니다.", s.NoBounce)
	default:
		p.it.say(Pass, "%s refuses it: %s", "%s 서버가 거부합니다: %s", p.place(s.Server), res.Reply)
	}
}

// bounced reports whether more messages with the null reverse-path lie in the
// mailbox than before.
func (p *probe) bounced(box string, before int) bool {
	p.t.Sleep(bounceWait)
	return len(p.search(box, "Return-Path: <>")) > before
}

func refusal(s *scenarios.RejectedSpec) sim.Text {
	code := s.Code + strings.Repeat("x", max(0, 3-len(s.Code)))
	if s.Stage == "" {
		return textf("refused with %s", "%s 코드로 거부", code)
	}
	return textf("refused with %s at %s", "%[2]s 단계에서 %[1]s 코드로 거부", code, stages[s.Stage])
}
