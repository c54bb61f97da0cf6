package dovecot

import (
	"fmt"
	"strconv"
	"strings"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// account is what the user database says of a user.
type account struct {
	name   string
	home   string
	mail   string // mail_location of the user's own, "" for the common one
	cred   vfs.Cred
	hasUID bool
	hasGID bool
}

// lookupUser asks the user databases one after the other.
func (in *Instance) lookupUser(r *authRequest) (account, verdict) {
	a := account{name: r.user}
	dbs := in.cfg.All("userdb")
	if len(dbs) == 0 {
		return a, granted
	}
	for _, db := range dbs {
		if v := in.askUserDB(db, r, &a); v != noUser {
			return a, v
		}
	}
	in.log(host.Err, "auth", fmt.Sprintf("Error: %s(%s): user not found from userdb", dbs[len(dbs)-1].Str("driver"), r.name()))
	return a, noUser
}

func (in *Instance) askUserDB(db *config.Section, r *authRequest, a *account) verdict {
	switch db.Str("driver") {
	case "passwd":
		u, ok := in.host.User(r.user)
		if !ok {
			return noUser
		}
		a.home, a.cred, a.hasUID, a.hasGID = u.Home, in.host.Cred(u), true, true
		a.override(in, r, db.Str("args"))
	case "static":
		a.override(in, r, db.Str("args"))
	case "passwd-file":
		f, v := in.fileEntry(db, r)
		if f == nil {
			if v == internal {
				return v
			}
			return noUser
		}
		for len(f) < 8 {
			f = append(f, "")
		}
		a.home = f[5]
		a.override(in, r, "uid="+f[2]+" gid="+f[3])
		for k, v := range staticArgs(f[7]) {
			if name, ok := strings.CutPrefix(k, "userdb_"); ok {
				a.field(in, r, name, v)
			}
		}
	case "prefetch":
		if len(r.fields) == 0 {
			return noUser
		}
		for k, v := range r.fields {
			if name, ok := strings.CutPrefix(k, "userdb_"); ok {
				a.field(in, r, name, v)
			}
		}
	}
	a.override(in, r, db.Str("override_fields"))
	return granted
}

// override sets fields of the form "uid=vmail gid=vmail home=/var/vmail/%u".
func (a *account) override(in *Instance, r *authRequest, args string) {
	for _, w := range strings.Fields(args) {
		k, v, _ := strings.Cut(w, "=")
		a.field(in, r, k, v)
	}
}

func (a *account) field(in *Instance, r *authRequest, name, value string) {
	v := r.variables()
	v.home = a.home
	value = v.expand(value)
	switch name {
	case "uid":
		if id, ok := in.userID(value); ok {
			a.cred.UID, a.hasUID = id, true
		}
	case "gid":
		if id, ok := in.groupID(value); ok {
			a.cred.GID, a.hasGID = id, true
		}
	case "home":
		a.home = value
	case "mail":
		a.mail = value
	}
}

func (in *Instance) userID(s string) (uint32, bool) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return uint32(n), true
	}
	u, ok := in.host.User(s)
	return u.UID, ok
}

func (in *Instance) groupID(s string) (uint32, bool) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return uint32(n), true
	}
	for _, g := range in.host.Groups() {
		if g.Name == s {
			return g.GID, true
		}
	}
	return 0, false
}

// admit checks whether mail may be accessed as the user, and fills in what the
// settings mail_uid, mail_gid and mail_home give. The error is what the mail
// process logs.
func (in *Instance) admit(a *account) error {
	if !a.hasUID {
		a.cred.UID, a.hasUID = in.userID(in.cfg.Str("mail_uid"))
	}
	if !a.hasGID {
		a.cred.GID, a.hasGID = in.groupID(in.cfg.Str("mail_gid"))
	}
	switch first, last := in.cfg.Number("first_valid_uid"), in.cfg.Number("last_valid_uid"); {
	case !a.hasUID:
		return fmt.Errorf("Couldn't drop privileges: User is missing UID (see mail_uid setting)")
	case a.cred.UID == 0:
		return fmt.Errorf("Invalid settings in userdb: userdb returned 0 as uid")
	case !a.hasGID:
		return fmt.Errorf("Couldn't drop privileges: User is missing GID (see mail_gid setting)")
	case int(a.cred.UID) < first || last != 0 && int(a.cred.UID) > last:
		return fmt.Errorf("Mail access for users with UID %d not permitted (see first_valid_uid in config file, uid from userdb lookup).", a.cred.UID)
	}
	return nil
}
