package dovecot

import (
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// imapLoginLimit bounds a command before the login.
const imapLoginLimit = 8192

const (
	badCommand   = "BAD Error in IMAP command received by server."
	plaintextBad = "* BAD [ALERT] Plaintext authentication not allowed without SSL/TLS, but your client did it anyway. If anyone was listening, the password was exposed."
)

// imapLoginState is the conversation of imap-login (RFC 3501 6.1 and 6.2).
type imapLoginState struct {
	*session
	bad       int
	askedCaps bool // the client has asked for capabilities: they are sent again after the login
}

// imapLogin serves a client until it has logged in or gone. It reports whether
// the session lives on in the mail process.
func (s *session) imapLogin() (handed bool) {
	l := &imapLoginState{session: s}
	if !s.in.authUp() {
		s.write("* BYE Auth process broken")
		s.logDisconnect("Disconnected: Auth process broken")
		return false
	}
	s.write("* OK [" + l.capability() + "] " + s.in.cfg.Str("login_greeting"))
	for {
		line, err := s.input.line(imapLoginLimit, loginTimeout)
		if err != nil {
			if err == errIdle {
				s.write("* BYE Disconnected for inactivity.")
			}
			s.lost(err)
			return false
		}
		if over, handed := l.command(line); over {
			return handed
		}
		if l.bad >= maxBadCommands {
			s.write("* BYE Too many invalid IMAP commands.")
			s.logDisconnect("Disconnected: Too many invalid commands")
			return false
		}
	}
}

// capability is the list before the login.
func (l *imapLoginState) capability() string {
	list := "CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+"
	if l.announcesTLS() {
		list += " STARTTLS"
	}
	if !l.plaintextAllowed() {
		return list + " LOGINDISABLED"
	}
	for _, m := range l.in.mechanisms() {
		list += " AUTH=" + m
	}
	return list
}

// command answers one command. over says that the login process has done.
func (l *imapLoginState) command(line string) (over, handed bool) {
	tag, rest, _ := strings.Cut(line, " ")
	verb, args, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(verb) {
	case "CAPABILITY":
		l.askedCaps = true
		l.write("* "+l.capability(), tag+" OK Pre-login capabilities listed, post-login capabilities have more.")
	case "NOOP":
		l.write(tag + " OK NOOP completed.")
	case "ID":
		l.write(`* ID ("name" "Dovecot")`, tag+" OK ID completed.")
	case "LOGOUT":
		l.write("* BYE Logging out", tag+" OK Logout completed.")
		l.logDisconnect("Disconnected: Aborted login by logging out")
		return true, false
	case "LOGIN":
		return l.login(tag, args)
	case "AUTHENTICATE":
		return l.sasl(tag, args)
	case "STARTTLS":
		switch {
		case l.tls:
			l.write(tag + " BAD TLS is already active.")
		case !l.announcesTLS():
			l.write(tag + " BAD TLS support isn't enabled.")
		case !l.readyTLS():
			l.write(tag + " NO [UNAVAILABLE] TLS initialization failed.")
		default:
			l.write(tag + " OK Begin TLS negotiation now.")
			return !l.handshake(), false
		}
	default:
		l.reject(tag)
	}
	return false, false
}

// reject answers a command that is not understood; the last of too many gets
// only the farewell.
func (l *imapLoginState) reject(tag string) {
	if l.bad++; l.bad < maxBadCommands {
		l.write(tag + " " + badCommand)
	}
}

// login is LOGIN user password; each may be an atom, a quoted string or a
// literal (RFC 3501 6.2.3).
func (l *imapLoginState) login(tag, args string) (over, handed bool) {
	words, err := l.arguments(args, 2)
	switch {
	case err != nil:
		l.lost(err)
		return true, false
	case words == nil:
		l.reject(tag)
		return false, false
	case !l.plaintextAllowed():
		l.mech, l.user, l.disallowed = "PLAIN", words[0], true
		l.write(plaintextBad, tag+" NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
		return false, false
	}
	return l.verdict(tag, "PLAIN", words[0], words[1])
}

// sasl is AUTHENTICATE with an optional initial response (RFC 4959).
func (l *imapLoginState) sasl(tag, args string) (over, handed bool) {
	mech, initial, _ := strings.Cut(args, " ")
	mech = strings.ToUpper(mech)
	switch {
	case mech == "":
		l.reject(tag)
		return false, false
	case !slices.Contains(l.in.mechanisms(), mech):
		l.failed()
		l.write(tag + " NO [ALERT] Unsupported authentication mechanism.")
		return false, false
	case !l.plaintextAllowed():
		l.mech, l.disallowed = mech, true
		why := "Plaintext authentication disabled."
		if l.in.cfg.Str("ssl") == "required" {
			why = "Authentication not allowed until SSL/TLS is enabled."
		}
		l.write(tag + " NO [PRIVACYREQUIRED] " + why)
		return false, false
	}
	user, password, fault, err := exchange(mech, initial, func(challenge string) (string, error) {
		l.write("+ " + challenge)
		return l.input.line(imapLoginLimit, loginTimeout)
	})
	switch {
	case err != nil:
		l.lost(err)
		return true, false
	case fault == saslAborted:
		l.write(tag + " BAD " + fault)
		return false, false
	case fault == saslBadBase64:
		l.garbled(mech)
		l.write(tag + " NO [ALERT] " + fault)
		return false, false
	}
	return l.verdict(tag, mech, user, password)
}

// verdict tries a login and, if it is right, starts the mail process.
func (l *imapLoginState) verdict(tag, mech, user, password string) (over, handed bool) {
	switch l.tryLogin(mech, user, password) {
	case denied:
		l.write(tag + " NO [AUTHENTICATIONFAILED] Authentication failed.")
		return false, false
	case noUser, internal:
		l.write(tag + " NO [UNAVAILABLE] " + internalError)
		return true, false
	}
	if l.tooMany() {
		l.write(tag + " NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections)")
		l.in.log(host.Info, "imap-login", "Disconnected: Maximum number of connections from user+IP exceeded (mail_max_userip_connections): "+l.elements())
		return true, false
	}
	if l.startMail() != nil {
		l.write(tag+" OK Logged in, but initialization failed.", "* BYE "+internalError)
		return true, false
	}
	return true, l.imap(tag, l.askedCaps)
}

// arguments reads n strings of a command line, reading on where it ends in a
// literal. nil words mean a syntax error.
func (l *imapLoginState) arguments(text string, n int) (words []string, err error) {
	for {
		word, rest, literal, ok := nextString(text)
		if !ok {
			return nil, nil
		}
		if literal >= 0 {
			if !strings.HasSuffix(text, "+}") {
				l.write("+ OK")
			}
			b, err := l.input.take(literal, loginTimeout)
			if err != nil {
				return nil, err
			}
			if word = string(b); len(words) < n {
				if rest, err = l.input.line(imapLoginLimit, loginTimeout); err != nil {
					return nil, err
				}
			}
		}
		words = append(words, word)
		if text = strings.TrimPrefix(rest, " "); len(words) == n {
			if rest != "" {
				return nil, nil
			}
			return words, nil
		}
	}
}

// nextString takes an astring off a text (RFC 3501 9). literal is the size of
// one that follows on the next lines, otherwise -1.
func nextString(text string) (word, rest string, literal int, ok bool) {
	switch {
	case strings.HasPrefix(text, `"`):
		var b strings.Builder
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '"':
				return b.String(), text[i+1:], -1, true
			case '\\':
				if i++; i == len(text) {
					return "", "", -1, false
				}
			}
			b.WriteByte(text[i])
		}
		return "", "", -1, false
	case strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"):
		n, err := strconv.ParseUint(strings.TrimSuffix(text[1:len(text)-1], "+"), 10, 12)
		return "", "", int(n), err == nil
	}
	end := strings.IndexAny(text, " (){\"\\*%")
	if end < 0 {
		end = len(text)
	}
	if end == 0 || end < len(text) && text[end] != ' ' {
		return "", "", -1, false
	}
	return text[:end], text[end:], -1, true
}
