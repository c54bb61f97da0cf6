package mta

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// session is one connection to smtpd. Commands are read one after the other
// and answered by methods that return the reply; the loop writes it, logs and
// counts.
type session struct {
	in      *Instance
	t       *vtime.Task
	d       *daemon
	conn    *vnet.Conn
	in0     []byte // received and not yet used
	eof     bool
	check   *postfix.Checker
	facts   postfix.Session
	esmtp   bool
	hasMail bool
	mail    mail.MailArgs
	rcpts   []recipient
	errors  int
	counts  []count // commands by name, in the order of Postfix's counters
	last    string  // last command, for "lost connection after"
	quit    bool
	data    *bytes.Buffer
}

// count counts one command for the disconnect line.
type count struct {
	name    string
	ok, all int
}

// counterOrder is the order in which smtpd prints its command counters.
var counterOrder = []string{"helo", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "bdat", "rset", "noop", "vrfy", "etrn", "quit", "unknown"}

// accept takes a new connection for a service of master.cf.
func (in *Instance) accept(s postfix.Service, c *vnet.Conn) {
	if s.Program() != "smtpd" {
		in.logf(host.Warning, "master", in.master.PID, "warning: /usr/lib/postfix/sbin/%s: No such file or directory", s.Program())
		c.Close()
		return
	}
	in.host.Clock.Go("smtpd", func(t *vtime.Task) {
		defer c.Close()
		if !in.running {
			return
		}
		if until := in.throttled[s.Name]; until > in.host.Clock.Since() { // master waits before it starts the service again
			t.Sleep(until - in.host.Clock.Since())
		}
		d := in.acquire(t, s)
		defer in.release(d)
		if d.fatal != "" {
			in.logf(host.Warning, "master", in.master.PID, "warning: process /usr/lib/postfix/sbin/smtpd pid %d exit status 1", d.pid())
			in.logf(host.Warning, "master", in.master.PID, "warning: /usr/lib/postfix/sbin/smtpd: bad command startup -- throttling")
			in.throttled[s.Name] = in.host.Clock.Since() + time.Minute
			return
		}
		c.SetOwner(vnet.Owner{PID: d.pid(), Name: "smtpd", UID: int(in.owner.UID)})
		ss := &session{in: in, t: t, d: d, conn: c, check: d.smtpd.NewChecker()}
		ss.serve()
	})
}

// peer finds out the client's name: the PTR record's, verified by its
// addresses (RFC 1912 2.1 calls the agreement forward-confirmed reverse DNS).
func (ss *session) peer(at netip.AddrPort) postfix.Client {
	h := ss.in.host
	addr := at.Addr().Unmap()
	c := postfix.Client{Addr: addr, Port: fmt.Sprint(at.Port()), Name: "unknown", Reverse: "unknown"}
	ptr, err := h.LookupName(ss.t, addr)
	switch err {
	case nil:
		c.Reverse = ptr
	case host.ErrTryAgain:
		c.ReverseStatus, c.NameStatus = postfix.PeerTemp, postfix.PeerTemp
	default:
		c.ReverseStatus, c.NameStatus = postfix.PeerPerm, postfix.PeerPerm
	}
	if err != nil {
		ss.emitPTR(c, fmt.Sprintf("no name: %v", err))
		return c
	}
	family := host.IPv4
	if addr.Is6() {
		family = host.IPv6
	}
	addrs, _, err := h.LookupAddrs(ss.t, ptr, family)
	switch {
	case err == host.ErrTryAgain:
		c.NameStatus = postfix.PeerTemp
	case err != nil:
		c.NameStatus = postfix.PeerPerm
		ss.d.logf(host.Warning, "warning: hostname %s does not resolve to address %s: %s", ptr, addr, gaiText(err))
	default:
		c.NameStatus = postfix.PeerForged
		for _, a := range addrs {
			if a.Unmap() == addr {
				c.Name, c.NameStatus = ptr, postfix.PeerOK
			}
		}
		if c.NameStatus == postfix.PeerForged {
			ss.d.logf(host.Warning, "warning: hostname %s does not resolve to address %s", ptr, addr)
		}
	}
	ss.emitPTR(c, "")
	return c
}

// gaiText is gai_strerror(3) of a failed look-up.
func gaiText(err error) string {
	switch err {
	case host.ErrTryAgain:
		return "Temporary failure in name resolution"
	case host.ErrNoData:
		return "No address associated with hostname"
	}
	return "Name or service not known"
}

