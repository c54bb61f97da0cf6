package dovecot

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/pki"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// session is one connection, first in its login process, then in its mail
// process.
type session struct {
	in       *Instance
	t        *vtime.Task
	conn     *vnet.Conn
	input    *input
	proto    string // "imap", "pop3"
	id       string
	rip, lip netip.Addr
	secured  bool // the password cannot be overheard: under TLS, or the client is this machine
	tls      bool
	began    time.Duration

	attempts   int // logins that failed
	disallowed bool
	tried      time.Duration // when the first attempt began, 0 before it
	mech, user string        // of the last attempt

	acct    account
	proc    *host.Proc // the mail process
	mailing bool       // the login process has done its work
	closing func()     // ends a mail session when the server stops

	handshaking string // how far TLS has got, for the log
}

// loginTimeout is how long a login process waits for a client.
const loginTimeout = 3 * time.Minute

// accept takes a new connection. It runs as a callback.
func (in *Instance) accept(proto string, tls bool, c *vnet.Conn) {
	s := &session{in: in, conn: c, proto: proto, input: &input{conn: c}, rip: c.Remote().Addr().Unmap(), lip: c.Local().Addr().Unmap(), began: in.host.Clock.Since()}
	s.secured = s.rip == s.lip || in.trusts(s.rip)
	s.id = in.sessionID(c.Remote())
	in.sessions = append(in.sessions, s)
	in.host.Clock.Go(proto+"-login", func(t *vtime.Task) {
		s.t = t
		handed := false
		defer func() {
			if !handed {
				s.end()
			}
		}()
		switch {
		case tls && !s.readyTLS():
			s.logDisconnect("Disconnected: TLS initialization failed.")
		case tls && !s.handshake():
		case proto == "pop3":
			s.pop3Login()
		default:
			handed = s.imapLogin()
		}
	})
}

// end forgets the session and closes its connection.
func (s *session) end() {
	s.in.sessions = slices.DeleteFunc(s.in.sessions, func(x *session) bool { return x == s })
	if s.proc != nil && !s.proc.Ended() {
		s.proc.Exit(0)
	}
	s.conn.Close()
}

// shutdown ends the session because the server stops.
func (s *session) shutdown() {
	if s.closing != nil {
		s.closing()
	}
	s.conn.Abort()
}

// trusts reports whether login_trusted_networks holds an address.
func (in *Instance) trusts(a netip.Addr) bool {
	for _, word := range strings.Fields(in.cfg.Str("login_trusted_networks")) {
		if p, err := netip.ParsePrefix(word); err == nil && p.Contains(a) {
			return true
		}
		if b, err := netip.ParseAddr(word); err == nil && a == b {
			return true
		}
	}
	return false
}

// sessionID is Dovecot's: the low 48 bits of the time in microseconds, the
// client's port and address, in base64.
func (in *Instance) sessionID(from netip.AddrPort) string {
	var b [24]byte
	binary.LittleEndian.PutUint64(b[:], uint64(in.host.Clock.Now().UnixMicro()))
	binary.LittleEndian.PutUint16(b[6:], from.Port())
	addr := from.Addr().Unmap().AsSlice()
	n := 8 + copy(b[8:], addr)
	return strings.TrimRight(base64.StdEncoding.EncodeToString(b[:n]), "=")
}

// input reads lines from the client.
type input struct {
	conn *vnet.Conn
	buf  []byte
}

var (
	errLineTooLong = errors.New("Input buffer full, aborting")
	errIdle        = errors.New("Inactivity")
)

// line reads one line without its end. Errors: errLineTooLong, errIdle after
// the timeout, and those of the connection.
func (r *input) line(max int, timeout time.Duration) (string, error) {
	for from := 0; ; {
		for i := from; i < len(r.buf); i++ {
			if r.buf[i] == '\n' {
				text := strings.TrimSuffix(string(r.buf[:i]), "\r")
				r.buf = r.buf[i+1:]
				return text, nil
			}
		}
		if from = len(r.buf); from > max {
			return "", errLineTooLong
		}
		if err := r.more(timeout); err != nil {
			return "", err
		}
	}
}

// take reads exactly n bytes.
func (r *input) take(n int, timeout time.Duration) ([]byte, error) {
	for len(r.buf) < n {
		if err := r.more(timeout); err != nil {
			return nil, err
		}
	}
	b := r.buf[:n:n]
	r.buf = r.buf[n:]
	return b, nil
}

func (r *input) more(timeout time.Duration) error {
	r.conn.SetReadTimeout(timeout)
	r.buf = slices.Grow(r.buf, 512)
	n, err := r.conn.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if err == vnet.ErrDeadline {
		return errIdle
	}
	return err
}

// write sends lines, each given without its end.
func (s *session) write(lines ...string) {
	s.conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n"))
}

