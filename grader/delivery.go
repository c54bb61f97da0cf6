package grader

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
)

// probeBody is the text of a probe. Its second line tells whether the dots of
// RFC 5321 4.5.2 came through.
const probeBody = "A mail of the grader.\n.This line begins with a dot.\nThe end."

// delivered sends a probe from one mailbox to another and waits for it.
func (p *probe) delivered(s *scenarios.DeliveredSpec) {
	_, it := p.send(s)
	it.ID = p.it.ID
	p.it.Status, p.it.Vantage, p.it.Rationale, p.it.Expected, p.it.Actual = it.Status, it.Vantage, it.Rationale, it.Expected, it.Actual
	p.it.Evidence = append(p.it.Evidence, it.Evidence...)
}

// send sends a probe and judges what arrived.
func (p *probe) send(s *scenarios.DeliveredSpec) (msgs [][]byte, it *Item) {
	it = &Item{Vantage: p.person(s.Sender)}
	within := duration(s.Within, 10*time.Minute)
	p.t.Sleep(duration(s.After, 0))
	from, start, token := uint64(p.w.Log().Len()), p.w.Now(), p.token()
	it.Expected = textf("1 message at %s within %s", "%[2]s 안에 %[1]s 편지함에 메일 1통", s.Recipient, span(within))
	if _, err := p.w.Submit(p.t, &sim.Mail{From: s.Sender, To: s.Recipient, Subject: token, Body: probeBody}); err != nil {
		it.Actual = plain(err.Error())
		it.say(Fail, "The mail client of %s could not hand the message in: %v.", "%s의 메일 프로그램이 메일을 보내지 못했습니다(%v).", s.Sender, err)
		it.citeTrouble(p.w.Log(), from)
		return nil, it
	}
	msgs = p.await(s.Recipient, token, start+within)
	took := p.w.Now() - start
	it.Actual = textf("%s after %s", "%[2]s 뒤 %[1]s", messages(len(msgs)), span(took))
	switch {
	case len(msgs) == 0:
		it.say(Fail, "A mail from %s to %s did not arrive within %s.", "%s 계정에서 %s 앞으로 보낸 메일이 %s 안에 도착하지 않았습니다.", s.Sender, s.Recipient, span(within))
		it.citeTrouble(p.w.Log(), from)
	case len(msgs) > 1:
		it.say(Fail, "The mail arrived %d times.", "메일이 %d번 도착했습니다.", len(msgs))
	default:
		p.judgePath(s, it, msgs[0], took)
	}
	return msgs, it
}

// judgePath looks at the one message that arrived.
func (p *probe) judgePath(s *scenarios.DeliveredSpec, it *Item, msg []byte, took time.Duration) {
	switch {
	case s.Via != "" && !passed(msg, p.w.Host(s.Via)):
		it.say(Fail, "The mail arrived, but not through %s.", "메일이 도착했으나 %s{을를} 거치지 않았습니다.", p.place(s.Via))
	case s.NotVia != "" && passed(msg, p.w.Host(s.NotVia)):
		it.say(Fail, "The mail went through %s.", "메일이 %s{을를} 거쳐 갔습니다.", p.place(s.NotVia))
	case s.TLS && !encrypted(msg):
		it.say(Fail, "The mail arrived, but its last hop was not encrypted.", "메일이 도착했으나 마지막 구간이 암호화되지 않았습니다.")
	case !bytes.Contains(bytes.ReplaceAll(msg, []byte("\r\n"), []byte("\n")), []byte(probeBody)):
		it.say(Fail, "The mail arrived, but its text was changed.", "메일이 도착했으나 본문이 바뀌었습니다.")
	default:
		it.say(Pass, "A mail from %s to %s arrived after %s.", "%s 계정에서 %s 앞으로 보낸 메일이 %s 만에 도착했습니다.", s.Sender, s.Recipient, span(took))
	}
}

// person names the owner of a mailbox.
func (p *probe) person(address string) sim.Text {
	box, _ := p.store(address)
	if box == nil {
		return plain(address)
	}
	return textf("%s, on %s", "%s, %s", address, p.place(box.Host))
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

// find returns the messages whose subject is the token in the files of the
// mailbox's owner on the server that keeps the mailbox: whatever form the
// mailbox has.
func (p *probe) find(address, token string) (found [][]byte) {
	return p.search(address, "Subject: "+token)
}

// search returns the files of a mailbox's owner in which a line stands, as often
// as it stands there.
func (p *probe) search(address, line string) (found [][]byte) {
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
			for n := bytes.Count(b, []byte(line+"\n")) + bytes.Count(b, []byte(line+"\r\n")); n > 0; n-- {
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

// encrypted reports whether the last server got the message over TLS (RFC 3848:
// a transmission type that ends in S or SA).
func encrypted(msg []byte) bool {
	m := mail.ParseMessage(msg)
	all := m.All("Received")
	if len(all) == 0 {
		return false
	}
	with := strings.ToUpper(mail.ParseReceived(all[0]).With)
	return strings.HasSuffix(with, "TPS") || strings.HasSuffix(with, "TPSA")
}
