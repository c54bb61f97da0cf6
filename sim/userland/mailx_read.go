package userland

import (
	"fmt"
	"strconv"
	"strings"

	"mxlab/sim/mail"
)

// mailReader is a session with a mailbox.
type mailReader struct {
	*mailx
	box  *mailbox
	dot  int // index of the current letter
	seen bool
}

// read shows a mailbox and runs commands on it.
func (m *mailx) read() int {
	box, err := m.openBox()
	switch {
	case err != nil:
		fmt.Fprintf(m.p.Stderr, "%s: %s\n", box.path, systemText(err))
		return 1
	case m.exists:
		if len(box.letters) == 0 {
			return 1
		}
		return 0
	case len(box.letters) == 0:
		if m.asFile {
			fmt.Fprintf(m.p.Stderr, "No messages in %s\n", box.path)
		} else {
			fmt.Fprintf(m.p.Stderr, "No mail for %s\n", m.owner())
		}
		return 1
	}
	r := &mailReader{mailx: m, box: box}
	if m.list {
		r.headers(0)
		return 0
	}
	m.p.Print("Mail version 8.1.2 01/15/2001.  Type ? for help.\n")
	r.summary()
	r.dot = r.firstUnread()
	r.headers(r.dot)
	for {
		m.p.Step(1)
		line, ok := r.lines("& ")
		if !ok || r.command(strings.TrimSpace(line)) {
			if !ok {
				r.quit()
			}
			return 0
		}
	}
}

func (r *mailReader) firstUnread() int {
	for i, l := range r.box.letters {
		if l.unread {
			return i
		}
	}
	return 0
}

// summary is the line with the numbers of letters.
func (r *mailReader) summary() {
	fresh, unread := 0, 0
	for _, l := range r.box.letters {
		if l.unread && l.isNew {
			fresh++
		}
		if l.unread {
			unread++
		}
	}
	text := fmt.Sprintf("\"%s\": %d message%s", r.box.path, len(r.box.letters), plural(len(r.box.letters)))
	if fresh > 0 {
		text += fmt.Sprintf(" %d new", fresh)
	}
	if unread > fresh { // the new ones count again
		text += fmt.Sprintf(" %d unread", unread)
	}
	r.p.Print(text + "\n")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// headers lists the screen of letters around index i.
func (r *mailReader) headers(i int) {
	const screen = 20
	start := i / screen * screen
	for n := start; n < min(start+screen, len(r.box.letters)); n++ {
		if !r.box.letters[n].deleted {
			r.p.Print(r.headerLine(n) + "\n")
		}
	}
}

func (r *mailReader) headerLine(n int) string {
	l := r.box.letters[n]
	current, state := byte(' '), byte(' ')
	if n == r.dot {
		current = '>'
	}
	switch {
	case l.touched:
	case l.isNew && l.unread:
		state = 'N'
	case l.unread:
		state = 'U'
	}
	return strings.TrimRight(fmt.Sprintf("%c%c%3d %-18.18s %16.16s %4d/%-5d %s", current, state, n+1, l.sender(),
		l.date.Format("Mon Jan _2 15:04"), strings.Count(l.text, "\n"), len(l.text), l.subject()), " ")
}

// command runs one line; it reports whether the session is over.
func (r *mailReader) command(line string) bool {
	word := strings.TrimRight(line, " ")
	rest := ""
	if i := strings.IndexFunc(line, func(c rune) bool { return c == ' ' || c >= '0' && c <= '9' || c == '*' || c == '$' || c == '.' }); i >= 0 {
		word, rest = line[:i], strings.TrimSpace(line[i:])
	}
	switch word {
	case "":
		if rest == "" {
			r.next()
		} else {
			r.each(rest, r.show)
		}
	case "p", "print", "t", "type", "P", "Print", "T", "Type", "more":
		r.each(rest, r.show)
	case "n", "next":
		r.next()
	case "h", "headers", "z":
		r.headers(r.dot)
	case "f", "from":
		r.each(rest, func(n int) { r.p.Print(r.headerLine(n) + "\n") })
	case "d", "delete", "dp", "dt":
		r.each(rest, func(n int) { r.box.letters[n].deleted = true })
	case "u", "undelete":
		r.each(rest, func(n int) { r.box.letters[n].deleted = false })
	case "q", "quit":
		r.quit()
		return true
	case "x", "exit", "ex", "xit":
		return true
	case "=":
		r.p.Printf("%d\n", r.dot+1)
	case "s", "save", "w", "write":
		r.save(rest)
	case "m", "mail":
		(&mailx{p: r.p, tty: r.tty, lines: r.lines, to: strings.Fields(rest)}).compose()
	case "r", "reply", "R", "Reply", "respond":
		r.reply(rest)
	case "?", "help":
		r.p.Print(mailHelp)
	default:
		r.p.Printf("Unknown command: \"%s\"\n", word)
	}
	return false
}

// next shows the following letter, the first time the current one.
func (r *mailReader) next() {
	if r.seen {
		for r.dot++; r.dot < len(r.box.letters) && r.box.letters[r.dot].deleted; r.dot++ {
		}
	}
	if r.dot >= len(r.box.letters) {
		r.dot = len(r.box.letters) - 1
		r.p.Print("At EOF\n")
		return
	}
	r.show(r.dot)
}

// each calls fn for the letters of a list such as "1 3-5 $ *"; "" is the
// current one.
func (r *mailReader) each(list string, fn func(int)) {
	if list == "" {
		fn(r.dot)
		return
	}
	last := len(r.box.letters)
	one := func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		switch {
		case s == "$":
			n = last
		case s == ".":
			n = r.dot + 1
		case err != nil || n < 1 || n > last:
			r.p.Printf("%s: Invalid message number\n", s)
			return 0, false
		}
		return n - 1, true
	}
	for _, word := range strings.Fields(list) {
		low, high, isRange := strings.Cut(word, "-")
		switch {
		case word == "*":
			low, high, isRange = "1", "$", true
		case !isRange:
			high = low
		}
		a, ok := one(low)
		if !ok {
			return
		}
		b, ok := one(high)
		if !ok {
			return
		}
		for n := a; n <= b; n++ {
			r.p.Step(1)
			fn(n)
			r.dot = n
		}
	}
}

