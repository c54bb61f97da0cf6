package vfs

import (
	"io"
	"io/fs"
)

// IOFS shows the tree at root, as c sees it, as a fs.FS for libraries that want one. Its paths are those
// of io/fs: relative, without "..".
func (f *FS) IOFS(root string, c Cred) fs.FS { return ioFS{f, root, c} }

type ioFS struct {
	fs   *FS
	root string
	cred Cred
}

// Open implements fs.FS.
func (s ioFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	path := s.root
	if name != "." {
		path = join(s.root, name)
	}
	h, err := s.fs.Open(path, O_RDONLY, 0, s.cred)
	if err != nil {
		return nil, fail("open", name, ErrnoOf(err))
	}
	return ioFile{h, name}, nil
}

type ioFile struct {
	*File
	name string
}

// Stat implements fs.File.
func (h ioFile) Stat() (fs.FileInfo, error) {
	st, err := h.File.Stat()
	st.name = base(h.name)
	return st, err
}

// ReadDir implements fs.ReadDirFile.
func (h ioFile) ReadDir(n int) ([]fs.DirEntry, error) {
	list, err := h.File.ReadDir(n)
	out := make([]fs.DirEntry, 0, len(list))
	for _, e := range list {
		if node := h.fs.node(e.Ino); node != nil {
			out = append(out, fs.FileInfoToDirEntry(h.fs.info(node, e.Name)))
		}
	}
	return out, err
}

var _ io.ReadWriteSeeker = (*File)(nil)