// elements is login_log_format_elements of the session.
func (s *session) elements() string {
	v := &variables{user: s.user, service: s.proto, rip: s.rip.String(), lip: s.lip.String(), session: s.id, more: map[byte]string{'m': s.mech, 'e': "", 'c': ""}}
	if s.proc != nil {
		v.more['e'] = fmt.Sprint(s.proc.PID)
	}
	switch {
	case s.handshaking != "":
		v.more['c'] = s.handshaking
	case s.tls:
		v.more['c'], v.more['k'] = "TLS", pki.Cipher(s.conn.TLS())
	case s.secured:
		v.more['c'] = "secured"
	}
	var list []string
	for word := range strings.FieldsSeq(s.in.cfg.Str("login_log_format_elements")) {
		text := v.expand(word)
		if name, value, ok := strings.Cut(text, "="); text != "" && !(ok && value == "" && name != "") {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// logDisconnect logs why a client left before it was logged in.
func (s *session) logDisconnect(why string) {
	now := s.in.host.Clock.Since()
	state := fmt.Sprintf("no auth attempts in %d secs", int((now-s.began)/time.Second))
	switch {
	case s.in.authWhy != "":
		state = "disconnected before auth was ready, waited 0 secs"
	case s.attempts > 0:
		state = fmt.Sprintf("auth failed, %d attempts in %d secs", s.attempts, int((now-s.tried)/time.Second))
	case s.disallowed:
		state = "tried to use disallowed plaintext auth"
	}
	s.in.log(host.Info, s.proto+"-login", fmt.Sprintf("%s (%s): %s", why, state, s.elements()))
}

// lost logs the end of a connection that was not the client's quitting.
func (s *session) lost(err error) {
	switch err {
	case errIdle, errLineTooLong:
		s.logDisconnect("Disconnected: " + err.Error())
	default:
		s.logDisconnect("Disconnected: Connection closed")
	}
}

// plaintextAllowed reports whether a password may be sent in clear text.
func (s *session) plaintextAllowed() bool {
	return s.secured || !s.in.cfg.Bool("disable_plaintext_auth") && s.in.cfg.Str("ssl") != "required"
}

// tryLogin asks for a user and a password and waits as long as a failure makes
// the client wait. On success it looks the account up.
func (s *session) tryLogin(mech, user, password string) verdict {
	in := s.in
	r := &authRequest{service: s.proto, mech: mech, user: user, password: password, rip: s.rip, lip: s.lip, session: s.id}
	s.trying()
	if wait := in.penaltyOf(s.rip); wait > 0 {
		s.t.Sleep(wait)
	}
	v := in.authenticate(r)
	s.mech, s.user = mech, r.user
	in.punish(r, v)
	if v == granted {
		s.acct, v = in.lookupUser(r)
	}
	if v == denied {
		s.delay()
		s.failed()
	}
	s.emitLogin(v)
	if v == noUser {
		in.requests++
		in.log(host.Err, fmt.Sprintf("%s(%d)", s.proto, in.master.PID), fmt.Sprintf("Error: auth-master: login: request [%d]: Login auth request failed: Authenticated user not found from userdb, auth lookup id=%d (auth connected 0 msecs ago, request took 0 msecs, client-pid=%d client-id=1)", in.requests, in.requests, in.master.PID))
		s.in.log(host.Info, s.proto+"-login", fmt.Sprintf("Disconnected: Internal login failure (pid=%d id=1): %s", in.master.PID, s.elements()))
	}
	return v
}

// trying notes when the first attempt to log in began.
func (s *session) trying() {
	if s.tried == 0 {
		s.tried = s.in.host.Clock.Since()
	}
}

// failed counts an attempt that failed.
func (s *session) failed() {
	s.trying()
	s.attempts++
}

// delay makes the client wait for the bad news.
func (s *session) delay() {
	s.t.Sleep(time.Duration(s.in.cfg.Number("auth_failure_delay")) * time.Second)
}

// garbled is a failure by a SASL response that cannot be decoded.
func (s *session) garbled(mech string) {
	s.trying()
	s.delay()
	s.mech = mech
	s.attempts++
}

// emitLogin tells the trace how a login went.
func (s *session) emitLogin(v verdict) {
	out, text := trace.OK, "login "+s.user
	if v != granted {
		out, text = trace.Fail, "login failed "+s.user
	}
	s.in.host.Log.Emit(trace.Event{Kind: trace.Login, Node: s.in.host.Name, Peer: s.rip.String(), Outcome: out,
		Data: trace.F(text, "service", s.proto, "user", s.user, "mechanism", s.mech, "address", s.rip.String())})
}

// startMail starts the mail process of a user who has logged in. An error is
// what the process logged and died of.
func (s *session) startMail() error {
	in := s.in
	admitErr := in.admit(&s.acct)
	cred := s.acct.cred
	proc, err := in.host.Daemon(host.Spec{Args: []string{"dovecot/" + s.proto}, Cred: &cred})
	if err != nil {
		in.log(host.Err, "master", fmt.Sprintf("Error: service(%s): fork() failed: %v", s.proto, err))
		return err
	}
	s.proc = proc
	s.conn.SetOwner(vnet.Owner{PID: proc.PID, Name: s.proto, UID: int(cred.UID)})
	proc.OnSignal = func(sig host.Signal) bool {
		s.conn.Abort()
		return false
	}
	in.log(host.Info, s.proto+"-login", "Login: "+s.elements())
	s.mailing = true
	if admitErr != nil {
		who := fmt.Sprintf("%s(%s)", s.proto, s.user)
		if !s.acct.hasUID || !s.acct.hasGID {
			who = fmt.Sprintf("%s(%d)", s.proto, proc.PID)
		}
		in.log(host.Err, who, "Error: "+admitErr.Error())
	}
	return admitErr
}

// prefix is mail_log_prefix: "imap(bob)<412><session>".
func (s *session) prefix() string {
	v := &variables{user: s.user, service: s.proto, session: s.id, pid: fmt.Sprint(s.proc.PID)}
	return strings.TrimSuffix(v.expand(s.in.cfg.Str("mail_log_prefix")), ": ")
}

// logMail logs a line of the mail process.
func (s *session) logMail(sev host.Severity, text string) { s.in.log(sev, s.prefix(), text) }

// tooMany reports whether the user has as many connections from this address
// as are allowed.
func (s *session) tooMany() bool {
	limit, n := s.in.cfg.Number("mail_max_userip_connections"), 0
	for _, x := range s.in.sessions {
		if x != s && x.mailing && x.proto == s.proto && x.user == s.user && x.rip == s.rip {
			n++
		}
	}
	return limit > 0 && n >= limit
}
