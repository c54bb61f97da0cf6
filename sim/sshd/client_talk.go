package sshd

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// cutTries is how often a packet has been sent again in vain when the session
// counts as cut: about three seconds.
const cutTries = 4

// talk is the client's side of the session.
type talk struct {
	late     bool   // ConnectTimeout has passed
	sent     uint32 // lines and keys sent
	waits    bool   // the far terminal waits for its user
	prompt   string
	secret   bool
	over     bool // the channel is closed
	statusIn bool // an exit status came
	alive    *vtime.Timer
	missed   int // keepalives without an answer
	timedOut bool
	stdin    *host.Input
	atTTY    bool // the user types at the far terminal
}

// session opens the channel, starts shell or command and passes data on until
// one end has enough. It returns ssh's exit status.
func (c *client) session(command string) int {
	c.atTTY = c.p.Stdin.TTY() != nil && !c.o.noTTY && (command == "" || c.o.forceTTY)
	if !c.atTTY && command == "" && !c.o.noTTY && !c.o.forceTTY && !c.o.noInput {
		io.WriteString(c.p.Stderr, "Pseudo-terminal will not be allocated because stdin is not a terminal.\n")
	}
	c.open(command)
	c.keepalive()
	defer func() { c.alive.Stop() }()
	if c.p.Stdin.TTY() != nil && !c.o.noInput {
		c.typing()
	} else {
		c.piping()
	}
	return c.finish()
}

func (c *client) open(command string) {
	c.debug("channel 0: new session [client-session] (inactive timeout: 0)")
	c.send(message(msgChannelOpen).text("session").number(0).number(2 << 20).number(flushSize))
	if c.atTTY {
		c.debug("Entering interactive session.")
		c.send(message(msgChannelRequest).text("pty-req").flag(false).text("xterm").number(80).number(24).number(0).number(0).text(""))
	}
	c.send(message(msgChannelRequest).text("env").flag(false).text("LANG").text("C.UTF-8"))
	switch {
	case command != "":
		c.debug("Sending command: %s", command)
		c.send(message(msgChannelRequest).text("exec").flag(false).text(command))
	default:
		c.send(message(msgChannelRequest).text("shell").flag(false))
	}
}

// pump takes in what has arrived, and reports whether the session goes on.
func (c *client) pump() bool {
	buf := make([]byte, 16<<10)
	for !c.over && !c.timedOut {
		n, err := c.c.TryRead(buf)
		c.wire.in = append(c.wire.in, buf[:n]...)
		if n > 0 {
			c.missed = 0
		}
		for !c.over {
			c.p.Step(1)
			body, ok, werr := c.wire.next()
			if werr != nil {
				err = werr
			}
			if !ok {
				break
			}
			c.message(body)
		}
		switch {
		case c.over || err == nil:
		case err == vnet.EAGAIN:
			return true
		default:
			c.broken(err)
			return false
		}
	}
	return false
}

// message handles one message of the server.
func (c *client) message(body []byte) {
	f := &fields{rest: body[1:]}
	switch body[0] {
	case msgChannelData:
		io.WriteString(c.p.Stdout, f.text())
	case msgChannelStderr:
		f.number()
		f.number()
		io.WriteString(c.p.Stderr, f.text())
	case msgWaiting:
		count := f.number()
		c.secret = f.flag()
		c.prompt = f.text()
		c.waits = count == c.sent
	case msgChannelRequest:
		kind := f.text()
		if f.flag(); kind == "exit-status" {
			c.status, c.statusIn = int(f.number()), true
		}
	case msgGlobalRequest:
		f.text()
		if f.flag() {
			c.send(message(msgRequestFailure))
		}
	case msgChannelClose:
		c.over = true
	}
}

// broken tells how the connection ended, and makes that the exit status.
func (c *client) broken(err error) {
	c.status, c.statusIn = 255, true
	if !c.over {
		c.over = true
		if errors.Is(err, io.EOF) {
			c.say("Connection to %s closed by remote host.\n", c.host)
			if c.atTTY {
				c.say("Connection to %s closed.\n", c.host)
			}
			return
		}
		// The good-bye cannot be sent any more, and that is what is said.
		c.say("client_loop: send disconnect: %s\n", vnet.EPIPE)
	}
}

func (c *client) say(format string, args ...any) {
	if !c.o.quiet {
		fmt.Fprintf(c.p.Stderr, format, args...)
	}
}

// cut reports that nothing comes back from the server, because what was typed
// does not arrive there, or what it says does not arrive here.
func (c *client) cut() bool { return max(c.c.Tries(), c.c.PeerTries()) >= cutTries }

