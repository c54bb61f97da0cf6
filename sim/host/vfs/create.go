package vfs

import (
	"io/fs"
	"strings"
)

// Mkdir makes a directory. mode is used as given; a caller with a umask takes it off first.
func (f *FS) Mkdir(path string, mode fs.FileMode, c Cred) error {
	l, e := f.free(path, c, true)
	if e == 0 {
		// mkdir(2) on Linux honours the permission bits and the sticky bit only.
		e = f.create(l, &node{mode: fs.ModeDir | mode&(fs.ModePerm|sticky)}, c)
	}
	f.notify()
	return fail("mkdir", path, e)
}

// MkdirAll makes path and the directories above it that are missing, like mkdir -p. An existing
// directory is no error; another file in the way is ENOTDIR, at the end EEXIST.
//
// It goes name by name from the real path of the directory reached, as mkdir(1) does by chdir, so that
// symbolic links on the way are resolved once.
func (f *FS) MkdirAll(path string, mode fs.FileMode, c Cred) error {
	if e := plausible(path); e != 0 {
		return fail("mkdir", path, e)
	}
	at := "/"
	for rest := strings.Trim(path, "/"); rest != ""; {
		name, after, _ := strings.Cut(rest, "/")
		rest = strings.TrimLeft(after, "/")
		l, e := f.walk(join(at, name), c, followAlways)
		if e == 0 && l.node == nil {
			if err := f.Mkdir(join(at, name), mode, c); err != nil {
				return fail("mkdir", path, ErrnoOf(err))
			}
			l, e = f.walk(join(at, name), c, followAlways)
		}
		switch {
		case e != 0:
			return fail("mkdir", path, e)
		case !l.node.isDir() && rest == "":
			return fail("mkdir", path, EEXIST)
		case !l.node.isDir():
			return fail("mkdir", path, ENOTDIR)
		}
		at = f.pathOf(l.node)
	}
	return nil
}

// Symlink makes path a symbolic link with the text target.
func (f *FS) Symlink(target, path string, c Cred) error {
	var e Errno
	switch {
	case target == "":
		e = ENOENT
	case len(target) >= PathMax:
		e = ENAMETOOLONG
	case strings.IndexByte(target, 0) >= 0:
		e = EINVAL
	default:
		var l loc
		if l, e = f.free(path, c, false); e == 0 {
			e = f.create(l, &node{mode: fs.ModeSymlink | 0o777, target: target}, c)
		}
	}
	f.notify()
	return fail("symlink", path, e)
}

// Readlink returns the text of a symbolic link; EINVAL if path is something else.
func (f *FS) Readlink(path string, c Cred) (string, error) {
	l, e := f.lookup(path, c, followSlash)
	if e == 0 && !l.node.isLink() {
		e = EINVAL
	}
	if e != 0 {
		return "", fail("readlink", path, e)
	}
	return l.node.target, nil
}

// Link makes path a further name of the file old (link(2)). A symbolic link is linked itself.
func (f *FS) Link(old, path string, c Cred) error {
	e := f.link(old, path, c)
	f.notify()
	return fail("link", path, e)
}

func (f *FS) link(old, path string, c Cred) Errno {
	from, e := f.lookup(old, c, followSlash)
	if e != 0 {
		return e
	}
	to, e := f.walk(path, c, followNever)
	switch {
	case e != 0:
		return e
	case to.node != nil:
		return EEXIST
	case to.slash:
		return ENOENT
	case from.node.mount != to.dir.mount:
		return EXDEV
	case !c.mayLink(from.node):
		return EPERM
	}
	if e := f.permit(to.dir, c, MayWrite|MayExec); e != 0 {
		return e
	}
	switch {
	case from.node.isDir():
		return EPERM
	case from.node.nlink >= maxLinks:
		return EMLINK
	case f.pathLen(to.dir)+1+len(to.name) >= PathMax:
		return ENAMETOOLONG
	}
	n := f.mut(from.node.ino)
	n.nlink++
	f.stamp(n, false)
	f.bind(to.dir, to.name, n)
	return 0
}

// mayLink applies the sysctl protected_hardlinks of proc(5), which the distributions switch on: only the
// owner may link what is special, has setuid, or may not be read and written by c.
func (c Cred) mayLink(n *node) bool {
	if c.IsRoot() || c.UID == n.uid {
		return true
	}
	return n.isRegular() && n.mode&setuid == 0 && (n.mode&setgid == 0 || n.mode&0o010 == 0) &&
		c.allows(n, MayRead|MayWrite)
}

// Mknod makes a special file: mode carries its type (fs.ModeNamedPipe, fs.ModeSocket, fs.ModeDevice with
// or without fs.ModeCharDevice). Devices are for root.
func (f *FS) Mknod(path string, mode fs.FileMode, dev Dev, c Cred) error {
	l, e := f.free(path, c, false)
	switch t := mode & fs.ModeType; {
	case e != 0:
	case t == fs.ModeNamedPipe || t == fs.ModeSocket:
		e = f.create(l, &node{mode: mode}, c)
	case t&^fs.ModeCharDevice != fs.ModeDevice:
		e = EINVAL
	case !c.IsRoot():
		e = EPERM
	default:
		e = f.create(l, &node{mode: mode, rdev: dev}, c)
	}
	f.notify()
	return fail("mknod", path, e)
}
