package userland

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runChmod is chmod(1).
func runChmod(p *host.Proc) int {
	var keep []string
	mode := ""
	// A mode such as -w looks like an option.
	for _, a := range p.Args[1:] {
		if mode == "" && len(a) > 1 && a[0] == '-' && strings.IndexByte("rwxXst", a[1]) >= 0 {
			mode = a
			continue
		}
		keep = append(keep, a)
	}
	p2 := *p
	p2.Args = append([]string{p.Args[0]}, keep...)
	f, ok := readFlags(&p2, "Rvcf", "recursive=R", "verbose=v", "changes=c", "silent=f", "quiet=f", "reference:")
	if !ok {
		return 1
	}
	list := f.operands
	if mode == "" && !f.has("reference") {
		if len(list) == 0 {
			return missingOperand(p)
		}
		mode, list = list[0], list[1:]
	}
	if len(list) == 0 {
		return missingAfter(p, "", mode)
	}
	change, ok := parseMode(mode)
	if !ok {
		p.Errorf("invalid mode: ‘%s’", mode)
		fmt.Fprintf(p.Stderr, "Try 'chmod --help' for more information.\n")
		return 1
	}
	return eachPath(p, f, list, func(name string, info vfs.Info) error {
		if info.Mode()&fs.ModeSymlink != 0 {
			return nil
		}
		old := vfs.UnixMode(info.Mode()) & 0o7777
		m := change(old, info.IsDir(), p.Umask)
		err := p.Host.FS.Chmod(p.Path(name), vfs.FileMode(m), p.Cred)
		if err != nil {
			p.Errorf("changing permissions of '%s': %s", name, reason(err))
			return err
		}
		if m != old {
			p.Wrote("mode", name)
		}
		if f.has("v") || f.has("c") && m != old {
			p.Printf("mode of '%s' changed from %04o (%s) to %04o (%s)\n", name, old, modeString(vfs.FileMode(old))[1:], m, modeString(vfs.FileMode(m))[1:])
		}
		return nil
	})
}

// eachPath calls fn for the operands, with -R also for what is below them. fn
// reports its own errors.
func eachPath(p *host.Proc, f *flags, list []string, fn func(name string, info vfs.Info) error) (status int) {
	for _, name := range list {
		p.Step(1)
		info, err := p.Host.FS.Stat(p.Path(name), p.Cred)
		if err != nil {
			p.Errorf("cannot access '%s': %s", name, reason(err))
			status = 1
			continue
		}
		if !f.has("R") || !info.IsDir() {
			if fn(name, info) != nil {
				status = 1
			}
			continue
		}
		root := p.Path(name)
		p.Host.FS.Walk(root, p.Cred, func(path string, st vfs.Info, err error) error {
			p.Step(1)
			shown := name + strings.TrimPrefix(path, root)
			if err != nil {
				p.Errorf("cannot read directory '%s': %s", shown, reason(err))
				status = 1
				return nil
			}
			if fn(shown, st) != nil {
				status = 1
			}
			return nil
		})
	}
	return status
}

// runChown is chown(1) and chgrp(1).
func runChown(p *host.Proc) int {
	f, ok := readFlags(p, "Rvcfh", "recursive=R", "verbose=v", "changes=c", "no-dereference=h", "silent=f", "reference:")
	if !ok {
		return 1
	}
	list := f.operands
	if len(list) == 0 {
		return missingOperand(p)
	}
	spec := list[0]
	if list = list[1:]; len(list) == 0 {
		return missingAfter(p, "", spec)
	}
	group := p.Name() == "chgrp"
	uid, gid, problem := ownerSpec(p, spec, group)
	if problem != "" {
		p.Errorf("%s", problem)
		return 1
	}
	what := "ownership"
	if group {
		what = "group"
	}
	return eachPath(p, f, list, func(name string, info vfs.Info) error {
		change := p.Host.FS.Chown
		if f.has("h") || info.Mode()&fs.ModeSymlink != 0 {
			change = p.Host.FS.Lchown
		}
		if err := change(p.Path(name), uid, gid, p.Cred); err != nil {
			p.Errorf("changing %s of '%s': %s", what, name, reason(err))
			return err
		}
		if uid >= 0 && uint32(uid) != info.UID || gid >= 0 && uint32(gid) != info.GID {
			p.Wrote("owner", name)
		}
		return nil
	})
}

// ownerSpec reads OWNER, OWNER:GROUP, OWNER: and :GROUP; -1 means unchanged.
func ownerSpec(p *host.Proc, spec string, groupOnly bool) (uid, gid int, problem string) {
	uid, gid = -1, -1
	user, group, colon := strings.Cut(spec, ":")
	if !colon && strings.Contains(spec, ".") {
		if _, known := p.Host.User(spec); !known {
			user, group, colon = strings.Cut(spec, ".")
		}
	}
	if groupOnly {
		user, group, colon = "", spec, true
	}
	if user != "" {
		if u, ok := p.Host.User(user); ok {
			uid = int(u.UID)
			if colon && group == "" {
				gid = int(u.GID)
			}
		} else if n, err := strconv.ParseUint(user, 10, 31); err == nil {
			uid = int(n)
		} else {
			return 0, 0, fmt.Sprintf("invalid user: ‘%s’", spec)
		}
	}
	if group != "" {
		for _, g := range p.Host.Groups() {
			if g.Name == group {
				return uid, int(g.GID), ""
			}
		}
		n, err := strconv.ParseUint(group, 10, 31)
		if err != nil {
			if groupOnly || user == "" {
				return 0, 0, fmt.Sprintf("invalid group: ‘%s’", spec)
			}
			return 0, 0, fmt.Sprintf("invalid group: ‘%s’", spec)
		}
		gid = int(n)
	}
	return uid, gid, ""
}
