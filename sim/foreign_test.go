package sim_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"mxlab/sim"
)

// client collects what the world answers to real clients.
type client struct {
	t    *testing.T
	w    *sim.World
	got  map[uint64]*strings.Builder
	ends map[uint64]error
}

func newClient(t *testing.T, w *sim.World) *client {
	c := &client{t: t, w: w, got: map[uint64]*strings.Builder{}, ends: map[uint64]error{}}
	w.OnAnswer(func(a sim.Answer) {
		if c.got[a.Conn] == nil {
			c.got[a.Conn] = &strings.Builder{}
		}
		c.got[a.Conn].Write(a.Data)
		if a.Err != nil {
			c.ends[a.Conn] = a.Err
		}
	})
	return c
}

// do does one thing and returns what came back on its conversation.
func (c *client) do(f sim.Foreign) string {
	c.t.Helper()
	if b := c.got[f.Conn]; b != nil {
		b.Reset()
	}
	if err := c.w.Foreign(&f); err != nil {
		c.t.Fatal(err)
	}
	if b := c.got[f.Conn]; b != nil {
		return b.String()
	}
	return ""
}

func TestForeignClientStaysThroughAJump(t *testing.T) {
	w := world(t, plan(t, sim.NewLibrary(), "network:company", 3))
	c := newClient(t, w)
	if got := c.do(sim.Foreign{Conn: 1, Open: smtpReach("mail1")}); !strings.HasPrefix(got, "220 ") {
		t.Fatalf("greeting %q", got)
	}
	if _, err := w.Do(sim.Action{Advance: sim.Duration(3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ send, want string }{
		{"EHLO real.example\r\n", "250-"},
		{"MAIL FROM:<a@moa-mail.com>\r\nRCPT", "250 2.1.0 Ok"}, // half a line stays for the next piece
		{" TO:<nobody@example.org>\r\n", "554 5.7.1"},
		{"QUIT\r\n", "221 2.0.0 Bye"},
	} {
		if got := c.do(sim.Foreign{Conn: 1, Data: []byte(step.send)}); !strings.HasPrefix(got, step.want) {
			t.Errorf("%q: %q, want %q", step.send, got, step.want)
		}
	}
	if c.ends[1] != io.EOF {
		t.Errorf("after QUIT: %v, want EOF", c.ends[1])
	}
	c.do(sim.Foreign{Conn: 1, End: "fin"})
	if err := w.Foreign(&sim.Foreign{Conn: 1, Data: []byte("x")}); !errors.Is(err, sim.ErrForeignGone) {
		t.Errorf("after the end: %v", err)
	}
}

func TestForeignRefusal(t *testing.T) {
	w := world(t, plan(t, sim.NewLibrary(), "network:company", 3))
	c := newClient(t, w)
	c.do(sim.Foreign{Conn: 1, Open: &sim.Reach{From: "outside", To: "mail1", Port: 9, Proto: "tcp"}})
	if c.ends[1] == nil || c.ends[1].Error() != "Connection refused" {
		t.Errorf("closed port: %v", c.ends[1])
	}
	if err := w.Foreign(&sim.Foreign{Conn: 2, Open: &sim.Reach{From: "outside", To: "nowhere", Port: 9, Proto: "tcp"}}); !errors.Is(err, sim.ErrNoHost) {
		t.Errorf("no host: %v", err)
	}
	var err error
	for i := uint64(10); err == nil && i < 2000; i++ {
		err = w.Foreign(&sim.Foreign{Conn: i, Open: &sim.Reach{From: "outside", To: "root", Port: 53, Proto: "udp"}})
	}
	if err == nil {
		t.Error("conversations are not bounded")
	}
}

// A replay meets the same client: bytes, times and trace are the same.
func TestForeignIsReplayed(t *testing.T) {
	p := plan(t, sim.NewLibrary(), "network:company", 3)
	w := world(t, p)
	box := p.Blueprint.Boxes[0]
	for i, f := range []sim.Foreign{
		{Conn: 1, Open: smtpReach("mail1")},
		{Conn: 1, Wait: sim.Duration(40 * time.Millisecond), Data: []byte("HELO real.example\r\n")},
		{Conn: 2, Open: &sim.Reach{From: "outside", To: "root", Port: 53, Proto: "udp"}, Data: []byte("garbage")},
		{Conn: 1, Data: []byte("MAIL FROM:<>\r\nRCPT TO:<" + box.Address + ">\r\nDATA\r\n")},
		{Conn: 1, Data: []byte("Subject: x\r\n\r\nhello\r\n.\r\n")},
		{Conn: 1, End: "reset"},
	} {
		if _, err := w.Do(sim.Action{Foreign: &f}); err != nil {
			t.Fatal(i, err)
		}
	}
	fork, err := w.Fork()
	if err != nil {
		t.Fatal(err)
	}
	defer fork.Close()
	if traceText(t, w) != traceText(t, fork) {
		t.Error("the replay has another trace")
	}
	if res, err := w.Do(sim.Action{Fetch: box.Address}); err != nil || len(res.Mails) != 1 {
		t.Errorf("%d mails, %v; want the one", len(res.Mails), err)
	}
	if n := len(w.Faults()); n > 0 {
		t.Error(w.Faults()[0])
	}
}

func TestForeignValidation(t *testing.T) {
	for _, f := range []sim.Foreign{
		{Data: []byte("x")}, {Conn: 1, End: "x"}, {Conn: 1, Wait: -1}, {Conn: 1, Open: &sim.Reach{}},
		{Conn: 1, Open: &sim.Reach{From: "a", To: "b", Proto: "tcp"}}, {Conn: 1, Data: make([]byte, 1<<20)},
	} {
		if err := f.Validate(); err == nil {
			t.Errorf("%s is accepted", fmt.Sprint(f.Conn, f.End, f.Open))
		}
	}
}
