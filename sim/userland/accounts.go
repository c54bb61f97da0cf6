package userland

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// The commands that change accounts edit the files of passwd(5), shadow(5),
// group(5) and gshadow's part of them in place: what somebody else wrote there
// stays as it is, also what is wrong.

// Ranges of numbers for people (login.defs(5) UID_MIN, SYS_UID_MIN).
const (
	firstUID       = 1000
	lastUID        = 60000
	firstSystemUID = 100
)

// accounts is an account database being changed by a process.
type accounts struct{ p *host.Proc }

const (
	passwdFile = "/etc/passwd"
	shadowFile = "/etc/shadow"
	groupFile  = "/etc/group"
)

// edit changes a file line by line: fn returns the new line, or false to drop
// it. Afterwards more are added.
func (a accounts) edit(file string, fn func(fields []string) ([]string, bool), more ...string) {
	text, err := a.p.Host.FS.ReadFile(file, host.Root)
	if err != nil {
		return
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if fn != nil {
			var keep bool
			if fields, keep = fn(fields); !keep {
				continue
			}
		}
		out.WriteString(strings.Join(fields, ":") + "\n")
	}
	for _, l := range more {
		out.WriteString(l + "\n")
	}
	if out.String() == string(text) {
		return
	}
	if err := a.p.Host.FS.WriteFile(file, []byte(out.String()), 0o644, host.Root); err != nil {
		a.p.Errorf("failure while writing changes to %s", file)
		a.p.Exit(1)
	}
	a.p.Wrote("write", file)
}

// change changes the fields of the line that begins with name.
func (a accounts) change(file, name string, fn func(fields []string)) {
	a.edit(file, func(f []string) ([]string, bool) {
		if f[0] == name {
			fn(f)
		}
		return f, true
	})
}

// remove drops the line that begins with name.
func (a accounts) remove(file, name string) {
	a.edit(file, func(f []string) ([]string, bool) { return f, f[0] != name })
}

// setPassword stores a field of shadow(5).
func (a accounts) setPassword(name, stored string) {
	day := strconv.FormatInt(a.p.Host.Clock.Now().Unix()/86400, 10)
	if _, ok := a.p.Host.Shadow(name); !ok {
		a.edit(shadowFile, nil, name+":"+stored+":"+day+":0:99999:7:::")
		return
	}
	a.change(shadowFile, name, func(f []string) {
		f[1] = stored
		if len(f) > 2 {
			f[2] = day
		}
	})
}

// freeID returns the number after the highest one in use, as useradd(8) does;
// system accounts count down.
func freeID(used []uint32, system bool) (uint32, bool) {
	if system {
		for id := uint32(firstUID - 1); id >= firstSystemUID; id-- {
			if !slices.Contains(used, id) {
				return id, true
			}
		}
		return 0, false
	}
	next := uint32(firstUID)
	for _, id := range used {
		if id >= next && id < lastUID {
			next = id + 1
		}
	}
	return next, next <= lastUID
}

func (a accounts) uids() (list []uint32) {
	for _, u := range a.p.Host.Users() {
		list = append(list, u.UID)
	}
	return list
}

func (a accounts) gids() (list []uint32) {
	for _, g := range a.p.Host.Groups() {
		list = append(list, g.GID)
	}
	return list
}

// group finds a group by name or number.
func (a accounts) group(word string) (host.Group, bool) {
	n, err := strconv.ParseUint(word, 10, 32)
	for _, g := range a.p.Host.Groups() {
		if g.Name == word || err == nil && g.GID == uint32(n) {
			return g, true
		}
	}
	return host.Group{}, false
}

func (a accounts) addGroup(name string, gid uint32) {
	a.edit(groupFile, nil, fmt.Sprintf("%s:x:%d:", name, gid))
	a.log("new group: name=%s, GID=%d", name, gid)
}

// setMember puts a user into a group or takes them out.
func (a accounts) setMember(user, group string, in bool) {
	a.change(groupFile, group, func(f []string) {
		if len(f) < 4 {
			return
		}
		members := slices.DeleteFunc(strings.Split(f[3], ","), func(m string) bool { return m == "" || m == user })
		if in {
			members = append(members, user)
		}
		f[3] = strings.Join(members, ",")
	})
}

// newAccount is an account to be added.
type newAccount struct {
	name, gecos, home, shell string
	uid, gid                 uint32
	password                 string // as stored
}

func (a accounts) add(n newAccount) {
	a.edit(passwdFile, nil, fmt.Sprintf("%s:x:%d:%d:%s:%s:%s", n.name, n.uid, n.gid, n.gecos, n.home, n.shell))
	a.setPassword(n.name, n.password)
	from := "none"
	if a.p.TTY != nil {
		from = "/dev/" + a.p.TTY.Name
	}
	a.log("new user: name=%s, UID=%d, GID=%d, home=%s, shell=%s, from=%s", n.name, n.uid, n.gid, n.home, n.shell, from)
}

// makeHome makes a home directory with what is in /etc/skel.
func (a accounts) makeHome(n newAccount, mode uint32) {
	fs := a.p.Host.FS
	fs.MkdirAll(n.home, 0o755, host.Root)
	fs.Chown(n.home, int(n.uid), int(n.gid), host.Root)
	fs.Chmod(n.home, fsMode(mode), host.Root)
	entries, _ := fs.ReadDir("/etc/skel", host.Root)
	for _, e := range entries {
		data, err := fs.ReadFile("/etc/skel/"+e.Name, host.Root)
		if err != nil {
			continue
		}
		fs.WriteFile(n.home+"/"+e.Name, data, 0o644, host.Root)
		fs.Chown(n.home+"/"+e.Name, int(n.uid), int(n.gid), host.Root)
	}
}

// log writes a line of the account tools to auth.log.
func (a accounts) log(format string, args ...any) {
	a.p.Host.Syslog(host.FacAuth, host.Info, a.p.Name(), a.p.PID, fmt.Sprintf(format, args...))
}

// locked reports that the process may not change accounts, and says so.
func (a accounts) locked() bool {
	if a.p.Cred.IsRoot() {
		return false
	}
	file := passwdFile
	if strings.HasPrefix(a.p.Name(), "group") {
		file = groupFile
	}
	a.p.Errorf("Permission denied.")
	a.p.Errorf("cannot lock %s; try again later.", file)
	return true
}

// validName is the rule of shadow-utils for new names.
func validName(s string) bool {
	if s == "" || len(s) > 32 || s == "." || s == ".." || strings.ContainsAny(s, ":,/ \t\n") || s[0] == '-' || s[0] == '+' || s[0] == '~' {
		return false
	}
	return strings.Trim(s, "0123456789") != ""
}
