package host

import (
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host/vfs"
)

// User is a line of passwd(5).
type User struct {
	Name  string
	UID   uint32
	GID   uint32
	Gecos string
	Home  string
	Shell string
}

// Group is a line of group(5).
type Group struct {
	Name    string
	GID     uint32
	Members []string
}

// colonLines calls each with the fields of the lines that have enough of them.
func colonLines(text string, fields int, each func(f []string)) {
	for line := range strings.Lines(text) {
		if f := strings.Split(strings.TrimRight(line, "\n"), ":"); len(f) >= fields {
			each(f)
		}
	}
}

func parsePasswd(text string) (list []User) {
	colonLines(text, 7, func(f []string) {
		uid, err1 := strconv.ParseUint(f[2], 10, 32)
		gid, err2 := strconv.ParseUint(f[3], 10, 32)
		if err1 == nil && err2 == nil {
			list = append(list, User{f[0], uint32(uid), uint32(gid), f[4], f[5], f[6]})
		}
	})
	return list
}

func parseGroup(text string) (list []Group) {
	colonLines(text, 4, func(f []string) {
		if gid, err := strconv.ParseUint(f[2], 10, 32); err == nil {
			g := Group{Name: f[0], GID: uint32(gid)}
			if f[3] != "" {
				g.Members = strings.Split(f[3], ",")
			}
			list = append(list, g)
		}
	})
	return list
}

// Users returns the users of /etc/passwd in its order.
func (h *Host) Users() []User { return fileAs(h, "/etc/passwd", parsePasswd) }

// Groups returns the groups of /etc/group in its order.
func (h *Host) Groups() []Group { return fileAs(h, "/etc/group", parseGroup) }

// User finds a user by name.
func (h *Host) User(name string) (User, bool) {
	for _, u := range h.Users() {
		if u.Name == name {
			return u, true
		}
	}
	return User{}, false
}

// UserName returns the name of a uid, or its number if nobody has it.
func (h *Host) UserName(uid uint32) string {
	for _, u := range h.Users() {
		if u.UID == uid {
			return u.Name
		}
	}
	return strconv.FormatUint(uint64(uid), 10)
}

// GroupName returns the name of a gid, or its number.
func (h *Host) GroupName(gid uint32) string {
	for _, g := range h.Groups() {
		if g.GID == gid {
			return g.Name
		}
	}
	return strconv.FormatUint(uint64(gid), 10)
}

// Cred returns the credential a login as u gets, with its supplementary groups.
func (h *Host) Cred(u User) vfs.Cred {
	c := vfs.Cred{UID: u.UID, GID: u.GID}
	for _, g := range h.Groups() {
		if slices.Contains(g.Members, u.Name) {
			c.Groups = append(c.Groups, g.GID)
		}
	}
	return c
}

// CredOf is Cred of a user by name; an unknown name gives nobody's.
func (h *Host) CredOf(name string) vfs.Cred {
	if u, ok := h.User(name); ok {
		return h.Cred(u)
	}
	return vfs.Cred{UID: 65534, GID: 65534}
}

// LoginEnv returns the environment a login as u starts with.
func (h *Host) LoginEnv(u User) *Env {
	path := "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
	if u.UID == 0 {
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	return NewEnv("HOME", u.Home, "USER", u.Name, "LOGNAME", u.Name, "SHELL", u.Shell, "PATH", path, "LANG", "C.UTF-8", "TERM", "xterm")
}
