package userland

import (
	"slices"
	"strconv"

	"mxlab/sim/host"
)

// runGroupadd is groupadd(8).
func runGroupadd(p *host.Proc) int {
	f, ok := readFlags(p, "fg:hop:r", "force=f", "gid=g:", "non-unique=o", "system=r", "help=h", "password=p:")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 {
		return shortUsage(p, "GROUP")
	}
	a, name := accounts{p}, f.operands[0]
	if !validName(name) {
		p.Errorf("'%s' is not a valid group name", name)
		return 3
	}
	if _, taken := a.group(name); taken {
		if f.has("f") {
			return 0
		}
		p.Errorf("group '%s' already exists", name)
		return 9
	}
	if a.locked() {
		return 1
	}
	gid, free := freeID(a.gids(), f.has("r"))
	if f.has("g") {
		v, err := strconv.ParseUint(f.given["g"], 10, 31)
		switch {
		case err != nil:
			p.Errorf("invalid group ID '%s'", f.given["g"])
			return 3
		case slices.Contains(a.gids(), uint32(v)) && !f.has("o"):
			p.Errorf("GID '%d' already exists", v)
			return 4
		}
		gid = uint32(v)
	} else if !free {
		p.Errorf("Can't get unique GID (no more available GIDs)")
		return 4
	}
	a.addGroup(name, gid)
	return 0
}

// runGroupdel is groupdel(8).
func runGroupdel(p *host.Proc) int {
	f, ok := readFlags(p, "fh", "force=f", "help=h")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 {
		return shortUsage(p, "GROUP")
	}
	a := accounts{p}
	g, known := a.group(f.operands[0])
	if !known {
		p.Errorf("group '%s' does not exist", f.operands[0])
		return 6
	}
	if a.locked() {
		return 1
	}
	for _, u := range p.Host.Users() {
		if u.GID == g.GID && !f.has("f") {
			p.Errorf("cannot remove the primary group of user '%s'", u.Name)
			return 8
		}
	}
	a.remove(groupFile, g.Name)
	a.log("group '%s' removed from /etc/group", g.Name)
	return 0
}

// runGpasswd is gpasswd(1) with -a and -d.
func runGpasswd(p *host.Proc) int {
	f, ok := readFlags(p, "a:d:h", "add=a:", "delete=d:", "help=h")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 || f.has("a") == f.has("d") {
		return shortUsage(p, "GROUP")
	}
	a, group := accounts{p}, f.operands[0]
	g, known := a.group(group)
	if !known {
		p.Errorf("group '%s' does not exist in /etc/group", group)
		return 1
	}
	user, add := f.given["a"], f.has("a")
	if !add {
		user = f.given["d"]
	}
	if _, ok := p.Host.User(user); !ok && add {
		p.Errorf("user '%s' does not exist", user)
		return 1
	}
	if !p.Cred.IsRoot() {
		p.Errorf("Permission denied.")
		return 1
	}
	word := "Adding user %s to group %s\n"
	if !add {
		word = "Removing user %s from group %s\n"
	}
	p.Printf(word, user, g.Name)
	if !add && !slices.Contains(g.Members, user) {
		p.Errorf("user '%s' is not a member of '%s'", user, g.Name)
		return 3
	}
	a.setMember(user, g.Name, add)
	return 0
}
