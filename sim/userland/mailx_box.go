package userland

import (
	"path"
	"strings"
	"time"

	"mxlab/sim/mail"
)

// letter is a message of a mailbox.
type letter struct {
	file    string // maildir: its file
	from    string // mbox: the From_ line
	text    string
	msg     mail.Message
	date    time.Time
	unread  bool
	isNew   bool // not seen by a mail reader before
	touched bool // read now
	deleted bool
}

// mailbox is an mbox file or a maildir.
type mailbox struct {
	path    string
	maildir bool
	letters []*letter
}

// openBox finds the mailbox: the file of -f, /var/mail/USER or ~/Maildir. The
// error is that of the file of -f.
func (m *mailx) openBox() (*mailbox, error) {
	home, user := m.p.Env.Get("HOME"), m.owner()
	if m.user != "" {
		if u, ok := m.p.Host.User(m.user); ok {
			home = u.Home
		}
	}
	if m.asFile {
		file := m.file
		if file == "" {
			file = home + "/mbox"
		}
		box := &mailbox{path: m.p.Path(file)}
		if info, err := m.p.Host.FS.Stat(box.path, m.p.Cred); err == nil && info.IsDir() {
			box.maildir = true
			return box, m.readMaildir(box)
		}
		return box, m.readMbox(box)
	}
	box := &mailbox{path: "/var/mail/" + user}
	if file := m.p.Env.Get("MAIL"); file != "" && m.user == "" && !strings.HasSuffix(file, "/") {
		box.path = file
	}
	if err := m.readMbox(box); err == nil && len(box.letters) > 0 {
		return box, nil
	}
	dir := &mailbox{path: home + "/Maildir", maildir: true}
	if m.readMaildir(dir) == nil {
		return dir, nil
	}
	return box, nil
}

// owner is the user whose mail is read.
func (m *mailx) owner() string {
	if m.user != "" {
		return m.user
	}
	return m.p.Host.UserName(m.p.Cred.UID)
}

// readMbox splits an mbox file at its From_ lines.
func (m *mailx) readMbox(box *mailbox) error {
	data, err := m.p.Host.FS.ReadFile(box.path, m.p.Cred)
	if err != nil {
		return err
	}
	var l *letter
	var text strings.Builder
	finish := func() {
		if l != nil {
			l.text = strings.TrimSuffix(text.String(), "\n")
			l.parse()
			box.letters = append(box.letters, l)
		}
		text.Reset()
	}
	empty := true
	for row := range strings.Lines(string(data)) {
		m.p.Step(1)
		if empty && strings.HasPrefix(row, "From ") {
			finish()
			l = &letter{from: strings.TrimSuffix(row, "\n")}
			l.date = mboxDate(l.from)
			empty = false
			continue
		}
		empty = row == "\n"
		text.WriteString(row)
	}
	finish()
	for _, l := range box.letters {
		status, _ := l.msg.Get("Status")
		l.unread, l.isNew = !strings.Contains(status, "R"), !strings.Contains(status, "O")
	}
	return nil
}

// mboxDate is the date at the end of a From_ line.
func mboxDate(from string) time.Time {
	if f := strings.Fields(from); len(f) >= 6 {
		if t, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(f[len(f)-5:], " ")); err == nil {
			return t
		}
	}
	return time.Time{}
}

// readMaildir reads new and cur, oldest first by file name.
func (m *mailx) readMaildir(box *mailbox) error {
	for _, sub := range []string{"cur", "new"} {
		dir := path.Join(box.path, sub)
		entries, err := m.p.Host.FS.ReadDir(dir, m.p.Cred)
		if err != nil {
			return err
		}
		for _, e := range entries {
			m.p.Step(1)
			file := path.Join(dir, e.Name)
			data, err := m.p.Host.FS.ReadFile(file, m.p.Cred)
			if err != nil || strings.HasPrefix(e.Name, ".") {
				continue
			}
			_, flags, _ := strings.Cut(e.Name, ":2,")
			l := &letter{file: file, text: strings.TrimSuffix(string(mail.NormalizeLF(data)), "\n"), isNew: sub == "new",
				unread: !strings.Contains(flags, "S")}
			if l.text != "" {
				l.text += "\n"
			}
			l.parse()
			if date, ok := l.msg.Get("Date"); ok {
				l.date = headerDate(date)
			}
			sender, _ := l.msg.Get("Return-Path")
			l.from = strings.TrimSuffix(mail.MboxFrom(strings.Trim(sender, "<> "), l.date), "\n")
			box.letters = append(box.letters, l)
		}
	}
	return nil
}

func headerDate(value string) time.Time {
	value, _, _ = strings.Cut(value, " (")
	for _, layout := range []string{time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700"} {
		if t, err := time.Parse(layout, strings.TrimSpace(value)); err == nil {
			return t
		}
	}
	return time.Time{}
}

func (l *letter) parse() { l.msg = mail.ParseMessage([]byte(l.text)) }

// sender is who wrote the letter.
func (l *letter) sender() string {
	value, ok := l.msg.Get("From")
	if ok {
		if a := bareAddress(strings.TrimSpace(value)); a != "" {
			return a
		}
	}
	if f := strings.Fields(l.from); len(f) > 1 {
		return f[1]
	}
	return "(unknown)"
}

func (l *letter) subject() string {
	value, _ := l.msg.Get("Subject")
	return mail.DecodeHeader(strings.TrimSpace(strings.ReplaceAll(value, "\n", "")))
}

// mbox is the letter in the form of an mbox file, with its status.
func (l *letter) mbox() string {
	msg := mail.ParseMessage([]byte(l.text))
	msg.Delete("Status")
	status := "O"
	if !l.unread || l.touched {
		status = "RO"
	}
	msg.Append(mail.Field{Name: "Status", Value: status})
	text := string(msg.Bytes())
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return l.from + "\n" + text + "\n"
}
