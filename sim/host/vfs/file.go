package vfs

import (
	"io"
	"io/fs"
)

// File is an open file description (open(2)): it stays usable after its name is gone. After a Restore of
// its FS every call fails with ESTALE. It is an io.ReadWriteSeeker, io.ReaderAt and io.WriterAt.
type File struct {
	fs        *FS
	ino       Ino
	path      string
	flags     int
	cred      Cred
	pos       int64
	era       uint64
	closed    bool
	dev       *Device
	gen       *Generator
	generated content
	listed    []dirent // what ReadDir has still to give
	listing   bool
}

// Name returns the path the file was opened by.
func (h *File) Name() string { return h.path }

// check finds the inode for a call that needs read or write access; want 0 needs none.
func (h *File) check(want Access) (*node, Errno) {
	acc := h.flags & accessMode
	switch {
	case h.closed:
		return nil, EBADF
	case h.era != h.fs.era:
		return nil, ESTALE
	case want == MayRead && acc == O_WRONLY, want == MayWrite && acc == O_RDONLY:
		return nil, EBADF
	}
	return h.fs.node(h.ino), 0
}

// Read reads from the file position; io.EOF at the end, EISDIR on a directory.
func (h *File) Read(p []byte) (int, error) {
	n, err := h.ReadAt(p, h.pos)
	h.pos += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// ReadAt reads from off and leaves the file position alone. It copies no more than len(p) bytes.
func (h *File) ReadAt(p []byte, off int64) (int, error) {
	n, e := h.check(MayRead)
	switch {
	case e == 0 && n.isDir():
		e = EISDIR
	case e == 0 && off < 0:
		e = EINVAL
	}
	if e != 0 {
		return 0, fail("read", h.path, e)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if h.dev != nil {
		if h.dev.Read == nil {
			return 0, io.EOF
		}
		return h.dev.Read(p)
	}
	data := &n.data
	if h.gen != nil {
		data = &h.generated
	}
	k := data.readAt(p, off)
	if k < len(p) {
		return k, io.EOF
	}
	return k, nil
}

// Write writes at the file position, with O_APPEND at the end. When space runs out what fits is written,
// and the error is ENOSPC, EDQUOT or EFBIG.
func (h *File) Write(p []byte) (int, error) {
	n, e := h.check(MayWrite)
	if e != 0 {
		return 0, fail("write", h.path, e)
	}
	if h.flags&O_APPEND != 0 {
		h.pos = n.data.size
	}
	k, err := h.WriteAt(p, h.pos)
	h.pos += int64(k)
	return k, err
}

// WriteString is Write for a string.
func (h *File) WriteString(s string) (int, error) { return h.Write([]byte(s)) }

// WriteAt writes at off and leaves the file position alone.
func (h *File) WriteAt(p []byte, off int64) (int, error) {
	n, e := h.check(MayWrite)
	if e == 0 && off < 0 {
		e = EINVAL
	}
	switch {
	case e != 0:
		return 0, fail("write", h.path, e)
	case h.dev != nil && h.dev.Write == nil, h.gen != nil && h.gen.Write == nil:
		return 0, fail("write", h.path, EINVAL)
	case h.dev != nil:
		return h.dev.Write(p)
	case h.gen != nil:
		if err := h.gen.Write(p); err != nil {
			return 0, err
		}
		return len(p), nil
	case len(p) == 0:
		return 0, nil
	}
	k, e := h.fs.write(h.fs.mut(n.ino), p, off, h.cred)
	h.fs.notify()
	return k, fail("write", h.path, e)
}

// write puts as much of p at off as size limit and space allow. If the whole does not fit, it goes block
// by block until one is refused.
func (f *FS) write(n *node, p []byte, off int64, c Cred) (int, Errno) {
	var e Errno
	if room := f.maxFile() - off; int64(len(p)) > room {
		if room <= 0 {
			return 0, EFBIG
		}
		p, e = p[:room], EFBIG
	}
	done := len(p)
	if f.charge(n, c, n.data.growth(off, len(p)), 0) == 0 {
		n.data.writeAt(p, off, f.own)
	} else {
		for done = 0; done < len(p); {
			at := off + int64(done)
			k := min(len(p)-done, blockSize-int(at%blockSize))
			if refused := f.charge(n, c, n.data.growth(at, k), 0); refused != 0 {
				e = refused
				break
			}
			n.data.writeAt(p[done:done+k], at, f.own)
			done += k
		}
	}
	if done > 0 {
		f.stampContent(n, c)
	}
	return done, e
}

// Seek sets the file position (lseek(2)). Past the end is allowed; before the start is EINVAL; FIFOs and
// sockets give ESPIPE. On a directory it starts the listing again.
func (h *File) Seek(off int64, whence int) (int64, error) {
	n, e := h.check(0)
	if e != 0 {
		return 0, fail("seek", h.path, e)
	}
	base := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = h.pos
	case io.SeekEnd:
		base = n.data.size
	default:
		return 0, fail("seek", h.path, EINVAL)
	}
	switch {
	case n.mode&(fs.ModeNamedPipe|fs.ModeSocket) != 0:
		return 0, fail("seek", h.path, ESPIPE)
	case off > 0 && base+off < base, base+off < 0:
		return 0, fail("seek", h.path, EINVAL)
	}
	h.pos, h.listing = base+off, false
	return h.pos, nil
}

// Truncate sets the size (ftruncate(2)); growing makes a hole, which takes no space.
func (h *File) Truncate(size int64) error {
	n, e := h.check(MayWrite)
	if e == EBADF && !h.closed {
		e = EINVAL
	}
	if e == 0 {
		e = h.fs.setSize(n, size, h.cred)
	}
	h.fs.notify()
	return fail("truncate", h.path, e)
}

// Stat tells of the open file, also when its name is gone (Nlink 0).
func (h *File) Stat() (Info, error) {
	n, e := h.check(0)
	if e != 0 {
		return Info{}, fail("stat", h.path, e)
	}
	return h.fs.info(n, base(h.path)), nil
}

// ReadDir gives the next entries by ascending name: all for count <= 0, else at most count and io.EOF at
// the end. The listing is the one of the moment of the first call.
func (h *File) ReadDir(count int) ([]Entry, error) {
	n, e := h.check(MayRead)
	if e == 0 && !n.isDir() {
		e = ENOTDIR
	}
	if e != 0 {
		return nil, fail("readdir", h.path, e)
	}
	if !h.listing {
		h.listed, h.listing = n.dir.list(), true
	}
	k := len(h.listed)
	if count > 0 && k == 0 {
		return nil, io.EOF
	}
	if count > 0 {
		k = min(k, count)
	}
	out := h.fs.entries(h.listed[:k])
	h.listed = h.listed[k:]
	return out, nil
}

// Close ends the use of the file; a second Close fails with EBADF. The last Close of a file that has no
// name frees its space.
func (h *File) Close() error {
	if h.closed {
		return fail("close", h.path, EBADF)
	}
	h.closed = true
	if h.era == h.fs.era {
		if h.fs.opens[h.ino]--; h.fs.opens[h.ino] == 0 {
			delete(h.fs.opens, h.ino)
			if n := h.fs.node(h.ino); n.nlink == 0 {
				h.fs.forget(n)
			}
		}
	}
	if h.dev != nil && h.dev.Close != nil {
		return h.dev.Close()
	}
	return nil
}
