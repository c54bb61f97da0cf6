package vfs

import (
	"io/fs"
	"time"
)

// Stat tells of the file path leads to, Lstat of path itself if it is a symbolic link.
func (f *FS) Stat(path string, c Cred) (Info, error) { return f.stat("stat", path, c, followAlways) }

// Lstat is Stat that does not follow a symbolic link in the last component.
func (f *FS) Lstat(path string, c Cred) (Info, error) { return f.stat("lstat", path, c, followSlash) }

func (f *FS) stat(op, path string, c Cred, mode follow) (Info, error) {
	l, e := f.lookup(path, c, mode)
	if e != 0 {
		return Info{}, fail(op, path, e)
	}
	return f.info(l.node, base(path)), nil
}

// Access tells whether c may do want with path (access(2)); 0 asks for existence only.
func (f *FS) Access(path string, want Access, c Cred) error {
	l, e := f.lookup(path, c, followAlways)
	if e == 0 {
		e = f.permit(l.node, c, want)
	}
	return fail("access", path, e)
}

// change finds path and prepares it for a change of its inode, which the owner and root may make.
func (f *FS) change(path string, c Cred, mode follow) (*node, Errno) {
	l, e := f.lookup(path, c, mode)
	switch {
	case e != 0:
		return nil, e
	case f.mounts[l.node.mount].ReadOnly:
		return nil, EROFS
	}
	return l.node, 0
}

// Chmod sets permission, setuid, setgid and sticky bits (chmod(2)).
func (f *FS) Chmod(path string, mode fs.FileMode, c Cred) error {
	n, e := f.change(path, c, followAlways)
	if e == 0 && !c.IsRoot() && c.UID != n.uid {
		e = EPERM
	}
	if e != 0 {
		return fail("chmod", path, e)
	}
	if !c.IsRoot() && !c.InGroup(n.gid) {
		mode &^= setgid
	}
	m := f.mut(n.ino)
	m.mode = m.mode&^permBits | mode&permBits
	f.stamp(m, false)
	f.notify()
	return nil
}

// Chown sets owner and group; -1 keeps one. Only root may give a file away; an owner may choose among
// the own groups. Lchown does not follow a symbolic link.
func (f *FS) Chown(path string, uid, gid int, c Cred) error {
	return fail("chown", path, f.chown(path, uid, gid, c, followAlways))
}

// Lchown is Chown for a symbolic link itself.
func (f *FS) Lchown(path string, uid, gid int, c Cred) error {
	return fail("lchown", path, f.chown(path, uid, gid, c, followSlash))
}

func (f *FS) chown(path string, uid, gid int, c Cred, mode follow) Errno {
	n, e := f.change(path, c, mode)
	switch {
	case e != 0:
		return e
	case c.IsRoot():
	case c.UID != n.uid && c.dropsBits(n) != 0: // even -1, -1 changes the mode then
		return EPERM
	case uid >= 0 && (c.UID != n.uid || uint32(uid) != n.uid),
		gid >= 0 && (c.UID != n.uid || uint32(gid) != n.gid && !c.InGroup(uint32(gid))):
		return EPERM
	}
	next := *n
	if uid >= 0 {
		next.uid = uint32(uid)
	}
	if gid >= 0 {
		next.gid = uint32(gid)
	}
	if next.uid != n.uid {
		f.refund(n, n.cost(), 1)
		if e := f.charge(&next, c, n.cost(), 1); e != 0 {
			f.add(n, n.cost(), 1)
			return e
		}
	}
	m := f.mut(n.ino)
	m.uid, m.gid = next.uid, next.gid
	m.mode &^= c.dropsBits(n)
	f.stamp(m, false)
	f.notify()
	return 0
}

// stampContent records that c changed the content of a regular file: unless c is root, setuid and setgid
// go (write(2), truncate(2)).
func (f *FS) stampContent(n *node, c Cred) {
	if !c.IsRoot() {
		n.mode &^= c.dropsBits(n)
	}
	f.stamp(n, true)
}

// dropsBits tells which bits of n a chown by c, or a write by c who is not root, clears (chown(2)): setuid, and setgid where it means
// running as the group, or where c is not of that group. A directory keeps its bits.
func (c Cred) dropsBits(n *node) fs.FileMode {
	if n.isDir() {
		return 0
	}
	drop := setuid
	if n.mode&0o010 != 0 || !c.IsRoot() && !c.InGroup(n.gid) {
		drop |= setgid
	}
	return n.mode & drop
}

// Chtimes sets the time of the last change of the content (utimensat(2)). A user with write permission
// only may do so with the present time, as touch does.
func (f *FS) Chtimes(path string, mtime time.Time, c Cred) error {
	n, e := f.change(path, c, followAlways)
	switch {
	case e != 0 || c.IsRoot() || c.UID == n.uid:
	case !mtime.Equal(f.now()):
		e = EPERM
	case !c.allows(n, MayWrite):
		e = EACCES
	}
	if e != 0 {
		return fail("chtimes", path, e)
	}
	m := f.mut(n.ino)
	f.stamp(m, false)
	m.mtime = mtime
	f.notify()
	return nil
}

// Truncate sets the size of the file at path (truncate(2)).
func (f *FS) Truncate(path string, size int64, c Cred) error {
	l, e := f.lookup(path, c, followAlways)
	switch {
	case size < 0:
		e = EINVAL
	case e != 0:
	case l.node.isDir():
		e = EISDIR
	case !l.node.isRegular():
		e = EINVAL
	default:
		if e = f.permit(l.node, c, MayWrite); e == 0 {
			e = f.setSize(l.node, size, c)
		}
	}
	f.notify()
	return fail("truncate", path, e)
}

// setSize cuts or extends a regular file.
func (f *FS) setSize(n *node, size int64, c Cred) Errno {
	switch {
	case size < 0 || !n.isRegular():
		return EINVAL
	case size > f.maxFile():
		return EFBIG
	case n.gen != nil:
		return 0
	}
	m := f.mut(n.ino)
	f.resize(m, size)
	f.stampContent(m, c)
	return 0
}
