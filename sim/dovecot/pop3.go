package dovecot

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/dovecot/mailbox"
	"mxlab/sim/host"
)

// pop3Timeout is how long a mail process waits for a command (RFC 1939 3).
const pop3Timeout = 10 * time.Minute

// pop3Session is the TRANSACTION state of RFC 1939 5.
type pop3Session struct {
	*session
	box     mailbox.Box
	mails   []*mailbox.Message // as they were when the session began
	deleted []bool
	read    []bool // to be marked as seen
	total   int64

	tops, retrs         int
	topBytes, retrBytes int
	expunged            int
	finished            bool
}

// pop3 serves the user's INBOX.
func (s *session) pop3() {
	p := &pop3Session{session: s}
	s.write("+OK Logged in.")
	if err := p.open(); err != nil {
		return
	}
	s.closing = func() { p.logout("Server shutting down.") }
	for bad := 0; !p.finished; {
		line, err := s.input.line(pop3LineLimit, pop3Timeout)
		switch err {
		case nil:
		case errIdle:
			s.write("-ERR Disconnected for inactivity.")
			p.logout("Disconnected for inactivity")
			return
		default:
			p.update(false)
			p.logout("Connection closed")
			return
		}
		verb, arg, _ := strings.Cut(line, " ")
		if p.command(strings.ToUpper(verb), verb, arg) {
			bad = 0
		} else if bad++; bad > 20 {
			s.write("-ERR Too many bad commands.")
			p.logout("Too many bad commands.")
			return
		}
	}
}

// open opens the INBOX and looks at all mails, as the sizes of all are needed.
func (p *pop3Session) open() error {
	store, err := p.openStore()
	if err != nil {
		p.logMail(host.Err, "Error: "+err.Error())
		p.logout(err.Error())
		return err
	}
	if p.box, err = store.Open("INBOX", false); err == nil {
		p.mails = append(p.mails, p.box.Messages()...)
		for _, m := range p.mails {
			if err = p.box.Stat(m); err != nil {
				break
			}
			p.total += m.Size
		}
	}
	if err != nil {
		p.logFault("", err)
		first, _, _ := strings.Cut(err.Error(), "\n")
		p.logMail(host.Err, "Error: Couldn't open INBOX: "+first)
		p.write("-ERR [SYS/TEMP] " + p.internalStamp())
		p.mails = nil
		p.logout("Couldn't open INBOX: " + first)
		return err
	}
	p.deleted, p.read = make([]bool, len(p.mails)), make([]bool, len(p.mails))
	return nil
}

// logout logs the end of the session with its numbers (pop3_logout_format).
func (p *pop3Session) logout(why string) {
	p.closing = nil
	v := &variables{user: p.user, more: map[byte]string{
		't': strconv.Itoa(p.tops), 'p': strconv.Itoa(p.topBytes), 'r': strconv.Itoa(p.retrs), 'b': strconv.Itoa(p.retrBytes),
		'd': strconv.Itoa(p.expunged), 'm': strconv.Itoa(len(p.mails)), 's': strconv.FormatInt(p.total, 10)}}
	p.logMail(host.Info, "Disconnected: "+why+" "+v.expand(p.in.cfg.Str("pop3_logout_format")))
}

// command answers one command. It reports whether the command was known.
func (p *pop3Session) command(verb, given, arg string) bool {
	switch verb {
	case "STAT":
		n, size := p.count()
		p.write(fmt.Sprintf("+OK %d %d", n, size))
	case "LIST":
		p.listing(arg, func(i int) string { return fmt.Sprintf("%d %d", i+1, p.mails[i].Size) }, true)
	case "UIDL":
		p.listing(arg, func(i int) string { return fmt.Sprintf("%d %s", i+1, p.uidl(p.mails[i])) }, false)
	case "RETR":
		if i, rest, ok := p.number(arg); ok && p.nothingAfter(rest) {
			p.retrieve(i)
		}
	case "TOP":
		p.top(arg)
	case "DELE":
		if i, rest, ok := p.number(arg); ok && p.nothingAfter(rest) {
			p.deleted[i] = true
			p.write("+OK Marked to be deleted.")
		}
	case "RSET":
		clear(p.deleted)
		clear(p.read)
		p.write("+OK")
	case "NOOP":
		p.write("+OK")
	case "CAPA":
		p.write("+OK", "CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE", ".")
	case "QUIT":
		p.quit()
	default:
		p.write("-ERR Unknown command: " + given)
		return false
	}
	return true
}

// count counts the mails that are not marked as deleted.
func (p *pop3Session) count() (n int, size int64) {
	for i, m := range p.mails {
		if !p.deleted[i] {
			n, size = n+1, size+m.Size
		}
	}
	return n, size
}

// number reads a message number and answers if there is no such message. rest
// is what follows it.
func (p *pop3Session) number(arg string) (i int, rest string, ok bool) {
	word, rest, more := strings.Cut(arg, " ")
	if more {
		rest = " " + rest
	}
	n, err := strconv.ParseUint(word, 10, 32)
	switch {
	case err != nil:
		p.write("-ERR Invalid message number: " + arg)
	case n == 0 || n > uint64(len(p.mails)):
		p.write(fmt.Sprintf("-ERR There's no message %d.", n))
	case p.deleted[n-1]:
		p.write("-ERR Message is deleted.")
	default:
		return int(n - 1), rest, true
	}
	return 0, "", false
}

