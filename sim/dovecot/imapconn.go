package dovecot

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/vnet"
)

const (
	imapLineLimit    = 48 << 10 // of a command without its literals
	imapLiteralLimit = 16 << 20 // of the mail of an APPEND
	imapTimeout      = 30 * time.Minute
	maxIMAPBad       = 20
)

// imapConn stands between the client and the library. It reads whole commands,
// answers itself those the library does not know or words too differently, and
// rewords the library's replies (imapreply.go). The library's goroutine reads
// the next command only when it has answered the last, so everything it has
// written by then is the answer.
type imapConn struct {
	*vnet.Conn
	session  *session
	backend  *imapBackend
	pending  []byte // command the library has not read yet
	out      []byte // what the library has written since
	cmd      imapCommand
	greeted  bool
	finished time.Duration // when the last command was answered
	gone     bool          // the end has been logged
	closed   bool
	bad      int
	counts   struct {
		in, out, deleted, expunged                 int
		headers, headerBytes, bodies, bodyBytes, n int
	}
}

// imapCommand is a command of the client.
type imapCommand struct {
	tag  string
	name string // in upper case, "UID FETCH"
	args string // the rest, without literals
	text []byte // as the library gets it
}

func itoa(n int) string { return strconv.Itoa(n) }

// send writes to the client and counts.
func (c *imapConn) send(text string) {
	c.counts.out += len(text)
	c.Conn.Write([]byte(text))
}

