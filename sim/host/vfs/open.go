package vfs

import "io/fs"

// Flags of open(2), with Linux's values.
const (
	O_RDONLY    = 0
	O_WRONLY    = 1
	O_RDWR      = 2
	O_CREATE    = 0o100
	O_EXCL      = 0o200
	O_TRUNC     = 0o1000
	O_APPEND    = 0o2000
	O_DIRECTORY = 0o200000
	O_NOFOLLOW  = 0o400000

	accessMode = 3
)

// Open opens path as open(2) does. mode is the mode of a file O_CREATE makes, used as given: a caller
// with a umask takes it off first. Close the File, or the space of a removed file is never freed.
func (f *FS) Open(path string, flags int, mode fs.FileMode, c Cred) (*File, error) {
	l, e := f.locate(path, flags, c)
	if e != 0 {
		return nil, fail("open", path, e)
	}
	h := &File{fs: f, path: path, flags: flags, cred: c, era: f.era}
	if l.node == nil {
		n := &node{mode: mode & permBits}
		if e := f.create(l, n, c); e != 0 {
			return nil, fail("open", path, e)
		}
		h.ino = n.ino
	} else {
		if e := f.mayOpen(l.node, flags, c); e != 0 {
			return nil, fail("open", path, e)
		}
		h.ino = l.node.ino
		if err := h.attach(l.node, l.name); err != nil {
			return nil, err
		}
	}
	if f.opens == nil {
		f.opens = map[Ino]int{}
	}
	f.opens[h.ino]++
	f.notify()
	return h, nil
}

// locate finds what Open opens; a nil node is a file to be made in a directory that allows it.
func (f *FS) locate(path string, flags int, c Cred) (loc, Errno) {
	creates := flags&O_CREATE != 0
	switch {
	case flags&accessMode == accessMode, creates && flags&O_DIRECTORY != 0:
		return loc{}, EINVAL
	case !creates && flags&O_NOFOLLOW == 0:
		return f.lookup(path, c, followAlways)
	case !creates:
		return f.lookup(path, c, followSlash)
	}
	mode := followCreate
	if flags&(O_EXCL|O_NOFOLLOW) != 0 {
		mode = followNever
	}
	l, e := f.walk(path, c, mode)
	switch {
	case (e == 0 || l.dir != nil) && l.slash && l.last == lastName:
		return l, EISDIR
	case e != 0:
		return l, e
	case l.node == nil:
		return l, f.permit(l.dir, c, MayWrite|MayExec)
	case flags&O_EXCL != 0:
		return l, EEXIST
	case l.node.isDir():
		return l, EISDIR
	}
	return l, 0
}

// mayOpen checks kind and permission of an existing file.
func (f *FS) mayOpen(n *node, flags int, c Cred) Errno {
	want := MayRead
	switch flags & accessMode {
	case O_WRONLY:
		want = MayWrite
	case O_RDWR:
		want = MayRead | MayWrite
	}
	if flags&O_TRUNC != 0 {
		want |= MayWrite
	}
	switch {
	case flags&O_DIRECTORY != 0 && !n.isDir():
		return ENOTDIR
	case n.isLink():
		return ELOOP
	case n.isDir() && want&MayWrite != 0:
		return EISDIR
	}
	return f.permit(n, c, want)
}

// attach connects a handle to what is behind an existing node: a generated file's content, a device's
// driver, or a file that is cut to nothing first.
func (h *File) attach(n *node, name string) error {
	f := h.fs
	switch {
	case n.gen != nil:
		h.gen = f.generatorOf(n)
		if h.gen.Read != nil && h.flags&accessMode != O_WRONLY {
			h.generated.writeAt(h.gen.Read(), 0, f.own)
		}
	case n.isRegular() && h.flags&O_TRUNC != 0:
		m := f.mut(n.ino)
		f.resize(m, 0)
		f.stampContent(m, h.cred)
	case !n.isRegular() && !n.isDir():
		dev, err := f.device(h.path, f.info(n, name), h.flags)
		if err != nil {
			return err
		}
		h.dev = dev
	}
	return nil
}

// resize sets the size of a regular file and gives back the space of what is cut.
func (f *FS) resize(n *node, size int64) {
	before := n.data.cost()
	n.data.truncate(size)
	f.add(n, n.data.cost()-before, 0)
}
