package dovecot

import (
	"fmt"
	"strings"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// askPassDB asks one password database.
func (in *Instance) askPassDB(db *config.Section, r *authRequest) verdict {
	switch db.Str("driver") {
	case "passwd-file":
		return in.passwdFile(db, r)
	case "static":
		args := staticArgs(db.Str("args"))
		_, open := args["nopassword"]
		return in.compare(r, "static", "PLAIN", args["password"], open)
	case "passwd":
		return in.denyLocal(r, "passwd") // the file holds "x" since there is shadow(5)
	case "shadow":
		return in.shadow(r, "shadow")
	}
	return in.pam(r)
}

// pam asks the system, which compares with /etc/shadow (pam_unix(8)).
func (in *Instance) pam(r *authRequest) verdict {
	v := in.shadow(r, "pam")
	if v == granted {
		return v
	}
	say := func(text string) {
		in.host.Syslog(host.FacAuth, host.Notice, "auth", 0, "pam_unix(dovecot:auth): "+text)
	}
	rhost := ""
	if r.rip.IsValid() {
		rhost = r.rip.String()
	}
	who := ""
	if _, ok := in.host.User(r.user); !ok {
		say("check pass; user unknown")
	} else {
		who = "  user=" + r.user
	}
	say(fmt.Sprintf("authentication failure; logname= uid=0 euid=0 tty=dovecot ruser=%s rhost=%s%s", r.user, rhost, who))
	return v
}

// shadow compares with the password field of shadow(5). This lab keeps
// passwords there in clear text behind {PLAIN}; a field that begins with "!" or
// "*" is locked. Hashes of crypt(3) cannot be compared.
func (in *Instance) shadow(r *authRequest, driver string) verdict {
	if _, ok := in.host.User(r.user); !ok {
		return in.denyLocal(r, driver)
	}
	b, err := in.host.FS.ReadFile("/etc/shadow", host.Root)
	if err != nil {
		in.log(host.Err, "auth", fmt.Sprintf("Error: %s(%s): open(/etc/shadow) failed: %v", driver, r.name(), vfs.ErrnoOf(err)))
		return internal
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimRight(line, "\n"), ":")
		if len(f) < 2 || f[0] != r.user {
			continue
		}
		stored, plain := strings.CutPrefix(f[1], "{PLAIN}")
		if !plain {
			break
		}
		return in.compare(r, driver, "PLAIN", stored, false)
	}
	return in.denyLocal(r, driver)
}

func (in *Instance) denyLocal(r *authRequest, driver string) verdict {
	in.verbose(r, driver, "unknown user")
	return denied
}

// passwdFile asks a file of lines user:password:uid:gid:gecos:home:shell:fields,
// of which all but the user may be missing.
func (in *Instance) passwdFile(db *config.Section, r *authRequest) verdict {
	f, v := in.fileEntry(db, r)
	if f == nil {
		if v == denied {
			in.verbose(r, "passwd-file", "unknown user")
		}
		return v
	}
	options, _ := fileArgs(db)
	scheme := options["scheme"]
	if scheme == "" {
		scheme = "CRYPT"
	}
	if len(f) > 7 {
		r.fields = staticArgs(strings.Join(f[7:], ":"))
	}
	_, open := r.fields["nopassword"]
	stored := ""
	if len(f) > 1 {
		stored = f[1]
	}
	return in.compare(r, "passwd-file", scheme, stored, open)
}

// fileEntry finds the user's line in a passwd-file. Without one the verdict is
// denied, or internal if the file cannot be read.
func (in *Instance) fileEntry(db *config.Section, r *authRequest) ([]string, verdict) {
	options, file := fileArgs(db)
	vars := r.variables()
	file = vars.expand(file)
	key := r.user
	if format := options["username_format"]; format != "" {
		key = vars.expand(format)
	}
	b, err := in.host.FS.ReadFile(file, in.host.CredOf(in.cfg.Expand(in.cfg.Service("auth").Str("user"))))
	if err != nil {
		text := fmt.Sprintf("Error: passwd-file %s:open(%s) failed: %v", file, file, vfs.ErrnoOf(err))
		if vfs.ErrnoOf(err) == vfs.EACCES {
			c := in.host.CredOf(in.cfg.Expand(in.cfg.Service("auth").Str("user")))
			text += fmt.Sprintf(" (euid=%d(%s) egid=%d(%s) missing +r perm: %s)", c.UID, in.host.UserName(c.UID), c.GID, in.host.GroupName(c.GID), file)
		}
		in.log(host.Err, "auth", text)
		return nil, denied
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' || line[0] == ':' {
			continue
		}
		if f := strings.SplitN(line, ":", 8); f[0] == key {
			return f, granted
		}
	}
	return nil, denied
}

// compare checks the password against a stored one, which may begin with its
// scheme in braces.
func (in *Instance) compare(r *authRequest, driver, scheme, stored string, open bool) verdict {
	if strings.HasPrefix(stored, "{") {
		if s, rest, ok := strings.Cut(stored[1:], "}"); ok {
			scheme, stored = s, rest
		}
	}
	if open {
		return granted
	}
	if stored == "" {
		in.verbose(r, driver, "Empty password returned without nopassword")
		return denied
	}
	ok, err := verifyPassword(strings.ToUpper(scheme), stored, r.password)
	switch {
	case err != nil:
		in.log(host.Err, "auth", fmt.Sprintf("Error: %s(%s): %v", driver, r.name(), err))
		return denied
	case !ok:
		in.verbose(r, driver, "Password mismatch")
		return denied
	}
	return granted
}

// staticArgs reads "key=value key=value".
func staticArgs(text string) map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(text) {
		k, v, _ := strings.Cut(w, "=")
		m[k] = v
	}
	return m
}
