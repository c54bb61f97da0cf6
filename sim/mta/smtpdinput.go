package mta

import (
	"bytes"
	"time"

	"mxlab/sim/vnet"
)

// input reads what a client sends, line by line, with bounded memory.
type input struct {
	conn    *vnet.Conn
	timeout time.Duration // for each line
	buf     []byte
	used    int  // of buf
	late    bool // the end was a time-out
}

// pending reports whether something has come in that was not read.
func (r *input) pending() bool { return r.used < len(r.buf) || r.conn.Buffered() > 0 }

// discard forgets what has come in.
func (r *input) discard() {
	r.buf, r.used = r.buf[:0], 0
	for b := [512]byte{}; r.conn.Buffered() > 0; {
		if n, err := r.conn.TryRead(b[:]); n == 0 || err != nil {
			return
		}
	}
}

// peek returns what has come in and was not read, at most n bytes.
func (r *input) peek(n int) []byte {
	if r.used == len(r.buf) {
		r.buf, r.used = r.buf[:0], 0
		r.more()
	}
	return r.buf[r.used:min(len(r.buf), r.used+n)]
}

// more takes in what has arrived or waits for it. It reports false at the end of
// the connection.
func (r *input) more() bool {
	if r.used > 0 && r.used == len(r.buf) {
		r.buf, r.used = r.buf[:0], 0
	}
	if r.buf == nil {
		r.buf = make([]byte, 0, 1024)
	}
	if len(r.buf) == cap(r.buf) {
		r.buf = append(r.buf[:0:0], r.buf[r.used:]...)
		r.used = 0
		r.buf = append(make([]byte, 0, 2*len(r.buf)+1024), r.buf...)
	}
	n, err := r.conn.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if n == 0 && err != nil {
		ne, ok := err.(interface{ Timeout() bool })
		r.late = ok && ne.Timeout()
		return false
	}
	return true
}

// record reads a line without its end, or, of a longer line, the next limit
// bytes; whole says which. ok is false when the connection ended before. The
// result is valid until the next call.
func (r *input) record(limit int) (line []byte, whole, ok bool) {
	r.conn.SetReadTimeout(r.timeout)
	for searched := 0; ; {
		rest := r.buf[r.used:]
		if i := bytes.IndexByte(rest[searched:min(len(rest), limit+1)], '\n'); i >= 0 {
			i += searched
			r.used += i + 1
			return bytes.TrimRight(rest[:i], "\r"), true, true
		}
		if len(rest) > limit {
			r.used += limit
			return rest[:limit], false, true
		}
		searched = len(rest)
		if !r.more() {
			return nil, false, false
		}
	}
}

// line reads a command line; what exceeds limit is thrown away, and long is
// true.
func (r *input) line(limit int) (text string, long, ok bool) {
	first, whole, ok := r.record(limit)
	text = string(first)
	for ok && !whole {
		long = true
		_, whole, ok = r.record(limit)
	}
	return text, long, ok
}

// raw reads up to len(b) bytes.
func (r *input) raw(b []byte) (int, bool) {
	r.conn.SetReadTimeout(r.timeout)
	if r.used == len(r.buf) && !r.more() {
		return 0, false
	}
	n := copy(b, r.buf[r.used:])
	r.used += n
	return n, true
}
