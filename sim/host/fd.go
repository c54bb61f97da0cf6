package host

import (
	"io"

	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
)

// FD is an open file description that processes share: a file, one end of a
// pipe, a terminal, /dev/null or a buffer. It counts its references and is
// closed with the last. Reading and writing may wait (pipe, terminal).
type FD struct {
	r    io.Reader
	w    io.Writer
	c    io.Closer
	tty  *TTY
	refs int
}

// NewFD makes an FD from what it can do; each part may be nil.
func NewFD(r io.Reader, w io.Writer, c io.Closer) *FD { return &FD{r: r, w: w, c: c} }

// FileFD makes an FD of an open file.
func FileFD(f *vfs.File) *FD { return &FD{r: f, w: f, c: f} }

// NullFD returns an FD like an open /dev/null.
func NullFD() *FD { return &FD{r: eof{}, w: io.Discard} }

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// TTY returns the terminal behind fd, or nil: isatty(3).
func (fd *FD) TTY() *TTY { return fd.tty }

// Read reads as io.Reader. An FD not open for reading gives EBADF.
func (fd *FD) Read(b []byte) (int, error) {
	if fd.r == nil {
		return 0, vfs.EBADF
	}
	return fd.r.Read(b)
}

// Write writes as io.Writer. An FD not open for writing gives EBADF.
func (fd *FD) Write(b []byte) (int, error) {
	if fd.w == nil {
		return 0, vfs.EBADF
	}
	return fd.w.Write(b)
}

func (fd *FD) drop() {
	fd.refs--
	if fd.refs == 0 && fd.c != nil {
		fd.c.Close()
	}
}

// Conn returns the TCP connection behind fd, or nil: what getpeername(2) works
// on.
func (fd *FD) Conn() *vnet.Conn {
	c, _ := fd.r.(*vnet.Conn)
	return c
}

// File returns the open file behind fd that is written to, or nil.
func (fd *FD) File() *vfs.File {
	f, _ := fd.w.(*vfs.File)
	return f
}
