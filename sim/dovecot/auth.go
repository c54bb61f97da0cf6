package dovecot

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
)

// verdict is the answer of the authentication process.
type verdict uint8

const (
	denied   verdict = iota
	granted          // the password is right
	noUser           // it is right, but the user database does not know the user
	internal         // a database cannot be asked
)

// authRequest is one attempt to log in.
type authRequest struct {
	service  string // "imap", "pop3", "smtp"
	mech     string
	user     string // as given, then by auth_username_format
	password string
	rip, lip netip.Addr
	session  string
	fields   map[string]string // userdb_* and other fields of the passdb entry
}

// name identifies the request in log lines: "bob,203.0.113.100,<session>".
func (r *authRequest) name() string {
	s := r.user
	if r.rip.IsValid() {
		s += "," + r.rip.String()
	}
	if r.session != "" {
		s += ",<" + r.session + ">"
	}
	return s
}

func (r *authRequest) variables() *variables {
	v := &variables{user: r.user, service: r.service, session: r.session}
	if r.rip.IsValid() {
		v.rip, v.lip = r.rip.String(), r.lip.String()
	}
	return v
}

// checkAuth finds out whether the authentication process can start.
func (in *Instance) checkAuth() {
	in.authWhy = ""
	dbs := in.cfg.All("passdb")
	if len(dbs) == 0 {
		in.authWhy = "No passdbs specified in configuration file. PLAIN mechanism needs one"
	}
	for _, mech := range in.mechanisms() {
		if mech != "PLAIN" && mech != "LOGIN" {
			in.authWhy = fmt.Sprintf("Unknown authentication mechanism '%s'", mech)
		}
	}
	for _, db := range dbs {
		switch driver := db.Str("driver"); driver {
		case "pam", "shadow", "passwd", "static":
		case "passwd-file":
			if _, file := fileArgs(db); file == "" {
				in.authWhy = "passdb passwd-file: Missing args"
			}
		default:
			in.authWhy = fmt.Sprintf("Unknown passdb driver '%s'", driver)
		}
	}
	for _, db := range in.cfg.All("userdb") {
		switch driver := db.Str("driver"); driver {
		case "passwd", "static", "prefetch":
		case "passwd-file":
			if _, file := fileArgs(db); file == "" {
				in.authWhy = "userdb passwd-file: Missing args"
			}
		default:
			in.authWhy = fmt.Sprintf("Unknown userdb driver '%s'", driver)
		}
	}
}

// mechanisms lists auth_mechanisms in upper case.
func (in *Instance) mechanisms() []string {
	return strings.Fields(strings.ToUpper(in.cfg.Str("auth_mechanisms")))
}

// authUp reports whether the authentication process runs, and logs why not as
// the master does when it tries to start it.
func (in *Instance) authUp() bool {
	if in.authWhy == "" {
		return true
	}
	in.log(host.Err, "auth", "Fatal: "+in.authWhy)
	in.log(host.Err, "master", "Error: service(auth): command startup failed, throttling for 2.000 secs")
	return false
}

// authenticate asks the password databases one after the other. It sets the
// request's user to its canonical form.
func (in *Instance) authenticate(r *authRequest) verdict {
	chars := in.cfg.Str("auth_username_chars")
	if r.user == "" || chars != "" && strings.Trim(r.user, chars) != "" {
		in.verbose(r, "auth", "Username contains disallowed character or is empty")
		return denied
	}
	if format := in.cfg.Str("auth_username_format"); format != "" {
		if name := r.variables().expand(format); name != "" {
			r.user = name
		}
	}
	answer := denied
	for _, db := range in.cfg.All("passdb") {
		v := in.askPassDB(db, r)
		switch {
		case v == granted && db.Bool("deny"):
			return denied
		case v == granted:
			return granted
		case v == internal:
			answer = internal
		}
	}
	return answer
}

// verbose logs what is only told with auth_verbose.
func (in *Instance) verbose(r *authRequest, driver, text string) {
	if in.cfg.Bool("auth_verbose") {
		in.log(host.Info, "auth", fmt.Sprintf("%s(%s): %s", driver, r.name(), text))
	}
}

// fileArgs reads the args of passwd-file: options and the file.
func fileArgs(db *config.Section) (options map[string]string, file string) {
	options = map[string]string{}
	words := strings.Fields(db.Str("args"))
	for i, w := range words {
		if strings.HasPrefix(w, "/") {
			return options, strings.Join(words[i:], " ")
		}
		k, v, ok := strings.Cut(w, "=")
		if !ok {
			return options, w
		}
		options[k] = v
	}
	return options, ""
}

// penalty slows an address down that keeps failing, as anvil does it: each
// failure with a password not tried before makes the next attempt, good or bad,
// wait longer: 4, 8, then 15 s. A quarter of a minute of peace takes it away.
type penalty struct {
	level int
	tried []string // users and passwords, the newest last
	at    time.Duration
}

const (
	penaltyInit   = 2 * time.Second
	penaltyMax    = 15 * time.Second
	penaltyLevels = 4
	penaltyMemory = 10
)

// penaltyOf returns how long an attempt from an address has to wait.
func (in *Instance) penaltyOf(a netip.Addr) time.Duration {
	p := in.penalties[a]
	if p == nil || p.level == 0 {
		return 0
	}
	if in.host.Clock.Since()-p.at >= penaltyMax {
		p.level = 0
		return 0
	}
	return min(penaltyInit<<p.level, penaltyMax)
}

// punish notes the outcome of an attempt.
func (in *Instance) punish(r *authRequest, v verdict) {
	p := in.penalties[r.rip]
	switch {
	case v == granted && p != nil:
		p.level = 0
		return
	case v == granted:
		return
	case p == nil:
		p = &penalty{}
		if in.penalties == nil {
			in.penalties = map[netip.Addr]*penalty{}
		}
		in.penalties[r.rip] = p
	}
	p.at = in.host.Clock.Since()
	if key := r.user + "\x00" + r.password; !slices.Contains(p.tried, key) {
		p.level = min(p.level+1, penaltyLevels)
		p.tried = append(p.tried, key)
		p.tried = p.tried[max(0, len(p.tried)-penaltyMemory):]
	}
}
