package dovecot_test

import (
	"strings"
	"testing"
	"time"

	"mxlab/sim/vtime"
)

// feed sends a client's input in one piece and lets the server work it off.
func feed(t *testing.T, port uint16, input []byte) *lab {
	l := started(t, studentConf)
	l.deliver(t, "bob", "1.mail", letter)
	l.deliver(t, "bob", "2.mail", "no header\n\nFrom x\n.\n")
	l.do(t, func(task *vtime.Task) {
		c := l.dial(t, task, port)
		c.c.Write(input)
		c.c.CloseWrite()
		task.Settle(time.Hour)
		task.Sleep(time.Hour)
		c.c.Close()
		task.Settle(time.Hour)
	})
	if procs := l.mail.Procs(); len(procs) != 4 { // master, anvil, log, config
		t.Errorf("%d processes after the session", len(procs))
	}
	if strings.Contains(l.text(), "internal error") {
		t.Error(l.text())
	}
	l.k.Close()
	return l
}

func FuzzPOP3(f *testing.F) {
	f.Add([]byte("USER bob\r\nPASS secret\r\nSTAT\r\nLIST 1 x\r\nUIDL\r\nTOP 1 5\r\nRETR 2\r\nDELE 1\r\nRSET\r\nDELE 2\r\nQUIT\r\n"))
	f.Add([]byte("AUTH PLAIN =\r\nAUTH LOGIN\r\nAUTH PLAIN AGJvYgBzZWNyZXQ=\r\nTOP 99999999999 -1\r\n"))
	f.Add([]byte("\x00\r\n\r\nUSER\r\nPASS\r\nCAPA x\r\n"))
	f.Fuzz(func(t *testing.T, input []byte) { feed(t, 110, input) })
}

func FuzzIMAP(f *testing.F) {
	const in = "a LOGIN bob secret\r\nb SELECT INBOX\r\n"
	for _, s := range []string{
		"c FETCH 1:* (FLAGS BODY[] BODYSTRUCTURE ENVELOPE)\r\n", "c FETCH 2 BODY.PEEK[1.2.MIME]<9223372036854775807.9223372036854775807>\r\n",
		"c UID STORE 1:* +FLAGS (\\Seen x)\r\nc EXPUNGE\r\n", "c SEARCH OR NOT SEEN (FROM a HEADER x y) SINCE 1-Jan-2020\r\n",
		"c APPEND INBOX () \"01-Jan-2020 00:00:00 +0000\" {5}\r\nhello\r\n", "c IDLE\r\nDONE\r\nc IDLE\r\nx\r\n",
		"c CREATE \"a/..\"\r\nc CREATE a.b.c\r\nc RENAME a.b.c x\r\nc LIST \"\" \"*%*%*%*\"\r\n", "c COPY 1 {3+}\r\nabc\r\n", "c SEARCH " + strings.Repeat("(", 50) + "\r\n",
		"c UID SEARCH RETURN (MIN MAX COUNT) 1:*,*:5\r\n", "{5}\r\n", "c STORE 1 FLAGS ()\r\nc STATUS \"&\" (MESSAGES)\r\nc LSUB \"\" *\r\n",
	} {
		f.Add([]byte(in + s))
	}
	f.Add([]byte("a LOGIN {3}\r\nbob \"sec\\\"ret\"\r\n* OK\r\na AUTHENTICATE PLAIN\r\n*\r\n"))
	f.Fuzz(func(t *testing.T, input []byte) { feed(t, 143, input) })
}
