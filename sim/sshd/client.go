package sshd

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// client is a running ssh(1).
type client struct {
	p    *host.Proc
	o    *options
	host string // as messages name it
	port uint16
	user string
	addr netip.Addr
	c    *vnet.Conn
	wire wire
	x    exchange
	tty  *host.TTY // to ask questions at, nil if there is none

	status int // of the remote command
	talk
}

// end is why a client ends: text, with its line end, has to be printed.
type end struct{ text string }

func (e *end) Error() string { return e.text }

func endf(format string, args ...any) error { return &end{fmt.Sprintf(format, args...)} }

// runSSH is ssh(1).
func runSSH(p *host.Proc) int {
	o, err := sshOptions(p.Args[1:])
	if err == nil {
		err = o.readFiles(p)
	}
	if err != nil {
		return printUsage(p, err)
	}
	c := newClient(p, o)
	p.Ctx = c
	defer c.close()
	if err := c.login(); err != nil {
		return c.tell(err)
	}
	return c.session(o.command)
}

// newClient prepares a client from its options.
func newClient(p *host.Proc, o *options) *client {
	c := &client{p: p, o: o, tty: p.TTY, host: o.text("hostname", o.target)}
	port, _ := strconv.ParseUint(o.text("port", "22"), 10, 16)
	c.port = uint16(port)
	c.user = o.text("user", p.Host.UserName(p.Cred.UID))
	return c
}

// Local returns the client's end of the connection; the zero value while there
// is none.
func (c *client) Local() netip.AddrPort {
	if c.c == nil {
		return netip.AddrPort{}
	}
	return c.c.Local()
}

// tell prints why the client ends and returns its exit status.
func (c *client) tell(err error) int {
	if text := err.Error(); text != "" && !c.o.quiet {
		io.WriteString(c.p.Stderr, text)
	}
	return 255
}

func (c *client) debug(format string, args ...any) {
	if c.o.verbose {
		fmt.Fprintf(c.p.Stderr, "debug1: "+format+"\n", args...)
	}
}

func (c *client) close() {
	if c.c != nil {
		c.c.Close()
	}
}

// login connects, agrees on keys and logs in.
func (c *client) login() error {
	if c.o.verbose {
		io.WriteString(c.p.Stderr, version+"\n")
		c.debug("Reading configuration data /etc/ssh/ssh_config")
	}
	if err := c.dial(); err != nil {
		return err
	}
	c.c.Background()
	limit := c.o.duration("connecttimeout")
	if limit > 0 {
		late := c.p.Host.Clock.After(limit, c.giveUp)
		defer late.Stop()
	}
	if err := c.identify(); err != nil {
		return err
	}
	if err := c.agree(); err != nil {
		return err
	}
	return c.authenticate()
}

// dial opens the TCP connection to the first address that answers.
func (c *client) dial() error {
	family := c.o.family
	switch strings.ToLower(c.o.text("addressfamily", "any")) {
	case "inet":
		family = host.IPv4
	case "inet6":
		family = host.IPv6
	}
	addrs, _, err := c.p.Host.LookupAddrs(c.p.Task, c.host, family)
	if err != nil || len(addrs) == 0 {
		return endf("ssh: Could not resolve hostname %s: %s\n", c.host, lookupText(err))
	}
	failed := ""
	for _, a := range addrs {
		c.debug("Connecting to %s [%s] port %d.", c.host, a, c.port)
		owner := vnet.Owner{PID: c.p.PID, Name: "ssh", UID: int(c.p.Cred.UID)}
		conn, err := c.p.Host.Node.DialTCP(c.p.Task, netip.AddrPort{}, netip.AddrPortFrom(a, c.port), owner, c.o.duration("connecttimeout"))
		if err == nil {
			c.c, c.addr = conn, a
			c.debug("Connection established.")
			return nil
		}
		c.debug("connect to address %s port %d: %s", a, c.port, err)
		failed += fmt.Sprintf("ssh: connect to host %s port %d: %s\n", c.host, c.port, err)
	}
	return &end{failed}
}

// lookupText is what gai_strerror(3) says of a failed look-up.
func lookupText(err error) string {
	switch {
	case errors.Is(err, host.ErrTryAgain):
		return "Temporary failure in name resolution"
	case errors.Is(err, host.ErrNoData):
		return "No address associated with hostname"
	case errors.Is(err, host.ErrNoRecovery):
		return "Non-recoverable failure in name resolution"
	}
	return "Name or service not known"
}

// giveUp ends a handshake that ConnectTimeout is too short for.
func (c *client) giveUp() {
	c.late = true
	c.c.Changed().Broadcast()
}

// fill waits for bytes of the server.
func (c *client) fill() error {
	buf := make([]byte, 16<<10)
	for {
		n, err := c.c.TryRead(buf)
		if n > 0 {
			c.wire.in = append(c.wire.in, buf[:n]...)
			return nil
		}
		switch {
		case c.late:
			return endf("Connection timed out during banner exchange\nConnection to %s port %d timed out\n", c.addr, c.port)
		case err == vnet.EAGAIN:
			c.c.Changed().Wait(c.p.Task)
		case errors.Is(err, io.EOF):
			return io.EOF
		default:
			return err
		}
	}
}

