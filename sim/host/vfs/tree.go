package vfs

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
)

// ReadFile returns a copy of the whole content.
func (f *FS) ReadFile(path string, c Cred) ([]byte, error) {
	if n := f.plain(path, c, MayRead); n != nil {
		return n.data.bytes(), nil
	}
	h, err := f.Open(path, O_RDONLY, 0, c)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	n, _ := h.check(MayRead)
	switch {
	case n.isDir():
		return nil, fail("read", path, EISDIR)
	case h.gen != nil:
		return h.generated.bytes(), nil
	}
	// A device may never end: one largest file is enough.
	return io.ReadAll(io.LimitReader(h, f.maxFile()))
}

// plain finds a regular file that may be opened for want, without the ceremony of a handle; nil is
// everything else, errors too.
func (f *FS) plain(path string, c Cred, want Access) *node {
	l, e := f.lookup(path, c, followAlways)
	if e != 0 || !l.node.isRegular() || l.node.gen != nil || f.permit(l.node, c, want) != 0 {
		return nil
	}
	return l.node
}

// WriteFile makes path hold data, and makes it with mode if it is not there. On an error the file may
// hold the part that fitted.
func (f *FS) WriteFile(path string, data []byte, mode fs.FileMode, c Cred) error {
	return f.writeFile(path, O_WRONLY|O_CREATE|O_TRUNC, data, mode, c)
}

// AppendFile adds data at the end of path, and makes it with mode if it is not there.
func (f *FS) AppendFile(path string, data []byte, mode fs.FileMode, c Cred) error {
	if n := f.plain(path, c, MayWrite); n != nil && len(data) > 0 {
		_, e := f.write(f.mut(n.ino), data, n.data.size, c)
		f.notify()
		return fail("write", path, e)
	}
	return f.writeFile(path, O_WRONLY|O_CREATE|O_APPEND, data, mode, c)
}

func (f *FS) writeFile(path string, flags int, data []byte, mode fs.FileMode, c Cred) error {
	h, err := f.Open(path, flags, mode, c)
	if err != nil {
		return err
	}
	_, err = h.Write(data)
	if cerr := h.Close(); err == nil {
		err = cerr
	}
	return err
}

// Fill makes path a file of size bytes that repeats pattern, for example an old log that fills /var. Its
// pages share one array, so that a large file is cheap to hold. Each page of 32 KiB starts with a whole
// pattern and ends with newlines where one more does not fit.
func (f *FS) Fill(path string, pattern []byte, size int64, mode fs.FileMode, c Cred) error {
	if size < 0 || len(pattern) == 0 || len(pattern) > pageSize {
		return fail("write", path, EINVAL)
	}
	if size > f.maxFile() {
		return fail("write", path, EFBIG)
	}
	h, err := f.Open(path, O_WRONLY|O_CREATE|O_TRUNC, mode, c)
	if err != nil {
		return err
	}
	defer h.Close()
	if h.dev != nil || h.gen != nil {
		return fail("write", path, EINVAL)
	}
	whole := bytes.Repeat(pattern, pageSize/len(pattern))
	whole = append(whole, bytes.Repeat([]byte("\n"), pageSize-len(whole))...)
	n := f.mut(h.ino)
	if e := f.charge(n, c, n.data.growth(0, int(size)), 0); e != 0 {
		return fail("write", path, e)
	}
	n.data.size = size
	for ; size > 0; size -= pageSize {
		n.data.pages = append(n.data.pages, page{b: whole[:min(size, pageSize)]})
	}
	f.stamp(n, true)
	f.notify()
	return nil
}

// ReadDir lists a directory by ascending name, without "." and "..".
func (f *FS) ReadDir(path string, c Cred) ([]Entry, error) {
	l, e := f.lookup(path, c, followAlways)
	switch {
	case e != 0:
	case !l.node.isDir():
		e = ENOTDIR
	case !c.allows(l.node, MayRead):
		e = EACCES
	}
	if e != 0 {
		return nil, fail("open", path, e)
	}
	return f.entries(l.node.dir.list()), nil
}

func (f *FS) entries(list []dirent) []Entry {
	out := make([]Entry, 0, len(list))
	for _, d := range list {
		if n := f.node(d.ino); n != nil {
			out = append(out, Entry{d.name, d.ino, n.mode & fs.ModeType})
		}
	}
	return out
}

// Walk calls fn for path and all below it, directories before their content, names in ascending order.
// Symbolic links are not followed. fn gets the error of a directory that cannot be read after the call
// for the directory itself. If fn returns fs.SkipDir the directory is left out, fs.SkipAll ends the walk,
// another error ends it and is returned.
func (f *FS) Walk(path string, c Cred, fn func(path string, st Info, err error) error) error {
	st, err := f.Lstat(path, c)
	err = f.walkTree(path, st, err, c, fn)
	if err == fs.SkipDir || err == fs.SkipAll {
		return nil
	}
	return err
}

func (f *FS) walkTree(path string, st Info, err error, c Cred, fn func(string, Info, error) error) error {
	if out := fn(path, st, err); out != nil || err != nil || !st.IsDir() {
		return out
	}
	list, err := f.ReadDir(path, c)
	if err != nil {
		return fn(path, st, err)
	}
	for _, e := range list {
		child := join(path, e.Name)
		st, err := f.Lstat(child, c)
		out := f.walkTree(child, st, err, c, fn)
		if out == fs.SkipDir && st.IsDir() {
			continue
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// base is the last component of path; "/" of the root.
func base(path string) string {
	trimmed := strings.TrimRight(path, "/")
	if trimmed == "" {
		return "/"
	}
	return trimmed[strings.LastIndexByte(trimmed, '/')+1:]
}
