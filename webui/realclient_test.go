package webui

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// realClient connects to a port of the session's gateway, which is opened.
func (p *page) realClient(a GatewayAction) (net.Conn, *bufio.Reader) {
	p.t.Helper()
	a.On = true
	if r := p.do(Command{Gateway: &a}); r.Error != nil {
		p.t.Fatal(r.Error)
	}
	p.until("an open port", func() bool { return p.state.Gateway != nil && len(p.state.Gateway.Ports) == 1 })
	c, err := net.Dial("tcp", p.state.Gateway.Ports[0].Addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c, bufio.NewReader(c)
}

// What a real client sends is part of the session: it survives a restart of the
// server and is in the submission.
func TestRealClient(t *testing.T) {
	dir := t.TempDir()
	l := newLab(t, Config{Data: dir, Gateway: true, Scenarios: []string{"missing-ptr"}})
	id := l.create(CreateSession{Scenario: "missing-ptr", Seed: "1"})
	p := l.page(id)
	box := l.session(id).drawn.Blueprint.Boxes[0]
	c, r := p.realClient(GatewayAction{Host: "mail1", Port: 25, Proto: "tcp"})
	for _, send := range []string{"", "HELO real.example\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<" + box.Address + ">\r\n", "DATA\r\n", "Subject: real\r\n\r\nhello\r\n.\r\n", "QUIT\r\n"} {
		io.WriteString(c, send)
		line, err := r.ReadString('\n')
		if err != nil || line[0] != '2' && line[0] != '3' {
			t.Fatalf("%q: %q, %v", send, line, err)
		}
	}
	c.Close()
	p.until("the client's end", func() bool { return p.state.Gateway.Ports[0].Total == 1 && p.state.Gateway.Ports[0].Active == 0 })
	journal := l.session(id).submission().Journal
	if len(journal) < 7 || journal[0].Action.Foreign == nil {
		t.Errorf("the submission has %d actions", len(journal))
	}
	l.close()

	l = newLab(t, Config{Data: dir, Gateway: true, Scenarios: []string{"missing-ptr"}})
	p = l.page(id)
	if r := p.do(Command{Fetch: &FetchAction{Account: box.Address}}); r.Error != nil {
		t.Fatal(r.Error)
	}
	a := p.ask(Ask{Mailbox: &AskMailbox{Account: box.Address}})
	if text := fmt.Sprintf("%+v", a.Mailbox); !strings.Contains(text, "real") {
		t.Errorf("after recovery: %s", text)
	}
}

// A new epoch is another world: clients of the former are cut off.
func TestRealClientAndUndo(t *testing.T) {
	l := newLab(t, Config{Gateway: true, Scenarios: []string{"missing-ptr"}})
	p := l.page(l.create(CreateSession{Scenario: "missing-ptr", Seed: "1"}))
	c, r := p.realClient(GatewayAction{Host: "mail1", Port: 25, Proto: "tcp", From: "outside"})
	if line, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(line, "220 ") {
		t.Fatalf("%q, %v", line, err)
	}
	if res := p.epochOf(Command{Restart: &EmptyAction{}}); res.Error != nil {
		t.Fatal(res.Error)
	}
	if line, err := r.ReadString('\n'); err == nil {
		t.Errorf("still connected: %q", line)
	}
	c.Close()
	c, err := net.Dial("tcp", p.state.Gateway.Ports[0].Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.HasPrefix(line, "220 ") {
		t.Errorf("in the new epoch: %q, %v", line, err)
	}
	if res := p.do(Command{Gateway: &GatewayAction{Host: "mail1", Port: 25, Proto: "tcp"}}); res.Error != nil {
		t.Error(res.Error)
	}
	p.until("no port", func() bool { return len(p.state.Gateway.Ports) == 0 })
}

func TestGatewayRefusals(t *testing.T) {
	l := newLab(t, Config{})
	p := l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	if r := p.do(Command{Gateway: &GatewayAction{Host: "pc", Port: 25, Proto: "tcp", On: true}}); r.Error == nil || p.state.Gateway != nil {
		t.Error("a server without a gateway opens a port")
	}
	l = newLab(t, Config{Gateway: true})
	p = l.page(l.create(CreateSession{Scenario: network, Seed: "1"}))
	for _, a := range []GatewayAction{
		{Host: "nowhere", Port: 25, Proto: "tcp", On: true}, {Host: "pc", Port: 0, Proto: "tcp", On: true}, {Host: "pc", Port: 65561, Proto: "tcp", On: true},
		{Host: "pc", Port: 25, Proto: "icmp", On: true}, {Host: "pc", Port: 25, Proto: "tcp", From: "nowhere", On: true}, {Host: "pc", Port: 25, Proto: "tcp"},
	} {
		if r := p.do(Command{Gateway: &a}); r.Error == nil {
			t.Errorf("%+v is accepted", a)
		}
	}
}
