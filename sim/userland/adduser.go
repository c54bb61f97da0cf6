package userland

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mxlab/sim/host"
)

// nameRegex is Debian's default rule for names (adduser.conf(5) NAME_REGEX).
var nameRegex = regexp.MustCompile(`^[a-z][-a-z0-9_]*\$?$`)

// adduserSays writes a message of adduser or deluser.
func adduserSays(p *host.Proc, format string, args ...any) int {
	fmt.Fprintf(p.Stderr, p.Name()+": "+format+"\n", args...)
	return 1
}

// runAdduser is Debian's adduser(8): a new account, or with two names a member
// for a group; as addgroup(8) a new group.
func runAdduser(p *host.Proc) int {
	f, ok := readFlags(p, "hqg:", "disabled-password", "disabled-login", "gecos:", "comment=gecos:", "ingroup:", "gid:", "uid:", "home:", "shell:", "no-create-home",
		"system", "group", "quiet=q", "force-badname", "allow-bad-names", "help=h", "add-extra-groups", "debug")
	if !ok {
		return 1
	}
	a := accounts{p}
	switch {
	case !p.Cred.IsRoot():
		return adduserSays(p, "Only root may add a user or group to the system.")
	case len(f.operands) == 0:
		return adduserSays(p, "Only one or two names allowed.")
	case len(f.operands) > 2:
		return adduserSays(p, "Only one or two names allowed.")
	case len(f.operands) == 2:
		return a.addMember(f.operands[0], f.operands[1])
	}
	name := f.operands[0]
	group := p.Name() == "addgroup" || f.has("group") && !f.has("system")
	if status := a.checkName(name, f.has("force-badname") || f.has("allow-bad-names")); status != 0 {
		return status
	}
	if group {
		return a.addPlainGroup(name, f.has("system"))
	}
	if _, taken := p.Host.User(name); taken {
		if f.has("system") {
			p.Printf("The system user `%s' already exists. Exiting.\n", name)
			return 0
		}
		return adduserSays(p, "The user `%s' already exists.", name)
	}
	return a.addPerson(name, f)
}

func (a accounts) checkName(name string, bad bool) int {
	if !validName(name) {
		return adduserSays(a.p, "To avoid problems, the username must not start with a\n            dash, plus sign, or tilde, and it must not contain any of the\n"+
			"            following: colon, comma, slash, or any whitespace characters\n            including spaces, tabs, and newlines.")
	}
	if !bad && !nameRegex.MatchString(name) {
		return adduserSays(a.p, "Please enter a username matching the regular expression\n            configured via the NAME_REGEX configuration variable.  Use the\n"+
			"            `--allow-bad-names' option to relax this check or reconfigure\n            NAME_REGEX in configuration.")
	}
	return 0
}

func (a accounts) addMember(user, group string) int {
	u, known := a.p.Host.User(user)
	if !known {
		return adduserSays(a.p, "The user `%s' does not exist.", user)
	}
	g, known := a.group(group)
	switch {
	case !known:
		return adduserSays(a.p, "The group `%s' does not exist.", group)
	case slices.Contains(g.Members, user) || u.GID == g.GID:
		adduserSays(a.p, "The user `%s' is already a member of `%s'.", user, g.Name)
		return 0
	}
	a.p.Printf("Adding user `%s' to group `%s' ...\n", user, g.Name)
	a.setMember(user, g.Name, true)
	a.p.Print("Done.\n")
	return 0
}

func (a accounts) addPlainGroup(name string, system bool) int {
	if _, taken := a.group(name); taken {
		return adduserSays(a.p, "The group `%s' already exists.", name)
	}
	gid, _ := freeID(a.gids(), system)
	a.p.Printf("Adding group `%s' (GID %d) ...\n", name, gid)
	a.addGroup(name, gid)
	a.p.Print("Done.\n")
	return 0
}