func (ss *session) emitPTR(c postfix.Client, why string) {
	out := trace.OK
	label := "PTR ok: " + c.Name
	switch {
	case c.ReverseStatus == postfix.PeerTemp || c.NameStatus == postfix.PeerTemp:
		out, label = trace.TempFail, "PTR: look-up failed for now"
	case c.ReverseStatus != postfix.PeerOK:
		out, label = trace.Warn, "no PTR"
	case c.NameStatus != postfix.PeerOK:
		out, label = trace.Warn, "PTR not confirmed: "+c.Reverse
	}
	ss.in.host.Log.Emit(trace.Event{Kind: trace.Policy, Node: ss.in.host.Name, Peer: ss.peerNode(), Outcome: out,
		Data: trace.F(label, "rule", "FCrDNS", "address", c.Addr.String(), "ptr", c.Reverse, "name", c.Name, "detail", why)})
}

func (ss *session) peerNode() string { return ss.conn.Remote().Addr().String() }

// serve is the loop of a session.
func (ss *session) serve() {
	ss.facts = postfix.Session{Client: ss.peer(ss.conn.Remote()), Server: ss.conn.Local(), Protocol: "SMTP", SASLActive: ss.saslEnabled()}
	cl := ss.facts.Client
	ss.d.logf(host.Info, "connect from %s", cl)
	ss.last = "CONNECT"
	defer ss.disconnected()
	if dec := ss.decide(postfix.StageConnect); dec != nil && !ss.check.DelayReject() {
		ss.write(*dec)
	} else {
		banner, _ := ss.d.cfg.Expand(ss.d.cfg.Str("smtpd_banner"))
		ss.write(mail.NewReply(220, banner))
	}
	for !ss.quit {
		line, ok := ss.readLine(ss.d.cfg.Duration("smtpd_timeout"))
		if !ok {
			if ss.eof {
				ss.d.logf(host.Info, "lost connection after %s from %s", ss.last, cl)
			} else {
				ss.d.logf(host.Info, "timeout after %s from %s", ss.last, cl)
				ss.write(mail.Replyf(421, "4.4.2 %s Error: timeout exceeded", ss.d.cfg.Str("myhostname")))
			}
			return
		}
		ss.command(line)
		if limit := int(ss.d.cfg.Int("smtpd_hard_error_limit")); limit > 0 && ss.errors >= limit {
			ss.d.logf(host.Info, "too many errors after %s from %s", ss.last, cl)
			ss.write(mail.Replyf(421, "4.7.0 %s Error: too many errors", ss.d.cfg.Str("myhostname")))
			return
		}
	}
}

// disconnected logs the end of the session with its command counters.
func (ss *session) disconnected() {
	if ss.in.host.Clock.Closed() {
		return
	}
	var b strings.Builder
	ok, all := 0, 0
	for _, name := range counterOrder {
		for _, c := range ss.counts {
			if c.name == name {
				b.WriteString(" " + name + "=" + ratio(c.ok, c.all))
				ok, all = ok+c.ok, all+c.all
			}
		}
	}
	total := ratio(ok, all)
	if all == 0 {
		total = "0/0"
	}
	ss.d.logf(host.Info, "disconnect from %s%s commands=%s", ss.facts.Client, b.String(), total)
}

func ratio(ok, all int) string {
	if ok == all {
		return fmt.Sprint(all)
	}
	return fmt.Sprintf("%d/%d", ok, all)
}

func (ss *session) count(name string, ok bool) {
	i := 0
	for ; i < len(ss.counts) && ss.counts[i].name != name; i++ {
	}
	if i == len(ss.counts) {
		ss.counts = append(ss.counts, count{name: name})
	}
	ss.counts[i].all++
	if ok {
		ss.counts[i].ok++
	}
}

// maxLine bounds a command line (line_length_limit).
const maxLine = 2048

// readLine reads one command line. It reports false at the end of the
// connection or after the time-out.
func (ss *session) readLine(timeout time.Duration) (string, bool) {
	for {
		if i := bytes.IndexByte(ss.in0, '\n'); i >= 0 {
			line := strings.TrimSuffix(string(ss.in0[:i]), "\r")
			ss.in0 = ss.in0[i+1:]
			return line, true
		}
		if len(ss.in0) > maxLine { // the rest of an overlong line is a line of its own
			line := string(ss.in0[:maxLine])
			ss.in0 = ss.in0[maxLine:]
			return line, true
		}
		if !ss.fill(timeout) {
			return "", false
		}
	}
}

