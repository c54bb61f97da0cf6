package userland

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

func fsMode(bits uint32) fs.FileMode { return vfs.FileMode(bits) }

// shortUsage is the first line of the help of the shadow tools.
func shortUsage(p *host.Proc, what string) int {
	fmt.Fprintf(p.Stderr, "Usage: %s [options] %s\n", p.Name(), what)
	return 2
}

// runUseradd is useradd(8).
func runUseradd(p *host.Proc) int {
	f, ok := readFlags(p, "b:c:d:De:f:g:G:hk:K:lmMNop:rR:s:u:U", "base-dir=b:", "comment=c:", "home-dir=d:", "defaults=D", "expiredate=e:", "inactive=f:",
		"gid=g:", "groups=G:", "skel=k:", "key=K:", "create-home=m", "no-create-home=M", "no-user-group=N", "non-unique=o", "password=p:", "system=r",
		"shell=s:", "uid=u:", "user-group=U", "badname", "help=h")
	if !ok {
		return 2
	}
	a := accounts{p}
	if len(f.operands) != 1 {
		return shortUsage(p, "LOGIN")
	}
	n := newAccount{name: f.operands[0], gecos: f.given["c"], shell: orText(f.given["s"], "/bin/sh"), password: orText(f.given["p"], "!")}
	n.home = orText(f.given["d"], path.Join(orText(f.given["b"], "/home"), n.name))
	if a.locked() {
		return 1
	}
	if !validName(n.name) {
		p.Errorf("invalid user name '%s': use --badname to ignore", n.name)
		return 3
	}
	if _, taken := p.Host.User(n.name); taken {
		p.Errorf("user '%s' already exists", n.name)
		return 9
	}
	if status := a.numbers(&n, f); status != 0 {
		return status
	}
	if status := a.knowGroups(f.given["G"], f.has("G")); status != 0 {
		return status
	}
	a.add(n)
	for g := range strings.SplitSeq(f.given["G"], ",") {
		if group, ok := a.group(g); ok && g != "" {
			a.setMember(n.name, group.Name, true)
			a.log("add '%s' to group '%s'", n.name, group.Name)
		}
	}
	if f.has("m") {
		if _, err := p.Host.FS.Stat(n.home, host.Root); err == nil {
			p.Errorf("warning: the home directory %s already exists.\nuseradd: Not copying any file from skel directory into it.", n.home)
		} else {
			a.makeHome(n, 0o755)
		}
		a.mailSpool(n)
	}
	return 0
}

// mailSpool makes the empty mailbox of a new account (CREATE_MAIL_SPOOL).
func (a accounts) mailSpool(n newAccount) {
	file := "/var/mail/" + n.name
	if _, err := a.p.Host.FS.Stat(file, host.Root); err == nil {
		return
	}
	mail, ok := a.group("mail")
	if a.p.Host.FS.WriteFile(file, nil, 0o660, host.Root) == nil && ok {
		a.p.Host.FS.Chown(file, int(n.uid), int(mail.GID), host.Root)
	}
}

// numbers chooses UID and primary group, which is made where needed.
func (a accounts) numbers(n *newAccount, f *flags) int {
	uid, free := freeID(append(a.uids(), a.gids()...), f.has("r"))
	if f.has("u") {
		v, err := strconv.ParseUint(f.given["u"], 10, 31)
		if err != nil {
			a.p.Errorf("invalid user ID '%s'", f.given["u"])
			return 3
		}
		uid = uint32(v)
		for _, used := range a.uids() {
			if used == uid && !f.has("o") {
				a.p.Errorf("UID %d is not unique", uid)
				return 4
			}
		}
	} else if !free {
		a.p.Errorf("Can't get unique UID (no more available UIDs)")
		return 4
	}
	n.uid = uid
	switch _, exists := a.group(n.name); {
	case f.has("g"):
		g, ok := a.group(f.given["g"])
		if !ok {
			a.p.Errorf("group '%s' does not exist", f.given["g"])
			return 6
		}
		n.gid = g.GID
	case f.has("N"):
		n.gid = 100
	case exists:
		a.p.Errorf("group %s exists - if you want to add this user to that group, use -g.", n.name)
		return 9
	default:
		n.gid = uid
		for _, used := range a.gids() {
			if used == n.gid {
				n.gid, _ = freeID(a.gids(), f.has("r"))
				break
			}
		}
		a.addGroup(n.name, n.gid)
	}
	return 0
}

// knowGroups checks a list of groups.
func (a accounts) knowGroups(list string, given bool) (status int) {
	if !given || list == "" {
		return 0
	}
	for g := range strings.SplitSeq(list, ",") {
		if _, ok := a.group(g); !ok {
			a.p.Errorf("group '%s' does not exist", g)
			status = 6
		}
	}
	return status
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
