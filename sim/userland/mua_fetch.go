package userland

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/vtime"
)

// Account is a mailbox on a server.
type Account struct {
	Server   string
	Proto    string // "pop3" or "imap"
	Port     uint16 // 0: 110 or 143; 995 and 993 mean TLS
	User     string
	Password string
	StartTLS bool
}

// Received is a mail in a mailbox.
type Received struct {
	UID     string   // unique identifier; "" if the server has none
	Flags   []string // IMAP: \Seen ...
	Content []byte   // lines end in LF
}

// FetchMail reads the whole inbox without changing it: POP3 (RFC 1939) leaves
// the mails on the server, IMAP (RFC 9051) does not mark them as seen. It
// returns the conversation as SendMail does; the mails' own lines are left out
// of it. Errors: of LookupAddrs, of DialTCP, *RefusedError, ErrReplyTooLong.
func FetchMail(t *vtime.Task, h *host.Host, a Account) (list []Received, transcript []string, err error) {
	imap := strings.EqualFold(a.Proto, "imap")
	if a.Port == 0 {
		if a.Port = 110; imap {
			a.Port = 143
		}
	}
	w, err := dialMail(t, h, a.Server, a.Port)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if a.Port == 993 || a.Port == 995 {
		if err := w.startTLS(a.Server); err != nil {
			return nil, w.log, err
		}
	}
	if imap {
		list, err = (&imapSession{wireClient: w}).fetch(&a)
	} else {
		list, err = (&popSession{w}).fetch(&a)
	}
	return list, w.log, err
}

// popSession is a POP3 client.
type popSession struct{ *wireClient }

// command sends a line and wants +OK.
func (s *popSession) command(line string) (string, error) {
	if line != "" {
		if err := s.send(line, ""); err != nil {
			return "", err
		}
	}
	reply, err := s.line()
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(reply, "+OK") {
		command, _, _ := strings.Cut(line, " ")
		return "", &RefusedError{Command: command, Reply: reply}
	}
	return reply, nil
}

func (s *popSession) fetch(a *Account) ([]Received, error) {
	if _, err := s.command(""); err != nil {
		return nil, err
	}
	if a.StartTLS && a.Port != 995 {
		if _, err := s.command("STLS"); err != nil {
			return nil, err
		}
		if err := s.startTLS(a.Server); err != nil {
			return nil, err
		}
	}
	for _, line := range []string{"USER " + a.User, "PASS " + a.Password} {
		if _, err := s.command(line); err != nil {
			return nil, err
		}
	}
	reply, err := s.command("STAT")
	if err != nil {
		return nil, err
	}
	count := 0
	if f := strings.Fields(reply); len(f) > 1 {
		count, _ = strconv.Atoi(f[1])
	}
	uids, err := s.uids()
	if err != nil {
		return nil, err
	}
	var list []Received
	for i := 1; i <= min(count, maxMessages); i++ {
		if _, err := s.command(fmt.Sprintf("RETR %d", i)); err != nil {
			return list, err
		}
		content, err := s.multiline()
		if err != nil {
			return list, err
		}
		list = append(list, Received{UID: uids[i], Content: content})
	}
	_, err = s.command("QUIT")
	return list, err
}

// uids asks for unique identifiers; a server may not know them.
func (s *popSession) uids() (map[int]string, error) {
	uids := map[int]string{}
	if _, err := s.command("UIDL"); err != nil {
		if _, refused := err.(*RefusedError); refused {
			return uids, nil
		}
		return nil, err
	}
	text, err := s.multiline()
	if err != nil {
		return nil, err
	}
	for row := range strings.Lines(string(text)) {
		if f := strings.Fields(row); len(f) == 2 {
			n, _ := strconv.Atoi(f[0])
			uids[n] = f[1]
		}
	}
	return uids, nil
}