// Read gives the library the next command.
func (c *imapConn) Read(b []byte) (int, error) {
	for len(c.pending) == 0 {
		c.flush()
		if c.gone {
			return 0, io.EOF
		}
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// Write takes a part of the library's answer.
func (c *imapConn) Write(b []byte) (int, error) {
	c.out = append(c.out, b...)
	return len(b), nil
}

// Close ends the session after the library has ended it. The library's goroutine
// calls it last of all, so the task lent to it ends with the connection.
func (c *imapConn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	c.flush()
	c.backend.leave()
	c.logout("Connection closed")
	c.session.end() // nothing may follow: the task has ended
	return nil
}

// SetReadDeadline does nothing: the session has its own time-out.
func (c *imapConn) SetReadDeadline(time.Time) error { return nil }

// SetDeadline does nothing, see SetReadDeadline.
func (c *imapConn) SetDeadline(time.Time) error { return nil }

var _ net.Conn = (*imapConn)(nil)

// next reads a command and either answers it or makes it pending.
func (c *imapConn) next() error {
	c.finished = c.session.in.host.Clock.Since()
	cmd, err := c.readCommand()
	switch {
	case err == errIdle:
		c.send("* BYE Disconnected for inactivity.\r\n")
		c.logout("Inactivity - no input for 1800 secs")
		return io.EOF
	case err == errLineTooLong:
		c.send("* BYE " + err.Error() + ".\r\n")
		c.logout("Too long argument")
		return io.EOF
	case err != nil:
		why := "Connection closed (No commands sent)"
		if c.counts.n > 0 {
			ago := c.session.in.host.Clock.Since() - c.finished
			why = fmt.Sprintf("Connection closed (%s finished %.3f secs ago)", c.cmd.name, ago.Seconds())
		}
		c.logout(why)
		return io.EOF
	}
	c.counts.n++
	c.cmd = cmd
	if !c.answer() {
		c.pending = cmd.text
	}
	return nil
}

// readCommand reads a line and the literals in it. The library gets each
// literal as a non-synchronizing one (RFC 7888), because the client has been
// asked for it already.
func (c *imapConn) readCommand() (imapCommand, error) {
	var text, plain []byte
	for {
		line, err := c.session.input.line(imapLineLimit, imapTimeout)
		if err != nil {
			return imapCommand{}, err
		}
		c.counts.in += len(line) + 2
		if len(plain)+len(line) > imapLineLimit {
			return imapCommand{}, errLineTooLong
		}
		plain = append(plain, line...)
		size, sync, ok := literalSize(line)
		if !ok {
			text = append(append(text, line...), "\r\n"...)
			break
		}
		if size > imapLiteralLimit || size > 4096 && !strings.Contains(strings.ToUpper(string(plain)), "APPEND") {
			return imapCommand{}, errLineTooLong
		}
		if sync {
			c.send("+ OK\r\n")
		}
		data, err := c.session.input.take(size, imapTimeout)
		if err != nil {
			return imapCommand{}, err
		}
		c.counts.in += size
		text = append(text, line[:strings.LastIndexByte(line, '{')]...)
		text = fmt.Appendf(text, "{%d+}\r\n", size)
		text = append(text, data...)
	}
	return parseCommand(string(plain), text), nil
}

// literalSize reads the {n} or {n+} at the end of a line.
func literalSize(line string) (n int, sync, ok bool) {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return 0, false, false
	}
	num, plus := strings.CutSuffix(line[i+1:len(line)-1], "+")
	v, err := strconv.ParseUint(num, 10, 31)
	return int(v), !plus, err == nil
}

func parseCommand(plain string, text []byte) imapCommand {
	tag, rest, _ := strings.Cut(plain, " ")
	name, args, _ := strings.Cut(rest, " ")
	name = strings.ToUpper(name)
	if name == "UID" && args != "" {
		var sub string
		sub, args, _ = strings.Cut(args, " ")
		name += " " + strings.ToUpper(sub)
	}
	return imapCommand{tag, name, args, text}
}

// libraryCommands are those the library answers.
var libraryCommands = map[string]bool{
	"ENABLE": true, "CREATE": true, "DELETE": true, "RENAME": true, "SUBSCRIBE": true, "UNSUBSCRIBE": true, "STATUS": true,
	"LIST": true, "LSUB": true, "NAMESPACE": true, "SELECT": true, "EXAMINE": true, "CLOSE": true, "UNSELECT": true, "APPEND": true,
	"FETCH": true, "UID FETCH": true, "EXPUNGE": true, "UID EXPUNGE": true, "STORE": true, "UID STORE": true, "COPY": true,
	"UID COPY": true, "MOVE": true, "UID MOVE": true, "SEARCH": true, "UID SEARCH": true, "LOGOUT": true,
}

// selectedCommands need an open mailbox.
var selectedCommands = map[string]bool{
	"CLOSE": true, "UNSELECT": true, "FETCH": true, "UID FETCH": true, "EXPUNGE": true, "UID EXPUNGE": true, "STORE": true,
	"UID STORE": true, "COPY": true, "UID COPY": true, "MOVE": true, "UID MOVE": true, "SEARCH": true, "UID SEARCH": true, "CHECK": true,
}

// answer answers a command without the library, or reports that it cannot.
func (c *imapConn) answer() bool {
	cmd := &c.cmd
	switch {
	case cmd.name == "" || cmd.name == "UID":
		if cmd.tag == "" {
			c.refuse("*", "Error in IMAP command: Invalid tag")
		} else {
			c.refuse(cmd.tag, "Error in IMAP command: Invalid command name")
		}
	case cmd.tag == "" || strings.ContainsAny(cmd.tag, "(){%*\"\\+"):
		c.refuse("*", "Error in IMAP command: Invalid tag")
	case selectedCommands[cmd.name] && c.backend.box == nil:
		c.refuse(cmd.tag, "No mailbox selected")
	case cmd.name == "NOOP" || cmd.name == "CHECK": // further words do not matter
		cmd.text = []byte(cmd.tag + " NOOP\r\n")
		return false
	case cmd.name == "CAPABILITY":
		c.send("* " + imapCapability + "\r\n" + cmd.tag + " OK Capability completed" + took + "\r\n")
	case cmd.name == "ID":
		c.send("* ID NIL\r\n" + cmd.tag + " OK ID completed" + took + "\r\n")
	case cmd.name == "IDLE":
		c.idle()
	case !libraryCommands[cmd.name]:
		c.refuse(cmd.tag, "Error in IMAP command "+cmd.name+": Unknown command")
	default:
		if cmd.name == "LOGOUT" {
			cmd.text = []byte(cmd.tag + " LOGOUT\r\n")
		}
		c.backend.order = fetchOrder(cmd)
		return false
	}
	return true
}

// refuse answers BAD; too many end the session.
func (c *imapConn) refuse(tag, text string) {
	c.send(tag + " BAD " + text + took + "\r\n")
	if c.bad++; c.bad >= maxIMAPBad {
		c.send("* BYE Too many invalid IMAP commands.\r\n")
		c.logout("Too many invalid IMAP commands.")
	}
}

// idle waits for DONE and tells of changes of the mailbox meanwhile (RFC
// 2177). Whoever changes the mailbox runs the callback, which writes the
// update itself: nobody has to wake up for it.
func (c *imapConn) idle() {
	c.send("+ idling\r\n")
	stop := c.backend.watch(func(update string) { c.send(update) })
	line, err := c.session.input.line(imapLineLimit, imapTimeout)
	stop()
	c.counts.in += len(line) + 2
	switch {
	case err == errIdle: // the next read tells
	case err != nil:
		waited := c.session.in.host.Clock.Since() - c.finished
		c.logout(fmt.Sprintf("Connection closed (IDLE running for 0.001 + waiting input for %.3f secs, 2 B in + 10 B out, state=wait-input)", waited.Seconds()))
	case strings.EqualFold(strings.TrimSpace(line), "DONE"):
		c.send(c.backend.updates(true) + c.cmd.tag + " OK Idle completed" + took + "\r\n")
	default:
		c.refuse(c.cmd.tag, "Expected DONE.")
	}
}