// identify exchanges the identification strings (RFC 4253 4.2).
func (c *client) identify() error {
	c.x.clientID = identification
	c.debug("Local version string %s", identification)
	c.c.Write([]byte(identification + "\r\n"))
	for range 1024 { // a server may say something before
		line, ok, err := c.wire.identification()
		for !ok && err == nil {
			if ferr := c.fill(); ferr != nil {
				return c.identifyFailed(ferr)
			}
			line, ok, err = c.wire.identification()
		}
		if err != nil {
			return endf("kex_exchange_identification: banner line too long\nbanner exchange: Connection to %s port %d: invalid format\n", c.addr, c.port)
		}
		switch {
		case strings.HasPrefix(line, "SSH-2.0-"), strings.HasPrefix(line, "SSH-1.99-"):
			c.x.serverID = line
			c.debug("Remote protocol version 2.0, remote software version %s", software(line))
			c.debug("Authenticating to %s:%d as '%s'", c.host, c.port, c.user)
			return nil
		case strings.HasPrefix(line, "SSH-"):
			return endf("Protocol major versions differ: 2 vs. %.1s\n", strings.TrimPrefix(line, "SSH-"))
		}
		c.debug("kex_exchange_identification: banner line %s", line)
	}
	return endf("kex_exchange_identification: No SSH identification string received.\nbanner exchange: Connection to %s port %d: invalid format\n", c.addr, c.port)
}

func (c *client) identifyFailed(err error) error {
	var e *end
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, io.EOF):
		return endf("kex_exchange_identification: Connection closed by remote host\nConnection closed by %s port %d\n", c.addr, c.port)
	case err == vnet.ECONNRESET:
		return endf("kex_exchange_identification: read: %s\nConnection reset by %s port %d\n", err, c.addr, c.port)
	}
	return endf("kex_exchange_identification: read: %s\nbanner exchange: Connection to %s port %d: %s\n", err, c.addr, c.port, err)
}

// lost is why a handshake has ended.
func (c *client) lost(err error) error {
	var e *end
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, io.EOF):
		return endf("Connection closed by %s port %d\n", c.addr, c.port)
	case err == vnet.ECONNRESET:
		return endf("Connection reset by %s port %d\n", c.addr, c.port)
	}
	return endf("Connection to %s port %d: %s\n", c.addr, c.port, err)
}

func (c *client) send(body []byte) { c.c.Write(c.wire.packet(body)) }

// expect waits for the next message that is not a banner, and reads it if it is
// of one of some kinds.
func (c *client) expect(kinds ...byte) (byte, *fields, []byte, error) {
	for {
		body, ok, err := c.wire.next()
		switch {
		case err != nil:
			return 0, nil, nil, endf("Bad packet length.\nssh_dispatch_run_fatal: Connection to %s port %d: message authentication code incorrect\n", c.addr, c.port)
		case !ok:
			if err := c.fill(); err != nil {
				return 0, nil, nil, c.lost(err)
			}
			continue
		}
		f := &fields{rest: body[1:]}
		switch body[0] {
		case msgAuthBanner:
			io.WriteString(c.p.Stderr, f.text())
			continue
		case msgDisconnect:
			reason, text := f.number(), f.text()
			return 0, nil, nil, endf("Received disconnect from %s port %d:%d: %s\nDisconnected from %s port %d\n", c.addr, c.port, reason, text, c.addr, c.port)
		}
		for _, k := range kinds {
			if body[0] == k {
				return k, f, body, nil
			}
		}
		return 0, nil, nil, endf("ssh_dispatch_run_fatal: Connection to %s port %d: unexpected message %d\n", c.addr, c.port, body[0])
	}
}

// agree does the key exchange and checks the server's key (RFC 4253 7, 8).
func (c *client) agree() error {
	h := c.p.Host
	random, _ := h.Value(clientRandom{}).(*randomSource)
	if random == nil {
		random = &randomSource{h.Clock.Rand("ssh " + h.Name)}
		h.SetValue(clientRandom{}, random)
	}
	c.x.clientInit = kexInit(random.Rand)
	c.send(c.x.clientInit)
	c.debug("SSH2_MSG_KEXINIT sent")
	_, _, body, err := c.expect(msgKexInit)
	if err != nil {
		return err
	}
	c.debug("SSH2_MSG_KEXINIT received")
	c.debug("kex: algorithm: sntrup761x25519-sha512")
	c.debug("kex: host key algorithm: " + keyType)
	c.debug("kex: server->client cipher: chacha20-poly1305@openssh.com MAC: <implicit> compression: none")
	c.debug("kex: client->server cipher: chacha20-poly1305@openssh.com MAC: <implicit> compression: none")
	c.x.serverInit = body
	c.x.clientPart = string(randomBytes(random.Rand, clientHalf))
	c.send(message(msgKexECDHInit).text(c.x.clientPart))
	c.debug("expecting SSH2_MSG_KEX_ECDH_REPLY")
	_, f, _, err := c.expect(msgKexECDHReply)
	if err != nil {
		return err
	}
	c.debug("SSH2_MSG_KEX_ECDH_REPLY received")
	blob := f.text()
	c.x.serverPart = f.text()
	signature := f.text()
	if c.x.hostKey, err = parseBlob(blob); err != nil || f.err != nil || !ed25519.Verify(c.x.hostKey, c.x.hash(), []byte(signature)) {
		return endf("ssh_dispatch_run_fatal: Connection to %s port %d: incorrect signature\n", c.addr, c.port)
	}
	c.debug("Server host key: %s %s", keyType, Fingerprint(c.x.hostKey))
	if err := c.checkHostKey(); err != nil {
		return err
	}
	if _, _, _, err = c.expect(msgNewKeys); err != nil {
		return err
	}
	c.debug("SSH2_MSG_NEWKEYS received")
	c.send(message(msgNewKeys))
	c.wire.sending, c.wire.reading = c.x.masks()
	return nil
}

// graceful says good-bye (RFC 4253 11.1).
func (c *client) graceful() {
	c.send(message(msgDisconnect).number(reasonByUser).text("disconnected by user").text(""))
	c.c.Close()
}
