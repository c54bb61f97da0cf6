package mta

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
)

// exchanger is one address of one mail exchanger.
type exchanger struct {
	name string
	addr netip.Addr
	pref uint16
}

// smtp delivers to a remote server (smtp(8)).
//
// The exchangers of the next hop are tried in the order of their preference; a
// host that cannot be reached, or that answers the session or the sender with
// a temporary error, makes it try the next. The last failure is the reason
// recorded. A recipient that a server has refused for good is bounced, one
// accepted is done.
func (a *attempt) smtp() {
	next := postfix.ParseNextHop(a.res.Nexthop)
	list, fail := a.exchangers(next)
	if fail != nil {
		a.fail(*fail)
		return
	}
	port := uint16(25)
	if next.Port != "" {
		if port = a.in.portOf(next.Port); port == 0 {
			a.deferAll(mail.Enhanced{4, 3, 5}, "unknown service: "+next.Port+"/tcp")
			return
		}
	}
	last := failure{status: mail.Enhanced{4, 4, 1}, text: "no mail exchanger could be tried"}
	sessions := 0
	pending := a.rcpts
	for i, x := range list {
		if limit := int(a.d.cfg.Int("smtp_mx_address_limit")); limit > 0 && i >= limit {
			break
		}
		conn, err := a.connect(x, port)
		if err != nil {
			last = failure{status: mail.Enhanced{4, 4, 1}, text: fmt.Sprintf("connect to %s[%s]:%d: %v", x.name, x.addr, port, err)}
			a.d.logf(host.Info, "%s", last.text)
			continue
		}
		c := &client{a: a, conn: conn, x: x, port: port}
		left, f := c.run(pending)
		conn.Close()
		if f == nil {
			return
		}
		pending, last = left, *f
		if len(pending) == 0 {
			return
		}
		if sessions++; sessions >= int(a.d.cfg.Int("smtp_mx_session_limit")) || f.status[0] == 5 {
			break
		}
	}
	a.rcpts = pending
	a.fail(last)
}

// failure is why no recipient could be dealt with.
type failure struct {
	status mail.Enhanced
	text   string
	server string // remote server that spoke, "" if none did
	reply  string // what it said
	relay  string
}

func (a *attempt) fail(f failure) {
	if f.relay != "" {
		a.relay = f.relay
	}
	for _, r := range a.rcpts {
		a.refused(r, f.status, f.text, f.server, f.reply)
	}
}

func (in *Instance) portOf(service string) uint16 {
	var n uint16
	if _, err := fmt.Sscanf(service+"\n", "%d\n", &n); err == nil {
		return n
	}
	return in.host.ServicePort(service, "tcp")
}

// connect opens the connection within smtp_connect_timeout.
func (a *attempt) connect(x exchanger, port uint16) (*vnet.Conn, error) {
	h := a.in.host
	start := h.Clock.Now()
	timeout := a.d.cfg.Duration("smtp_connect_timeout")
	conn, err := h.Node.DialTCP(a.t, a.bindAddress(x.addr), netip.AddrPortFrom(x.addr, port), vnet.Owner{PID: a.d.pid(), Name: "smtp", UID: int(a.in.owner.UID)}, timeout)
	a.conn += h.Clock.Now().Sub(start)
	return conn, err
}

// bindAddress is the source address smtp_bind_address asks for.
func (a *attempt) bindAddress(dst netip.Addr) netip.AddrPort {
	param := "smtp_bind_address"
	if dst.Is6() {
		param = "smtp_bind_address6"
	}
	if addr, err := netip.ParseAddr(a.d.cfg.Str(param)); err == nil {
		return netip.AddrPortFrom(addr, 0)
	}
	return netip.AddrPort{}
}

// nameError is smtp's text for a look-up that failed.
func nameError(name string, rt mail.RRType, out mail.DNSOutcome) failure {
	status := mail.Enhanced{5, 4, 4}
	if out == mail.DNSTempFail {
		status = mail.Enhanced{4, 4, 3}
	}
	return failure{status: status, text: fmt.Sprintf("Host or domain name not found. Name service error for name=%s type=%s: %s", name, rt, out.ErrorText())}
}

