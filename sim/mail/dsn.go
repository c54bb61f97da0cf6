package mail

import (
	"fmt"
	"strings"
	"time"
)

// DSNKind is the occasion of a delivery status notification.
type DSNKind int

// Kinds of notification Postfix's bounce daemon writes.
const (
	DSNFailure DSNKind = iota // undelivered, given up
	DSNDelay                  // warning, still being tried
	DSNSuccess                // asked for with NOTIFY=SUCCESS
	DSNVerify                 // report asked for with sendmail -v or -bv
)

// Recipient is one recipient's fate in a notification.
type Recipient struct {
	Final     string   // internal form, after aliases
	Original  string   // before aliases; empty or equal to Final: not mentioned
	ORcpt     string   // "rfc822;user@example.com"; empty: Original is used
	Action    string   // failed, delayed, delivered, relayed, expanded
	Status    Enhanced // 5.1.1
	Reason    string   // for people: "host h[a] said: 550 ..."
	RemoteMTA string   // name of the host that spoke; empty: none did
	Reply     string   // that host's reply: "550 5.1.1 <x>: ..."; empty: Reason is used
}

// DSN is everything bounce needs to write a notification.
type DSN struct {
	Kind         DSNKind
	Hostname     string // myhostname
	Domain       string // of MAILER-DAEMON: myorigin
	MailName     string // empty: "Postfix"
	QueueID      string // of the notification itself
	OriginalID   string // queue id of the message it is about
	Sender       string // envelope sender of that message: the notification goes there
	EnvelopeID   string // ENVID; empty: none
	Arrival      time.Time
	Now          time.Time
	DelayWarning time.Duration // delay_warning_time
	Lifetime     time.Duration // maximal_queue_lifetime
	HeadersOnly  bool          // RET=HDRS, a delay warning, or larger than bounce_size_limit
	Postmaster   string        // not empty: this copy goes to the postmaster (notify_classes)
	Recipients   []Recipient
	Original     Message
}

// Message writes the notification (RFC 3464) with the texts, order and folding
// of Postfix's bounce daemon.
func (d DSN) Message() Message {
	boundary := fmt.Sprintf("%s.%d/%s", d.OriginalID, d.Now.Unix(), d.Hostname)
	to := externalForm(d.Sender)
	if d.Postmaster != "" {
		to = d.Postmaster
	}
	m := Message{Header: []Field{
		InternalReceived(d.Hostname, d.MailName, d.QueueID, d.Now),
		{"Date", FormatDate(d.Now)},
		{"From", "Mail Delivery System <MAILER-DAEMON@" + d.Domain + ">"},
		{"Subject", d.subject()},
		{"To", to},
		{"Auto-Submitted", d.autoSubmitted()},
		{"MIME-Version", "1.0"},
		{"Content-Type", "multipart/report; report-type=delivery-status;\n\tboundary=\"" + boundary + "\""},
		{"Content-Transfer-Encoding", "8bit"},
		{"Message-Id", MessageID(d.Now, d.QueueID, d.Hostname)},
	}}
	b := &lineWriter{}
	b.line("This is a MIME-encapsulated message.")
	b.line("")
	b.line("--" + boundary)
	d.writeNotification(b)
	b.line("")
	b.line("--" + boundary)
	d.writeReport(b)
	b.line("")
	b.line("--" + boundary)
	d.writeOriginal(b)
	b.line("")
	b.line("--" + boundary + "--")
	m.Body = []byte(b.String())
	return m
}

func (d DSN) autoSubmitted() string {
	if d.Postmaster != "" {
		return "auto-generated"
	}
	return "auto-replied"
}

func (d DSN) writeNotification(b *lineWriter) {
	b.line("Content-Description: Notification")
	b.line("Content-Type: text/plain; charset=utf-8")
	b.line("Content-Transfer-Encoding: 8bit")
	b.line("")
	b.line(strings.Join(d.text(), "\n"))
	for _, r := range d.Recipients {
		b.line("")
		to := "<" + externalForm(r.Final) + ">"
		if r.Original != "" && r.Original != r.Final {
			to += " (expanded from <" + externalForm(r.Original) + ">)"
		}
		b.wrapped(to + ": " + r.Reason)
	}
}

