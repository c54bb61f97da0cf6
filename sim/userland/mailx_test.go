package userland

import (
	"strings"
	"testing"

	"mxlab/sim/host"
)

const twoLetters = `From alice@example.com  Sat Nov 21 22:35:12 2026
Return-Path: <alice@example.com>
From: root <alice@example.com>
Subject: retry

x

From MAILER-DAEMON  Sun Nov 22 08:00:00 2026
From: Mail Delivery System <MAILER-DAEMON@mail.example.com>
Subject: Undelivered Mail Returned to Sender
Status: O

gone
`

func TestMailReading(t *testing.T) {
	w := newWorld(t)
	w.write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
	if r := w.run("", "mail"); r.err != "No mail for root\n" || r.status != 1 {
		t.Errorf("%+v", r)
	}
	w.write("/root/x", "")
	w.write("/var/mail/root", twoLetters)
	screen, _ := w.session([]string{"1", "", "99", "foo", "d 2", "h", "q"}, "mail")
	want := `Mail version 8.1.2 01/15/2001.  Type ? for help.
"/var/mail/root": 2 messages 1 new 2 unread
>N  1 alice@example.com  Sat Nov 21 22:35    5/82    retry
 U  2 MAILER-DAEMON@mail Sun Nov 22 08:00    4/120   Undelivered Mail Returned to Sender
& 1
Message 1:
From alice@example.com  Sat Nov 21 22:35:12 2026
From: root <alice@example.com>
Subject: retry

x

& 
Message 2:
From MAILER-DAEMON  Sun Nov 22 08:00:00 2026
From: Mail Delivery System <MAILER-DAEMON@mail.example.com>
Subject: Undelivered Mail Returned to Sender

gone

& 99
99: Invalid message number
& foo
Unknown command: "foo"
& d 2
& h
    1 alice@example.com  Sat Nov 21 22:35    5/82    retry
& q
Saved 1 message in mbox
`
	if screen != want {
		t.Errorf("got:\n%s\nwant:\n%s", screen, want)
	}
	if r := w.run("", "mail"); r.err != "No mail for root\n" {
		t.Errorf("after quit: %+v", r)
	}
}

func TestMailSending(t *testing.T) {
	w := newWorld(t)
	var got []string
	catch := func(p *host.Proc) int {
		text, _ := drainInput(p, p.Stdin)
		got = append(got, strings.Join(p.Args, " ")+"\n"+string(text))
		return 0
	}
	w.install("/usr/sbin/sendmail", "sendmail", catch)
	w.run("hello\n", "mail", "-s", "hi", "-r", "me@example.com", "-a", "X-Test: 1", "bob@example.net")
	want := `/usr/sbin/sendmail -i -r me@example.com -- bob@example.net
From: me@example.com
To: bob@example.net
Subject: hi
X-Test: 1
MIME-Version: 1.0
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: 8bit

hello
`
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
	got = nil
	screen, status := w.session([]string{"subj", "line", ".", ""}, "mail", "bob@example.net")
	if screen != "Subject: subj\nline\n.\nCc: \n" || status != 0 || len(got) != 1 || !strings.Contains(got[0], "Subject: subj\n") {
		t.Errorf("%q %d %q", screen, status, got)
	}
	if r := w.run("", "mail", "-s", "x"); r.status != 1 {
		t.Errorf("%+v", r)
	}
}