// exchangers finds where mail for a next hop goes (RFC 5321 5.1): the MX
// records' hosts by preference, or, without any, the domain's own addresses.
// Of its own exchangers and those after it a server tries none.
func (a *attempt) exchangers(next postfix.NextHop) ([]exchanger, *failure) {
	if addr, ok := literal(next.Host); ok {
		return []exchanger{{name: addr.String(), addr: addr}}, nil
	}
	if next.Direct {
		return a.hostOnly(next.Host)
	}
	ans := lookup(a.t, a.in.host, next.Host, mail.TypeMX)
	switch {
	case ans.IsNullMX():
		return nil, &failure{status: mail.Enhanced{5, 1, 0}, text: fmt.Sprintf("Domain %s does not accept mail (nullMX)", next.Host)}
	case ans.Outcome == mail.DNSTempFail:
		f := nameError(next.Host, mail.TypeMX, ans.Outcome)
		return nil, &f
	case ans.Outcome != mail.DNSFound:
		return a.hostOnly(next.Host)
	}
	return a.fromMX(next.Host, ans.Records)
}

func literal(host string) (netip.Addr, bool) {
	if addr, ok := mail.ParseLiteral("[" + strings.Trim(host, "[]") + "]"); ok {
		return addr, true
	}
	addr, err := netip.ParseAddr(host)
	return addr, err == nil
}

// hostOnly takes the addresses of a host as the only exchanger.
func (a *attempt) hostOnly(name string) ([]exchanger, *failure) {
	addrs, out := a.addresses(name)
	if len(addrs) == 0 {
		f := nameError(name, mail.TypeA, out)
		return nil, &f
	}
	var list []exchanger
	for _, addr := range addrs {
		if a.ownAddress(addr) {
			return nil, &failure{status: mail.Enhanced{5, 4, 6}, text: postfix.LoopsBack(name)}
		}
		list = append(list, exchanger{name: name, addr: addr})
	}
	return list, nil
}

func (a *attempt) fromMX(domain string, mx []mail.DNSRecord) ([]exchanger, *failure) {
	slices.SortStableFunc(mx, func(x, y mail.DNSRecord) int { return int(x.Preference) - int(y.Preference) })
	var list []exchanger
	bad := failure{}
	self := -1
	for _, r := range mx {
		addrs, out := a.addresses(r.Host)
		if len(addrs) == 0 {
			if bad.text == "" || out == mail.DNSTempFail {
				bad = nameError(r.Host, mail.TypeA, out)
			}
			continue
		}
		for _, addr := range addrs {
			if self < 0 && (a.ownAddress(addr) || strings.EqualFold(r.Host, a.d.cfg.Str("myhostname"))) {
				self = int(r.Preference)
			}
			list = append(list, exchanger{name: r.Host, addr: addr, pref: r.Preference})
		}
	}
	if len(list) == 0 {
		a.d.logf(host.Warning, "warning: no MX host for %s has a valid address record", domain)
		return nil, &bad
	}
	if self >= 0 {
		list = slices.DeleteFunc(list, func(x exchanger) bool { return int(x.pref) >= self })
		if len(list) == 0 {
			return nil, &failure{status: mail.Enhanced{5, 4, 6}, text: postfix.LoopsBack(domain)}
		}
	}
	return list, nil
}

// addresses looks up a host's addresses of the families in use.
func (a *attempt) addresses(name string) ([]netip.Addr, mail.DNSOutcome) {
	protocols := a.d.cfg.Str("inet_protocols")
	all := strings.Contains(protocols, "all")
	var list []netip.Addr
	worst := mail.DNSNotFound
	for _, f := range []struct {
		rt   mail.RRType
		want bool
	}{{mail.TypeAAAA, (all || strings.Contains(protocols, "ipv6")) && a.in.host.HasIPv6()}, {mail.TypeA, all || strings.Contains(protocols, "ipv4")}} {
		if !f.want {
			continue
		}
		ans := lookup(a.t, a.in.host, name, f.rt)
		worst = ans.Outcome
		for _, r := range ans.Records {
			list = append(list, r.Addr)
		}
		if ans.Outcome == mail.DNSNotFound {
			break
		}
	}
	return list, worst
}

