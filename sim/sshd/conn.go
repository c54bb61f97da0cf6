package sshd

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// stage is how far a connection has come.
type stage uint8

const (
	identifying stage = iota
	offering          // KEXINIT is awaited
	exchanging        // KEX_ECDH_INIT
	switching         // NEWKEYS
	authorizing
	working // logged in
)

// conn is a connection at the server's end. It is driven by what arrives.
type conn struct {
	s        *server
	c        *vnet.Conn
	cfg      *config
	proc     *host.Proc // the process that serves it
	from     netip.AddrPort
	wire     wire
	exchange exchange
	stage    stage
	grace    *vtime.Timer // LoginGraceTime
	login    login
	session
	alive  *vtime.Timer // ClientAliveInterval
	missed int          // keepalives without an answer
	closed bool
}

// log writes a line in the name of the connection's process.
func (n *conn) log(sev host.Severity, format string, args ...any) {
	if l := n.cfg.LogLevel; l == "QUIET" || l == "SILENT" || sev > host.Err && (l == "ERROR" || l == "FATAL") {
		return
	}
	n.s.h.Syslog(host.FacAuth, sev, "sshd", n.proc.PID, fmt.Sprintf(format, args...))
}

// peer names the other end as log lines do.
func (n *conn) peer() string { return fmt.Sprintf("%s port %d", n.from.Addr(), n.from.Port()) }

func (n *conn) send(body []byte) { n.c.Write(n.wire.packet(body)) }

// read takes what has arrived.
func (n *conn) read() {
	buf := make([]byte, 16<<10)
	for !n.closed {
		k, err := n.c.TryRead(buf)
		n.wire.in = append(n.wire.in, buf[:k]...)
		n.missed = 0
		n.parse()
		if err != nil {
			if !errors.Is(err, vnet.EAGAIN) && !n.closed {
				n.lost(err)
			}
			return
		}
	}
}

func (n *conn) parse() {
	for !n.closed {
		if n.stage == identifying {
			line, ok, err := n.wire.identification()
			if err != nil {
				n.log(host.Err, "error: kex_exchange_identification: banner line too long")
				n.close()
			}
			if err != nil || !ok {
				return
			}
			n.identified(line)
			continue
		}
		body, ok, err := n.wire.next()
		if err != nil {
			n.log(host.Err, "Bad packet length from %s", n.peer())
			n.close()
		}
		if err != nil || !ok {
			return
		}
		if err := n.message(body[0], &fields{rest: body[1:]}, body); err != nil {
			n.log(host.Err, "error: %s from %s", err, n.peer())
			n.close()
		}
	}
}

// identified checks the client's identification (RFC 4253 4.2).
func (n *conn) identified(line string) {
	switch {
	case strings.HasPrefix(line, "SSH-2.0-") || strings.HasPrefix(line, "SSH-1.99-"):
	case strings.HasPrefix(line, "SSH-"):
		n.c.Write([]byte("Protocol major versions differ.\r\n"))
		n.log(host.Err, "error: Protocol major versions differ: 2 vs. %.1s", strings.TrimPrefix(line, "SSH-"))
		n.log(host.Info, "banner exchange: Connection from %s: could not read protocol version", n.peer())
		n.close()
		return
	default:
		n.c.Write([]byte("Invalid SSH identification string.\r\n"))
		n.log(host.Err, "error: kex_exchange_identification: client sent invalid protocol identifier \"%.50s\"", printable(line))
		n.log(host.Info, "banner exchange: Connection from %s: invalid format", n.peer())
		n.close()
		return
	}
	n.exchange.clientID = line
	n.exchange.serverInit = kexInit(n.s.random)
	n.send(n.exchange.serverInit)
	n.stage = offering
}

// printable shows bytes of a stranger in a log line (strvis(3) in short).
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, s)
}