// addPerson adds an account with home directory, password and personal data.
func (a accounts) addPerson(name string, f *flags) int {
	system := f.has("system")
	uid, _ := freeID(append(a.uids(), a.gids()...), system)
	n := newAccount{name: name, uid: uid, gid: uid, gecos: f.given["gecos"], home: orText(f.given["home"], "/home/"+name),
		shell: orText(f.given["shell"], "/bin/bash"), password: "!"}
	p := a.p
	p.Printf("Adding user `%s' ...\n", name)
	if g := f.given["ingroup"]; g != "" {
		group, ok := a.group(g)
		if !ok {
			return adduserSays(p, "The group `%s' does not exist.", g)
		}
		n.gid = group.GID
		p.Printf("Adding new user `%s' (%d) with group `%s (%d)' ...\n", name, uid, group.Name, n.gid)
	} else {
		if _, taken := a.group(name); taken {
			return adduserSays(p, "The group `%s' already exists.", name)
		}
		p.Printf("Adding new group `%s' (%d) ...\n", name, n.gid)
		a.addGroup(name, n.gid)
		p.Printf("Adding new user `%s' (%d) with group `%s (%d)' ...\n", name, uid, name, n.gid)
	}
	a.add(n)
	if f.has("no-create-home") {
		p.Printf("Not creating home directory `%s'.\n", n.home)
	} else if _, err := p.Host.FS.Stat(n.home, host.Root); err == nil {
		adduserSays(p, "Warning: The home directory `%s' already exists.", n.home)
	} else {
		p.Printf("Creating home directory `%s' ...\n", n.home)
		if !system {
			p.Print("Copying files from `/etc/skel' ...\n")
		}
		a.makeHome(n, 0o700)
	}
	if system {
		return 0
	}
	if !f.has("disabled-password") && !f.has("disabled-login") {
		if askNewPassword(p, name, true) {
			p.Print("passwd: password updated successfully\n")
		}
	}
	if !f.has("gecos") {
		a.askPersonal(name)
	}
	if g, ok := a.group("users"); ok {
		p.Printf("Adding new user `%s' to supplemental / extra groups `users' ...\nAdding user `%s' to group `users' ...\n", name, name)
		a.setMember(name, g.Name, true)
	}
	return 0
}

// askPersonal asks for the parts of the GECOS field.
func (a accounts) askPersonal(name string) {
	p := a.p
	if p.TTY == nil {
		return
	}
	for {
		p.Printf("Changing the user information for %s\nEnter the new value, or press ENTER for the default\n", name)
		var parts []string
		for _, what := range []string{"Full Name", "Room Number", "Work Phone", "Home Phone", "Other"} {
			line, err := p.TTY.ReadLine(p.Task, "\t"+what+" []: ")
			if err != nil {
				return
			}
			parts = append(parts, strings.NewReplacer(":", "", ",", "").Replace(strings.TrimSpace(line)))
		}
		answer, err := p.TTY.ReadLine(p.Task, "Is the information correct? [Y/n] ")
		if err == nil && strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "n") {
			continue
		}
		a.change(passwdFile, name, func(l []string) {
			if len(l) > 4 {
				l[4] = strings.TrimRight(strings.Join(parts, ","), ",")
			}
		})
		return
	}
}

// runDeluser is Debian's deluser(8), and delgroup(8).
func runDeluser(p *host.Proc) int {
	f, ok := readFlags(p, "hq", "remove-home", "remove-all-files", "quiet=q", "group", "system", "only-if-empty", "help=h", "backup")
	if !ok {
		return 1
	}
	a := accounts{p}
	switch {
	case !p.Cred.IsRoot():
		return adduserSays(p, "Only root may remove a user or group from the system.")
	case len(f.operands) == 0 || len(f.operands) > 2:
		return adduserSays(p, "Only one or two names allowed.")
	case len(f.operands) == 2:
		return a.removeMember(f.operands[0], f.operands[1])
	case p.Name() == "delgroup" || f.has("group"):
		return a.removePlainGroup(f.operands[0])
	}
	u, known := p.Host.User(f.operands[0])
	if !known {
		adduserSays(p, "The user `%s' does not exist.", f.operands[0])
		return 2
	}
	if f.has("remove-home") || f.has("remove-all-files") {
		p.Print("Looking for files to backup/remove ...\nRemoving files ...\n")
		p.Host.FS.RemoveAll(u.Home, host.Root)
		p.Host.FS.Unlink("/var/mail/"+u.Name, host.Root)
	}
	fmt.Fprintf(p.Stderr, "deluser: `/usr/bin/crontab' not executed. Skipping crontab removal. Package `cron' required.\n")
	p.Printf("Removing user `%s' ...\n", u.Name)
	a.deleteUser(u)
	p.Print("Done.\n")
	return 0
}

func (a accounts) removeMember(user, group string) int {
	g, known := a.group(group)
	_, person := a.p.Host.User(user)
	switch {
	case !known:
		adduserSays(a.p, "The group `%s' does not exist.", group)
		return 3
	case !person:
		adduserSays(a.p, "The user `%s' does not exist.", user)
		return 2
	case !slices.Contains(g.Members, user):
		adduserSays(a.p, "The user `%s' is not a member of group `%s'.", user, group)
		return 6
	}
	a.p.Printf("Removing user `%s' from group `%s' ...\n", user, group)
	a.setMember(user, group, false)
	a.p.Print("Done.\n")
	return 0
}

func (a accounts) removePlainGroup(name string) int {
	g, known := a.group(name)
	if !known {
		adduserSays(a.p, "The group `%s' does not exist.", name)
		return 3
	}
	for _, u := range a.p.Host.Users() {
		if u.GID == g.GID {
			adduserSays(a.p, "`%s' still has `%s' as their primary group!", u.Name, name)
			return 7
		}
	}
	a.p.Printf("Removing group `%s' ...\n", name)
	a.remove(groupFile, name)
	a.p.Print("Done.\n")
	return 0
}