// show prints a letter without the header fields Debian's mail.rc hides.
func (r *mailReader) show(n int) {
	l := r.box.letters[n]
	r.dot, r.seen, l.touched = n, true, true
	r.p.Printf("Message %d:\n%s\n", n+1, l.from)
	for _, f := range l.msg.Header {
		switch strings.ToLower(f.Name) {
		case "received", "message-id", "resent-message-id", "status", "mail-from", "return-path", "via", "delivered-to":
			continue
		}
		r.p.Printf("%s: %s\n", f.Name, mail.DecodeHeader(f.Value))
	}
	r.p.Print("\n" + string(l.msg.Body))
	if b := l.msg.Body; len(b) > 0 && b[len(b)-1] != '\n' {
		r.p.Print("\n")
	}
	r.p.Print("\n")
}

// save appends letters to an mbox file: [list] file.
func (r *mailReader) save(rest string) {
	words := strings.Fields(rest)
	if len(words) == 0 {
		r.p.Print("No file specified.\n")
		return
	}
	file := r.p.Path(words[len(words)-1])
	count, size := 0, 0
	r.each(strings.Join(words[:len(words)-1], " "), func(n int) {
		text := r.box.letters[n].mbox()
		if err := r.p.Host.FS.AppendFile(file, []byte(text), 0o600, r.p.Cred); err != nil {
			r.p.Printf("%s: %s\n", words[len(words)-1], systemText(err))
			return
		}
		count += strings.Count(text, "\n")
		size += len(text)
	})
	r.p.Printf("\"%s\" [Appended] %d/%d\n", words[len(words)-1], count, size)
}

func (r *mailReader) reply(rest string) {
	r.each(rest, func(n int) {
		l := r.box.letters[n]
		to := l.sender()
		if v, ok := l.msg.Get("Reply-To"); ok {
			to = bareAddress(v)
		}
		subject := l.subject()
		if !strings.HasPrefix(strings.ToLower(subject), "re:") {
			subject = "Re: " + subject
		}
		r.p.Printf("To: %s\nSubject: %s\n\n", to, subject)
		(&mailx{p: r.p, tty: r.tty, lines: r.lines, to: []string{to}, subject: subject, hasTitle: true}).compose()
	})
}

const mailHelp = `    Mail Command                Description
-------------------------     --------------------------------------------
t [message list]              type message(s).
n                             goto and type next message.
e [message list]              edit message(s).
f [message list]              give head lines of messages.
d [message list]              delete message(s).
s [message list] <file>       append message(s) to file.
u [message list]              undelete message(s).
R [message list]              reply to message sender(s).
r [message list]              reply to message sender(s) and all recipients.
p [message list]              print message list.
pre [message list]            make messages go back to /var/mail.
m <recipient list>            mail to specific recipient(s).
q                             quit, saving unresolved messages in mbox.
x                             quit, do not remove system mailbox.
h                             print out active message headers.
!                             shell escape.
c [directory]                 chdir to directory or home if none given.

A [message list] consists of integers, ranges of same, or user names separated
by spaces.  If omitted, Mail uses the last message typed.
`
