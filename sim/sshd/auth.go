package sshd

import (
	"crypto/ed25519"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
)

// logindPID is the process of systemd-logind in log lines. It is no process of
// the lab.
const logindPID = 312

// failDelay is what pam_unix(8) waits after a wrong password, on the average.
const failDelay = 2 * time.Second

// login is the authentication of a connection (RFC 4252).
type login struct {
	name     string
	user     host.User
	valid    bool // exists and may log in
	cfg      *config
	tries    int // that counted
	failures int // of passwords
}

// authRequest handles USERAUTH_REQUEST (RFC 4252 5).
func (n *conn) authRequest(f *fields) error {
	name, service, method := f.text(), f.text(), f.text()
	if f.err != nil {
		return f.err
	}
	l := &n.login
	if l.name == "" {
		n.begin(name)
	}
	if name != l.name || service != "ssh-connection" {
		n.log(host.Info, "Disconnecting %s%s: Change of username or service not allowed: (%s,ssh-connection) -> (%s,%s) [preauth]", n.who(), n.peer(), l.name, printable(name), printable(service))
		n.close()
		return nil
	}
	switch {
	case method == "publickey" && l.cfg.Pubkey:
		return n.authKey(f)
	case method == "password" && l.cfg.Password:
		f.flag()
		password := f.text()
		if f.err == nil {
			n.authPassword(password)
		}
		return f.err
	case method == "none" && l.cfg.EmptyPasswords && l.cfg.Password && l.valid:
		if s, ok := n.s.h.Shadow(name); ok && s.Password == "" {
			n.accepted("none", "")
			return nil
		}
	}
	n.refused(method != "none")
	return nil
}

// begin looks the user up and decides whether they may log in at all
// (sshd_config(5) AllowUsers). Who may not is asked for passwords all the same.
func (n *conn) begin(name string) {
	l := &n.login
	l.name = name
	n.proc.Title = "sshd: " + printable(name) + " [priv]"
	l.cfg = n.cfg.forUser(n.s.h, name, n.c.Local(), n.from)
	u, ok := n.s.h.User(name)
	if !ok {
		n.log(host.Info, "Invalid user %s from %s", printable(name), n.peer())
		n.proc.Title = "sshd: unknown [priv]"
		return
	}
	if why := n.barred(u); why != "" {
		n.log(host.Info, "User %s from %s not allowed because %s", name, n.from.Addr(), why)
		return
	}
	l.user, l.valid = u, true
}

// barred says why a user may not log in, "" if they may. The order is that of
// allowed_user in auth.c.
func (n *conn) barred(u host.User) string {
	h, c, groups := n.s.h, n.login.cfg, groupsOf(n.s.h, u.Name)
	in := func(list []string) bool {
		return slices.ContainsFunc(groups, func(g string) bool { return matchList(strings.Join(list, ","), g) })
	}
	info, err := h.FS.Stat(u.Shell, host.Root)
	switch {
	case err != nil:
		return "shell " + u.Shell + " does not exist"
	case info.IsDir() || info.Mode()&0o111 == 0:
		return "shell " + u.Shell + " is not executable"
	case matchUser(c.DenyUsers, u.Name, n.from.Addr()):
		return "listed in DenyUsers"
	case len(c.AllowUsers) > 0 && !matchUser(c.AllowUsers, u.Name, n.from.Addr()):
		return "not listed in AllowUsers"
	case len(c.DenyGroups) > 0 && in(c.DenyGroups):
		return "a group is listed in DenyGroups"
	case len(c.AllowGroups) > 0 && !in(c.AllowGroups):
		return "none of user's groups are listed in AllowGroups"
	}
	return ""
}

// label is the user in log lines.
func (l *login) label() string {
	if l.valid {
		return l.name
	}
	return "invalid user " + printable(l.name)
}

// authPassword checks a password after the delay of a wrong one.
func (n *conn) authPassword(password string) {
	l := &n.login
	s, _ := n.s.h.Shadow(l.name)
	root := l.valid && l.user.UID == 0 && l.cfg.PermitRoot != "yes"
	empty := password == "" && !l.cfg.EmptyPasswords
	if l.valid && !root && !empty && s.Accepts(password) {
		n.accepted("password", "")
		return
	}
	if l.valid && root && s.Accepts(password) {
		n.log(host.Info, "ROOT LOGIN REFUSED FROM %s", n.peer())
	}
	if l.cfg.UsePAM {
		rhost := "logname= uid=0 euid=0 tty=ssh ruser= rhost=" + n.from.Addr().String() + " "
		if _, known := n.s.h.User(l.name); !known {
			n.log(host.Info, "pam_unix(sshd:auth): check pass; user unknown")
			n.log(host.Notice, "pam_unix(sshd:auth): authentication failure; %s", rhost)
		} else if l.failures == 0 {
			n.log(host.Notice, "pam_unix(sshd:auth): authentication failure; %s user=%s", rhost, l.name)
		}
	}
	l.failures++
	n.s.h.LoginFailed(l.name, "ssh:notty", n.from.Addr().String(), n.proc.PID)
	done := n.s.h.Clock.Work()
	n.s.h.Clock.After(failDelay, func() {
		done()
		if n.closed {
			return
		}
		n.log(host.Info, "Failed password for %s from %s ssh2", l.label(), n.peer())
		n.refused(true)
	})
}