// writeReport is the message/delivery-status part: first the fields of the
// message (RFC 3464 2.2), then a block for each recipient (2.3).
func (d DSN) writeReport(b *lineWriter) {
	name := orPostfix(d.MailName)
	b.line("Content-Description: Delivery report")
	b.line("Content-Type: message/delivery-status")
	b.line("")
	b.line("Reporting-MTA: dns; " + d.Hostname)
	if d.EnvelopeID != "" {
		b.line("Original-Envelope-Id: " + d.EnvelopeID)
	}
	b.line("X-" + name + "-Queue-ID: " + d.OriginalID)
	if d.Sender != "" {
		b.line("X-" + name + "-Sender: rfc822; " + externalForm(d.Sender))
	}
	if !d.Arrival.IsZero() {
		b.line("Arrival-Date: " + FormatDate(d.Arrival))
	}
	for _, r := range d.Recipients {
		b.line("")
		d.writeRecipient(b, r, name)
	}
}

func (d DSN) writeRecipient(b *lineWriter, r Recipient, name string) {
	b.line("Final-Recipient: rfc822; " + externalForm(r.Final))
	switch {
	case r.ORcpt != "":
		b.line("Original-Recipient: " + r.ORcpt)
	case r.Original != "":
		b.line("Original-Recipient: rfc822; " + externalForm(r.Original))
	}
	action := r.Action
	if d.Kind == DSNFailure {
		action = "failed"
	}
	b.line("Action: " + action)
	b.line("Status: " + EnhancedString(r.Status))
	if r.RemoteMTA != "" {
		b.wrapped("Remote-MTA: dns; " + r.RemoteMTA)
	}
	if r.Reply != "" {
		b.wrapped("Diagnostic-Code: smtp; " + r.Reply)
	} else {
		b.wrapped("Diagnostic-Code: X-" + name + "; " + r.Reason)
	}
	if d.Kind == DSNDelay {
		b.line("Will-Retry-Until: " + FormatDate(d.Arrival.Add(d.Lifetime)))
	}
}

func (d DSN) writeOriginal(b *lineWriter) {
	what, kind := "Message", "message/rfc822"
	if d.HeadersOnly {
		what, kind = "Message Headers", "text/rfc822-headers"
	}
	if d.Kind == DSNFailure || d.Kind == DSNDelay {
		what = "Undelivered " + what
	}
	b.line("Content-Description: " + what)
	b.line("Content-Type: " + kind)
	b.line("Content-Transfer-Encoding: 8bit")
	b.line("")
	b.line("Return-Path: <" + externalForm(d.Sender) + ">")
	content := d.Original
	if d.HeadersOnly {
		content.Body = nil
	}
	text := strings.TrimSuffix(string(content.Bytes()), "\n")
	if d.HeadersOnly {
		text = strings.TrimSuffix(text, "\n")
	}
	b.line(text)
}

// lineWriter collects lines and folds long ones as bounce does: at most 79
// columns, following lines indented by four, broken only at blanks.
type lineWriter struct{ strings.Builder }

func (b *lineWriter) line(s string) {
	b.WriteString(s)
	b.WriteByte('\n')
}

func (b *lineWriter) wrapped(s string) {
	const width, indent = 79, 4
	start, limit, prefix := 0, width, ""
	for word := 0; word < len(s); {
		end := word + strings.IndexAny(s[word:], " \t")
		if end < word {
			end = len(s)
		}
		if word > start && end-start > limit {
			b.line(prefix + strings.TrimRight(s[start:word], " \t"))
			for word < len(s) && isSpace(s[word]) {
				word++
			}
			start, limit, prefix = word, width-indent, strings.Repeat(" ", indent)
			end = max(end, word)
		}
		word = end + 1
	}
	b.line(prefix + strings.TrimRight(s[start:], " \t"))
}
