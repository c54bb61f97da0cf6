package sim

import (
	"bufio"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// RelayTry is one envelope by which an outsider tries to make a server pass
// mail on.
type RelayTry struct {
	Name Text   // of the trick
	From string // reverse-path, without brackets
	To   string // forward-path, without brackets
}

// RelayTries returns the classic tricks. domain and addr are the server's own,
// victim is an address elsewhere.
func RelayTries(domain string, addr netip.Addr, victim string) []RelayTry {
	local, vdom := mail.SplitAddress(victim)
	literal := "[" + addr.String() + "]"
	if addr.Is6() {
		literal = "[IPv6:" + addr.String() + "]"
	}
	return []RelayTry{
		{Text{"plain", "일반 주소"}, "spammer@spam.example", victim},
		{Text{"null sender", "빈 발신자"}, "", victim},
		{Text{"forged local sender", "내부 발신자 사칭"}, "postmaster@" + domain, victim},
		{Text{"sender without domain", "도메인 없는 발신자"}, "postmaster", victim},
		{Text{"sender at the address literal", "IP 주소 표기를 쓴 발신자"}, "postmaster@" + literal, victim},
		{Text{"percent hack", "퍼센트 우회"}, "spammer@spam.example", local + "%" + vdom + "@" + domain},
		{Text{"percent hack at the address literal", "IP 주소 표기에 대한 퍼센트 우회"}, "spammer@spam.example", local + "%" + vdom + "@" + literal},
		{Text{"bang path", "느낌표 경로"}, "spammer@spam.example", vdom + "!" + local + "@" + domain},
		{Text{"quoted address", "따옴표로 감싼 주소"}, "spammer@spam.example", `"` + victim + `"@` + domain},
		{Text{"source route", "경유지 지정 주소"}, "spammer@spam.example", "@" + domain + ":" + victim},
	}
}

// RelayResult is what the server said to a try.
type RelayResult struct {
	Try      RelayTry
	Accepted bool       // the recipient was accepted
	Stage    string     // of the reply: connect, ehlo, mail, rcpt, data or message
	Reply    mail.Reply // to the command that ended the try
	Err      error      // the connection failed
}

// TryRelay makes one try from h against the server and, when the recipient is
// accepted, sends a message with the given token in its subject.
func TryRelay(t *vtime.Task, h *host.Host, server netip.AddrPort, try RelayTry, token string) (res RelayResult) {
	res.Try = try
	c, err := h.Node.DialTCP(t, netip.AddrPort{}, server, vnet.Owner{}, 30*time.Second)
	if err != nil {
		res.Err = err
		return res
	}
	defer c.Close()
	c.SetReadTimeout(2 * time.Minute)
	s := talk{c: c, r: bufio.NewReader(c)}
	for _, step := range []struct{ stage, line string }{{"connect", ""}, {"ehlo", "EHLO " + h.Hostname()},
		{"mail", "MAIL FROM:<" + try.From + ">"}, {"rcpt", "RCPT TO:<" + try.To + ">"}, {"data", "DATA"},
		{"message", fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n\r\ntest\r\n.", try.From, try.To, token)}} {
		res.Stage = step.stage
		if res.Reply, res.Err = s.say(step.line); res.Err != nil || !res.Reply.OK() {
			break
		}
		if step.stage == "rcpt" {
			res.Accepted = true
		}
	}
	s.say("QUIT")
	return res
}

// talk is a plain SMTP conversation.
type talk struct {
	c *vnet.Conn
	r *bufio.Reader
}

// say sends a line ("" for none) and reads the reply.
func (s *talk) say(line string) (mail.Reply, error) {
	if line != "" {
		if _, err := s.c.Write([]byte(line + "\r\n")); err != nil {
			return mail.Reply{}, err
		}
	}
	var text strings.Builder
	for range 100 {
		l, err := s.r.ReadString('\n')
		if err != nil {
			return mail.Reply{}, err
		}
		text.WriteString(l)
		if _, _, more, err := mail.ParseReplyLine(strings.TrimRight(l, "\r\n")); err != nil || !more {
			break
		}
	}
	return mail.ParseReply(text.String())
}
