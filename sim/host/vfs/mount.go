package vfs

import (
	"cmp"
	"maps"
	"slices"
)

// Mount is a file system of a host: a subtree with limits of its own. Bytes and inodes of 0 mean no limit.
type Mount struct {
	// Path is where it is mounted; the calls that return a Mount give it without links and "..".
	Path string
	// Source and Type are the words df and mount print, for example "/dev/vda1" and "ext4".
	Source, Type string
	// Bytes and Inodes are the capacity.
	Bytes, Inodes int64
	// Reserved is the part of Bytes only root may use.
	Reserved int64
	// ReadOnly refuses every change with EROFS.
	ReadOnly bool

	root Ino
}

// Quota is a user's hard limit on one mount (quota(1)); 0 means no limit. Root is exempt when it writes.
type Quota struct{ Bytes, Inodes int64 }

// Statfs is what statfs(2) tells of one mount. Limits of 0 mean there is none.
type Statfs struct {
	Mount
	UsedBytes, UsedInodes int64
	// FreeBytes counts the reserved part, AvailBytes does not.
	FreeBytes, AvailBytes, FreeInodes int64
}

type usage struct{ bytes, inodes int64 }

// account is one user's share of one mount.
type account struct {
	mount uint16
	uid   uint32
}

// Mount makes the existing, empty directory m.Path the root of a file system of its own.
// It fails with EBUSY on a directory that has content or is already mounted on. On "/" it is Remount.
func (f *FS) Mount(m Mount) error {
	const op = "mount"
	l, e := f.lookup(m.Path, Cred{}, followAlways)
	switch {
	case e != 0:
		return fail(op, m.Path, e)
	case !l.node.isDir():
		return fail(op, m.Path, ENOTDIR)
	case l.node.ino == RootIno:
		return f.Remount(m)
	case f.isMountRoot(l.node), l.node.dir.live > 0:
		return fail(op, m.Path, EBUSY)
	case len(f.mounts) > 255:
		return fail(op, m.Path, ENOMEM)
	}
	m.root = l.node.ino
	n := f.mut(l.node.ino)
	f.refund(n, n.cost(), 1)
	f.mounts = append(slices.Clone(f.mounts), m)
	f.used = append(f.used, usage{})
	n.mount = uint16(len(f.mounts) - 1)
	f.add(n, n.cost(), 1)
	f.stamp(n, false)
	f.notify()
	return nil
}

// Remount replaces the limits and words of the mount at m.Path. What is already there stays, even if it
// is more than the new limit.
func (f *FS) Remount(m Mount) error {
	i := f.mountAt(m.Path)
	if i < 0 {
		return fail("remount", m.Path, EINVAL)
	}
	f.mounts = slices.Clone(f.mounts)
	m.root = f.mounts[i].root
	f.mounts[i] = m
	f.gen++
	f.notify()
	return nil
}