// refused says no (RFC 4252 5.1), and ends the connection after too many tries.
func (n *conn) refused(counts bool) {
	l := &n.login
	if counts {
		l.tries++
	}
	if l.tries >= l.cfg.MaxAuthTries {
		n.log(host.Err, "error: maximum authentication attempts exceeded for %s from %s ssh2 [preauth]", l.label(), n.peer())
		n.log(host.Info, "Disconnecting %s%s: Too many authentication failures [preauth]", n.who(), n.peer())
		n.send(message(msgDisconnect).number(reasonTooMany).text("Too many authentication failures").text(""))
		n.close()
		return
	}
	n.send(message(msgAuthFailure).text(strings.Join(l.methods(), ",")).flag(false))
}

// methods are those that can continue.
func (l *login) methods() (list []string) {
	if l.cfg.Pubkey {
		list = append(list, "publickey")
	}
	if l.cfg.Password {
		list = append(list, "password")
	}
	return list
}

// authKey handles the method publickey (RFC 4252 7).
func (n *conn) authKey(f *fields) error {
	signed, algorithm, blob := f.flag(), f.text(), f.text()
	signature := ""
	if signed {
		signature = f.text()
	}
	if f.err != nil {
		return f.err
	}
	l := &n.login
	pub, err := parseBlob(blob)
	known := err == nil && algorithm == keyType && l.valid && n.authorized(pub)
	if l.valid && l.user.UID == 0 && l.cfg.PermitRoot == "no" {
		known = false
	}
	switch {
	case !known:
		n.refused(true)
	case !signed:
		n.send(message(60).text(algorithm).text(blob)) // USERAUTH_PK_OK
	case ed25519.Verify(pub, signedData(n.exchange.hash(), l.name, blob), []byte(signature)):
		n.accepted("publickey", ": ED25519 "+Fingerprint(pub))
	default:
		n.log(host.Info, "Failed publickey for %s from %s ssh2: ED25519 %s", l.label(), n.peer(), Fingerprint(pub))
		n.refused(true)
	}
	return nil
}

// signedData is what a user's key signs (RFC 4252 7).
func signedData(session []byte, user, blob string) []byte {
	return append(builder{}.text(string(session)), message(msgAuthRequest).text(user).text("ssh-connection").text("publickey").flag(true).text(keyType).text(blob)...)
}

// authorized looks for a key in the user's authorized_keys. StrictModes refuses
// files and folders that others may write.
func (n *conn) authorized(pub ed25519.PublicKey) bool {
	l := &n.login
	for _, file := range l.cfg.AuthorizedKeys {
		file = strings.NewReplacer("%h", l.user.Home, "%u", l.name, "%%", "%").Replace(file)
		if file == "none" {
			continue
		}
		if !strings.HasPrefix(file, "/") {
			file = path.Join(l.user.Home, file)
		}
		text, err := n.s.h.FS.ReadFile(file, n.s.h.Cred(l.user))
		if err != nil {
			continue
		}
		if bad := n.loose(file); l.cfg.StrictModes && bad != "" {
			n.log(host.Info, "Authentication refused: bad ownership or modes for %s", bad)
			continue
		}
		for line := range strings.Lines(string(text)) {
			if i := strings.Index(line, keyType+" "); i >= 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				if k, _, err := ParsePublic(line[i:]); err == nil && k.Equal(pub) {
					return true
				}
			}
		}
	}
	return false
}

// loose finds what of file and the folders up to the user's home is not safe:
// owned by somebody else, or writable by others (auth_secure_path in misc.c).
func (n *conn) loose(file string) string {
	u := n.login.user
	for at := file; ; at = path.Dir(at) {
		info, err := n.s.h.FS.Stat(at, host.Root)
		kind := "directory "
		if at == file {
			kind = "file "
		}
		if err != nil {
			return kind + at
		}
		if info.UID != 0 && info.UID != u.UID || info.Mode().Perm()&0o022 != 0 {
			return kind + at
		}
		if at == u.Home || at == "/" {
			return ""
		}
	}
}

// accepted ends the authentication.
func (n *conn) accepted(method, key string) {
	l := &n.login
	n.grace.Stop()
	if l.failures > 1 && l.cfg.UsePAM {
		n.log(host.Notice, "PAM %d more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s  user=%s", l.failures-1, n.from.Addr(), l.name)
	}
	n.log(host.Info, "Accepted %s for %s from %s ssh2%s", method, l.name, n.peer(), key)
	if text, err := n.s.h.FS.ReadFile("/run/nologin", host.Root); err == nil && l.cfg.UsePAM && l.user.UID != 0 { // pam_nologin(8)
		n.log(host.Err, "fatal: Access denied for user %s by PAM account configuration [preauth]", l.name)
		n.send(message(msgAuthBanner).text(string(text)).text(""))
		n.close()
		return
	}
	if l.cfg.UsePAM {
		n.log(host.Info, "pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", l.name, l.user.UID)
		n.s.logins++
		n.number = n.s.logins
		n.s.h.Syslog(host.FacAuth, host.Info, "systemd-logind", logindPID, fmt.Sprintf("New session %d of user %s.", n.number, l.name))
	}
	n.cfg = l.cfg
	n.stage = working
	n.s.pending--
	n.s.sessions[n.from] = n
	n.send(message(msgAuthSuccess))
	n.keepalive()
}