// multiline reads up to the line of one dot.
func (s *popSession) multiline() ([]byte, error) {
	var b bytes.Buffer
	kept := len(s.log)
	for b.Len() < maxMessageBytes {
		line, err := s.line()
		s.log = s.log[:kept]
		if err != nil {
			return nil, err
		}
		if line == "." {
			s.log = append(s.log, fmt.Sprintf("S: (%d bytes)", b.Len()))
			return b.Bytes(), nil
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\n")
	}
	return nil, ErrReplyTooLong
}

// imapSession is an IMAP client.
type imapSession struct {
	*wireClient
	tag int
}

// imapLine is a response line with its literals.
type imapLine struct {
	text     string // literals are replaced by "{n}"
	literals [][]byte
}

// response reads one response with its literals (RFC 9051 4.3).
func (s *imapSession) response() (imapLine, error) {
	var l imapLine
	for total := 0; ; {
		line, err := s.line()
		if err != nil {
			return l, err
		}
		l.text += line
		open := strings.LastIndexByte(line, '{')
		if open < 0 || !strings.HasSuffix(line, "}") {
			return l, nil
		}
		n, err := strconv.Atoi(strings.TrimSuffix(line[open+1:len(line)-1], "+"))
		if err != nil || n < 0 {
			return l, nil
		}
		if total += n + len(line); total > maxMessageBytes {
			return l, ErrReplyTooLong
		}
		data, err := s.read(n)
		if err != nil {
			return l, err
		}
		l.literals = append(l.literals, data)
	}
}

// command sends a line and returns the untagged responses.
func (s *imapSession) command(line, shown string) (list []imapLine, err error) {
	s.tag++
	tag := fmt.Sprintf("a%d", s.tag)
	if shown != "" {
		shown = tag + " " + shown
	}
	if err := s.send(tag+" "+line, shown); err != nil {
		return nil, err
	}
	for len(list) < 4*maxMessages {
		r, err := s.response()
		if err != nil {
			return list, err
		}
		rest, tagged := strings.CutPrefix(r.text, tag+" ")
		if !tagged {
			list = append(list, r)
			continue
		}
		if len(rest) < 2 || !strings.EqualFold(rest[:2], "OK") {
			command, _, _ := strings.Cut(line, " ")
			return list, &RefusedError{Command: command, Reply: rest}
		}
		return list, nil
	}
	return list, ErrReplyTooLong
}

func imapQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s) + `"`
}

func (s *imapSession) fetch(a *Account) ([]Received, error) {
	greeting, err := s.response()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(greeting.text, "* OK") && !strings.HasPrefix(greeting.text, "* PREAUTH") {
		return nil, &RefusedError{Command: "connect", Reply: greeting.text}
	}
	if a.StartTLS && a.Port != 993 {
		if _, err := s.command("STARTTLS", ""); err != nil {
			return nil, err
		}
		if err := s.startTLS(a.Server); err != nil {
			return nil, err
		}
	}
	if _, err := s.command("LOGIN "+imapQuote(a.User)+" "+imapQuote(a.Password), ""); err != nil {
		return nil, err
	}
	responses, err := s.command("SELECT INBOX", "")
	if err != nil {
		return nil, err
	}
	exists := 0
	for _, r := range responses {
		if f := strings.Fields(r.text); len(f) == 3 && strings.EqualFold(f[2], "EXISTS") {
			exists, _ = strconv.Atoi(f[1])
		}
	}
	var list []Received
	if exists > 0 {
		responses, err = s.command(fmt.Sprintf("FETCH 1:%d (UID FLAGS BODY.PEEK[])", min(exists, maxMessages)), "")
		for _, r := range responses {
			if m, ok := r.message(); ok {
				list = append(list, m)
			}
		}
		if err != nil {
			return list, err
		}
	}
	_, err = s.command("LOGOUT", "")
	return list, err
}

// message reads a FETCH response.
func (l *imapLine) message() (Received, bool) {
	if f := strings.Fields(l.text); len(f) < 3 || !strings.EqualFold(f[2], "FETCH") || len(l.literals) == 0 {
		return Received{}, false
	}
	m := Received{Content: mail.NormalizeLF(l.literals[len(l.literals)-1])}
	if u := regexp.MustCompile(`(?i)\bUID (\d+)`).FindStringSubmatch(l.text); u != nil {
		m.UID = u[1]
	}
	if f := regexp.MustCompile(`(?i)\bFLAGS \(([^)]*)\)`).FindStringSubmatch(l.text); f != nil {
		m.Flags = strings.Fields(f[1])
	}
	return m, true
}
