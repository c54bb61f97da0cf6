package dovecot

import (
	"slices"
	"strings"

	"mxlab/sim/host"
)

// maxBadCommands is how many wrong commands a login process takes.
const maxBadCommands = 3

// pop3LineLimit bounds a line before the login.
const pop3LineLimit = 1024

// internalError is what clients are told of faults that only the log explains.
const internalError = "Internal error occurred. Refer to server log for more information."

// pop3Login is the conversation of pop3-login: it ends with the session, or
// goes on as the mail process.
func (s *session) pop3Login() {
	if !s.in.authUp() {
		s.write("-ERR [SYS/PERM] Auth process broken")
		s.logDisconnect("Disconnected: Auth process broken")
		return
	}
	s.write("+OK " + s.in.cfg.Str("login_greeting"))
	bad, user := 0, ""
	for {
		line, err := s.input.line(pop3LineLimit, loginTimeout)
		if err != nil {
			if err == errIdle {
				s.write("-ERR Disconnected for inactivity.")
			}
			s.lost(err)
			return
		}
		verb, arg, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "QUIT":
			s.write("+OK Logging out")
			s.logDisconnect("Disconnected: Aborted login by logging out")
			return
		case "CAPA":
			s.write(s.pop3Capabilities()...)
		case "USER":
			if s.pop3Plain(arg) {
				user = arg
				s.write("+OK")
			}
		case "PASS":
			switch {
			case !s.pop3Plain(user):
			case user == "":
				s.write("-ERR No username given.")
			default:
				if s.pop3Verdict("PLAIN", user, arg) {
					return
				}
				user = ""
			}
		case "AUTH":
			if s.pop3Auth(arg) {
				return
			}
		case "APOP":
			s.write("-ERR APOP not enabled.")
		case "STLS":
			switch {
			case s.tls:
				s.write("-ERR TLS is already active.")
			case !s.announcesTLS():
				s.write("-ERR TLS support isn't enabled.")
			case !s.readyTLS():
				s.write("-ERR [SYS/TEMP] TLS initialization failed.")
			default:
				s.write("+OK Begin TLS negotiation now.")
				if !s.handshake() {
					return
				}
			}
		default:
			s.write("-ERR Unknown command.")
			if bad++; bad >= maxBadCommands {
				s.write("-ERR Too many invalid bad commands.")
				s.logDisconnect("Disconnected: Disconnected: Too many bad commands")
				return
			}
		}
	}
}

// pop3Plain says no to a password in clear text where it is disallowed.
func (s *session) pop3Plain(user string) bool {
	if s.plaintextAllowed() {
		return true
	}
	if user != "" {
		s.user = user
	}
	s.mech, s.disallowed = "PLAIN", true
	s.write("-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
	return false
}

func (s *session) pop3Capabilities() []string {
	list := []string{"+OK", "CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE"}
	if s.announcesTLS() {
		list = append(list, "STLS")
	}
	sasl := "SASL"
	if s.plaintextAllowed() {
		list = append(list, "USER")
		sasl += " " + strings.Join(s.in.mechanisms(), " ")
	}
	return append(list, sasl, ".")
}

// pop3Auth is AUTH (RFC 5034). It reports whether the session is over.
func (s *session) pop3Auth(arg string) bool {
	mech, initial, _ := strings.Cut(arg, " ")
	mech = strings.ToUpper(mech)
	switch {
	case mech == "":
		list := []string{"+OK"}
		if s.plaintextAllowed() {
			list = append(list, s.in.mechanisms()...)
		}
		s.write(append(list, ".")...)
		return false
	case !slices.Contains(s.in.mechanisms(), mech):
		s.failed()
		s.write("-ERR [AUTH] Unsupported authentication mechanism.")
		return false
	case !s.plaintextAllowed():
		s.mech, s.disallowed = mech, true
		if s.in.cfg.Str("ssl") == "required" {
			s.write("-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.")
		} else {
			s.write("-ERR [AUTH] Plaintext authentication disabled.")
		}
		return false
	}
	user, password, fault, err := exchange(mech, initial, func(challenge string) (string, error) {
		s.write("+ " + challenge)
		return s.input.line(pop3LineLimit, loginTimeout)
	})
	switch {
	case err != nil:
		s.lost(err)
		return true
	case fault == saslAborted:
		s.write("-ERR " + saslAborted)
		return false
	case fault == saslBadBase64:
		s.garbled(mech)
		s.write("-ERR " + saslBadBase64)
		return false
	}
	return s.pop3Verdict(mech, user, password)
}

// pop3Verdict tries a login. It reports whether the session is over, be it that
// the mail process has served it.
func (s *session) pop3Verdict(mech, user, password string) bool {
	switch s.tryLogin(mech, user, password) {
	case denied:
		s.write("-ERR [AUTH] Authentication failed.")
		return false
	case noUser, internal:
		s.write("-ERR [SYS/TEMP] " + internalError)
		return true
	}
	if s.tooMany() {
		s.write("-ERR [IN-USE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections)")
		s.in.log(host.Info, "pop3-login", "Disconnected: Maximum number of connections from user+IP exceeded (mail_max_userip_connections): "+s.elements())
		return true
	}
	if s.startMail() != nil {
		s.write("-ERR [SYS/TEMP] " + internalError)
		return true
	}
	s.pop3()
	return true
}
