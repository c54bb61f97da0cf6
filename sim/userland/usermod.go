package userland

import (
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// runUsermod is usermod(8).
func runUsermod(p *host.Proc) int {
	f, ok := readFlags(p, "abc:d:e:f:g:G:hl:Lmop:rs:u:U", "append=a", "comment=c:", "home=d:", "gid=g:", "groups=G:", "login=l:", "lock=L", "move-home=m",
		"non-unique=o", "password=p:", "remove=r", "shell=s:", "uid=u:", "unlock=U", "help=h", "badname=b", "expiredate=e:", "inactive=f:")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 || len(f.order) == 0 {
		return shortUsage(p, "LOGIN")
	}
	a, name := accounts{p}, f.operands[0]
	u, status := a.user(name)
	if status != 0 {
		return status
	}
	if status := a.knowGroups(f.given["G"], f.has("G")); status != 0 {
		return status
	}
	if status := a.changeLine(u, f); status != 0 {
		return status
	}
	if f.has("G") {
		a.setGroups(name, strings.Split(f.given["G"], ","), f.has("a"), f.has("r"))
	}
	s, _ := p.Host.Shadow(name)
	switch {
	case f.has("p"):
		a.setPassword(name, f.given["p"])
	case f.has("L") && !strings.HasPrefix(s.Password, "!"):
		a.setPassword(name, "!"+s.Password)
		a.log("lock user '%s' password", name)
	case f.has("U"):
		if rest, locked := strings.CutPrefix(s.Password, "!"); locked && rest != "" {
			a.setPassword(name, rest)
			a.log("unlock user '%s' password", name)
		}
	}
	if f.has("l") {
		a.rename(name, f.given["l"])
	}
	return 0
}

// user returns the account to be changed, or the status that says why not.
func (a accounts) user(name string) (u host.User, status int) {
	u, known := a.p.Host.User(name)
	switch {
	case !known:
		a.p.Errorf("user '%s' does not exist", name)
		return u, 6
	case a.locked():
		return u, 1
	}
	return u, 0
}

// changeLine changes the fields of passwd(5).
func (a accounts) changeLine(u host.User, f *flags) int {
	if f.has("l") {
		if _, taken := a.p.Host.User(f.given["l"]); taken {
			a.p.Errorf("user '%s' already exists", f.given["l"])
			return 9
		}
		if !validName(f.given["l"]) {
			a.p.Errorf("invalid user name '%s': use --badname to ignore", f.given["l"])
			return 3
		}
	}
	gid := u.GID
	if f.has("g") {
		g, ok := a.group(f.given["g"])
		if !ok {
			a.p.Errorf("group '%s' does not exist", f.given["g"])
			return 6
		}
		gid = g.GID
	}
	uid := u.UID
	if f.has("u") {
		v, err := strconv.ParseUint(f.given["u"], 10, 31)
		if err != nil {
			a.p.Errorf("invalid user ID '%s'", f.given["u"])
			return 3
		}
		for _, other := range a.p.Host.Users() {
			if other.UID == uint32(v) && other.Name != u.Name && !f.has("o") {
				a.p.Errorf("UID '%d' already exists", v)
				return 4
			}
		}
		uid = uint32(v)
	}
	if f.has("d") && f.has("m") {
		if err := a.p.Host.FS.Rename(u.Home, f.given["d"], host.Root); err != nil {
			a.p.Errorf("cannot rename directory %s to %s", u.Home, f.given["d"])
			return 12
		}
	}
	a.change(passwdFile, u.Name, func(l []string) {
		l[2], l[3] = strconv.FormatUint(uint64(uid), 10), strconv.FormatUint(uint64(gid), 10)
		for flag, i := range map[string]int{"c": 4, "d": 5, "s": 6} {
			if v, given := f.given[flag]; given {
				l[i] = v
			}
		}
	})
	return 0
}

// setGroups sets the supplementary groups: exactly the list, or with add or
// remove a change by it.
func (a accounts) setGroups(user string, list []string, add, remove bool) {
	for _, g := range a.p.Host.Groups() {
		in, listed := false, false
		for _, m := range g.Members {
			in = in || m == user
		}
		for _, w := range list {
			listed = listed || w == g.Name || w == strconv.FormatUint(uint64(g.GID), 10)
		}
		want := listed
		switch {
		case remove:
			want = in && !listed
		case add:
			want = in || listed
		}
		if want != in {
			a.setMember(user, g.Name, want)
			word := "add '%s' to group '%s'"
			if !want {
				word = "delete '%s' from group '%s'"
			}
			a.log(word, user, g.Name)
		}
	}
}

func (a accounts) rename(from, to string) {
	for _, file := range []string{passwdFile, shadowFile} {
		a.change(file, from, func(l []string) { l[0] = to })
	}
	for _, g := range a.p.Host.Groups() {
		for _, m := range g.Members {
			if m == from {
				a.setMember(from, g.Name, false)
				a.setMember(to, g.Name, true)
			}
		}
	}
	a.log("change user name '%s' to '%s'", from, to)
}

// runUserdel is userdel(8).
func runUserdel(p *host.Proc) int {
	f, ok := readFlags(p, "fhr", "force=f", "remove=r", "help=h")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 {
		return shortUsage(p, "LOGIN")
	}
	a, name := accounts{p}, f.operands[0]
	u, status := a.user(name)
	if status != 0 {
		return status
	}
	for _, q := range p.Host.Procs() {
		if q.Cred.UID == u.UID && !f.has("f") {
			p.Errorf("user %s is currently used by process %d", name, q.PID)
			return 8
		}
	}
	a.deleteUser(u)
	if f.has("r") {
		if err := p.Host.FS.Unlink("/var/mail/"+name, host.Root); err != nil {
			p.Errorf("%s mail spool (/var/mail/%s) not found", name, name)
		}
		if _, err := p.Host.FS.Stat(u.Home, host.Root); err != nil {
			p.Errorf("%s home directory (%s) not found", name, u.Home)
		} else {
			p.Host.FS.RemoveAll(u.Home, host.Root)
		}
	}
	return 0
}

// deleteUser takes an account out of the files, with its own group when that
// is left empty.
func (a accounts) deleteUser(u host.User) {
	a.remove(passwdFile, u.Name)
	a.remove(shadowFile, u.Name)
	a.log("delete user '%s'", u.Name)
	for _, g := range a.p.Host.Groups() {
		others := false
		for _, m := range g.Members {
			if m == u.Name {
				a.setMember(u.Name, g.Name, false)
			} else {
				others = true
			}
		}
		if g.Name != u.Name || others {
			continue
		}
		primary := false
		for _, other := range a.p.Host.Users() {
			primary = primary || other.GID == g.GID
		}
		if !primary {
			a.remove(groupFile, g.Name)
			a.log("removed group '%s' owned by '%s'", g.Name, u.Name)
		}
	}
}
