package vfs

// Rename gives old the name path and replaces what is there, in one step (rename(2)).
func (f *FS) Rename(old, path string, c Cred) error {
	e := f.rename(old, path, c)
	f.notify()
	return fail("rename", old, e)
}

func (f *FS) rename(old, path string, c Cred) Errno {
	// Linux looks the last names up after it has checked what kind they are: a name too long waits.
	from, e1 := f.walk(old, c, followNever)
	if e1 != 0 && from.dir == nil {
		return e1
	}
	to, e2 := f.walk(path, c, followNever)
	if e2 != 0 && to.dir == nil {
		return e2
	}
	if e1 != 0 || e2 != 0 {
		return f.renameTooLong(from, to, e1)
	}
	if e := f.mayRename(from, to, c); e != 0 {
		return e
	}
	if to.node != nil && to.node.ino == from.node.ino {
		return 0
	}
	if to.node != nil {
		f.unbind(to.dir, to.name, to.node)
		f.drop(to.node.ino)
	}
	f.unbind(from.dir, from.name, from.node)
	n := f.mut(from.node.ino)
	f.bind(to.dir, to.name, n)
	f.stamp(n, false)
	return 0
}

// renameTooLong gives the error where at least one of the last names is too long; e is that of from.
func (f *FS) renameTooLong(from, to loc, e Errno) Errno {
	switch {
	case from.dir.mount != to.dir.mount:
		return EXDEV
	case from.last != lastName || to.last != lastName:
		return EBUSY
	case f.mounts[from.dir.mount].ReadOnly:
		return EROFS
	case e == 0 && from.node == nil:
		return ENOENT
	}
	return ENAMETOOLONG
}

// mayRename checks in the order of Linux: the same mount, real names, existence, slashes on what is no
// directory, no directory into itself, then the permission to take each name away or to make it, then
// mounts and content in the way.
func (f *FS) mayRename(from, to loc, c Cred) Errno {
	switch {
	case from.dir.mount != to.dir.mount:
		return EXDEV
	case from.last != lastName || to.last != lastName:
		return EBUSY
	case f.mounts[from.dir.mount].ReadOnly:
		return EROFS
	case from.node == nil:
		return ENOENT
	case !from.node.isDir() && (from.slash || to.slash):
		return ENOTDIR
	case f.within(from.node, to.dir):
		return EINVAL
	case to.node != nil && f.within(to.node, from.dir):
		return ENOTEMPTY
	case to.node != nil && to.node.ino == from.node.ino:
		return 0
	}
	if e := f.mayDelete(from.dir, from.node, c, from.node.isDir()); e != 0 {
		return e
	}
	if to.node == nil {
		if e := f.permit(to.dir, c, MayWrite|MayExec); e != 0 {
			return e
		}
	} else if e := f.mayDelete(to.dir, to.node, c, from.node.isDir()); e != 0 {
		return e
	}
	if !from.node.isDir() {
		return f.fits(to, 0)
	}
	return f.mayMoveDir(from, to, c)
}

// mayMoveDir continues mayRename for a directory: a new parent means writing its "..".
func (f *FS) mayMoveDir(from, to loc, c Cred) Errno {
	moved := from.dir.ino != to.dir.ino
	switch {
	case moved && !c.allows(from.node, MayWrite):
		return EACCES
	case f.isMountRoot(from.node) || to.node != nil && f.isMountRoot(to.node):
		return EBUSY
	case to.node != nil && to.node.dir.live > 0:
		return ENOTEMPTY
	case moved && to.node == nil && to.dir.nlink >= maxLinks:
		return EMLINK
	}
	return f.fits(to, f.deepest(from.node))
}

// fits keeps every path of the disk below PathMax, so that everything can always be named.
func (f *FS) fits(to loc, below int) Errno {
	if f.pathLen(to.dir)+1+len(to.name)+below >= PathMax {
		return ENAMETOOLONG
	}
	return 0
}

// deepest is the length of the longest path below dir.
func (f *FS) deepest(dir *node) int {
	longest := 0
	for _, e := range dir.dir.list() {
		n := 1 + len(e.name)
		if child := f.node(e.ino); child.isDir() {
			n += f.deepest(child)
		}
		longest = max(longest, n)
	}
	return longest
}

// within reports whether dir is n or lies below it.
func (f *FS) within(n, dir *node) bool {
	for {
		if dir.ino == n.ino {
			return true
		}
		if dir.ino == RootIno {
			return false
		}
		dir = f.node(dir.parent)
	}
}