func (a *attempt) ownAddress(addr netip.Addr) bool {
	return addr.IsLoopback() || slices.Contains(a.d.cfg.OwnAddresses(), addr)
}

// client is one SMTP session with a server.
type client struct {
	a       *attempt
	conn    *vnet.Conn
	x       exchanger
	port    uint16
	buf     []byte
	ext     map[string]string // EHLO keywords, upper case, with their arguments
	timeout time.Duration
}

func (c *client) peer() string { return fmt.Sprintf("%s[%s]", c.x.name, c.x.addr) }

// errLost and errTimeout end a session from without.
var (
	errLost    = errors.New("lost connection")
	errTimeout = errors.New("conversation timed out")
)

// run holds the session. It returns the recipients not dealt with and why; a
// nil failure means that all are.
func (c *client) run(rcpts []recipient) (left []recipient, f *failure) {
	if f := c.greet(); f != nil {
		return rcpts, f
	}
	if f := c.authenticate(); f != nil {
		return rcpts, f
	}
	c.a.relay = fmt.Sprintf("%s:%d", c.peer(), c.port)
	if limit := c.sizeLimit(); limit > 0 && c.a.m.size > limit {
		text := fmt.Sprintf("message size %d exceeds size limit %d of server %s", c.a.m.size, limit, c.peer())
		return rcpts, &failure{status: mail.Enhanced{5, 3, 4}, text: text, relay: c.a.relay}
	}
	return c.transaction(rcpts)
}

// failed makes the failure of a reply or of a broken session.
func (c *client) failed(r mail.Reply, err error, what string) *failure {
	relay := fmt.Sprintf("%s:%d", c.peer(), c.port)
	switch {
	case errors.Is(err, errTimeout):
		return &failure{status: mail.Enhanced{4, 4, 2}, text: fmt.Sprintf("conversation with %s timed out while %s", c.peer(), doing(what)), relay: relay}
	case err != nil:
		return &failure{status: mail.Enhanced{4, 4, 2}, text: fmt.Sprintf("lost connection with %s while %s", c.peer(), doing(what)), relay: relay}
	}
	text := fmt.Sprintf("host %s said: %s (in reply to %s)", c.peer(), r, what)
	if what == "" {
		text = fmt.Sprintf("host %s refused to talk to me: %s", c.peer(), r)
	}
	return &failure{status: mail.DeliveryStatus(r), text: text, server: c.x.name, reply: r.String(), relay: relay}
}

// doing is smtp's description of a state of the session.
func doing(what string) string {
	switch what {
	case "":
		return "receiving the initial server greeting"
	case "HELO command", "EHLO command":
		return "performing the " + strings.TrimSuffix(what, " command") + " handshake"
	case "end of DATA command":
		return "sending end of data -- message may be sent more than once"
	}
	return "sending " + strings.TrimSuffix(what, " command")
}

func (c *client) send(lines ...string) {
	for _, l := range lines {
		c.conn.Write([]byte(l + "\r\n"))
	}
}

// reply reads one reply.
func (c *client) reply(timeout string) (mail.Reply, error) {
	c.conn.SetReadTimeout(c.a.d.cfg.Duration(timeout))
	var text strings.Builder
	for lines := 0; lines < 200; lines++ {
		line, err := c.line()
		if err != nil {
			return mail.Reply{}, err
		}
		text.WriteString(line + "\n")
		if _, _, more, err := mail.ParseReplyLine(line); err != nil || !more {
			break
		}
	}
	r, err := mail.ParseReply(text.String())
	if err != nil {
		return mail.NewReply(500, "5.5.0 "+strings.TrimSpace(text.String())), nil
	}
	return r, nil
}