// message handles one message. Up to the keys each stage takes one kind.
func (n *conn) message(number byte, f *fields, body []byte) error {
	switch {
	case number == msgDisconnect:
		reason, text := f.number(), f.text()
		n.disconnected(reason, text)
		return f.err
	case n.stage == offering && number == msgKexInit:
		n.exchange.clientInit = body
		n.stage = exchanging
	case n.stage == exchanging && number == msgKexECDHInit:
		n.exchange.clientPart = f.text()
		n.answerExchange()
		n.stage = switching
		return f.err
	case n.stage == switching && number == msgNewKeys:
		n.wire.reading, n.wire.sending = n.exchange.masks()
		n.stage = authorizing
	case n.stage == authorizing && number == msgServiceRequest:
		n.send(message(msgServiceAccept).text(f.text()))
		return f.err
	case n.stage == authorizing && number == msgAuthRequest:
		return n.authRequest(f)
	case n.stage == working:
		return n.sessionMessage(number, f)
	default:
		return fmt.Errorf("unexpected message %d", number)
	}
	return nil
}

// answerExchange sends the server's half with host key and signature, and
// switches to the keys.
func (n *conn) answerExchange() {
	x := &n.exchange
	x.hostKey = n.s.key.Public()
	x.serverPart = string(randomBytes(n.s.random, serverHalf))
	signature := ed25519.Sign(n.s.key.Private, x.hash())
	n.send(message(msgKexECDHReply).text(string(keyBlob(x.hostKey))).text(x.serverPart).text(string(signature)))
	n.send(message(msgNewKeys))
}

// outOfTime ends a connection that has not logged in (LoginGraceTime).
func (n *conn) outOfTime() {
	n.log(host.Err, "fatal: Timeout before authentication for %s", n.peer())
	n.close()
}

// disconnected handles the client's good-bye.
func (n *conn) disconnected(reason uint32, text string) {
	preauth := ""
	if n.stage != working {
		preauth = " [preauth]"
	}
	n.log(host.Info, "Received disconnect from %s:%d: %s%s", n.peer(), reason, printable(text), preauth)
	n.log(host.Info, "Disconnected from %s%s%s", n.who(), n.peer(), preauth)
	n.close()
}

// who names the user in front of the address in log lines.
func (n *conn) who() string {
	switch l := &n.login; {
	case l.name == "":
		return ""
	case n.stage == working:
		return "user " + l.name + " "
	case l.valid:
		return "authenticating user " + l.name + " "
	}
	return "invalid user " + printable(n.login.name) + " "
}

// lost handles a connection that has ended without a word.
func (n *conn) lost(err error) {
	verb := "closed"
	if err == vnet.ECONNRESET {
		verb = "reset"
	}
	switch {
	case n.stage == identifying:
		n.log(host.Info, "error: kex_exchange_identification: %s", map[bool]string{true: "Connection closed by remote host", false: "read: " + err.Error()}[errors.Is(err, io.EOF)])
		n.log(host.Info, "Connection %s by %s", verb, n.peer())
	case n.stage < working:
		n.log(host.Info, "Connection %s by %s%s [preauth]", verb, n.who(), n.peer())
	case errors.Is(err, io.EOF):
		n.log(host.Info, "Connection closed by %s", n.peer())
	default:
		n.log(host.Info, "Read error from remote host %s: %s", n.peer(), err)
	}
	n.close()
}

// close ends connection, session and process.
func (n *conn) close() {
	if n.closed {
		return
	}
	n.closed = true
	n.grace.Stop()
	n.alive.Stop()
	if n.stage < working {
		n.s.pending--
	}
	n.endSession()
	n.c.OnData(nil)
	n.c.Close()
	if !n.proc.Ended() {
		n.proc.Exit(255)
	}
}

// keepalive asks for a sign of life every ClientAliveInterval.
func (n *conn) keepalive() {
	if n.closed || n.cfg.AliveInterval <= 0 {
		return
	}
	n.alive = n.s.h.Clock.After(n.cfg.AliveInterval, func() {
		if n.missed++; n.cfg.AliveCount > 0 && n.missed > n.cfg.AliveCount {
			n.log(host.Info, "Timeout, client not responding from %s%s", n.who(), n.peer())
			n.close()
			return
		}
		n.send(message(msgGlobalRequest).text("keepalive@openssh.com").flag(true))
		n.keepalive()
	})
}
