package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
)

// mailx models mail(1) of Debian's bsd-mailx: writing a mail and handing it to
// sendmail, and reading a mailbox. Beside an mbox in /var/mail it reads
// ~/Maildir, as other mail readers do. It leaves out aliases, folders and
// ~-escapes other than ~. and ~q.
type mailx struct {
	p        *host.Proc
	tty      *host.TTY
	subject  string
	hasTitle bool // -s was given
	from     string
	cc, bcc  []string
	header   []string // -a
	verbose  bool
	to       []string
	list     bool   // -H
	exists   bool   // -e
	file     string // -f
	asFile   bool
	user     string // -u
	lines    func(prompt string) (string, bool)
}

const mailUsage = `Usage: mail [-dEIinv] [-a header] [-b bcc-addr] [-c cc-addr] [-r from-addr] [-s subject] [--] to-addr ...
       mail [-dEIiNnv] -f [name]
       mail [-dEIiNnv] [-u user]
`

// runMail is the program, also as mailx and Mail.
func runMail(p *host.Proc) int {
	m := &mailx{p: p, tty: p.Stdin.TTY()}
	m.options(p.Args[1:])
	m.lines = m.reader()
	switch {
	case len(m.to) > 0:
		return m.compose()
	case m.hasTitle || len(m.cc) > 0 || len(m.bcc) > 0:
		fmt.Fprintf(p.Stderr, "mail: You must specify direct recipients with -s, -c, or -b.\n")
		return 1
	}
	return m.read()
}

// options takes the command line.
func (m *mailx) options(args []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			m.to = append(m.to, args[i+1:]...)
			return
		}
		if len(word) < 2 || word[0] != '-' {
			m.to = append(m.to, word)
			continue
		}
		for j := 1; j < len(word); j++ {
			c := word[j]
			if !strings.ContainsRune("abcrsuf", rune(c)) {
				m.flag(c)
				continue
			}
			value := word[j+1:]
			if value == "" && c == 'f' && (i+1 >= len(args) || strings.HasPrefix(args[i+1], "-")) {
				m.asFile = true
				break
			}
			if value == "" {
				if i++; i >= len(args) {
					fmt.Fprintf(m.p.Stderr, "mail: option requires an argument -- '%c'\n%s", c, mailUsage)
					m.p.Exit(1)
				}
				value = args[i]
			}
			m.valued(c, value)
			break
		}
	}
	if m.file == "" && m.asFile && len(m.to) == 1 {
		m.file, m.to = m.to[0], nil
	}
}

func (m *mailx) flag(c byte) {
	switch c {
	case 'v':
		m.verbose = true
	case 'H':
		m.list = true
	case 'e':
		m.exists = true
	case 'd', 'E', 'I', 'i', 'N', 'n', 'B':
	default:
		fmt.Fprintf(m.p.Stderr, "mail: invalid option -- '%c'\n%s", c, mailUsage)
		m.p.Exit(1)
	}
}

func (m *mailx) valued(c byte, value string) {
	addresses := func() []string {
		return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
	}
	switch c {
	case 'a':
		m.header = append(m.header, value)
	case 'b':
		m.bcc = append(m.bcc, addresses()...)
	case 'c':
		m.cc = append(m.cc, addresses()...)
	case 'r':
		m.from = value
	case 's':
		m.subject, m.hasTitle = strings.ReplaceAll(value, "\n", " "), true
	case 'u':
		m.user = value
	case 'f':
		m.file, m.asFile = value, true
	}
}

// reader returns a function that reads the next line of the terminal or of
// standard input.
func (m *mailx) reader() func(string) (string, bool) {
	if m.tty != nil {
		return func(prompt string) (string, bool) {
			line, err := m.tty.ReadLine(m.p.Task, prompt)
			return line, err == nil
		}
	}
	rest, read := "", false
	return func(string) (line string, ok bool) {
		if !read {
			text, _ := drainInput(m.p, m.p.Stdin)
			rest, read = string(text), true
		}
		if rest == "" {
			return "", false
		}
		line, rest, _ = strings.Cut(rest, "\n")
		return line, true
	}
}
