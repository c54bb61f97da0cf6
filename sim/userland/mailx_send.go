package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// compose writes a mail: at a terminal it asks for the subject, reads lines up
// to "." or Ctrl+D and asks for copies; otherwise standard input is the body.
func (m *mailx) compose() int {
	if m.tty != nil && !m.hasTitle {
		line, ok := m.lines("Subject: ")
		if !ok {
			return 1
		}
		m.subject = line
	}
	body, ok := m.body()
	if !ok {
		return 1
	}
	if m.tty != nil && len(m.cc) == 0 {
		if line, ok := m.lines("Cc: "); ok {
			m.valued('c', line)
		}
	}
	if body == "" {
		fmt.Fprint(m.p.Stderr, "Null message body; hope that's ok\n")
	}
	return m.deliver(body)
}

func (m *mailx) body() (string, bool) {
	var b strings.Builder
	for b.Len() < maxInput {
		m.p.Step(1)
		line, ok := m.lines("")
		switch {
		case !ok && m.tty != nil:
			m.p.Print("EOT\n")
			return b.String(), true
		case !ok:
			return b.String(), true
		case m.tty != nil && (line == "." || line == "~."):
			return b.String(), true
		case m.tty != nil && (line == "~q" || line == "~x"):
			return "", false
		}
		b.WriteString(line + "\n")
	}
	return b.String(), true
}

// deliver hands the mail to sendmail.
func (m *mailx) deliver(body string) int {
	var b strings.Builder
	if m.from != "" {
		fmt.Fprintf(&b, "From: %s\n", m.from)
	}
	fmt.Fprintf(&b, "To: %s\n", strings.Join(m.to, ", "))
	if m.subject != "" {
		fmt.Fprintf(&b, "Subject: %s\n", mail.EncodeHeader(m.subject))
	}
	if len(m.cc) > 0 {
		fmt.Fprintf(&b, "Cc: %s\n", strings.Join(m.cc, ", "))
	}
	for _, h := range m.header {
		b.WriteString(h + "\n")
	}
	b.WriteString("MIME-Version: 1.0\nContent-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: 8bit\n\n" + body)
	args := []string{"/usr/sbin/sendmail", "-i"}
	if m.verbose {
		args = append(args, "-v")
	}
	if m.from != "" {
		args = append(args, "-r", m.from)
	}
	args = append(args, "--")
	for _, list := range [][]string{m.to, m.cc, m.bcc} {
		for _, entry := range list {
			for _, a := range strings.FieldsFunc(entry, func(r rune) bool { return r == ',' }) {
				args = append(args, bareAddress(a))
			}
		}
	}
	status, err := m.p.Run(host.Spec{Args: args, Stdin: host.NewFD(strings.NewReader(b.String()), nil, nil)})
	if err != nil {
		fmt.Fprintf(m.p.Stderr, "mail: %s: %s\n", args[0], systemText(err))
		status = 1
	}
	if status != 0 {
		m.deadLetter(b.String())
		return 1
	}
	return 0
}

// bareAddress is the address in "Name <address>".
func bareAddress(s string) string {
	if a, err := mail.ParseAddressList(s); err == nil && len(a) == 1 {
		return a[0].String()
	}
	return strings.TrimSpace(s)
}

// deadLetter keeps a mail that could not be handed over.
func (m *mailx) deadLetter(text string) {
	file := m.p.Env.Get("HOME") + "/dead.letter"
	if m.p.Host.FS.AppendFile(file, []byte(text), 0o600, m.p.Cred) == nil {
		fmt.Fprintf(m.p.Stderr, "\"%s\" %d/%d\n", file, strings.Count(text, "\n"), len(text))
	}
	fmt.Fprint(m.p.Stderr, ". . . message not sent.\n")
}
