package host

import (
	"io"

	"mxlab/sim/vtime"
)

// pipeSize is the capacity of a pipe in bytes (pipe(7)).
const pipeSize = 64 << 10

// pipe is a pipe(7) between two processes.
type pipe struct {
	clock      *vtime.Clock
	buf        []byte
	readable   vtime.Signal
	writable   vtime.Signal
	readClosed bool
	writeEnd   bool // closed
}

// Pipe returns the two ends of a new pipe. Reading waits for data or the end
// of all writers; writing waits for room. A process that writes to a pipe
// nobody reads any more is ended by SIGPIPE.
func (h *Host) Pipe() (r, w *FD) {
	p := &pipe{clock: h.Clock}
	return &FD{r: (*pipeReader)(p), c: (*pipeReader)(p)}, &FD{w: (*pipeWriter)(p), c: (*pipeWriter)(p)}
}

type pipeReader pipe

func (p *pipeReader) Read(b []byte) (int, error) {
	for len(p.buf) == 0 {
		if p.writeEnd {
			return 0, io.EOF
		}
		p.readable.Wait(p.clock.Current())
	}
	n := copy(b, p.buf)
	p.buf = p.buf[n:]
	p.writable.Broadcast()
	return n, nil
}

func (p *pipeReader) Close() error {
	p.readClosed = true
	p.buf = nil
	p.writable.Broadcast()
	return nil
}

type pipeWriter pipe

func (p *pipeWriter) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 {
		if p.readClosed {
			p.clock.Current().Exit(signalled{SIGPIPE})
		}
		room := pipeSize - len(p.buf)
		if room == 0 {
			p.writable.Wait(p.clock.Current())
			continue
		}
		n := min(room, len(b))
		p.buf = append(p.buf, b[:n]...)
		b, written = b[n:], written+n
		p.readable.Broadcast()
	}
	return written, nil
}

func (p *pipeWriter) Close() error {
	p.writeEnd = true
	p.readable.Broadcast()
	return nil
}

// Buffer is a sink for the output of a command, bounded by the limit on an
// operation's output. Past it the writing process is ended as by SIGPIPE.
type Buffer struct {
	clock     *vtime.Clock
	data      []byte
	max       int64
	Truncated bool // output was lost
}

// NewBuffer returns an empty Buffer and its FD.
func (h *Host) NewBuffer() (*Buffer, *FD) {
	b := &Buffer{clock: h.Clock, max: h.Limits.Output}
	return b, &FD{w: b}
}

// Write appends to the buffer.
func (b *Buffer) Write(p []byte) (int, error) {
	room := b.max - int64(len(b.data))
	if int64(len(p)) <= room {
		b.data = append(b.data, p...)
		return len(p), nil
	}
	b.data = append(b.data, p[:max(room, 0)]...)
	b.Truncated = true
	if t := b.clock.Current(); t != nil {
		t.Exit(signalled{SIGPIPE})
	}
	return int(max(room, 0)), vtime.ErrKilled
}

// Bytes returns what was written.
func (b *Buffer) Bytes() []byte { return b.data }
