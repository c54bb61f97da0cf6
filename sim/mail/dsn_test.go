package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const wantBounce = `Received: by mail.example.com (Postfix)
	id 71029A78077; Sat, 21 Nov 2026 22:48:43 +0000 (UTC)
Date: Sat, 21 Nov 2026 22:48:43 +0000 (UTC)
From: Mail Delivery System <MAILER-DAEMON@example.com>
Subject: Undelivered Mail Returned to Sender
To: alice@example.com
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="62FEBA78070.1795301323/mail.example.com"
Content-Transfer-Encoding: 8bit
Message-Id: <20261121224843.71029A78077@mail.example.com>

This is a MIME-encapsulated message.

--62FEBA78070.1795301323/mail.example.com
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host mail.example.com.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

<nobody1@example.net>: host mail.example.net[198.51.100.25] said: 550 5.1.1
    <nobody1@example.net>: Recipient address rejected: User unknown in local
    recipient table (in reply to RCPT TO command)

--62FEBA78070.1795301323/mail.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
X-Postfix-Queue-ID: 62FEBA78070
X-Postfix-Sender: rfc822; alice@example.com
Arrival-Date: Sat, 21 Nov 2026 22:48:43 +0000 (UTC)

Final-Recipient: rfc822; nobody1@example.net
Original-Recipient: rfc822;nobody1@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 5.1.1 <nobody1@example.net>: Recipient address
    rejected: User unknown in local recipient table

--62FEBA78070.1795301323/mail.example.com
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

Return-Path: <alice@example.com>
Received: by mail.example.com (Postfix, from userid 0)
	id 62FEBA78070; Sat, 21 Nov 2026 22:48:43 +0000 (UTC)
From: alice@example.com
To: nobody1@example.net
Subject: bounced-user-unknown
Message-Id: <20261121224843.62FEBA78070@mail.example.com>
Date: Sat, 21 Nov 2026 22:48:43 +0000 (UTC)

Hello.

--62FEBA78070.1795301323/mail.example.com--
`

func bounce(t *testing.T) DSN {
	t.Helper()
	at := time.Date(2026, 11, 21, 22, 48, 43, 0, time.UTC)
	original := ParseMessage([]byte("From: alice@example.com\nTo: nobody1@example.net\nSubject: bounced-user-unknown\n\nHello.\n"))
	original.Prepend(LocalReceived("mail.example.com", "", 0, "62FEBA78070", at))
	original.Append(Field{"Message-Id", MessageID(at, "62FEBA78070", "mail.example.com")}, Field{"Date", FormatDate(at)})
	reply := "550 5.1.1 <nobody1@example.net>: Recipient address rejected: User unknown in local recipient table"
	return DSN{
		Hostname: "mail.example.com", Domain: "example.com", QueueID: "71029A78077", OriginalID: "62FEBA78070",
		Sender: "alice@example.com", Arrival: at, Now: at, DelayWarning: 4 * time.Hour, Lifetime: 5 * 24 * time.Hour,
		Original: original,
		Recipients: []Recipient{{Final: "nobody1@example.net", ORcpt: "rfc822;nobody1@example.net", Action: "failed",
			Status: Enhanced{5, 1, 1}, RemoteMTA: "mail.example.net", Reply: reply,
			Reason: "host mail.example.net[198.51.100.25] said: " + reply + " (in reply to RCPT TO command)"}},
	}
}

// The bounce Postfix 3.7.11 wrote for a refused recipient, and the size its
// queue manager logged.
func TestDSNFailure(t *testing.T) {
	m := bounce(t).Message()
	if diff := cmp.Diff(wantBounce, string(m.Bytes())); diff != "" {
		t.Errorf("bounce (-want +got):\n%s", diff)
	}
	if got := m.QueueSize(); got != 2442 {
		t.Errorf("size %d, want 2442", got)
	}
}

func TestDSNDelayWarning(t *testing.T) {
	d := bounce(t)
	d.Kind, d.HeadersOnly = DSNDelay, true
	d.Recipients[0].Action = "delayed"
	text := string(d.Message().Bytes())
	for _, want := range []string{
		"Subject: Delayed Mail (still being retried)\n",
		"# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n",
		"Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n",
		"Action: delayed\n", "Will-Retry-Until: Thu, 26 Nov 2026 22:48:43 +0000 (UTC)\n",
		"Content-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n",
		"Date: Sat, 21 Nov 2026 22:48:43 +0000 (UTC)\n\n--62FEBA78070.1795301323/mail.example.com--\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Hello.") {
		t.Error("a warning must not return the body")
	}
}

func TestDSNExpandedAlias(t *testing.T) {
	d := bounce(t)
	d.Recipients[0].Original = "postmaster@example.net"
	if text := string(d.Message().Bytes()); !strings.Contains(text, "<nobody1@example.net> (expanded from <postmaster@example.net>): host\n") {
		t.Error(text)
	}
}