// typing passes on what the user types until the session is over. While the
// session is cut the terminal is the user's: what is typed waits in the
// connection, and "~." at the beginning of a line ends the client.
func (c *client) typing() {
	tty := c.p.Stdin.TTY()
	c.p.OnSignal = c.onSignal
	defer func() {
		c.p.OnSignal = nil
		tty.SetCut(false)
		tty.SetSecret(false)
	}()
	ends := 0
	for c.pump() {
		tty.SetCut(c.cut())
		ready := func() bool { return c.waits || c.cut() }
		prompt := c.prompt
		if !c.waits {
			prompt = ""
		}
		if ready() {
			tty.SetSecret(c.secret && c.waits)
		}
		line, typed, err := tty.Await(c.p.Task, prompt, c.c.Changed(), ready)
		switch {
		case err != nil:
			if ends++; ends > 1 { // the terminal is gone
				c.disconnect()
				return
			}
			c.key(ctrlD)
		case typed && c.o.escape && c.atTTY && strings.HasPrefix(line, "~") && c.escape(line[1:]):
			if c.over {
				return
			}
		case typed:
			ends = 0
			c.key(line + "\n")
		}
	}
}

// key sends what was typed.
func (c *client) key(text string) {
	if text == ctrlD && !c.atTTY {
		c.send(message(msgChannelEOF))
		return
	}
	c.sent++
	c.waits = false
	c.send(message(msgChannelData).text(text))
}

// onSignal sends Ctrl+C to the far terminal. Without one, and for every other
// signal, it is the client's own.
func (c *client) onSignal(sig host.Signal) bool {
	if sig != host.SIGINT || !c.atTTY {
		return false
	}
	c.key(ctrlC)
	c.c.Changed().Broadcast()
	return true
}

const escapeHelp = `~?
Supported escape sequences:
 ~.   - terminate connection (and any multiplexed sessions)
 ~B   - send a BREAK to the remote system
 ~C   - open a command line
 ~R   - request rekey
 ~V/v - decrease/increase verbosity (LogLevel)
 ~^Z  - suspend ssh
 ~#   - list forwarded connections
 ~&   - background ssh (when waiting for connections to terminate)
 ~?   - this message
 ~~   - send the escape character by typing it twice
(Note that escapes are only recognized immediately after newline.)
`

// escape does an escape sequence (ssh(1) ESCAPE CHARACTERS). It reports whether
// text was one.
func (c *client) escape(text string) bool {
	switch {
	case strings.HasPrefix(text, "."):
		c.disconnect()
		c.say("Connection to %s closed.\n", c.host)
		return true
	case strings.HasPrefix(text, "?"):
		io.WriteString(c.p.Stderr, escapeHelp)
		return true
	case strings.HasPrefix(text, "~"):
		c.key(text + "\n")
		return true
	}
	return false
}

// disconnect ends the session from this side.
func (c *client) disconnect() {
	c.graceful()
	c.over, c.status, c.statusIn = true, 255, true
}

// piping passes on standard input that is no terminal.
func (c *client) piping() {
	if c.o.noInput {
		c.send(message(msgChannelEOF))
	} else {
		c.stdin = host.StartInput(c.p, c.c.Changed())
		defer c.stdin.Stop()
	}
	told := c.o.noInput
	for c.pump() {
		if c.stdin != nil {
			if b := c.stdin.Take(); len(b) > 0 {
				c.p.Step(1 + len(b)/64)
				for len(b) > 0 {
					k := min(len(b), flushSize)
					c.send(message(msgChannelData).text(string(b[:k])))
					b = b[k:]
				}
				continue
			}
			if c.stdin.Ended() && !told {
				told = true
				c.send(message(msgChannelEOF))
			}
		}
		c.c.Changed().Wait(c.p.Task)
	}
}

// keepalive asks the server for a sign of life every ServerAliveInterval.
func (c *client) keepalive() {
	every := c.o.duration("serveraliveinterval")
	if every <= 0 {
		return
	}
	c.alive = c.p.Host.Clock.After(every, func() {
		if c.over {
			return
		}
		if c.missed++; c.missed > c.o.number("serveralivecountmax", 3) {
			c.timedOut = true
			c.c.Changed().Broadcast()
			return
		}
		c.send(message(msgGlobalRequest).text("keepalive@openssh.com").flag(true))
		c.keepalive()
	})
}

// finish says good-bye and returns the exit status.
func (c *client) finish() int {
	switch {
	case c.timedOut:
		c.say("Timeout, server %s not responding.\n", c.host)
		return 255
	case c.over && c.status == 255 && c.statusIn:
		return 255
	}
	c.graceful()
	if c.atTTY {
		c.say("Connection to %s closed.\n", c.host)
	}
	c.debug("Exit status %d", c.status)
	if !c.statusIn {
		return 255
	}
	return c.status
}
