package vfs

// Unlink removes a name that is not a directory (unlink(2)).
func (f *FS) Unlink(path string, c Cred) error {
	e := f.unlink(path, c)
	f.notify()
	return fail("unlink", path, e)
}

func (f *FS) unlink(path string, c Cred) Errno {
	l, e := f.walk(path, c, followNever)
	switch {
	case e != 0:
		return e
	case l.last != lastName:
		return EISDIR
	case f.mounts[l.dir.mount].ReadOnly:
		return EROFS
	case l.node == nil:
		return ENOENT
	case l.slash && l.node.isDir():
		return EISDIR
	case l.slash:
		return ENOTDIR
	}
	if e := f.mayDelete(l.dir, l.node, c, false); e != 0 {
		return e
	}
	f.unbind(l.dir, l.name, l.node)
	f.drop(l.node.ino)
	return 0
}

// Rmdir removes an empty directory (rmdir(2)).
func (f *FS) Rmdir(path string, c Cred) error {
	e := f.rmdir(path, c)
	f.notify()
	return fail("rmdir", path, e)
}

func (f *FS) rmdir(path string, c Cred) Errno {
	l, e := f.walk(path, c, followNever)
	switch {
	case e != 0:
		return e
	case l.last == lastDotDot:
		return ENOTEMPTY
	case l.last == lastDot:
		return EINVAL
	case l.last == lastRoot:
		return EBUSY
	case f.mounts[l.dir.mount].ReadOnly:
		return EROFS
	case l.node == nil:
		return ENOENT
	}
	if e := f.mayDelete(l.dir, l.node, c, true); e != 0 {
		return e
	}
	switch {
	case f.isMountRoot(l.node):
		return EBUSY
	case l.node.dir.live > 0:
		return ENOTEMPTY
	}
	f.unbind(l.dir, l.name, l.node)
	f.drop(l.node.ino)
	return 0
}

// Remove removes a file or an empty directory.
func (f *FS) Remove(path string, c Cred) error {
	l, e := f.walk(path, c, followNever)
	if e == 0 && l.node != nil && l.node.isDir() {
		return f.Rmdir(path, c)
	}
	return f.Unlink(path, c)
}

// RemoveAll removes path and all below it, like rm -rf. It does not stop at what it may not remove, and
// returns the first error. A path that does not exist is no error.
func (f *FS) RemoveAll(path string, c Cred) error {
	l, e := f.walk(path, c, followNever)
	switch {
	case e == ENOENT || e == 0 && l.node == nil:
		return nil
	case e != 0:
		return fail("unlink", path, e)
	case !l.node.isDir():
		return f.Unlink(path, c)
	case l.last == lastDot || l.last == lastDotDot:
		return fail("rmdir", path, EINVAL)
	}
	var first error
	if c.allows(l.node, MayRead) {
		for _, e := range l.node.dir.list() {
			if err := f.RemoveAll(join(path, e.name), c); err != nil && first == nil {
				first = err
			}
		}
	} else if l.node.dir.live > 0 {
		first = fail("open", path, EACCES)
	}
	if first != nil {
		return first
	}
	return f.Rmdir(path, c)
}