// fill waits for more bytes from the client.
func (ss *session) fill(timeout time.Duration) bool {
	ss.conn.SetReadTimeout(timeout)
	buf := make([]byte, 4096)
	n, err := ss.conn.Read(buf)
	ss.in0 = append(ss.in0, buf[:n]...)
	if n == 0 && err != nil {
		ne, ok := err.(interface{ Timeout() bool })
		ss.eof = !(ok && ne.Timeout())
		return false
	}
	return true
}

func (ss *session) write(r mail.Reply) { ss.conn.Write([]byte(r.Wire())) }

// command answers one command line.
func (ss *session) command(line string) {
	cmd, ok := mail.ParseCommand(line)
	name := strings.ToLower(cmd.Verb)
	h, known := handlers[name]
	var r mail.Reply
	switch {
	case !ok:
		name, r = "unknown", mail.NewReply(500, "5.5.2 Error: bad syntax")
	case !known:
		name, r = "unknown", mail.NewReply(500, "5.5.2 Error: command not recognized")
		if forbidden(cmd.Verb) { // smtpd_forbidden_commands
			r = mail.NewReply(221, "2.7.0 Error: I can break rules, too. Goodbye.")
			ss.quit = true
			ss.d.logf(host.Warning, "warning: non-SMTP command from %s: %s", ss.facts.Client, line)
		}
	default:
		ss.last = cmd.Verb
		r = h(ss, cmd)
	}
	if known && name == "data" && r.Code == 354 {
		ss.write(r)
		r = ss.receive()
		if ss.quit {
			ss.count(name, false)
			return
		}
	}
	good := r.Code < 400
	if !good {
		ss.errors++
	}
	ss.count(name, good)
	ss.write(r)
}

// forbidden are the commands of other protocols that end a session
// (smtpd_forbidden_commands = CONNECT GET POST ...).
func forbidden(verb string) bool {
	switch verb {
	case "CONNECT", "GET", "POST":
		return true
	}
	return false
}

// handlers are smtpd's commands.
var handlers = map[string]func(*session, mail.Command) mail.Reply{
	"helo": (*session).helo, "ehlo": (*session).ehlo, "mail": (*session).mailFrom, "rcpt": (*session).rcptTo, "data": (*session).dataCmd,
	"rset": (*session).rset, "noop": (*session).noop, "vrfy": (*session).vrfy, "quit": (*session).quitCmd, "auth": (*session).auth,
	"starttls": (*session).startTLS, "etrn": (*session).etrn,
}

// decide evaluates the restrictions of a stage, traces the steps, and returns
// the refusal, if any.
func (ss *session) decide(stage postfix.Stage) *mail.Reply {
	dec := ss.check.Evaluate(stage, ss.facts)
	ss.emitDecision(stage, dec)
	if dec.Verdict == postfix.Reject {
		return &dec.Reply
	}
	return nil
}

func (ss *session) emitDecision(stage postfix.Stage, dec postfix.Decision) {
	log := ss.in.host.Log
	for _, step := range dec.Steps {
		if step.Verdict == postfix.Dunno && len(step.Facts) == 0 {
			continue
		}
		out := trace.Neutral
		switch {
		case step.Verdict == postfix.OK:
			out = trace.OK
		case step.Verdict == postfix.Reject:
			out = trace.Fail
		}
		fields := []string{"rule", step.Restriction.String(), "stage", string(stage), "list", step.Restriction.Param}
		if step.Restriction.Line > 0 {
			fields = append(fields, "file", fmt.Sprintf("%s/main.cf:%d", configDir, step.Restriction.Line))
		}
		for _, f := range step.Facts {
			fields = append(fields, string(f.Kind), strings.TrimSpace(f.Subject+" "+f.Object+" "+f.Result))
		}
		if step.Text != "" {
			fields = append(fields, "text", step.Text)
		}
		log.Emit(trace.Event{Kind: trace.Policy, Node: ss.in.host.Name, Peer: ss.peerNode(), Outcome: out,
			Data: trace.F(step.Restriction.String()+": "+step.Verdict.String(), fields...)})
	}
}
