package mail

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// MaildirTemp is the name of a file in tmp/ as Postfix's local makes it:
// time.Ppid.hostname.
func MaildirTemp(at time.Time, pid int, host string) string {
	return fmt.Sprintf("%d.P%d.%s", at.Unix(), pid, maildirHost(host))
}

// MaildirName is the name of a file in new/ as Postfix makes it: the time, device
// and inode of the file, microseconds and host name.
func MaildirName(at time.Time, device, inode uint64, host string) string {
	return fmt.Sprintf("%d.V%xI%xM%d.%s", at.Unix(), device, inode, at.Nanosecond()/1000, maildirHost(host))
}

// maildirHost replaces characters maildir names use themselves.
func maildirHost(host string) string {
	if !strings.ContainsAny(host, "/:") {
		return host
	}
	return strings.NewReplacer("/", `\057`, ":", `\072`).Replace(host)
}

// MboxFrom is the line before a message in mbox format; the null sender is
// written as MAILER-DAEMON.
func MboxFrom(sender string, at time.Time) string {
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	return "From " + externalForm(sender) + "  " + at.Format(time.ANSIC) + "\n"
}

// MboxEntry is a message ready to be appended to an mbox file: the From_ line,
// the message with body lines that look like one marked by ">", and an empty
// line.
func MboxEntry(sender string, at time.Time, m Message) []byte {
	var b bytes.Buffer
	b.WriteString(MboxFrom(sender, at))
	for _, line := range bytes.SplitAfter(m.Bytes(), []byte{'\n'}) {
		if bytes.HasPrefix(line, []byte("From ")) {
			b.WriteByte('>')
		}
		b.Write(line)
	}
	b.WriteByte('\n')
	return b.Bytes()
}
