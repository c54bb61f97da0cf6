package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// session is one connection to smtpd. Commands are read one after the other
// and answered by methods that return the reply; the loop writes it, logs and
// counts.
type session struct {
	*process
	t       *vtime.Task
	conn    *vnet.Conn
	in      *Instance
	input   input
	check   *postfix.Checker
	facts   postfix.Session
	denied  *mail.Reply // the client was refused when it connected
	mail    mail.MailArgs
	rcpts   []recipient
	entry   *entry // the queue file, from the first valid recipient on
	chunks  *body  // BDAT so far
	partial *body  // of a message cut off

	errors    int
	junk      int64 // commands that do no work since the last mail
	overshoot int   // recipients refused because there were too many
	illegal   bool  // the client has sent commands too early
	counts    []count
	last      string // where the session is, for the log
	reason    string // why it ended, for the log; empty: QUIT
	quit      bool
	chat      transcript
}

// count counts one command for the disconnect line.
type count struct {
	name    string
	ok, all int
}

// counterOrder is the order in which smtpd prints its command counters.
func counterOrder() []string {
	return []string{"helo", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "bdat", "rset", "noop", "vrfy", "etrn", "quit", "unknown"}
}

const (
	lostConnection = "lost connection"
	timedOut       = "timeout"
	tooManyErrors  = "too many errors"
)

// serve is a session of smtpd from connect to disconnect.
func serve(t *vtime.Task, p *process, conn *vnet.Conn) {
	ss := &session{process: p, t: t, conn: conn, in: p.in, last: "CONNECT"}
	p.proc.OnExit(func(*host.Proc) { ss.in.interrupted(p, t) })
	ss.input = input{conn: conn, timeout: p.cfg.Duration("smtpd_timeout")}
	ss.check = p.smtpd.NewChecker()
	ss.facts = postfix.Session{Client: ss.peer(conn.Remote()), Server: conn.Local(), Protocol: "SMTP"}
	ss.facts.SASLActive = ss.mayAuth()
	ss.facts.Instance = fmt.Sprintf("%x.%x.0", p.pid(), p.in.host.Clock.Now().Unix())
	ss.logf(host.Info, "connect from %s", ss.facts.Client)
	leave := ss.enterAnvil()
	defer func() {
		leave()
		if ss.entry != nil {
			if ss.partial != nil {
				ss.entry.logMessageID(ss.partial)
			}
			ss.entry.abort()
		}
	}()
	ss.conversation()
	ss.disconnected()
}

// conversation greets the client and answers its commands.
func (ss *session) conversation() {
	if ss.crowded() {
		return
	}
	if ss.cfg.Bool("smtpd_tls_wrappermode") {
		if ss.tls == nil || !ss.handshake() {
			return
		}
	}
	if ss.input.pending() { // it spoke before it was greeted
		ss.improper()
	}
	if ss.check.DelayReject() {
		ss.write(ss.banner())
	} else if r := ss.decide(postfix.StageConnect); r != nil {
		ss.denied = r
		ss.write(*r)
		ss.quit = r.Code == 421
	} else {
		ss.write(ss.banner())
	}
	for hard := int(ss.cfg.Int("smtpd_hard_error_limit")); !ss.quit; {
		if ss.errors >= hard {
			ss.reason = tooManyErrors
			ss.write(mail.Replyf(421, "4.7.0 %s Error: too many errors", ss.cfg.Str("myhostname")))
			return
		}
		line, long, ok := ss.input.line(int(ss.cfg.Int("line_length_limit")))
		if !ok {
			ss.broken()
			return
		}
		if long {
			ss.logf(host.Warning, "warning: %s: request longer than %d: %.30s...", ss.facts.Client, ss.cfg.Int("line_length_limit"), printable(line))
		}
		ss.chat.in(line)
		ss.command(line)
	}
}

func (ss *session) banner() mail.Reply {
	text, _ := ss.cfg.Expand(ss.cfg.Str("smtpd_banner"))
	return mail.Reply{Code: 220, Lines: []string{text}}
}

// broken notes that the client went away or fell silent.
func (ss *session) broken() {
	ss.quit, ss.reason = true, lostConnection
	if ss.input.late {
		ss.reason = timedOut
		ss.write(mail.Replyf(421, "4.4.2 %s Error: timeout exceeded", ss.cfg.Str("myhostname")))
	}
}

// improper logs commands sent too early, for reject_unauth_pipelining.
func (ss *session) improper() {
	ss.illegal, ss.facts.Pipelined = true, true
	ss.logf(host.Info, "improper command pipelining after %s from %s: %s", ss.last, ss.facts.Client, escape(ss.input.peek(100)))
}

// write sends a reply. A client that makes many errors waits for each one
// (smtpd_soft_error_limit, smtpd_error_sleep_time).
func (ss *session) write(r mail.Reply) {
	if ss.errors >= int(ss.cfg.Int("smtpd_soft_error_limit")) {
		ss.t.Sleep(ss.cfg.Duration("smtpd_error_sleep_time"))
	}
	wire := r.Wire()
	ss.chat.out(wire)
	if _, err := ss.conn.Write([]byte(wire)); err != nil {
		ss.quit, ss.reason = true, lostConnection
	}
}

// disconnected logs how the session ended, and its command counters.
func (ss *session) disconnected() {
	if ss.reason != "" {
		ss.logf(host.Info, "%s after %s from %s", ss.reason, ss.last, ss.facts.Client)
	}
	ss.tellPostmaster()
	var b strings.Builder
	ok, all := 0, 0
	for _, name := range counterOrder() {
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
	ss.logf(host.Info, "disconnect from %s%s commands=%s", ss.facts.Client, b.String(), total)
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

// printable is s with everything but printable ASCII as "?", as msg_* print it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// escape writes bytes as vstring's escape() does.
func escape(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		switch {
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\t':
			out.WriteString(`\t`)
		case c == '\\':
			out.WriteString(`\\`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, `\%03o`, c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
