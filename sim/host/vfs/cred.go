package vfs

import "slices"

// Cred is who asks: the effective user, the effective group and the supplementary groups of a process
// (credentials(7)). The zero value is root.
type Cred struct {
	UID, GID uint32
	Groups   []uint32
}

// IsRoot reports whether c is the superuser, to whom permission bits do not apply.
func (c Cred) IsRoot() bool { return c.UID == 0 }

// InGroup reports whether gid is c's group or one of its supplementary groups.
func (c Cred) InGroup(gid uint32) bool {
	return c.GID == gid || slices.Contains(c.Groups, gid)
}

// Access is a set of wished permissions, the bits of access(2).
type Access uint8

// The permissions of access(2). On a directory MayExec means search.
const (
	MayExec  Access = 1
	MayWrite Access = 2
	MayRead  Access = 4
)

// allows applies path_resolution(7) "Permissions": exactly one class, owner, group or other, decides.
// Root may read and write everything, search every directory, and execute what has any x bit.
func (c Cred) allows(n *node, want Access) bool {
	if c.IsRoot() {
		return want&MayExec == 0 || n.isDir() || n.mode&0o111 != 0
	}
	bits := Access(n.mode & 7)
	switch {
	case c.UID == n.uid:
		bits = Access(n.mode >> 6 & 7)
	case c.InGroup(n.gid):
		bits = Access(n.mode >> 3 & 7)
	}
	return bits&want == want
}

// permit is allows plus the read-only mount, which Linux checks first.
func (f *FS) permit(n *node, c Cred, want Access) Errno {
	if want&MayWrite != 0 && f.mounts[n.mount].ReadOnly && (n.isDir() || n.isRegular() || n.isLink()) {
		return EROFS
	}
	if !c.allows(n, want) {
		return EACCES
	}
	return 0
}

// mayDelete applies unlink(2)/rmdir(2): write and search on the directory, then the sticky bit, then the
// kind of the victim.
func (f *FS) mayDelete(dir, victim *node, c Cred, wantDir bool) Errno {
	if e := f.permit(dir, c, MayWrite|MayExec); e != 0 {
		return e
	}
	if dir.mode&sticky != 0 && !c.IsRoot() && c.UID != victim.uid && c.UID != dir.uid {
		return EPERM
	}
	switch {
	case wantDir && !victim.isDir():
		return ENOTDIR
	case !wantDir && victim.isDir():
		return EISDIR
	}
	return 0
}
