// Package distro installs systems: it lays out the disk of a host as a fresh
// installation of Debian 12 or of a Red Hat-like system leaves it, with the
// packages asked for installed and not configured.
//
// The files stand in files/*.txtar, one archive per package. A file's header
// line is "path", or "path mode", or "path mode owner:group"; a path that ends
// in a slash is a directory, "path -> target" a symbolic link. Only what DNS
// and mail work needs is there.
package distro

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/sshd"
)

//go:embed files/*.txtar
var files embed.FS

// Packages returns the names of the packages a flavour can install.
func Packages(f host.Flavour) []string {
	var list []string
	entries, _ := fs.ReadDir(files, "files")
	for _, e := range entries {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".txtar"), string(f)+"-"); ok && name != "base" {
			list = append(list, name)
		}
	}
	return list
}

// released is the time stamp of the files that come with a package.
var released = time.Date(2023, 6, 10, 12, 0, 0, 0, time.UTC)

// Install returns the disk of a fresh system with packages, and with a command
// file for each of the programs that belong to the base system or to one of
// the packages.
func Install(f host.Flavour, packages []string, programs host.Programs) (*vfs.Image, error) {
	d := vfs.New(nil, vfs.Options{Now: func() time.Time { return released }})
	for _, name := range append([]string{"base"}, packages...) {
		if err := unpack(d, string(f)+"-"+name); err != nil {
			return nil, err
		}
	}
	if err := makeDevices(d); err != nil {
		return nil, err
	}
	have := append([]string{""}, packages...)
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		where, pkg, ok := location(f, name)
		if !ok || !slices.Contains(have, pkg) {
			continue
		}
		if err := d.WriteFile(path.Join(where, name), host.ProgramFile(name), 0o755, host.Root); err != nil {
			return nil, err
		}
	}
	return d.Image(), nil
}

// makeDevices makes the special files the disk itself drives: null(4), zero(4)
// and full(4), by their numbers on Linux.
func makeDevices(d *vfs.FS) error {
	for _, dev := range []struct {
		name  string
		minor uint16
	}{{"null", 3}, {"zero", 5}, {"full", 7}} {
		if err := d.Mknod("/dev/"+dev.name, fs.ModeDevice|fs.ModeCharDevice|0o666, vfs.Dev{Major: 1, Minor: dev.minor}, host.Root); err != nil {
			return err
		}
	}
	return nil
}

// unpack puts the files of one archive on the disk.
func unpack(d *vfs.FS, archive string) error {
	b, err := files.ReadFile("files/" + archive + ".txtar")
	if err != nil {
		return fmt.Errorf("no package %q", archive)
	}
	for _, f := range txtar.Parse(b).Files {
		if err := place(d, f); err != nil {
			return fmt.Errorf("package %s: %s: %w", archive, f.Name, err)
		}
	}
	return nil
}

func place(d *vfs.FS, f txtar.File) error {
	if link, target, ok := strings.Cut(f.Name, " -> "); ok {
		link = "/" + link
		if err := d.MkdirAll(path.Dir(link), 0o755, host.Root); err != nil {
			return err
		}
		return d.Symlink(target, link, host.Root)
	}
	words := strings.Fields(f.Name)
	name := "/" + strings.TrimSuffix(words[0], "/")
	dir := strings.HasSuffix(words[0], "/")
	mode := fs.FileMode(0o644)
	if dir {
		mode = 0o755
	}
	if len(words) > 1 {
		n, err := strconv.ParseUint(words[1], 8, 12)
		if err != nil {
			return err
		}
		mode = vfs.FileMode(uint32(n))
	}
	var err error
	if dir {
		err = d.MkdirAll(name, 0o755, host.Root)
	} else if err = d.MkdirAll(path.Dir(name), 0o755, host.Root); err == nil {
		err = d.WriteFile(name, f.Data, 0o644, host.Root)
	}
	if err != nil {
		return err
	}
	if len(words) > 2 {
		uid, gid, err := Owner(d, words[2])
		if err != nil {
			return err
		}
		if err := d.Chown(name, int(uid), int(gid), host.Root); err != nil {
			return err
		}
	}
	return d.Chmod(name, mode, host.Root)
}

