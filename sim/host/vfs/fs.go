package vfs

import (
	"io/fs"
	"slices"
	"time"
)

// Limits of Linux that hold on every host (limits.h), and the number of hard links of ext4.
const (
	PathMax  = 4096
	NameMax  = 255
	maxLinks = 65000
)

// DefaultMaxFile is the largest file, in bytes, when Options says nothing.
const DefaultMaxFile = 64 << 20

// Options is what a disk needs from its world. The zero value works: time stands still at the zero
// time, special files other than /dev/null, zero and full cannot be opened.
type Options struct {
	// Now is the world's clock.
	Now func() time.Time
	// MaxFile is the largest size of a file in bytes; past it a write fails with EFBIG. 0: DefaultMaxFile.
	MaxFile int64
	// MaxBytes and MaxInodes bound all mounts together, to protect the machine the lab runs on; past
	// them a write fails with ENOSPC. What the image holds counts. 0: no bound.
	MaxBytes, MaxInodes int64
	// Special opens a FIFO, a socket or a device the package has no driver for. Without it, or when it
	// returns a nil Device and no error, opening fails with ENXIO.
	Special func(path string, st Info, flags int) (*Device, error)
	// Generator gives the content of a generated file that was made without one (Generate with the
	// zero Generator), by the path it was made under. It lets one image serve many worlds.
	Generator func(path string) Generator
}

// FS is the disk of one host.
type FS struct {
	image  *Image
	over   map[Ino]*node
	next   Ino
	own    *epoch
	gen    uint64
	era    uint64
	mounts []Mount // never changed in place
	used   []usage // per mount
	users  map[account]usage
	quotas map[account]Quota // never changed in place
	opens  map[Ino]int
	watch  *watchList
	opt    *Options
}

// New returns a fresh disk over image; nil stands for a disk that holds only "/" (mode 0755, root).
func New(image *Image, opt Options) *FS {
	if image == nil {
		return newEmpty(opt)
	}
	return &FS{
		image: image, next: image.next, own: new(epoch), gen: image.gen, mounts: image.mounts,
		used: slices.Clone(image.used), quotas: image.quotas, opt: &opt,
	}
}

// newEmpty makes the disk mkfs makes.
func newEmpty(opt Options) *FS {
	f := &FS{
		image: &Image{}, next: 12, own: new(epoch), opt: &opt,
		mounts: []Mount{{root: RootIno}}, used: make([]usage, 1),
	}
	root := &node{
		owner: f.own, ino: RootIno, mode: fs.ModeDir | 0o755, nlink: 2, dir: &directory{}, parent: RootIno,
	}
	f.stamp(root, true)
	f.put(root)
	f.add(root, root.cost(), 1)
	return f
}

func (f *FS) now() time.Time {
	if f.opt.Now == nil {
		return time.Time{}
	}
	return f.opt.Now()
}

// Generation counts the changes so far. It never falls, not even by Restore.
func (f *FS) Generation() uint64 { return f.gen }

func (f *FS) maxFile() int64 {
	if f.opt.MaxFile > 0 {
		return f.opt.MaxFile
	}
	return DefaultMaxFile
}

// create makes a new inode under l and charges it. The caller has checked that the name is free.
func (f *FS) create(l loc, n *node, c Cred) Errno {
	dir := l.dir
	if f.pathLen(dir)+1+len(l.name) >= PathMax {
		return ENAMETOOLONG
	}
	if n.isDir() && dir.nlink >= maxLinks {
		return EMLINK
	}
	n.owner, n.uid, n.gid, n.mount = f.own, c.UID, c.GID, dir.mount
	n.mode &= fs.ModeType | permBits
	// inode(7): a setgid directory hands its group down, and the bit to directories.
	if dir.mode&setgid != 0 {
		n.gid = dir.gid
		if n.isDir() {
			n.mode |= setgid
		}
	}
	if e := f.charge(n, c, n.cost(), 1); e != 0 {
		return e
	}
	n.ino = f.next
	f.next++
	n.nlink = 1
	if n.isDir() {
		n.nlink, n.dir = 2, &directory{}
	}
	f.stamp(n, true)
	f.put(n)
	f.bind(dir, l.name, n)
	return 0
}
