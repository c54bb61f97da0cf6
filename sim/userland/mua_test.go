package userland

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mxlab/sim/vtime"
)

// script is a server that answers by the first word of a line; after DATA
// lines are collected up to the dot.
type script struct {
	answers map[string]string
	data    bool
	got     []string
}

func (s *script) line(line string) string {
	line = strings.TrimSuffix(line, "\r")
	if s.data {
		s.got = append(s.got, line)
		if line != "." {
			return ""
		}
		s.data = false
		return "250 2.0.0 Ok: queued as 1\r\n"
	}
	word, _, _ := strings.Cut(line, " ")
	if word == "DATA" {
		s.data = true
	}
	for prefix, answer := range s.answers {
		if line == prefix {
			return answer
		}
	}
	if a, ok := s.answers[word]; ok {
		return a
	}
	return "500 unknown\r\n"
}

func TestSendMail(t *testing.T) {
	w := newWorld(t)
	s := &script{answers: map[string]string{
		"EHLO": "250-mail.example.net\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n", "AUTH": "235 2.7.0 Authentication successful\r\n",
		"MAIL": "250 2.1.0 Ok\r\n", "RCPT": "250 2.1.5 Ok\r\n", "DATA": "354 go\r\n", "QUIT": "221 2.0.0 Bye\r\n",
		"RCPT TO:<no@example.net>": "550 5.1.1 User unknown\r\n"}}
	w.lines(587, "220 mail.example.net ESMTP\r\n", s.line)
	send := func(to ...string) (transcript []string, err error) {
		if kerr := w.k.Do(0, func(task *vtime.Task) {
			transcript, err = SendMail(task, w.client, Submission{Server: serverAddr, Port: 587, From: "a@example.com", To: to,
				User: "u", Password: "p", Message: []byte("Subject: x\n\n.dot\n")})
		}); kerr != nil {
			t.Fatal(kerr)
		}
		return transcript, err
	}
	transcript, err := send("bob@example.net")
	if err != nil {
		t.Fatal(err)
	}
	want := `S: 220 mail.example.net ESMTP
C: EHLO client
S: 250-mail.example.net
S: 250-SIZE 1000000
S: 250 AUTH PLAIN LOGIN
C: AUTH PLAIN AHUAcA==
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<a@example.com> SIZE=20
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.net>
S: 250 2.1.5 Ok
C: DATA
S: 354 go
C: (20 bytes of mail)
C: .
S: 250 2.0.0 Ok: queued as 1
C: QUIT
S: 221 2.0.0 Bye`
	if got := strings.Join(transcript, "\n"); got != want {
		t.Errorf("got:\n%s", got)
	}
	if got := strings.Join(s.got, "|"); got != "Subject: x||..dot|." {
		t.Errorf("data %q", got)
	}
	_, err = send("no@example.net")
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Code != 550 || err.Error() != "RCPT TO:<no@example.net>: 550 5.1.1 User unknown" {
		t.Errorf("error %v", err)
	}
}

func TestFetchMail(t *testing.T) {
	const text = "Subject: hello\r\n\r\n..dot\r\nbye\r\n"
	pop := map[string]string{"USER": "+OK\r\n", "PASS": "+OK Logged in.\r\n", "STAT": "+OK 1 30\r\n", "UIDL": "+OK\r\n1 abc\r\n.\r\n",
		"RETR": "+OK 30 octets\r\n" + text + ".\r\n", "QUIT": "+OK Logging out.\r\n"}
	raw := strings.Replace(text, "..dot", ".dot", 1)
	imap := map[string]string{"a1": "a1 OK Logged in\r\n", "a2": "* FLAGS (\\Seen)\r\n* 1 EXISTS\r\na2 OK Select completed\r\n",
		"a3": fmt.Sprintf("* 1 FETCH (UID 7 FLAGS (\\Seen \\Answered) BODY[] {%d}\r\n%s)\r\na3 OK Fetch completed\r\n", len(raw), raw),
		"a4": "* BYE Logging out\r\na4 OK Logout completed.\r\n"}
	for _, tt := range []struct {
		proto, hello string
		port         uint16
		answers      map[string]string
		uid, flags   string
	}{{"pop3", "+OK ready\r\n", 110, pop, "abc", "[]"}, {"imap", "* OK ready\r\n", 143, imap, "7", "[\\Seen \\Answered]"}} {
		w := newWorld(t)
		w.lines(tt.port, tt.hello, (&script{answers: tt.answers}).line)
		if err := w.k.Do(0, func(task *vtime.Task) {
			list, log, err := FetchMail(task, w.client, Account{Server: serverAddr, Proto: tt.proto, User: "bob", Password: "secret"})
			if err != nil || len(list) != 1 {
				t.Fatalf("%s: %v, %d mails\n%s", tt.proto, err, len(list), strings.Join(log, "\n"))
			}
			if m := list[0]; m.UID != tt.uid || fmt.Sprint(m.Flags) != tt.flags || string(m.Content) != "Subject: hello\n\n.dot\nbye\n" {
				t.Errorf("%s: %+v %q", tt.proto, m, m.Content)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}