// Finish does what the installation does last, when all files of a host are in
// place: the SSH server gets its key, a mail host its certificate, Postfix's alias database is built
// (newaliases).
func Finish(d *vfs.FS) error {
	if err := makeHostKey(d); err != nil {
		return err
	}
	if err := makeSnakeoil(d); err != nil {
		return err
	}
	const aliases = "/etc/aliases"
	text, err := d.ReadFile(aliases, host.Root)
	if err != nil {
		return nil // no mail system
	}
	records, _ := postfix.ParseAliases(aliases, text)
	index := postfix.IndexPath("hash", aliases)
	data, _ := postfix.BuildIndex(index, records)
	return d.WriteFile(index, data, 0o644, host.Root)
}

// makeHostKey makes the key of an SSH server. It follows from the host's name, so
// that a network is the same every time.
func makeHostKey(d *vfs.FS) error {
	const dir, file = "/etc/ssh", "/etc/ssh/ssh_host_ed25519_key"
	if _, err := d.Stat(dir+"/sshd_config", host.Root); err != nil {
		return nil
	}
	name, _ := d.ReadFile("/etc/hostname", host.Root)
	k := sshd.HostKey(strings.TrimSpace(string(name)))
	if err := d.WriteFile(file, k.File(), 0o600, host.Root); err != nil {
		return err
	}
	return d.WriteFile(file+".pub", []byte(k.PublicLine()+"\n"), 0o644, host.Root)
}

// Owner translates "user" or "user:group" by the disk's own passwd and group
// files.
func Owner(d *vfs.FS, s string) (uid, gid uint32, err error) {
	user, group, both := strings.Cut(s, ":")
	uid, gid, err = lookup(d, "/etc/passwd", user)
	if err == nil && both {
		gid, _, err = lookup(d, "/etc/group", group)
	}
	return uid, gid, err
}

// lookup finds the third and fourth field of a line in passwd(5) or group(5).
func lookup(d *vfs.FS, file, name string) (id, gid uint32, err error) {
	b, err := d.ReadFile(file, host.Root)
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || f[0] != name {
			continue
		}
		n, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", file, err)
		}
		g, _ := strconv.ParseUint(f[3], 10, 32)
		return uint32(n), uint32(g), nil
	}
	return 0, 0, fmt.Errorf("%s: no %q", file, name)
}

// Account is a person's account.
type Account struct{ Name, Password, Gecos string }

// AddUsers adds accounts the way useradd -m does, numbered from 1000, with the
// password in clear text behind a {PLAIN} mark in shadow(5).
func AddUsers(d *vfs.FS, list []Account) error {
	for i, a := range list {
		id := uint32(1000 + i)
		home := "/home/" + a.Name
		for _, l := range []struct{ file, line string }{
			{"/etc/passwd", fmt.Sprintf("%s:x:%d:%d:%s:%s:/bin/bash\n", a.Name, id, id, a.Gecos, home)},
			{"/etc/group", fmt.Sprintf("%s:x:%d:\n", a.Name, id)},
			{"/etc/shadow", fmt.Sprintf("%s:{PLAIN}%s:20500:0:99999:7:::\n", a.Name, a.Password)},
		} {
			f, err := d.Open(l.file, vfs.O_WRONLY|vfs.O_APPEND, 0, host.Root)
			if err != nil {
				return err
			}
			_, err = f.Write([]byte(l.line))
			f.Close()
			if err != nil {
				return err
			}
		}
		if err := d.Mkdir(home, 0o755, host.Root); err != nil {
			return err
		}
		if err := d.Chown(home, int(id), int(id), host.Root); err != nil {
			return err
		}
	}
	return nil
}