func (c *client) line() (string, error) {
	for {
		if i := bytes.IndexByte(c.buf, '\n'); i >= 0 {
			line := strings.TrimSuffix(string(c.buf[:i]), "\r")
			c.buf = c.buf[i+1:]
			return line, nil
		}
		if len(c.buf) > 1<<16 {
			return "", errLost
		}
		b := make([]byte, 2048)
		n, err := c.conn.Read(b)
		c.buf = append(c.buf, b[:n]...)
		if n == 0 && err != nil {
			if ne, ok := err.(interface{ Timeout() bool }); ok && ne.Timeout() {
				return "", errTimeout
			}
			return "", errLost
		}
	}
}

// greet reads the banner and says EHLO, or HELO to a server without ESMTP.
func (c *client) greet() *failure {
	h := c.a.in.host
	start := h.Clock.Now()
	defer func() { c.a.conn += h.Clock.Now().Sub(start) }()
	r, err := c.reply("smtp_helo_timeout")
	if err != nil || r.Code != 220 {
		f := c.failed(r, err, "")
		if err == nil && r.Class() == 5 && c.a.d.cfg.Bool("smtp_skip_5xx_greeting") { // another exchanger may talk to us
			f.status[0] = 4
		}
		return f
	}
	name := c.a.d.cfg.Str("smtp_helo_name")
	c.send("EHLO " + name)
	what := "EHLO command"
	if r, err = c.reply("smtp_helo_timeout"); err == nil && r.Class() == 5 {
		what = "HELO command"
		c.send("HELO " + name)
		r, err = c.reply("smtp_helo_timeout")
		r.Lines = r.Lines[:min(1, len(r.Lines))]
	}
	if err != nil || r.Code != 250 {
		return c.failed(r, err, what)
	}
	c.ext = map[string]string{}
	for _, l := range r.Lines[1:] {
		word, rest, _ := strings.Cut(l, " ")
		c.ext[strings.ToUpper(word)] = rest
	}
	return nil
}

func (c *client) sizeLimit() int64 {
	var n int64
	fmt.Sscan(c.ext["SIZE"], &n)
	return n
}

// authenticate logs in if smtp_sasl_auth_enable asks for it and the table of
// passwords has an entry for the server.
func (c *client) authenticate() *failure {
	cfg := c.a.d.cfg
	if !cfg.Bool("smtp_sasl_auth_enable") {
		return nil
	}
	user, password, ok := c.credentials()
	if !ok {
		return nil
	}
	relay := fmt.Sprintf("%s:%d", c.peer(), c.port)
	mechs, offered := c.ext["AUTH"]
	if !offered {
		return nil
	}
	offeredMechs := strings.Fields(mechs)
	var usable []string
	for _, m := range offeredMechs {
		if !slices.Contains(strings.FieldsFunc(cfg.Str("smtp_sasl_security_options"), isListSep), "noplaintext") && (m == "PLAIN" || m == "LOGIN") {
			usable = append(usable, m)
		}
	}
	if len(usable) == 0 {
		text := fmt.Sprintf("SASL authentication failed; cannot authenticate to server %s: no mechanism available", c.peer())
		c.a.d.logf(host.Warning, "warning: SASL authentication failure: No worthy mechs found")
		return &failure{status: mail.Enhanced{4, 7, 0}, text: text, relay: relay}
	}
	r, err := c.authExchange(usable, user, password)
	if err != nil {
		return c.failed(r, err, "AUTH command")
	}
	if r.Code != 235 {
		text := fmt.Sprintf("SASL authentication failed; server %s said: %s", c.peer(), r)
		status := mail.DeliveryStatus(r)
		status[0] = 4 // smtp_sasl_auth_soft_bounce
		return &failure{status: status, text: text, relay: relay, server: c.x.name, reply: r.String()}
	}
	return nil
}

func isListSep(r rune) bool { return r == ',' || r == ' ' || r == '\t' }

func (c *client) authExchange(usable []string, user, password string) (mail.Reply, error) {
	enc := base64.StdEncoding.EncodeToString
	if slices.Contains(usable, "PLAIN") {
		c.send("AUTH PLAIN " + enc([]byte("\x00"+user+"\x00"+password)))
		return c.reply("smtp_helo_timeout")
	}
	c.send("AUTH LOGIN")
	for _, word := range []string{user, password} {
		if r, err := c.reply("smtp_helo_timeout"); err != nil || r.Code != 334 {
			return r, err
		}
		c.send(enc([]byte(word)))
	}
	return c.reply("smtp_helo_timeout")
}

