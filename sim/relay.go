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
	Name string // of the trick
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
		{"plain", "spammer@spam.example", victim},
		{"null sender", "", victim},
		{"forged local sender", "postmaster@" + domain, victim},
		{"sender without domain", "postmaster", victim},
		{"sender at the address literal", "postmaster@" + literal, victim},
		{"percent hack", "spammer@spam.example", local + "%" + vdom + "@" + domain},
		{"percent hack at the address literal", "spammer@spam.example", local + "%" + vdom + "@" + literal},
		{"bang path", "spammer@spam.example", vdom + "!" + local + "@" + domain},
		{"quoted address", "spammer@spam.example", `"` + victim + `"@` + domain},
		{"source route", "spammer@spam.example", "@" + domain + ":" + victim},
	}
}

// RelayResult is what the server said to a try.
type RelayResult struct {
	Try      RelayTry
	Accepted bool       // the recipient was accepted
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
	for _, step := range []string{"", "EHLO " + h.Hostname(), "MAIL FROM:<" + try.From + ">", "RCPT TO:<" + try.To + ">", "DATA",
		fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n\r\ntest\r\n.", try.From, try.To, token)} {
		if res.Reply, res.Err = s.say(step); res.Err != nil || !res.Reply.OK() {
			break
		}
		if strings.HasPrefix(step, "RCPT") {
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
