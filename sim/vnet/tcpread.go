package vnet

import (
	"io"
	"net"
	"time"

	"mxlab/sim/vtime"
)

// chunk is a received piece of the byte stream and the event that brought it.
type chunk struct {
	data  []byte
	event uint64
}

// chunks is the receive buffer.
type chunks struct {
	list  []chunk
	head  int
	bytes int
}

func (q *chunks) push(data []byte, event uint64) {
	if len(data) > 0 {
		q.list = append(q.list, chunk{data, event})
		q.bytes += len(data)
	}
}

// read copies from the oldest piece. A read returns bytes of one write only,
// so that the reader knows which event it acts upon.
func (q *chunks) read(b []byte) (n int, event uint64) {
	c := &q.list[q.head]
	n, event = copy(b, c.data), c.event
	q.bytes -= n
	if c.data = c.data[n:]; len(c.data) == 0 {
		*c = chunk{}
		if q.head++; q.head == len(q.list) {
			q.list, q.head = q.list[:0], 0
		}
	}
	return n, event
}

// TryRead is Read that returns EAGAIN where Read would wait.
func (c *Conn) TryRead(b []byte) (int, error) {
	if c.secure != nil && !c.released {
		return c.secure.tryRead(b)
	}
	return c.tryPlain(b)
}

func (c *Conn) tryPlain(b []byte) (int, error) {
	clock := c.node.net.clock
	switch {
	case c.released:
		return 0, net.ErrClosed
	case len(b) == 0:
		return 0, nil
	case c.in.bytes > 0:
		n, event := c.in.read(b)
		c.node.net.buffered -= n
		c.because(event)
		if c.onData != nil {
			c.hush()
		}
		return n, nil
	case c.err != nil && !c.fin:
		c.because(c.last)
		return 0, c.failure(io.EOF)
	case c.fin:
		c.because(c.last)
		return 0, io.EOF
	case c.deadline != 0 && clock.Since() >= c.deadline:
		return 0, ErrDeadline
	}
	return 0, EAGAIN
}

// because makes an event the cause of what the running activity does next.
func (c *Conn) because(event uint64) {
	if event == 0 {
		return
	}
	clock := c.node.net.clock
	scope := clock.Scope()
	scope.Cause = event
	clock.SetScope(scope)
}

// Read reads what has arrived, or parks the running task until something does.
// The event that brought the bytes becomes the cause of what the reader does
// next. Errors: io.EOF after the peer's FIN, ECONNRESET, ETIMEDOUT,
// ErrDeadline, net.ErrClosed, and the reason if the task was killed.
func (c *Conn) Read(b []byte) (int, error) {
	if c.secure != nil && !c.released {
		return c.secure.read(b)
	}
	return c.readPlain(b)
}

func (c *Conn) readPlain(b []byte) (int, error) {
	clock := c.node.net.clock
	for {
		n, err := c.tryPlain(b)
		if err != EAGAIN {
			return n, err
		}
		t := clock.Current()
		if t == nil {
			panic("vnet: a callback must not Read, use TryRead")
		}
		if err := c.park(t); err != nil {
			return 0, err
		}
	}
}

func (c *Conn) park(t *vtime.Task) error {
	c.reading++
	defer func() { c.reading-- }()
	c.hush()
	if c.deadline == 0 {
		return c.readable.WaitErr(t)
	}
	_, err := c.readable.WaitForErr(t, c.deadline-c.node.net.clock.Since())
	return err
}

// OnData sets a callback for servers and clients without a task of their own:
// it runs when data, FIN or RST has arrived, in the connection's span, and
// uses TryRead. The endpoint counts as waiting for its peer between callbacks.
func (c *Conn) OnData(fn func()) {
	c.onData = fn
	c.hush()
}

// arrived tells everybody who waits that something has come in.
func (c *Conn) arrived(event uint64) {
	c.readable.Broadcast()
	c.changed.Broadcast()
	if c.onData == nil || c.released {
		return
	}
	clock := c.node.net.clock
	span := c.span
	if c.listener == nil {
		span = c.outer
	}
	old := clock.SetScope(vtime.Scope{Span: span, Cause: event})
	c.onData()
	clock.SetScope(old)
}

// SetReadTimeout sets the read deadline to d of virtual time from now; with 0
// or less, and on a [Conn.Timeless] connection, there is none.
func (c *Conn) SetReadTimeout(d time.Duration) {
	if c.deadline = 0; d > 0 && !c.Timeless() {
		c.deadline = c.node.net.clock.Since() + d
	}
	c.readable.Broadcast()
}

// SetReadDeadline sets when Read gives up. A time of time.Now, which libraries
// use, counts relative to the real now and is snapped, because how long the
// library took to get here must not matter; a time without a monotonic clock
// reading is a virtual date (vtime.Clock.Now). The zero time means no deadline.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if c.released {
		return net.ErrClosed
	}
	clock := c.node.net.clock
	switch {
	case t.IsZero() || c.Timeless():
		c.deadline = 0
	case realTime(t, clock.Now()):
		c.deadline = max(1, clock.Since()+snap(time.Until(t)))
	default:
		c.deadline = max(1, t.Sub(clock.Start()))
	}
	c.readable.Broadcast()
	return nil
}

// realTime reports whether a deadline was made from the real clock. Its times
// carry a monotonic reading; those of a testing/synctest bubble do not, but
// are far from the world's date.
func realTime(t, virtual time.Time) bool {
	const year = 365 * 24 * time.Hour
	return t != t.Round(0) || t.Sub(virtual).Abs() > year && time.Until(t).Abs() < 24*time.Hour
}

// snap rounds a real duration that has aged by some milliseconds to the value
// it was meant to be: tenths of a second, seconds, ten seconds, minutes.
func snap(d time.Duration) time.Duration {
	switch {
	case d <= 0:
		return 0
	case d < 950*time.Millisecond:
		return max(d.Round(100*time.Millisecond), 100*time.Millisecond)
	case d <= 61*time.Second:
		return max(d.Round(time.Second), time.Second)
	case d <= 10*time.Minute:
		return d.Round(10 * time.Second)
	}
	return d.Round(time.Minute)
}

// SetDeadline sets the read deadline; writes never wait.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline does nothing: writes never wait.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }
