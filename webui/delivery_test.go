package webui

import (
	"strings"
	"testing"
	"time"
)

func TestMailLeadsToItsDelivery(t *testing.T) {
	l := newLab(t, Config{Scenarios: []string{"missing-ptr"}})
	p := l.page(l.create(CreateSession{Scenario: "missing-ptr", Seed: "1"}))
	box := p.welcome.Snapshot.Accounts[0]
	p.do(Command{Mail: &MailAction{From: box.From, To: box.From, Via: box.Via, Subject: "to myself", Body: "text"}})
	p.do(Command{Advance: &AdvanceAction{For: int64(time.Minute)}})
	p.do(Command{Fetch: &FetchAction{Account: box.ID}})
	list := p.ask(Ask{Mailbox: &AskMailbox{Account: box.ID}}).Mailbox.Messages
	if len(list) < 2 || list[0].Subject != "to myself" {
		t.Fatalf("mailbox: %+v", list)
	}
	for _, m := range list { // the bounce of the incident too
		a := p.ask(Ask{Event: &AskEvent{Seq: m.Seq, Epoch: p.welcome.Epoch}})
		if m.Seq == 0 || a.Error != nil || !strings.Contains(a.Event.Row.Label, "deliver") {
			t.Errorf("%s: event %d is no delivery: %+v", m.Subject, m.Seq, a)
		}
	}
}