// credentials finds user:password for the server in smtp_sasl_password_maps: by
// the next hop as written, then by the server's name.
func (c *client) credentials() (user, password string, ok bool) {
	maps := c.a.d.sys.OpenMaps("smtp_sasl_password_maps", c.a.d.cfg.Str("smtp_sasl_password_maps"))
	if maps.Empty() {
		return "", "", false
	}
	for _, key := range []string{c.a.res.Nexthop, c.x.name} {
		if value, found, err := maps.Find(key); err == nil && found {
			user, password, _ = strings.Cut(value, ":")
			return user, password, true
		}
	}
	return "", "", false
}

// transaction sends the message. With PIPELINING the envelope commands go out
// together (RFC 2920).
func (c *client) transaction(rcpts []recipient) (left []recipient, f *failure) {
	_, pipelining := c.ext["PIPELINING"]
	from := "MAIL FROM:<" + mailPath(c.a.m.sender) + ">"
	if _, ok := c.ext["SIZE"]; ok {
		from += fmt.Sprintf(" SIZE=%d", c.a.m.size)
	}
	if _, ok := c.ext["8BITMIME"]; ok && slices.ContainsFunc(c.a.m.data, func(b byte) bool { return b >= 0x80 }) {
		from += " BODY=8BITMIME"
	}
	commands := []string{from}
	for _, r := range rcpts {
		to := "RCPT TO:<" + mailPath(r.Addr) + ">"
		if _, ok := c.ext["DSN"]; ok && r.Orig != "" && r.Orig != r.Addr {
			to += " ORCPT=rfc822;" + mail.EncodeXText(r.Orig)
		}
		commands = append(commands, to)
	}
	commands = append(commands, "DATA")
	next := func(i int) (mail.Reply, error) {
		if !pipelining {
			c.send(commands[i])
		}
		return c.reply([]string{"smtp_mail_timeout", "smtp_rcpt_timeout", "smtp_data_init_timeout"}[min(i, 1)])
	}
	if pipelining {
		c.send(commands...)
	}
	r, err := next(0)
	if err != nil || r.Code != 250 {
		if err == nil {
			c.send("QUIT")
		}
		return rcpts, c.failed(r, err, "MAIL FROM command")
	}
	var accepted []recipient
	for i, rc := range rcpts {
		r, err := next(1 + i)
		if err != nil {
			return rcpts[i:], c.failed(r, err, "RCPT TO command")
		}
		if r.Class() == 2 {
			accepted = append(accepted, rc)
			continue
		}
		f := c.failed(r, nil, "RCPT TO command")
		c.a.refused(rc, f.status, f.text, f.server, f.reply)
	}
	if len(accepted) == 0 {
		if pipelining {
			next(len(commands) - 1)
		}
		c.send("RSET", "QUIT")
		return nil, nil
	}
	return c.content(accepted, func() (mail.Reply, error) { return next(len(commands) - 1) })
}

// content sends the message after DATA and records the verdict.
func (c *client) content(accepted []recipient, data func() (mail.Reply, error)) (left []recipient, f *failure) {
	r, err := data()
	if err != nil || r.Code != 354 {
		return accepted, c.failed(r, err, "DATA command")
	}
	c.conn.Write(mail.DotStuff(c.a.m.data))
	r, err = c.reply("smtp_data_done_timeout")
	if err != nil || r.Class() != 2 {
		if err == nil {
			c.send("QUIT")
		}
		return accepted, c.failed(r, err, "end of DATA command")
	}
	for _, rc := range accepted {
		c.a.sent(rc, mail.DeliveryStatus(r), r.String())
	}
	c.send("QUIT")
	return nil, nil
}

// mailPath is an internal address in the form it has between < and >.
func mailPath(internal string) string {
	local, domain := mail.SplitAddress(internal)
	return mail.Address{Local: local, Domain: domain}.String()
}
