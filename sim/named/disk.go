package named

import (
	"io/fs"
	"path"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
)

// disk is a host's disk as one process sees it: its rights, its working
// directory, its root directory.
type disk struct {
	fs   *vfs.FS
	cred vfs.Cred
	dir  string // for relative names
	root string // chroot(2), "" for none

	// In place of the file edited, its content is text (Lint).
	edited string
	text   []byte
}

// path makes a name absolute, as seen from outside a chroot.
func (d disk) path(name string) string {
	full := vfs.Join(d.dir, name)
	if d.root != "" {
		full = path.Join(d.root, path.Clean("/"+full))
	}
	return full
}

func (d disk) read(name string) ([]byte, error) {
	full := d.path(name)
	if d.edited != "" && path.Clean(full) == d.edited {
		return d.text, nil
	}
	return d.fs.ReadFile(full, d.cred)
}

// readZone is read with the errors package dns wants.
func (d disk) readZone(name string) ([]byte, error) {
	b, err := d.read(name)
	if err != nil && vfs.ErrnoOf(err) == vfs.EISDIR {
		return nil, dns.ErrIsDirectory
	}
	return b, err
}

// stat follows symbolic links. A file that is only in the editor is there too.
func (d disk) stat(name string) (fs.FileInfo, error) {
	info, err := d.fs.Stat(d.path(name), d.cred)
	if err != nil && d.edited != "" && path.Clean(d.path(name)) == d.edited {
		return d.fs.Stat("/etc/passwd", host.Root)
	}
	return info, err
}

func (d disk) glob(pattern string) ([]string, error) {
	full := d.path(pattern)
	matches, err := fs.Glob(d.fs.IOFS("/", d.cred), strings.TrimPrefix(path.Clean(full), "/"))
	for i := range matches {
		matches[i] = strings.TrimPrefix("/"+matches[i], strings.TrimSuffix(d.root, "/"))
	}
	return matches, err
}

// config is the disk for package config.
func (d disk) config() config.Disk {
	return config.Disk{Read: d.read, Stat: d.stat, Glob: d.glob}
}