func (p *pop3Session) nothingAfter(rest string) bool {
	if strings.TrimSpace(rest) == "" {
		return true
	}
	p.write("-ERR Noise after message number: " + rest)
	return false
}

// listing answers LIST and UIDL, for one message or for all.
func (p *pop3Session) listing(arg string, entry func(int) string, counted bool) {
	if strings.TrimSpace(arg) != "" {
		if word, rest, _ := strings.Cut(arg, " "); !counted || strings.TrimSpace(rest) == "" || strings.Trim(word, "0123456789") != "" {
			if i, rest, ok := p.number(arg); ok && p.nothingAfter(rest) {
				p.write("+OK " + entry(i))
			}
			return
		} else {
			p.write("-ERR Noise after message number:  " + rest)
			return
		}
	}
	lines := []string{"+OK"}
	if counted {
		n, _ := p.count()
		lines[0] = fmt.Sprintf("+OK %d messages:", n)
	}
	for i := range p.mails {
		if !p.deleted[i] {
			lines = append(lines, entry(i))
		}
	}
	p.write(append(lines, ".")...)
}

// uidl is the unique id by pop3_uidl_format: %u is the UID, %v the UIDVALIDITY;
// 08X asks for eight hexadecimal digits.
func (p *pop3Session) uidl(m *mailbox.Message) string {
	format := p.in.cfg.ForProtocol("pop3").Str("pop3_uidl_format")
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		spec := ""
		for i++; i < len(format) && strings.IndexByte("0123456789X", format[i]) >= 0; i++ {
			spec += string(format[i])
		}
		if i == len(format) {
			break
		}
		n := map[byte]uint32{'u': m.UID, 'v': p.box.Validity()}[format[i]]
		switch {
		case strings.HasSuffix(spec, "X"):
			width, _ := strconv.Atoi(strings.TrimSuffix(spec, "X"))
			fmt.Fprintf(&b, "%0*x", min(width, 32), n)
		default:
			fmt.Fprint(&b, n)
		}
	}
	return b.String()
}

// retrieve sends a mail, dot-stuffed (RFC 1939 3).
func (p *pop3Session) retrieve(i int) {
	data, ok := p.raw(i)
	if !ok {
		return
	}
	head := fmt.Sprintf("+OK %d octets\r\n", len(data))
	p.read[i] = true
	p.retrs++
	p.retrBytes += p.sendText(head, data)
}

// top sends the header and some lines of the body.
func (p *pop3Session) top(arg string) {
	i, rest, ok := p.number(arg)
	if !ok {
		return
	}
	if rest = strings.TrimLeft(rest, " "); rest == "" {
		p.write("-ERR Noise after message number: ")
		return
	}
	n, err := strconv.ParseUint(rest, 10, 31)
	if err != nil {
		p.write("-ERR Invalid size: " + rest)
		return
	}
	data, ok := p.raw(i)
	if !ok {
		return
	}
	end := len(data)
	if body := bytes.Index(data, []byte("\r\n\r\n")); body >= 0 {
		end = body + 4
		for ; n > 0 && end < len(data); n-- {
			next := bytes.IndexByte(data[end:], '\n')
			if next < 0 {
				end = len(data)
				break
			}
			end += next + 1
		}
	}
	p.tops++
	p.topBytes += p.sendText("+OK\r\n", data[:end])
}

func (p *pop3Session) raw(i int) ([]byte, bool) {
	data, err := p.box.Raw(p.mails[i])
	if err != nil {
		p.logFault("", err)
		p.write("-ERR [SYS/TEMP] " + p.internalStamp())
		return nil, false
	}
	return data, true
}

// sendText sends a reply with a text of several lines and returns how many
// bytes, without the dot at the end.
func (p *pop3Session) sendText(head string, data []byte) int {
	out := append(make([]byte, 0, len(head)+len(data)+16), head...)
	for line := range bytes.Lines(data) {
		if line[0] == '.' {
			out = append(out, '.')
		}
		out = append(out, line...)
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		out = append(out, "\r\n"...)
	}
	n := len(out)
	p.conn.Write(append(out, ".\r\n"...))
	return n
}

// quit enters the UPDATE state (RFC 1939 6).
func (p *pop3Session) quit() {
	p.finished = true
	if err := p.update(true); err != nil {
		p.logFault("", err)
		p.write("-ERR [SYS/TEMP] " + p.internalStamp())
		p.logout("Couldn't sync INBOX: " + err.Error())
		return
	}
	if p.expunged > 0 {
		p.write("+OK Logging out, messages deleted.")
	} else {
		p.write("+OK Logging out.")
	}
	p.logout("Logged out")
}

// update marks what was read as seen and, after QUIT, removes what was marked
// as deleted.
func (p *pop3Session) update(quit bool) error {
	if err := p.box.Sync(); err != nil {
		return err
	}
	var gone []*mailbox.Message
	for i, m := range p.mails {
		switch {
		case quit && p.deleted[i]:
			gone = append(gone, m)
		case p.read[i] && m.Flags&mailbox.Seen == 0 && !p.in.cfg.Bool("pop3_no_flag_updates"):
			if err := p.box.SetFlags(m, m.Flags|mailbox.Seen, m.Keywords); err != nil && quit {
				return err
			}
		}
	}
	if len(gone) > 0 {
		if err := p.box.Expunge(gone); err != nil {
			return err
		}
		p.expunged = len(gone)
	}
	return p.box.Close()
}
