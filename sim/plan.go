package sim

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"mxlab/sim/distro"
	"mxlab/sim/dovecot"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/inetd"
	"mxlab/sim/mta"
	"mxlab/sim/named"
	"mxlab/sim/netfilter"
	"mxlab/sim/shell"
	"mxlab/sim/sshd"
	"mxlab/sim/userland"
	"mxlab/sim/vnet"
)

// Library holds what all worlds of a process share and never change: the
// programs, the installed systems, parsed zones. It is safe for use by several
// goroutines.
type Library struct {
	programs host.Programs
	zones    *named.ZoneCache
	parsed   *host.Parsed
	mu       sync.Mutex
	systems  map[string]*vfs.Image
}

// NewLibrary returns a library with all programs.
func NewLibrary() *Library {
	l := &Library{programs: host.Programs{}, zones: named.NewZoneCache(), parsed: host.NewParsed(), systems: map[string]*vfs.Image{}}
	for _, set := range []host.Programs{userland.Programs(), shell.Programs(), named.Programs(), mta.Programs(), dovecot.Programs(), netfilter.Programs(), sshd.Programs(), inetd.Programs()} {
		for name, prog := range set {
			if l.programs[name] != nil {
				panic("sim: two programs named " + name)
			}
			l.programs[name] = prog
		}
	}
	return l
}

// system returns the disk of a freshly installed system.
func (l *Library) system(f host.Flavour, packages []string) (*vfs.Image, error) {
	key := string(f) + " " + strings.Join(packages, " ")
	l.mu.Lock()
	defer l.mu.Unlock()
	if img := l.systems[key]; img != nil {
		return img, nil
	}
	img, err := distro.Install(f, packages, l.programs)
	if err == nil {
		l.systems[key] = img
	}
	return img, err
}

// Plan is a blueprint made ready: the disks of its hosts are laid out, so that
// worlds can be made from it quickly. It is safe for use by several goroutines.
type Plan struct {
	Blueprint Blueprint
	lib       *Library
	net       *vnet.Net    // what each world's network is cloned from
	disks     []*vfs.Image // by host
}

// Compile checks a blueprint and lays out its disks.
func (l *Library) Compile(b Blueprint) (*Plan, error) {
	p := &Plan{Blueprint: b, lib: l}
	var err error
	if p.net, err = wire(&p.Blueprint); err != nil {
		return nil, err
	}
	for i := range b.Hosts {
		for _, name := range b.Hosts[i].Packages {
			if _, ok := installers[name]; !ok {
				return nil, fmt.Errorf("host %s: no package %q", b.Hosts[i].Name, name)
			}
		}
		img, err := l.layout(&b, i)
		if err != nil {
			return nil, fmt.Errorf("host %s: %w", b.Hosts[i].Name, err)
		}
		p.disks = append(p.disks, img)
	}
	return p, nil
}

// installed is how long before the world's start its disks were laid out.
const installed = 30 * 24 * time.Hour

func (l *Library) layout(b *Blueprint, index int) (*vfs.Image, error) {
	h, start := &b.Hosts[index], b.Start
	base, err := l.system(h.Flavour, h.Packages)
	if err != nil {
		return nil, err
	}
	d := vfs.New(base, vfs.Options{Now: func() time.Time { return start.Add(-installed) }})
	if err := distro.AddUsers(d, h.accounts()); err != nil {
		return nil, err
	}
	for _, f := range slices.Concat(h.interfacesFile(), b.accessFiles(h), h.Files) {
		if err := putFile(d, f); err != nil {
			return nil, fmt.Errorf("file %s: %w", f.Path, err)
		}
	}
	if err := distro.Finish(d); err != nil {
		return nil, err
	}
	return d.Image(), nil
}

func (h *Host) accounts() (list []distro.Account) {
	for _, u := range h.Users {
		list = append(list, distro.Account{Name: u.Name, Password: u.Password, Gecos: u.Gecos})
	}
	return list
}

// putFile puts a file of a blueprint on a disk.
func putFile(d *vfs.FS, f File) error {
	if f.Delete {
		return d.RemoveAll(f.Path, host.Root)
	}
	if err := d.MkdirAll(path.Dir(f.Path), 0o755, host.Root); err != nil {
		return err
	}
	mode := f.Mode
	if mode == 0 {
		mode = 0o644
	}
	if err := d.WriteFile(f.Path, f.Data, mode.Perm(), host.Root); err != nil {
		return err
	}
	if err := d.Chmod(f.Path, mode&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky), host.Root); err != nil {
		return err
	}
	if f.Owner == "" {
		return nil
	}
	uid, gid, err := distro.Owner(d, f.Owner)
	if err != nil {
		return err
	}
	return d.Chown(f.Path, int(uid), int(gid), host.Root)
}
