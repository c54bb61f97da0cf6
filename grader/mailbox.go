package grader

import (
	"bytes"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/userland"
)

// mailbox reads a mailbox as its owner's mail client does, POP3 or IMAP. With a
// sender, a probe is sent first and must be among the mails read.
func (p *probe) mailbox(s *scenarios.MailboxSpec) {
	p.it.Vantage = p.person(s.Box)
	before := uint64(p.w.Log().Len())
	p.it.Expected = sim.Text{EN: "the mailbox can be read", KO: "편지함을 읽을 수 있음"}
	token, until := "", p.w.Now()
	if s.Sender != "" {
		token, until = p.token(), p.w.Now()+duration(s.Within, 10*time.Minute)
		p.it.Expected = sim.Text{EN: "the mail sent is read", KO: "보낸 메일을 읽을 수 있음"}
		if _, err := p.w.Submit(p.t, &sim.Mail{From: s.Sender, To: s.Box, Subject: token, Body: probeBody}); err != nil {
			p.it.Actual = plain(err.Error())
			p.it.say(Fail, "The mail client of %s could not hand the message in: %v.", "%s의 메일 프로그램이 메일을 보내지 못했습니다(%v).", s.Sender, err)
			p.it.citeTrouble(p.w.Log(), before)
			return
		}
	}
	for {
		list, err := p.fetch(s)
		if err != nil {
			p.it.Actual = plain(err.Error())
			p.it.say(Fail, "The mail client cannot read the mailbox of %s: %v.", "메일 프로그램이 %s의 편지함을 읽지 못합니다(%v).", s.Box, err)
			p.it.citeTrouble(p.w.Log(), before)
			return
		}
		p.it.Actual = messages(len(list))
		if holds(list, token) {
			p.it.say(Pass, "The mailbox of %s can be read.", "%s의 편지함을 읽을 수 있습니다.", s.Box)
			return
		}
		if p.w.Now() >= until {
			p.it.say(Fail, "The mailbox of %s can be read, but the mail sent is not in it.", "%s의 편지함은 읽을 수 있으나 보낸 메일이 없습니다.", s.Box)
			p.it.citeTrouble(p.w.Log(), before)
			return
		}
		p.t.Sleep(30 * time.Second)
	}
}

// fetch reads the mailbox by the way its client is set up, or the one said.
func (p *probe) fetch(s *scenarios.MailboxSpec) ([]userland.Received, error) {
	box, _ := p.store(s.Box)
	account := userland.Account{Server: box.Incoming, Proto: box.Proto, Port: uint16(s.Port), User: box.User, Password: box.Password}
	if s.Proto != "" {
		account.Proto = s.Proto
	}
	list, _, err := userland.FetchMail(p.t, p.w.Host(box.Host), account)
	return list, err
}

// holds reports whether a message with the token in its subject is in the list;
// no token is always there.
func holds(list []userland.Received, token string) bool {
	for _, m := range list {
		head, _, _ := bytes.Cut(bytes.ReplaceAll([]byte(m.Content), []byte("\r\n"), []byte("\n")), []byte("\n\n"))
		if strings.Contains("\n"+string(head)+"\n", "\nSubject: "+token+"\n") {
			return true
		}
	}
	return token == ""
}