// Mounts lists the mounts by ascending path with their use, as df does.
func (f *FS) Mounts() []Statfs {
	out := make([]Statfs, len(f.mounts))
	for i := range f.mounts {
		out[i] = f.statfs(i)
	}
	slices.SortFunc(out, func(a, b Statfs) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// Statfs tells of the mount that holds path.
func (f *FS) Statfs(path string, c Cred) (Statfs, error) {
	l, e := f.lookup(path, c, followAlways)
	if e != 0 {
		return Statfs{}, fail("statfs", path, e)
	}
	return f.statfs(int(l.node.mount)), nil
}

func (f *FS) statfs(i int) Statfs {
	m, u := f.mounts[i], f.used[i]
	m.Path = f.pathOf(f.node(m.root)) // a directory above it may have been renamed
	s := Statfs{Mount: m, UsedBytes: u.bytes, UsedInodes: u.inodes}
	if m.Bytes > 0 {
		s.FreeBytes = max(0, m.Bytes-u.bytes)
		s.AvailBytes = max(0, s.FreeBytes-m.Reserved)
	}
	if m.Inodes > 0 {
		s.FreeInodes = max(0, m.Inodes-u.inodes)
	}
	if all := f.opt.MaxBytes; m.Bytes == 0 && all > 0 { // the bound of all mounts is this one's size
		s.Bytes, s.FreeBytes = all, all
		for _, u := range f.used {
			s.FreeBytes -= u.bytes
		}
		s.FreeBytes = max(0, s.FreeBytes)
		s.AvailBytes = max(0, s.FreeBytes-m.Reserved)
	}
	return s
}

// SetQuota limits uid on the mount at path (EINVAL if nothing is mounted there).
func (f *FS) SetQuota(path string, uid uint32, q Quota) error {
	i := f.mountAt(path)
	if i < 0 {
		return fail("quotactl", path, EINVAL)
	}
	quotas := maps.Clone(f.quotas)
	if quotas == nil {
		quotas = map[account]Quota{}
	}
	quotas[account{uint16(i), uid}] = q
	f.quotas = quotas
	f.gen++
	return nil
}

// QuotaOf returns uid's limit and use on the mount that holds path.
func (f *FS) QuotaOf(path string, uid uint32) (limit, used Quota, err error) {
	l, e := f.lookup(path, Cred{}, followAlways)
	if e != 0 {
		return Quota{}, Quota{}, fail("quotactl", path, e)
	}
	a := account{l.node.mount, uid}
	u := f.userUsage(a)
	return f.quotas[a], Quota{u.bytes, u.inodes}, nil
}

func (f *FS) mountAt(path string) int {
	l, e := f.lookup(path, Cred{}, followAlways)
	if e != 0 {
		return -1
	}
	return slices.IndexFunc(f.mounts, func(m Mount) bool { return m.root == l.node.ino })
}

func (f *FS) isMountRoot(n *node) bool {
	return n.ino == RootIno || n.isDir() && f.node(n.parent).mount != n.mount
}

func (f *FS) userUsage(a account) usage {
	u, d := f.image.users[a], f.users[a]
	return usage{u.bytes + d.bytes, u.inodes + d.inodes}
}

// charge adds to the use of n's mount and owner, or refuses: the user's quota first, then the device,
// then the bound of the whole world.
func (f *FS) charge(n *node, c Cred, bytes, inodes int64) Errno {
	if bytes <= 0 && inodes <= 0 {
		f.add(n, bytes, inodes)
		return 0
	}
	a := account{n.mount, n.uid}
	if q, ok := f.quotas[a]; ok && !c.IsRoot() {
		u := f.userUsage(a)
		if exceeds(u.bytes, bytes, q.Bytes) || exceeds(u.inodes, inodes, q.Inodes) {
			return EDQUOT
		}
	}
	m, u := &f.mounts[n.mount], f.used[n.mount]
	capacity := m.Bytes
	if capacity > 0 && !c.IsRoot() {
		capacity = max(1, capacity-m.Reserved)
	}
	if exceeds(u.bytes, bytes, capacity) || exceeds(u.inodes, inodes, m.Inodes) {
		return ENOSPC
	}
	if f.opt.MaxBytes > 0 || f.opt.MaxInodes > 0 {
		var all usage
		for _, u := range f.used {
			all.bytes += u.bytes
			all.inodes += u.inodes
		}
		if exceeds(all.bytes, bytes, f.opt.MaxBytes) || exceeds(all.inodes, inodes, f.opt.MaxInodes) {
			return ENOSPC
		}
	}
	f.add(n, bytes, inodes)
	return 0
}

// exceeds reports whether used plus a positive need passes limit; a limit of 0 is none.
func exceeds(used, need, limit int64) bool {
	return limit > 0 && need > 0 && (used > limit || need > limit-used)
}

func (f *FS) refund(n *node, bytes, inodes int64) { f.add(n, -bytes, -inodes) }

func (f *FS) add(n *node, bytes, inodes int64) {
	if bytes == 0 && inodes == 0 {
		return
	}
	u := &f.used[n.mount]
	u.bytes += bytes
	u.inodes += inodes
	if f.users == nil {
		f.users = map[account]usage{}
	}
	a := account{n.mount, n.uid}
	d := f.users[a]
	f.users[a] = usage{d.bytes + bytes, d.inodes + inodes}
}
