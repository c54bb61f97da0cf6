package vfs

import (
	"io/fs"
	"time"
)

// Ino is an inode number. Numbers are given out in ascending order and never reused.
type Ino uint64

// RootIno is the inode number of "/".
const RootIno Ino = 2

// Dev is a device number as mknod(2) takes it.
type Dev struct{ Major, Minor uint16 }

// Info is what stat(2) tells. It is a fs.FileInfo.
type Info struct {
	name     string
	mode     fs.FileMode
	size     int64
	modTime  time.Time
	Ino      Ino
	Nlink    uint32
	UID, GID uint32
	// Blocks is the space taken, in units of 512 bytes as in st_blocks.
	Blocks int64
	// Mount is the index of the mount in FS.Mounts; it plays st_dev.
	Mount int
	// Rdev is the device number of a device file.
	Rdev  Dev
	Ctime time.Time
	// Target is the text of a symbolic link.
	Target string
}

// Name returns the last component of the path asked for.
func (i Info) Name() string { return i.name }

// Size returns the length in bytes; of a symbolic link that of its text; of a generated file 0.
func (i Info) Size() int64 { return i.size }

// Mode returns type and permission bits.
func (i Info) Mode() fs.FileMode { return i.mode }

// ModTime returns the time of the last change of the content.
func (i Info) ModTime() time.Time { return i.modTime }

// IsDir reports whether it is a directory.
func (i Info) IsDir() bool { return i.mode.IsDir() }

// Sys returns nil.
func (i Info) Sys() any { return nil }

// Entry is one name in a directory.
type Entry struct {
	Name string
	Ino  Ino
	// Type is the type bits of the mode.
	Type fs.FileMode
}

// Permission bits beyond rwx as fs.FileMode has them.
const (
	sticky   = fs.ModeSticky
	setuid   = fs.ModeSetuid
	setgid   = fs.ModeSetgid
	permBits = fs.ModePerm | sticky | setuid | setgid
)

// UnixMode converts to st_mode of inode(7), type bits included.
func UnixMode(m fs.FileMode) uint32 {
	u := uint32(m.Perm())
	for _, b := range modeBits() {
		if m&b.mode == b.mode {
			u |= b.unix
			if b.unix >= 0o10000 {
				break
			}
		}
	}
	return u
}

// FileMode converts an st_mode of inode(7), for example 0o1777 or 0o100644.
func FileMode(u uint32) fs.FileMode {
	m := fs.FileMode(u & 0o777)
	for _, b := range modeBits() {
		if b.unix >= 0o10000 && u&0o170000 == b.unix || b.unix < 0o10000 && u&b.unix != 0 {
			m |= b.mode
		}
	}
	return m
}

type modeBit struct {
	mode fs.FileMode
	unix uint32
}

// modeBits lists the pairs, permission bits first, a character device before a device.
func modeBits() []modeBit {
	return []modeBit{
		{setuid, 0o4000}, {setgid, 0o2000}, {sticky, 0o1000},
		{fs.ModeDir, 0o40000}, {fs.ModeSymlink, 0o120000}, {fs.ModeNamedPipe, 0o10000},
		{fs.ModeSocket, 0o140000}, {fs.ModeDevice | fs.ModeCharDevice, 0o20000}, {fs.ModeDevice, 0o60000},
		{0, 0o100000},
	}
}

// info renders n under the name it was found by.
func (f *FS) info(n *node, name string) Info {
	return Info{
		name: name, mode: n.mode, size: n.size(), modTime: n.mtime, Ino: n.ino, Nlink: n.nlink,
		UID: n.uid, GID: n.gid, Blocks: n.cost() / 512, Mount: int(n.mount), Rdev: n.rdev,
		Ctime: n.ctime, Target: n.target,
	}
}
